"""What Prefect's automations tell the desk: a run failed, a worker is gone, the sweep is late (Art. 16, 20).

The desk hears it because it lives apart from the worker, which may be what is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.responses import JSONResponse

from desk.context import TheDesk
from desk.refused import Refused

KINDS = ("run-failed", "worker-gone", "sweep-late")
"""What can be told."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,199}")
_RUN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = 4_096

alerts = APIRouter()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Whom the desk tells. `holds` says whether it is so, given its kind and what it is about, for anybody can say it;
    `raised` records it; `deliver` then tries to bring it to people, whether or not a worker is there."""

    holds: Callable[[str, str], bool]
    raised: Callable[[str, str], None]
    deliver: Callable[[], None]


@alerts.post("/alerts")
async def alert(request: Request, desk: TheDesk, background: BackgroundTasks) -> Response:
    """Record an alert that is so, then deliver it; told again while it waits, it is the same one. Whoever tells it
    needs no key: a key would lie in Prefect, for everybody with its password."""
    alarm = desk.alarm
    if alarm is None:
        raise Refused(404, "Alerts are not heard here.")
    kind, about = _told(await _body(request))
    if not await run_sync(alarm.holds, kind, about, limiter=_few()):
        raise Refused(404, "It is not so.")
    await run_sync(alarm.raised, kind, about)
    background.add_task(alarm.deliver)
    return JSONResponse({"status": "recorded"}, 202, background=background)


@cache
def _few() -> CapacityLimiter:
    """Asking takes a moment; however many ask, the desk's other threads are for people."""
    return CapacityLimiter(2)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            raise Refused(413, "An alert is short.")
    return bytes(body)


def _told(body: bytes) -> tuple[str, str]:
    """Kind and what it is about, in codes. A flow's name that is no code is left out, its run's id is kept.

    Raises `Refused` (400).
    """
    try:
        told = json.loads(body)
        kind, about = told["kind"], told["about"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused(400, "An alert is a JSON object with kind and about.") from None
    if kind not in KINDS or not isinstance(about, str):
        raise Refused(400, f"kind is one of {', '.join(KINDS)}; about is a text.")
    if _CODE.fullmatch(about):
        return kind, about
    run = _RUN.search(about)
    if run is None:
        raise Refused(400, "about is a code: the name of a flow or a pool, the id of a run.")
    return kind, run[0]

"""A process that takes in a dump, sweeps over duties or terms, audits a vault, delivers notices, anchors the ledger,
carries a disposal list out or follows a conversion and, where it is told to, dies, waits or fails at a set moment.

It imports everything once and then forks a victim for each order that comes as a line of JSON on its standard input, so
that a victim costs no start of Python.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import importlib
import json
import math
import os
import pickle
import resource
import signal
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from prefect import Task
from prefect.logging import disable_run_logger
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    temporary_settings,
)

from blocks import filesystem, s3_store
from blocks.archive import Archive
from flows import (
    deadline_escalation,
    evidence_conversion,
    fixity_audit,
    ledger_anchor,
    notice_delivery,
    retention_expiry,
)
from flows.upload import upload_dock_session
from tasks import progress
from tasks.conversion import publish as conversion_publish
from tasks.disposal import publish as disposal_publish
from tasks.retention import publish as retention_publish
from tests.faults.moments import Moment, found

for _name in ("anyio._backends._asyncio", "fastapi", "prefect.engine", "registry.migrations.guards"):
    importlib.import_module(_name)  # what a run imports only when it begins, so that victims need not

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class _NoRename:
    """A file system without RENAME_NOREPLACE, such as NFS."""

    def renameat2(self, *arguments: object) -> int:
        ctypes.set_errno(errno.EINVAL)
        return -1


_SHAPES: dict[type, Callable[[Any], Any]] = {dict: lambda span: timedelta(**span), list: tuple}


def _stop_clocks(at: datetime) -> None:
    """It is `at`, and a moment later whenever somebody looks."""
    moments = (at + timedelta(microseconds=tick) for tick in count())
    for flow in (
        deadline_escalation,
        evidence_conversion,
        fixity_audit,
        ledger_anchor,
        notice_delivery,
        retention_expiry,
    ):
        flow.now = lambda: next(moments)  # type: ignore[assignment]


def _upload(order: dict[str, Any]) -> dict[str, Any]:
    return {"receipt": upload_dock_session(Path(order["folder"]), order["station"], order["wipe"])}


def _sweep_terms(order: dict[str, Any]) -> dict[str, Any]:
    sweep = retention_expiry.sweep_retention
    return {"counts": (sweep if order["archive"] is None else sweep.fn)(order["station"], dry_run=False)}


def _dispose(order: dict[str, Any]) -> dict[str, Any]:
    # A run that no deployment started cannot suspend.
    retention_expiry.suspend_flow_run = lambda key: None  # type: ignore[assignment]
    dispose = retention_expiry.dispose_list
    follow = dispose if order["archive"] is None else dispose.fn
    return {"state": follow(order["number"], order["station"], dry_run=False)}


def _convert(order: dict[str, Any]) -> dict[str, Any]:
    evidence_conversion.suspend_flow_run = lambda key: None  # type: ignore[assignment]
    convert = evidence_conversion.convert_evidence
    if order["archive"] is None:
        return {"state": convert(order["number"], order["station"])}
    with disable_run_logger():
        return {"state": convert.fn(order["number"], order["station"])}


def _without_prefect(archive: Archive) -> None:
    """The steps over terms, lists and conversions as the plain functions that they are, on this archive; nothing is
    shown."""
    for flow in (retention_expiry, evidence_conversion):
        for name, step in list(vars(flow).items()):
            if isinstance(step, Task):
                setattr(flow, name, step.fn)
    Archive.named = lambda name: archive  # type: ignore[method-assign, assignment]
    progress._silent_until = math.inf
    for shown in (retention_publish, disposal_publish, conversion_publish):
        shown.emit_event = lambda **told: None  # type: ignore[assignment]


FLOWS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "upload": _upload,
    "sweep": lambda order: {"counts": deadline_escalation.escalate_deadlines(order["station"])},
    "audit": lambda order: {"counts": fixity_audit.audit_fixity(order["station"])},
    "reconcile": lambda order: {"counts": fixity_audit.reconcile_vault(order["station"])},
    "retain": _sweep_terms,
    "dispose": _dispose,
    "convert": _convert,
    "deliver": lambda order: {"counts": notice_delivery.deliver_notices(order["station"])},
    "anchor": lambda order: {"counts": ledger_anchor.anchor_ledger(order["station"])},
}


@contextmanager
def _circumstances(order: dict[str, Any]) -> Iterator[None]:
    for target, value in order["values"].items():
        owner, name = found(target)
        setattr(owner, name, _SHAPES.get(type(value), lambda plain: plain)(value))
    if order["now"] is not None:
        _stop_clocks(datetime.fromisoformat(order["now"]))
    if order["known_servers"] is not None:
        s3_store._tried.update(pickle.loads(b64decode(order["known_servers"])))
    if order["archive"] is not None:
        _without_prefect(pickle.loads(b64decode(order["archive"])))
    if order["no_rename"]:
        filesystem._libc = _NoRename()  # type: ignore[assignment]
    for told in order["moments"]:
        Moment(told)
    if order["api_url"] is None:
        yield
        return
    told = {
        PREFECT_API_URL: order["api_url"],
        PREFECT_API_AUTH_STRING: order["api_login"],
    }
    with temporary_settings(told):
        yield


def suffer(order: dict[str, Any]) -> None:
    """Run the flow as ordered and write down how it ended."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    try:
        with _circumstances(order):
            told = FLOWS[order["flow"]](order)
    except BaseException as error:
        told = {"error": type(error).__name__, "message": str(error)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    answer = Path(order["answer"])
    answer.with_suffix(".part").write_text(json.dumps(told))
    answer.with_suffix(".part").replace(answer)


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        try:
            suffer(order)
        finally:
            os._exit(0)
    return child


def _ended(process: int) -> int | None:
    """Its exit code, negative for a signal; None while it lives."""
    found, status = os.waitpid(process, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def main() -> None:
    """Answer every order with a line: the number of the process, or how it ended."""
    gc.freeze()  # victims do not copy what they only read
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _fork(asked["order"]) if asked["ask"] == "start" else _ended(asked["process"])
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

"""The desk as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from desk import refused
from desk.activities import activities
from desk.alerts import Alarm, alerts
from desk.api.app import PREFIX, create_api
from desk.asking import asking
from desk.assets import assets
from desk.cases import cases
from desk.context import AccessDoors, Desk
from desk.conversion_evidence import evidence
from desk.conversion_made import conversion_made
from desk.conversion_new import conversion_forms
from desk.conversion_papers import conversion_papers
from desk.conversion_register import conversion_registers
from desk.conversion_transcripts import conversion_transcripts
from desk.conversions import conversions
from desk.copies import copies
from desk.disposal_register import disposal_registers
from desk.disposals import disposals
from desk.duties import duties
from desk.guard import Guard
from desk.holds import holds
from desk.housekeeping import EVERY, tidy
from desk.incidents import incidents
from desk.intake import sessions
from desk.notices import LayOut, notices
from desk.pages import pages
from desk.people import people
from desk.personal_tokens import personal_tokens
from desk.reader import SignInFirst
from desk.recordings import recordings
from desk.refused import Refused
from desk.register import registers
from desk.requests import requests
from desk.showing import NotShown, answer_not_shown
from desk.signing import answer_sign_in_first, signing
from desk.single_sign_on import single
from desk.spool import Limits, Spool
from desk.terms import terms
from desk.tokens import Doorkeeper
from desk.tus import files
from desk.uploads import Uploads
from desk.viewing import viewers
from registry.database import Registry
from regulation.errors import CustodyError

log = logging.getLogger("custody.desk")


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    *,
    registry: Registry,
    spool: Path,
    receipts: Path,
    pages_key: str,
    base_url: str,
    limits: Limits | None = None,
    now: Callable[[], datetime] = _now,
    lay_out: LayOut | None = None,
    alarm: Alarm | None = None,
    doors: AccessDoors | None = None,
) -> FastAPI:
    """The application of one installation; one process serves it.

    Args:
        registry: Where tokens are looked up and sessions opened; disposed of when the application ends.
        spool: Folder for dumps on their way in; on one file system, readable by this installation alone.
        receipts: Folder of the receipts that sealed sessions lay out.
        pages_key: Secret that signs links to receipts.
        base_url: Address under which people reach the desk.
        limits: What docks are granted.
        now: The clock.
        lay_out: Puts notices into words; without it none are shown.
        alarm: What alerts raise; without it none are heard.
        doors: What access needs; without it none is dealt with.
    """
    granted = limits or Limits()
    desk = Desk(
        registry,
        Spool(spool, granted),
        Uploads(granted),
        Doorkeeper(registry, granted.failed_tokens, granted.failed_within_seconds),
        receipts,
        pages_key,
        base_url,
        granted,
        now,
        lay_out,
        alarm,
        doors,
    )
    desk.spool.prepare()
    if doors is not None:
        doors.clips.prepare()
    # No pages about the APIs: they would load scripts from elsewhere. docs/reference describes them.
    app = FastAPI(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.add_middleware(Guard)
    app.add_exception_handler(Refused, refused.answer_refused)
    app.add_exception_handler(CustodyError, refused.answer_custody_error)
    app.add_exception_handler(HTTPException, refused.answer_http_exception)
    app.add_exception_handler(NotShown, answer_not_shown)
    app.add_exception_handler(SignInFirst, answer_sign_in_first)
    for router in (
        sessions,
        files,
        pages,
        notices,
        alerts,
        assets,
        signing,
        single,
        requests,
        asking,
        viewers,
        copies,
        registers,
        recordings,
        activities,
        duties,
        disposal_registers,
        disposals,
        holds,
        cases,
        terms,
        incidents,
        conversion_registers,
        conversion_forms,
        conversion_papers,
        conversion_made,
        conversion_transcripts,
        conversions,
        evidence,
        personal_tokens,
        people,
    ):
        app.include_router(router)
    app.mount(PREFIX, create_api(desk))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    desk: Desk = app.state.desk
    tidying = asyncio.create_task(_keep_tidy(desk))
    try:
        yield
    finally:
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
        if desk.doors is not None:
            desk.doors.clips.close()
        desk.registry.dispose()


async def _keep_tidy(desk: Desk) -> None:
    while True:
        try:
            await run_sync(tidy, desk)
        except (CustodyError, OSError) as failure:
            log.warning("tidying the spool failed: %s", type(failure).__name__)
        await asyncio.sleep(EVERY.total_seconds())

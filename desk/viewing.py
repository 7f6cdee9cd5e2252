"""Looking at what was granted: the check comes first, each time, and every look is on record (Art. 17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from desk.failing import said
from desk.reader import TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.queries.access import Viewing, viewing
from registry.queries.access_pages import number_of_grant
from registry.tables import Look
from registry.transitions import access
from regulation.access_terms import Range
from regulation.errors import ActionDenied

viewers = APIRouter()

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECOND = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")
AT_ONCE = 8 << 20
"""Bytes in one answer: seeking asks again, and each time the grant is looked at again."""

_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/mp4",
    "3gp": "video/3gpp",
    "webm": "video/webm",
    "matroska": "video/webm",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
}


@viewers.post("/grants/{grant}/{recording}")
def begin(form: TheForm, grant: UUID, recording: UUID) -> Response:
    """Open a viewing; it counts as one look."""
    visit = form.visit
    try:
        with visit.acting() as act:
            view = access.open_view(act, grant, recording, visit.reader.person_id, visit.address)
    except ActionDenied as refused:
        raise NotShown(403, said(refused, "zh"), refused.message) from None
    return go_to(f"/views/{view}")


@viewers.get("/views/{view}")
def look(visit: TheVisit, view: UUID) -> Response:
    """The player, with the viewer, the time and the request's number over the picture."""
    found = _live(visit, view)
    with visit.desk.registry.reading() as reading:
        number = number_of_grant(reading, found.grant_id)
    media_type = _type_of(found)
    return visit.page(
        "viewing.html.j2",
        policy=_POLICY,
        found=found,
        number=number,
        media_type=media_type,
        element=None if media_type is None else media_type.split("/")[0],
        is_whole=found.part == Range(),
        now=visit.desk.now(),
    )


def _live(visit: Visit, view: UUID) -> Viewing:
    """The viewing if it may go on. Raises `NotShown` (404) where it may not, whether or not it exists."""
    with visit.desk.registry.reading() as reading:
        found = viewing(reading, view, visit.reader.person_id, visit.desk.now())
    if found is None:
        raise NotShown(404, "本次查看已结束，或者授权已失效。", "This viewing is over, or its grant is.")
    return found


def _type_of(found: Viewing) -> str | None:
    """What a browser is told it gets; None for what it is not given."""
    containers = (found.recording.container or "").lower().split(",")
    if found.recording.media_kind.value == "sound" and "mp4" in containers:
        return "audio/mp4"
    return next((_TYPES[one] for one in containers if one in _TYPES), None)


@viewers.get("/views/{view}/footage")
def footage(request: Request, visit: TheVisit, view: UUID) -> Response:
    """Bytes of the footage, as many as were asked for and no more than `AT_ONCE`."""
    found = _live(visit, view)
    media_type, size = _type_of(found), found.recording.size
    if media_type is None or found.part != Range():
        raise NotShown(404, "此类资料不能在网页中显示。", "This kind is not shown here.")
    first, last, status = _asked(request.headers.get("Range"), size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(last - first + 1),
        "Content-Disposition": "inline",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    if status == 416:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    return StreamingResponse(_pieces(visit, found, first, last), status, headers, media_type)


def _asked(header: str | None, size: int) -> tuple[int, int, int]:
    """The first and last byte to send, and the status."""
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None:
        return 0, size - 1, 200
    first = int(found[1])
    last = min(int(found[2]) if found[2] else size - 1, size - 1, first + AT_ONCE - 1)
    return (first, last, 206) if first <= last else (0, 0, 416)


def _pieces(visit: Visit, found: Viewing, first: int, last: int) -> Iterator[bytes]:
    recording = found.recording
    return visit.desk.access.read(recording.vault_key, recording.vault_version, first, last - first + 1)


@viewers.post("/views/{view}/looks")
def note(form: TheForm, view: UUID) -> Response:
    """What the player did, entered."""
    visit = form.visit
    what, second = form.one("what"), form.one("at")
    if what not in list(Look) or not _SECOND.fullmatch(second):
        raise NotShown(400, "内容不正确。", "This is not what a player does.")
    try:
        with visit.acting() as act:
            access.note_look(act, view, visit.reader.person_id, Look(what), float(second))
    except ActionDenied as refused:
        raise NotShown(403, said(refused, "zh"), refused.message) from None
    return Response(status_code=204)


@viewers.post("/views/{view}/end")
def end(form: TheForm, view: UUID) -> Response:
    """Close the viewing."""
    visit = form.visit
    with visit.acting() as act:
        access.close_view(act, view, visit.reader.person_id)
    return go_to("/requests")

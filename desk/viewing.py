"""Looking at what was granted: the check comes first, each time, and every look is on record (Art. 17)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from desk.clips import Clip, Quick, waveform
from desk.reader import TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from registry.queries.access_grants import Viewing, viewing
from registry.queries.access_pages import number_of_grant
from registry.tables import Look, Recording
from registry.transitions import access
from regulation.access_terms import Range
from regulation.vocabulary import MediaKind

viewers = APIRouter()

PLAYER_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECOND = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")
AT_ONCE = 8 << 20
"""Bytes in one answer: seeking asks again, and each time the grant is looked at again."""
PIECE = 1 << 18
WAIT_SECONDS = 2
_MOVING = (MediaKind.VIDEO, MediaKind.SOUND)
_OWN = {"Cross-Origin-Resource-Policy": "same-origin"}

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
    with visit.trying() as act:
        view = access.open_view(act, grant, recording, visit.reader.person_id, visit.address)
    return go_to(f"/views/{view}")


@viewers.get("/views/{view}")
def look(visit: TheVisit, view: UUID) -> Response:
    """The player, with the viewer, the time and the request's number over the picture."""
    found = _live(visit, view)
    with visit.desk.registry.reading() as reading:
        number = number_of_grant(reading, found.grant_id)
    quick = _quick(visit, found)
    shown = _shown(visit, found, quick)
    answer = visit.page(
        "viewing.html.j2",
        policy=PLAYER_POLICY,
        found=found,
        number=number,
        shown=shown,
        quick=quick,
        kinds=_MOVING,
        now=visit.desk.now(),
    )
    if shown.is_awaited:
        answer.headers["Refresh"] = str(WAIT_SECONDS)
    return answer


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser gets: the original where `clip` is None, unless it `is_awaited`; nothing without a type. `offset`
    is the second of the recording at which it begins to count."""

    media_type: str | None = None
    clip: Clip | None = None
    is_awaited: bool = False

    @property
    def element(self) -> str | None:
        """With what it is shown: video, audio, image; None where nothing is."""
        return None if self.media_type is None else self.media_type.split("/")[0]

    @property
    def offset(self) -> float:
        return 0.0 if self.clip is None else self.clip.offset


def _shown(visit: Visit, found: Viewing, quick: Quick | None) -> Shown:
    """The original where all of it is granted and a browser plays it, which is taken for granted until somebody has had
    a `quick` look; otherwise a clip."""
    recording, is_whole = found.recording, found.part == Range()
    media_type = _type_of(recording)
    if recording.media_kind not in _MOVING:
        return Shown(media_type if is_whole else None)
    if is_whole and media_type is not None and (quick is None or quick.is_playable):
        return Shown(media_type)
    try:
        clip = visit.desk.access.clips.clip(recording, found.part, visit.reader.person_id)
    except NotShown as never:
        if never.status != 404:
            raise
        return Shown()
    if clip is None:
        return Shown(is_awaited=True)
    return Shown("audio/mp4" if _is_heard_only(recording, clip) else clip.media_type, clip)


def _is_heard_only(recording: Recording, clip: Clip) -> bool:
    return recording.media_kind is MediaKind.SOUND and clip.media_type == "video/mp4"


def _quick(visit: Visit, found: Viewing) -> Quick | None:
    """The quick look; None while it is being made, and for what neither moves nor sounds."""
    if found.recording.media_kind not in _MOVING:
        return None
    return visit.desk.access.clips.quick(found.recording, found.part, visit.reader.person_id)


def _live(visit: Visit, view: UUID) -> Viewing:
    """The viewing if it may go on. Raises `NotShown` (404) where it may not, whether or not it exists."""
    with visit.desk.registry.reading() as reading:
        found = viewing(reading, view, visit.reader.person_id, visit.desk.now())
    if found is None:
        raise NotShown(404, "本次查看已结束，或者授权已失效。", "This viewing is over, or its grant is.")
    return found


def _type_of(recording: Recording) -> str | None:
    """What a browser is told it gets of the original; None for what it is not given."""
    containers = (recording.container or "").lower().split(",")
    if recording.media_kind is MediaKind.SOUND and "mp4" in containers:
        return "audio/mp4"
    return next((_TYPES[one] for one in containers if one in _TYPES), None)


@viewers.get("/views/{view}/footage")
def footage(request: Request, visit: TheVisit, view: UUID) -> Response:
    """Bytes of the footage, as many as were asked for and no more than `AT_ONCE`."""
    return sent(request, visit, *shown_in(visit, view))


def shown_in(visit: Visit, view: UUID) -> tuple[Viewing, Shown]:
    """The viewing, and what is shown in it. Raises `NotShown` (404, 503)."""
    found = _live(visit, view)
    return found, _shown(visit, found, _quick(visit, found))


def sent(request: Request, visit: Visit, found: Viewing, shown: Shown) -> Response:
    """The bytes of it that were asked for. Raises `NotShown` (404) where there are none to send."""
    if shown.media_type is None:
        raise NotShown(404, "此类资料不能在网页中显示。", "This kind is not shown here.")
    if shown.clip is not None:
        return part_sent(request, shown.clip.size, shown.media_type, partial(of_file, shown.clip.path))
    return part_sent(request, found.recording.size, shown.media_type, partial(_pieces, visit, found))


def part_sent(
    request: Request,
    size: int,
    media_type: str,
    pieces: Callable[[int, int], Iterator[bytes]],
    disposition: str = "inline",
) -> Response:
    """The bytes that were asked for, of something that has `size` of them; `pieces` gives those from the first to the
    last, both included."""
    first, last, status = _asked(request.headers.get("Range"), size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(last - first + 1),
        "Content-Disposition": disposition,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    if status == 416:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    return StreamingResponse(pieces(first, last), status, headers, media_type)


@viewers.get("/views/{view}/quick")
def quick_look(visit: TheVisit, view: UUID) -> Response:
    """The stills and the waveform, for the page that is open already; without content (204) until they are there."""
    found = _live(visit, view)
    quick = _quick(visit, found)
    if quick is None:
        return Response(status_code=204)
    page = visit.page("quick.html.j2", policy=PLAYER_POLICY, found=found, quick=quick)
    if not quick.is_playable and _shown(visit, found, quick).clip is None:
        page.headers["X-Shown-Otherwise"] = "1"
    return page


@viewers.get("/views/{view}/stills/{index}")
def still(visit: TheVisit, view: UUID, index: int) -> Response:
    """One still of the quick look."""
    quick = _quick(visit, _live(visit, view))
    if quick is None or not 0 <= index < len(quick.stills):
        raise NotShown(404, "没有这张图片。", "There is no such picture.")
    return Response(quick.stills[index][1], media_type="image/jpeg", headers=_OWN)


@viewers.get("/views/{view}/waveform.svg")
def wave(visit: TheVisit, view: UUID) -> Response:
    """How loud it is over time."""
    quick = _quick(visit, _live(visit, view))
    if quick is None or not quick.peaks:
        raise NotShown(404, "没有这张图片。", "There is no such picture.")
    return Response(waveform(quick.peaks), media_type="image/svg+xml", headers=_OWN)


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


def of_file(path: Path, first: int, last: int) -> Iterator[bytes]:
    """The bytes of a file from `first` to `last`, both included."""
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(left, PIECE))):
            yield piece
            left -= len(piece)


@viewers.post("/views/{view}/looks")
def note(form: TheForm, view: UUID) -> Response:
    """What the player did, entered."""
    visit = form.visit
    what, second = form.one("what"), form.one("at")
    if what not in list(Look) or not _SECOND.fullmatch(second):
        raise NotShown(400, "内容不正确。", "This is not what a player does.")
    with visit.trying() as act:
        access.note_look(act, view, visit.reader.person_id, Look(what), float(second))
    return Response(status_code=204)


@viewers.post("/views/{view}/end")
def end(form: TheForm, view: UUID) -> Response:
    """Close the viewing."""
    visit = form.visit
    with visit.acting() as act:
        access.close_view(act, view, visit.reader.person_id)
    return go_to("/requests")

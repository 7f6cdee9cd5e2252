"""Copies of what was granted: taken by the holder, each with a receipt and its digest, and given back (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from desk.failing import shown_as
from desk.reader import TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from desk.viewing import WAIT_SECONDS, of_file
from registry.queries.access_copies import CopyRow, copy_shown
from registry.queries.fixity import as_kept
from registry.tables import CopyEnd, Recording
from registry.transitions import access
from registry.transitions.access import MadeCopy
from regulation.access_terms import Range

copies = APIRouter()


@copies.get("/grants/{grant}/{recording}/copy")
def offer(visit: TheVisit, grant: UUID, recording: UUID) -> Response:
    """What would be handed out; taken only when it is asked for."""
    row, part = allowed(visit, grant, recording)
    file = made(visit, row, part)
    answer = visit.page("copy_offer.html.j2", grant=grant, row=row, part=part, made=file)
    if file is None:
        answer.headers["Refresh"] = str(WAIT_SECONDS)
    return answer


def allowed(visit: Visit, grant: UUID, recording: UUID) -> tuple[Recording, Range]:
    """The recording and the part of it. Raises `NotShown` (403)."""
    with shown_as(403), visit.desk.registry.reading() as reading:
        part = access.check_copy(reading, grant, recording, visit.reader.person_id, visit.desk.now())
        return as_kept(reading, reading.get_one(Recording, recording)), part


def made(visit: Visit, row: Recording, part: Range) -> MadeCopy | None:
    """Size and digest of the file; None while it is being made. Raises `NotShown` where it cannot be."""
    if part == Range():
        return MadeCopy(row.size, row.sha256)
    clip = visit.desk.access.clips.clip(row, part, visit.reader.person_id)
    return None if clip is None else MadeCopy(clip.size, clip.sha256)


@copies.post("/grants/{grant}/{recording}/copy")
def take(form: TheForm, grant: UUID, recording: UUID) -> Response:
    """Hand the copy out, and on to its receipt."""
    visit = form.visit
    row, part = allowed(visit, grant, recording)
    file = made(visit, row, part)
    if file is None:
        return go_to(f"/grants/{grant}/{recording}/copy")
    with visit.trying() as act:
        number = access.hand_copy(act, grant, recording, visit.reader.person_id, visit.address, file)
    return go_to(f"/copies/{number}")


@copies.get("/copies/{number}")
def receipt(visit: TheVisit, number: str) -> Response:
    """The receipt: what was handed to whom, its digest, and when it is to be back."""
    return visit.page("copy.html.j2", row=copy_for(visit, number), now=visit.desk.now())


def copy_for(visit: Visit, number: str) -> CopyRow:
    """The copy, if it may be shown to whoever visits. Raises `NotShown` (404)."""
    with visit.desk.registry.reading() as reading:
        row = copy_shown(reading, number, visit.reader.person_id, visit.desk.now())
    if row is None:
        raise NotShown(404, "没有这份复制件。", "There is no such copy.")
    return row


@copies.get("/copies/{number}/file")
def fetch(visit: TheVisit, number: str) -> Response:
    """The file, for its holder, while the grant lasts; each time is entered."""
    found = copy_for(visit, number)
    with visit.desk.registry.reading() as reading:
        row = as_kept(reading, reading.get_one(Recording, found.recording_id))
    pieces, extension = _pieces(visit, row, found)
    with visit.trying() as act:
        access.note_fetched(act, number, visit.reader.person_id, visit.address)
    headers = {
        "Content-Length": str(found.size),
        "Content-Disposition": f'attachment; filename="{found.number}{extension}"',
    }
    return StreamingResponse(pieces, 200, headers, "application/octet-stream")


def _pieces(visit: Visit, row: Recording, found: CopyRow) -> tuple[Iterator[bytes], str]:
    """The copy's bytes and the end of its name. Raises `NotShown` while they are being made anew (503), and where they
    are not those that were handed out (409)."""
    if found.is_whole:
        name = (row.container or "").lower().split(",")[0]
        extension = f".{name}" if name.isalnum() else ""
        return visit.desk.access.read(row.vault_key, row.vault_version, 0, row.size), extension
    clip = visit.desk.access.clips.clip(row, Range(found.start_second, found.end_second), visit.reader.person_id)
    if clip is None:
        raise NotShown(503, "正在准备复制件，请稍后再试。", "The copy is being prepared: try again in a moment.")
    if clip.sha256 != found.sha256:
        raise NotShown(409, "复制件与登记不符，请联系执法记录仪管理员。", "This is not what was registered.")
    return of_file(clip.path, 0, clip.size - 1), f".{clip.media_type.split('/')[1]}"


@copies.post("/copies/{number}")
def manage(form: TheForm, number: str) -> Response:
    """What became of it: said by its holder, confirmed by an administrator."""
    visit = form.visit
    found = copy_for(visit, number)
    what, do = form.one("what"), form.one("do")
    if what not in list(CopyEnd) or do not in ("declare", "confirm"):
        raise NotShown(400, "内容不正确。", "This is nothing that becomes of a copy.")
    act_of = access.declare_copy if do == "declare" else access.confirm_copy
    with visit.trying() as act:
        act_of(act, number, visit.reader.person_id, CopyEnd(what))
    return go_to(f"/copies/{found.number}")

"""What was made for a conversion, to be seen and heard by those who answer for it, before it leaves (Art. 17, 19).

A look is opened by an act, which is on record like a look at the original; the player then asks for the bytes, and each
time the leave is looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from blocks.evidence_package import made_folder, made_stem
from desk.conversions import row_for
from desk.failing import said
from desk.reader import TheForm, TheVisit, Visit, go_to
from desk.showing import NotShown
from desk.viewing import PLAYER_POLICY, of_file, part_sent
from registry.bulk import AnyRow
from registry.queries.conversion import cleared_at, conversion_row
from registry.queries.conversion_looks import check_may_look, look_opened, made_output
from registry.transitions import conversion
from regulation.conversion import SHOWN_WHILE
from regulation.errors import ActionDenied

conversion_made = APIRouter()

_INLINE: Mapping[str, str] = MappingProxyType(
    {
        "mp4": "video/mp4",
        "mov": "video/mp4",
        "3gp": "video/3gpp",
        "m4a": "audio/mp4",
        "mp3": "audio/mpeg",
        "aac": "audio/aac",
        "ogg": "audio/ogg",
        "flac": "audio/flac",
        "wav": "audio/wav",
        "png": "image/png",
        "jpg": "image/jpeg",
    }
)
"""What a browser shows by itself, by extension; the rest is sent as a file, for a player on the desk."""


@dataclass(frozen=True, slots=True)
class Made:
    """Something that was made, where it lies, and the recording that it was made of."""

    row: AnyRow
    output: AnyRow
    recording_id: UUID
    path: Path

    @property
    def place(self) -> str:
        """Its address."""
        return f"/conversions/{self.row.number}/made/{self.output.id}"

    @property
    def media_type(self) -> str:
        """What a browser is told it gets."""
        return _INLINE.get(self.output.facts["form"], "application/octet-stream")

    @property
    def element(self) -> str | None:
        """With what it is shown: video, audio, image; None where a browser does not."""
        return self.media_type.split("/")[0] if self.output.facts["form"] in _INLINE else None


@conversion_made.post("/conversions/{number}/made/{output}")
def begin(form: TheForm, number: str, output: UUID) -> Response:
    """Open it: one look, on record. Nobody is shown what is not what was entered when it was made."""
    visit = form.visit
    with visit.desk.registry.reading() as reading:
        found = _found(visit, reading, number, output)
    _check_file(found)
    with visit.trying() as act:
        conversion.open_made(act, found.row.id, output, visit.reader.person_id)
    return go_to(found.place)


@conversion_made.get("/conversions/{number}/made/{output}")
def look(visit: TheVisit, number: str, output: UUID) -> Response:
    """The player, with the viewer, the time and the conversion's number over the picture."""
    with visit.desk.registry.reading() as reading:
        found = _found(visit, reading, number, output)
        opened_at = _opened(visit, reading, found)
    return visit.page("conversion_made.html.j2", policy=PLAYER_POLICY, found=found, number=number, opened_at=opened_at)


@conversion_made.get("/conversions/{number}/made/{output}/file")
def file(request: Request, visit: TheVisit, number: str, output: UUID) -> Response:
    """Bytes of it, as many as were asked for."""
    with visit.desk.registry.reading() as reading:
        found = _found(visit, reading, number, output)
        _opened(visit, reading, found)
    disposition = "inline" if found.element else f'attachment; filename="{number}-{found.path.name}"'
    return part_sent(request, found.output.size, found.media_type, partial(of_file, found.path), disposition)


def _found(visit: Visit, reading: Session, number: str, output_id: UUID) -> Made:
    """It, if it may be looked at now. Raises `NotShown`: 404 where it is not known to whoever asks, 410 where the
    conversion came to nothing, 403 where it is not theirs to look at, 503 where its file is not here, 409 where that is
    another."""
    shown = row_for(visit, reading, number)
    row = conversion_row(reading.connection(), shown.id)
    found = None if row is None else made_output(reading, row, output_id)
    if row is None or found is None:
        raise NotShown(404, "没有这个制作件。", "There is no such thing that was made.")
    if row.state not in SHOWN_WHILE:
        raise NotShown(410, "该证据转换的制作件目前不提供查看。", "What was made for it is not shown now.")
    if cleared_at(reading.connection(), row.id) is not None:
        raise NotShown(410, "制作件已按期清理。", "What was made was removed: its time was over.")
    output, recording_id = found
    try:
        check_may_look(reading, row, recording_id, visit.reader.person_id, visit.desk.now())
    except ActionDenied as refused:
        raise NotShown(403, said(refused, "zh"), said(refused, "en")) from refused
    return Made(row, output, recording_id, _path(visit, row, output))


def _path(visit: Visit, row: AnyRow, output: AnyRow) -> Path:
    """Where its file lies: the address names no place."""
    item = output.position
    packages = visit.desk.access.packages
    if packages is None:
        raise NotShown(503, "此处不能查看制作件。", "What was made is not shown here.")
    stem = made_stem(item, output.kind, output.ordinal)
    path = made_folder(packages, row.number, row.edition) / f"{stem}.{output.facts['form']}"
    if not path.is_file() or not path.resolve().is_relative_to(packages.resolve()):
        raise NotShown(503, "制作件不在此处，请联系管理员。", "The file is not here: ask the administrator.")
    if path.stat().st_size != output.size:
        raise _other()
    return path


def _check_file(found: Made) -> None:
    with found.path.open("rb") as opened:
        if file_digest(opened, "sha256").hexdigest() != found.output.sha256:
            raise _other()


def _other() -> NotShown:
    return NotShown(409, "制作件与登记不符，请联系管理员。", "This is not what was registered.")


def _opened(visit: Visit, reading: Session, found: Made) -> datetime:
    """When they opened it. Raises `NotShown` (403) where they did not: no look without an entry."""
    person, now = visit.reader.person_id, visit.desk.now()
    opened = look_opened(reading, found.output.id, found.recording_id, person, now)
    if opened is None:
        raise NotShown(403, "请在证据转换页面上打开查看。", "Open it on the conversion's page: each look is on record.")
    return opened

"""What is said of each recording of a conversion: its source, its times, what was made of it (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.conversion import asked_of, items_of_conversion, lines_of, outputs_of, transcripts_of
from registry.queries.conversion_chain import chain_of
from registry.queries.devices import DeviceHistory, device_histories
from registry.queries.ledger import history_of
from registry.tables import (
    Activity,
    Device,
    DockItem,
    DockSession,
    FileReceipt,
    FixityCheck,
    LedgerEntry,
    Person,
    Recording,
    Unit,
)
from regulation.clock import Basis
from regulation.conversion import Cover
from regulation.stated import (
    ClockFact,
    Covered,
    Derivative,
    DerivedKind,
    Named,
    Span,
    StatedActivity,
    StatedDevice,
    StatedFile,
    Still,
    StreamDigest,
    Transcript,
    TranscriptLine,
)
from regulation.vocabulary import MediaKind

_recording, _activity, _item = table_of(Recording), table_of(Activity), table_of(DockItem)
_device, _session, _receipt = table_of(Device), table_of(DockSession), table_of(FileReceipt)
_unit, _check = table_of(Unit), table_of(FixityCheck)


class People:
    """Names, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[UUID, Named] = {}

    def named(self, person_id: UUID) -> Named:
        if person_id not in self._known:
            person = self._session.get_one(Person, person_id)
            self._known[person_id] = Named(person.name, person.number)
        return self._known[person_id]


@dataclass(frozen=True, slots=True)
class File:
    """What is said of an item, and its recording as it is kept."""

    recording: AnyRow
    stated: StatedFile


def files_of(session: Session, row: AnyRow, people: People) -> list[File]:
    """What is said of each item of the conversion, in order."""
    connection = session.connection()
    items = items_of_conversion(connection, row)
    ids = {one.recording_id for one in items}
    recordings = {one.id: one for one in rows_among(connection, _recorded(), _recording.c.id, ids)}
    facts = _Facts(
        people,
        _names(connection, ids),
        device_histories(session, {one.device_id for one in recordings.values() if one.device_id is not None}),
        {
            one.recording_id: one.checked_at
            for one in rows_among(connection, select(_check), _check.c.recording_id, ids)
        },
        transcripts_of(connection, row.id),
        outputs_of(connection, row),
    )
    return [
        File(
            recordings[item.recording_id],
            facts.stated(item, recordings[item.recording_id], history_of(session, item.recording_id)),
        )
        for item in items
    ]


def _names(connection: Connection, ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], str]:
    """What the device called each recording, by recording and session."""
    query = select(_item.c.recording_id, _item.c.session_id, _item.c.shown_name).order_by(_item.c.id)
    return {
        (one.recording_id, one.session_id): one.shown_name
        for one in rows_among(connection, query, _item.c.recording_id, ids)
    }


def _recorded() -> Select[tuple[Any, ...]]:
    columns = (
        _unit.c.name.label("unit_name"),
        _device.c.number.label("device_number"),
        _device.c.maker,
        _device.c.model,
        _activity.c.number.label("activity_number"),
        _activity.c.kind.label("activity_kind"),
        _activity.c.place,
        _session.c.number.label("session_number"),
        _receipt.c.number.label("receipt_number"),
    )
    return select(_recording, *columns).select_from(
        _recording.join(_unit, _unit.c.id == _recording.c.unit_id)
        .join(_session, _session.c.id == _recording.c.session_id)
        .outerjoin(_receipt, _receipt.c.session_id == _session.c.id)
        .outerjoin(_device, _device.c.id == _recording.c.device_id)
        .outerjoin(_activity, _activity.c.id == _recording.c.activity_id)
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known beside the recordings' own rows: names, recorders, readings, transcripts, and what was made."""

    people: People
    names: Mapping[tuple[UUID, UUID], str]
    histories: Mapping[UUID, DeviceHistory]
    checked: Mapping[UUID, datetime | None]
    transcripts: Mapping[UUID, AnyRow]
    outputs: Sequence[AnyRow]

    def stated(self, item: AnyRow, row: AnyRow, entries: Iterable[LedgerEntry]) -> StatedFile:
        made = [one for one in self.outputs if one.item_id == item.id]
        return StatedFile(
            ordinal=item.position,
            media_kind=row.media_kind,
            proves=item.proves,
            size=row.size,
            sha256=row.sha256,
            sm3=row.sm3,
            has_sound=row.media_kind is MediaKind.SOUND or any(_has_sound(one) for one in made),
            device=None if row.device_number is None else StatedDevice(row.device_number, row.maker, row.model),
            source_note=None if row.device_number is not None else _unknown_source(row.session_number),
            officer=None if row.officer_id is None else self.people.named(row.officer_id),
            unit_name=row.unit_name,
            activity=_activity_of(row),
            claimed=_span(row.claimed_start, row.claimed_end),
            corrected=_span(row.started_at, row.ended_at),
            clock=self._clock(row),
            time_note=None if row.claimed_start is not None else UNKNOWN_TIME,
            session_number=row.session_number,
            receipt_number=row.receipt_number,
            received_at=row.received_at,
            sealed_at=row.sealed_at,
            container=row.container,
            condition=row.condition.value,
            note=row.note,
            shown_name=self.names.get((row.id, row.session_id)),
            derivatives=tuple(_derivative(one, item) for one in made if one.kind in _KINDS and not _is_picture(one)),
            stills=tuple(_still(one) for one in made if _is_picture(one)),
            transcript=_transcript(self.transcripts.get(row.id), self.people),
            chain=chain_of(entries, row.received_at, self.checked.get(row.id)),
        )

    def _clock(self, row: AnyRow) -> ClockFact | None:
        if row.claimed_start is None:
            return None
        if row.clock_offset_seconds is None or row.device_id is None:
            return ClockFact(0.0, Basis.ASSUMED)
        used = [one for one in self.histories[row.device_id].readings if one.offset_seconds == row.clock_offset_seconds]
        before = [one for one in used if one.read_at <= row.claimed_start]
        chosen = next(iter(before[-1:] or used[:1]), None)
        return ClockFact(row.clock_offset_seconds, Basis.MEASURED, None if chosen is None else chosen.read_at)


def _activity_of(row: AnyRow) -> StatedActivity | None:
    if row.activity_number is None:
        return None
    return StatedActivity(row.activity_number, row.activity_kind, row.place)


# What was made of it: `registry.tables.ConversionOutput`


_KINDS = frozenset(DerivedKind)


def _is_picture(one: AnyRow) -> bool:
    return one.kind == DerivedKind.STILL and one.problem is None


def _has_sound(one: AnyRow) -> bool:
    """Whether something with sound was made of it; of a recording of which nothing was made nobody looked."""
    return bool(one.facts.get("has_sound"))


def _derivative(one: AnyRow, item: AnyRow) -> Derivative:
    facts = one.facts
    asked = asked_of(item) if one.kind == DerivedKind.PROTECTED else None
    return Derivative(
        kind=DerivedKind(one.kind),
        asked=_seconds(facts.get("asked")),
        actual=_seconds(facts.get("actual")),
        size=one.size,
        sha256=one.sha256,
        sm3=facts.get("sm3"),
        tool=facts.get("tool"),
        streams=tuple(StreamDigest(*stream) for stream in facts.get("streams", ())),
        not_made=one.problem,
        muted=() if asked is None else tuple((part.start, part.end) for part in asked.muted),
        covered=() if asked is None else tuple(_covered(cover) for cover in asked.covered),
        remarks=tuple(facts.get("remarks", ())),
    )


def _covered(cover: Cover) -> Covered:
    part, box = cover.part, cover.box
    return Covered(part.start, part.end, box.x, box.y, box.width, box.height)


def _seconds(pair: Sequence[float | None] | None) -> tuple[float, float | None] | None:
    return None if pair is None else (pair[0] or 0.0, pair[1])


def _still(one: AnyRow) -> Still:
    """A picture; its `path` is that of no package yet."""
    name = f"{one.position:03d}-{one.kind}-{one.ordinal}"
    facts = one.facts
    return Still(
        name,
        float(facts["second"] or 0.0),
        one.size,
        one.sha256,
        name,
        facts.get("sm3"),
        facts.get("tool"),
        tuple(facts.get("remarks", ())),
    )


UNKNOWN_TIME = "原件未载明时间，不晚于入库时间 (the original states no time; no later than it was taken in)"


def _unknown_source(session_number: str) -> str:
    return f"设备未登记，经采集会话 {session_number} 入库 (recorder not registered, taken in by that dock session)"


def _span(start: datetime | None, end: datetime | None) -> Span | None:
    return None if start is None else Span(start, end)


def _transcript(row: AnyRow | None, people: People) -> Transcript | None:
    if row is None:
        return None
    confirmed = None if row.confirmed_by_id is None else people.named(row.confirmed_by_id)
    lines = tuple(TranscriptLine(*one) for one in lines_of(row))
    return Transcript(lines, row.origin.value != "written", confirmed, row.confirmed_at)

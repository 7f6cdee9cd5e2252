"""What the registry can say in the statement of a conversion: all but what was made and where it lies (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.conversion import (
    asked_of,
    conversion_row,
    decisions_of_conversion,
    items_of_conversion,
    lines_of,
    transcripts_of,
)
from registry.queries.conversion_chain import chain_of
from registry.queries.devices import DeviceHistory, device_histories
from registry.queries.ledger import history_of
from registry.tables import (
    Activity,
    CaseFile,
    ConversionVerdict,
    Device,
    DockItem,
    DockSession,
    FileReceipt,
    FixityCheck,
    Person,
    Recording,
    Unit,
)
from regulation.clock import Basis
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.gaps import uncovered
from regulation.policy import Policy
from regulation.stated import (
    ChainLink,
    ClockFact,
    Named,
    Span,
    StatedActivity,
    StatedDevice,
    StatedFile,
    Transcript,
    TranscriptLine,
)
from regulation.statement import Gap, Method, Signatory, Statement, Superseded
from regulation.vocabulary import MediaKind

_recording, _activity, _item = table_of(Recording), table_of(Activity), table_of(DockItem)
_device, _session, _receipt = table_of(Device), table_of(DockSession), table_of(FileReceipt)
_person, _unit, _check = table_of(Person), table_of(Unit), table_of(FixityCheck)


def stated_conversion(session: Session, conversion_id: UUID, policy: Policy, at: datetime) -> Statement:
    """The statement as far as the registry knows it, as a draft of the moment `at` until it is signed. Recordings stand
    in the order of the items, each with its item's position; nothing says yet what was made and where it lies.

    Raises `ActionDenied` where there is no such conversion.
    """
    row = conversion_row(session.connection(), conversion_id)
    if row is None:
        raise ActionDenied("There is no such conversion.", article=ARTICLE, subject=str(conversion_id))
    unit = session.get_one(Unit, row.unit_id)
    case = session.get_one(CaseFile, row.case_id)
    people = _People(session)
    said = {
        one.verdict: one for one in decisions_of_conversion(session.connection(), row.id) if one.edition == row.edition
    }
    checked, signed = said.get(ConversionVerdict.CHECKED), said.get(ConversionVerdict.SIGNED)
    files = _files(session, row, people)
    extracted = row.extracted_at if ConversionVerdict.EXTRACTED in said else None
    return Statement(
        number=row.number,
        unit_name=unit.name,
        zone=unit.zone,
        case_number=case.number,
        case_cause=row.cause,
        requester=people.named(row.requester_id),
        extractor=people.named(row.extractor_id),
        extracted_at=extracted,
        method=_method(session, row),
        carrier=row.carrier,
        copies=row.copies,
        policy_version=policy.version,
        drawn_up_at=at if signed is None else signed.at,
        recordings=tuple(one.stated for one in files),
        checker=people.named(row.checker_id),
        checked_at=None if checked is None else checked.at,
        signatory=_signatory(people, signed),
        gaps=tuple(_gaps(session, files, policy)),
        supersedes=_superseded(session, row),
    )


class _People:
    """Names, each asked for once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[UUID, Named] = {}

    def named(self, person_id: UUID) -> Named:
        if person_id not in self._known:
            person = self._session.get_one(Person, person_id)
            self._known[person_id] = Named(person.name, person.number)
        return self._known[person_id]


def _signatory(people: _People, signed: AnyRow | None) -> Signatory | None:
    return None if signed is None else Signatory(people.named(signed.person_id), signed.role, signed.at)


def _superseded(session: Session, row: AnyRow) -> Superseded | None:
    if row.supersedes_id is None:
        return None
    before = conversion_row(session.connection(), row.supersedes_id)
    return None if before is None else Superseded(before.number, row.correction or "", before.issued_at)


def _method(session: Session, row: AnyRow) -> Method | None:
    items = [asked_of(one) for one in items_of_conversion(session.connection(), row)]
    copied, cut = any(one.original for one in items), any(one.is_clip for one in items)
    return {(True, True): Method.BOTH, (True, False): Method.COPY, (False, True): Method.CLIP}.get((copied, cut))


# Recording by recording


@dataclass(frozen=True, slots=True)
class _File:
    """What is said of an item, and its recording as it is kept."""

    recording: AnyRow
    stated: StatedFile


def _files(session: Session, row: AnyRow, people: _People) -> list[_File]:
    connection = session.connection()
    items = items_of_conversion(connection, row)
    ids = {one.recording_id for one in items}
    recordings = {one.id: one for one in rows_among(connection, _recorded(), _recording.c.id, ids)}
    histories = device_histories(session, {one.device_id for one in recordings.values() if one.device_id is not None})
    named = select(_item.c.recording_id, _item.c.session_id, _item.c.shown_name).order_by(_item.c.id)
    names = {
        (one.recording_id, one.session_id): one.shown_name
        for one in rows_among(connection, named, _item.c.recording_id, ids)
    }
    written = transcripts_of(connection, row.id)
    looked = {
        one.recording_id: one.checked_at for one in rows_among(connection, select(_check), _check.c.recording_id, ids)
    }
    found = []
    for item in items:
        one = recordings[item.recording_id]
        facts = _Facts(one, names.get((one.id, one.session_id)), histories, people)
        chain = chain_of(history_of(session, one.id), one.received_at, looked.get(one.id))
        found.append(_File(one, facts.stated(item, _transcript(written.get(one.id), people), chain)))
    return found


def _recorded() -> Select[*tuple[Any, ...]]:
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
    """One recording with what is known of its name, its recorder and its people."""

    row: AnyRow
    name: str | None
    histories: Mapping[UUID, DeviceHistory]
    people: _People

    def stated(self, item: AnyRow, transcript: Transcript | None, chain: tuple[ChainLink, ...]) -> StatedFile:
        row = self.row
        return StatedFile(
            ordinal=item.position,
            media_kind=row.media_kind,
            proves=item.proves,
            size=row.size,
            sha256=row.sha256,
            sm3=row.sm3,
            has_sound=row.media_kind is MediaKind.SOUND,
            device=None if row.device_number is None else StatedDevice(row.device_number, row.maker, row.model),
            source_note=None if row.device_number is not None else _unknown_source(row.session_number),
            officer=None if row.officer_id is None else self.people.named(row.officer_id),
            unit_name=row.unit_name,
            activity=self._activity(),
            claimed=_span(row.claimed_start, row.claimed_end),
            corrected=_span(row.started_at, row.ended_at),
            clock=self._clock(),
            time_note=None if row.claimed_start is not None else UNKNOWN_TIME,
            session_number=row.session_number,
            receipt_number=row.receipt_number,
            received_at=row.received_at,
            sealed_at=row.sealed_at,
            container=row.container,
            condition=row.condition.value,
            note=row.note,
            shown_name=self.name,
            transcript=transcript,
            chain=chain,
        )

    def _activity(self) -> StatedActivity | None:
        row = self.row
        if row.activity_number is None:
            return None
        return StatedActivity(row.activity_number, row.activity_kind, row.place)

    def _clock(self) -> ClockFact | None:
        row = self.row
        if row.claimed_start is None:
            return None
        if row.clock_offset_seconds is None or row.device_id is None:
            return ClockFact(0.0, Basis.ASSUMED)
        readings = self.histories[row.device_id].readings
        used = [one for one in readings if one.offset_seconds == row.clock_offset_seconds]
        before = [one for one in used if one.read_at <= row.claimed_start]
        chosen = next(iter(before[-1:] or used[:1]), None)
        return ClockFact(row.clock_offset_seconds, Basis.MEASURED, None if chosen is None else chosen.read_at)


UNKNOWN_TIME = "原件未载明时间，不晚于入库时间 (the original states no time; no later than it was taken in)"


def _unknown_source(session_number: str) -> str:
    return f"设备未登记，经采集会话 {session_number} 入库 (recorder not registered, taken in by that dock session)"


def _span(start: datetime | None, end: datetime | None) -> Span | None:
    return None if start is None else Span(start, end)


def _transcript(row: AnyRow | None, people: _People) -> Transcript | None:
    if row is None:
        return None
    confirmed = None if row.confirmed_by_id is None else people.named(row.confirmed_by_id)
    lines = tuple(TranscriptLine(*one) for one in lines_of(row))
    return Transcript(lines, row.origin.value != "written", confirmed, row.confirmed_at)


# What was not recorded


def _gaps(session: Session, files: list[_File], policy: Policy) -> Iterable[Gap]:
    """The gaps in the course of each activity that a recording is of, whoever recorded, and between which of the files
    each lies."""
    connection = session.connection()
    ids = {one.recording.activity_id for one in files} - {None}
    courses = {one.id: one for one in rows_among(connection, select(_activity), _activity.c.id, ids)}
    spans: dict[UUID, list[tuple[datetime, datetime]]] = {one: [] for one in courses}
    query = select(_recording.c.activity_id, _recording.c.started_at, _recording.c.ended_at)
    query = query.where(_recording.c.started_at.is_not(None), _recording.c.ended_at.is_not(None))
    for row in rows_among(connection, query, _recording.c.activity_id, ids):
        spans[row.activity_id].append((row.started_at, row.ended_at))
    for activity_id, course in sorted(courses.items(), key=lambda one: one[1].started_at):
        if course.ended_at is None:
            continue
        tolerance = _tolerance(policy, course.started_at.date())
        mine = [one for one in files if one.recording.activity_id == activity_id]
        for start, end in uncovered((course.started_at, course.ended_at), spans[activity_id], tolerance):
            yield Gap(start, end, _last_before(mine, start), _first_after(mine, end))


def _tolerance(policy: Policy, day: date) -> timedelta:
    return policy.span("gap_tolerance_seconds", day)


def _last_before(files: list[_File], at: datetime) -> int | None:
    ended = [one for one in files if one.recording.ended_at is not None and one.recording.ended_at <= at]
    return max(ended, key=lambda one: one.recording.ended_at).stated.ordinal if ended else None


def _first_after(files: list[_File], at: datetime) -> int | None:
    begun = [one for one in files if one.recording.started_at is not None and one.recording.started_at >= at]
    return min(begun, key=lambda one: one.recording.started_at).stated.ordinal if begun else None

"""What was seen of originals, what they were filed under, and what they were marked as, against the ledger.

Art. 15, 17, 18: how long an original is kept and who may see it follow from these, so whoever moves one behind the
registry's back is found out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, String, and_, cast, func, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import (
    NOT_SO,
    UNKNOWN,
    Check,
    as_told,
    facts_in,
    stream,
    told_by,
    unit_moved,
    vanished,
    with_newest,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import Activity, ActivityOfficer, Condition, Filing, LedgerEntry, Recording, RecordingMarking
from regulation.vocabulary import MediaKind

MODELS = (Activity, RecordingMarking)
"""Whose rows are compared here; those of recordings are counted by `registry.ledger.rows`."""

_recording, _activity, _officer = table_of(Recording), table_of(Activity), table_of(ActivityOfficer)
_marking, _entry = table_of(RecordingMarking), table_of(LedgerEntry).alias("entry")

_PROBED = (
    "media_kind", "condition", "container", "streams", "duration_seconds", "claimed_start", "claimed_end", "device_id",
    "officer_id", "clock_offset_seconds", "started_at", "ended_at",
)  # fmt: skip
_COMPARED = (*_PROBED, "filing", "activity_id", "filed_at")
_FILED: Mapping[str, Filing] = {
    Event.RECORDING_FILED.value: Filing.FILED,
    Event.RECORDING_UNFILED.value: Filing.UNFILED,
    Event.RECORDING_ASKED.value: Filing.ASKED,
}
_PROBE = Event.RECORDING_PROBED.value
_NOTHING_SEEN: Mapping[str, Any] = {"media_kind": MediaKind.OTHER.value, "condition": Condition.UNPROBED.value}
_COURSE = ("kind", "started_at", "ended_at", "remote_reason", "returned_at")


def _recordings(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recording is of the kind, time, recorder and officer that were seen last, and filed where it was last. They
    are counted where their content is compared."""
    columns = [told_by(connection, _recording.c[name]).label(name) for name in (*_COMPARED, "id")]
    about = and_(_entry.c.subject_id == _recording.c.id, _entry.c.event.in_((_PROBE, *_FILED)))
    then = told_by(connection, _entry.c.at).label("then")
    query = select(*columns, _entry.c.event, _entry.c.facts, then).select_from(_recording.outerjoin(_entry, about))
    rows = stream(connection, query.order_by(_recording.c.id, _entry.c.seq))
    for _, entries in groupby(rows, key=attrgetter("id")):
        newest = {one.event == _PROBE: one for one in entries}
        if problem := _problem(newest.get(True), newest.get(False)):
            yield problem


def _problem(probed: AnyRow | None, filed: AnyRow | None) -> RowProblem | None:
    """What of a recording is not what its newest entries say; without entries nothing was seen, or filed, of it."""
    row = probed or filed
    assert row is not None
    seen, at = _NOTHING_SEEN if probed is None else facts_in(probed.facts), None
    filing, activity_id = Filing.PENDING, None
    if filed is not None and filed.event is not None:
        filing, activity_id = _FILED[filed.event], facts_in(filed.facts).get("activity_id")
        at = filed.then if filing is Filing.FILED else None
    told = (*map(seen.get, _PROBED), filing, activity_id, at)
    there = row[: len(told)]
    if there == told:
        return None
    wrong = next(name for name, one, other in zip(_COMPARED, there, told, strict=True) if one != other)
    return RowProblem("recording", UUID(row.id), wrong, NOT_SO)


def _activities(connection: Connection) -> Iterator[RowProblem | None]:
    """Each activity went on when, with whom, of which kind and for which case it was entered last."""
    present = select(func.aggregate_strings(cast(_officer.c.person_id, String), ","))
    present = present.where(_officer.c.activity_id == _activity.c.id).correlate(_activity)
    officers = present.scalar_subquery().label("officers")
    for row in with_newest(connection, _activity, Event.ACTIVITY_ENTERED, Event.ACTIVITY_CHANGED, more=[officers]):
        yield _activity_problem(row) or unit_moved("activity", row)
    yield from vanished(connection, Event.ACTIVITY_ENTERED, _activity)


def _activity_problem(row: AnyRow) -> RowProblem | None:
    if row.facts is None:
        return RowProblem("activity", row.id, "id", UNKNOWN)
    told = facts_in(row.facts)
    stated = {name: as_told(getattr(row, name)) for name in _COURSE} | {"parties": row.parties}
    if "case_sha256" in told:
        stated["case_sha256"] = digest_of(row.case_number)
    if "return_reported_at" in told:
        stated["return_reported_at"] = as_told(row.return_reported_at)
    wrong = next((name for name, value in stated.items() if told.get(name) != value), None)
    if wrong is not None:
        return RowProblem("activity", row.id, "case_number" if wrong == "case_sha256" else wrong, NOT_SO)
    officers = sorted(UUID(one) for one in (row.officers or "").split(",") if one)
    if [str(one) for one in officers] != told.get("officers"):
        return RowProblem("activity_officer", row.id, "person_id", NOT_SO)
    return None


def _markings(connection: Connection) -> Iterator[RowProblem | None]:
    """Each marking was placed by whom and why the ledger says, and is lifted exactly when it says; none is gone."""
    for row in stream(connection, select(_marking).order_by(_marking.c.id)):
        placed = [one for one in _told(connection, Event.RECORDING_MARKED, row) if one[1] == time_text(row.placed_at)]
        lifted = [one for one in _told(connection, Event.RECORDING_UNMARKED, row) if one[0] == row.lifted_at]
        if _said(row.placed_by_id, row.reason) not in [one[2:] for one in placed]:
            yield RowProblem("recording_marking", row.id, "reason" if placed else "id", NOT_SO)
        elif row.lifted_at is None:
            is_open = (row.lifted_by_id, row.lift_reason) == (None, None)
            yield None if is_open else RowProblem("recording_marking", row.id, "lifted_by_id", NOT_SO)
        elif _said(row.lifted_by_id, row.lift_reason) not in [one[2:] for one in lifted]:
            yield RowProblem("recording_marking", row.id, "lifted_at", NOT_SO)
        else:
            yield None
    yield from _unplaced(connection)


def _told(connection: Connection, event: Event, row: AnyRow) -> list[tuple[datetime, Any, Any, Any]]:
    """What the ledger says of this kind of marking of the recording: when, from when on, by whom and why."""
    query = select(_entry.c.at, _entry.c.facts).where(
        _entry.c.subject_id == row.recording_id, _entry.c.event == event.value
    )
    told = ((one.at, facts_in(one.facts)) for one in connection.execute(query))
    return [
        (at, facts.get("placed_at"), facts.get("person_id"), facts.get("reason_sha256"))
        for at, facts in told
        if facts.get("marking") == row.marking.value
    ]


def _said(person_id: UUID | None, reason: str | None) -> tuple[str | None, str | None]:
    return None if person_id is None else str(person_id), digest_of(reason)


def _unplaced(connection: Connection) -> Iterator[RowProblem | None]:
    """As many are placed, and as many lifted, of each recording as the ledger says."""
    for event, there in (
        (Event.RECORDING_MARKED, _marking.c.id.is_not(None)),
        (Event.RECORDING_UNMARKED, _marking.c.lifted_at.is_not(None)),
    ):
        told = select(_entry.c.subject_id, func.count().label("told")).where(_entry.c.event == event.value)
        for one in stream(connection, told.group_by(_entry.c.subject_id).order_by(_entry.c.subject_id)):
            rows = select(func.count()).select_from(_marking).where(_marking.c.recording_id == one.subject_id, there)
            if connection.execute(rows).scalar_one() != one.told:
                yield RowProblem("recording_marking", one.subject_id, "recording_id", NOT_SO)


CHECKS: tuple[Check, ...] = (_recordings, _activities, _markings)

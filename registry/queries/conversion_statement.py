"""What the registry can say in the statement of a conversion: all but where its files lie (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.conversion import (
    asked_of,
    conversion_row,
    decisions_of_conversion,
    items_of_conversion,
)
from registry.queries.conversion_files import File, People, files_of
from registry.tables import Activity, CaseFile, ConversionVerdict, Recording, Unit
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.gaps import uncovered
from regulation.policy import Policy
from regulation.statement import Gap, Method, Signatory, Statement, Superseded

_recording, _activity = table_of(Recording), table_of(Activity)


def stated_conversion(session: Session, conversion_id: UUID, policy: Policy, at: datetime) -> Statement:
    """The statement as far as the registry knows it, as a draft of the moment `at` until it is signed. Recordings stand
    in the order of the items, each with its item's position; no path says yet where a file lies in the package.

    Raises `ActionDenied` where there is no such conversion.
    """
    row = conversion_row(session.connection(), conversion_id)
    if row is None:
        raise ActionDenied("There is no such conversion.", article=ARTICLE, subject=str(conversion_id))
    unit = session.get_one(Unit, row.unit_id)
    case = session.get_one(CaseFile, row.case_id)
    people = People(session)
    said = {
        one.verdict: one for one in decisions_of_conversion(session.connection(), row.id) if one.edition == row.edition
    }
    checked, signed = said.get(ConversionVerdict.CHECKED), said.get(ConversionVerdict.SIGNED)
    files = files_of(session, row, people)
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


def _signatory(people: People, signed: AnyRow | None) -> Signatory | None:
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


# What was not recorded


def _gaps(session: Session, files: list[File], policy: Policy) -> Iterable[Gap]:
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


def _last_before(files: list[File], at: datetime) -> int | None:
    ended = [one for one in files if one.recording.ended_at is not None and one.recording.ended_at <= at]
    return max(ended, key=lambda one: one.recording.ended_at).stated.ordinal if ended else None


def _first_after(files: list[File], at: datetime) -> int | None:
    begun = [one for one in files if one.recording.started_at is not None and one.recording.started_at >= at]
    return min(begun, key=lambda one: one.recording.started_at).stated.ordinal if begun else None

"""What the registry can say in the statement of a conversion: all but where its files lie (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import Session

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.conversion import (
    asked_of,
    conversion_row,
    decisions_of_conversion,
    items_of_conversion,
)
from registry.queries.conversion_files import File, People, files_of
from registry.queries.unrecorded import exemptions_of, gaps_of, is_about, reports_of
from registry.tables import Activity, CaseFile, ConversionVerdict, Unit
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.policy import Policy
from regulation.statement import Exemption, Explanation, Gap, Method, Signatory, Statement, Superseded
from regulation.unrecorded import Review

_activity = table_of(Activity)


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
    moment = at if signed is None else signed.at
    files = files_of(session, row, people)
    courses = _courses(session.connection(), files)
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
        drawn_up_at=moment,
        recordings=tuple(one.stated for one in files),
        checker=people.named(row.checker_id),
        checked_at=None if checked is None else checked.at,
        signatory=_signatory(people, signed),
        gaps=tuple(_gaps(session.connection(), courses, files, policy, people, moment)),
        exemptions=tuple(_exemptions(session.connection(), courses, people, moment)),
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


def _gaps(
    connection: Connection,
    courses: Mapping[UUID, AnyRow],
    files: list[File],
    policy: Policy,
    people: People,
    at: datetime,
) -> Iterable[Gap]:
    """The gaps in the course of each activity that a recording is of, whoever recorded, what was said of each by the
    moment `at`, and between which of the files it lies."""
    spans = {one.id: (one.started_at, one.ended_at) for one in courses.values()}
    reports = [one for one in reports_of(connection, courses) if one.at <= at]
    for activity_id, gaps in gaps_of(connection, spans, policy).items():
        mine = [one for one in files if one.recording.activity_id == activity_id]
        for gap in gaps:
            told = (one for one in reports if one.activity_id == activity_id and is_about(one, gap))
            explanations = tuple(_explanation(one, mine, people, at) for one in told)
            yield Gap(*gap, _last_before(mine, gap[0]), _first_after(mine, gap[1]), explanations)


def _courses(connection: Connection, files: list[File]) -> dict[UUID, AnyRow]:
    """The activities that the files are of, the earliest first."""
    ids = {one.recording.activity_id for one in files} - {None}
    rows = rows_among(connection, select(_activity), _activity.c.id, ids)
    return {one.id: one for one in sorted(rows, key=lambda one: (one.started_at, one.id))}


def _explanation(report: AnyRow, files: list[File], people: People, at: datetime) -> Explanation:
    said_in = next((one.stated.ordinal for one in files if one.recording.id == report.recording_id), None)
    told = Explanation(report.reason, people.named(report.person_id), report.at, report.manner, said_in)
    if report.seen_at is None or report.seen_at > at:
        return told
    return replace(told, seen_by=people.named(report.seen_by_id), seen_as=report.seen_as, seen_at=report.seen_at)


def _exemptions(
    connection: Connection, courses: Mapping[UUID, AnyRow], people: People, at: datetime
) -> Iterable[Exemption]:
    """On which grounds the activities, or parts of them, were not to be recorded, as far as the principal leader had
    approved it by the moment `at`."""
    for one in exemptions_of(connection, courses):
        if one.review is Review.APPROVED and one.reviewed_at <= at:
            yield Exemption(
                courses[one.activity_id].number,
                one.ground.value,
                one.reason,
                people.named(one.person_id),
                one.document,
                people.named(one.reviewed_by_id),
                one.reviewed_as,
                one.reviewed_at,
            )


def _last_before(files: list[File], at: datetime) -> int | None:
    ended = [one for one in files if one.recording.ended_at is not None and one.recording.ended_at <= at]
    return max(ended, key=lambda one: one.recording.ended_at).stated.ordinal if ended else None


def _first_after(files: list[File], at: datetime) -> int | None:
    begun = [one for one in files if one.recording.started_at is not None and one.recording.started_at >= at]
    return min(begun, key=lambda one: one.recording.started_at).stated.ordinal if begun else None

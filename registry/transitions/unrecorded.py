"""What was not recorded: interruptions are reported, exemptions written down, and leaders see them (Art. 12, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.unrecorded import (
    exemptions_of,
    gaps_of,
    next_segment,
    officers_of,
    reported_to,
    reports_of,
    reviewed_by,
)
from registry.tables import Activity, ExemptionRecord, InterruptionReport, NoticeKind, Unrecorded
from registry.transitions.duties.touching import touch
from registry.transitions.notices.queueing import queue_notices
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.gaps import Stretch
from regulation.policy import Policy
from regulation.unrecorded import (
    EXEMPTION,
    INTERRUPTION,
    ExemptionGround,
    Manner,
    Review,
    check_acknowledge,
    check_review,
    check_took_part,
)

_activity, _report, _exemption = table_of(Activity), table_of(InterruptionReport), table_of(ExemptionRecord)


@dataclass(frozen=True, slots=True)
class NewReport:
    """Why nothing was recorded in `gap`, and whether that was said aloud when recording resumed or is written here."""

    gap: Stretch
    manner: Manner
    reason: str


@dataclass(frozen=True, slots=True)
class NewExemption:
    """On which ground an activity was not to be recorded; `document` names the signed statement of who asked for it."""

    ground: ExemptionGround
    reason: str
    document: str | None = None


def report_interruption(act: Act, activity_id: UUID, new: NewReport, by: UUID, policy: Policy) -> UUID:
    """Enter why nothing was recorded for a while; whoever heads the department is told. Gives the report's id;
    entered again it is the same one.

    Raises `ActionDenied` for an unknown activity and for whoever took no part in it; `FieldDenied` for a gap that there
    is not, a reason said aloud where recording never resumed, and without a reason.
    """
    activity = _activity_of(act, activity_id, INTERRUPTION)
    check_took_part(by, officers_of(act.connection, activity_id), INTERRUPTION)
    course = {activity_id: (activity.started_at, activity.ended_at)}
    if new.gap not in gaps_of(act.connection, course, policy).get(activity_id, []):
        raise FieldDenied("gap", "There is no such interruption any more: look again.", INTERRUPTION)
    said_in = next_segment(act.connection, activity_id, new.gap) if new.manner is Manner.SPOKEN else None
    if new.manner is Manner.SPOKEN and said_in is None:
        raise FieldDenied("manner", "Recording did not resume, so nothing was said in it.", INTERRUPTION)
    reason, (start, end) = storable(check_text("reason", new.reason, INTERRUPTION)), new.gap
    same = (start, end, new.manner, reason, by)
    for one in reports_of(act.connection, [activity_id]):
        if (one.started_at, one.ended_at, one.manner, one.reason, one.person_id) == same:
            known: UUID = one.id
            return known
    report_id = new_id()
    row: dict[str, Any] = {
        "id": report_id,
        "activity_id": activity_id,
        "unit_id": activity.unit_id,
        "started_at": start,
        "ended_at": end,
        "manner": new.manner,
        "recording_id": said_in,
        "reason": reason,
        "person_id": by,
        "at": act.at,
    }
    insert_rows(act.connection, InterruptionReport, [row])
    facts = {name: row[name] for name in ("activity_id", "started_at", "ended_at", "recording_id", "person_id")}
    facts |= {"manner": new.manner.value, "reason_sha256": digest_of(reason)}
    act.record(
        Event.INTERRUPTION_REPORTED, "interruption", report_id, facts, unit_id=activity.unit_id, article=INTERRUPTION
    )
    touch(act, DutyKind.INTERRUPTION_NOTICE, [report_id])
    head = reported_to(act.session, activity_id, activity.unit_id, by, act.at)
    _tell(act, Unrecorded.REPORTED, activity_id, head.people)
    return report_id


def acknowledge_report(act: Act, activity_id: UUID, report_id: UUID, by: UUID) -> None:
    """Enter that the head of the department took note of a report; who wrote it is told.

    Raises `ActionDenied` for an unknown report, one that was seen already, and for who is not the head.
    """
    row = act.connection.execute(select(_report).where(_report.c.id == report_id)).one_or_none()
    if row is None or row.activity_id != activity_id or row.seen_at is not None:
        raise ActionDenied("There is no such report, or it was seen already.", article=INTERRUPTION)
    role = check_acknowledge(by, reported_to(act.session, row.activity_id, row.unit_id, row.person_id, act.at))
    update_rows(
        act.connection,
        InterruptionReport,
        [{"id": report_id, "seen_by_id": by, "seen_as": role, "seen_at": act.at}],
    )
    facts = {"person_id": by, "role": role.value}
    act.record(Event.INTERRUPTION_SEEN, "interruption", report_id, facts, unit_id=row.unit_id, article=INTERRUPTION)
    touch(act, DutyKind.INTERRUPTION_NOTICE, [report_id])
    _tell(act, Unrecorded.SEEN, row.activity_id, [row.person_id])


def enter_exemption(act: Act, activity_id: UUID, new: NewExemption, by: UUID) -> UUID:
    """Enter why an activity was not to be recorded; the principal leader is told. Gives the record's id.

    Raises `ActionDenied` for an unknown activity, whoever took no part in it, and a ground that is being reviewed or
    was approved already; `FieldDenied` without a reason.
    """
    activity = _activity_of(act, activity_id, EXEMPTION)
    check_took_part(by, officers_of(act.connection, activity_id), EXEMPTION)
    reason, document = storable(check_text("reason", new.reason, EXEMPTION)), storable(new.document)
    if document is not None:
        document = check_text("document", document, EXEMPTION)
    before = [one for one in exemptions_of(act.connection, [activity_id]) if one.ground is new.ground]
    if any(one.review is not Review.REFUSED for one in before):
        raise FieldDenied("ground", "This ground was entered already.", EXEMPTION)
    exemption_id = new_id()
    row = {
        "id": exemption_id,
        "activity_id": activity_id,
        "unit_id": activity.unit_id,
        "ground": new.ground,
        "reason": reason,
        "document": document,
        "person_id": by,
        "at": act.at,
    }
    insert_rows(act.connection, ExemptionRecord, [row])
    facts = {
        "activity_id": activity_id,
        "person_id": by,
        "ground": new.ground.value,
        "reason_sha256": digest_of(reason),
        "document_sha256": digest_of(document),
    }
    act.record(Event.EXEMPTION_ENTERED, "exemption", exemption_id, facts, unit_id=activity.unit_id, article=EXEMPTION)
    touch(act, DutyKind.EXEMPTION_REVIEW, [exemption_id])
    leader = reviewed_by(act.session, activity_id, activity.unit_id, by, act.at)
    _tell(act, Unrecorded.EXEMPTED, activity_id, leader.people)
    return exemption_id


def review_exemption(act: Act, activity_id: UUID, exemption_id: UUID, by: UUID, review: Review, reason: str) -> None:
    """Enter what the principal leader says of an exemption; who wrote it is told.

    Raises `ActionDenied` for an unknown record, one that was reviewed already, and for who is not the principal
    leader; `FieldDenied` without a reason.
    """
    row = act.connection.execute(select(_exemption).where(_exemption.c.id == exemption_id)).one_or_none()
    if row is None or row.activity_id != activity_id or row.reviewed_at is not None:
        raise ActionDenied("There is no such record, or it was reviewed already.", article=EXEMPTION)
    role = check_review(by, reviewed_by(act.session, row.activity_id, row.unit_id, row.person_id, act.at))
    said = storable(check_text("reason", reason, EXEMPTION))
    reviewed = {"review": review, "review_reason": said, "reviewed_by_id": by, "reviewed_as": role}
    update_rows(act.connection, ExemptionRecord, [{"id": exemption_id, "reviewed_at": act.at, **reviewed}])
    facts = {"person_id": by, "role": role.value, "review": review.value, "reason_sha256": digest_of(said)}
    act.record(Event.EXEMPTION_REVIEWED, "exemption", exemption_id, facts, unit_id=row.unit_id, article=EXEMPTION)
    touch(act, DutyKind.EXEMPTION_REVIEW, [exemption_id])
    _tell(act, Unrecorded.REVIEWED, row.activity_id, [row.person_id])


def _activity_of(act: Act, activity_id: UUID, article: str) -> AnyRow:
    row = act.connection.execute(select(_activity).where(_activity.c.id == activity_id)).one_or_none()
    if row is None:
        raise ActionDenied("There is no such activity.", article=article, subject=str(activity_id))
    return row


def _tell(act: Act, what: Unrecorded, activity_id: UUID, people: Iterable[UUID]) -> None:
    queue_notices(act, NoticeKind.UNRECORDED, people, f"{what}:{activity_id}")

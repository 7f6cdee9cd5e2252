"""What a department head may decide about a duty: that it need not be done, or not before a day (Art. 16, 20)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.organisation import holders_at, unit_chain
from registry.tables import DecisionKind, Duty, DutyDecision
from registry.transitions.duties.settling import Rules, settle
from registry.types import new_id
from regulation.authority import DutyQuestion, check_excuse_duty
from regulation.duties import OPEN, RULES
from regulation.errors import ActionDenied

_duty = table_of(Duty)
LONGEST_REASON = 2_000


def excuse_duty(act: Act, duty_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Enter that person `by` excuses the duty, and why: it ends, whatever the facts say later.

    Raises `ActionDenied` unless `by` has the authority at the act's time, the duty is still owed, and a reason is
    given.
    """
    _decide(act, duty_id, DecisionKind.EXCUSE, by, reason, None, rules)


def pause_duty(act: Act, duty_id: UUID, by: UUID, reason: str, until: datetime, rules: Rules) -> None:
    """Enter that person `by` stops the duty's clock from now until `until`, and why; it is due that much later.

    Raises `ActionDenied` as `excuse_duty` does, for a clock that has not started or has run out, and for an end that
    is not ahead.
    """
    _decide(act, duty_id, DecisionKind.PAUSE, by, reason, until, rules)


def _decide(
    act: Act, duty_id: UUID, kind: DecisionKind, by: UUID, reason: str, until: datetime | None, rules: Rules
) -> None:
    duty = _duty_of(act, duty_id)
    law = RULES[duty.kind].article
    chain = unit_chain(act.session, duty.unit_id)
    question = DutyQuestion(duty.kind, duty.owed_by_id, chain)
    check_excuse_duty(by, question, holders_at(act.session, chain, act.at), act.at)
    _check_decidable(act, duty, kind, until, law)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ActionDenied(f"A decision needs a reason of up to {LONGEST_REASON} characters.", article=law)
    row = {
        "id": new_id(),
        "duty_id": duty_id,
        "kind": kind,
        "person_id": by,
        "reason": storable(reason.strip()),
        "at": act.at,
        "until": until,
    }
    insert_rows(act.connection, DutyDecision, [row])
    event = Event.DUTY_EXCUSED if kind is DecisionKind.EXCUSE else Event.DUTY_PAUSED
    # The reason is free text and may name people: the ledger has its digest only.
    digest = digest_of(str(row["reason"]))
    facts = {
        "kind": duty.kind.value,
        "decision_id": row["id"],
        "person_id": by,
        "until": until,
        "reason_sha256": digest,
    }
    act.record(event, "duty", duty_id, facts, unit_id=duty.unit_id, article=law)
    settled = settle(act, duty.kind, [duty.subject_id], rules)
    for refusal in settled.refused.values():
        raise refusal


def _duty_of(act: Act, duty_id: UUID) -> AnyRow:
    duty = act.connection.execute(select(_duty).where(_duty.c.id == duty_id)).one_or_none()
    if duty is None:
        raise ActionDenied("There is no such duty.", subject=str(duty_id))
    return duty


def _check_decidable(act: Act, duty: AnyRow, kind: DecisionKind, until: datetime | None, law: str) -> None:
    if duty.state not in OPEN:
        raise ActionDenied("The duty is no longer owed.", article=law, subject=str(duty.id))
    if kind is DecisionKind.EXCUSE:
        return
    assert until is not None
    if until <= act.at:
        raise ActionDenied("A pause ends ahead of now.", article=law, subject=str(duty.id))
    if duty.due_at is None or duty.due_at <= act.at or duty.clock_started_at > act.at or duty.next_at is None:
        raise ActionDenied("Only a clock that runs can be stopped.", article=law, subject=str(duty.id))
    pauses = select(table_of(DutyDecision).c.until).where(
        table_of(DutyDecision).c.duty_id == duty.id, table_of(DutyDecision).c.until > act.at
    )
    if act.connection.execute(pauses).first() is not None:
        raise ActionDenied("The clock is stopped already.", article=law, subject=str(duty.id))

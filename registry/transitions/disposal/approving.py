"""Approval (审批) by the principal leader, and the witnesses (监销) that the leader names (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from registry.act import Act
from registry.bulk import AnyRow, storable
from registry.ledger import Event
from registry.queries.access import in_office
from registry.queries.disposal import appraisers_of, approvers_of, decisions_on, items_in, steps_of_list, taking_part
from registry.tables import DisposalVerdict, Unit
from registry.transitions.disposal.common import (
    answer,
    ask,
    change,
    close_steps,
    drop,
    open_step,
    tell_ledger,
    tell_people,
)
from registry.transitions.disposal.dropping import drop_kept, keep
from registry.transitions.disposal.listing import judge
from registry.transitions.duties.settling import Rules
from regulation.access import check_decide
from regulation.access_terms import check_text
from regulation.disposal import ARTICLE, DisposalStage, check_witnesses
from regulation.disposal_states import ItemState, ListEvent, ListState
from regulation.errors import ActionDenied


def approve(act: Act, step_id: UUID, by: UUID, witnesses: Collection[UUID], reason: str, rules: Rules) -> None:
    """Approve that what stands on the list is destroyed, and name who witnesses it.

    What something keeps by now is taken off first. Raises `ActionDenied` unless the step is open and `by` may approve
    at the act's time, for witnesses who may not be, and where nothing is left; `FieldDenied` without a reason.
    """
    step, row = open_step(act, step_id, DisposalStage.APPROVAL)
    found = approvers_of(act.session, row, act.at)
    check_decide(by, found)
    named = list(witnesses)
    present = [one for one in named if in_office(act.session, one, act.at) is not None]
    check_witnesses(named, taking_part(act.connection, row.id) | {by}, present)
    if not take_off_kept(act, row, rules):
        raise ActionDenied("Nothing is left on the list: something keeps all of it by now.", article=ARTICLE)
    verdict, asked = DisposalVerdict.APPROVED, sorted(str(one) for one in named)
    answer(act, step, row, by, verdict, reason, rules, role=found.role, passed=found.passed, witnesses=asked)
    change(act, row, ListEvent.APPROVED)
    for witness in named:
        ask(act, row, DisposalStage.WITNESS, witness)
    tell_people(act, "witness", row, named)


def take_off_kept(act: Act, row: AnyRow, rules: Rules) -> int:
    """Take off the list whatever is kept by facts, holds or policy at the act's time; gives how many are left."""
    items = items_in(act.connection, row.id, ItemState.LISTED)
    _, kept = judge(act, [one.recording_id for one in items], rules)
    return len(items) - drop_kept(act, row, items, kept)


def refuse(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules, keep_until: date | None = None) -> None:
    """Refuse the list: all of it is kept, until a day or without an end. Raises as `approve` does."""
    step, row = open_step(act, step_id, DisposalStage.APPROVAL)
    found = approvers_of(act.session, row, act.at)
    check_decide(by, found)
    said = storable(check_text("reason", reason, ARTICLE))
    verdict, until = DisposalVerdict.REFUSED, keep_until and keep_until.isoformat()
    answer(act, step, row, by, verdict, said, rules, role=found.role, passed=found.passed, keep_until=until)
    change(act, row, ListEvent.REFUSED)
    items = items_in(act.connection, row.id, ItemState.LISTED)
    keep(act, row, items, by, said, keep_until)
    drop(act, row, items, dropped_by_id=by)
    tell_people(act, "outcome", row, taking_part(act.connection, row.id))


def witness(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Enter that a named witness has compared the list with what was approved. With the last of them the time of grace
    begins. Raises `ActionDenied` for anybody else and for who is no longer in office, `FieldDenied` without a word."""
    step, row = open_step(act, step_id, DisposalStage.WITNESS)
    if step.person_id != by or in_office(act.session, by, act.at) is None:
        raise ActionDenied("Only the witness who was named says this.", article=ARTICLE)
    if row.state is not ListState.WITNESSING:
        raise ActionDenied("Nothing is to be witnessed here now.", article=ARTICLE, subject=row.number)
    answer(act, step, row, by, DisposalVerdict.WITNESSED, reason, rules)
    if all(one.closed_at is not None for one in steps_of_list(act.connection, row.id)):
        _begin_grace(act, row, rules)


def _begin_grace(act: Act, row: AnyRow, rules: Rules) -> None:
    zone = ZoneInfo(act.session.get_one(Unit, row.unit_id).zone)
    span = rules.policy_of(row.unit_id).span("disposal_grace_hours", act.at.astimezone(zone).date())
    change(act, row, ListEvent.WITNESSED, grace_until=act.at + span)
    tell_people(act, "grace", row, taking_part(act.connection, row.id))


def replace_witness(act: Act, step_id: UUID, by: UUID, other: UUID) -> None:
    """Name another witness in the place of one who does not answer. Raises as `approve` does."""
    step, row = open_step(act, step_id, DisposalStage.WITNESS)
    check_decide(by, approvers_of(act.session, row, act.at))
    staying = [
        one.person_id
        for one in steps_of_list(act.connection, row.id)
        if one.stage is DisposalStage.WITNESS and one.id != step.id and _counts(act, row, one)
    ]
    named = [*staying, other]
    decided = {one.person_id for one in decisions_on(act.connection, row.id) if one.person_id not in staying}
    decided |= appraisers_of(act.connection, row.id)
    present = [one for one in named if in_office(act.session, one, act.at) is not None or one in staying]
    check_witnesses(named, decided | {by}, present)
    close_steps(act, [step.id])
    ask(act, row, DisposalStage.WITNESS, other)
    facts = {"person_id": by, "step_id": step.id, "witness": other}
    tell_ledger(act, Event.DISPOSAL_WITNESS_REPLACED, row, facts)
    tell_people(act, "witness", row, [other])


def _counts(act: Act, row: AnyRow, step: AnyRow) -> bool:
    """Whether the witness of this step has spoken or is still to speak."""
    spoke = {one.step_id for one in decisions_on(act.connection, row.id)}
    return step.closed_at is None or step.id in spoke

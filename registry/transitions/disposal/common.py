"""What the transitions of disposal share: finding the list, its state and steps, the ledger and the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.disposal import (
    SomeList,
    decisions_on,
    digest_of_items,
    items_in,
    list_row,
    steps_of_list,
    taking_part,
)
from registry.queries.organisation import unit_chain
from registry.tables import (
    DisposalDecision,
    DisposalItem,
    DisposalList,
    DisposalStep,
    DisposalVerdict,
    NoticeKind,
    RetentionTerm,
)
from registry.transitions.duties.settling import Rules
from registry.transitions.duties.touching import touch
from registry.transitions.notices.queueing import queue_notices
from registry.transitions.retention.touching import touch_terms
from registry.types import new_id
from regulation.access_terms import check_text
from regulation.disposal import ARTICLE, DisposalStage
from regulation.disposal_states import CLOSED, ItemState, ListEvent, ListState, after
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_list, _term = table_of(DisposalList), table_of(RetentionTerm)


def list_of(act: Act, list_id: UUID) -> AnyRow:
    """The list. Raises `ActionDenied` where there is none."""
    row = list_row(act.connection, list_id)
    if row is None:
        raise ActionDenied("There is no such disposal list.", article=ARTICLE, subject=str(list_id))
    return row


def roles_on(act: Act, row: AnyRow, by: UUID) -> set[Role]:
    """The roles that person `by` holds over the list's unit at the act's time."""
    return roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at)


def open_step(act: Act, step_id: UUID, stage: DisposalStage) -> tuple[AnyRow, AnyRow]:
    """A step of `stage` that waits for its answer, and its list. Raises `ActionDenied` for one that was answered."""
    step = act.connection.execute(
        table_of(DisposalStep).select().where(table_of(DisposalStep).c.id == step_id)
    ).one_or_none()
    if step is None or step.stage is not stage or step.closed_at is not None:
        raise ActionDenied("This step is not open: it was answered, or there is none.", article=ARTICLE)
    return step, list_of(act, step.list_id)


def change(act: Act, row: AnyRow, event: ListEvent, **more: Any) -> ListState:
    """Have `event` happen to the list; `more` are other columns to write. Raises `ActionDenied` where it cannot."""
    state = after(row.state, event)
    closed_at = act.at if state in CLOSED else None
    written = {"id": row.id, "state": state, "changed_at": act.at, "closed_at": closed_at, **more}
    update_rows(act.connection, DisposalList, [written])
    return state


def ask(act: Act, row: AnyRow, stage: DisposalStage, person_id: UUID | None = None) -> None:
    """Open a step of the list."""
    position = len(steps_of_list(act.connection, row.id)) + 1
    _open_steps(act, [row.id], position, stage, person_id)


def ask_first(act: Act, list_ids: Iterable[UUID], stage: DisposalStage) -> None:
    """Open the first step of each of these lists."""
    _open_steps(act, list_ids, 1, stage, None)


def _open_steps(
    act: Act, list_ids: Iterable[UUID], position: int, stage: DisposalStage, person_id: UUID | None
) -> None:
    common = {"position": position, "stage": stage, "person_id": person_id, "opened_at": act.at}
    steps = {new_id(): one for one in list_ids}
    insert_rows(act.connection, DisposalStep, [{"id": step, "list_id": one, **common} for step, one in steps.items()])
    touch(act, DutyKind.DISPOSAL_STEP, steps)


def close_steps(act: Act, step_ids: Iterable[UUID]) -> None:
    """Nothing more is to be answered there; the duty ends with it."""
    ids = list(step_ids)
    update_rows(act.connection, DisposalStep, [{"id": one, "closed_at": act.at} for one in ids])
    touch(act, DutyKind.DISPOSAL_STEP, ids)


def answer(
    act: Act,
    step: AnyRow,
    row: AnyRow,
    by: UUID,
    verdict: DisposalVerdict,
    reason: str,
    rules: Rules,
    *,
    role: Role | None = None,
    passed: Iterable[tuple[Role, str]] = (),
    **more: Any,
) -> None:
    """Enter the one answer to a step, of exactly the items that stand on the list now; `more` is what else the ledger
    has of it. Raises `FieldDenied` without a reason, `ConfigurationError` where the unit's policy is not sound."""
    said = storable(check_text("reason", reason, ARTICLE))
    items, digest = digest_of_items(act.connection, row.id)
    decision: dict[str, Any] = {
        "step_id": step.id,
        "list_id": row.id,
        "person_id": by,
        "role": role,
        "passed": [[seat.value, why] for seat, why in passed],
        "verdict": verdict,
        "reason": said,
        "items": items,
        "items_sha256": digest,
        "policy_version": rules.policy_of(row.unit_id).version,
        "at": act.at,
    }
    insert_rows(act.connection, DisposalDecision, [decision])
    facts = {
        "step_id": step.id,
        "person_id": by,
        "role": None if role is None else role.value,
        "passed": decision["passed"],
        "verdict": verdict.value,
        "items": items,
        "items_sha256": digest,
        "reason_sha256": digest_of(said),
        "policy": decision["policy_version"],
        **more,
    }
    tell_ledger(act, _EVENTS[verdict], row, facts)
    close_steps(act, [step.id])


_EVENTS: Mapping[DisposalVerdict, Event] = {
    DisposalVerdict.SUBMITTED: Event.DISPOSAL_SUBMITTED,
    DisposalVerdict.APPROVED: Event.DISPOSAL_APPROVED,
    DisposalVerdict.REFUSED: Event.DISPOSAL_REFUSED,
    DisposalVerdict.WITNESSED: Event.DISPOSAL_WITNESSED,
}


def tell_ledger(act: Act, event: Event, row: AnyRow | SomeList, facts: Mapping[str, Any]) -> None:
    """Enter what happened to the list."""
    act.record(event, "disposal_list", row.id, facts, unit_id=row.unit_id, article=ARTICLE)


def tell_people(act: Act, what: str, row: AnyRow | SomeList, people: Iterable[UUID]) -> None:
    """Queue a notice about the list: ``appraise``, ``approve``, ``witness`` or ``outcome``."""
    queue_notices(act, NoticeKind.DISPOSAL, people, f"{what}:{row.id}")


def drop(act: Act, row: AnyRow, items: Iterable[AnyRow], **why: Any) -> int:
    """Take items off their list; `why` are columns that say so. Gives how many.

    A list that is left without any, and of which nothing was destroyed, is over.
    """
    now = {"state": ItemState.DROPPED, "dropped_at": act.at, "dropped_after": len(decisions_on(act.connection, row.id))}
    dropped = [{"id": one.id, **now, **why} for one in items]
    if not dropped:
        return 0
    update_rows(act.connection, DisposalItem, dropped)
    touch(act, DutyKind.DELETION_FAILURE, [one.id for one in items if one.failed_at is not None])
    ids = [one.recording_id for one in items]
    update_rows(act.connection, RetentionTerm, [{"recording_id": one, "list_id": None} for one in ids], "recording_id")
    touch_terms(act, ids)
    if not items_in(act.connection, row.id, *_ON_IT):
        _end_empty(act, row)
    return len(dropped)


_ON_IT = (ItemState.LISTED, ItemState.DESTROYING, ItemState.FAILED, ItemState.DESTROYED)


def _end_empty(act: Act, row: AnyRow) -> None:
    now = list_of(act, row.id)
    if now.state in CLOSED:
        return
    change(act, now, ListEvent.EMPTIED)
    close_steps(act, [one.id for one in steps_of_list(act.connection, row.id) if one.closed_at is None])
    tell_people(act, "outcome", row, taking_part(act.connection, row.id))

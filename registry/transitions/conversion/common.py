"""What the transitions of conversion share: finding it, its state and steps, the ledger and the people (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.ledger.conversion_rows import VERDICTS
from registry.queries.conversion import content_digest, conversion_row, open_step_of_conversion, steps_of_conversion
from registry.tables import (
    Conversion,
    ConversionDecision,
    ConversionStep,
    ConversionVerdict,
    NoticeKind,
)
from registry.transitions.duties.settling import Rules
from registry.transitions.duties.touching import touch
from registry.transitions.notices.queueing import queue_notices
from registry.types import new_id
from regulation.access_terms import check_text
from regulation.conversion import ConversionStage
from regulation.conversion_states import ARTICLE, CLOSED, ConversionEvent, ConversionState, after
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_step = table_of(ConversionStep)


def conversion_of(act: Act, conversion_id: UUID) -> AnyRow:
    """The conversion. Raises `ActionDenied` where there is none."""
    row = conversion_row(act.connection, conversion_id)
    if row is None:
        raise ActionDenied("There is no such conversion.", article=ARTICLE, subject=str(conversion_id))
    return row


def open_step(act: Act, step_id: UUID, *stages: ConversionStage) -> tuple[AnyRow, AnyRow]:
    """A step of one of the `stages` that waits for its answer, and its conversion. Raises `ActionDenied` for one that
    was answered: an old link never answers a new question."""
    step = act.connection.execute(select(_step).where(_step.c.id == step_id)).one_or_none()
    if step is None or step.stage not in stages or step.closed_at is not None:
        raise ActionDenied("This step is not open: it was answered, or there is none.", article=ARTICLE)
    return step, conversion_of(act, step.conversion_id)


def change(act: Act, row: AnyRow, event: ConversionEvent, **more: Any) -> ConversionState:
    """Have `event` happen to the conversion; `more` are other columns to write. Raises `ActionDenied` where it
    cannot."""
    state = after(row.state, event)
    closed_at = act.at if state in CLOSED else None
    written = {"id": row.id, "state": state, "changed_at": act.at, "closed_at": closed_at, **more}
    update_rows(act.connection, Conversion, [written])
    return state


def ask(act: Act, row: AnyRow, stage: ConversionStage, person_id: UUID | None = None) -> UUID:
    """Open a step of the conversion."""
    step_id = new_id()
    step = {
        "id": step_id,
        "conversion_id": row.id,
        "position": len(steps_of_conversion(act.connection, row.id)) + 1,
        "edition": row.edition,
        "stage": stage,
        "person_id": person_id,
        "opened_at": act.at,
    }
    insert_rows(act.connection, ConversionStep, [step])
    touch(act, DutyKind.CONVERSION_STEP, [step_id])
    return step_id


def close_step(act: Act, step_id: UUID) -> None:
    """Nothing more is to be answered there; the duty ends with it."""
    update_rows(act.connection, ConversionStep, [{"id": step_id, "closed_at": act.at}])
    touch(act, DutyKind.CONVERSION_STEP, [step_id])


def close_open_step(act: Act, row: AnyRow) -> None:
    """The same for whatever step of the conversion still waits."""
    step = open_step_of_conversion(act.connection, row.id)
    if step is not None:
        close_step(act, step.id)


def answer(
    act: Act,
    step: AnyRow,
    row: AnyRow,
    by: UUID,
    verdict: ConversionVerdict,
    reason: str,
    rules: Rules,
    *,
    role: Role | None = None,
    passed: Iterable[tuple[Role, str]] = (),
) -> None:
    """Enter the one answer to a step, about exactly what is asked and was made by now. Raises `FieldDenied` without a
    reason, `ConfigurationError` where the unit's policy is not sound."""
    said = storable(check_text("reason", reason, ARTICLE))
    decision: dict[str, Any] = {
        "step_id": step.id,
        "conversion_id": row.id,
        "edition": row.edition,
        "person_id": by,
        "role": role,
        "passed": [[seat.value, why] for seat, why in passed],
        "verdict": verdict,
        "reason": said,
        "content_sha256": content_digest(act.connection, row),
        "policy_version": rules.policy_of(row.unit_id).version,
        "at": act.at,
    }
    insert_rows(act.connection, ConversionDecision, [decision])
    facts = {
        "step_id": step.id,
        "edition": row.edition,
        "person_id": by,
        "role": None if role is None else role.value,
        "passed": decision["passed"],
        "verdict": verdict.value,
        "content_sha256": decision["content_sha256"],
        "reason_sha256": digest_of(said),
        "policy": decision["policy_version"],
    }
    tell_ledger(act, VERDICTS[verdict], row, facts)
    close_step(act, step.id)


def tell_ledger(act: Act, event: Event, row: AnyRow, facts: Mapping[str, Any]) -> None:
    """Enter what happened to the conversion; free text goes in as a digest only, for it may name people."""
    act.record(event, "conversion", row.id, facts, unit_id=row.unit_id, article=ARTICLE)


def tell_people(act: Act, what: str, row: AnyRow, people: Iterable[UUID]) -> None:
    """Queue a notice about the conversion: ``extract``, ``check``, ``sign`` or ``outcome``."""
    queue_notices(act, NoticeKind.CONVERSION, people, f"{what}:{row.id}")


def taking_part(row: AnyRow) -> set[UUID]:
    """Who is to know what becomes of it."""
    return {row.requester_id, row.extractor_id, row.checker_id}

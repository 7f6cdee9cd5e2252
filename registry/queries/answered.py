"""The steps of a case, each with the answer it was given."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.tables import Person

_person = table_of(Person)
_named = _person.alias("named")


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """A question to a seat or to a named person, and its answer; neither once it was left unanswered for another."""

    step: AnyRow
    decision: AnyRow | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.step.closed_at is None


def answered_steps(session: Session, step: Table, decision: Table, case: str, case_id: UUID) -> list[AnsweredStep]:
    """The steps of the case whose id is in the column `case` of both tables, in order: each with name and number of
    whom it names, each answer with those of who gave it."""
    steps = select(step, _named.c.name, _named.c.number).outerjoin_from(step, _named, _named.c.id == step.c.person_id)
    said = select(decision, _person.c.name, _person.c.number).join_from(
        decision, _person, _person.c.id == decision.c.person_id
    )
    decisions = {one.step_id: one for one in session.execute(said.where(decision.c[case] == case_id))}
    rows = session.execute(steps.where(step.c[case] == case_id).order_by(step.c.position))
    return [AnsweredStep(one, decisions.get(one.id)) for one in rows]

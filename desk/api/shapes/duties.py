"""Duties: what is owed, by whom, by when, and what was decided about it (Art. 6, 7, 15, 16, 20)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from desk.api.shapes.activities import PersonShape
from desk.api.shapes.common import Body, Moment, Short, Text, same
from desk.duties import WholeDuty
from registry.bulk import AnyRow
from registry.queries.duty_pages import Choice, DutySeen
from registry.tables import DecisionKind
from regulation.duties import DutyKind, DutyState


class FilingBody(Body):
    """The number of the activity to which the recording belongs."""

    activity: Short


class ReturnBody(Body):
    """When they returned to the unit."""

    returned_at: Moment


class PauseBody(Body):
    """Until when the clock stops, and why."""

    until: Moment
    reason: Text


class DutyShape(BaseModel):
    """A duty; `subject` is the number of what it is about, or the end of its id; `due_at` is empty while it waits."""

    id: UUID
    kind: DutyKind
    article: str
    subject: str
    unit: str
    owed_by: str | None
    since: AwareDatetime | None
    due_at: AwareDatetime | None
    state: DutyState

    @classmethod
    def of(cls, seen: DutySeen) -> DutyShape:
        """As programs see it."""
        row = seen.row
        other: dict[str, Any] = {"id": row.duty_id, "unit": row.unit_name, "owed_by": row.owed_by_number}
        return cls(**same(cls, row, *other), **other)


class DutyPage(BaseModel):
    """A page of duties, and how many there are."""

    total: int
    duties: list[DutyShape]


class DutyDecisionShape(BaseModel):
    """What was decided: to excuse it, or to pause it `until`."""

    kind: DecisionKind
    by: PersonShape
    reason: str
    at: AwareDatetime
    until: AwareDatetime | None

    @classmethod
    def of(cls, row: AnyRow) -> DutyDecisionShape:
        """As programs see it."""
        by = PersonShape(name=row.name, number=row.number)
        return cls(kind=row.kind, by=by, reason=row.reason, at=row.at, until=row.until)


class ChoiceShape(BaseModel):
    """An activity to which the recording could belong."""

    number: str
    place: str
    started_at: AwareDatetime

    @classmethod
    def of(cls, choice: Choice) -> ChoiceShape:
        """As programs see it."""
        return cls(number=choice.number, place=choice.place, started_at=choice.started_at)


class WholeDutyShape(DutyShape):
    """A duty with what was decided about it and what may be done: `may_file` says that its recording waits for an
    answer, `choices` what fits; `unconfirmed` are wireless sessions whose arrival nobody confirmed; `may_report`
    that the caller may report the return from its activity, `may_decide` that they may excuse or pause it."""

    decisions: list[DutyDecisionShape]
    may_file: bool
    choices: list[ChoiceShape]
    unconfirmed: list[UUID]
    may_report: bool
    may_decide: bool

    @classmethod
    def whole(cls, whole: WholeDuty) -> WholeDutyShape:
        """As programs see it."""
        return cls(
            **DutyShape.of(whole.seen).model_dump(),
            decisions=[DutyDecisionShape.of(one) for one in whole.decisions],
            may_file=whole.waiting is not None,
            choices=[] if whole.waiting is None else [ChoiceShape.of(one) for one in whole.waiting.choices],
            unconfirmed=[one.id for one in whole.unconfirmed],
            may_report=whole.returning is not None,
            may_decide=whole.decides,
        )

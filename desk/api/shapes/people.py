"""People and appointments (Art. 6)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from desk.api.shapes.common import Body, Moment, Text
from registry.queries.people import PersonRow, WholePerson
from regulation.vocabulary import Role


class PersonBody(Body):
    """Somebody to be entered. `unit` is a unit's code."""

    number: Annotated[str, Field(max_length=32)]
    name: Annotated[str, Field(max_length=100)]
    unit: Annotated[str, Field(max_length=32)]
    joined_on: date | None = None
    left_on: date | None = None


class PersonDo(Body):
    """What is done with somebody: `change` what is said of them, `propose` a seat, `end` an appointment."""

    do: Literal["change", "put-out", "propose", "end"]
    name: Annotated[str, Field(max_length=100)] | None = None
    unit: Annotated[str, Field(max_length=32)] | None = None
    joined_on: date | None = None
    left_on: date | None = None
    role: Role | None = None
    acting: bool = False
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    document: Text = ""
    appointment: UUID | None = None


class DecisionBody(Body):
    """A second person's word on a proposal; a refusal says why."""

    do: Literal["confirm", "refuse"]
    reason: Text = ""


class OnePerson(BaseModel):
    """Somebody as the list shows them."""

    number: str
    name: str
    unit: str
    has_left: bool
    roles: list[Role]

    @classmethod
    def of(cls, row: PersonRow) -> OnePerson:
        """From a row of the registry."""
        return cls(number=row.number, name=row.name, unit=row.unit_name, has_left=row.has_left, roles=list(row.roles))


class Listed(BaseModel):
    """A page of the list of people."""

    total: int
    people: list[OnePerson]


class Held(BaseModel):
    """A role held from–to."""

    id: UUID
    role: Role
    unit: str
    acting: bool
    document: str | None
    valid_from: AwareDatetime
    valid_to: AwareDatetime | None

    @classmethod
    def of(cls, row: Any) -> Held:
        """From a row of the registry."""
        same = {name: getattr(row, name) for name in cls.model_fields if name != "unit"}
        return cls(unit=row.unit_name, **same)


class Proposal(Held):
    """An appointment, or the end of one, that waits for a second person's word."""

    person: str
    is_end: bool
    proposed_by: str
    proposed_at: AwareDatetime

    @classmethod
    def of(cls, row: Any) -> Proposal:
        """From a row of the registry."""
        own = ("unit", "person", "is_end", "proposed_by")
        same = {name: getattr(row, name) for name in cls.model_fields if name not in own}
        ends = row.ends_id is not None
        return cls(unit=row.unit_name, person=row.number, is_end=ends, proposed_by=row.proposer_name, **same)


class WholeOne(BaseModel):
    """Somebody with every appointment, what waits, and whether they have a password."""

    number: str
    name: str
    unit: str
    joined_on: date | None
    left_on: date | None
    has_password: bool
    appointments: list[Held]
    proposals: list[Proposal]

    @classmethod
    def of(cls, found: WholePerson) -> WholeOne:
        """From the registry."""
        row = found.row
        return cls(
            number=row.number,
            name=row.name,
            unit=row.unit_name,
            joined_on=row.joined_on,
            left_on=row.left_on,
            has_password=found.credential is not None,
            appointments=[Held.of(one) for one in found.appointments],
            proposals=[Proposal.of(one) for one in found.proposals],
        )

"""What the API takes and gives. Times are ISO 8601 with their offset; seconds count from a recording's beginning."""

from __future__ import annotations

from datetime import UTC, date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from registry.queries.access_copies import CopyRow
from registry.queries.access_pages import RequestRow
from registry.queries.access_whole import StepRow, WholeRequest
from registry.queries.people import PersonRow, WholePerson
from registry.tables import CopyEnd, Look
from regulation.access_terms import LONGEST_TEXT
from regulation.vocabulary import Marking, Role

Moment = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Second = Annotated[float, Field(ge=0, le=1e7)]
Count = Annotated[int, Field(ge=0, le=10_000)]


class Body(BaseModel):
    """What is sent: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Part(Body):
    """A recording or an item, or a part of it; without an end, to its end."""

    id: UUID
    start: Second = 0.0
    end: Second | None = None


class NewRequestBody(Body):
    """A request to see footage. `requester` is the certificate number of the person on whose behalf an administrator
    asks."""

    recordings: Annotated[list[Part], Field(max_length=200)]
    purpose: Text
    valid_from: Moment
    valid_until: Moment
    views: Count = 3
    copies: Count = 0
    document: Text | None = None
    outsider: Text | None = None
    requester: Annotated[str, Field(max_length=32)] | None = None


class AnswerBody(Body):
    """An answer to one step. Without `items` every item is given as asked, without terms those asked for."""

    do: Literal["approve", "deny", "send-back", "stand-aside", "hand-over"]
    reason: Text
    items: Annotated[list[Part], Field(max_length=200)] | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    views: Count | None = None
    copies: Count | None = None
    successor: Annotated[str, Field(max_length=32)] | None = Field(None, description="certificate number")


class ManageBody(Body):
    """What the requester, or whoever granted it, does with a request."""

    do: Literal["submit", "withdraw", "complete", "revoke"]
    purpose: Text | None = None
    document: Text | None = None
    answer: Text | None = None
    reason: Text = ""


class LookBody(Body):
    """One thing done while viewing."""

    what: Look
    at: Second


class MarkingBody(Body):
    """A marking to place or lift."""

    do: Literal["mark", "lift"]
    marking: Marking
    reason: Text


class CopyBody(Body):
    """What became of a copy."""

    do: Literal["declare", "confirm"]
    what: CopyEnd


class Problem(BaseModel):
    """Why a request was not carried out (RFC 9457). `field` names the entry that cannot be."""

    title: str
    status: int
    detail: str
    detail_zh: str | None = None
    article: str | None = None
    field: str | None = None


class Me(BaseModel):
    """As whom the token acts."""

    number: str
    name: str
    unit: str
    roles: list[Role]


class RequestSummary(BaseModel):
    """A request as lists show it."""

    number: str
    state: str
    requester: str
    unit: str
    purpose: str
    document: str | None
    outsider: str | None
    submitted_at: AwareDatetime | None
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    views: int
    copies: int
    items: int

    @classmethod
    def of(cls, row: RequestRow) -> RequestSummary:
        """From a row of the registry."""
        facts = {name: getattr(row, name) for name in cls.model_fields if name not in ("requester", "unit")}
        return cls(requester=row.requester_number, unit=row.unit_name, **facts)


class Item(BaseModel):
    """A recording asked for."""

    id: UUID
    recording: UUID
    media: str
    started_at: AwareDatetime | None
    sha256: str
    start: float
    end: float | None
    is_granted: bool


class Step(BaseModel):
    """A question to one seat, and its answer."""

    id: UUID
    stage: str
    role: str
    unit: str
    items: list[UUID]
    is_open: bool
    is_yours: bool
    verdict: str | None = None
    decided_by: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, row: StepRow, reader: UUID) -> Step:
        """From a step of the registry, as `reader` sees it."""
        step, made = row.step, row.decision
        said = {} if made is None else {"verdict": made.verdict.value, "decided_by": made.name, "reason": made.reason}
        yours = row.deciders is not None and reader in row.deciders.people
        seat = {"stage": step.stage.value, "role": step.role.value, "unit": row.unit_name, "items": list(row.item_ids)}
        return cls(id=step.id, is_open=row.is_open, is_yours=yours, **seat, **said)


class Whole(RequestSummary):
    """A request with all that belongs to it."""

    recordings: list[Item]
    steps: list[Step]
    grant: UUID | None

    @classmethod
    def whole(cls, found: WholeRequest, reader: UUID) -> Whole:
        """From the registry, as `reader` sees it."""
        recordings = [
            Item(
                id=one.item_id,
                recording=one.recording_id,
                media=str(one.media_kind),
                started_at=one.started_at,
                sha256=one.sha256,
                start=one.start_second,
                end=one.end_second,
                is_granted=one.is_granted,
            )
            for one in found.items
        ]
        return cls(
            **RequestSummary.of(found.row).model_dump(),
            recordings=recordings,
            steps=[Step.of(one, reader) for one in found.steps],
            grant=None if found.grant is None else found.grant.id,
        )


class Page(BaseModel):
    """A page of the register."""

    total: int
    requests: list[RequestSummary]


class Opened(BaseModel):
    """A viewing that was opened."""

    view: UUID


class Copy(BaseModel):
    """A copy that was handed out."""

    number: str
    request: str
    recording: UUID
    holder: str
    start: float
    end: float | None
    size: int
    sha256: str
    handed_at: AwareDatetime
    due_at: AwareDatetime | None
    declared: CopyEnd | None
    ended: CopyEnd | None

    @classmethod
    def of(cls, row: CopyRow) -> Copy:
        """From a row of the registry."""
        same = ("number", "size", "sha256", "handed_at", "due_at", "declared", "ended")
        kept: dict[str, Any] = {name: getattr(row, name) for name in same}
        place: dict[str, Any] = {
            "request": row.request_number,
            "recording": row.recording_id,
            "holder": row.holder_number,
        }
        return cls(**kept, **place, start=row.start_second, end=row.end_second)


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

"""Requests for access (Art. 17)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from desk.api.shapes.common import Body, Count, Moment, Second, Text
from registry.queries.access_pages import RequestRow
from registry.queries.access_whole import StepRow, WholeRequest
from regulation.access_terms import MOST_ITEMS
from regulation.vocabulary import Role


class Part(Body):
    """A recording or an item, or a part of it; without an end, to its end."""

    id: UUID
    start: Second = 0.0
    end: Second | None = None


class NewRequestBody(Body):
    """A request to see footage. `requester` is the certificate number of the person on whose behalf an administrator
    asks."""

    recordings: Annotated[list[Part], Field(max_length=MOST_ITEMS)]
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
    items: Annotated[list[Part], Field(max_length=MOST_ITEMS)] | None = None
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

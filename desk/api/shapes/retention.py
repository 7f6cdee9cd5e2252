"""Holds, case files, changes of terms, and how a recording stands (Art. 18, 23)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from desk.api.shapes.common import Body, Short, Text, same
from registry.queries.holding_pages import HoldRow
from registry.queries.overlong import OverlongRow
from registry.queries.recording_standing import Standing
from registry.queries.retention_pages import CaseRow, ChangeRow
from registry.tables import Shortened
from regulation.holds import HoldKind
from regulation.retention import Kept, RetentionClass, Trigger


class HoldBody(Body):
    """What is held back: recordings by their ids, or all of a case, what is filed there later too."""

    kind: HoldKind
    reason: Text
    recordings: Annotated[list[UUID], Field(max_length=1_000, default_factory=list)]
    case_number: Short | None = None
    document: Text | None = None


class CaseChange(Body):
    """How a case file is from now on: open without `closed_on`; kept `keep_years` from then, or permanent; `document`
    is by whose word."""

    closed_on: date | None = None
    keep_years: Annotated[int, Field(ge=1, le=100)] | None = None
    permanent: bool = False
    document: Text | None = None


class CaseBody(CaseChange):
    """A case file to be entered. `unit` is a unit's code."""

    number: Short
    unit: Short


class UseBody(Body):
    """Recordings that are used as evidence in the case with this number."""

    case_number: Short
    recordings: Annotated[list[UUID], Field(max_length=1_000)]
    reason: Text


class VerdictBody(Body):
    """The principal leader's word on a policy that would release footage earlier."""

    verdict: Shortened
    reason: Text


class HoldShape(BaseModel):
    """A hold."""

    number: str
    unit: str
    kind: HoldKind
    case_number: str | None
    reason: str
    document: str | None
    placed_by: str
    placed_at: AwareDatetime
    lifted_by: str | None
    lifted_at: AwareDatetime | None
    lift_reason: str | None
    recordings: int

    @classmethod
    def of(cls, row: HoldRow) -> HoldShape:
        """From a row of the registry."""
        return cls(unit=row.unit_name, **same(cls, row, "unit"))


class HoldPage(BaseModel):
    """A page of holds."""

    total: int
    holds: list[HoldShape]


class CaseShape(BaseModel):
    """A case file."""

    id: UUID
    number: str
    unit: str
    document: str | None
    closed_on: date | None
    keep_years: int | None
    permanent: bool
    entered_by: str
    entered_at: AwareDatetime
    changed_at: AwareDatetime
    recordings: int

    @classmethod
    def of(cls, row: CaseRow) -> CaseShape:
        """From a row of the registry."""
        return cls(unit=row.unit_code, **same(cls, row, "unit"))


class CasePage(BaseModel):
    """A page of case files."""

    total: int
    cases: list[CaseShape]


class ChangeShape(BaseModel):
    """A policy that would release footage of a unit earlier, and what was said of it."""

    id: UUID
    unit: str
    policy_version: str
    found_at: AwareDatetime
    recordings: int
    verdict: Shortened | None
    decided_by: str | None
    decided_at: AwareDatetime | None
    reason: str | None

    @classmethod
    def of(cls, row: ChangeRow) -> ChangeShape:
        """From a row of the registry."""
        return cls(unit=row.unit_name, **same(cls, row, "unit"))


class Released(BaseModel):
    """A recording that a change would release on `due_on`, instead of on another day or never."""

    recording: UUID
    activity: str | None
    retention_class: RetentionClass
    due_on: date
    instead_of: date | None

    @classmethod
    def of(cls, row: Any) -> Released:
        """From a row of the registry."""
        return cls(recording=row.recording_id, **same(cls, row, "recording"))


class ChangeWhole(BaseModel):
    """A change, and a page of what it would release earlier."""

    change: ChangeShape
    released: list[Released]


class Overlong(BaseModel):
    """A recording that is there for longer than its class allows, without a reason; or on a list that does not move."""

    recording: UUID
    activity: str | None
    unit: str
    retention_class: RetentionClass
    due_on: date
    list_number: str | None

    @classmethod
    def of(cls, row: OverlongRow) -> Overlong:
        """From a row of the registry."""
        return cls(recording=row.recording_id, unit=row.unit_name, **same(cls, row, "recording", "unit"))


class ReviewPage(BaseModel):
    """A page of the review of upper limits; `unsound` are units whose policy is not sound, which were not reviewed."""

    total: int
    recordings: list[Overlong]
    unsound: list[str]


class ExtensionShape(BaseModel):
    """A decision to keep a recording until a day, or without an end, and its end."""

    id: UUID
    until: date | None
    reason: str
    decided_by: str
    at: AwareDatetime
    ended_at: AwareDatetime | None
    end_reason: str | None

    @classmethod
    def of(cls, row: Any) -> ExtensionShape:
        """From a row of the registry."""
        return cls(decided_by=row.name, **same(cls, row, "decided_by"))


class StandingShape(BaseModel):
    """Why a recording is kept, or what is due: in a sentence, and by its parts. `keepers` is what keeps it beside its
    term, `extensions` what was decided to keep it longer, `is_destroyed` that this is all that is left of it."""

    why: str
    why_zh: str
    retention_class: RetentionClass | None
    article: str | None
    trigger: Trigger | None
    trigger_on: date | None
    due_on: date | None
    kept: Kept | None
    keepers: list[Kept]
    list_number: str | None
    extensions: list[ExtensionShape]
    is_stale: bool
    is_destroyed: bool
    certificate: str | None

    @classmethod
    def of(cls, found: Standing) -> StandingShape:
        """From the registry."""
        names = ("retention_class", "article", "trigger", "trigger_on", "due_on", "kept")
        term = {name: None if found.term is None else getattr(found.term, name) for name in names}
        stone = found.tombstone
        return cls(
            why=found.sentence("en"),
            why_zh=found.sentence("zh"),
            keepers=list(found.keepers),
            list_number=found.list_number if stone is None else stone.item.number,
            extensions=[ExtensionShape.of(one) for one in found.extensions],
            is_stale=found.is_stale,
            is_destroyed=stone is not None,
            certificate=None if stone is None else stone.certificate,
            **term,
        )

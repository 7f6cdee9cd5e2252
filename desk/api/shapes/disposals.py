"""Disposal lists (Art. 18)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from desk.api.shapes.common import ReasonBody, Short, Text
from registry.queries.answered import AnsweredStep
from registry.queries.disposal_pages import ListRow, Registered
from registry.queries.disposal_whole import ItemRow, WholeList
from regulation.disposal import WITNESSES, Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState

Scope = Literal["chosen", "unappraised", "all"]
Recordings = Annotated[list[UUID], Field(max_length=5_000, default_factory=list)]


class RestoreBody(ReasonBody):
    """What is taken off a list, and kept until a day or without an end."""

    scope: Literal["chosen", "all"] = "chosen"
    recordings: Recordings
    keep_until: date | None = None


class AppraiseBody(ReasonBody):
    """What is said of originals on a list: those `chosen`, all that are `unappraised`, or `all`. `keep_until` goes with
    `extend` alone."""

    scope: Scope = "chosen"
    recordings: Recordings
    appraisal: Appraisal
    keep_until: date | None = None


class ListStepBody(ReasonBody):
    """The answer to a step of a list. `witnesses` are two certificate numbers and go with `approve`, `keep_until` goes
    with `refuse`; `name-witness` puts `other` in the place of the witness of the step."""

    do: Literal["approve", "refuse", "witness", "name-witness"]
    reason: Text = ""
    witnesses: Annotated[list[Short], Field(max_length=WITNESSES, default_factory=list)]
    keep_until: date | None = None
    other: Short = ""


class ListSummary(BaseModel):
    """A list as lists show it."""

    number: str
    state: ListState
    unit: str
    opened_at: AwareDatetime
    grace_until: AwareDatetime | None
    closed_at: AwareDatetime | None
    items: int

    @classmethod
    def of(cls, row: ListRow) -> ListSummary:
        """From a row of the registry."""
        same = {name: getattr(row, name) for name in cls.model_fields if name != "unit"}
        return cls(unit=row.unit_name, **same)


class ListPage(BaseModel):
    """A page of lists."""

    total: int
    lists: list[ListSummary]


class DisposalStepShape(BaseModel):
    """A question to a seat or a named witness, and its answer: of how many items, and the digest of which."""

    id: UUID
    stage: DisposalStage
    witness: str | None
    is_open: bool
    verdict: str | None = None
    decided_by: str | None = None
    at: AwareDatetime | None = None
    reason: str | None = None
    items: int | None = None
    items_sha256: str | None = None

    @classmethod
    def of(cls, one: AnsweredStep) -> DisposalStepShape:
        """From a step of the registry."""
        said: dict[str, Any] = {}
        if one.decision is not None:
            same = ("at", "reason", "items", "items_sha256")
            said = {name: getattr(one.decision, name) for name in same}
            said |= {"verdict": one.decision.verdict.value, "decided_by": one.decision.number}
        return cls(id=one.step.id, stage=one.step.stage, witness=one.step.number, is_open=one.is_open, **said)


class ListWhole(ListSummary):
    """A list with its steps, how many items are in each state, and what whoever asks may do with it now."""

    steps: list[DisposalStepShape]
    counts: dict[ItemState, int]
    unappraised: int
    certificate: str | None
    may_appraise: bool
    may_approve: bool
    may_restore: bool
    may_witness: bool

    @classmethod
    def whole(cls, whole: WholeList) -> ListWhole:
        """From the registry."""
        return cls(
            **ListSummary.of(whole.row).model_dump(),
            steps=[DisposalStepShape.of(one) for one in whole.steps],
            counts={state: count for state, (count, _) in whole.counts.items()},
            unappraised=whole.unappraised,
            certificate=None if whole.certificate is None else whole.certificate.number,
            may_appraise=whole.may_appraise,
            may_approve=whole.may_approve,
            may_restore=whole.may_restore,
            may_witness=whole.witnesses_as is not None,
        )


class ListItem(BaseModel):
    """An original on a list."""

    recording: UUID
    activity: str | None
    unit: str
    media_kind: str
    condition: str
    size: int
    sha256: str
    retention_class: str
    article: str
    trigger: str
    trigger_on: date
    due_on: date
    state: ItemState
    appraisal: Appraisal | None
    reason: str | None
    dropped_why: str | None
    destroyed_at: AwareDatetime | None

    @classmethod
    def of(cls, row: ItemRow) -> ListItem:
        """From a row of the registry."""
        same = {name: getattr(row, name) for name in cls.model_fields if name not in ("recording", "unit")}
        return cls(recording=row.recording_id, unit=row.unit_name, **same)


class ItemPage(BaseModel):
    """A page of a list's items."""

    total: int
    items: list[ListItem]


class RegisteredList(ListSummary):
    """A list as the register of disposal shows it."""

    approved_by: str
    witnesses: list[str]
    destroyed: int
    certificate: str | None

    @classmethod
    def registered(cls, one: Registered) -> RegisteredList:
        """From a row of the registry."""
        return cls(
            **ListSummary.of(one.row).model_dump(),
            approved_by=one.approved_by,
            witnesses=[*one.witnesses],
            destroyed=one.destroyed,
            certificate=one.certificate,
        )


class DisposalRegister(BaseModel):
    """A page of the register of disposal."""

    total: int
    lists: list[RegisteredList]


class Certificate(BaseModel):
    """A certificate: `document` is canonical JSON, `signature` an Ed25519 signature over its UTF-8 bytes (base64)."""

    number: str
    issued_at: AwareDatetime
    document: str
    key_id: str
    signature: str
    paper_sha256: str

    @classmethod
    def of(cls, row: Any) -> Certificate:
        """From a row of the registry."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})

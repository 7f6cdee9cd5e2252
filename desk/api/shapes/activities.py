"""Enforcement activities: what was recorded of them, what was not, and what was said of it (Art. 10, 12, 13)."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from desk.api.shapes.common import Body, Moment, Text, same
from registry.queries.activity_pages import ActivityRow, GapRow, Officer, Said, WholeActivity
from regulation.unrecorded import ExemptionGround, Manner, Review
from regulation.vocabulary import ActivityKind, MediaKind, Role


class ReportBody(Body):
    """Why nothing was recorded between two moments, which are those of an interruption as the activity lists it."""

    start: Moment
    end: Moment
    manner: Manner
    reason: Text


class ExemptionBody(Body):
    """On which ground of Art. 12 the activity was not to be recorded; `document` names the signed statement of who
    asked for it."""

    ground: ExemptionGround
    reason: Text
    document: Text | None = None


class ReviewBody(Body):
    """The principal leader's word on an exemption."""

    review: Review
    reason: Text


class ActivityShape(BaseModel):
    """An activity; `open` is how many reports and exemptions of it wait for a leader."""

    id: UUID
    number: str
    unit: str
    kind: ActivityKind
    place: str
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    case_number: str | None
    recordings: int
    open: int

    @classmethod
    def of(cls, row: ActivityRow) -> ActivityShape:
        """As programs see it."""
        return cls(unit=row.unit_name, **same(cls, row, "unit"))


class ActivityPage(BaseModel):
    """A page of activities, and how many there are."""

    total: int
    activities: list[ActivityShape]


class PersonShape(BaseModel):
    """Somebody by name and certificate number."""

    name: str
    number: str

    @classmethod
    def of(cls, person: Officer) -> PersonShape:
        """As programs see them."""
        return cls(name=person.name, number=person.number)


class ReportShape(BaseModel):
    """A report of an interruption. `recording` is where the reason was said aloud; `seen_as` the seat of who took note
    of it."""

    id: UUID
    start: AwareDatetime
    end: AwareDatetime
    manner: Manner
    reason: str
    recording: UUID | None
    by: PersonShape
    at: AwareDatetime
    seen_by: PersonShape | None
    seen_as: Role | None
    seen_at: AwareDatetime | None
    may_acknowledge: bool

    @classmethod
    def of(cls, said: Said) -> ReportShape:
        """As programs see it."""
        row = said.row
        return cls(
            start=row.started_at,
            end=row.ended_at,
            recording=row.recording_id,
            by=PersonShape.of(said.by),
            seen_by=None if said.seen_by is None else PersonShape.of(said.seen_by),
            may_acknowledge=said.is_open and said.is_theirs,
            **same(cls, row, "start", "end", "recording", "by", "seen_by", "may_acknowledge"),
        )


class InterruptionShape(BaseModel):
    """A time in which nothing was recorded, and what was said of it."""

    start: AwareDatetime
    end: AwareDatetime
    reports: list[ReportShape]

    @classmethod
    def of(cls, gap: GapRow) -> InterruptionShape:
        """As programs see it."""
        start, end = gap.stretch
        return cls(start=start, end=end, reports=[ReportShape.of(one) for one in gap.reports])


class ExemptionShape(BaseModel):
    """A work record of why an activity was not to be recorded, and what the principal leader said of it."""

    id: UUID
    ground: ExemptionGround
    reason: str
    document: str | None
    by: PersonShape
    at: AwareDatetime
    review: Review | None
    review_reason: str | None
    reviewed_by: PersonShape | None
    reviewed_as: Role | None
    reviewed_at: AwareDatetime | None
    may_review: bool

    @classmethod
    def of(cls, said: Said) -> ExemptionShape:
        """As programs see it."""
        return cls(
            by=PersonShape.of(said.by),
            reviewed_by=None if said.seen_by is None else PersonShape.of(said.seen_by),
            may_review=said.is_open and said.is_theirs,
            **same(cls, said.row, "by", "reviewed_by", "may_review"),
        )


class FiledShape(BaseModel):
    """A recording of the activity; `officer` is the certificate number of who made it."""

    id: UUID
    media_kind: MediaKind
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    received_at: AwareDatetime
    sha256: str
    officer: str | None


class WholeActivityShape(BaseModel):
    """An activity with all that is known of it; `bridged` are reports of interruptions that recordings docked since
    have closed. `may_report` is whether the caller took part in it."""

    activity: ActivityShape
    officers: list[PersonShape]
    recordings: list[FiledShape]
    interruptions: list[InterruptionShape]
    bridged: list[ReportShape]
    exemptions: list[ExemptionShape]
    may_report: bool

    @classmethod
    def of(cls, whole: WholeActivity) -> WholeActivityShape:
        """As programs see it."""
        return cls(
            activity=ActivityShape.of(whole.row),
            officers=[PersonShape.of(one) for one in whole.officers],
            recordings=[FiledShape(**same(FiledShape, one)) for one in whole.recordings],
            interruptions=[InterruptionShape.of(one) for one in whole.gaps],
            bridged=[ReportShape.of(one) for one in whole.bridged],
            exemptions=[ExemptionShape.of(one) for one in whole.exemptions],
            may_report=whole.took_part,
        )

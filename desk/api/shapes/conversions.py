"""Evidence conversions (Art. 19)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from desk.api.shapes.common import Body, Second, Short, Text, same
from desk.failing_conversion import problem_in
from registry.bulk import AnyRow
from registry.queries.answered import AnsweredStep
from registry.queries.conversion import lines_of
from registry.queries.conversion_pages import ConversionRow, Registered
from registry.queries.conversion_whole import ItemRow, WholeConversion
from registry.tables import Origin
from regulation.access_terms import Range
from regulation.conversion import MOST_COPIES, MOST_ITEMS, MOST_MARKS, Asked, Box, Carrier, ConversionStage, Cover
from regulation.conversion_states import ConversionState
from regulation.remarks import remark_in
from regulation.stated import DerivedKind

Fraction = Annotated[float, Field(ge=0, le=1)]
MOST_LINES = 5_000


class Span(Body):
    """From when to when, in seconds of the recording; without an end, to its end."""

    start: Second = 0.0
    end: Second | None = None

    def range(self) -> Range:
        """The same as the rules have it."""
        return Range(self.start, self.end)

    @classmethod
    def of(cls, part: Range) -> Span:
        """From a part of a recording."""
        return cls(start=part.start, end=part.end)


class CoverShape(Span):
    """What is covered of the picture meanwhile, in fractions of its width and height from the upper left."""

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction


class ItemBody(Body):
    """What is wanted of a recording, and what it proves. A part of it comes as a clip, `original` byte for byte;
    `muted` and `covered` make a protected copy beside it."""

    recording: UUID
    proves: Text
    original: bool = True
    part: Span = Span()
    sound: bool = False
    stills: Annotated[list[Second], Field(max_length=MOST_MARKS, default_factory=list)]
    muted: Annotated[list[Span], Field(max_length=MOST_MARKS, default_factory=list)]
    covered: Annotated[list[CoverShape], Field(max_length=MOST_MARKS, default_factory=list)]

    def asked(self) -> Asked:
        """The same as the rules have it."""
        covered = (Cover(one.range(), Box(one.x, one.y, one.width, one.height)) for one in self.covered)
        return Asked(
            self.recording,
            self.proves,
            self.original,
            self.part.range(),
            self.sound,
            tuple(self.stills),
            tuple(one.range() for one in self.muted),
            tuple(covered),
        )

    @classmethod
    def of(cls, asked: Asked) -> ItemBody:
        """From what was asked."""
        return cls(
            recording=asked.recording_id,
            proves=asked.proves,
            original=asked.original,
            part=Span.of(asked.part),
            sound=asked.sound,
            stills=list(asked.stills),
            muted=[Span.of(one) for one in asked.muted],
            covered=[CoverShape(**Span.of(one.part).model_dump(), **asdict(one.box)) for one in asked.covered],
        )


class ConversionBody(Body):
    """A conversion of footage that was granted with copies. `extractor` and `checker` are certificate numbers;
    `supersedes` is the number of an issued conversion of one's own that this one corrects, which takes a `correction`:
    why. It stays a draft until it is handed in."""

    grant: UUID
    case: Short
    cause: Text
    items: Annotated[list[ItemBody], Field(max_length=MOST_ITEMS)]
    extractor: Short
    checker: Short
    carrier: Carrier
    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)] = 1
    supersedes: Short | None = None
    correction: Text | None = None


class ConversionStepBody(Body):
    """The answer to a step: extracted, checked, signed, or sent back to be put right."""

    do: Literal["extract", "check", "sign", "send-back"]
    reason: Text


class ReissueBody(Body):
    """So many more copies, and why."""

    copies: Annotated[int, Field(ge=1, le=MOST_COPIES)]
    reason: Text


class LineShape(Body):
    """What somebody says, from when to when."""

    start: Second
    end: Second
    speaker: Annotated[str, Field(max_length=200)] = ""
    text: Text


class TranscriptBody(Body):
    """What is said in a recording; without lines, nothing that could be written down. `written` is the word of who
    wrote it, the others wait for somebody's confirmation at the desk."""

    origin: Origin = Origin.IMPORTED
    lines: Annotated[list[LineShape], Field(max_length=MOST_LINES)]


class ConversionSummary(BaseModel):
    """A conversion as lists show it."""

    number: str
    state: ConversionState
    unit: str
    case: str
    cause: str
    requester: str
    extractor: str
    checker: str
    carrier: Carrier
    copies: int
    items: int
    created_at: AwareDatetime
    changed_at: AwareDatetime
    issued_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    problem: str | None
    problem_zh: str | None

    @classmethod
    def of(cls, row: ConversionRow) -> ConversionSummary:
        """From a row of the registry; people by their certificate numbers."""
        other: dict[str, Any] = {
            "unit": row.unit_name,
            "case": row.case_number,
            "requester": row.requester_number,
            "extractor": row.extractor_number,
            "checker": row.checker_number,
            "problem_zh": None if row.problem is None else problem_in(row.problem, "zh"),
        }
        return cls(**same(ConversionSummary, row, *other), **other)


class RegisteredConversion(ConversionSummary):
    """A line of the register: who signed, how many media there are, and how many were read back and found as issued, or
    not."""

    signatories: list[str]
    media: int
    read_good: int
    read_bad: int

    @classmethod
    def registered(cls, one: Registered) -> RegisteredConversion:
        """From the registry."""
        return cls(
            **ConversionSummary.of(one.row).model_dump(),
            signatories=list(one.signatories),
            media=one.media,
            read_good=one.read_good,
            read_bad=one.read_bad,
        )


class ConversionRegister(BaseModel):
    """A page of the register."""

    total: int
    conversions: list[RegisteredConversion]


class ConversionStepShape(BaseModel):
    """A question to a named person or to the seats that sign, and its answer; `content_sha256` is the digest of what
    was answered for."""

    id: UUID
    stage: ConversionStage
    person: str | None
    is_open: bool
    verdict: str | None = None
    decided_by: str | None = None
    at: AwareDatetime | None = None
    reason: str | None = None
    content_sha256: str | None = None

    @classmethod
    def of(cls, one: AnsweredStep) -> ConversionStepShape:
        """From a step of the registry."""
        said: dict[str, Any] = {}
        if one.decision is not None:
            said = {name: getattr(one.decision, name) for name in ("at", "reason", "content_sha256")}
            said |= {"verdict": one.decision.verdict.value, "decided_by": one.decision.number}
        return cls(id=one.step.id, stage=one.step.stage, person=one.step.number, is_open=one.is_open, **said)


class MadeShape(BaseModel):
    """What was made of a recording, or why it could not be."""

    kind: DerivedKind
    size: int | None
    sha256: str | None
    problem: str | None
    problem_zh: str | None

    @classmethod
    def of(cls, output: AnyRow) -> MadeShape:
        """From a row of the registry."""
        chinese = None if output.problem is None else remark_in(output.problem, "zh")
        return cls(problem_zh=chinese, **same(cls, output, "problem_zh"))


class TranscriptShape(BaseModel):
    """What is said in a recording, and whether somebody vouches for it."""

    origin: Origin
    is_confirmed: bool
    lines: list[LineShape]

    @classmethod
    def of(cls, row: AnyRow) -> TranscriptShape:
        """From the registry."""
        lines = [
            LineShape.model_construct(start=start, end=end, speaker=speaker, text=text)
            for start, end, speaker, text in lines_of(row)
        ]
        return cls(origin=row.origin, is_confirmed=row.confirmed_at is not None, lines=lines)


class ConversionItemShape(BaseModel):
    """What is asked of a recording, what was made of it, and what is said in it."""

    asked: ItemBody
    made: list[MadeShape]
    transcript: TranscriptShape | None

    @classmethod
    def of(cls, one: ItemRow) -> ConversionItemShape:
        """From the registry."""
        transcript = None if one.transcript is None else TranscriptShape.of(one.transcript)
        made = [MadeShape.of(output) for output in one.made]
        return cls(asked=ItemBody.of(one.asked), made=made, transcript=transcript)


class DiscShape(BaseModel):
    """A medium of the package: what its copies must be."""

    position: int
    name: str
    carrier: Carrier
    size: int
    tag_manifest_sha256: str
    sums_sha256: str
    image_sha256: str | None
    image_size: int | None


class ReadingShape(BaseModel):
    """A copy that was read back, and whether it was what was issued."""

    disc: int
    copy_number: int
    is_same: bool
    read_at: AwareDatetime
    problem: str | None


class ConversionMay(BaseModel):
    """What whoever asks may do with it now; `answers` is the step that waits for their word."""

    answers: UUID | None
    edit: bool
    withdraw: bool
    transcribe: bool
    recall: bool
    correct: bool
    fetch: bool


class ConversionWhole(ConversionSummary):
    """A conversion with all that belongs to it."""

    asked: list[ConversionItemShape]
    steps: list[ConversionStepShape]
    discs: list[DiscShape]
    readings: list[ReadingShape]
    copies_allowed: int
    supersedes: str | None
    superseded_by: str | None
    recall_reason: str | None
    may: ConversionMay

    @classmethod
    def whole(cls, whole: WholeConversion) -> ConversionWhole:
        """From the registry."""
        may = whole.may
        answers = None if may.answers is None else may.answers.id
        positions = {one.id: one.position for one in whole.discs}
        return cls(
            **ConversionSummary.of(whole.row).model_dump(),
            asked=[ConversionItemShape.of(one) for one in whole.items],
            steps=[ConversionStepShape.of(one) for one in whole.steps],
            discs=[DiscShape(**same(DiscShape, one)) for one in whole.discs],
            readings=[
                ReadingShape(disc=positions[one.disc_id], **same(ReadingShape, one, "disc")) for one in whole.readings
            ],
            copies_allowed=whole.copies,
            supersedes=whole.supersedes,
            superseded_by=whole.superseded_by,
            recall_reason=whole.row.recall_reason,
            may=ConversionMay(answers=answers, **same(ConversionMay, may, "answers")),
        )


class SignedStatement(BaseModel):
    """The statement of a conversion as it was signed: `document` is the text that `signature` is over, by the key
    `key_id` of the installation; the digests are those of its papers."""

    number: str
    document: str
    key_id: str
    signature: str
    paper_sha256: str
    english_sha256: str

    @classmethod
    def of(cls, number: str, row: AnyRow) -> SignedStatement:
        """From the registry."""
        return cls(number=number, **same(cls, row, "number"))

"""The statement that goes with footage used as evidence (附文字说明), and what it must say (Art. 19).

The article asks for source, extractor, time of extraction, maker and what it proves, after "the rules on evidence of
audio-visual material". Those are Art. 12 of the Supreme People's Court's provisions on evidence in administrative
litigation (法释〔2002〕21号): how, when and by whom it was made, what it proves, and of sound material its content in
writing. So that much is required here, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from regulation.citing import Language
from regulation.conversion import Carrier
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.stated import DerivedKind, Named, StatedFile
from regulation.unrecorded import Manner
from regulation.vocabulary import MediaKind, Role

Of = TypeVar("Of")

COURT_RULE = "法释〔2002〕21号 第十二条"
"""The evidence rule that Art. 19 points to."""


class Method(StrEnum):
    """How the footage came onto its medium."""

    COPY = "copy"  # 逐字节复制
    CLIP = "clip"  # 截取片段，不重新编码
    BOTH = "both"  # 两者兼有


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed, in which role, and when."""

    person: Named
    role: Role
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Superseded:
    """The statement that this one corrects, and why."""

    number: str
    reason: str
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why nothing was recorded, by an officer of the activity (Art. 13). `said_in` is the ordinal of the recording at
    whose start it was said aloud, where that is among the files. `seen_by` is who took note of it in which seat."""

    text: str
    by: Named
    at: datetime
    manner: Manner = Manner.WRITTEN
    said_in: int | None = None
    seen_by: Named | None = None
    seen_as: Role | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was recorded (Art. 13), between two recordings by their ordinals (None: before the first
    or after the last). Without an explanation it says that there is none."""

    start: datetime
    end: datetime | None
    after: int | None = None
    before: int | None = None
    explanations: tuple[Explanation, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """That an activity did not have to be recorded (Art. 12), and who approved it: `clause` as ``12(3)``; `document`
    names the signed statement of who asked for it."""

    activity_number: str
    clause: str
    reason: str
    entered_by: Named | None = None
    document: str | None = None
    approved_by: Named | None = None
    role: Role | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the package that is no recording and not made of one: a transcript, a proof, a history. `title` is what
    it is called in the list of attachments."""

    path: str
    title: str
    size: int
    sha256: str
    sm3: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a statement says. `zone` is the unit's; `drawn_up_at` dates the paper. Without a `signatory` it is a
    draft."""

    number: str
    unit_name: str
    zone: str
    case_number: str | None
    case_cause: str | None
    requester: Named | None
    extractor: Named | None
    extracted_at: datetime | None
    method: Method | None
    carrier: Carrier
    copies: int
    policy_version: str
    drawn_up_at: datetime
    recordings: tuple[StatedFile, ...]
    checker: Named | None = None
    checked_at: datetime | None = None
    signatory: Signatory | None = None
    gaps: tuple[Gap, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    supersedes: Superseded | None = None
    verification_url: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether nobody has signed it yet."""
        return self.signatory is None


@dataclass(frozen=True, slots=True)
class Missing:
    """A required entry that is absent: of the recording `ordinal`, or of the whole (None). `ground` is the rule beside
    the article, if the article itself does not name the entry."""

    field: str
    ordinal: int | None
    article: str
    words: Mapping[Language, str]
    ground: str | None = None

    def said(self, language: Language) -> str:
        """The entry, and of which recording."""
        where = {"zh": f"资料{self.ordinal}：", "en": f"recording {self.ordinal}: "}[language]
        return f"{'' if self.ordinal is None else where}{self.words[language]}"


def is_sound_material(stated: StatedFile) -> bool:
    """Whether it is sound material (声音资料): a sound recording, or one whose sound is handed out by itself."""
    made = any(one.kind is DerivedKind.SOUND and one.not_made is None for one in stated.derivatives)
    return stated.media_kind is MediaKind.SOUND or made


def lacks_transcript(stated: StatedFile) -> bool:
    """Whether it has sound that nobody vouches for in writing; a machine's transcript counts once it is confirmed, one
    that a person wrote at once."""
    if not (stated.has_sound or is_sound_material(stated)):
        return False
    transcript = stated.transcript
    return transcript is None or (transcript.is_machine_made and not transcript.is_confirmed)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Of]):
    field: str
    zh: str
    en: str
    is_there: Callable[[Of], bool]
    ground: str | None = None

    def missing(self, ordinal: int | None) -> Missing:
        return Missing(self.field, ordinal, ARTICLE, MappingProxyType({"zh": self.zh, "en": self.en}), self.ground)


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def _is_known(person: Named | None) -> bool:
    return person is not None and _is_said(person.name) and _is_said(person.number)


_OF_ALL: tuple[_Entry[Statement], ...] = (
    _Entry("case_number", "案件编号", "case number", lambda it: _is_said(it.case_number)),
    _Entry("recordings", "执法音像资料", "recordings", lambda it: bool(it.recordings)),
    _Entry("extractor", "提取人", "extractor", lambda it: _is_known(it.extractor)),
    _Entry("extracted_at", "提取时间", "time of extraction", lambda it: it.extracted_at is not None),
    _Entry("method", "制作方法", "how it was made", lambda it: it.method is not None, f"{COURT_RULE}第（二）项"),
)
_OF_EACH: tuple[_Entry[StatedFile], ...] = (
    _Entry(
        "source",
        "电子数据来源",
        "source",
        lambda it: it.device is not None or _is_said(it.source_note),
    ),
    _Entry("officer", "制作人", "maker", lambda it: _is_known(it.officer)),
    _Entry(
        "recorded",
        "制作时间",
        "when it was made",
        lambda it: it.corrected is not None or it.claimed is not None or _is_said(it.time_note),
        f"{COURT_RULE}第（二）项",
    ),
    _Entry("proves", "证明对象", "what it proves", lambda it: _is_said(it.proves)),
    _Entry(
        "transcript",
        "声音内容的文字记录（须经人确认）",
        "the sound in writing, confirmed by a person",
        lambda it: not (is_sound_material(it) and lacks_transcript(it)),
        f"{COURT_RULE}第（三）项",
    ),
)


def missing(statement: Statement) -> list[Missing]:
    """The required entries that are absent, of the whole first, then recording by recording.

    Sound material without its content in writing is missing: the court's rule says that it *shall* come with it. A
    video that has sound is no sound material (the rule names them apart), so there the statement only notes that
    nothing was written down: see `lacks_transcript`. Checker and signatory are not asked for here, for a statement is
    read before they sign.
    """
    return list(_missing(statement))


def _missing(statement: Statement) -> Iterator[Missing]:
    yield from (one.missing(None) for one in _OF_ALL if not one.is_there(statement))
    for stated in statement.recordings:
        yield from (one.missing(stated.ordinal) for one in _OF_EACH if not one.is_there(stated))


def check_complete(statement: Statement) -> None:
    """Raise `ActionDenied` (Art. 19) naming every required entry that is absent, in both languages."""
    absent = missing(statement)
    if absent:
        named = "; ".join(f"{one.said('zh')} {one.said('en')}" for one in absent)
        raise ActionDenied(f"The statement does not say: {named}.", article=ARTICLE, subject=statement.number)

"""What a statement says of one recording: its source, its maker, what it proves, what became of it (Art. 19).

Facts only, without words of one language; times carry a zone; digests are lower-case hexadecimal. `path` is always the
place in the evidence package, ``/`` between folders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulation.clock import Basis
from regulation.vocabulary import ActivityKind, MediaKind


@dataclass(frozen=True, slots=True)
class Named:
    """A person by name and certificate number (执法证号)."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when; without an end, what is a moment or whose end is not known."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatedDevice:
    """The recorder."""

    number: str
    maker: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class StatedActivity:
    """The enforcement activity that it was filed under."""

    number: str
    kind: ActivityKind
    place: str


@dataclass(frozen=True, slots=True)
class ClockFact:
    """How the corrected time came about: true minus device time in seconds, on what it rests, and when the clock was
    read."""

    offset_seconds: float
    basis: Basis
    read_at: datetime | None = None


class DerivedKind(StrEnum):
    """What is made of a recording, never in its place."""

    CLIP = "clip"  # 片段
    SOUND = "sound"  # 声音
    STILL = "still"  # 画面
    PROTECTED = "protected"  # 保护性副本


@dataclass(frozen=True, slots=True)
class StreamDigest:
    """SHA-256 over the payloads of a stream's packets: the same in original and derivative, for nothing was encoded."""

    index: int
    codec: str
    packets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A part of the picture that is covered from `start` to `end`, seconds of the recording (without an end, to its
    end), as fractions of the picture's width and height from its upper left. Of a photograph it is covered always."""

    start: float
    end: float | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Derivative:
    """Something made of a recording, or the reason why it was not (`regulation.remarks`): then `not_made` says so and
    there is no file. Ranges are seconds of the recording; `muted` and `covered` are those of a protected copy.
    `remarks` are what its maker says of it, `tool` with what it was made."""

    kind: DerivedKind
    asked: tuple[float, float | None] | None = None
    actual: tuple[float, float | None] | None = None
    path: str | None = None
    size: int | None = None
    sha256: str | None = None
    sm3: str | None = None
    tool: str | None = None
    streams: tuple[StreamDigest, ...] = ()
    not_made: str | None = None
    muted: tuple[tuple[float, float | None], ...] = ()
    covered: tuple[Covered, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Still:
    """A picture of one second of the recording. `picture` is the name under which whoever draws the statement is given
    its bytes (PNG or JPEG), which may be a smaller copy of the file at `path`."""

    path: str
    second: float
    size: int
    sha256: str
    picture: str
    sm3: str | None = None
    tool: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """What was said from `start` to `end`, seconds of the recording."""

    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """The sound in writing. Confirmed without a line, it says that nothing in the sound can be written down."""

    lines: tuple[TranscriptLine, ...]
    is_machine_made: bool = False
    confirmed_by: Named | None = None
    confirmed_at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether a person vouches for it."""
        return self.confirmed_by is not None


class ChainEvent(StrEnum):
    """What the custody chain tells of a recording."""

    TAKEN_IN = "taken-in"  # 入库
    VERIFIED = "verified"  # 核验
    SEALED = "sealed"  # 封存
    FILED = "filed"  # 归档
    FIXITY_CHECKED = "fixity-checked"  # 完整性校验
    REPAIRED = "repaired"  # 修复
    MARKED = "marked"  # 标记
    ACCESS_GRANTED = "access-granted"  # 准予调阅
    VIEWED = "viewed"  # 调阅
    COPIED = "copied"  # 复制
    HELD = "held"  # 暂停处置
    EXTRACTED = "extracted"  # 提取
    CONVERTED = "converted"  # 证据转换


@dataclass(frozen=True, slots=True)
class ChainLink:
    """An event of the ledger that happened `count` times from `at` on, the last time at `until`; `seq` is the first
    entry's place in the ledger."""

    event: ChainEvent
    at: datetime
    count: int = 1
    until: datetime | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class StatedFile:
    """One recording of the statement.

    `path` is None where only something made of it is handed out. `condition` is what the probe saw, as the registry
    calls it, and `note` what it said. `source_note` says where it comes from if from no registered recorder,
    `time_note` from what its time is known if it states none. `officer` is who made it, of the unit `unit_name`.
    """

    ordinal: int
    media_kind: MediaKind
    proves: str
    size: int
    sha256: str
    path: str | None = None
    sm3: str | None = None
    has_sound: bool = False
    device: StatedDevice | None = None
    source_note: str | None = None
    officer: Named | None = None
    unit_name: str | None = None
    activity: StatedActivity | None = None
    claimed: Span | None = None
    corrected: Span | None = None
    clock: ClockFact | None = None
    time_note: str | None = None
    session_number: str | None = None
    receipt_number: str | None = None
    received_at: datetime | None = None
    sealed_at: datetime | None = None
    container: str | None = None
    condition: str = "whole"
    note: str | None = None
    shown_name: str | None = None
    derivatives: tuple[Derivative, ...] = ()
    stills: tuple[Still, ...] = ()
    transcript: Transcript | None = None
    chain: tuple[ChainLink, ...] = ()

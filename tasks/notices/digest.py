"""What there is to tell somebody, as facts: no words yet, and nothing from the registry but ids and masked names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from registry.tables import AccountChange, Unrecorded
from regulation.access import Ground
from regulation.access_states import RequestState
from regulation.conversion_states import ConversionState
from regulation.disposal_states import ListState
from regulation.duties import DutyKind
from regulation.ladder import Step
from regulation.vocabulary import Role

SHOWN = 20
"""Lines a notice shows; its link leads to all."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who owes a duty: the certificate number and a masked name such as 李某."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One duty, as one step of it is told.

    `subject` is a short number; `owed_by` is empty where no officer is known; `late` how far past `due_at`, negative or
    empty while there is time; `role` as which the reader hears of it, empty for who owes it; `instead_of` the vacant
    role the reader stands in for.
    """

    kind: DutyKind
    article: str
    subject: str
    unit_name: str
    owed_by: Person | None
    since: datetime
    due_at: datetime
    late: timedelta | None
    step: Step
    role: Role | None = None
    instead_of: Role | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether its time has passed."""
        return self.late is not None and self.late >= timedelta()

    @property
    def is_own(self) -> bool:
        """Whether the reader owes it."""
        return self.role is None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one sweep has to tell one person, as it was at `as_of`.

    `lines` may be fewer than the `total`, but are the worst; `overdue` of all and `by_kind` count every one. `delayed`
    says by how much the notice itself is late, after an outage.
    """

    notice_number: str
    reader_role: Role | None
    zone: ZoneInfo
    as_of: datetime
    lines: tuple[Line, ...]
    total: int
    overdue: int
    by_kind: Mapping[DutyKind, int]
    link: str
    delayed: timedelta | None = None

    @property
    def worst_first(self) -> tuple[Line, ...]:
        """The lines shown: those longest overdue first, then those due soonest."""
        return tuple(sorted(self.lines, key=lambda line: line.due_at))[:SHOWN]


class Trouble(StrEnum):
    """What can be wrong with the service itself."""

    RUN_FAILED = "run-failed"
    WORKER_GONE = "worker-gone"
    SWEEP_LATE = "sweep-late"
    NOTICE_DEAD = "notice-dead"
    POLICY_UNSOUND = "policy-unsound"
    ORIGINAL_DISPUTED = "original-disputed"


@dataclass(frozen=True, slots=True)
class Alert:
    """A fault of the service, for its administrators. `subject` names a run, a pool or a notice, by its number."""

    notice_number: str
    what: Trouble
    subject: str
    since: datetime
    zone: ZoneInfo
    link: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for access that waits for the reader's decision. `due_at` is empty while it is not worked out."""

    notice_number: str
    request: str
    requester: Person
    unit_name: str
    recordings: int
    role: Role
    ground: Ground
    since: datetime
    due_at: datetime | None
    zone: ZoneInfo
    link: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request for access, for who made it."""

    notice_number: str
    request: str
    state: RequestState
    at: datetime
    zone: ZoneInfo
    link: str


class DisposalAsk(StrEnum):
    """What a notice about disposal is for."""

    APPRAISE = "appraise"  # 鉴定
    APPROVE = "approve"  # 审批
    WITNESS = "witness"  # 监销
    GRACE = "grace"  # 等待期
    OUTCOME = "outcome"  # 办结
    DUE = "due"  # 将到期


@dataclass(frozen=True, slots=True)
class Disposing:
    """A disposal list that waits for the reader's word, what became of one, or terms that are going to end: then
    `disposal_list` is empty and `due_on` the last of their days."""

    notice_number: str
    ask: DisposalAsk
    disposal_list: str
    unit_name: str
    recordings: int
    at: datetime | None
    state: ListState | None
    grace_until: datetime | None
    due_on: date | None
    zone: ZoneInfo
    link: str


class ConversionAsk(StrEnum):
    """What a notice about a conversion is for."""

    EXTRACT = "extract"  # 提取
    CHECK = "check"  # 复核
    SIGN = "sign"  # 签发
    OUTCOME = "outcome"  # 办理结果


@dataclass(frozen=True, slots=True)
class Converting:
    """A conversion that waits for the reader's word, or what became of one."""

    notice_number: str
    ask: ConversionAsk
    conversion: str
    unit_name: str
    recordings: int
    at: datetime
    state: ConversionState
    zone: ZoneInfo
    link: str


@dataclass(frozen=True, slots=True)
class Account:
    """What happened to how the reader signs in, and by whom, where somebody else did it."""

    notice_number: str
    change: AccountChange
    by_number: str | None
    at: datetime
    zone: ZoneInfo
    link: str


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """An activity of which something was not recorded: why, waits for the reader's word, or was seen."""

    notice_number: str
    what: Unrecorded
    activity: str
    unit_name: str
    started_at: datetime
    unseen: int
    undecided: int
    zone: ZoneInfo
    link: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A notice that asks for nothing: whether a channel works."""

    notice_number: str
    at: datetime
    zone: ZoneInfo
    link: str


Content = Digest | Alert | Asked | Outcome | Disposing | Converting | Account | NotRecorded | Trial
"""Whatever a notice tells."""

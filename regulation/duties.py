"""Duties: someone must do something by a time, or someone above hears of it (Art. 6, 7, 15, 16, 20).

A duty is opened and met by facts in the registry, never ticked off. Here is what each kind asks, when its clock starts,
when it is due and in which state it stands; who hears of it is `regulation.ladder`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from regulation.clock import as_utc
from regulation.vocabulary import Role

if TYPE_CHECKING:
    from regulation.policy import Policy  # the policy's own numbers are named after the kinds here


class DutyKind(StrEnum):
    UPLOAD = "upload"  # 上传: footage into the unit's store in time
    FILING = "filing"  # 归档: say what a recording belongs to
    DEVICE_RECALL = "device-recall"  # 收回: the recorder of someone transferred or leaving
    DEVICE_REPLACEMENT = "device-replacement"  # 调换: a recorder that failed its check before use
    RETURN_REPORT = "return-report"  # 返回报告: say that a remote assignment is over
    ACCESS_DECISION = "access-decision"  # 调阅审批: decide a request for access
    COPY_RETURN = "copy-return"  # 复制件交回: give back or destroy a copy that was handed out
    DISPOSAL_STEP = "disposal-step"  # 销毁环节: appraise, approve or witness a disposal list
    DELETION_FAILURE = "deletion-failure"  # 销毁失败: see to what the vault did not let go of
    EXEMPTION_REVIEW = "exemption-review"  # 免予记录审核: say whether an activity need not have been recorded
    INTERRUPTION_NOTICE = "interruption-notice"  # 中断说明审阅: take note of why recording broke off
    CONVERSION_STEP = "conversion-step"  # 证据转换环节: extract, check or sign


class DutyState(StrEnum):
    WAITING = "waiting"  # 待起算: its clock has not started
    RUNNING = "running"  # 进行中
    PAUSED = "paused"  # 中止: by a decision of the department head, until a day
    OVERDUE = "overdue"  # 逾期
    MET = "met"  # 已履行
    MET_LATE = "met-late"  # 逾期履行
    EXCUSED = "excused"  # 免除: by a decision of the department head


class Clock(StrEnum):
    """Why a duty's clock started, or what it still waits for."""

    ACTIVITY_ENDED = "activity-ended"  # 执法活动结束
    RETURNED = "returned"  # 返回单位
    RECEIVED = "received"  # 入库
    LEFT = "left"  # 调离
    CHECK_FAILED = "check-failed"  # 使用前检查不合格
    ASKED = "asked"  # 提交审批
    HANDED_IN = "handed-in"  # 提交说明
    GRANT_OVER = "grant-over"  # 授权期满
    NOT_DESTROYED = "not-destroyed"  # 销毁失败
    AWAITS_END = "awaits-end"  # 待活动结束
    AWAITS_RETURN = "awaits-return"  # 待返回单位


OPEN = (DutyState.WAITING, DutyState.RUNNING, DutyState.PAUSED, DutyState.OVERDUE)
"""The states of a duty that is still owed."""


@dataclass(frozen=True, slots=True)
class DutyRule:
    """What one kind asks. `subject` is what it is about; `span` the parameter with the time it gives; `owed_by` the
    role that owes it where no officer is known."""

    article: str
    subject: str
    span: str
    owed_by: Role


RULES: Mapping[DutyKind, DutyRule] = MappingProxyType(
    {
        DutyKind.UPLOAD: DutyRule("Art. 16", "activity", "upload_hours", Role.OFFICER),
        DutyKind.FILING: DutyRule("Art. 15", "recording", "filing_hours", Role.OFFICER),
        DutyKind.DEVICE_RECALL: DutyRule("Art. 6", "custody", "device_recall_days", Role.DEVICE_ADMINISTRATOR),
        DutyKind.DEVICE_REPLACEMENT: DutyRule("Art. 7", "check", "device_replacement_days", Role.DEVICE_ADMINISTRATOR),
        DutyKind.RETURN_REPORT: DutyRule("Art. 16", "activity", "return_report_hours", Role.OFFICER),
        DutyKind.ACCESS_DECISION: DutyRule("Art. 17", "access-step", "access_decision_days", Role.PRINCIPAL_LEADER),
        DutyKind.COPY_RETURN: DutyRule("Art. 17", "access-copy", "copy_return_days", Role.DEVICE_ADMINISTRATOR),
        DutyKind.DISPOSAL_STEP: DutyRule("Art. 18", "disposal-step", "disposal_step_days", Role.DEVICE_ADMINISTRATOR),
        DutyKind.DELETION_FAILURE: DutyRule(
            "Art. 18", "disposal-item", "deletion_failure_days", Role.DEVICE_ADMINISTRATOR
        ),
        DutyKind.EXEMPTION_REVIEW: DutyRule("Art. 12", "exemption", "exemption_review_days", Role.PRINCIPAL_LEADER),
        DutyKind.INTERRUPTION_NOTICE: DutyRule(
            "Art. 13", "interruption", "interruption_notice_days", Role.DEPARTMENT_HEAD
        ),
        DutyKind.CONVERSION_STEP: DutyRule("Art. 19", "conversion-step", "conversion_step_days", Role.DEPARTMENT_HEAD),
    }
)
"""What each kind asks. A new kind is a row here and the question for its facts in `registry.transitions.duties`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the registry knows of one duty. `clock_started_at` is None while the clock waits.

    `pauses` are spans from–until, in order and apart from one another. Raises `ValueError` where they are not, and for
    times without a zone.
    """

    clock: Clock
    clock_started_at: datetime | None = None
    met_at: datetime | None = None
    excused_at: datetime | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()

    def __post_init__(self) -> None:
        ends = [as_utc(moment) for pause in self.pauses for moment in pause]
        if ends != sorted(ends):
            raise ValueError("the pauses of a duty follow one another and do not overlap")

    def paused_until(self, now: datetime) -> datetime | None:
        """The end of the pause that `now` lies in, None outside every pause; at its end a pause is over."""
        return next((until for begin, until in self.pauses if begin <= now < until), None)


def due_at(
    kind: DutyKind, facts: Facts, policy: Policy, zone: tzinfo, is_working_day: Callable[[date], bool]
) -> datetime | None:
    """When a duty is due, in UTC; None while its clock waits.

    From the clock's start the time that the policy gives on that day, and every pause that begins before it is over
    moves it by as long as the pause lasts after the start. A pause that begins when all is due gives no time back.
    """
    if facts.clock_started_at is None:
        return None
    start = as_utc(facts.clock_started_at)
    due = policy.end(RULES[kind].span, start, zone, is_working_day)
    for begin, until in facts.pauses:
        if begin < due:
            due += max(as_utc(until) - max(as_utc(begin), start), timedelta())
    return due


def state_at(facts: Facts, due: datetime | None, now: datetime) -> DutyState:
    """The state of a duty at the moment `now`; `due` is what `due_at` says, None while the clock waits.

    At the very moment it is due it is still in time, as in `regulation.deadlines.is_late`.
    """
    if facts.excused_at is not None:
        return DutyState.EXCUSED
    if facts.met_at is not None:
        return DutyState.MET_LATE if due is not None and facts.met_at > due else DutyState.MET
    if due is None:
        return DutyState.WAITING
    if facts.paused_until(now) is not None:
        return DutyState.PAUSED
    return DutyState.OVERDUE if now > due else DutyState.RUNNING

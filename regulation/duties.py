"""Duties: someone must do something by a time, or someone above hears of it (Art. 6, 7, 15, 16, 20).

A duty is opened and met by facts in the registry, never ticked off. Here is what each kind asks, when its clock starts,
when it is due and in which state it stands; who hears of it is `regulation.ladder`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from regulation.vocabulary import Role


class DutyKind(StrEnum):
    UPLOAD = "upload"  # 上传: footage into the unit's store in time
    FILING = "filing"  # 归档: say what a recording belongs to
    DEVICE_RECALL = "device-recall"  # 收回: the recorder of someone transferred or leaving
    DEVICE_REPLACEMENT = "device-replacement"  # 调换: a recorder that failed its check before use
    RETURN_REPORT = "return-report"  # 返回报告: say that a remote assignment is over


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
    AWAITS_END = "awaits-end"
    AWAITS_RETURN = "awaits-return"


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
        DutyKind.DEVICE_REPLACEMENT: DutyRule(
            "Art. 7", "check", "device_replacement_days", Role.DEVICE_ADMINISTRATOR
        ),
        DutyKind.RETURN_REPORT: DutyRule("Art. 16", "activity", "return_report_hours", Role.OFFICER),
    }
)
"""What each kind asks. A new kind is a row here and the question for its facts in `registry.transitions.duties`."""

"""The words of a sweep, Chinese beside English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulation.duties import DutyKind, DutyState

KINDS: Mapping[DutyKind, str] = MappingProxyType(
    {
        DutyKind.UPLOAD: "上传 upload",
        DutyKind.FILING: "归档 filing",
        DutyKind.DEVICE_RECALL: "设备收回 device recall",
        DutyKind.DEVICE_REPLACEMENT: "设备调换 device replacement",
        DutyKind.RETURN_REPORT: "返回报告 return report",
        DutyKind.ACCESS_DECISION: "调阅审批 access decision",
        DutyKind.COPY_RETURN: "复制件交回 copy return",
        DutyKind.DISPOSAL_STEP: "销毁环节 disposal step",
        DutyKind.DELETION_FAILURE: "销毁失败 deletion failure",
        DutyKind.EXEMPTION_REVIEW: "免予记录审核 exemption review",
        DutyKind.INTERRUPTION_NOTICE: "中断说明审阅 interruption notice",
        DutyKind.CONVERSION_STEP: "证据转换环节 conversion step",
    }
)

STATES: Mapping[DutyState, str] = MappingProxyType(
    {
        DutyState.WAITING: "待起算 waiting",
        DutyState.RUNNING: "进行中 running",
        DutyState.PAUSED: "中止 paused",
        DutyState.OVERDUE: "逾期 overdue",
    }
)
"""The states in which a duty is owed."""

COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "opened": "新产生 opened",
        "changed": "期限更正 re-timed",
        "met": "已履行 met",
        "considered": "到点处理 looked at",
        "overdue": "新逾期 fallen overdue",
        "lines": "通知事项 told",
        "notices": "通知 notices",
        "notices_dead": "无法送达的通知 notices nobody received",
        "untold": "无人可通知 nobody to tell",
        "waiting_for_policy": "待制度更正 waiting for a sound policy",
        "refused_units": "制度有误的单位 units without a sound policy",
        "not_yet_due": "未到期 not yet due",
        "crashed_runs": "中断的运行 crashed runs found",
        "requests_ended": "到期的调阅申请 requests whose time passed",
        "steps_asked_again": "重新指定审批人 steps asked again",
        "requests_followed": "补发的运行提示 requests followed",
        "sessions_resumed": "恢复的采集批次 dock sessions resumed",
    }
)
"""What a sweep counts, in the order in which it is shown."""

"""Kinds and states of duties, and what their pages say; English beside them (Art. 6, 7, 15, 16, 20)."""

from __future__ import annotations

from collections.abc import Mapping

from regulation.duties import DutyKind, DutyState

WORDS: Mapping[str, Mapping[str, str]] = {
    "duty_kind": {
        DutyKind.UPLOAD: "资料入库",
        DutyKind.FILING: "资料归档",
        DutyKind.DEVICE_RECALL: "收回执法记录仪",
        DutyKind.DEVICE_REPLACEMENT: "调换执法记录仪",
        DutyKind.RETURN_REPORT: "报告返回单位",
        DutyKind.ACCESS_DECISION: "调阅申请的审批",
        DutyKind.COPY_RETURN: "复制件的交回",
        DutyKind.DISPOSAL_STEP: "销毁清册的环节",
        DutyKind.DELETION_FAILURE: "销毁未成的处理",
        DutyKind.EXEMPTION_REVIEW: "免予记录的审核",
        DutyKind.INTERRUPTION_NOTICE: "中断说明的审阅",
        DutyKind.CONVERSION_STEP: "证据转换的环节",
    },
    "duty_state": {
        DutyState.WAITING: "待起算",
        DutyState.RUNNING: "期限内",
        DutyState.PAUSED: "已中止",
        DutyState.OVERDUE: "已逾期",
        DutyState.MET: "已履行",
        DutyState.MET_LATE: "逾期履行",
        DutyState.EXCUSED: "已免除",
    },
}
"""By what they are of, as in `desk.words`."""

MEMBERS: Mapping[str, str] = {
    "资料入库": "upload",
    "资料归档": "filing",
    "收回执法记录仪": "recall of a recorder",
    "调换执法记录仪": "replacement of a recorder",
    "报告返回单位": "return report",
    "调阅申请的审批": "decision on a request",
    "复制件的交回": "return of a copy",
    "销毁清册的环节": "step of a disposal list",
    "销毁未成的处理": "failed destruction",
    "免予记录的审核": "review of an exemption",
    "中断说明的审阅": "note of an interruption",
    "证据转换的环节": "step of an evidence conversion",
    "待起算": "its clock has not started",
    "期限内": "in time",
    "已中止": "paused",
    "已逾期": "overdue",
    "已履行": "met",
    "逾期履行": "met late",
    "已免除": "excused",
}

DUTIES: Mapping[str, str] = {
    "期限事项": "Duties",
    "没有到期或者将要到期的事项。": "Nothing is owed.",
    "期限": "Due",
    "责任人": "Owed by",
    "依据条款": "By",
    "起算时间": "Since",
    "已准予免除": "Excused",
    "已准予中止至 {day}": "Paused until {day}",
    "属于哪项执法活动": "To which activity does it belong",
    "归入此活动": "It belongs to this one",
    "填写活动编号": "Name another activity",
    "活动编号": "Number of the activity",
    "归入": "File it there",
    "确认无线传输已可靠到达": "Confirm that it arrived reliably over the air",
    "确认到达": "Confirm",
    "活动结束时间": "End of the activity",
    "最后一项工作在本单位完成的，填写活动结束时间。资料入库的期限自返回单位时起算。": (
        "Where the last of the work was at the unit, it is the end of the activity. "
        "The hours for handing the footage in run from the return."
    ),
    "返回单位的时间": "Returned to the unit at",
    "报告返回": "Report the return",
    "免除或者中止": "Excuse or pause",
    "由部门负责人或者上级领导决定，本人的事项由上一级决定；理由随决定保存。": (
        "The department head or a leader above decides, one's own goes one level up; the reason is kept with it."
    ),
    "中止至某日": "Pause until a day",
    "中止至": "Until",
    "中止": "Pause",
    "免除": "Excuse",
    "免除此事项": "Excuse it",
    "事实登记后自动办结，无须在此销号。": "It is met by the facts once they are entered; nothing is ticked off here.",
}
"""What the pages say."""

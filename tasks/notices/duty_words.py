"""The words in which a notice speaks of each kind of duty: Chinese first, English beside it."""

from __future__ import annotations

from collections.abc import Mapping

from regulation.duties import DutyKind
from tasks.notices.words import Words

WHAT: Mapping[DutyKind, Words] = {
    DutyKind.UPLOAD: {"zh": "视音频资料未入库", "en": "Footage not stored"},
    DutyKind.FILING: {"zh": "视音频资料未归档", "en": "Footage not filed"},
    DutyKind.DEVICE_RECALL: {"zh": "执法记录仪未收回", "en": "Recorder not recalled"},
    DutyKind.DEVICE_REPLACEMENT: {"zh": "执法记录仪未调换", "en": "Recorder not replaced"},
    DutyKind.RETURN_REPORT: {"zh": "未登记返回单位", "en": "Return to the unit not reported"},
    DutyKind.ACCESS_DECISION: {"zh": "调阅申请未审批", "en": "Access request not decided"},
    DutyKind.COPY_RETURN: {"zh": "复制件未交回或者销毁", "en": "Copy not returned or destroyed"},
    DutyKind.DISPOSAL_STEP: {"zh": "销毁清册未办理", "en": "Disposal list not dealt with"},
    DutyKind.DELETION_FAILURE: {"zh": "资料销毁失败", "en": "Recording not destroyed"},
    DutyKind.EXEMPTION_REVIEW: {"zh": "免予记录未审核", "en": "Exemption not reviewed"},
    DutyKind.INTERRUPTION_NOTICE: {"zh": "中断说明未审阅", "en": "Report of an interruption not looked at"},
    DutyKind.CONVERSION_STEP: {"zh": "证据转换未办理", "en": "Evidence conversion not dealt with"},
}
"""What is the matter, by kind of duty."""

SUBJECTS: Mapping[str, Words] = {
    "activity": {"zh": "执法活动", "en": "Activity"},
    "recording": {"zh": "资料", "en": "Recording"},
    "custody": {"zh": "执法记录仪", "en": "Recorder"},
    "check": {"zh": "执法记录仪", "en": "Recorder"},
    "access-step": {"zh": "调阅申请", "en": "Access request"},
    "access-copy": {"zh": "复制件", "en": "Copy"},
    "disposal-step": {"zh": "销毁清册", "en": "Disposal list"},
    "disposal-item": {"zh": "资料", "en": "Recording"},
    "exemption": {"zh": "执法活动", "en": "Activity"},
    "interruption": {"zh": "执法活动", "en": "Activity"},
    "conversion-step": {"zh": "证据转换", "en": "Evidence conversion"},
}
"""What a duty is about, by `DutyRule.subject`."""

DO: Mapping[DutyKind, Words] = {
    DutyKind.UPLOAD: {
        "zh": "请将执法记录仪接入采集工作站，完成资料入库。",
        "en": "Dock the recorder so that its footage is stored.",
    },
    DutyKind.FILING: {
        "zh": "请登记该资料所属的执法活动。",
        "en": "Say which activity the footage belongs to.",
    },
    DutyKind.DEVICE_RECALL: {
        "zh": "请收回该执法记录仪并登记。",
        "en": "Take the recorder back and register it.",
    },
    DutyKind.DEVICE_REPLACEMENT: {
        "zh": "请调换该执法记录仪并登记。",
        "en": "Hand out another recorder and register it.",
    },
    DutyKind.RETURN_REPORT: {
        "zh": "如已返回单位，请登记返回时间。",
        "en": "If you are back, register when you returned.",
    },
    DutyKind.ACCESS_DECISION: {
        "zh": "请审批该调阅申请。",
        "en": "Decide the access request.",
    },
    DutyKind.COPY_RETURN: {
        "zh": "请交回或者销毁该复制件，并由执法记录仪管理员确认。",
        "en": "Return or destroy the copy and have the device administrator confirm it.",
    },
    DutyKind.DISPOSAL_STEP: {
        "zh": "请办理该销毁清册；未经办理，清册中的资料不会销毁。",
        "en": "Deal with the disposal list; nothing on it is destroyed before.",
    },
    DutyKind.DELETION_FAILURE: {
        "zh": "请查明保管库未能销毁该资料的原因。",
        "en": "Find out why the vault did not let go of the recording.",
    },
    DutyKind.EXEMPTION_REVIEW: {
        "zh": "请审核该活动免予记录的工作记录；逾期不视为同意。",
        "en": "Review why the activity was not recorded; silence approves nothing.",
    },
    DutyKind.INTERRUPTION_NOTICE: {
        "zh": "请审阅该活动记录中断的说明。",
        "en": "Look at why the recording of the activity broke off.",
    },
    DutyKind.CONVERSION_STEP: {
        "zh": "请办理该证据转换：提取、复核或者签发；不予办理的请退回并说明理由。",
        "en": "Deal with the conversion: extract, check or sign, or send it back with a reason.",
    },
}
"""What to do, for who owes the duty."""

SEE_TO: Mapping[DutyKind, Words] = {
    DutyKind.UPLOAD: {
        "zh": "请督促责任人将执法记录仪接入采集工作站；确有原因的，由部门负责人决定中止或者免除。",
        "en": "Have the recorder docked; for a good reason the department head can pause or excuse the duty.",
    },
    DutyKind.FILING: {
        "zh": "请督促责任人登记该资料所属的执法活动；无法确定的，由执法记录仪管理员归档。",
        "en": "Have the footage filed; the device administrator can file what nobody knows.",
    },
    DutyKind.DEVICE_RECALL: {
        "zh": "请督促执法记录仪管理员收回该执法记录仪。",
        "en": "Have the device administrator take the recorder back.",
    },
    DutyKind.DEVICE_REPLACEMENT: {
        "zh": "请督促执法记录仪管理员调换该执法记录仪。",
        "en": "Have the device administrator hand out another recorder.",
    },
    DutyKind.RETURN_REPORT: {
        "zh": "请督促责任人登记返回单位的时间。",
        "en": "Have the return registered.",
    },
    DutyKind.ACCESS_DECISION: {
        "zh": "请督促审批人对该调阅申请作出决定；逾期不视为同意。",
        "en": "Have the access request decided; silence approves nothing.",
    },
    DutyKind.COPY_RETURN: {
        "zh": "请督促责任人交回或者销毁该复制件。",
        "en": "Have the copy returned or destroyed.",
    },
    DutyKind.DISPOSAL_STEP: {
        "zh": "请督促责任人办理该销毁清册；逾期不视为同意。",
        "en": "Have the disposal list dealt with; silence approves nothing.",
    },
    DutyKind.DELETION_FAILURE: {
        "zh": "请督促执法记录仪管理员查明销毁失败的原因。",
        "en": "Have the device administrator find out why it was not destroyed.",
    },
    DutyKind.EXEMPTION_REVIEW: {
        "zh": "请督促主要领导审核该活动免予记录的工作记录；逾期不视为同意。",
        "en": "Have it reviewed why the activity was not recorded; silence approves nothing.",
    },
    DutyKind.INTERRUPTION_NOTICE: {
        "zh": "请督促部门负责人审阅该活动记录中断的说明。",
        "en": "Have the report of the interruption looked at.",
    },
    DutyKind.CONVERSION_STEP: {
        "zh": "请督促责任人办理该证据转换；逾期不视为同意。",
        "en": "Have the conversion dealt with; silence signs nothing.",
    },
}
"""What to do, for those above."""

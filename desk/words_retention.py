"""Members of the enumerations of retention and disposal, as pages say them; English beside them."""

from __future__ import annotations

from collections.abc import Mapping

from registry.tables import Condition, DisposalVerdict, Shortened
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.holds import HoldKind
from regulation.incidents import IncidentKind, Resolution
from regulation.retention_words import CLASSES, REASONS, TRIGGERS

WORDS: Mapping[str, Mapping[str, str]] = {
    "class": {one: both["zh"] for one, both in CLASSES.items()},
    "trigger": {one: both["zh"] for one, both in TRIGGERS.items()},
    "kept": {one: both["zh"] for one, both in REASONS.items()},
    "list_state": {
        ListState.APPRAISAL: "待鉴定",
        ListState.APPROVAL: "待批准",
        ListState.WITNESSING: "待监销确认",
        ListState.GRACE: "等待期",
        ListState.DESTROYING: "销毁中",
        ListState.DONE: "销毁完毕",
        ListState.REFUSED: "未获批准",
        ListState.EMPTIED: "已全部撤出",
    },
    "item_state": {
        ItemState.LISTED: "在册",
        ItemState.DROPPED: "已撤出",
        ItemState.DESTROYING: "正在销毁",
        ItemState.FAILED: "销毁失败",
        ItemState.DESTROYED: "业已销毁",
    },
    "appraisal": {Appraisal.DISPOSE: "销毁", Appraisal.EXTEND: "延长保存", Appraisal.KEEP: "长期续存"},
    "disposal_stage": {
        DisposalStage.APPRAISAL: "鉴定",
        DisposalStage.APPROVAL: "审批",
        DisposalStage.WITNESS: "监销",
    },
    "disposal_verdict": {
        DisposalVerdict.SUBMITTED: "鉴定完毕，提交批准",
        DisposalVerdict.APPROVED: "同意销毁",
        DisposalVerdict.REFUSED: "不同意销毁",
        DisposalVerdict.WITNESSED: "监销确认",
    },
    "condition": {
        Condition.UNPROBED: "未检测",
        Condition.WHOLE: "完好",
        Condition.DAMAGED: "损坏",
        Condition.EMPTY: "空文件",
        Condition.WRONG_EXTENSION: "扩展名不符",
        Condition.UNREADABLE: "无法读取",
        Condition.NOT_MEDIA: "非音像文件",
    },
    "hold_kind": {
        HoldKind.CASE: "案件需要",
        HoldKind.LEGAL: "诉讼、复议、监察",
        HoldKind.DISPUTE: "投诉、信访争议",
        HoldKind.OTHER: "其他",
    },
    "incident": {
        IncidentKind.MISSING: "资料缺失",
        IncidentKind.DIFFERENT: "内容不符",
        IncidentKind.WRONG_SIZE: "大小不符",
        IncidentKind.UNREADABLE: "不能读取",
        IncidentKind.MARKED_DELETED: "被标记删除",
        IncidentKind.LOCK_SHORTENED: "锁定期被缩短",
        IncidentKind.EXTRA_VERSION: "多余版本",
        IncidentKind.ORPHAN: "无登记对象",
        IncidentKind.GHOST: "登记不一致",
        IncidentKind.STILL_THERE: "应销毁未销毁",
    },
    "resolution": {Resolution.RESTORED: "已恢复", Resolution.EXPLAINED: "已说明", Resolution.LOST: "确认灭失"},
    "shortened": {Shortened.ALLOWED: "同意缩短", Shortened.REFUSED: "不同意缩短"},
}
"""By what they are of, as in `desk.words`."""

MEMBERS: Mapping[str, str] = {
    "待鉴定": "to be appraised",
    "待批准": "to be approved",
    "待监销确认": "to be witnessed",
    "等待期": "grace period",
    "销毁中": "being carried out",
    "销毁完毕": "carried out",
    "未获批准": "refused",
    "已全部撤出": "nothing left on it",
    "在册": "listed",
    "已撤出": "taken off",
    "正在销毁": "being destroyed",
    "销毁失败": "not destroyed",
    "业已销毁": "destroyed",
    "销毁": "destroy",
    "延长保存": "keep until a day",
    "长期续存": "keep without an end",
    "鉴定": "appraisal",
    "监销": "witness",
    "鉴定完毕，提交批准": "appraised and handed in",
    "同意销毁": "approve",
    "不同意销毁": "refuse",
    "监销确认": "witnessed",
    "未检测": "not probed",
    "完好": "whole",
    "损坏": "damaged",
    "空文件": "empty",
    "扩展名不符": "wrong extension",
    "无法读取": "unreadable",
    "非音像文件": "no media",
    "案件需要": "a case needs it",
    "诉讼、复议、监察": "lawsuit, review, inspection",
    "投诉、信访争议": "complaint or dispute",
    "资料缺失": "missing",
    "内容不符": "other bytes than were verified",
    "大小不符": "another size",
    "不能读取": "cannot be read",
    "被标记删除": "a delete marker hides it",
    "锁定期被缩短": "lock shortened",
    "多余版本": "something was put over it",
    "无登记对象": "not in the registry",
    "登记不一致": "registry and ledger do not agree",
    "应销毁未销毁": "disposed of and still there",
    "已恢复": "restored",
    "已说明": "explained",
    "确认灭失": "given up as lost",
    "同意缩短": "allowed",
    "不同意缩短": "not allowed",
}

TOLD: Mapping[str, str] = {both["zh"]: both["en"] for words in (CLASSES, TRIGGERS, REASONS) for both in words.values()}
"""English of what `regulation.retention_words` says."""

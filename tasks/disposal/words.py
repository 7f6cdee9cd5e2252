"""The words of disposal, Chinese beside English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.tables import DisposalVerdict
from regulation.disposal import DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.retention import Kept, RetentionClass, Trigger
from regulation.vocabulary import MediaKind

STATES: Mapping[ListState, str] = MappingProxyType(
    {
        ListState.APPRAISAL: "待鉴定 to be appraised",
        ListState.APPROVAL: "待审批 to be approved",
        ListState.WITNESSING: "待监销确认 to be witnessed",
        ListState.GRACE: "等待期 time of grace",
        ListState.DESTROYING: "销毁中 being carried out",
        ListState.DONE: "已销毁 carried out",
        ListState.REFUSED: "不予批准 refused",
        ListState.EMPTIED: "已撤销 nothing left on it",
    }
)
ITEMS: Mapping[ItemState, str] = MappingProxyType(
    {
        ItemState.LISTED: "在册 listed",
        ItemState.DROPPED: "已撤出 taken off",
        ItemState.DESTROYING: "销毁中 begun",
        ItemState.FAILED: "销毁失败 not destroyed",
        ItemState.DESTROYED: "已销毁 destroyed",
    }
)
STAGES: Mapping[DisposalStage, str] = MappingProxyType(
    {
        DisposalStage.APPRAISAL: "鉴定 appraisal",
        DisposalStage.APPROVAL: "审批 approval",
        DisposalStage.WITNESS: "监销 witness",
    }
)
VERDICTS: Mapping[DisposalVerdict, str] = MappingProxyType(
    {
        DisposalVerdict.SUBMITTED: "鉴定并提交 appraised",
        DisposalVerdict.APPROVED: "批准销毁 approved",
        DisposalVerdict.REFUSED: "不予批准 refused",
        DisposalVerdict.WITNESSED: "监销确认 witnessed",
    }
)
CLASSES: Mapping[RetentionClass, str] = MappingProxyType(
    {
        RetentionClass.ROUTINE: "日常巡查检查 routine",
        RetentionClass.OTHER: "其他 other",
        RetentionClass.EVIDENCE: "证据 evidence",
        RetentionClass.NONE: "未定 none",
    }
)
TRIGGERS: Mapping[Trigger, str] = MappingProxyType(
    {
        Trigger.RECORDING_ENDED: "录制 recorded",
        Trigger.RECEIVED: "入库 received",
        Trigger.CASE_CLOSED: "结案 case closed",
    }
)
MEDIA: Mapping[MediaKind, str] = MappingProxyType(
    {
        MediaKind.VIDEO: "录像 video",
        MediaKind.PHOTO: "照片 photo",
        MediaKind.SOUND: "录音 sound",
        MediaKind.OTHER: "其他 other",
    }
)
KEPT: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.UNVERIFIED: "未封存 not sealed",
        Kept.UNFILED: "未归档 unfiled",
        Kept.NO_TERM: "未规定保存期限 no document sets a term",
        Kept.NO_CASE: "未关联案卷 no case file",
        Kept.CASE_UNKNOWN: "案卷未登记 case file unknown",
        Kept.CASE_OPEN: "案件未结 case open",
        Kept.CASE_PERMANENT: "案卷永久保存 case file permanent",
        Kept.APPRAISED: "鉴定续存 kept by appraisal",
        Kept.IN_TERM: "保存期内 within its term",
        Kept.LOCKED: "保留锁定期内 locked",
        Kept.HELD: "暂停处置 held",
        Kept.ACCESS_OPEN: "调阅中 asked for or granted",
        Kept.CONVERSION_OPEN: "证据转换中 being converted to evidence",
        Kept.DUTY_OPEN: "有未办结事项 a duty is open",
        Kept.INCIDENT_OPEN: "完整性存疑 an incident is open",
        Kept.LISTED: "已列入销毁清册 listed",
    }
)

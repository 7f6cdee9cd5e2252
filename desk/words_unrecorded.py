"""Members of the enumerations of what was not recorded, as pages say them; English beside them (Art. 9, 12, 13)."""

from __future__ import annotations

from collections.abc import Mapping

from regulation.unrecorded import ExemptionGround, Manner, Review
from regulation.vocabulary import ActivityKind

WORDS: Mapping[str, Mapping[str, str]] = {
    "activity_kind": {
        ActivityKind.INSPECTION: "行政检查",
        ActivityKind.SUMMARY_PENALTY: "简易程序行政处罚",
        ActivityKind.INVESTIGATION: "立案后的调查取证",
        ActivityKind.HEARING_OF_PARTIES: "听取陈述申辩、受理投诉举报",
        ActivityKind.ENFORCEMENT: "行政强制执行",
        ActivityKind.SERVICE_OF_DOCUMENTS: "送达法律文书",
        ActivityKind.DISPUTE_PRONE: "接访等可能引发争议的活动",
    },
    "exemption_ground": {
        ExemptionGround.ON_REQUEST: "举报人、证人、被害人明确要求",
        ExemptionGround.UNDERCOVER: "暗访",
        ExemptionGround.PUBLIC_TRANSPORT: "乘坐公共交通工具，不便使用",
        ExemptionGround.SECRECY: "涉及国家秘密、商业秘密、个人隐私",
        ExemptionGround.NATURE: "天气等自然原因",
        ExemptionGround.HAZARD: "进入易燃易爆场所，设备不防爆",
        ExemptionGround.EMERGENCY: "其他紧急情况",
    },
    "manner": {Manner.SPOKEN: "恢复记录时语音说明", Manner.WRITTEN: "书面说明"},
    "review": {Review.APPROVED: "同意免予记录", Review.REFUSED: "不同意免予记录"},
}
"""By what they are of, as in `desk.words`."""

MEMBERS: Mapping[str, str] = {
    "行政检查": "inspection",
    "简易程序行政处罚": "summary penalty",
    "立案后的调查取证": "investigation of an opened case",
    "听取陈述申辩、受理投诉举报": "hearing of parties, complaints, reports",
    "行政强制执行": "compulsory enforcement",
    "送达法律文书": "service of documents",
    "接访等可能引发争议的活动": "petitions and other dispute-prone activity",
    "举报人、证人、被害人明确要求": "an informant, witness or victim expressly asked for it",
    "暗访": "an undercover visit",
    "乘坐公共交通工具，不便使用": "on public transport, where it could not be used",
    "涉及国家秘密、商业秘密、个人隐私": "state secrets, trade secrets or privacy were touched",
    "天气等自然原因": "weather or another natural cause",
    "进入易燃易爆场所，设备不防爆": "a place of fire or explosion hazard, the device not made for it",
    "其他紧急情况": "another emergency",
    "恢复记录时语音说明": "said aloud when recording resumed",
    "书面说明": "in writing",
    "同意免予记录": "approved",
    "不同意免予记录": "refused",
}

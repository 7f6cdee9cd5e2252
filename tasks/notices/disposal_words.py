"""The words of notices about disposal: Chinese first, English beside it (Art. 18)."""

from __future__ import annotations

from collections.abc import Mapping

from regulation.disposal_states import ListState
from tasks.notices.digest import DisposalAsk
from tasks.notices.words import Words

ASKS: Mapping[DisposalAsk, Words] = {
    DisposalAsk.APPRAISE: {"zh": "销毁清册待鉴定", "en": "A disposal list waits for appraisal"},
    DisposalAsk.APPROVE: {"zh": "销毁清册待您审批", "en": "A disposal list waits for your approval"},
    DisposalAsk.WITNESS: {"zh": "销毁清册待您监销确认", "en": "A disposal list waits for you as its witness"},
    DisposalAsk.GRACE: {"zh": "销毁清册进入等待期", "en": "A disposal list has entered its time of grace"},
    DisposalAsk.OUTCOME: {"zh": "销毁清册已办结", "en": "A disposal list is closed"},
    DisposalAsk.DUE: {"zh": "有资料保存期限将满", "en": "Terms are going to end"},
}

DOES: Mapping[DisposalAsk, Words] = {
    DisposalAsk.APPRAISE: {
        "zh": "请登录后逐条鉴定：销毁、延长保存或者续存。",
        "en": "Sign in and say of each: destroy, extend, or keep.",
    },
    DisposalAsk.APPROVE: {
        "zh": "请登录后核对清册，批准并指定两名监销人，或者不予批准。",
        "en": "Sign in, look through the list, approve it and name two witnesses, or refuse it.",
    },
    DisposalAsk.WITNESS: {
        "zh": "请登录后核对清册与批准内容一致，并予确认。",
        "en": "Sign in, compare the list with what was approved, and confirm.",
    },
    DisposalAsk.GRACE: {
        "zh": "等待期内发现不应销毁的，请及时撤出。",
        "en": "Whatever should not be destroyed can be taken off until then.",
    },
    DisposalAsk.OUTCOME: {"zh": "请登录后查看结果。", "en": "Sign in to see what became of it."},
    DisposalAsk.DUE: {
        "zh": "其中需要继续保存的，请及时登记暂停处置、关联案卷或者归档。",
        "en": "What is still needed should be held, tied to its case or filed in time.",
    },
}

LISTS: Mapping[ListState, Words] = {
    ListState.APPRAISAL: {"zh": "待鉴定", "en": "to be appraised"},
    ListState.APPROVAL: {"zh": "待审批", "en": "to be approved"},
    ListState.WITNESSING: {"zh": "待监销确认", "en": "to be witnessed"},
    ListState.GRACE: {"zh": "等待期", "en": "time of grace"},
    ListState.DESTROYING: {"zh": "销毁中", "en": "being carried out"},
    ListState.DONE: {"zh": "已销毁", "en": "carried out"},
    ListState.REFUSED: {"zh": "不予批准", "en": "refused"},
    ListState.EMPTIED: {"zh": "已撤销", "en": "nothing left on it"},
}
"""How a list stands when the notice is read."""

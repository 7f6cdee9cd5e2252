"""The words of notices about conversions: Chinese first, English beside it (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping

from regulation.conversion_states import ConversionState
from tasks.notices.digest import ConversionAsk
from tasks.notices.words import Words

ASKS: Mapping[ConversionAsk, Words] = {
    ConversionAsk.EXTRACT: {"zh": "证据转换待您提取", "en": "A conversion waits for you to extract"},
    ConversionAsk.CHECK: {"zh": "证据转换待您复核", "en": "A conversion waits for your check"},
    ConversionAsk.SIGN: {"zh": "证据转换待您签发", "en": "A conversion waits for your signature"},
    ConversionAsk.OUTCOME: {"zh": "证据转换有新的结果", "en": "News of an evidence conversion"},
}

DOES: Mapping[ConversionAsk, Words] = {
    ConversionAsk.EXTRACT: {
        "zh": "请登录后核对资料和证明对象，确认提取，或者退回并说明理由。",
        "en": "Sign in, look at what is asked and what it is to prove, and extract it or send it back.",
    },
    ConversionAsk.CHECK: {
        "zh": "请登录后核对制作结果与原始资料一致，通过复核，或者退回并说明理由。",
        "en": "Sign in, compare what was made with the originals, and confirm it or send it back.",
    },
    ConversionAsk.SIGN: {
        "zh": "请登录后查看说明并签发，或者退回并说明理由。",
        "en": "Sign in, read the statement, and sign it or send it back.",
    },
    ConversionAsk.OUTCOME: {"zh": "请登录后查看结果。", "en": "Sign in to see what became of it."},
}

CONVERSIONS: Mapping[ConversionState, Words] = {
    ConversionState.DRAFT: {"zh": "草稿（已退回）", "en": "draft, sent back"},
    ConversionState.EXTRACTION: {"zh": "待提取", "en": "to be extracted"},
    ConversionState.MAKING: {"zh": "制作中", "en": "being made"},
    ConversionState.CHECKING: {"zh": "待复核", "en": "to be checked"},
    ConversionState.SIGNING: {"zh": "待签发", "en": "to be signed"},
    ConversionState.PACKING: {"zh": "封装中", "en": "being packed"},
    ConversionState.ISSUED: {"zh": "已签发", "en": "issued"},
    ConversionState.WITHDRAWN: {"zh": "已撤回", "en": "withdrawn"},
    ConversionState.SUPERSEDED: {"zh": "已更正", "en": "superseded"},
}
"""How a conversion stands when the notice is read."""

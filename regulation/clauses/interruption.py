"""Chapter 2, Use (使用规范), second part: when recording stops, Art. 12 and 13.

The text numbers two grounds of Art. 12 as (六); we count seven, 12(1) to 12(7).
"""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

_GROUND = "A ground that a work record can name; the exemption lifecycle is not built yet."
_SIGNED = "As the other grounds, with the signed statement attached where one was asked for; not built yet."

CLAUSES = (
    Clause("12-1", "停止使用", "In seven cases recording may stop.", Status.PLANNED, _GROUND),
    Clause("12(1)", "明确要求", "An informant, witness or victim expressly asks for it.", Status.PLANNED, _SIGNED),
    Clause("12(2)", "暗访", "An undercover visit.", Status.PLANNED, _GROUND),
    Clause("12(3)", "公共交通工具", "On public transport, where the recorder cannot be used.", Status.PLANNED, _GROUND),
    Clause(
        "12(4)",
        "国家秘密、商业秘密、个人隐私",
        "State secrets, trade secrets or privacy are touched.",
        Status.PLANNED,
        _SIGNED,
    ),
    Clause("12(5)", "自然原因", "Weather or other natural causes prevent it.", Status.PLANNED, _GROUND),
    Clause(
        "12(6)",
        "易燃易爆",
        "Entering a place of fire or explosion hazard with a device not made for it.",
        Status.PLANNED,
        _GROUND,
    ),
    Clause("12(7)", "紧急情况", "Another emergency prevents it.", Status.PLANNED, _GROUND),
    Clause(
        "12-2",
        "签名或盖章",
        "In cases (1) and (4) those concerned can be asked for a signed or sealed statement of their request.",
        Status.PLANNED,
        "The statement attached to the work record.",
    ),
    Clause(
        "12-3a",
        "工作记录",
        "Promptly after the activity officers make a work record with reason and basis.",
        Status.PLANNED,
        "A duty, due within the hours the policy sets (chosen).",
        "regulation.parameters",
    ),
    Clause(
        "12-3b",
        "主要领导审核",
        "The unit's principal leader reviews it.",
        Status.PLANNED,
        "A decision by whoever holds the role at that moment; a refusal opens a fault candidate (Art. 21(1)).",
    ),
    Clause("12-3c", "留存备案", "It is kept on file.", Status.PLANNED, "Kept with the activity."),
    Clause(
        "13a",
        "语音说明",
        "When recording resumes after an interruption, the reason is said aloud.",
        Status.PLANNED,
        "Speech looked for at the start of the next segment, its meaning confirmed by a person.",
    ),
    Clause(
        "13b",
        "文字记录",
        "Where recording cannot resume, the reason goes into the written record.",
        Status.PLANNED,
        "Part of the interruption report.",
    ),
    Clause(
        "13c",
        "书面报告",
        "And is promptly reported in writing to the department head.",
        Status.PLANNED,
        "A duty, due within the hours the policy sets (chosen), met by the head's acknowledgement.",
        "regulation.parameters",
    ),
)

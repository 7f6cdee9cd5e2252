"""Chapter 2, Use (使用规范), second part: when recording stops, Art. 12 and 13.

The text numbers two grounds of Art. 12 as (六); we count seven, 12(1) to 12(7).
"""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

_RULE, _SHOWN = "regulation.unrecorded", "tests/articles/test_article_12.py"
_GROUND = "A ground that the work record names; the statement of evidence cites it once it is approved."
_SIGNED = "As the other grounds; the work record names the signed statement, where one was asked for."

CLAUSES = (
    Clause("12-1", "停止使用", "In seven cases recording may stop.", Status.ENFORCED, _GROUND, _RULE, _SHOWN),
    Clause(
        "12(1)",
        "明确要求",
        "An informant, witness or victim expressly asks for it.",
        Status.ENFORCED,
        _SIGNED,
        _RULE,
        _SHOWN,
    ),
    Clause("12(2)", "暗访", "An undercover visit.", Status.ENFORCED, _GROUND, _RULE, _SHOWN),
    Clause(
        "12(3)",
        "公共交通工具",
        "On public transport, where the recorder cannot be used.",
        Status.ENFORCED,
        _GROUND,
        _RULE,
        _SHOWN,
    ),
    Clause(
        "12(4)",
        "国家秘密、商业秘密、个人隐私",
        "State secrets, trade secrets or privacy are touched.",
        Status.ENFORCED,
        _SIGNED,
        _RULE,
        _SHOWN,
    ),
    Clause("12(5)", "自然原因", "Weather or other natural causes prevent it.", Status.ENFORCED, _GROUND, _RULE, _SHOWN),
    Clause(
        "12(6)",
        "易燃易爆",
        "Entering a place of fire or explosion hazard with a device not made for it.",
        Status.ENFORCED,
        _GROUND,
        _RULE,
        _SHOWN,
    ),
    Clause("12(7)", "紧急情况", "Another emergency prevents it.", Status.ENFORCED, _GROUND, _RULE, _SHOWN),
    Clause(
        "12-2",
        "签名或盖章",
        "In cases (1) and (4) those concerned can be asked for a signed or sealed statement of their request.",
        Status.ATTESTED,
        "The work record names the statement; what was signed is kept where the unit keeps papers.",
        "registry.transitions.unrecorded",
        _SHOWN,
    ),
    Clause(
        "12-3a",
        "工作记录",
        "Promptly after the activity officers make a work record with reason and basis.",
        Status.PLANNED,
        "Written at the desk, on the activity's page; the duty within the hours the policy sets (chosen) is to come.",
        "registry.transitions.unrecorded",
    ),
    Clause(
        "12-3b",
        "主要领导审核",
        "The unit's principal leader reviews it.",
        Status.ENFORCED,
        "A decision by whoever holds the role at that moment, never by who took part; a fault candidate for what was "
        "refused (Art. 21(1)) is to come.",
        "registry.transitions.unrecorded",
        _SHOWN,
    ),
    Clause(
        "12-3c",
        "留存备案",
        "It is kept on file.",
        Status.ENFORCED,
        "Kept with the activity, refused or not.",
        "registry.tables.unrecorded",
        _SHOWN,
    ),
    Clause(
        "13a",
        "语音说明",
        "When recording resumes after an interruption, the reason is said aloud.",
        Status.ATTESTED,
        "Who was there writes down what was said, and the report names the recording with which it resumed; looking "
        "for speech in its first seconds is to come.",
        "registry.transitions.unrecorded",
        "tests/articles/test_article_13.py",
    ),
    Clause(
        "13b",
        "文字记录",
        "Where recording cannot resume, the reason goes into the written record.",
        Status.ENFORCED,
        "Part of the report of the interruption: where nothing was recorded afterwards, nothing else is taken.",
        "registry.transitions.unrecorded",
        "tests/articles/test_article_13.py",
    ),
    Clause(
        "13c",
        "书面报告",
        "And is promptly reported in writing to the department head.",
        Status.PLANNED,
        "The head is told at once and takes note at the desk; the duty within the hours the policy sets (chosen) is to "
        "come.",
        "registry.transitions.unrecorded",
    ),
)

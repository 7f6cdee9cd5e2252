"""What the pages of activities say, and its English (Art. 9, 10, 12, 13)."""

from __future__ import annotations

from collections.abc import Mapping

UNRECORDED: Mapping[str, str] = {
    "活动记录": "Activities",
    "活动编号、地点或者案件编号": "Number, place or case",
    "没有与您有关的执法活动。": "There is no activity of yours.",
    "{count} 项待审阅": "{count} to be seen",
    "活动类别": "Kind",
    "地点": "Place",
    "参加人员": "Officers",
    "起止": "From–to",
    "进行中": "still going on",
    "没有记录。": "Nothing was recorded.",
    "记录中断": "Interruptions",
    "第十三条": "Art. 13",
    "活动尚未结束，结束后计算中断。": "The activity goes on; interruptions are known once it is over.",
    "全程有记录，没有中断。": "It was recorded throughout.",
    "尚无说明": "not explained yet",
    "已由后来入库的资料补齐": "closed by recordings docked since",
    "待阅": "to be seen",
    "已阅": "Seen",
    "语音说明所在资料": "the recording in which it was said",
    "说明中断原因": "Explain an interruption",
    "哪一段中断": "Which one",
    "说明方式": "How it was explained",
    "中断原因": "Why",
    "恢复记录时已经语音说明的，请在此写明所说的原因。": (
        "If it was said aloud when recording resumed, write down what was said."
    ),
    "提交说明": "Hand in",
    "其中 {count} 段尚无说明，附文字说明将照实写明。": "{count} of them not explained yet; the statement will say so.",
    "均已说明。": "All of them are explained.",
    "免予记录": "Exemptions",
    "第十二条": "Art. 12",
    "没有免予记录的工作记录。": "There is no record of an exemption.",
    "填写工作记录": "Write the work record",
    "法定情形": "Ground",
    "理由和依据": "Reason and basis",
    "当事人的书面说明": "Signed statement",
    "当事人书面说明（如有）": "Signed statement of who asked for it, if any",
    "提交工作记录": "Hand in for review",
    "待主要领导审核": "waits for the principal leader",
    "审核意见": "Why",
    "执法活动待您审阅": "Activities to be looked at",
}

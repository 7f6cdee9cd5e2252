"""What the desk says: written in Chinese where it is said, with its English here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from desk import words_conversion, words_duties, words_retention, words_trail, words_unrecorded
from desk.phrases import ONE, PAGES
from desk.phrases_conversion import CONVERSION
from desk.phrases_retention import RETENTION
from desk.phrases_unrecorded import UNRECORDED
from registry.tables import Assigned, CopyEnd, Verdict
from regulation.access import Ground, PassedOver, Stage
from regulation.access_states import RequestState
from regulation.vocabulary import Marking, MediaKind, Role

Language = Literal["zh", "en"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "state": {
        RequestState.DRAFT: "草稿",
        RequestState.PENDING: "待审批",
        RequestState.IN_REVIEW: "审批中",
        RequestState.APPROVED: "已批准",
        RequestState.PARTLY_APPROVED: "部分批准",
        RequestState.DENIED: "不予批准",
        RequestState.WITHDRAWN: "已撤回",
        RequestState.EXPIRED: "已失效",
        RequestState.FULFILLED: "已办结",
        RequestState.UNAVAILABLE: "无法提供",
        RequestState.REVOKED: "已撤销",
    },
    "role": {
        Role.OFFICER: "执法人员",
        Role.DEVICE_ADMINISTRATOR: "执法记录仪管理员",
        Role.DEPARTMENT_HEAD: "部门负责人",
        Role.SUPERVISING_LEADER: "分管领导",
        Role.PRINCIPAL_LEADER: "主要领导",
        Role.CONFIDENTIALITY_REVIEWER: "保密审查员",
        Role.SUPERVISOR: "行政执法监督人员",
    },
    "stage": {Stage.REVIEW: "保密审查", Stage.APPROVAL: "审批"},
    "ground": {
        Ground.OWN_UNIT: "本单位执法人员因工作需要调用",
        Ground.OTHER_UNIT: "其他单位查看、调取",
        Ground.OUTSIDER: "其他人员查看、调取",
        Ground.MARKED: "资料标有保密或者隐私标记",
    },
    "passed": {
        PassedOver.VACANT: "职位空缺",
        PassedOver.OWN_REQUEST: "本人申请，上提一级",
        PassedOver.STOOD_ASIDE: "已回避",
    },
    "verdict": {Verdict.APPROVED: "批准", Verdict.PARTLY: "部分批准", Verdict.DENIED: "不予批准"},
    "media": {MediaKind.VIDEO: "录像", MediaKind.PHOTO: "照相", MediaKind.SOUND: "录音", MediaKind.OTHER: "其他"},
    "marking": {Marking.STATE_SECRET: "国家秘密", Marking.TRADE_SECRET: "商业秘密", Marking.PRIVACY: "个人隐私"},
    "copy_end": {CopyEnd.RETURNED: "已交回", CopyEnd.DESTROYED: "已销毁"},
    "ended": {Assigned.STOOD_ASIDE: "回避", Assigned.PASSED_ON: "委托他人"},
    **words_retention.WORDS,
    **words_conversion.WORDS,
    **words_trail.WORDS,
    **words_unrecorded.WORDS,
    **words_duties.WORDS,
}
"""Members of enumerations, by what they are of."""

MEMBERS: Mapping[str, str] = {
    "草稿": "draft",
    "待审批": "pending",
    "审批中": "in review",
    "已批准": "approved",
    "部分批准": "partly approved",
    "不予批准": "denied",
    "已撤回": "withdrawn",
    "已失效": "expired",
    "已办结": "fulfilled",
    "无法提供": "unavailable",
    "已撤销": "revoked",
    "执法人员": "officer",
    "执法记录仪管理员": "device administrator",
    "部门负责人": "department head",
    "分管领导": "supervising leader",
    "主要领导": "principal leader",
    "保密审查员": "confidentiality reviewer",
    "行政执法监督人员": "legal supervisor",
    "保密审查": "confidentiality review",
    "审批": "approval",
    "本单位执法人员因工作需要调用": "an officer of the unit needs it for work",
    "其他单位查看、调取": "another unit asks for it",
    "其他人员查看、调取": "somebody from outside asks for it",
    "资料标有保密或者隐私标记": "the footage is marked",
    "职位空缺": "vacant",
    "本人申请，上提一级": "own request, one level up",
    "已回避": "stood aside",
    "批准": "approved",
    "录像": "video",
    "照相": "photo",
    "录音": "sound",
    "其他": "other",
    "国家秘密": "state secret",
    "商业秘密": "trade secret",
    "个人隐私": "privacy",
    "已交回": "returned",
    "已销毁": "destroyed",
    "回避": "stood aside",
    "委托他人": "named another",
}

_ENGLISH: Mapping[str, str] = {
    **MEMBERS,
    **PAGES,
    **words_retention.MEMBERS,
    **words_retention.TOLD,
    **RETENTION,
    **words_conversion.MEMBERS,
    **CONVERSION,
    **words_trail.MEMBERS,
    **words_unrecorded.MEMBERS,
    **UNRECORDED,
    **words_duties.MEMBERS,
    **words_duties.DUTIES,
}


def say(text: str, language: Language, **facts: object) -> str:
    """`text`, which is Chinese, in the language; words in braces are filled with `facts`."""
    said = text if language == "zh" else _english(text, is_one=facts.get("count") == 1)
    return said.format(**facts) if facts else said


def _english(text: str, *, is_one: bool) -> str:
    said = _ENGLISH[text]
    return ONE.get(text, said) if is_one else said


def is_known(text: str) -> bool:
    """Whether there is English for a text."""
    return text in _ENGLISH

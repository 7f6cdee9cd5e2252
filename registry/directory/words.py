"""What people write in a directory file, in English or Chinese, and what it stands for."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from regulation.vocabulary import ActivityKind, PartyKind, RemoteReason, Role, UnitLevel

M = TypeVar("M", bound=StrEnum)

_CHINESE: dict[StrEnum, tuple[str, ...]] = {
    UnitLevel.CITY: ("市", "市级"),
    UnitLevel.UNIT: ("单位", "行政执法单位", "执法单位"),
    UnitLevel.DEPARTMENT: ("部门", "所属部门", "科室", "中队"),
    Role.OFFICER: ("执法人员",),
    Role.DEVICE_ADMINISTRATOR: ("执法记录仪管理员", "记录仪管理员", "管理员"),
    Role.DEPARTMENT_HEAD: ("部门负责人",),
    Role.SUPERVISING_LEADER: ("分管领导",),
    Role.PRINCIPAL_LEADER: ("主要领导", "主要负责人"),
    Role.CONFIDENTIALITY_REVIEWER: ("保密审查员", "保密员"),
    Role.SUPERVISOR: ("司法局", "依法行政办", "法制监督"),
    ActivityKind.INSPECTION: ("行政检查", "检查"),
    ActivityKind.SUMMARY_PENALTY: ("简易程序行政处罚", "简易程序", "简易处罚"),
    ActivityKind.INVESTIGATION: ("立案后的调查取证", "立案调查取证", "调查取证"),
    ActivityKind.HEARING_OF_PARTIES: ("陈述申辩、投诉、举报", "陈述申辩", "投诉举报"),
    ActivityKind.ENFORCEMENT: ("行政强制执行", "行政强制"),
    ActivityKind.SERVICE_OF_DOCUMENTS: ("送达法律文书", "文书送达", "送达"),
    ActivityKind.DISPUTE_PRONE: ("接访等可能引发争议的活动", "接访"),
    PartyKind.COUNTERPARTY: ("行政管理相对人", "行政相对人", "相对人"),
    PartyKind.INFORMANT: ("举报人",),
    PartyKind.WITNESS: ("证人",),
    PartyKind.VICTIM: ("被害人",),
    PartyKind.OTHER: ("其他与案件有关的人员", "其他"),
    RemoteReason.CONTINUOUS_WORK: ("连续工作",),
    RemoteReason.OTHER_PLACE: ("异地执行",),
    RemoteReason.OUTLYING_AREA: ("偏远、交通不便地区", "偏远地区", "交通不便地区"),
}

_YES = {"yes", "true", "1", "y", "是", "代理"}
_NO = {"no", "false", "0", "n", "", "否"}


def folded(text: str) -> str:
    """`text` without what people write one way or another: case, blanks, underscores, full-width brackets."""
    narrow = text.translate(str.maketrans("（）．", "()."))
    return "".join(narrow.split()).replace("_", "-").casefold()


def member(members: type[M], text: str) -> M:
    """The member of `members` that `text` names. Raises `ValueError` listing what could be named."""
    for one in members:
        if folded(text) in {folded(word) for word in (one.value, *_CHINESE.get(one, ()))}:
            return one
    raise ValueError(f"one of: {', '.join(one.value for one in members)}")


def yes_or_no(text: str) -> bool:
    """Whether `text` says yes. Raises `ValueError` when it says neither yes nor no."""
    word = folded(text)
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError("yes or no")

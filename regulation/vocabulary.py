"""The regulation's own words as enumerations: people, activities, parties, media.

The Chinese term stands beside each member; `docs/glossary.md` explains them.
"""

from __future__ import annotations

from enum import StrEnum


class UnitLevel(StrEnum):
    CITY = "city"  # 市
    UNIT = "unit"  # 行政执法单位
    DEPARTMENT = "department"  # 部门


class Role(StrEnum):
    """Held through dated appointments (Art. 5, 6, 12, 13, 17, 20)."""

    OFFICER = "officer"  # 执法人员
    DEVICE_ADMINISTRATOR = "device-administrator"  # 执法记录仪管理员
    DEPARTMENT_HEAD = "department-head"  # 部门负责人
    SUPERVISING_LEADER = "supervising-leader"  # 分管领导
    PRINCIPAL_LEADER = "principal-leader"  # 主要领导
    CONFIDENTIALITY_REVIEWER = "confidentiality-reviewer"  # 保密审查员
    SUPERVISOR = "supervisor"  # 司法局 / 依法行政办


class ActivityKind(StrEnum):
    """The seven kinds of activity that Art. 9 wants recorded in full."""

    INSPECTION = "9(1)"  # 行政检查
    SUMMARY_PENALTY = "9(2)"  # 简易程序行政处罚
    INVESTIGATION = "9(3)"  # 立案后的调查取证
    HEARING_OF_PARTIES = "9(4)"  # 陈述申辩、投诉、举报
    ENFORCEMENT = "9(5)"  # 行政强制执行
    SERVICE_OF_DOCUMENTS = "9(6)"  # 送达法律文书
    DISPUTE_PRONE = "9(7)"  # 接访等可能引发争议的活动


class PartyKind(StrEnum):
    """Parties in the wide sense of Art. 2."""

    COUNTERPARTY = "counterparty"  # 行政管理相对人
    INFORMANT = "informant"  # 举报人
    WITNESS = "witness"  # 证人
    VICTIM = "victim"  # 被害人
    OTHER = "other"  # 其他与案件有关的人员


class RemoteReason(StrEnum):
    """Why the 24 hours of Art. 16 start at the return to the unit."""

    CONTINUOUS_WORK = "continuous-work"  # 连续工作
    OTHER_PLACE = "other-place"  # 异地执行
    OUTLYING_AREA = "outlying-area"  # 偏远、交通不便地区


class MediaKind(StrEnum):
    """What a recorder makes (Art. 2); everything else it carries is kept as `OTHER`."""

    VIDEO = "video"  # 录像
    PHOTO = "photo"  # 照相
    SOUND = "sound"  # 录音
    OTHER = "other"


class Marking(StrEnum):
    """What footage may hold that the rules of confidentiality protect (Art. 17)."""

    STATE_SECRET = "state-secret"  # noqa: S105  国家秘密
    TRADE_SECRET = "trade-secret"  # noqa: S105  商业秘密
    PRIVACY = "privacy"  # 个人隐私

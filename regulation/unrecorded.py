"""What was not recorded of an activity, why, and who has to see it (Art. 12, 13).

Art. 12 names seven grounds on which recording may stop; whoever stopped writes down reason and basis, and the unit's
principal leader reviews it (主要领导审核). After any other interruption the reason is said aloud when recording resumes
(语音说明), or written down where it does not, and reported to the department head (部门负责人) in writing. Nobody
reviews what they took part in: it goes one seat up (chosen).
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from regulation.access import Deciders, can_decide
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

EXEMPTION, INTERRUPTION = "Art. 12", "Art. 13"


class ExemptionGround(StrEnum):
    """The seven grounds; the text numbers two of them as (六), we count through."""

    ON_REQUEST = "12(1)"  # 举报人、证人、被害人明确要求
    UNDERCOVER = "12(2)"  # 暗访
    PUBLIC_TRANSPORT = "12(3)"  # 公共交通工具
    SECRECY = "12(4)"  # 国家秘密、商业秘密、个人隐私
    NATURE = "12(5)"  # 天气等自然原因
    HAZARD = "12(6)"  # 易燃易爆场所
    EMERGENCY = "12(7)"  # 其他紧急情况


WITH_STATEMENT = frozenset({ExemptionGround.ON_REQUEST, ExemptionGround.SECRECY})
"""Where those who asked for it can be asked for a signed or sealed statement."""


class Manner(StrEnum):
    """How the reason of an interruption was given."""

    SPOKEN = "spoken"  # 恢复记录时语音说明
    WRITTEN = "written"  # 文字记录并书面报告


class Review(StrEnum):
    """What the principal leader says of an exemption."""

    APPROVED = "approved"  # 同意
    REFUSED = "refused"  # 不同意


REPORTED_TO = Role.DEPARTMENT_HEAD
"""Who takes note of an interruption."""
REVIEWED_BY = Role.PRINCIPAL_LEADER
"""Who reviews an exemption."""


def check_took_part(person: UUID, officers: Collection[UUID], article: str) -> None:
    """Raise `ActionDenied` unless `person` took part in the activity: who was there says what happened."""
    if person not in officers:
        raise ActionDenied("Only an officer of the activity says why it was not recorded.", article=article)


def check_acknowledge(person: UUID, found: Deciders) -> Role:
    """As whom `person` takes note of an interruption. Raises `ActionDenied` (Art. 13) for anybody but the head of the
    department, or who stands for that seat."""
    if found.role is None or not can_decide(person, found):
        raise ActionDenied(
            "An interruption is reported to the head of the department, and nobody takes note of their own.",
            article=INTERRUPTION,
        )
    return found.role


def check_review(person: UUID, found: Deciders) -> Role:
    """As whom `person` reviews an exemption. Raises `ActionDenied` (Art. 12) for anybody but the principal leader."""
    if found.role is None or not can_decide(person, found):
        raise ActionDenied(
            "The principal leader of the unit reviews an exemption, and nobody reviews their own.", article=EXEMPTION
        )
    return found.role

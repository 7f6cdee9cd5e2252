"""What can be wrong with an original in the vault, and who may say that it is settled (Art. 7).

Nothing is settled by the software: it finds, quarantines, repairs where it can, and tells. Pure functions over roles
given as data.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ARTICLE = "Art. 7"


class IncidentKind(StrEnum):
    """What was found. The Chinese term stands beside each."""

    MISSING = "missing"  # 缺失: the registry knows it, the vault does not hold it
    DIFFERENT = "different"  # 内容不符: other bytes than were verified
    WRONG_SIZE = "wrong-size"  # 大小不符
    UNREADABLE = "unreadable"  # 无法读取: the vault answers, but not with this
    MARKED_DELETED = "marked-deleted"  # 被标记删除: a delete marker hides it
    LOCK_SHORTENED = "lock-shortened"  # 锁定期被缩短: the vault would let it go earlier than the registry says
    EXTRA_VERSION = "extra-version"  # 多余版本: something was put over it
    ORPHAN = "orphan"  # 无登记对象: the vault holds it, the registry does not know it
    GHOST = "ghost"  # 登记不一致: registry and ledger do not agree that it exists
    STILL_THERE = "still-there"  # 应销毁未销毁: disposed of, and something of it is left


DAMAGED = (IncidentKind.MISSING, IncidentKind.DIFFERENT, IncidentKind.WRONG_SIZE, IncidentKind.UNREADABLE)
"""The kinds in which an original cannot be read as it was verified: the ones that a second vault can mend."""


class Resolution(StrEnum):
    """How somebody settled an incident."""

    RESTORED = "restored"  # 已恢复: it is as it was verified
    EXPLAINED = "explained"  # 已说明: what was found has a reason that harms no original
    LOST = "lost"  # 确认灭失: it cannot be had back


_LEADERS = (Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER, Role.SUPERVISOR)
CLOSERS = (Role.DEVICE_ADMINISTRATOR, Role.DEPARTMENT_HEAD, *_LEADERS)
"""Who may settle an incident of their unit (chosen: the article names nobody)."""


def check_close(roles: Collection[Role], kind: IncidentKind, resolution: Resolution, *, is_intact: bool) -> None:
    """Raise `ActionDenied` unless somebody who holds `roles` over the unit may settle the incident so.

    `is_intact`: since it was found, the original was read again and was what had been verified. An original is given up
    by a leader alone (chosen); a damaged one is neither restored nor explained while it cannot be read.
    """
    if not any(role in CLOSERS for role in roles):
        raise ActionDenied(
            "Only the device administrator or a leader of the unit settles an incident.", article=ARTICLE
        )
    if resolution is Resolution.LOST:
        _check_given_up(roles, kind, is_intact=is_intact)
    elif kind in DAMAGED and not is_intact:
        raise ActionDenied("The original is not as it was verified: it is restored, or lost.", article=ARTICLE)


def _check_given_up(roles: Collection[Role], kind: IncidentKind, *, is_intact: bool) -> None:
    if kind not in DAMAGED or is_intact:
        raise ActionDenied("What can be read as it was verified is not lost.", article=ARTICLE)
    if not any(role in _LEADERS for role in roles):
        raise ActionDenied("Only a leader gives an original up as lost.", article=ARTICLE)

"""Who hears of a duty, and when (Art. 5, 6, 16, 20): from the one who owes it up to the principal leader."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """The rungs, from the first to the last."""

    REMINDER = "reminder"  # 提醒: before it is due, whoever owes it
    DUE = "due"  # 到期: whoever owes it, and the device administrator
    DEPARTMENT_HEAD = "department-head"  # 部门负责人
    SUPERVISING_LEADER = "supervising-leader"  # 分管领导
    PRINCIPAL_LEADER = "principal-leader"  # 主要领导


STEPS = tuple(Step)

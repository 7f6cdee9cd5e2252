"""Who hears of a duty, and when (Art. 5, 6, 16, 20): from the one who owes it up to the principal leader.

How far a duty has been told is its level: how many of the steps are done, 0 to `len(STEPS)`. Each step happens once, in
order; one whose time has already passed when the duty is opened happens at once, so that what begins late is told too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from regulation.clock import as_utc
from regulation.duties import DutyKind
from regulation.vocabulary import Role

if TYPE_CHECKING:
    from regulation.policy import Policy  # the policy's own numbers are named after the steps here


class Step(StrEnum):
    """The rungs, from the first to the last."""

    REMINDER = "reminder"  # 提醒: before it is due, whoever owes it
    DUE = "due"  # 到期: whoever owes it, and the device administrator
    DEPARTMENT_HEAD = "department-head"  # 部门负责人
    SUPERVISING_LEADER = "supervising-leader"  # 分管领导
    PRINCIPAL_LEADER = "principal-leader"  # 主要领导


STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears at a step: whoever owes the duty, and the holders of roles."""

    owner: bool
    roles: tuple[Role, ...]


AUDIENCES: Mapping[Step, Audience] = MappingProxyType(
    {
        Step.REMINDER: Audience(True, ()),
        Step.DUE: Audience(True, (Role.DEVICE_ADMINISTRATOR,)),
        Step.DEPARTMENT_HEAD: Audience(False, (Role.DEPARTMENT_HEAD,)),
        Step.SUPERVISING_LEADER: Audience(False, (Role.SUPERVISING_LEADER,)),
        Step.PRINCIPAL_LEADER: Audience(False, (Role.PRINCIPAL_LEADER,)),
    }
)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of one duty: when it happens, in UTC, and who hears then."""

    step: Step
    at: datetime
    owner: bool
    roles: tuple[Role, ...]


def hours_name(kind: DutyKind, step: Step) -> str:
    """The parameter that says how far `step` is from the due time, such as ``upload_reminder_hours``.

    The step at which a duty is due has none.
    """
    return f"{kind}_{step}_hours".replace("-", "_")


@lru_cache(maxsize=4096)
def offsets(kind: DutyKind, policy: Policy, on: date) -> tuple[timedelta, ...]:
    """How long after a duty of this kind is due each step happens, the reminder's negative; `on` as in `ladder`.

    Kept, because a sweep asks for every duty. Raises `ConfigurationError` as `Policy.span` does.
    """
    return tuple(_offset(kind, step, policy, on) for step in STEPS)


def ladder(kind: DutyKind, due_at: datetime, policy: Policy, on: date) -> tuple[Rung, ...]:
    """Every rung of a duty, in order of time; `on` is the local day whose policy counts: that of the clock's start.

    Raises `ValueError` for a time without a zone.
    """
    due = as_utc(due_at)
    steps = zip(STEPS, offsets(kind, policy, on), strict=True)
    return tuple(Rung(step, due + offset, AUDIENCES[step].owner, AUDIENCES[step].roles) for step, offset in steps)


def reached(rungs: tuple[Rung, ...], level: int, now: datetime) -> tuple[Rung, ...]:
    """The rungs above `level` whose time has come at `now`, lowest first; at its very time a rung is climbed."""
    return tuple(rung for rung in rungs[level:] if rung.at <= now)


def next_at(kind: DutyKind, due_at: datetime | None, level: int, policy: Policy, on: date) -> datetime | None:
    """When the next rung above `level` is, in UTC; None at the top, and while nothing is due."""
    if due_at is None or level >= len(STEPS):
        return None
    return as_utc(due_at) + offsets(kind, policy, on)[level]


def _offset(kind: DutyKind, step: Step, policy: Policy, on: date) -> timedelta:
    if step is Step.DUE:
        return timedelta()
    hours = policy.span(hours_name(kind, step), on)
    return -hours if step is Step.REMINDER else hours

"""Who must approve that somebody sees footage, and who may say so (Art. 17).

Each unit's footage has its own chain: where it is marked a review of confidentiality, then an approval. Nobody decides
on their own request, a vacant seat and one whose holders stand aside go one role up, and silence approves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from regulation.authority import Holding
from regulation.errors import ActionDenied
from regulation.recipients import ONE_UP, Roster
from regulation.vocabulary import Marking, Role

ARTICLE = "Art. 17"


class Stage(StrEnum):
    """The stages of a chain, in the order in which they are gone through."""

    REVIEW = "review"  # 保密审查
    APPROVAL = "approval"  # 审批


class Ground(StrEnum):
    """Why a step is there."""

    OWN_UNIT = "own-unit"  # 本单位执法人员因工作需要
    OTHER_UNIT = "other-unit"  # 其他单位
    OUTSIDER = "outsider"  # 其他人员
    MARKED = "marked"  # 涉密、涉隐私


class PassedOver(StrEnum):
    """Why a seat does not decide."""

    VACANT = "vacant"  # 空缺
    OWN_REQUEST = "own-request"  # 本人申请
    STOOD_ASIDE = "stood-aside"  # 回避


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: `authority_id` is the enforcement unit (执法单位) they belong to. `outsider`: it is asked for somebody
    who is not of the city's units, such as a court or a party."""

    person_id: UUID
    authority_id: UUID
    outsider: bool = False


@dataclass(frozen=True, slots=True)
class Footage:
    """One thing asked for: the unit or department that holds it, the enforcement unit that one is of, its markings."""

    item_id: UUID
    unit_id: UUID
    authority_id: UUID
    markings: frozenset[Marking] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One question to one seat: may these items be seen? `unit_id` is the unit whose footage it is, `role` the seat."""

    stage: Stage
    role: Role
    unit_id: UUID
    ground: Ground
    item_ids: tuple[UUID, ...]


_SEAT: Mapping[Ground, Role] = MappingProxyType(
    {
        Ground.OWN_UNIT: Role.SUPERVISING_LEADER,
        Ground.OTHER_UNIT: Role.PRINCIPAL_LEADER,
        Ground.OUTSIDER: Role.PRINCIPAL_LEADER,
        Ground.MARKED: Role.CONFIDENTIALITY_REVIEWER,
    }
)
"""Whose word each ground takes: by the article for approvals, chosen for the review, of which it says only that the
rules of confidentiality are kept."""


def ground_of(asking: Asking, footage: Footage) -> Ground:
    """As who somebody asks for this footage: as an officer of the unit, of another unit, or from outside."""
    if asking.outsider:
        return Ground.OUTSIDER
    return Ground.OWN_UNIT if asking.authority_id == footage.authority_id else Ground.OTHER_UNIT


def steps_of(asking: Asking, wanted: Iterable[Footage]) -> tuple[Step, ...]:
    """Every step of a request, reviews first; each unit's footage is its own leader's to give.

    An item may be seen when every step that names it says so.
    """
    found: defaultdict[tuple[Stage, UUID, Ground], list[UUID]] = defaultdict(list)
    for one in wanted:
        if one.markings:
            found[Stage.REVIEW, one.unit_id, Ground.MARKED].append(one.item_id)
        found[Stage.APPROVAL, one.unit_id, ground_of(asking, one)].append(one.item_id)
    steps = [
        Step(stage, _SEAT[ground], unit_id, ground, tuple(items)) for (stage, unit_id, ground), items in found.items()
    ]
    return tuple(sorted(steps, key=lambda step: list(Stage).index(step.stage)))


def needs_document(steps: Iterable[Step]) -> bool:
    """Whether the requester's document is to be named: wherever footage leaves the unit that made it (chosen; the
    article asks for a record of it)."""
    return any(step.ground in (Ground.OTHER_UNIT, Ground.OUTSIDER) for step in steps)


@dataclass(frozen=True, slots=True)
class Deciders:
    """Who may decide a step at a moment: `people` hold `role`. Nobody at all: no people and no role, and it waits.

    `passed` are the seats below that do not decide, each with the reason.
    """

    people: tuple[UUID, ...]
    role: Role | None
    passed: tuple[tuple[Role, PassedOver], ...]


def deciders(
    role: Role,
    asking: UUID,
    aside: Collection[UUID],
    unit_chain: Sequence[UUID],
    holdings: Iterable[Holding],
    at: datetime,
    gone: Collection[UUID] = (),
) -> Deciders:
    """Who decides a step of `role`: the seat's holders nearest to the footage's unit, acting ones included.

    Where `asking` holds the seat themself the question goes one role up; so it does where nobody holds it, and where
    all who do are `aside`: they stood aside, or entered the request. Raises `ValueError` for a time without a zone.
    """
    roster = Roster(unit_chain, holdings, at, gone)
    passed: list[tuple[Role, PassedOver]] = []
    seat: Role | None = role
    while seat is not None:
        holders = tuple(dict.fromkeys(roster.holders(seat)))
        people = tuple(one for one in holders if one not in aside)
        if people and asking not in holders:
            return Deciders(people, seat, tuple(passed))
        passed.append((seat, _why_passed(asking, holders)))
        seat = ONE_UP.get(seat)
    return Deciders((), None, tuple(passed))


def _why_passed(asking: UUID, holders: Collection[UUID]) -> PassedOver:
    if asking in holders:
        return PassedOver.OWN_REQUEST
    return PassedOver.STOOD_ASIDE if holders else PassedOver.VACANT


def can_decide(person: UUID, found: Deciders) -> bool:
    """Whether `person` may decide the step whose deciders these are."""
    return person in found.people


def check_decide(person: UUID, found: Deciders) -> None:
    """Raise `ActionDenied` (Art. 17) unless `can_decide`."""
    if not can_decide(person, found):
        raise ActionDenied("This step is not yours to decide.", article=ARTICLE, subject=str(person))


OVERSEERS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.CONFIDENTIALITY_REVIEWER,
    Role.SUPERVISOR,
)
"""To whom the register of their units is open (chosen: whoever has a part in access, or supervises it)."""

_MARKERS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.DEPARTMENT_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.CONFIDENTIALITY_REVIEWER,
)
_LIFTERS = (Role.CONFIDENTIALITY_REVIEWER, Role.PRINCIPAL_LEADER)


def check_mark(person: UUID, officer: UUID | None, roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 17) unless `person` may mark footage: the officer who made it, and whoever holds a
    role over it. `roles` are those the person holds in the footage's unit or above (chosen: marking only protects)."""
    if person != officer and not any(role in _MARKERS for role in roles):
        raise ActionDenied("Only who made footage, or has a role over it, may mark it.", article=ARTICLE)


def check_unmark(roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 17) unless a marking may be lifted with these roles: by the confidentiality reviewer
    or the principal leader (chosen)."""
    if not any(role in _LIFTERS for role in roles):
        raise ActionDenied(
            "Only the confidentiality reviewer or the principal leader may lift a marking.", article=ARTICLE
        )


def check_revoke(person: UUID, approvers: Collection[UUID], roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 17) unless `person` may take a grant back: who approved it, or a principal leader of
    one of the units whose footage it is. `roles` are those the person holds there."""
    if person not in approvers and Role.PRINCIPAL_LEADER not in roles:
        raise ActionDenied("Only who approved a grant, or the principal leader, may revoke it.", article=ARTICLE)

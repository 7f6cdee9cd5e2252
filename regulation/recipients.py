"""Who is told at a step, by the roles people hold at that moment (Art. 5, 6, 20; acting appointments count).

A role that nobody holds, from the duty's unit up to the city, is told one role up, and the notice says so: a vacancy
must not be where a duty is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from regulation.authority import Holding
from regulation.clock import as_utc
from regulation.duties import RULES, DutyKind
from regulation.ladder import AUDIENCES, Step
from regulation.vocabulary import Role

ONE_UP: Mapping[Role, Role] = MappingProxyType(
    {
        Role.OFFICER: Role.DEVICE_ADMINISTRATOR,
        Role.DEVICE_ADMINISTRATOR: Role.DEPARTMENT_HEAD,
        Role.DEPARTMENT_HEAD: Role.SUPERVISING_LEADER,
        Role.SUPERVISING_LEADER: Role.PRINCIPAL_LEADER,
        Role.CONFIDENTIALITY_REVIEWER: Role.PRINCIPAL_LEADER,
        Role.PRINCIPAL_LEADER: Role.SUPERVISOR,
    }
)
"""Who hears instead where a role is vacant (chosen); above the city-level supervision there is nobody."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone who is told. `role` is the one they are told in, None for whoever owes the duty themself.

    `instead_of` is the vacant role in whose place they hear. Without `person_id` nobody could be told.
    """

    person_id: UUID | None
    role: Role | None
    instead_of: Role | None


class Roster:
    """Who holds which role in a duty's unit and in those above it, nearest first, at one moment.

    People of `gone` have left: what they may still hold on paper does not count. Raises `ValueError` for a time without
    a zone.
    """

    def __init__(
        self, unit_chain: Sequence[UUID], holdings: Iterable[Holding], at: datetime, gone: Collection[UUID] = ()
    ) -> None:
        moment = as_utc(at)
        self.gone, self._chain = gone, tuple(unit_chain)
        self._holders: dict[tuple[UUID, Role], list[UUID]] = {}
        for one in holdings:
            if one.covers(moment) and one.person_id not in gone:
                self._holders.setdefault((one.unit_id, one.role), []).append(one.person_id)

    def holders(self, role: Role) -> tuple[UUID, ...]:
        """All who hold `role` in the nearest unit where anybody does, as often as they were appointed to it."""
        for unit_id in self._chain:
            if (unit_id, role) in self._holders:
                return tuple(self._holders[unit_id, role])
        return ()

    def told(self, role: Role, instead_of: Role | None = None) -> Iterator[Recipient]:
        """The holders of `role`, or of the first role above it that anybody holds; one without a person for nobody."""
        asked, sought = instead_of or role, role
        while not self.holders(sought) and sought in ONE_UP:
            sought = ONE_UP[sought]
        people = self.holders(sought)
        vacant = None if sought is asked else asked
        yield from (Recipient(person, sought, vacant) for person in people)
        if not people:
            yield Recipient(None, None, asked)


def recipients(kind: DutyKind, step: Step, owed_by: UUID | None, roster: Roster) -> tuple[Recipient, ...]:
    """Everyone who is told of a duty of this kind at `step`, each once, in the first of their roles.

    `owed_by` is None where no one person is known to owe it; `roster` is that of the duty's unit at the moment.
    """
    audience = AUDIENCES[step]
    named = [*_owner(kind, owed_by, roster)] if audience.owner else []
    named += [one for role in audience.roles for one in roster.told(role)]
    first: dict[UUID | None, Recipient] = {}
    for one in named:
        first.setdefault(one.person_id, one)
    return tuple(first.values())


def _owner(kind: DutyKind, owed_by: UUID | None, roster: Roster) -> Iterator[Recipient]:
    """The one who owes it; where unknown or gone, whoever the rule names. Officers at large owe nobody's footage."""
    role = RULES[kind].owed_by
    if owed_by is not None and owed_by not in roster.gone:
        yield Recipient(owed_by, None, None)
    elif role is Role.OFFICER:
        yield from roster.told(ONE_UP[role], instead_of=role)
    else:
        yield from roster.told(role)

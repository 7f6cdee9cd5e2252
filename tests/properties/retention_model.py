"""How long footage is kept and who lets it go, in plain words: written from Art. 18 and 23 alone.

What the registry does with tables, sweeps and transitions is held against this. Nothing is taken from `regulation`; the
calendar is another library's. It says only what must not happen: what the registry keeps longer is no fault of safety.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from tests.properties.access_model import Model as People

DAY = timedelta(days=1)
GRACE = timedelta(days=7)
ROUTINE, CASEWORK, SILENT = "9(1)", ("9(2)", "9(3)", "9(5)"), ("9(4)", "9(6)", "9(7)")
"""Routine inspection; what is made in a case; what the text is silent about."""


@dataclass(frozen=True)
class Version:
    """A policy: how many months for routine, and for what the text is silent about (0: nobody has said), and from when
    to when another number of months for routine."""

    routine: int = 6
    silent: int = 0
    spell: tuple[int, date, date] | None = None

    def routine_on(self, day: date) -> int:
        if self.spell is not None and self.spell[1] <= day <= self.spell[2]:
            return self.spell[0]
        return self.routine


@dataclass
class CaseFile:
    closed: date | None = None
    years: int | None = None
    permanent: bool = False


@dataclass
class Footage:
    unit: str
    ended: datetime
    kind: str | None
    case: str | None = None
    used: set[str] = field(default_factory=set)
    kept: list[date | None] = field(default_factory=list)
    wanted: int = 0
    day: date | None = None
    said: bool = False
    by: int | None = None
    promises: dict[int, date | None] = field(default_factory=dict)


@dataclass
class Hold:
    names: set[str]
    case: str | None
    lifted: bool = False


@dataclass
class List:
    unit: str
    said: dict[str, str] = field(default_factory=dict)
    submitter: str | None = None
    approver: str | None = None
    approved: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    witnessed: dict[str, set[str]] = field(default_factory=dict)
    ready: datetime | None = None

    def appraisers(self) -> set[str]:
        return {*self.said.values()} | ({self.submitter} if self.submitter else set())


@dataclass
class Model:
    people: People
    zones: dict[str, ZoneInfo]
    versions: list[Version]
    units: dict[str, str]
    footage: dict[str, Footage] = field(default_factory=dict)
    files: dict[str, CaseFile] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    lists: dict[str, List] = field(default_factory=dict)
    in_force: dict[str, int] = field(default_factory=dict)
    allowed: set[tuple[str, int]] = field(default_factory=set)
    let_go: set[str] = field(default_factory=set)

    # -- how long

    def today(self, unit: str, now: datetime) -> date:
        return now.astimezone(self.zones[unit]).date()

    def cases(self, one: Footage) -> set[str]:
        return one.used | ({one.case} if one.case and one.kind else set())

    def last_day(self, one: Footage, version: int, now: datetime) -> date | None:
        """The last day on which it is kept by its facts and a policy; None where there is none."""
        if one.kind is None:
            return None
        days = []
        for number in self.cases(one):
            file = self.files.get(number)
            if file is None or file.permanent or file.closed is None or file.years is None:
                return None
            days.append(file.closed + relativedelta(years=file.years))
        months = self._months(one, self.versions[version], now)
        if months:
            days.append(self.today(one.unit, one.ended) + relativedelta(months=months))
        if not days or None in one.kept:
            return None
        return max([*days, *(until for until in one.kept if until is not None)])

    def _months(self, one: Footage, version: Version, now: datetime) -> int:
        """The longest that held on any day since it was made."""
        if one.kind in SILENT:
            return version.silent
        if one.kind != ROUTINE:
            return 0
        day, today = self.today(one.unit, one.ended), self.today(one.unit, now)
        months = [version.routine_on(day)]
        while day < today:
            day += DAY
            months.append(version.routine_on(day))
        return max(months)

    def settle(self, names: Iterable[str], now: datetime) -> None:
        """People are told by which day it may go. What another policy would bring forward is promised as it was."""
        for name in names:
            one = self.footage[name]
            if name in self.let_go:
                continue
            version, body = self.in_force[one.unit], self.units[one.unit]
            day = self.last_day(one, version, now)
            other = one.said and one.by != version and (body, version) not in self.allowed
            silent = one.day is None and one.kind in SILENT and not self.cases(one) and not one.kept
            if other and day is not None and (day < one.day if one.day is not None else silent):
                one.promises.setdefault(version, one.day)
                continue
            one.day, one.said, one.by = day, True, version

    def may_go(self, name: str, now: datetime) -> str | None:
        """Why it may not go now; None where nothing keeps it."""
        one = self.footage[name]
        today, version = self.today(one.unit, now), self.in_force[one.unit]
        day = self.last_day(one, version, now)
        if day is None or not day < today:
            return f"its term: {day}"
        if (self.units[one.unit], version) not in self.allowed:
            promised = one.promises.get(version, date.min)
            if promised is None or not promised < today:
                return f"a policy nobody allowed: {promised}"
            if one.by != version and (one.day is None or not one.day < today):
                return f"a policy nobody was told of: {one.day}"
        held = [hold for hold in self.holds.values() if not hold.lifted]
        if any(name in hold.names or hold.case in self.cases(one) for hold in held if hold.case or hold.names):
            return "a hold"
        return "somebody wants to see it" if one.wanted else None

    # -- whose word

    def administrators(self, unit: str, now: datetime) -> set[str]:
        return self.people.holders(list(self.people.upward(unit)), "device-administrator", now)

    def approvers(self, one: List, now: datetime) -> set[str]:
        for role in ("principal-leader", "supervisor"):
            free = self.people.nearest(one.unit, role, now) - one.appraisers()
            if free:
                return free
        return set()

    def why_not_decided(self, one: List, name: str, now: datetime) -> str | None:
        """What is lacking for an original on a list to go."""
        if name not in one.said or one.submitter is None:
            return "its appraisal"
        if one.approver is None or name not in one.approved:
            return "its approval"
        seen = [who for who, names in one.witnessed.items() if name in names]
        if len(seen) < 2 or {one.approver, *one.appraisers()} & set(seen) or not set(seen) <= one.named:
            return "its witnesses"
        if one.ready is None or now < one.ready:
            return "its time of grace"
        return None

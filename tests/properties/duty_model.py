"""Duties, deadlines and ladders in plain words: lists, loops and hours, written from the regulation alone.

What the registry does with tables, batches and policies is held against this. Nothing here is taken from `regulation`
but the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
RUNGS = (
    ("reminder", -4 * HOUR),
    ("due", 0 * HOUR),
    ("department-head", 4 * HOUR),
    ("supervising-leader", 24 * HOUR),
    ("principal-leader", 72 * HOUR),
)
HOURS = {"upload": 24, "filing": 72, "return-report": 72}
WORKING_DAYS = {"device-recall": 3, "device-replacement": 1}
HOLIDAYS = {date(2027, 3, 1), date(2027, 3, 2), date(2028, 2, 29), date(2027, 1, 1), date(2027, 11, 1)}
SATURDAYS_AT_WORK = {date(2027, 2, 27), date(2027, 3, 13), date(2027, 10, 30)}
"""Made up, beside the days on which the machine begins."""
UPWARDS = (
    "officer",
    "device-administrator",
    "department-head",
    "supervising-leader",
    "principal-leader",
    "supervisor",
)
BY_OFFICERS = ("upload", "filing", "return-report")

Key = tuple[str, str, str | None]
"""A duty: its kind, what it is about, the number of who owes it."""


def is_working(day: date) -> bool:
    """Whether people are at work."""
    return day in SATURDAYS_AT_WORK or (day.isoweekday() <= 5 and day not in HOLIDAYS)


@dataclass
class Activity:
    unit: str
    officers: set[str]
    started: datetime
    ended: datetime | None = None
    remote: bool = False
    returned: datetime | None = None
    reported: datetime | None = None


@dataclass
class Stay:
    """A recorder in somebody's hands."""

    device: str
    person: str
    issued: datetime
    returned: datetime | None = None


@dataclass
class Check:
    device: str
    by: str
    at: datetime
    passed: bool


@dataclass(frozen=True)
class Number:
    """What a document sets from a day on: of one unit and those below it, or of all where a superior says it. A span
    counts hours, or working days; a rung's is hours from the time that the duty is due."""

    unit: str | None
    kind: str
    step: str | None
    value: int
    since: date
    working_days: bool = False


@dataclass
class Footage:
    """`received` is when it was stored; what came over the air has arrived once somebody has `confirmed` it."""

    unit: str
    officer: str
    received: datetime
    activity: str | None = None
    filed: datetime | None = None
    unfiled: bool = False
    wireless: bool = False
    confirmed: datetime | None = None

    @property
    def arrived(self) -> datetime | None:
        """Since when it is reliably there."""
        return self.confirmed if self.wireless else self.received


@dataclass
class Office:
    """A role of somebody from–to."""

    person: str
    unit: str
    role: str
    since: datetime
    until: datetime | None = None


@dataclass
class Facts:
    unit: str
    started: datetime | None
    met: datetime | None


@dataclass
class Standing:
    """What became of a duty so far: rungs told, what was decided, when last there was nobody to tell."""

    level: int = 0
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    excused: bool = False
    untold_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One rung of one duty told to one person."""

    key: Key
    step: str
    person: str
    role: str | None
    instead_of: str | None
    planned: datetime
    due: datetime


@dataclass
class Model:
    parents: dict[str, str | None]
    zones: dict[str, ZoneInfo]
    homes: dict[str, str]
    devices: dict[str, str]
    offices: list[Office] = field(default_factory=list)
    left: dict[str, date] = field(default_factory=dict)
    moved: dict[str, datetime] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    footage: dict[str, Footage] = field(default_factory=dict)
    duties: dict[Key, Standing] = field(default_factory=dict)
    gone_since: dict[str, datetime] = field(default_factory=dict)
    documents: tuple[Number, ...] = ()
    waiting: set[str] = field(default_factory=set)

    # -- the facts

    def settle(self) -> None:
        """Whoever ought to have a duty has one from now on; nobody is ever let off by a correction. Units that wait for
        a sound policy have to be patient."""
        for key in list(self._ought()):
            if key in self.duties or self.facts(key).unit not in self.waiting:
                self.duties.setdefault(key, Standing())

    # -- the documents

    def number(self, unit: str, kind: str, step: str | None, day: date) -> Number | None:
        """What the last document says that speaks of it: superiors' first, then the units' from the top down."""
        chain: list[str | None] = []
        code: str | None = unit
        while code is not None:
            chain.append(code)
            code = self.parents[code]
        found = None
        for speaker in (None, *reversed(chain)):
            said = [one for one in self.documents if (one.unit, one.kind, one.step) == (speaker, kind, step)]
            found = max((one for one in said if one.since <= day), key=lambda one: one.since, default=found)
        return found

    def rungs(self, key: Key) -> list[tuple[str, timedelta]]:
        """The steps of a duty's ladder and how far each is from the time it is due."""
        facts = self.facts(key)
        assert facts.started is not None
        day = facts.started.astimezone(self.zones[facts.unit]).date()
        said = [self.number(facts.unit, key[0], step, day) for step, _ in RUNGS]
        return [
            (step, offset if one is None else one.value * HOUR * (-1 if step == "reminder" else 1))
            for (step, offset), one in zip(RUNGS, said, strict=True)
        ]

    def _ought(self) -> Iterator[Key]:
        for name, one in self.activities.items():
            keepers = {officer for officer in one.officers if self._kept_a_recorder(officer, one)}
            yield from (("upload", name, officer) for officer in keepers or {None})
            if one.remote:
                yield from (("return-report", name, officer) for officer in one.officers)
        yield from (("filing", name, one.officer) for name, one in self.footage.items() if one.unfiled)
        yield from (("device-recall", name, None) for name, stay in self.stays.items() if self._to_recall(name, stay))
        yield from (("device-replacement", name, None) for name, check in self.checks.items() if not check.passed)

    def _kept_a_recorder(self, officer: str, during: Activity) -> bool:
        return any(
            stay.person == officer
            and (during.ended is None or stay.issued < during.ended)
            and (stay.returned is None or stay.returned > during.started)
            for stay in self.stays.values()
        )

    def _to_recall(self, name: str, stay: Stay) -> bool:
        gone = self._gone(stay)
        if gone is None or (stay.returned is not None and stay.returned <= gone):
            return False
        self.gone_since[name] = gone
        return True

    def _gone(self, stay: Stay) -> datetime | None:
        unit = self.devices[stay.device]
        if stay.person in self.left:
            midnight = datetime.combine(self.left[stay.person] + timedelta(days=1), time(), self.zones[unit])
            return midnight.astimezone(UTC)
        away = self.homes[stay.person] != unit and self.moved.get(stay.person, stay.issued) > stay.issued
        return self.moved[stay.person] if away else None

    def facts(self, key: Key) -> Facts:
        """What the world says about a duty."""
        kind, name, owner = key
        return getattr(self, "_" + kind.replace("-", "_"))(name, owner)  # type: ignore[no-any-return]

    def _upload(self, name: str, owner: str | None) -> Facts:
        one = self.activities[name]
        arrived = [
            shot.arrived
            for shot in self.footage.values()
            if shot.activity == name
            and shot.filed is not None
            and owner in (None, shot.officer)
            and shot.arrived is not None
        ]
        started = one.ended
        if one.remote and one.ended is not None:
            started = None if one.returned is None else max(one.returned, one.ended)
        return Facts(one.unit, started, min(arrived, default=None))

    def _filing(self, name: str, owner: str | None) -> Facts:
        one = self.footage[name]
        return Facts(one.unit, one.received, one.filed)

    def _device_recall(self, name: str, owner: None) -> Facts:
        stay = self.stays[name]
        return Facts(self.devices[stay.device], self._gone(stay) or self.gone_since[name], stay.returned)

    def _device_replacement(self, name: str, owner: None) -> Facts:
        failed = self.checks[name]
        again = [one.at for one in self.checks.values() if one.device == failed.device and one.passed]
        another = [
            stay.issued
            for stay in self.stays.values()
            if stay.person == failed.by and stay.device != failed.device and stay.issued >= failed.at
        ]
        mended = min([*(at for at in again if at > failed.at), *another], default=None)
        return Facts(self.devices[failed.device], failed.at, mended)

    def _return_report(self, name: str, owner: str | None) -> Facts:
        one = self.activities[name]
        return Facts(one.unit, one.ended, one.reported)

    # -- the time

    def due(self, key: Key) -> datetime | None:
        """When it must be done."""
        facts = self.facts(key)
        if facts.started is None:
            return None
        due = self._without_pauses(key[0], facts.started, facts.unit)
        for begin, until in self.duties[key].pauses:
            if begin < due:
                due += max(until - max(begin, facts.started), timedelta())
        return due

    def _without_pauses(self, kind: str, started: datetime, unit: str) -> datetime:
        zone = self.zones[unit]
        local = started.astimezone(zone)
        said = self.number(unit, kind, None, local.date())
        if kind in HOURS if said is None else not said.working_days:
            return started + (HOURS[kind] if said is None else said.value) * HOUR
        day, left = local.date(), WORKING_DAYS[kind] if said is None else said.value
        while left:
            day += timedelta(days=1)
            left -= is_working(day)
        return max(started, datetime.combine(day, local.time(), zone).astimezone(UTC))

    def paused(self, key: Key, now: datetime) -> bool:
        """Whether its clock stands still."""
        return any(begin <= now < until for begin, until in self.duties[key].pauses)

    def state(self, key: Key, now: datetime) -> str:
        """How it stands."""
        due, met = self.due(key), self.facts(key).met
        if self.duties[key].excused:
            return "excused"
        if met is not None:
            return "met-late" if due is not None and met > due else "met"
        if due is None:
            return "waiting"
        if self.paused(key, now):
            return "paused"
        return "overdue" if now > due else "running"

    # -- the people

    def holders(self, unit: str, role: str, now: datetime) -> set[str]:
        """Who holds a role nearest to a unit."""
        code: str | None = unit
        while code is not None:
            found = {
                one.person
                for one in self.offices
                if (one.unit, one.role) == (code, role)
                and one.since <= now
                and (one.until is None or now < one.until)
                and not self.is_gone(one.person, now)
            }
            if found:
                return found
            code = self.parents[code]
        return set()

    def holds(self, person: str | None, unit: str, role: str, now: datetime) -> bool:
        """Whether somebody holds a role in a unit or above it."""
        code: str | None = unit
        while code is not None:
            if any(
                (one.person, one.unit, one.role) == (person, code, role)
                and one.since <= now
                and (one.until is None or now < one.until)
                for one in self.offices
            ):
                return True
            code = self.parents[code]
        return False

    def is_gone(self, person: str, now: datetime) -> bool:
        """Whether somebody has left for good."""
        return person in self.left and self.left[person] < now.astimezone(self.zones[self.homes[person]]).date()

    def _heard(
        self, unit: str, role: str, now: datetime, vacant: str | None = None
    ) -> dict[str, tuple[str, str | None]]:
        """By person: as what they hear, and whom they stand in for."""
        asked, place = vacant or role, UPWARDS.index(role)
        for one in UPWARDS[place:]:
            if found := self.holders(unit, one, now):
                return dict.fromkeys(found, (one, None if one == asked else asked))
        return {}

    def hearers(self, key: Key, step: str, now: datetime) -> dict[str, tuple[str | None, str | None]]:
        """Everybody who must hear of a rung now."""
        unit, owner = self.facts(key).unit, key[2]
        found: dict[str, tuple[str | None, str | None]] = {}
        if step in ("reminder", "due"):
            if owner is not None and not self.is_gone(owner, now):
                found = {owner: (None, None)}
            elif key[0] in BY_OFFICERS:
                found = {**self._heard(unit, "device-administrator", now, "officer")}
            else:
                found = {**self._heard(unit, "device-administrator", now)}
        role = "device-administrator" if step == "due" else step
        return found if step == "reminder" else {**self._heard(unit, role, now), **found}

    def to_tell(self, key: Key, now: datetime) -> tuple[list[Line], int, bool]:
        """What a sweep must tell of a duty now, the level it reaches, and whether somebody could always be told."""
        due, level = self.due(key), self.duties[key].level
        lines: list[Line] = []
        if due is None or self.state(key, now) not in ("running", "overdue"):
            return lines, level, True
        rungs = self.rungs(key)
        while level < len(rungs) and due + rungs[level][1] <= now:
            step, offset = rungs[level]
            hearers = self.hearers(key, step, now)
            if not hearers:
                return lines, level, False
            lines += [Line(key, step, person, *how, due + offset, due) for person, how in hearers.items()]
            level += 1
        return lines, level, True

    def moments(self, now: datetime) -> list[datetime]:
        """Every moment ahead at which somebody must hear of something."""
        ahead = {
            due + offset for key in self.duties if (due := self.due(key)) is not None for _, offset in self.rungs(key)
        }
        return sorted(moment for moment in ahead if moment > now)

"""Requests for access in plain words: who must say yes, who may, and what opens; written from Art. 17 alone.

What the registry does with tables and transitions is held against this. Nothing here is taken from `regulation` but the
names. What came before what is counted in turns, not told from clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
LADDER = {
    "confidentiality-reviewer": ("confidentiality-reviewer", "principal-leader", "supervisor"),
    "supervising-leader": ("supervising-leader", "principal-leader", "supervisor"),
    "principal-leader": ("principal-leader", "supervisor"),
}
"""Who decides instead, from the seat up."""

StepKey = tuple[str, str, str, tuple[str, ...]]
"""A step: its stage, whose footage it is about, the seat that is asked, what it is about."""

WRITTEN, ASKED, GRANTED = ("draft",), ("pending", "in-review"), ("approved", "partly-approved")


@dataclass
class Office:
    person: str
    unit: str
    role: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Leave:
    """What is asked for, given or granted."""

    items: frozenset[str]
    since: datetime
    until: datetime
    views: int
    copies: int


@dataclass
class Step:
    stage: str
    unit: str
    seat: str
    items: frozenset[str]
    opened: bool = False
    closed: int | None = None
    answer: Leave | None = None
    by: str | None = None
    asked: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)

    @property
    def key(self) -> StepKey:
        """What tells it from the other open steps of its request."""
        return self.stage, self.unit, self.seat, tuple(sorted(self.items))

    @property
    def waits(self) -> bool:
        return self.opened and self.closed is None


@dataclass
class Copy:
    number: str
    item: str
    declared: bool = False
    ended: bool = False


@dataclass
class Request:
    who: str
    typed: str
    outsider: bool
    asked: Leave
    state: str = "draft"
    steps: list[Step] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)
    grant: Leave | None = None
    granted: int = 0
    looks: int = 0
    copies: list[Copy] = field(default_factory=list)

    @property
    def ends(self) -> datetime:
        return self.grant.until if self.grant is not None else self.asked.until

    @property
    def is_used(self) -> bool:
        return self.looks > 0 or bool(self.copies)

    def waiting(self) -> list[Step]:
        return [one for one in self.steps if one.waits and self.state in ASKED]


@dataclass
class Model:
    parents: dict[str, str | None]
    homes: dict[str, str]
    footage: dict[str, str]
    offices: list[Office]
    left: dict[str, date] = field(default_factory=dict)
    markings: dict[tuple[str, str], int] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    turn: int = 0

    # -- the people

    def is_gone(self, person: str, now: datetime) -> bool:
        return person in self.left and self.left[person] < now.astimezone(SHANGHAI).date()

    def upward(self, unit: str) -> Iterator[str]:
        above: str | None = unit
        while above is not None:
            yield above
            above = self.parents[above]

    def holders(self, units: Iterable[str], role: str, now: datetime) -> set[str]:
        """Who holds a role in any of these units."""
        return {
            one.person
            for one in self.offices
            if one.role == role
            and one.unit in units
            and one.since <= now
            and (one.until is None or now < one.until)
            and not self.is_gone(one.person, now)
        }

    def nearest(self, unit: str, role: str, now: datetime) -> set[str]:
        found = (self.holders([one], role, now) for one in self.upward(unit))
        return next((some for some in found if some), set())

    def _body(self, unit: str) -> str:
        """The enforcement unit: the one right under the city."""
        return next((one for one in self.upward(unit) if self.parents[one] == "city"), unit)

    def may(self, one: Request, step: Step, now: datetime) -> set[str]:
        """Who may answer a step."""
        return self._seated(one, step, now)[0] | self._named(one, step, now)

    def _seated(self, one: Request, step: Step, now: datetime) -> tuple[set[str], set[str]]:
        """Who may by their seat, and the seats passed because the requester holds them."""
        own: set[str] = set()
        for role in LADDER[step.seat]:
            holders = self.nearest(step.unit, role, now)
            if one.who in holders:
                own.add(role)
            elif free := holders - self._barred(one, step):
                return free, own
        return set(), own

    def _barred(self, one: Request, step: Step) -> set[str]:
        return one.aside | step.out | {one.typed, one.who}

    def _named(self, one: Request, step: Step, now: datetime) -> set[str]:
        return {person for person in step.named if self._can_be_named(one, step, person, now)}

    def _can_be_named(self, one: Request, step: Step, person: str, now: datetime) -> bool:
        roles = set(LADDER[step.seat]) - self._seated(one, step, now)[1]
        held = any(person in self.holders(list(self.upward(step.unit)), role, now) for role in roles)
        return held and person not in self._barred(one, step)

    # -- going through the chain

    def _marked(self, item: str) -> int | None:
        """The turn in which it was marked last; None for what bears no marking."""
        return max((turn for (name, _), turn in self.markings.items() if name == item), default=None)

    def submit(self, one: Request, now: datetime) -> None:
        one.state, one.steps = "pending", []
        self._ask_reviews(one, one.asked.items)
        for unit in sorted({self.footage[item] for item in one.asked.items}):
            own = not one.outsider and self._body(self.homes[one.who]) == self._body(unit)
            seat = "supervising-leader" if own else "principal-leader"
            items = frozenset(item for item in one.asked.items if self.footage[item] == unit)
            one.steps.append(Step("approval", unit, seat, items))
        self._open(one, now)

    def _ask_reviews(self, one: Request, items: Iterable[str]) -> None:
        due = [item for item in items if self._marked(item) is not None and not self._is_reviewed(one, item)]
        for unit in sorted({self.footage[item] for item in due}):
            mine = frozenset(item for item in due if self.footage[item] == unit)
            one.steps.append(Step("review", unit, "confidentiality-reviewer", mine))

    def _is_reviewed(self, one: Request, item: str) -> bool:
        reviews = [step for step in one.steps if step.stage == "review" and item in step.items]
        return any(step.closed is None or step.closed > (self._marked(item) or 0) for step in reviews)

    def _open(self, one: Request, now: datetime) -> None:
        waiting = [step for step in one.steps if step.closed is None]
        for step in [step for step in waiting if step.stage == "review"] or waiting:
            if not step.opened:
                step.opened = True
                self._ask(step, self.may(one, step, now))

    def _ask(self, step: Step, people: set[str]) -> None:
        step.asked |= people - step.ever
        step.ever |= people

    def decide(self, one: Request, step: Step, by: str, answer: Leave | None, now: datetime) -> None:
        step.closed, step.answer, step.by = self.turn, answer, by
        left = self._left(one)
        self._ask_reviews(one, left)
        for other in one.steps:
            if other.closed is None and not other.items & left:
                other.closed = self.turn
        if any(other.closed is None for other in one.steps):
            one.state = "in-review"
            self._open(one, now)
        else:
            self._conclude(one, left, now)

    def _left(self, one: Request) -> frozenset[str]:
        """What nobody refused so far."""
        answered = [step for step in one.steps if step.by is not None]
        refused = {item for step in answered for item in step.items - (step.answer.items if step.answer else set())}
        return one.asked.items - refused

    def _conclude(self, one: Request, left: frozenset[str], now: datetime) -> None:
        given = [step.answer for step in one.steps if step.answer is not None and step.answer.items & left]
        if not left:
            one.state = "denied"
            return
        terms = Leave(
            left,
            max(leave.since for leave in given),
            min(leave.until for leave in given),
            min(leave.views for leave in given),
            min(leave.copies for leave in given),
        )
        if terms.until <= max(now, terms.since):
            one.state = "expired"
            return
        one.state = "approved" if terms == one.asked else "partly-approved"
        one.grant, one.granted = terms, self.turn

    def usual(self, one: Request, step: Step) -> Leave:
        """What a plain yes gives: all of it, but what is marked for viewing only."""
        copies = 0 if step.stage == "review" else one.asked.copies
        return replace(one.asked, items=step.items, copies=copies)

    # -- handing on

    def stand_aside(self, one: Request, by: str, now: datetime) -> None:
        theirs = [step for step in one.waiting() if by in self.may(one, step, now)]
        one.aside.add(by)
        for step in theirs:
            step.asked.discard(by)
            step.ever.add(by)
        for step in theirs:
            self._ask(step, self.may(one, step, now))

    def may_take(self, one: Request, step: Step, by: str, to: str, now: datetime) -> bool:
        return by in self.may(one, step, now) and to != by and self._can_be_named(one, step, to, now)

    def hand_over(self, step: Step, by: str, to: str) -> None:
        step.out.add(by)
        step.asked.discard(by)
        step.ever.add(by)
        step.named.add(to)
        self._ask(step, {to})

    def ask_again(self, now: datetime) -> int:
        count = 0
        for one in self.requests:
            for step in one.waiting():
                able = self.may(one, step, now)
                if able - step.ever and not able & step.asked:
                    self._ask(step, able)
                    count += 1
        return count

    # -- the end

    def end(self, now: datetime) -> int:
        over = [one for one in self.requests if one.state in (*WRITTEN, *ASKED, *GRANTED) and one.ends <= now]
        for one in over:
            one.state = "fulfilled" if one.state in GRANTED and one.is_used else "expired"
        return len(over)

    def may_revoke(self, one: Request, by: str, now: datetime) -> bool:
        gave = any(step.by == by and step.answer is not None for step in one.steps)
        units = [above for item in one.asked.items for above in self.upward(self.footage[item])]
        return one.state in GRANTED and (gave or by in self.holders(units, "principal-leader", now))

    def may_look(self, one: Request, by: str, item: str, now: datetime) -> bool:
        return self._is_open(one, by, item, now) and one.grant is not None and one.looks < one.grant.views

    def may_copy(self, one: Request, by: str, item: str, now: datetime) -> bool:
        return self._is_open(one, by, item, now) and one.grant is not None and len(one.copies) < one.grant.copies

    def may_fetch(self, one: Request, copy: Copy, by: str, now: datetime) -> bool:
        return self._is_open(one, by, copy.item, now) and not copy.declared and not copy.ended

    def may_declare(self, one: Request, copy: Copy, by: str) -> bool:
        return by == one.who and not copy.declared and not copy.ended

    def may_confirm(self, one: Request, copy: Copy, by: str, now: datetime) -> bool:
        return by != one.who and not copy.ended and by in self.administrators(copy.item, now)

    def administrators(self, item: str, now: datetime) -> set[str]:
        return self.holders(list(self.upward(self.footage[item])), "device-administrator", now)

    def _is_open(self, one: Request, by: str, item: str, now: datetime) -> bool:
        grant = one.grant
        return (
            grant is not None
            and one.state in GRANTED
            and by == one.who
            and not self.is_gone(by, now)
            and grant.since <= now < grant.until
            and item in grant.items
            and (self._marked(item) or 0) < one.granted
        )

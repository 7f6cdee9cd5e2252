"""Requests for access in any order, held against a plain model (Art. 17).

Whatever happens, and wherever the power fails: nothing is seen without a live grant of the right people, two leaders at
one moment give one outcome, an old step answers no new question, silence grants nothing; ledger and rows agree.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.tables import AccessStep
from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access_terms import Terms
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking
from tests.fixtures.access import WHOLE
from tests.fixtures.custody import CITY_RULES
from tests.properties.access_copies import ANY, CUTS, CopyRules
from tests.properties.access_model import ASKED, GRANTED, Leave, Office, Request, Step
from tests.properties.access_town import FOOTAGE, HOMES, OFFICERS, PEOPLE, AccessTown, found

TICK = timedelta.resolution
HOUR = timedelta(hours=1)
ROLES = ["confidentiality-reviewer", "supervising-leader", "principal-leader", "supervisor", "device-administrator"]
ITEMS = sorted(FOOTAGE)
KINDS = ["privacy", "state-secret"]
MOST = 4
"""Requests that are under way at once: few, so that much happens to each."""


class AccessMachine(CopyRules):
    template: Path
    folder: Path
    recordings: dict[str, UUID]
    towns = count()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        path = self.folder / f"town-{next(self.towns)}.db"
        shutil.copyfile(self.template, path)
        self.town = AccessTown(Registry(f"sqlite:///{path}"), self.recordings)
        self.model, self.access = self.town.model, self.town.access
        for who in ("xf-o", "xf-lead", data.draw(ANY)):
            self.ask(data, who)

    @property
    def now(self) -> Any:
        return self.town.now

    def under_way(self, *states: str) -> list[Request]:
        return [one for one in self.model.requests if one.state in states]

    def one_of(self, data: st.DataObject, *states: str) -> Request:
        return data.draw(st.sampled_from(self.under_way(*states)))

    def open_step(self, data: st.DataObject, first: str = "") -> tuple[Request, Step, AccessStep]:
        """A step that waits, in the model and in the registry; of the stage `first` if there is one."""
        pairs = [(one, step) for one in self.under_way(*ASKED) for step in one.waiting()]
        one, step = data.draw(st.sampled_from([pair for pair in pairs if pair[1].stage == first] or pairs))
        return one, step, self.town.step_row(one, step)

    def somebody(self, data: st.DataObject, one: Request, step: Step) -> str:
        """Mostly one who may decide it."""
        able = sorted(self.model.may(one, step, self.now))
        return data.draw(ANY if not able else st.sampled_from(able) | st.sampled_from(able) | ANY)

    # -- time

    @rule(hours=st.sampled_from([1, 1, 3, 30]))
    def time_passes(self, hours: int) -> None:
        self.town.now += hours * HOUR

    @rule(data=st.data(), off=st.sampled_from([-TICK, timedelta(), TICK]))
    def until_something_is_over(self, data: st.DataObject, off: timedelta) -> None:
        ends = [one.ends for one in self.under_way("draft", *ASKED, *GRANTED)]
        ends += [one.until for one in self.model.offices if one.until is not None]
        if ahead := sorted({moment + off for moment in ends if moment + off > self.now}):
            self.town.now = data.draw(st.sampled_from(ahead[:3]))
        for one in self.under_way(*GRANTED):
            assert one.grant is not None
            self.look(one, one.who, min(one.grant.items), 0)

    # -- people

    @rule(person=ANY, unit=st.sampled_from(["xf", "jt", "xfa", "city"]), role=st.sampled_from(ROLES), data=st.data())
    def somebody_acts_for_another(self, person: str, unit: str, role: str, data: st.DataObject) -> None:
        hours = data.draw(st.sampled_from([None, 2, 30]))
        key = (person, unit, role, self.now)
        if key not in {(one.person, one.unit, one.role, one.since) for one in self.model.offices}:
            self.town.enter_office(Office(*key, None if hours is None else self.now + hours * HOUR))

    @rule(data=st.data(), leaves=st.sampled_from([False, False, True]))
    def an_office_falls_vacant_or_somebody_leaves(self, data: st.DataObject, leaves: bool) -> None:
        if leaves and len(self.model.left) < 3:
            self.town.leave(data.draw(st.sampled_from(sorted(set(PEOPLE) - self.model.left.keys()))))
            return
        held = [one for one in self.model.offices if one.since < self.now and (one.until or self.now) >= self.now]
        if held:
            one = data.draw(st.sampled_from(held))
            one.until = self.now
            self.town.enter_office(one)

    # -- asking

    @precondition(lambda self: len(self.under_way("draft", *ASKED, *GRANTED)) < MOST)
    @rule(data=st.data(), who=st.sampled_from(sorted(OFFICERS) * 2 + PEOPLE))
    def somebody_asks(self, data: st.DataObject, who: str) -> None:
        self.ask(data, who)

    def ask(self, data: st.DataObject, who: str) -> None:
        if self.model.is_gone(who, self.now):
            return
        outsider = data.draw(st.sampled_from([False, False, False, True]))
        items = frozenset(data.draw(st.sets(st.sampled_from(ITEMS), min_size=1, max_size=3)))
        hours, views = data.draw(st.sampled_from([6, 60, 200])), data.draw(st.integers(1, 3))
        asked = Leave(items, self.now, self.now + hours * HOUR, views, data.draw(st.integers(0, 2)))
        admins = self.model.holders(list(self.model.upward(HOMES[who])), "device-administrator", self.now)
        one = Request(who, data.draw(st.sampled_from([who, who, *sorted(admins)])), outsider, asked)
        terms = Terms(asked.since, asked.until, asked.views, asked.copies)
        request = self.access.draft(
            who, *sorted(items), asked=terms, outsider="某法院" if outsider else None, document="函", by=one.typed
        )
        self.model.requests.append(one)
        self.town.ids[id(one)] = request
        self.hand_in(one, 0)
        if data.draw(st.booleans()):
            self.say_yes(data, one, 0)

    @precondition(lambda self: self.under_way("draft"))
    @rule(data=st.data(), cut=CUTS)
    def it_is_handed_in_again(self, data: st.DataObject, cut: int) -> None:
        self.hand_in(self.one_of(data, "draft"), cut)

    def hand_in(self, one: Request, cut: int) -> None:
        allowed = not self.model.is_gone(one.who, self.now) and self.now < one.asked.until
        self.town.attempt(allowed, lambda: self.access.submit(self.town.id_of(one), one.typed, "说明"), cut)
        if allowed:
            self.model.submit(one, self.now)
        self.town.compare(one)

    # -- deciding

    def waits(self) -> bool:
        return any(one.waiting() for one in self.under_way(*ASKED))

    def draw_answer(self, data: st.DataObject, one: Request, step: Step) -> tuple[Leave | None, Answer]:
        kind = data.draw(st.sampled_from(["yes", "yes", "yes", "less", "less", "no"]))
        if kind == "no":
            return None, Answer("不同意", is_denied=True)
        if kind == "yes":
            return self.model.usual(one, step), Answer("同意")
        items = frozenset(data.draw(st.sets(st.sampled_from(sorted(step.items)), min_size=1)))
        whole = (one.asked.until - one.asked.since) / HOUR
        since = one.asked.since + data.draw(st.sampled_from([0, 0, whole / 2])) * HOUR
        until = one.asked.until - data.draw(st.sampled_from([0, whole / 4])) * HOUR
        views, copies = data.draw(st.integers(1, one.asked.views)), data.draw(st.integers(0, one.asked.copies))
        parts = {self.access.item(self.town.id_of(one), name): WHOLE for name in items}
        answer = Answer("部分", terms=Terms(since, until, views, copies), parts=parts)
        return Leave(items, since, until, views, copies), answer

    def answer(self, one: Request, step: Step, row: UUID, by: str, leave: Leave | None, said: Answer, cut: int) -> None:
        allowed = step.waits and one.state in ASKED and by in self.model.may(one, step, self.now)

        def decide() -> None:
            with self.access.city.act() as act:
                access.decide_step(act, row, self.access.person(by), said, CITY_RULES)

        self.town.attempt(allowed, decide, cut)
        if allowed:
            self.model.decide(one, step, by, leave, self.now)
            self.town.old_steps.append(row)
        self.town.compare(one)

    @precondition(waits)
    @rule(data=st.data(), cut=CUTS)
    def somebody_answers(self, data: st.DataObject, cut: int) -> None:
        one, step, row = self.open_step(data)
        by = self.somebody(data, one, step)
        self.answer(one, step, row.id, by, *self.draw_answer(data, one, step), cut)

    @precondition(waits)
    @rule(data=st.data(), cut=CUTS)
    def the_right_people_say_yes(self, data: st.DataObject, cut: int) -> None:
        """To everything that is left of a request, or until nobody is there to say it."""
        one = data.draw(st.sampled_from([one for one in self.under_way(*ASKED) if one.waiting()]))
        self.say_yes(data, one, cut)

    def say_yes(self, data: st.DataObject, one: Request, cut: int) -> None:
        while ready := [step for step in one.waiting() if self.model.may(one, step, self.now)]:
            step = ready[0]
            by = data.draw(st.sampled_from(sorted(self.model.may(one, step, self.now))))
            row = self.town.step_row(one, step).id
            self.answer(one, step, row, by, self.model.usual(one, step), Answer("同意"), cut)

    @precondition(waits)
    @rule(data=st.data())
    def two_answer_at_one_moment_or_one_clicks_twice(self, data: st.DataObject) -> None:
        one, step, row = self.open_step(data)
        for by in (self.somebody(data, one, step), self.somebody(data, one, step)):
            self.answer(one, step, row.id, by, *self.draw_answer(data, one, step), 0)
        decided = [made for made in self.access.decisions() if made.step_id == row.id]
        assert len(decided) == (step.by is not None)

    @precondition(lambda self: self.town.old_steps)
    @rule(data=st.data(), by=ANY)
    def an_old_step_answers_nothing(self, data: st.DataObject, by: str) -> None:
        old = data.draw(st.sampled_from(self.town.old_steps))
        me = self.access.person(by)
        with self.access.city.act() as act:
            with pytest.raises(ActionDenied, match="not open"):
                access.decide_step(act, old, me, Answer("同意"), CITY_RULES)
            with pytest.raises(ActionDenied, match="not open"):
                access.send_back(act, old, me, "为何？")
            with pytest.raises(ActionDenied, match="not open"):
                access.hand_over(act, old, me, self.access.person("watch"), "出差")

    def open_ids(self, one: Request) -> list[UUID]:
        return [row.id for row in self.access.open_steps(self.town.id_of(one))]

    @precondition(waits)
    @rule(data=st.data(), cut=CUTS)
    def somebody_asks_back(self, data: st.DataObject, cut: int) -> None:
        one, step, _ = self.open_step(data)
        self.ask_back(data, one, step, cut)

    def ask_back(self, data: st.DataObject, one: Request, step: Step, cut: int) -> None:
        by, row = self.somebody(data, one, step), self.town.step_row(one, step)
        open_ones = self.open_ids(one)

        def send_back() -> None:
            with self.access.city.act() as act:
                access.send_back(act, row.id, self.access.person(by), "为何？")

        allowed = by in self.model.may(one, step, self.now)
        self.town.attempt(allowed, send_back, cut)
        if allowed:
            one.state, one.steps = "draft", []
            self.town.old_steps += open_ones
        self.town.compare(one)
        if allowed and data.draw(st.booleans()):
            self.hand_in(one, cut)

    # -- handing on

    @precondition(waits)
    @rule(data=st.data(), cut=CUTS)
    def somebody_stands_aside(self, data: st.DataObject, cut: int) -> None:
        one, step, row = self.open_step(data)
        by = self.somebody(data, one, step)

        def stand_aside() -> None:
            with self.access.city.act() as act:
                access.stand_aside(act, row.id, self.access.person(by), "亲属")

        allowed = by in self.model.may(one, step, self.now)
        self.town.attempt(allowed, stand_aside, cut)
        if allowed:
            self.model.stand_aside(one, by, self.now)
        self.town.compare(one)
        if allowed and one.waiting() and data.draw(st.booleans()):
            self.ask_back(data, one, one.waiting()[0], cut)

    @precondition(waits)
    @rule(data=st.data(), to=ANY, cut=CUTS)
    def somebody_names_another(self, data: st.DataObject, to: str, cut: int) -> None:
        one, step, row = self.open_step(data)
        by = self.somebody(data, one, step)
        fit = [other for other in PEOPLE if self.model.may_take(one, step, by, other, self.now)]
        to = data.draw(st.sampled_from([to, *fit, *fit]))

        def hand_over() -> None:
            with self.access.city.act() as act:
                access.hand_over(act, row.id, self.access.person(by), self.access.person(to), "出差")

        allowed = self.model.may_take(one, step, by, to, self.now)
        self.town.attempt(allowed, hand_over, cut)
        if allowed:
            self.model.hand_over(step, by, to)
        self.town.compare(one)
        if allowed and data.draw(st.booleans()):
            self.answer(one, step, row.id, to, self.model.usual(one, step), Answer("同意"), cut)

    @precondition(lambda self: self.waits() and self.model.turn % 3 == 0)
    @rule(cut=CUTS)
    def whoever_holds_the_seats_now_is_asked(self, cut: int) -> None:
        self.town.attempt(True, self.access.ask_again, cut)
        self.model.ask_again(self.now)
        assert self.access.ask_again() == 0
        for one in self.under_way(*ASKED):
            self.town.compare(one)
            for step in one.waiting():
                able = self.model.may(one, step, self.now)
                assert not able or able & step.asked, "it lies where nobody sees it"

    # -- markings

    @precondition(lambda self: self.model.turn % 4 == 0)
    @rule(data=st.data(), item=st.sampled_from(ITEMS), late=st.booleans(), cut=CUTS)
    def footage_is_marked(self, data: st.DataObject, item: str, late: bool, cut: int) -> None:
        """`late`: the act had to wait for its turn, and its time is older than what went before it."""
        self.mark(item, data.draw(st.sampled_from(KINDS)), late, cut)

    @precondition(waits)
    @rule(data=st.data(), late=st.booleans(), cut=CUTS)
    def footage_is_marked_while_it_is_asked_for(self, data: st.DataObject, late: bool, cut: int) -> None:
        one, step, _ = self.open_step(data, "review")
        if data.draw(st.booleans()):  # after a first review, where there is one
            by, row = self.somebody(data, one, step), self.town.step_row(one, step)
            self.answer(one, step, row.id, by, self.model.usual(one, step), Answer("同意"), 0)
        self.mark(data.draw(st.sampled_from(sorted(step.items))), data.draw(st.sampled_from(KINDS)), late, cut)
        if one.waiting():
            self.say_yes(data, one, cut)

    @precondition(lambda self: self.under_way(*GRANTED))
    @rule(data=st.data(), late=st.booleans(), cut=CUTS)
    def footage_is_marked_after_it_was_granted(self, data: st.DataObject, late: bool, cut: int) -> None:
        one = self.one_of(data, *GRANTED)
        assert one.grant is not None
        item = data.draw(st.sampled_from(sorted(one.grant.items)))
        self.mark(item, data.draw(st.sampled_from(KINDS)), late, cut)
        self.look(one, one.who, item, cut)

    def mark(self, item: str, kind: str, late: bool, cut: int) -> None:
        by = sorted(self.marks(item))
        if not by:
            return
        now = self.now
        self.town.now = now - 2 * HOUR * late
        allowed = by[0] in self.marks(item)
        self.town.attempt(allowed, lambda: self.access.mark(item, by[0], Marking(kind)), cut)
        if allowed:
            self.model.markings.setdefault((item, kind), self.model.turn)
        self.town.now = now + TICK  # a marking may be a moment younger than its act: later acts are younger still

    def marks(self, item: str) -> set[str]:
        units = list(self.model.upward(FOOTAGE[item]))
        roles = ["confidentiality-reviewer", "principal-leader", "supervising-leader", "device-administrator"]
        return {person for role in roles for person in self.model.holders(units, role, self.now)}

    @precondition(lambda self: self.model.markings)
    @rule(data=st.data(), by=ANY, cut=CUTS)
    def a_marking_is_lifted(self, data: st.DataObject, by: str, cut: int) -> None:
        item, kind = data.draw(st.sampled_from(sorted(self.model.markings)))
        units = list(self.model.upward(FOOTAGE[item]))
        may = {
            person
            for role in ("confidentiality-reviewer", "principal-leader")
            for person in self.model.holders(units, role, self.now)
        }
        by = data.draw(st.sampled_from([by, *sorted(may)]))
        self.town.attempt(by in may, lambda: self.access.lift(item, by, Marking(kind)), cut)
        if by in may:
            del self.model.markings[item, kind]

    # -- using and ending

    @precondition(lambda self: self.under_way(*GRANTED))
    @rule(data=st.data(), by=ANY, item=st.sampled_from(ITEMS), cut=CUTS)
    def somebody_looks(self, data: st.DataObject, by: str, item: str, cut: int) -> None:
        granted = [one for one in self.model.requests if one.grant is not None]
        one = data.draw(st.sampled_from(granted + 5 * self.under_way(*GRANTED)))
        assert one.grant is not None
        by = data.draw(st.sampled_from([*[one.who] * 5, one.typed, by]))
        item = data.draw(st.sampled_from([item, *2 * sorted(one.grant.items)]))
        for _ in range(data.draw(st.sampled_from([1, 1, 4]))):
            self.look(one, by, item, cut)

    def look(self, one: Request, by: str, item: str, cut: int) -> None:
        allowed = self.model.may_look(one, by, item, self.now)
        self.town.attempt(allowed, lambda: self.access.look(self.town.id_of(one), item, by), cut)
        one.looks += allowed

    @rule(data=st.data(), by=ANY, how=st.sampled_from(["withdraw", "revoke", "complete"]), cut=CUTS)
    def somebody_ends_it(self, data: st.DataObject, by: str, how: str, cut: int) -> None:
        one = data.draw(st.sampled_from(self.model.requests))
        by = data.draw(st.sampled_from([by, by, one.who, one.typed]))
        mine = by in (one.who, one.typed)
        allowed, state = {
            "withdraw": (mine and one.state in ("draft", *ASKED), "withdrawn"),
            "complete": (mine and one.state in GRANTED, "fulfilled"),
            "revoke": (self.model.may_revoke(one, by, self.now), "revoked"),
        }[how]
        open_ones = self.open_ids(one)
        self.town.attempt(allowed, lambda: getattr(self.access, how)(self.town.id_of(one), by), cut)
        if allowed:
            one.state = state
            self.town.old_steps += open_ones
        self.town.compare(one)

    @precondition(lambda self: any(one.ends <= self.now for one in self.under_way("draft", *ASKED, *GRANTED)))
    @rule(cut=CUTS)
    def what_is_over_is_closed(self, cut: int) -> None:
        over = [one for one in self.under_way(*ASKED) if one.ends <= self.now]
        self.town.old_steps += [row for one in over for row in self.open_ids(one)]
        self.town.attempt(True, self.access.end, cut)
        self.model.end(self.now)
        assert self.access.end() == 0
        for one in self.model.requests[-MOST:]:
            self.town.compare(one)

    def teardown(self) -> None:
        """Registry and model agree, and so do ledger and rows; nothing was granted that nobody gave."""
        if not hasattr(self, "town"):
            return
        for one in self.model.requests:
            self.town.compare(one)
        self.town.compare_duties()
        assert verify(self.town.registry).problems == []
        assert verify_rows(self.town.registry).problems == []
        self.town.registry.dispose()


@pytest.fixture
def machine(sqlite_template: Path, tmp_path: Path) -> type[AccessMachine]:
    """The machine over a town of its own."""
    template = tmp_path / "town.db"
    shutil.copyfile(sqlite_template, template)
    registry = Registry(f"sqlite:///{template}")
    recordings = found(registry)
    registry.dispose()
    return type("Machine", (AccessMachine,), {"template": template, "folder": tmp_path, "recordings": recordings})


@pytest.mark.timeout(900)  # two processes share the machine
def test_nobody_sees_what_the_right_people_did_not_give(machine: type[AccessMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=50,
            deadline=None,
            phases=[Phase.generate],  # a failure is read from its steps: to shorten them takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )

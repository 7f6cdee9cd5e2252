"""Years of a town in any order, held against a plain model (Art. 6, 7, 15, 16, 20).

Whatever happens: no duty is lost, each rung is told once, to whoever holds the role then, never early, whatever sweeps
were missed, doubled or killed; ledger and rows agree.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from registry.database import Registry
from registry.ledger import Event, verify, verify_rows
from registry.queries.organisation import organisation_at
from registry.tables import LedgerEntry, Notice, NoticeLine, NoticeState, Sweep
from registry.transitions import duties, notices
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied
from tests.properties.duty_model import Activity, Check, Key, Line, Number, Office, Stay
from tests.properties.duty_town import DEVICES, OFFICERS, UNITS, WORKING, Town, found

DAYS = [
    datetime(2027, 2, 26, 9, 15, tzinfo=UTC),  # a Friday before the end of the shortest month
    datetime(2028, 2, 28, 1, 30, tzinfo=UTC),  # the day before a leap day
    datetime(2027, 3, 12, 20, 0, tzinfo=UTC),  # New York's clocks go forward on Sunday, Berlin's two weeks later
    datetime(2027, 10, 29, 23, 59, tzinfo=UTC),  # Berlin's clocks go back on Sunday, New York's a week later
    datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC),  # a second before the new year in Shanghai
]
DOCUMENTS: list[list[Number]] = [
    [],
    [
        Number("sh", "upload", None, 12, date(2027, 3, 1)),  # in the midst of what happens
        Number("sh1", "upload", "reminder", 6, date(2026, 1, 1)),
        Number("be", "upload", "department-head", 2, date(2026, 1, 1)),
        Number("be", "upload", "supervising-leader", 2, date(2027, 10, 30)),
        Number("ny", "device-replacement", None, 20, date(2026, 1, 1)),
    ],
    [
        Number(None, "filing", None, 2, date(2026, 1, 1), working_days=True),
        Number(None, "upload", "reminder", 8, date(2028, 2, 29)),
        Number("be", "filing", None, 1, date(2027, 3, 1), working_days=True),
        Number("sh1", "device-recall", None, 2, date(2026, 1, 1), working_days=True),
        Number("ny", "return-report", "principal-leader", 30, date(2026, 1, 1)),
    ],
]
"""What superiors and units have laid down: hours and working days, from days on that come while things happen."""

HOURS = st.sampled_from([1, 3, 4, 5, 19, 20, 24, 28, 49, 80, 200])
TICK = timedelta(microseconds=1)
ROLES = ["device-administrator", "department-head", "supervising-leader", "principal-leader", "supervisor"]
A_MOMENT = timedelta(milliseconds=1)
"""The clock stands while a sweep is at work; but each of its batches has a time of telling of its own."""

UNTOLD_FOR = timedelta(hours=1)


class DutiesMachine(RuleBasedStateMachine):
    template: Path
    folder: Path
    towns = count()

    @initialize(
        start=st.sampled_from(DAYS),
        documents=st.sampled_from(DOCUMENTS),
        unsound=st.sampled_from([(), (), ("ny",), ("sh",)]),
    )
    def begin(self, start: datetime, documents: Sequence[Number] = (), unsound: Sequence[str] = ()) -> None:
        path = self.folder / f"town-{next(self.towns)}.db"
        shutil.copyfile(self.template, path)
        self.town = Town(Registry(f"sqlite:///{path}"), start)
        self.model, self.told, self.numbers = self.town.model, set[Line](), self.town.numbers
        self.town.rule(documents, unsound)
        for place, officer in enumerate(sorted(OFFICERS)):
            if place % 3:  # some have none
                stay = Stay(f"{officer}-d1", officer, self.town.now - timedelta(days=9))
                self.town.enter_stay(f"stay-{next(self.numbers)}", stay)

        for officer, unit in OFFICERS.items():
            one = Activity(unit, {officer}, start - timedelta(hours=2), start - timedelta(hours=1))
            self.town.enter_activity(f"activity-{officer}", one)

    @property
    def now(self) -> datetime:
        return self.town.now

    # -- time

    @rule(hours=HOURS, minutes=st.integers(0, 59))
    def time_passes(self, hours: int, minutes: int) -> None:
        self.town.set_clock(self.town.after(hours=hours, minutes=minutes))

    @rule(data=st.data(), off=st.sampled_from([-TICK, timedelta(), TICK]))
    def until_somebody_must_hear(self, data: st.DataObject, off: timedelta) -> None:
        if ahead := [moment + off for moment in self.model.moments(self.now)[:6] if moment + off > self.now]:
            self.town.set_clock(data.draw(st.sampled_from(ahead)))

    # -- what happens

    @rule(data=st.data(), unit=st.sampled_from(WORKING), remote=st.booleans(), ended=st.booleans())
    def an_activity_begins(self, data: st.DataObject, unit: str, remote: bool, ended: bool) -> None:
        officers = data.draw(st.sets(st.sampled_from(sorted(OFFICERS)), min_size=1, max_size=2))
        one = Activity(unit, officers, self.now - timedelta(hours=2), self.now if ended else None, remote)
        self.town.enter_activity(f"activity-{next(self.numbers)}", one)

    @precondition(lambda self: self.model.activities)
    @rule(data=st.data(), off=st.sampled_from([0, 0, 1, 30]))
    def an_activity_ends_or_its_end_is_corrected(self, data: st.DataObject, off: int) -> None:
        name, one = data.draw(st.sampled_from(sorted(self.model.activities.items(), key=lambda item: item[0])))
        ended = self.now if one.ended is None else max(one.started, one.ended + timedelta(hours=off))
        self.town.enter_activity(name, replace(one, ended=ended))

    @precondition(lambda self: self.model.activities)
    @rule(data=st.data())
    def it_was_far_away(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.activities)))
        one = self.model.activities[name]
        self.town.enter_activity(name, replace(one, remote=True))

    @precondition(lambda self: any(one.remote and one.ended for one in self.model.activities.values()))
    @rule(data=st.data())
    def somebody_returns(self, data: st.DataObject) -> None:
        away = sorted(name for name, one in self.model.activities.items() if one.remote and one.ended)
        name = data.draw(st.sampled_from(away))
        one = self.model.activities[name]
        self.town.enter_activity(name, replace(one, returned=one.returned or self.now))

    @precondition(lambda self: self.model.activities)
    @rule(data=st.data(), filed=st.booleans(), wireless=st.booleans())
    def footage_is_stored(self, data: st.DataObject, filed: bool, wireless: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.activities)))
        one = self.model.activities[name]
        officer = data.draw(st.sampled_from(sorted(one.officers)))
        if one.unit not in self.model.waiting:
            self.town.store(one.unit, officer, name if filed else None, wireless)

    @precondition(lambda self: any(one.wireless for one in self.model.footage.values()))
    @rule(data=st.data())
    def its_arrival_is_confirmed(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(key for key, one in self.model.footage.items() if one.wireless)))
        self.town.confirm(name)

    @precondition(lambda self: self.model.activities and any(not one.filed for one in self.model.footage.values()))
    @rule(data=st.data())
    def footage_is_filed(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(key for key, one in self.model.footage.items() if not one.filed)))
        self.town.answer(name, data.draw(st.sampled_from(sorted(self.model.activities))))

    @rule(device=st.sampled_from(sorted(DEVICES)))
    def a_recorder_changes_hands(self, device: str) -> None:
        kept = [(name, one) for name, one in self.model.stays.items() if one.device == device and not one.returned]
        for name, one in kept:
            if one.issued < self.now:
                self.town.enter_stay(name, replace(one, returned=self.now))
        if not kept and device[:-3] not in self.model.left and not self.is_fresh(device):
            self.town.enter_stay(f"stay-{next(self.numbers)}", Stay(device, device[:-3], self.now))

    def is_fresh(self, device: str) -> bool:
        """It came back at this very moment."""
        return any(one.device == device and one.returned == self.now for one in self.model.stays.values())

    @rule(device=st.sampled_from(sorted(DEVICES)), passed=st.booleans())
    def a_recorder_is_checked(self, device: str, passed: bool) -> None:
        self.town.enter_check(Check(device, device[:-3], self.now, passed))

    @rule(number=st.sampled_from(sorted(OFFICERS)), unit=st.sampled_from(WORKING))
    def somebody_leaves_or_is_moved(self, number: str, unit: str) -> None:
        if number in self.model.left or number in self.model.moved:
            return
        if unit == self.model.homes[number]:
            self.town.leave(number)
        else:
            self.town.move(number, unit)

    @rule(
        number=st.sampled_from(sorted(OFFICERS)),
        unit=st.sampled_from(sorted(UNITS)),
        role=st.sampled_from(ROLES),
        days=st.sampled_from([None, 1, 3]),
    )
    def somebody_acts_for_another(self, number: str, unit: str, role: str, days: int | None) -> None:
        until = None if days is None else self.town.after(days=days)
        self.town.enter_office(Office(number, unit, role, self.now, until), acting=True)

    @rule(data=st.data())
    def an_office_falls_vacant(self, data: st.DataObject) -> None:
        held = [one for one in self.model.offices if one.since < self.now and (one.until or self.now) >= self.now]
        if held:
            one = data.draw(st.sampled_from(held))
            one.until = self.now
            self.town.enter_office(one)

    # -- the service

    @rule()
    def everything_starts_again(self) -> None:
        self.town.restart()

    @precondition(lambda self: self.model.waiting)
    @rule()
    def the_policies_are_mended(self) -> None:
        """What waited is gone through, as it stands now."""
        self.town.rule(self.model.documents)

    # -- decisions

    @rule(data=st.data(), hours=st.sampled_from([None, None, 2, 30, 100]))
    def the_first_excuses_or_pauses(self, data: st.DataObject, hours: int | None) -> None:
        self.settle()
        open_ones = [key for key in self.model.duties if self.model.state(key, self.now) in ("running", "overdue")]
        if not open_ones:
            return
        key = data.draw(st.sampled_from(sorted(open_ones, key=str)))
        duty, by, rules = self.town.rows()[key].id, self.town.ids["first"], self.town.duties.rules
        with self.town.duties.city.act() as act:
            if not self.may_decide(key, hours):
                with pytest.raises(ActionDenied):
                    self.decide(act, duty, by, hours, rules)
                act.take_back()
                return
            self.decide(act, duty, by, hours, rules)
        if hours is None:
            self.model.duties[key].excused = True
        else:
            self.model.duties[key].pauses.append((self.now, self.town.after(hours=hours)))

    def may_decide(self, key: Key, hours: int | None) -> bool:
        heads = self.model.holders("city", "principal-leader", self.now)
        due, started = self.model.due(key), self.model.facts(key).started
        assert due is not None and started is not None
        if self.model.holds(key[2], self.model.facts(key).unit, "principal-leader", self.now):
            return False  # a principal leader's own duty, an acting one's too, is the supervision's to excuse
        runs = started <= self.now < due  # whatever was told before it was given more time
        return "first" in heads and (hours is None or runs)

    def decide(self, act: Any, duty: Any, by: Any, hours: int | None, rules: duties.Rules) -> None:
        if hours is None:
            duties.excuse_duty(act, duty, by, "理由", rules)
        else:
            duties.pause_duty(act, duty, by, "理由", self.town.after(hours=hours), rules)

    # -- sweeps

    def settle(self) -> None:
        self.town.duties.settle()
        self.model.settle()

    def climb(self, batch: int, most: int) -> Any:
        """A sweep that stops after `most` batches; gives its id where it came to the end of them."""
        city = self.town.duties.city
        with city.act() as act:
            sweep_id = notices.begin_sweep(act, "deadline-escalation", "test", lambda _holder: True)
        assert sweep_id is not None
        self.settle()
        climber = duties.Climber(self.town.duties.rules, notices.Gathering(sweep_id))
        for _ in range(most):
            with city.act() as act:
                notices.beat(act, sweep_id)
                if not climber.climb(act, organisation_at(act.session, act.at), batch).considered:
                    return sweep_id
        return None

    @rule(batch=st.sampled_from([1, 2, 3, 50]), batches=st.integers(0, 3), queued=st.booleans())
    def a_sweep_is_killed(self, batch: int, batches: int, queued: bool) -> None:
        sweep_id = self.climb(batch, batches)
        if sweep_id is not None and queued:
            with self.town.duties.city.act() as act:
                notices.queue_gathered(act, sweep_id, 1)
        self.tell(complete=False)

    @rule(batch=st.sampled_from([1, 2, 3, 50]), twice=st.booleans())
    def a_sweep(self, batch: int, twice: bool) -> None:
        for _ in range(1 + twice):
            sweep_id = self.climb(batch, 1_000)
            with self.town.duties.city.act() as act:
                while notices.queue_gathered(act, sweep_id, 2):
                    pass
            with self.town.duties.city.act() as act:
                notices.finish_sweep(act, sweep_id, {})
            self.tell(complete=True)
            self.no_duty_is_lost()
            self.all_that_was_gathered_is_queued()

    @rule()
    def everything_is_worked_out_again(self) -> None:
        self.a_sweep(50, False)
        before, entries = self.standing(), self.town.duties.city.entries()
        for key, row in self.town.rows().items():
            with self.town.duties.city.act() as act:
                duties.touch(act, DutyKind(key[0]), [row.subject_id])
        again = self.town.duties.settle()
        assert (again.opened, again.changed, again.met) == (0, 0, 0)
        assert (self.standing(), self.town.duties.city.entries()) == (before, entries)

    def standing(self) -> dict[Key, Any]:
        return {
            key: (row.due_at, row.clock, row.clock_started_at, row.state, row.met_at, row.level, row.next_at is None)
            for key, row in self.town.rows().items()
        }

    # -- what must hold

    def tell(self, *, complete: bool) -> None:
        """What is new in the registry is what the model would tell now; all of it where the sweep came to its end."""
        lines = self.town.lines()
        new = lines.keys() - self.told
        assert self.told <= lines.keys()
        assert all(self.now <= lines[one].told_at < self.now + A_MOMENT for one in new)
        for key, standing in self.model.duties.items():
            wanted, level, somebody = self.model.to_tell(key, self.now)
            mine = {one for one in new if one.key == key}
            waits = standing.untold_at is not None and self.now < standing.untold_at + UNTOLD_FOR
            if not mine and wanted and (waits or not complete):
                continue
            assert mine == set(wanted), key
            if mine or complete:
                standing.level = level
            standing.untold_at = None if somebody else self.now
        assert {one.key for one in new} <= self.model.duties.keys()
        self.told |= new

    def no_duty_is_lost(self) -> None:
        rows = self.town.rows()
        assert rows.keys() == self.model.duties.keys()
        codes = {self.town.duties.city.unit_id(code): code for code in UNITS}
        for key, row in rows.items():
            facts, due = self.model.facts(key), self.model.due(key)
            assert (codes[row.unit_id], row.clock_started_at, row.met_at) == (facts.unit, facts.started, facts.met), key
            assert (row.due_at, row.state.value) == (due, self.model.state(key, self.now)), key
            assert row.level == self.model.duties[key].level, key
        overdue = {row.id.hex for row in rows.values() if row.state is DutyState.OVERDUE}
        entered = [one["duties"] for one in self.entries(Event.DUTY_OVERDUE)]
        assert overdue <= {duty.replace("-", "") for some in entered for duty in some}

    def all_that_was_gathered_is_queued(self) -> None:
        with self.town.registry.reading() as reading:
            states = set(reading.exec(select(Notice.state)))
            theirs = select(NoticeLine, Notice).join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
            pairs = reading.exec(theirs).all()
            unfinished = reading.exec(select(Sweep).where(col(Sweep.finished_at).is_(None))).all()
        assert states <= {NoticeState.QUEUED}
        assert all(line.person_id == notice.person_id for line, notice in pairs)
        assert unfinished == []

    def entries(self, event: Event) -> list[Any]:
        with self.town.registry.reading() as reading:
            rows = reading.exec(select(LedgerEntry.facts).where(col(LedgerEntry.event) == event.value))
            return [json.loads(facts) for facts in rows]

    def teardown(self) -> None:
        """After a last sweep the ledger, the rows and the model agree."""
        if not hasattr(self, "town"):
            return
        self.a_sweep(50, False)
        assert sum(one["lines"] for one in self.entries(Event.SWEEP_TOLD)) == len(self.told)
        assert verify(self.town.registry).problems == []
        assert verify_rows(self.town.registry).problems == []
        self.town.registry.dispose()


@pytest.fixture
def machine(sqlite_template: Path, tmp_path: Path) -> type[DutiesMachine]:
    """The machine over a town of its own."""
    template = tmp_path / "town.db"
    shutil.copyfile(sqlite_template, template)
    registry = Registry(f"sqlite:///{template}")
    found(registry)
    registry.dispose()
    return type("Machine", (DutiesMachine,), {"template": template, "folder": tmp_path})


@pytest.mark.timeout(900)  # two processes share the machine
def test_in_any_year_no_duty_is_lost_and_nothing_is_told_twice(machine: type[DutiesMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],  # a failure is read from its steps: to shorten them takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_a_duty_that_was_given_more_time_is_overdue_right_after_it(machine: type[DutiesMachine]) -> None:
    year = machine()
    year.begin(DAYS[0])
    year.town.set_clock(year.town.after(hours=30))
    year.a_sweep(50, False)
    name, one = next(iter(year.model.activities.items()))
    assert one.ended is not None
    year.town.enter_activity(name, replace(one, ended=one.ended + timedelta(hours=30)))
    year.a_sweep(50, False)
    due = one.ended + timedelta(hours=54)
    for moment in (due, due + TICK, due + timedelta(hours=4)):
        year.town.set_clock(moment)
        year.a_sweep(3, False)
    year.teardown()


def test_who_has_left_hears_of_nothing_whatever_role_is_still_theirs_on_paper(machine: type[DutiesMachine]) -> None:
    year = machine()
    year.begin(DAYS[1])
    year.somebody_acts_for_another("sh1-o1", "sh1", "department-head", None)
    year.town.leave("sh1-o1")
    year.town.leave("be-head")
    for hours in (20, 30, 60):
        year.town.set_clock(year.town.after(hours=hours))
        year.a_sweep(3, False)
    assert {"sh1-o1", "be-head"}.isdisjoint(line.person for line in year.told)
    year.teardown()


def test_what_comes_over_the_air_meets_nothing_until_somebody_confirms_it(machine: type[DutiesMachine]) -> None:
    year = machine()
    year.begin(DAYS[0], DOCUMENTS[1])
    name = "activity-sh1-o1"
    year.town.store("sh1", "sh1-o1", name, wireless=True)
    [footage] = year.model.footage
    for hours in (2, 30):
        year.town.set_clock(year.town.after(hours=hours))
        year.a_sweep(50, False)
    mine = [key for key in year.model.duties if key[:2] == ("upload", name)]
    assert {year.model.state(key, year.now) for key in mine} == {"overdue"}
    year.town.restart()
    year.town.confirm(footage)
    year.a_sweep(50, True)
    assert {year.model.state(key, year.now) for key in mine if key[2] in (None, "sh1-o1")} == {"met-late"}
    year.teardown()


def test_holidays_and_saturdays_at_work_move_what_counts_working_days(machine: type[DutiesMachine]) -> None:
    year = machine()
    year.begin(DAYS[0], DOCUMENTS[2])  # Friday, 26 February 2027; Saturday is at work, Monday and Tuesday are not
    year.town.store("sh1", "sh1-o1", None)
    year.a_sweep(50, False)
    [key] = [key for key in year.model.duties if key[0] == "filing"]
    due = datetime(2027, 3, 3, 9, 15, tzinfo=UTC)
    assert year.town.rows()[key].due_at == due
    for moment in (due - 4 * timedelta(hours=1), due, due + TICK, due + timedelta(hours=4)):
        year.town.set_clock(moment)
        year.a_sweep(3, False)
    year.teardown()


def test_a_unit_without_a_sound_policy_waits_and_is_caught_up_with_once_it_is_mended(
    machine: type[DutiesMachine],
) -> None:
    year = machine()
    year.begin(DAYS[0], DOCUMENTS[1], ("ny",))
    for hours in (20, 30):
        year.town.set_clock(year.town.after(hours=hours))
        year.a_sweep(3, False)
    units = {year.model.facts(key).unit for key in year.model.duties}
    assert units == {"sh1", "be"}
    assert year.told
    year.the_policies_are_mended()
    year.a_sweep(3, False)
    assert {year.model.facts(line.key).unit for line in year.told} == {"sh1", "be", "ny"}
    year.teardown()

"""Years of keeping and letting go in any order, held against a plain model (Art. 18, 23).

Whatever happens to holds, cases, policies, clocks, people and processes: nothing leaves the vault that its term, a
hold, a case, a request or somebody's word keeps, and nothing without every decision; ledger and rows agree.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.tables import Shortened, TermChange, TermExtension
from registry.transitions import disposal, holding, retention
from registry.transitions.disposal import Doomed
from registry.transitions.holding import NewHold
from registry.transitions.retention import CaseEntry
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ON_A_LIST, ItemState, ListState
from regulation.holds import HoldKind
from tests.properties.access_model import Office
from tests.properties.retention_model import GRACE, CaseFile, Hold, List
from tests.properties.retention_town import BODIES, PEOPLE, POLICIES, RetentionTown, found

TICK = timedelta.resolution
CUTS = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 9])
"""After how many writes the power fails; mostly it does not."""

ANY = st.sampled_from(PEOPLE)
KINDS = st.sampled_from(["9(1)", "9(1)", "9(1)", "9(1)", "9(3)", "9(4)", None])
CASES = st.sampled_from([None, None, None, "案-1", "案-2"])
UNITS = st.sampled_from(["xf", "xf", "xfw", "jt"])
MOST = 8
"""Originals at a time: few, so that much happens to each."""


class RetentionMachine(RuleBasedStateMachine):
    template: Path
    folder: Path
    towns = count()
    seen: ClassVar[Counter[str]] = Counter()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        place = self.folder / f"town-{next(self.towns)}"
        place.mkdir()
        shutil.copyfile(self.template, place / "town.db")
        self.town = RetentionTown(Registry(f"sqlite:///{place / 'town.db'}"), place)
        self.model = self.town.model
        self.runs: list[tuple[str, list[Doomed]]] = []
        for unit in ("xf", "xf", "xfw", "jt"):
            self.town.take_in(unit, "9(1)", None)
        self.town.take_in("xf", data.draw(KINDS), data.draw(CASES))
        self.a_year_goes_by(data, data.draw(st.sampled_from([0, 2, 3, 4])))

    @property
    def now(self) -> datetime:
        return self.town.now

    def here(self) -> list[str]:
        return sorted(set(self.model.footage) - self.model.let_go)

    # -- time

    @rule(days=st.sampled_from([0, 1, 8, 30, 190]), hours=st.integers(0, 23))
    def time_passes(self, days: int, hours: int) -> None:
        self.town.city.now += timedelta(days=days, hours=hours)

    @rule(days=st.sampled_from([0, 0, 1, 8, 200]), seconds=st.integers(1, 9_999))
    def the_clock_is_put_back(self, days: int, seconds: int) -> None:
        self.town.city.now -= timedelta(days=days, seconds=seconds)

    @rule(data=st.data(), off=st.sampled_from([-TICK, timedelta(), TICK]))
    def until_something_is_over(self, data: st.DataObject, off: timedelta) -> None:
        ends = [one.ready for one in self.model.lists.values() if one.ready is not None]
        for name in self.here():
            one = self.model.footage[name]
            day = self.model.last_day(one, self.model.in_force[one.unit], self.now)
            if day is not None:
                midnight = datetime(day.year, day.month, day.day, tzinfo=self.model.zones[one.unit])
                ends.append(midnight + timedelta(days=1))
        if ahead := sorted({moment + off for moment in ends if moment + off > self.now}):
            self.town.city.now = data.draw(st.sampled_from(ahead[-3:])).astimezone(self.now.tzinfo)

    # -- facts

    @precondition(lambda self: len(self.here()) < MOST)
    @rule(unit=UNITS, kind=KINDS, case=CASES)
    def footage_is_taken_in(self, unit: str, kind: str | None, case: str | None) -> None:
        self.town.take_in(unit, kind, case)

    @rule(data=st.data(), kind=KINDS, case=CASES)
    def its_activity_is_corrected(self, data: st.DataObject, kind: str | None, case: str | None) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.footage)))
        if kind is not None and self.model.footage[name].kind is not None:
            self.correct(name, kind, case)

    def correct(self, name: str, kind: str, case: str | None) -> None:
        one = self.model.footage[name]
        self.town.enter_activity(name, one.unit, kind, case)
        one.kind, one.case = kind, case

    @rule(
        number=st.sampled_from(["案-1", "案-2"]),
        ago=st.sampled_from([None, 0, 1, 700]),
        years=st.sampled_from([None, 1, 2]),
        permanent=st.sampled_from([False, False, False, True]),
        by=st.sampled_from(["xf-admin", "watch", "xf-o1"]),
        cut=CUTS,
    )
    def a_case_is_entered_closed_or_opened(
        self, number: str, ago: int | None, years: int | None, permanent: bool, by: str, cut: int
    ) -> None:
        closed = None if ago is None else self.model.today("xf", self.now) - timedelta(days=ago)
        file = CaseFile(closed, None if permanent else years, permanent)
        entry = CaseEntry(number, "xf", file.closed, file.years, permanent, "审批表")
        person = self.town.city.people[by]
        if self.town.goes(lambda act: retention.enter_case(act, entry, person), cut):
            self.model.files[number] = file

    @rule(data=st.data(), number=st.sampled_from(["案-1", "案-2"]), by=st.sampled_from(["watch", "xf-admin"]))
    def it_is_used_as_evidence(self, data: st.DataObject, number: str, by: str) -> None:
        self.use(data.draw(st.sampled_from(sorted(self.model.footage))), number, by)

    def use(self, name: str, number: str, by: str) -> None:
        ids, person = [self.town.recordings[name]], self.town.city.people[by]
        if self.town.goes(lambda act: retention.use_in_case(act, number, ids, person, "作为证据")):
            assert name not in self.model.let_go
            self.model.footage[name].used.add(number)

    @rule(data=st.data(), case=CASES, by=ANY, cut=CUTS)
    def somebody_holds_it_back(self, data: st.DataObject, case: str | None, by: str, cut: int) -> None:
        names = data.draw(st.sets(st.sampled_from(sorted(self.model.footage)), max_size=2))
        self.place(names, case, data.draw(st.sampled_from([by, "watch"])), cut)

    def place(self, names: set[str], case: str | None, by: str, cut: int) -> None:
        new = NewHold(HoldKind.LEGAL, "复议", [self.town.recordings[one] for one in names], case)
        numbers: list[str] = []

        def place(act: Any) -> None:
            numbers.append(holding.place_hold(act, new, self.town.city.people[by]))

        if self.town.goes(place, cut):
            assert not names & self.model.let_go
            self.model.holds[numbers[-1]] = Hold(names, case)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), by=st.sampled_from(["watch", "xf-first", "xf-admin", "jt-first"]))
    def a_hold_is_lifted(self, data: st.DataObject, by: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.holds)))
        person = self.town.city.people[by]
        if self.town.goes(lambda act: holding.lift_hold(act, number, person, "已结")):
            units = list(self.model.people.upward("jt" if "jt" in number else "xf"))
            heads = [self.model.people.holders(units, role, self.now) for role in ("principal-leader", "supervisor")]
            assert by in heads[0] | heads[1]
            self.model.holds[number].lifted = True

    @rule(data=st.data())
    def somebody_asks_to_see_it(self, data: st.DataObject) -> None:
        request = self.ask(name := data.draw(st.sampled_from(sorted(self.model.footage))))
        if request is not None and data.draw(st.booleans()):
            self.town.access.withdraw(request, "xf-o2")
            self.model.footage[name].wanted -= 1

    def ask(self, name: str) -> UUID | None:
        if name in self.model.let_go:
            return None
        self.model.footage[name].wanted += 1
        return self.town.access.ask("xf-o2", name, document="示例函〔2026〕1号")

    # -- policy

    @rule(body=st.sampled_from(["xf", "jt"]), version=st.integers(0, len(POLICIES) - 1))
    def another_policy_comes_into_force(self, body: str, version: int) -> None:
        for unit in [code for code, of in BODIES.items() if of == body]:
            self.model.in_force[unit] = version

    @rule(data=st.data(), verdict=st.sampled_from(Shortened), by=st.sampled_from(["xf-first", "jt-first", "xf-lead"]))
    def somebody_speaks_about_shorter_terms(self, data: st.DataObject, verdict: Shortened, by: str) -> None:
        with self.town.registry.reading() as reading:
            changes = list(reading.exec(select(TermChange).order_by(col(TermChange.id))))
        if not changes:
            return
        one, person = data.draw(st.sampled_from(changes)), self.town.city.people[by]
        if self.town.goes(lambda act: retention.decide_change(act, one.id, person, verdict, "已阅")):
            unit = self.town.codes[one.unit_id]
            assert by in self.model.people.holders(list(self.model.people.upward(unit)), "principal-leader", self.now)
            if verdict is Shortened.ALLOWED:
                place = [policy.version for policy in POLICIES].index(one.policy_version)
                self.model.allowed.add((unit, place))

    # -- the sweep

    @rule(
        batch=st.sampled_from([1, 2, 50]),
        cut=CUTS,
        killed=st.sampled_from([False, False, True]),
        answers=st.booleans(),
    )
    def a_night(self, batch: int, cut: int, killed: bool, answers: bool) -> None:
        """The vault `answers` or does not: then it is told another night, and the registry stands by itself."""
        if not self.town.settle(batch, 1 if killed else 99, cut):
            return
        if answers:
            self.town.align()
        before = set(self.town.lists())
        for unit in ("xf", "jt"):
            self.town.list_due(unit, 3, cut)
            self.town.list_due(unit, 3, 0)  # another sweep at once
        for number, row in self.town.lists().items():
            if number not in before:
                self.model.lists[number] = List(self.town.codes[row.unit_id])
                for name in self.town.standing(row.id):
                    assert self.model.may_go(name, self.now) is None, (name, self.model.may_go(name, self.now))

    # -- lists

    def one_of(self, data: st.DataObject, *states: ListState) -> tuple[str, UUID, List] | None:
        rows = {number: row for number, row in self.town.lists().items() if row.state in states}
        if not rows:
            return None
        number = data.draw(st.sampled_from(sorted(rows)))
        return number, rows[number].id, self.model.lists[number]

    @rule(data=st.data(), by=ANY, what=st.sampled_from([*[Appraisal.DISPOSE] * 6, *Appraisal]), cut=CUTS)
    def somebody_appraises(self, data: st.DataObject, by: str, what: Appraisal, cut: int) -> None:
        if (found_one := self.one_of(data, *ListState)) is None:
            return
        _, list_id, one = found_one
        able = self.model.administrators(one.unit, self.now)
        by = data.draw(st.sampled_from([by, *sorted(able) * 3]))
        names = sorted(self.town.standing(list_id))
        if what is not Appraisal.DISPOSE and names:
            names = names[:1]
        until = self.now.date() + timedelta(days=40) if what is Appraisal.EXTEND else None
        ids, person = [self.town.recordings[name] for name in names], self.town.city.people[by]
        if self.town.goes(lambda act: disposal.appraise(act, list_id, ids, person, what, "已鉴定", until), cut):
            assert by in able
            one.said |= dict.fromkeys(names, by)
            self.keep(what is not Appraisal.DISPOSE, names, until)

    def keep(self, kept: bool, names: list[str], until: Any) -> None:
        for name in names if kept else ():
            self.model.footage[name].kept.append(until)

    @rule(data=st.data(), by=ANY)
    def somebody_hands_it_in(self, data: st.DataObject, by: str) -> None:
        if (found_one := self.one_of(data, ListState.APPRAISAL, ListState.APPROVAL)) is None:
            return
        _, list_id, one = found_one
        able = self.model.administrators(one.unit, self.now)
        by = data.draw(st.sampled_from([by, *sorted(able) * 3]))
        person = self.town.city.people[by]
        if self.town.goes(lambda act: disposal.submit(act, list_id, person, "已鉴定", self.town.rules)):
            assert by in able
            assert self.town.standing(list_id) <= set(one.said)
            one.submitter = by

    @rule(data=st.data(), by=ANY, refuses=st.sampled_from([False] * 5 + [True]), cut=CUTS)
    def somebody_approves(self, data: st.DataObject, by: str, refuses: bool, cut: int) -> None:
        if (found_one := self.one_of(data, ListState.APPROVAL)) is None:
            return
        _, list_id, one = found_one
        able = self.model.approvers(one, self.now)
        by = data.draw(st.sampled_from([by, *sorted(able) * 3]))
        usual = ("jt-o1", "jt-o2") if one.unit == "jt" else ("xf-o1", "xf-o2")
        named = data.draw(st.sampled_from([usual, usual, ("xf-o3", "jt-o2"), (by, "xf-o1")]) | st.tuples(ANY, ANY))
        [step] = self.town.steps(list_id, DisposalStage.APPROVAL)
        person, witnesses = self.town.city.people[by], [self.town.city.people[who] for who in named]
        names = sorted(self.town.standing(list_id))
        if refuses:
            if self.town.goes(lambda act: disposal.refuse(act, step.id, person, "不同意", self.town.rules), cut):
                assert by in able
                self.keep(True, names, None)
            return
        if self.town.goes(lambda act: disposal.approve(act, step.id, person, witnesses, "同意", self.town.rules), cut):
            assert by in able
            assert len(set(named)) == 2 and not {by, *one.appraisers()} & set(named)
            assert not any(self.model.people.is_gone(who, self.now) for who in named)
            one.approver, one.named, one.approved = by, set(named), self.town.standing(list_id)
            for name in one.approved:
                assert self.model.may_go(name, self.now) is None, (name, self.model.may_go(name, self.now))

    @rule(data=st.data(), by=ANY, other=ANY)
    def a_witness_speaks_or_is_replaced(self, data: st.DataObject, by: str, other: str) -> None:
        if (found_one := self.one_of(data, ListState.WITNESSING)) is None:
            return
        number, list_id, one = found_one
        step = data.draw(st.sampled_from(self.town.steps(list_id, DisposalStage.WITNESS)))
        named = next(who for who, person in self.town.city.people.items() if person == step.person_id)
        by = data.draw(st.sampled_from([by, *[named] * 5, *sorted(self.model.approvers(one, self.now))]))
        person, seen = self.town.city.people[by], self.town.standing(list_id)
        if data.draw(st.sampled_from([False, False, False, True])):
            new = self.town.city.people[other]
            if self.town.goes(lambda act: disposal.replace_witness(act, step.id, person, new)):
                assert by in self.model.approvers(one, self.now)
                assert other not in {by, one.approver, *one.appraisers(), *one.witnessed}
                one.named = (one.named - {named}) | {other}
            return
        if self.town.goes(lambda act: disposal.witness(act, step.id, person, "已核对", self.town.rules)):
            assert by == named and not self.model.people.is_gone(by, self.now)
            one.witnessed[by] = seen
            if self.town.lists()[number].state is ListState.GRACE:
                one.ready = self.now + GRACE

    @rule(data=st.data(), by=ANY, days=st.sampled_from([None, 3, 90]))
    def somebody_takes_it_back(self, data: st.DataObject, by: str, days: int | None) -> None:
        if (found_one := self.one_of(data, *ListState)) is None:
            return
        _, list_id, _ = found_one
        names = sorted(self.town.standing(list_id))[:1]
        until = None if days is None else self.now.date() + timedelta(days=days)
        ids, person = [self.town.recordings[name] for name in names], self.town.city.people[by]
        if self.town.goes(lambda act: disposal.restore(act, list_id, ids, person, "另有用途", until)):
            self.keep(True, names, until)

    @rule(data=st.data(), by=st.sampled_from(["watch", "xf-first", "jt-first", "xf-admin"]))
    def what_was_kept_without_an_end_is_let_go_of(self, data: st.DataObject, by: str) -> None:
        with self.town.registry.reading() as reading:
            kept = [one for one in reading.exec(select(TermExtension)) if one.until is None and one.ended_at is None]
        if not kept:
            return
        one, person = min(kept, key=lambda row: str(row.id)), self.town.city.people[by]
        if self.town.goes(lambda act: retention.end_extension(act, one.recording_id, one.id, person, "不再需要")):
            self.model.footage[self.town.name_of(one.recording_id)].kept.remove(None)

    @rule(data=st.data(), cut=CUTS)
    def everybody_does_their_part(self, data: st.DataObject, cut: int) -> None:
        """Hands a list on by the right people, as far as it goes; then lets the time of grace pass."""
        if (found_one := self.one_of(data, ListState.APPRAISAL)) is None:
            return
        number, list_id, one = found_one
        who = "jt" if one.unit == "jt" else "xf"
        admin, rules = self.town.city.people[f"{who}-admin"], self.town.rules
        names = sorted(self.town.standing(list_id))
        ids = [self.town.recordings[name] for name in names]
        if not self.town.goes(
            lambda act: disposal.appraise(act, list_id, ids, admin, Appraisal.DISPOSE, "已鉴定"), cut
        ):
            return
        one.said |= dict.fromkeys(names, f"{who}-admin")
        if self.town.goes(lambda act: disposal.submit(act, list_id, admin, "已鉴定", rules)):
            one.submitter = f"{who}-admin"
        for _ in range(2):
            self.approved_by_the_first(number, list_id, one, who)
        for witness in (f"{who}-o1", f"{who}-o2"):
            for step in self.town.steps(list_id, DisposalStage.WITNESS):
                person, seen = self.town.city.people[witness], self.town.standing(list_id)
                if step.person_id == person and self.town.goes(
                    lambda act, step=step, person=person: disposal.witness(act, step.id, person, "已核对", rules)
                ):
                    one.witnessed[witness] = seen
        if self.town.lists()[number].state is ListState.GRACE and one.ready is None:
            one.ready = self.now + GRACE
            self.town.city.now += data.draw(st.sampled_from([GRACE, GRACE, GRACE - TICK, 30 * GRACE]))

    def approved_by_the_first(self, number: str, list_id: UUID, one: List, who: str) -> None:
        steps = self.town.steps(list_id, DisposalStage.APPROVAL)
        named = {f"{who}-o1", f"{who}-o2"}
        people = [self.town.city.people[each] for each in sorted(named)]
        first, rules = self.town.city.people[f"{who}-first"], self.town.rules
        for step in steps:
            themself = [first, people[0]]
            assert not self.town.goes(
                lambda act, step=step, both=themself: disposal.approve(act, step.id, first, both, "同意", rules)
            )
            if self.town.goes(lambda act, step=step: disposal.approve(act, step.id, first, people, "同意", rules)):
                assert f"{who}-first" in self.model.approvers(one, self.now)
                one.approver, one.named, one.approved = f"{who}-first", named, self.town.standing(list_id)

    @rule(data=st.data(), far=st.sampled_from([2, 3, 4, 4, 4]))
    def another_year_goes_by(self, data: st.DataObject, far: int) -> None:
        self.a_year_goes_by(data, far)

    @rule(data=st.data(), far=st.sampled_from([2, 3, 4, 4, 4]))
    def a_year_goes_by(self, data: st.DataObject, far: int) -> None:
        """Terms end, a night comes, everybody does their part, a run begins and goes on; or only some of that."""
        self.a_night(50, 0, killed=False, answers=data.draw(st.booleans()))
        if data.draw(st.booleans()):
            self.another_policy_comes_into_force("xf", data.draw(st.integers(0, 2)))
        self.town.city.now += timedelta(days=data.draw(st.sampled_from([190, 250])))
        self.a_night(50, 0, killed=False, answers=data.draw(st.booleans()))
        for _ in range(2 * (far > 1)):
            self.everybody_does_their_part(data, 0)
        for _ in range(2 * (far > 2)):
            self.something_comes_between(data)
            self.a_run_begins(data, 50, 0, retries=data.draw(st.booleans()))
        if far > 3 and self.runs:
            self.a_run_goes_on_or_is_killed(data, "whole")

    @rule(data=st.data())
    def something_comes_between(self, data: st.DataObject) -> None:
        """Mostly to what stands on a list, at whatever stage: a fact, a hold, a policy, a clock."""
        rows = [row for row in self.town.lists().values() if row.closed_at is None]
        rows = [row for row in rows if row.state is ListState.GRACE] or rows
        standing = sorted({name for row in rows for name in self.town.standing(row.id, *ON_A_LIST)})
        name = data.draw(st.sampled_from(standing or sorted(self.model.footage)))
        what = data.draw(st.sampled_from(["used", "held-case", "corrected", "asked", "policy", "back", "nothing"]))
        if what in ("used", "held-case"):
            self.case_is_over("案-1" if what == "used" else "案-2", held=what == "held-case")
            self.use(name, "案-1" if what == "used" else "案-2", "watch")
        elif what == "corrected" and self.model.footage[name].kind is not None:
            self.correct(name, "9(3)", None)
        elif what == "asked":
            self.ask(name)
        elif what == "policy":
            self.another_policy_comes_into_force(BODIES[self.model.footage[name].unit], data.draw(st.integers(0, 2)))
        elif what == "back":
            self.town.city.now -= timedelta(days=60)

    def case_is_over(self, number: str, *, held: bool) -> None:
        """Closed so long ago that by itself it keeps nothing; but where it is held back it does. The other is open."""
        closed = self.model.today("xf", self.now) - timedelta(days=800)
        self.a_case_is_entered_closed_or_opened(number, 800 if held else None, 1, False, "watch", 0)
        assert self.model.files[number].closed in (closed, None)
        if held and not any(one.case == number and not one.lifted for one in self.model.holds.values()):
            self.place(set(), number, "watch", 0)

    # -- carrying out

    @rule(data=st.data(), limit=st.sampled_from([1, 50]), cut=CUTS, retries=st.booleans())
    def a_run_begins(self, data: st.DataObject, limit: int, cut: int, retries: bool) -> None:
        """What the registry says may go now is held against everything the model knows."""
        due = [ListState.GRACE, ListState.DESTROYING]
        if (found_one := self.one_of(data, *due) or self.one_of(data, *ListState)) is None:
            return
        number, list_id, one = found_one
        before = self.town.standing(list_id, ItemState.DESTROYING)
        doomed: list[Doomed] = []

        def begin(act: Any) -> None:
            disposal.begin_list(act, list_id)
            if retries:
                disposal.retry_failed(act, list_id, self.town.rules)
            doomed[:] = disposal.begin_items(act, list_id, self.town.rules, limit)

        if not self.town.goes(begin, cut):
            return
        for name in self.town.standing(list_id, ItemState.DESTROYING) - before:
            assert self.model.may_go(name, self.now) is None, (name, self.model.may_go(name, self.now))
            lacking = self.model.why_not_decided(one, name, self.now) if self.is_first(name) else None
            assert lacking is None, (name, lacking)
            self.model.let_go.add(name)
        self.runs.append((number, list(doomed)))

    def is_first(self, name: str) -> bool:
        return name not in self.model.let_go

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), how=st.sampled_from(["whole", "whole", "whole", "killed-before", "killed-after", "half"]))
    def a_run_goes_on_or_is_killed(self, data: st.DataObject, how: str) -> None:
        number, doomed = self.runs.pop(data.draw(st.integers(0, len(self.runs) - 1)))
        if how == "killed-before":
            return
        answers = self.town.destroy(doomed[: len(doomed) // 2] if how == "half" else doomed)
        self.seen.update(gone=sum(one.is_gone for one in answers), stuck=sum(not one.is_gone for one in answers))
        if how != "killed-after":
            self.finish(number, answers)

    def finish(self, number: str, answers: Any) -> None:
        list_id = self.town.lists()[number].id
        assert self.town.goes(lambda act: disposal.finish_items(act, list_id, answers))
        self.town.goes(lambda act: disposal.finish_list(act, list_id))
        for name in self.town.standing(list_id, ItemState.FAILED) & self.town.in_vault():
            self.model.let_go.discard(name)  # the vault has it still: it can be held and kept again

    # -- people

    @rule(
        person=st.sampled_from(["xf-o1", "xf-o3", "xf-lead", "xf-first", "jt-o2"]),
        unit=st.sampled_from(["xf", "jt"]),
        role=st.sampled_from(["device-administrator", "principal-leader"]),
        hours=st.sampled_from([None, 2, 900]),
    )
    def somebody_acts_for_another(self, person: str, unit: str, role: str, hours: int | None) -> None:
        offices = self.model.people.offices
        if (person, unit, role) not in {(one.person, one.unit, one.role) for one in offices}:
            until = None if hours is None else self.now + timedelta(hours=hours)
            self.town.enter_office(Office(person, unit, role, self.now, until))

    # -- what must hold

    @invariant()
    def nothing_is_gone_that_was_not_let_go(self) -> None:
        if not hasattr(self, "town"):
            return
        there, disposed = self.town.in_vault(), self.town.disposed()
        gone = set(self.model.footage) - there
        assert gone <= self.model.let_go, gone - self.model.let_go
        assert disposed <= gone, disposed & there

    def teardown(self) -> None:
        """What was begun comes to its end; ledger and rows agree, and tell of everything that is gone."""
        if not hasattr(self, "town"):
            return
        for number, row in self.town.lists().items():
            with self.town.city.act() as act:
                doomed = disposal.begin_items(act, row.id, self.town.rules) if self.begun(row.id) else []
            self.finish(number, self.town.destroy(doomed))
        self.nothing_is_gone_that_was_not_let_go()
        for name in self.town.disposed():
            assert "recording.destroyed" in self.town.city.events(self.town.recordings[name])
        assert set(self.model.footage) - self.town.in_vault() == self.town.disposed()
        for row in self.town.lists().values():
            is_done = row.state is ListState.DONE
            assert is_done <= bool(self.town.standing(row.id, ItemState.DESTROYED)), "a certificate over nothing"
        assert verify(self.town.registry).problems == []
        assert verify_rows(self.town.registry).problems == []
        self.seen.update(lists=len(self.model.lists))
        self.town.registry.dispose()

    def begun(self, list_id: UUID) -> bool:
        return bool(self.town.standing(list_id, ItemState.DESTROYING))


@pytest.fixture
def machine(sqlite_template: Path, tmp_path: Path) -> type[RetentionMachine]:
    """The machine over a town of its own."""
    template = tmp_path / "town.db"
    shutil.copyfile(sqlite_template, template)
    registry = Registry(f"sqlite:///{template}")
    found(registry)
    registry.dispose()
    return type("Machine", (RetentionMachine,), {"template": template, "folder": tmp_path, "seen": Counter()})


@pytest.mark.timeout(900)  # two processes share the machine
def test_nothing_is_destroyed_that_anything_keeps_or_nobody_decided(machine: type[RetentionMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=15,
            deadline=None,
            phases=[Phase.generate],  # a failure is read from its steps: to shorten them takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    assert machine.seen["gone"] > 0  # a machine in which nothing ever goes proves nothing

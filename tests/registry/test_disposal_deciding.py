"""Whose word a disposal list takes, in their seat at that moment and in no two places at once (Art. 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from registry.ledger import Event
from registry.queries.disposal import steps_of_list
from registry.tables import DisposalDecision, DisposalVerdict, RecordingState
from registry.transitions import directory, disposal
from registry.transitions.directory import AppointmentEntry, UnitEntry
from regulation.access_terms import FieldDenied
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied, ConfigurationError
from regulation.policy import Policy
from regulation.retention import Kept
from regulation.vocabulary import Role, UnitLevel
from tests.fixtures.custody import YEAR_BEGIN
from tests.fixtures.disposal import Disposal
from tests.registry.test_terms import superior

ADMINISTRATOR = Role.DEVICE_ADMINISTRATOR


@pytest.fixture
def listed(disposal_city: Disposal) -> Disposal:
    disposal_city.later()
    disposal_city.list_due()
    return disposal_city


@pytest.fixture
def submitted(listed: Disposal) -> Disposal:
    listed.appraise()
    listed.submit()
    return listed


@pytest.fixture
def approved(submitted: Disposal) -> Disposal:
    submitted.approve()
    return submitted


def vacate(city: Disposal, who: str, unit: str, role: Role) -> None:
    """The appointment ends now."""
    entry = AppointmentEntry(who, unit, role, YEAR_BEGIN, city.city.now)
    with city.city.act() as act:
        directory.enter_appointments(act, [entry])


def decisions(city: Disposal) -> list[DisposalDecision]:
    with city.city.registry.reading() as reading:
        return list(reading.exec(select(DisposalDecision).order_by(col(DisposalDecision.at))))


# Listing


def test_a_list_opened_twice_lists_nothing_twice(disposal_city: Disposal) -> None:
    disposal_city.later()
    first, second = disposal_city.list_due(), disposal_city.list_due()
    assert (first.number, first.items) == ("DL-xf-2027-00001", 2)
    assert (second.number, second.items) == (None, 0)
    assert disposal_city.city.events(disposal_city.list_id()).count("disposal.listed") == 1


def test_a_list_is_no_longer_than_somebody_can_read(disposal_city: Disposal) -> None:
    disposal_city.later()
    assert [disposal_city.list_due(most=1).items for _ in range(3)] == [1, 1, 0]
    assert disposal_city.problems() == []


def test_a_list_is_of_one_unit_and_its_departments(disposal_city: Disposal) -> None:
    disposal_city.seal_filed("xf-1", "department", unit="xfa")
    disposal_city.seal_filed("xf-1", "elsewhere", unit="jt")
    disposal_city.city.settle_duties()
    disposal_city.later()
    disposal_city.list_due("xf")
    assert disposal_city.listed() == {"old", "older", "department"}
    assert disposal_city.list_due("jt").items == 1
    assert disposal_city.listed() == {"elsewhere"}
    with pytest.raises(ActionDenied, match="device administrator"):
        disposal_city.appraise(by="A3")
    disposal_city.appraise(by="B1")
    disposal_city.submit(by="B1")
    with pytest.raises(ActionDenied, match="not yours"):
        disposal_city.approve(by="L3")
    disposal_city.approve(by="J3")


@pytest.fixture
def of_two_units(disposal_city: Disposal) -> Disposal:
    """Unit jt has footage as old as xf's own, and so has a department of xf."""
    disposal_city.seal_filed("xf-1", "department", unit="xfa")
    disposal_city.seal_filed("xf-1", "elsewhere", unit="jt")
    disposal_city.city.settle_duties()
    disposal_city.later()
    return disposal_city


def test_units_whose_lists_one_act_opens_have_a_list_each(of_two_units: Disposal) -> None:
    (listed,) = of_two_units.list_all(city=5, xf=2, jt=2)
    assert {code: (one.number, one.items) for code, one in listed.items()} == {
        "xf": ("DL-xf-2027-00001", 2),
        "jt": ("DL-jt-2027-00001", 1),
    }
    for number, names in (("DL-xf-2027-00001", {"old", "older"}), ("DL-jt-2027-00001", {"elsewhere"})):
        opened = of_two_units.list_id(number)
        assert of_two_units.listed(opened) == names
        assert of_two_units.city.events(opened) == ["disposal.listed"]
        with of_two_units.city.registry.reading() as reading:
            (step,) = steps_of_list(reading.connection(), opened)
        assert (step.stage, step.position, step.closed_at) == (DisposalStage.APPRAISAL, 1, None)
    assert of_two_units.problems() == []


def test_an_act_opens_only_as_many_lists_as_it_can_hold(
    of_two_units: Disposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.transitions.disposal.listing.TOGETHER", 2)
    acts = of_two_units.list_all(jt=5, xf=5)
    assert [{code: one.items for code, one in listed.items()} for listed in acts] == [{"jt": 1}, {"xf": 3}]


def test_a_unit_without_a_sound_policy_keeps_no_other_from_its_list(of_two_units: Disposal) -> None:
    of_two_units.settle()
    sound, theirs = of_two_units.rules.policy_of, of_two_units.city.unit_id("jt")

    def policy_of(unit_id: UUID) -> Policy:
        if unit_id == theirs:
            raise ConfigurationError("not sound", subject="jt.toml")
        return sound(unit_id)

    of_two_units.rules = replace(of_two_units.rules, policy_of=policy_of)
    (listed,) = of_two_units.list_all(jt=5, xf=5)
    assert (listed["xf"].items, listed["xf"].kept) == (3, {})
    assert (listed["jt"].number, listed["jt"].kept) == (None, {Kept.NO_TERM: 1})


def film_in_new_york(city: Disposal, unit: UnitEntry) -> None:
    """``west`` of this new unit, where each day is over half a day later."""
    with city.city.act() as act:
        directory.enter_units(act, [unit])
    city.seal_filed("xf-1", "west", unit=unit.code)
    city.city.settle_duties()
    city.change_policy(superior(7))


def test_units_listed_together_go_each_by_their_own_day(disposal_city: Disposal) -> None:
    film_in_new_york(disposal_city, UnitEntry("west", "西部", UnitLevel.UNIT, "city", "America/New_York"))
    disposal_city.later(datetime(2027, 6, 23, 3, 59, 59, tzinfo=UTC))
    assert disposal_city.list_all(xf=5, west=5) == []
    disposal_city.later(datetime(2027, 6, 23, 4, tzinfo=UTC))  # 22 June is over in New York
    (listed,) = disposal_city.list_all(xf=5, west=5)
    assert {code: (one.items, one.kept) for code, one in listed.items()} == {"west": (1, {})}


def test_a_department_elsewhere_goes_by_its_own_day(disposal_city: Disposal) -> None:
    film_in_new_york(disposal_city, UnitEntry("xfw", "消防西", UnitLevel.DEPARTMENT, "xf", "America/New_York"))
    disposal_city.later(datetime(2027, 6, 23, 3, 59, 59, tzinfo=UTC))
    assert disposal_city.list_due().number is None
    disposal_city.later(datetime(2027, 6, 23, 4, tzinfo=UTC))  # 22 June is over in New York
    disposal_city.list_due()
    assert disposal_city.listed() == {"west"}
    disposal_city.later(datetime(2027, 6, 23, 16, tzinfo=UTC))  # and 23 June in Shanghai
    disposal_city.list_due()
    assert disposal_city.listed() == {"old", "older"}


def test_what_is_kept_is_counted_by_what_keeps_it(disposal_city: Disposal) -> None:
    disposal_city.hold("old")
    disposal_city.later()
    disposal_city.access.ask("A1", "older")
    assert disposal_city.list_due().kept == {Kept.HELD: 1, Kept.ACCESS_OPEN: 1}


def test_a_unit_without_a_sound_policy_lists_nothing(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.settle()

    def unsound(_unit: object) -> Policy:
        raise ConfigurationError("not sound", subject="xf.toml")

    disposal_city.rules = type(disposal_city.rules)(unsound, disposal_city.rules.is_working_day)
    listed = disposal_city.list_due()
    assert (listed.number, listed.kept) == (None, {Kept.NO_TERM: 2})


def test_what_is_restored_can_be_listed_again_later(listed: Disposal) -> None:
    listed.restore("old", keep_until=date(2027, 7, 1))
    assert listed.list_due().number is None
    listed.later(datetime(2027, 7, 2, tzinfo=UTC))
    listed.list_due()
    assert listed.listed() == {"old"}


# Appraisal


def test_only_an_administrator_of_the_unit_appraises(listed: Disposal) -> None:
    for by in ("A1", "A2", "L1", "L2", "L3", "C1", "S1", "B1"):
        with pytest.raises(ActionDenied, match="device administrator"):
            listed.appraise("old", by=by)
        with pytest.raises(ActionDenied, match="device administrator"):
            listed.submit(by=by)


def test_an_acting_appointment_counts_until_its_end(listed: Disposal) -> None:
    listed.access.appoint("A2", "xf", ADMINISTRATOR, until=listed.city.now + timedelta(hours=1))
    listed.appraise("old", by="A2")
    listed.city.wait(hours=1)
    with pytest.raises(ActionDenied, match="device administrator"):
        listed.appraise("older", by="A2")


def test_an_appraisal_says_one_thing_of_what_stands_on_the_list(listed: Disposal) -> None:
    with pytest.raises(FieldDenied) as denied:
        listed.appraise("old", keep_until=date(2028, 1, 1))
    assert denied.value.subject == "keep_until"
    with pytest.raises(FieldDenied):
        listed.appraise("old", appraisal=Appraisal.EXTEND)
    with pytest.raises(FieldDenied):
        listed.appraise("old", reason=" ")
    with pytest.raises(ActionDenied, match="does not stand"):
        listed.appraise("old", "video")
    with pytest.raises(ActionDenied, match="no such disposal list"), listed.city.act() as act:
        disposal.appraise(act, uuid4(), [], listed.person("A3"), Appraisal.DISPOSE, "保存期满")
    listed.appraise("old")
    listed.appraise("old", appraisal=Appraisal.KEEP, reason="典型案例")
    with pytest.raises(ActionDenied, match="does not stand"):
        listed.appraise("old")
    with pytest.raises(ActionDenied, match="not appraised yet"):
        listed.submit()
    assert listed.problems() == []


def test_a_day_to_keep_until_lies_ahead_by_the_units_calendar(listed: Disposal) -> None:
    listed.city.now = datetime(2027, 6, 1, 17, tzinfo=UTC)  # 2 June in Shanghai
    for day in (date(2027, 6, 1), date(2027, 6, 2), date(2128, 1, 1), date.max):
        with pytest.raises(FieldDenied) as denied:
            listed.appraise("old", appraisal=Appraisal.EXTEND, keep_until=day)
        assert denied.value.subject == "keep_until"
    listed.appraise("old", appraisal=Appraisal.EXTEND, keep_until=date(2127, 12, 31))
    listed.appraise("older", appraisal=Appraisal.EXTEND, keep_until=date(2027, 6, 3))
    listed.settle()
    assert listed.problems() == []


def test_once_handed_in_nothing_is_appraised_any_more(submitted: Disposal) -> None:
    with pytest.raises(ActionDenied, match="handed in already"):
        submitted.appraise("old")
    with pytest.raises(ActionDenied, match="handed in already"):
        submitted.submit()


# Approval


def test_only_the_principal_leader_approves(submitted: Disposal) -> None:
    for by in ("A1", "A3", "L1", "L2", "C1", "S1", "J3"):
        with pytest.raises(ActionDenied, match="not yours"):
            submitted.approve(by=by, witnesses=("A1", "A2"))
        with pytest.raises(ActionDenied, match="not yours"):
            submitted.refuse(by=by)
    submitted.approve()
    [facts] = submitted.facts(Event.DISPOSAL_APPROVED)
    assert facts["witnesses"] == sorted(str(submitted.person(one)) for one in ("A1", "A2"))
    assert (facts["role"], facts["passed"], facts["items"]) == ("principal-leader", [], 2)


def test_where_nobody_leads_it_goes_one_seat_up(submitted: Disposal) -> None:
    vacate(submitted, "L3", "xf", Role.PRINCIPAL_LEADER)
    with pytest.raises(ActionDenied, match="not yours"):
        submitted.approve(by="L3")
    submitted.approve(by="S1")
    said = decisions(submitted)[-1]
    assert (said.role, said.passed) == (Role.SUPERVISOR, [["principal-leader", "vacant"]])


def test_a_leader_who_left_is_nobody(submitted: Disposal) -> None:
    submitted.access.leave("L3", "xf", date(2027, 5, 31))
    with pytest.raises(ActionDenied, match="not yours"):
        submitted.approve(by="L3")


def test_an_acting_leader_approves_until_their_time_is_over(submitted: Disposal) -> None:
    vacate(submitted, "L3", "xf", Role.PRINCIPAL_LEADER)
    submitted.access.appoint("L2", "xf", Role.PRINCIPAL_LEADER, until=submitted.city.now + timedelta(hours=1))
    submitted.city.wait(hours=1)
    with pytest.raises(ActionDenied, match="not yours"):
        submitted.approve(by="L2")
    submitted.city.wait(hours=-1)
    submitted.approve(by="L2")


def test_who_appraised_does_not_approve(listed: Disposal) -> None:
    listed.access.appoint("L3", "xf", ADMINISTRATOR)
    listed.appraise("old", by="L3")
    listed.appraise("older")
    listed.submit()
    with pytest.raises(ActionDenied, match="not yours"):
        listed.approve(by="L3")
    listed.approve(by="S1")
    assert decisions(listed)[-1].passed == [["principal-leader", "stood-aside"]]
    assert listed.problems() == []


def test_two_different_people_in_office_witness_who_decided_nothing(listed: Disposal) -> None:
    listed.access.appoint("A2", "xf", ADMINISTRATOR)
    listed.appraise("old", by="A2")
    listed.appraise("older")
    listed.submit()
    for why, named in {
        "Two different": [(), ("A1",), ("A1", "A1"), ("A1", "L1", "L2")],
        "does not witness": [("A1", "A2"), ("A1", "A3"), ("A1", "L3")],
    }.items():
        for witnesses in named:
            with pytest.raises(ActionDenied, match=why):
                listed.approve(witnesses=witnesses)
    listed.access.leave("A1", "xf", date(2027, 5, 31))
    with pytest.raises(ActionDenied, match="in office"):
        listed.approve(witnesses=("A1", "L1"))
    with pytest.raises(ActionDenied, match="in office"), listed.city.act() as act:
        step = listed.step(DisposalStage.APPROVAL)
        disposal.approve(act, step, listed.person("L3"), [uuid4(), listed.person("L1")], "同意", listed.rules)
    listed.approve(witnesses=("B1", "L1"))
    assert listed.problems() == []


def test_what_something_keeps_by_now_is_taken_off_before_it_is_approved(submitted: Disposal) -> None:
    submitted.access.ask("A1", "old")
    submitted.approve()
    assert submitted.listed() == {"older"}
    assert decisions(submitted)[-1].items == 1
    assert submitted.problems() == []


def test_where_something_keeps_all_of_it_nothing_is_approved(submitted: Disposal) -> None:
    submitted.access.ask("A1", "old", "older")
    with pytest.raises(ActionDenied, match="Nothing is left"):
        submitted.approve()
    assert submitted.state() is ListState.APPROVAL
    submitted.refuse()
    assert submitted.state() is ListState.REFUSED


def test_a_longer_policy_takes_everything_off(submitted: Disposal) -> None:
    submitted.change_policy(superior(12))
    with pytest.raises(ActionDenied, match="Nothing is left"):
        submitted.approve()


@pytest.mark.parametrize("until", [None, date(2028, 1, 1)])
def test_refused_all_of_it_is_kept(submitted: Disposal, until: date | None) -> None:
    submitted.refuse(keep_until=until)
    assert submitted.state() is ListState.REFUSED
    assert [one.until for one in submitted.extensions()] == [until] * 2
    assert submitted.listed() == set()
    submitted.settle()
    assert submitted.term("old").due_on == until
    [facts] = submitted.facts(Event.DISPOSAL_REFUSED)
    assert facts["keep_until"] == (until and until.isoformat())
    with pytest.raises(ActionDenied, match="too late"):
        submitted.restore("old")
    assert submitted.problems() == []


def test_a_step_is_answered_once(submitted: Disposal) -> None:
    step = submitted.step(DisposalStage.APPROVAL)
    submitted.approve()
    people = [submitted.person(one) for one in ("A1", "A2")]
    with pytest.raises(ActionDenied, match="not open"), submitted.city.act() as act:
        disposal.approve(act, step, submitted.person("L3"), people, "同意", submitted.rules)
    with pytest.raises(ActionDenied, match="not open"), submitted.city.act() as act:
        disposal.witness(act, step, submitted.person("L3"), "同意", submitted.rules)


# Witnesses


def test_only_the_named_witness_speaks_and_with_the_last_the_grace_begins(approved: Disposal) -> None:
    step = approved.witness_step("A1")
    for by in ("A2", "A3", "L3"):
        with pytest.raises(ActionDenied, match="who was named"), approved.city.act() as act:
            disposal.witness(act, step, approved.person(by), "已核对清册", approved.rules)
    with pytest.raises(FieldDenied), approved.city.act() as act:
        disposal.witness(act, step, approved.person("A1"), "", approved.rules)
    approved.witness("A1")
    assert approved.state() is ListState.WITNESSING
    approved.witness("A2")
    assert approved.state() is ListState.GRACE
    assert approved.waiting_to_be_carried_out() == []
    approved.city.wait(days=7, microseconds=-1)
    assert approved.waiting_to_be_carried_out() == []
    with pytest.raises(ActionDenied, match="time of grace"):
        approved.begin()
    approved.city.wait(microseconds=1)
    assert len(approved.waiting_to_be_carried_out()) == 1


def test_a_witness_who_left_says_nothing_and_is_replaced(approved: Disposal) -> None:
    approved.witness("A2")
    approved.access.leave("A1", "xf", date(2027, 5, 31))
    with pytest.raises(ActionDenied, match="who was named"):
        approved.witness("A1")
    with pytest.raises(ActionDenied, match="not yours"):
        approved.replace("A1", "L1", by="L2")
    for other, why in {"A2": "Two different", "A3": "does not witness", "L3": "does not witness"}.items():
        with pytest.raises(ActionDenied, match=why):
            approved.replace("A1", other)
    approved.replace("A1", "L1")
    [facts] = approved.facts(Event.DISPOSAL_WITNESS_REPLACED)
    assert (facts["person_id"], facts["witness"]) == (str(approved.person("L3")), str(approved.person("L1")))
    approved.witness("L1")
    assert approved.state() is ListState.GRACE
    assert approved.problems() == []


def test_both_are_replaced_and_one_comes_back(approved: Disposal) -> None:
    approved.replace("A1", "L1")
    approved.replace("A2", "B1")
    approved.replace("L1", "A1")
    approved.witness("B1", "A1")
    assert approved.state() is ListState.GRACE
    assert approved.problems() == []


def test_who_appraised_is_no_witness_in_anothers_place_either(listed: Disposal) -> None:
    listed.access.appoint("B1", "xf", ADMINISTRATOR)
    listed.appraise("old", by="B1")
    listed.appraise("older")
    listed.submit()
    listed.approve()
    with pytest.raises(ActionDenied, match="does not witness"):
        listed.replace("A1", "B1")


def test_a_new_leader_may_replace_and_not_be_the_witness(approved: Disposal) -> None:
    vacate(approved, "L3", "xf", Role.PRINCIPAL_LEADER)
    approved.access.appoint("A2", "xf", Role.PRINCIPAL_LEADER)
    with pytest.raises(ActionDenied, match="does not witness"):
        approved.replace("A1", "L1", by="A2")  # A2 witnesses already


# Taking it back


def test_whoever_stands_near_takes_it_back_until_it_is_done(approved: Disposal) -> None:
    with pytest.raises(ActionDenied, match="Only who takes part"):
        approved.restore("old", by="B1")
    with pytest.raises(FieldDenied):
        approved.restore("old", reason="")
    with pytest.raises(ActionDenied, match="does not stand"):
        approved.restore("video")
    approved.witness("A1")
    approved.restore("old", by="A1")  # who witnesses
    assert approved.listed() == {"older"}
    approved.witness("A2")
    assert approved.state() is ListState.GRACE
    approved.restore("older", by="S1", keep_until=date(2028, 1, 1))
    assert approved.state() is ListState.EMPTIED
    approved.city.wait(days=8)
    assert approved.begin() == []
    assert set(approved.states().values()) == {RecordingState.SEALED}
    assert approved.problems() == []


def test_an_emptied_list_asks_nobody_any_more(approved: Disposal) -> None:
    step = approved.witness_step("A1")
    approved.restore("old", "older")
    with pytest.raises(ActionDenied, match="not open"), approved.city.act() as act:
        disposal.witness(act, step, approved.person("A1"), "已核对清册", approved.rules)


def test_what_was_taken_off_by_a_clock_that_is_behind_does_not_stop_the_rest(approved: Disposal) -> None:
    """Two servers' clocks, or one put back: what a decision was about is counted, not timed."""
    approved.city.wait(hours=-1)
    approved.restore("old")
    approved.city.wait(hours=1)
    approved.witness()
    approved.city.wait(days=7)
    assert [one.recording_id for one in approved.begin()] == [approved.recording("older")]
    assert approved.problems() == []


def test_people_are_told_what_waits_for_them_and_what_became_of_it(submitted: Disposal) -> None:
    from registry.tables import Notice, NoticeKind, Person

    submitted.approve()
    submitted.witness()
    with submitted.city.registry.reading() as reading:
        query = select(Notice.subject, Person.number).join(Person, col(Person.id) == col(Notice.person_id))
        rows = reading.exec(query.where(col(Notice.kind) == NoticeKind.DISPOSAL)).all()
    told = {(str(subject).partition(":")[0], number) for subject, number in rows}
    assert told >= {("appraise", "A3"), ("approve", "L3"), ("witness", "A1"), ("witness", "A2")}
    assert {number for what, number in told if what == "grace"} == {"A1", "A2", "A3", "L3"}


def test_every_verdict_of_a_list_has_its_entry(approved: Disposal) -> None:
    approved.witness()
    verdicts = [one.verdict for one in decisions(approved)]
    assert sorted(verdicts) == sorted(
        [DisposalVerdict.SUBMITTED, DisposalVerdict.APPROVED, *[DisposalVerdict.WITNESSED] * 2]
    )
    assert {one.state for one in approved.items()} == {ItemState.LISTED}
    assert approved.problems() == []

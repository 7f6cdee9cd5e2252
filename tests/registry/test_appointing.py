"""People and appointments kept at the desk: by whom, with whose word, from when (Art. 6, 17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from registry.queries.access import roles_over
from registry.queries.people import managed_units, people_listed, proposals_for, whole_person
from registry.queries.signing import invited
from registry.tables import Appointment, AppointmentProposal, Person
from registry.transitions import appointing
from registry.transitions.directory import PersonEntry
from registry.transitions.signing import set_credential, sign_in_by_provider
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Role
from tests.fixtures.access import Access
from tests.registry.test_guards import is_refused


def propose(
    city: Access,
    who: str,
    role: Role,
    by: str = "A3",
    *,
    unit: str = "xf",
    since: datetime | None = None,
    until: datetime | None = None,
    document: str = "任〔2026〕7号",
) -> UUID | None:
    with city.city.act(f"person:{city.person(by)}") as act:
        return appointing.propose(act, city.person(who), unit, role, since or act.at, until, document, city.person(by))


def decide(city: Access, proposal: UUID | None, by: str, reason: str = "", *, is_refused: bool = False) -> None:
    assert proposal is not None
    with city.city.act(f"person:{city.person(by)}") as act:
        appointing.decide_proposal(act, proposal, city.person(by), reason, is_refused=is_refused)


def roles(city: Access, who: str, unit: str = "xf") -> set[Role]:
    with city.city.registry.reading() as reading:
        return roles_over(reading, city.person(who), [city.city.unit_id(unit)], city.city.now)


def keep(city: Access, entry: PersonEntry, by: str = "A3", *, is_new: bool = False) -> None:
    with city.city.act() as act:
        appointing.keep_person(act, entry, city.person(by), is_new=is_new)


def test_a_seat_is_held_once_somebody_else_has_confirmed_it(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.SUPERVISING_LEADER)
    assert roles(access_city, "A2") == set()
    with access_city.city.registry.reading() as reading:
        assert [one.id for one in proposals_for(reading, access_city.person("L3"), access_city.city.now)] == [proposal]
        for nobody in ("A3", "A2", "L2", "B1"):
            assert proposals_for(reading, access_city.person(nobody), access_city.city.now) == []
    access_city.city.wait(hours=2)
    decide(access_city, proposal, "L3")
    assert roles(access_city, "A2") == {Role.SUPERVISING_LEADER}
    with access_city.city.registry.reading() as reading:
        query = select(Appointment).where(col(Appointment.person_id) == access_city.person("A2"))
        held = reading.exec(query).one()
    assert held.valid_from == access_city.city.now  # not before it was confirmed
    assert proposal is not None
    assert access_city.city.events(proposal) == ["appointment.proposed", "appointment.confirmed"]


def test_an_officer_is_appointed_by_one(access_city: Access) -> None:
    assert propose(access_city, "A2", Role.OFFICER) is None
    assert roles(access_city, "A2") == {Role.OFFICER}


@pytest.mark.parametrize("by", ["A3", "A2", "L2", "L1", "C1", "B1", "J3"])
def test_nobody_else_confirms_it(access_city: Access, by: str) -> None:
    proposal = propose(access_city, "A2", Role.DEPARTMENT_HEAD)
    with pytest.raises(ActionDenied):
        decide(access_city, proposal, by)
    assert roles(access_city, "A2") == set()


def test_the_head_of_a_unit_is_confirmed_by_the_supervision_above(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.PRINCIPAL_LEADER)
    with pytest.raises(ActionDenied, match="the head above"):
        decide(access_city, proposal, "L3")
    decide(access_city, proposal, "S1")
    assert roles(access_city, "A2") == {Role.PRINCIPAL_LEADER}


def test_the_supervision_is_not_made_at_the_desk(access_city: Access) -> None:
    proposal = propose(access_city, "L3", Role.SUPERVISOR, by="S1", unit="city")
    for by in ("S1", "L3", "A3"):
        with pytest.raises(ActionDenied):
            decide(access_city, proposal, by)


def test_it_is_decided_once(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.DEPARTMENT_HEAD)
    decide(access_city, proposal, "L3", "不合适", is_refused=True)
    for by in ("L3", "S1"):
        with pytest.raises(ActionDenied, match="decided already"):
            decide(access_city, proposal, by)
    assert roles(access_city, "A2") == set()


def test_a_refusal_says_why(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.DEPARTMENT_HEAD)
    with pytest.raises(FieldDenied):
        decide(access_city, proposal, "L3", "  ", is_refused=True)


def test_nothing_begins_in_the_past(access_city: Access) -> None:
    long_ago = access_city.city.now - timedelta(days=300)
    decide(access_city, propose(access_city, "A2", Role.SUPERVISING_LEADER, since=long_ago), "L3")
    with access_city.city.registry.reading() as reading:
        before = access_city.city.now - timedelta(seconds=1)
        assert roles_over(reading, access_city.person("A2"), [access_city.city.unit_id("xf")], before) == set()


@pytest.mark.parametrize(("who", "by"), [("A3", "A3"), ("A2", "A1"), ("A2", "B1"), ("A2", "L2"), ("B1", "A3")])
def test_who_keeps_no_list_there_proposes_nobody(access_city: Access, who: str, by: str) -> None:
    with pytest.raises(ActionDenied):
        propose(access_city, who, Role.OFFICER, by, unit="jt" if who == "B1" else "xf")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document": " "}, "document"),
        ({"unit": "none"}, "unit"),
        ({"until": datetime.fromisoformat("2020-01-01T00:00Z")}, "valid_to"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said(access_city: Access, change: dict[str, object], field: str) -> None:
    with pytest.raises(FieldDenied) as refused:
        propose(access_city, "A2", Role.DEPARTMENT_HEAD, **change)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_term_that_passed_unconfirmed_is_over(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.DEPARTMENT_HEAD, until=access_city.city.now + timedelta(hours=1))
    access_city.city.wait(hours=2)
    with pytest.raises(ActionDenied, match="over"):
        decide(access_city, proposal, "L3")
    assert roles(access_city, "A2") == set()


def appointment(city: Access, who: str) -> UUID:
    with city.city.registry.reading() as reading:
        return reading.exec(select(Appointment.id).where(col(Appointment.person_id) == city.person(who))).one()


def test_a_seat_is_given_up_with_a_second_word_too(access_city: Access) -> None:
    held = appointment(access_city, "L2")
    with access_city.city.act() as act:
        proposal = appointing.propose_end(act, held, act.at, "免〔2026〕1号", access_city.person("A3"))
    assert roles(access_city, "L2") == {Role.SUPERVISING_LEADER}
    access_city.city.wait(minutes=5)
    decide(access_city, proposal, "L3")
    assert roles(access_city, "L2") == set()
    with access_city.city.registry.reading() as reading:
        before = access_city.city.now - timedelta(seconds=1)
        held_before = roles_over(reading, access_city.person("L2"), [access_city.city.unit_id("xf")], before)
    assert held_before == {Role.SUPERVISING_LEADER}


def test_an_officers_seat_ends_by_one_word_and_nothing_ends_twice(access_city: Access) -> None:
    held = appointment(access_city, "A1")
    with access_city.city.act() as act:
        assert appointing.propose_end(act, held, act.at, "免〔2026〕2号", access_city.person("A3")) is None
    access_city.city.wait(minutes=1)
    assert roles(access_city, "A1") == set()
    with pytest.raises(ActionDenied, match="over"), access_city.city.act() as act:
        appointing.propose_end(act, held, act.at, "免〔2026〕2号", access_city.person("A3"))


def test_somebody_new_is_entered_by_who_keeps_the_list(access_city: Access) -> None:
    keep(access_city, PersonEntry("A9", "己", "xfa"), is_new=True)
    for entry, by, is_new in (
        (PersonEntry("A9", "别人", "xf"), "A3", True),
        (PersonEntry("A8", "庚", "jt"), "A3", True),
        (PersonEntry("A8", "庚", "none"), "A3", True),
        (PersonEntry("A7", "辛", "xf"), "A3", False),
        (PersonEntry("A8", " ", "xf"), "A3", True),
        (PersonEntry("A8", "庚", "xf"), "A1", True),
        (PersonEntry("B1", "丁", "xf"), "A3", False),  # of another unit
        (PersonEntry("L2", "领导", "xf", left_on=access_city.city.now.date()), "A3", False),  # holds a seat
        (PersonEntry("A3", "丙丙", "xf"), "A3", False),  # themself
    ):
        with pytest.raises(ActionDenied):
            keep(access_city, entry, by, is_new=is_new)
    keep(access_city, PersonEntry("A9", "己己", "xf"))
    with access_city.city.registry.reading() as reading:
        assert reading.exec(select(Person.name).where(col(Person.number) == "A9")).one() == "己己"


def let_in(city: Access, who: str, by: str, token: str = "t" * 64) -> None:
    with city.city.act(f"person:{city.person(by)}") as act:
        appointing.let_in(act, city.person(who), city.person(by), token)


def test_nobody_lets_themself_into_a_leaders_place(access_city: Access) -> None:
    for who, by in (("L2", "A3"), ("L3", "A3"), ("L3", "L3"), ("A3", "A3"), ("C1", "A3"), ("S1", "L3"), ("A1", "A2")):
        with pytest.raises(ActionDenied):
            let_in(access_city, who, by)
    let_in(access_city, "L2", "L3")
    with access_city.city.registry.reading() as reading:
        assert invited(reading, "t" * 64, access_city.city.now) is not None


def test_nobody_lets_themself_in_before_a_seat_begins(access_city: Access) -> None:
    tomorrow = access_city.city.now + timedelta(days=1)
    decide(access_city, propose(access_city, "A2", Role.SUPERVISING_LEADER, since=tomorrow), "L3")
    with pytest.raises(ActionDenied, match="head above"):
        let_in(access_city, "A2", "A3")


def test_a_lost_phone_lets_in_nobody(access_city: Access) -> None:
    let_in(access_city, "A1", "A3")
    with access_city.city.act() as act:
        set_credential(act, "t" * 64, "hash", "secret")
        sign_in_by_provider(act, access_city.person("A1"), "s" * 64, "b" * 64)
    with access_city.city.registry.reading() as reading:
        units = managed_units(reading, access_city.person("A3"), access_city.city.now)
        before = whole_person(reading, "A1", units, access_city.city.now)
    assert before is not None
    assert (before.sessions, before.tokens) == (1, 0)
    with pytest.raises(ActionDenied), access_city.city.act() as act:
        appointing.put_out(act, access_city.person("A1"), access_city.person("B1"))
    with access_city.city.act() as act:
        appointing.put_out(act, access_city.person("A1"), access_city.person("A3"))
    with access_city.city.registry.reading() as reading:
        after = whole_person(reading, "A1", units, access_city.city.now)
    assert after is not None
    assert after.sessions == 0
    assert "credential.ended" in access_city.city.events(access_city.person("A1"))


def test_the_list_is_of_ones_own_units(access_city: Access) -> None:
    now = access_city.city.now
    with access_city.city.registry.reading() as reading:
        mine = managed_units(reading, access_city.person("A3"), now)
        assert mine == {access_city.city.unit_id("xf"), access_city.city.unit_id("xfa")}
        assert managed_units(reading, access_city.person("A1"), now) == set()
        rows, total = people_listed(reading, mine, "A", now, 1, 1)
        assert ([one.number for one in rows], total) == (["A2"], 3)
        listed, _ = people_listed(reading, mine, "", now, 0, 50)
        assert whole_person(reading, "B1", mine, now) is None
        assert people_listed(reading, mine, "100%", now, 0, 50) == ([], 0)
    assert {one.number: list(one.roles) for one in listed}["L2"] == [Role.SUPERVISING_LEADER]
    assert "B1" not in {one.number for one in listed}


def test_a_decided_proposal_stays_as_it_is(access_city: Access) -> None:
    proposal = propose(access_city, "A2", Role.DEPARTMENT_HEAD)
    decide(access_city, proposal, "L3", "不合适", is_refused=True)
    propose(access_city, "A2", Role.PRINCIPAL_LEADER)
    for statement in (
        "UPDATE appointment_proposal SET verdict = 'confirmed' WHERE decided_at IS NOT NULL",
        "UPDATE appointment_proposal SET role = 'officer' WHERE decided_at IS NULL",
        "UPDATE appointment_proposal SET proposed_by_id = person_id",
        "DELETE FROM appointment_proposal",
    ):
        assert is_refused(access_city.city.registry, statement), statement
    with access_city.city.registry.reading() as reading:
        assert len(reading.exec(select(AppointmentProposal)).all()) == 2

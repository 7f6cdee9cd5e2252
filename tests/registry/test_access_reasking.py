"""A seat changes hands while a step waits: its new holder is asked, and somebody always owes the answer (Art. 17)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.queries.access import deciders_of
from registry.queries.organisation import organisation_at
from registry.tables import Duty
from registry.transitions import access
from regulation.duties import DutyKind, DutyState
from regulation.vocabulary import Role
from tests.fixtures.access import Access
from tests.fixtures.custody import MORNING, YEAR_BEGIN

HOUR = timedelta(hours=1)


def test_while_who_was_asked_can_still_decide_nobody_else_is_asked(access_city: Access) -> None:
    assert access_city.ask_again() == 0
    request = access_city.ask("A1", "video")
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    assert access_city.ask_again() == 0
    assert access_city.asked(request) == {"L2"}


def test_who_comes_to_a_vacant_seat_is_asked(access_city: Access) -> None:
    access_city.leave("L2", "xf")
    request = access_city.ask("A1", "video")
    assert access_city.asked(request) == {"L3"}
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    assert (access_city.ask_again(), access_city.ask_again()) == (1, 0)
    assert access_city.asked(request) == {"L3", "A2"}
    assert access_city.told() == [("A2", "decide"), ("L3", "decide")]
    access_city.decide(request, "A2")


@pytest.mark.parametrize("leaves", [True, False])
def test_when_the_seat_falls_vacant_the_next_one_up_is_asked(access_city: Access, leaves: bool) -> None:
    request = access_city.ask("A1", "video", "sound")
    assert len(access_city.open_steps(request)) == 2
    access_city.city.wait(days=1)
    if leaves:
        access_city.leave("L2", "xf", date(2026, 11, 23))
    else:
        access_city.appoint("L2", "xf", Role.SUPERVISING_LEADER, YEAR_BEGIN, access_city.city.now)
    assert (access_city.ask_again(), access_city.ask_again()) == (2, 0)
    for place in (0, 1):
        assert access_city.asked(request, place) == {"L2", "L3"}
        assert able(access_city, request, place) == {"L3"}


def test_an_acting_leader_is_asked_and_when_that_ends_another(access_city: Access) -> None:
    access_city.leave("L2", "xf")
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER, until=MORNING + HOUR)
    request = access_city.ask("A1", "video")
    assert access_city.asked(request) == {"A2"}
    access_city.city.wait(hours=1)
    assert access_city.ask_again() == 1
    assert access_city.asked(request) == {"A2", "L3"}
    access_city.decide(request, "L3")
    assert access_city.decisions()[0].passed == [["supervising-leader", "vacant"]]


def test_where_nobody_could_be_asked_the_first_who_can_is(access_city: Access) -> None:
    for who, unit in (("L2", "xf"), ("L3", "xf"), ("S1", "city")):
        access_city.leave(who, unit)
    request = access_city.ask("A1", "video")
    assert access_city.ask_again() == 0
    access_city.appoint("A2", "xf", Role.PRINCIPAL_LEADER)
    assert access_city.ask_again() == 1
    assert access_city.asked(request) == {"A2"}


def test_who_was_named_counts_as_long_as_they_hold_a_seat_that_may_decide(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.SUPERVISOR, until=MORNING + HOUR)
    access_city.appoint("A2", "xf", Role.OFFICER)
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "A2")
    assert access_city.ask_again() == 0
    access_city.city.wait(hours=1)
    assert able(access_city, request) == {"L3"}
    assert access_city.ask_again() == 1, "an officer decides nothing"
    assert access_city.asked(request) == {"A2", "L3"}


def test_who_stood_aside_or_passed_it_on_or_typed_it_in_is_not_asked_again(access_city: Access) -> None:
    access_city.appoint("A3", "xf", Role.SUPERVISING_LEADER, YEAR_BEGIN)
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "video", by="A3")
    assert access_city.asked(request) == {"L2", "A2"}
    access_city.stand_aside(request, "A2")
    access_city.hand_over(request, "L2", "S1")
    access_city.city.wait(days=1)
    access_city.leave("S1", "city", date(2026, 11, 23))
    assert access_city.ask_again() == 1
    assert access_city.asked(request) == {"S1", "L3"}
    assert able(access_city, request) == {"L3"}


def test_nobody_is_asked_about_what_is_answered_or_not_asked_yet(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    access_city.city.wait(days=1)
    access_city.leave("L2", "xf", date(2026, 11, 23))
    assert access_city.ask_again() == 0
    access_city.decide(request, "C1")
    assert access_city.asked(request) == {"L3"}
    access_city.withdraw(request, "A1")
    access_city.leave("L3", "xf", date(2026, 11, 23))
    access_city.city.wait(days=1)
    assert access_city.ask_again() == 0


def able(access_city: Access, request: object, place: int = 0) -> set[str]:
    """Who may decide an open step now."""
    step = access_city.open_steps(request)[place]  # type: ignore[arg-type]
    row = access_city.request(step.request_id)
    with access_city.city.registry.reading() as reading:
        found = deciders_of(reading, step, row.requester_id, access_city.city.now)  # type: ignore[arg-type]
    numbers = {person: number for number, person in access_city.city.people.items()}
    return {numbers[one] for one in found.people}


# The duty to decide


def duties(access_city: Access) -> dict[str | None, Duty]:
    access_city.duties.settle()
    numbers = {person: number for number, person in access_city.city.people.items()}
    found = access_city.duties.all(DutyKind.ACCESS_DECISION)
    return {one.owed_by_id and numbers[one.owed_by_id]: one for one in found}


def test_whoever_is_asked_owes_the_answer_until_it_is_given(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    owed = duties(access_city)["L2"]
    assert (owed.state, owed.clock_started_at, owed.article) == (DutyState.RUNNING, MORNING, "Art. 17")
    access_city.city.wait(hours=1)
    access_city.decide(request, "L2")
    assert {who: (one.state, one.met_at) for who, one in duties(access_city).items()} == {
        "L2": (DutyState.MET, MORNING + HOUR)
    }


def test_what_is_not_asked_yet_is_not_owed(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    assert set(duties(access_city)) == {"C1"}
    access_city.decide(request, "C1")
    assert set(duties(access_city)) == {"C1", "L2"}


def test_standing_aside_ends_the_duty_and_begins_anothers(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    duties(access_city)
    access_city.city.wait(hours=1)
    access_city.stand_aside(request, "L2")
    found = duties(access_city)
    assert set(found) == {"L2", "L3"}
    assert (found["L2"].state, found["L3"].clock_started_at) == (DutyState.MET, MORNING + HOUR)


def test_taken_back_sent_back_and_lapsed_nothing_is_owed(access_city: Access) -> None:
    for end in ("withdraw", "send_back"):
        request = access_city.ask("A1", "video")
        duties(access_city)
        getattr(access_city, end)(request, "A1" if end == "withdraw" else "L2")
        assert {one.state for one in duties(access_city).values()} == {DutyState.MET}


def test_where_nobody_can_be_asked_it_is_owed_without_a_name(access_city: Access) -> None:
    for who, unit in (("L2", "xf"), ("L3", "xf"), ("S1", "city")):
        access_city.leave(who, unit)
    request = access_city.ask("A1", "video")
    assert {who: one.state for who, one in duties(access_city).items()} == {None: DutyState.RUNNING}
    access_city.city.wait(hours=1)
    access_city.appoint("A2", "xf", Role.PRINCIPAL_LEADER)
    access_city.ask_again()
    found = duties(access_city)
    assert (found[None].met_at, found["A2"].clock_started_at) == (MORNING + HOUR, MORNING + HOUR)

    access_city.city.wait(hours=1)
    access_city.stand_aside(request, "A2")  # and again there is nobody
    found = duties(access_city)
    assert (found["A2"].state, found[None].state) == (DutyState.MET, DutyState.RUNNING)
    assert found[None].clock_started_at == MORNING + 2 * HOUR

    access_city.city.wait(hours=1)
    access_city.appoint("A3", "xf", Role.PRINCIPAL_LEADER)
    access_city.ask_again()
    access_city.decide(request, "A3")
    assert {one.state for one in duties(access_city).values()} == {DutyState.MET}


def test_asked_again_in_one_act_with_the_organisation_of_that_moment(access_city: Access) -> None:
    access_city.leave("L2", "xf")
    requests = [access_city.ask("A1", name) for name in ("video", "photo")]
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    with access_city.city.act() as act:
        assert access.ask_again(act, organisation_at(act.session, act.at)) == 2
        act.take_back()
    assert [access_city.asked(one) for one in requests] == [{"L3"}, {"L3"}]

"""Who does not decide: they stand aside from the whole request, or name another for one step (Art. 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from registry.tables import AccessAssignment, Assigned
from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Role
from tests.fixtures.access import Access
from tests.fixtures.custody import CITY_RULES, MORNING

HOUR = timedelta(hours=1)


def asked_ever(access_city: Access) -> dict[str, tuple[Assigned, Assigned | None, str | None]]:
    """By certificate number: why somebody was asked, and why no longer, and in whose favour."""
    numbers = {person: number for number, person in access_city.city.people.items()}
    with access_city.city.registry.reading() as reading:
        rows = reading.exec(select(AccessAssignment)).all()
    return {
        numbers[one.person_id]: (one.why, one.ended_why, one.successor_id and numbers[one.successor_id]) for one in rows
    }


# Standing aside


def test_who_stands_aside_is_stood_in_for_one_role_up(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.stand_aside(request, "L2", "王某是我亲戚")
    assert access_city.asked(request) == {"L3"}
    assert access_city.told() == [("L2", "decide"), ("L3", "decide")]
    for act_of in (access_city.decide, access_city.send_back, access_city.stand_aside):
        with pytest.raises(ActionDenied, match="not yours"):
            act_of(request, "L2")
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.hand_over(request, "L2", "S1")
    access_city.decide(request, "L3")
    [made] = access_city.decisions()
    assert (made.role, made.passed) == (Role.PRINCIPAL_LEADER, [["supervising-leader", "stood-aside"]])
    [facts] = access_city.facts(request, "access.handed-over")
    assert (facts["why"], facts["person_id"]) == ("stood-aside", str(access_city.person("L2")))
    assert "王某" not in str(facts)


def test_a_colleague_in_the_seat_decides_and_is_not_asked_twice(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "video")
    assert access_city.asked(request) == {"L2", "A2"}
    access_city.stand_aside(request, "L2")
    assert access_city.asked(request) == {"A2"}
    assert access_city.told() == [("A2", "decide"), ("L2", "decide")]
    access_city.decide(request, "A2")
    assert access_city.decisions()[0].passed == []


def test_standing_aside_covers_every_step_and_every_round(access_city: Access) -> None:
    access_city.appoint("L2", "jt", Role.PRINCIPAL_LEADER)
    request = access_city.ask("A1", "video", "sound", "other", document="函")
    access_city.stand_aside(request, "L2", step=access_city.place(request, "xf"))
    instead = {"xf": {"L3"}, "xfa": {"L3"}, "jt": {"J3"}}
    assert {unit: access_city.asked(request, access_city.place(request, unit)) for unit in instead} == instead
    access_city.send_back(request, "L3", step=access_city.place(request, "xf"))
    access_city.submit(request, "A1", "说明")
    assert {unit: access_city.asked(request, access_city.place(request, unit)) for unit in instead} == instead


def test_it_covers_what_is_asked_only_later(access_city: Access) -> None:
    access_city.leave("C1", "xf")
    access_city.appoint("L3", "xf", Role.SUPERVISING_LEADER)
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    access_city.stand_aside(request, "L3")  # from the review, which is theirs for want of a reviewer
    access_city.decide(request, "S1")
    assert access_city.asked(request) == {"L2"}
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L3")


def test_who_came_to_the_seat_later_may_stand_aside_and_gets_no_notice_to_decide(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    access_city.stand_aside(request, "A2")
    assert access_city.told() == [("L2", "decide")]
    assert asked_ever(access_city) == {
        "L2": (Assigned.SEAT, None, None),
        "A2": (Assigned.SEAT, Assigned.STOOD_ASIDE, None),
    }


def test_when_everybody_stands_aside_it_waits_and_lapses(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    for by in ("L2", "L3", "S1"):
        access_city.stand_aside(request, by)
    assert access_city.asked(request) == set()
    access_city.city.wait(days=7)
    access_city.end()
    assert (access_city.state(request), access_city.decisions()) == (RequestState.EXPIRED, [])


# Handing over


@pytest.mark.parametrize("to", ["L3", "S1"])
def test_a_step_is_left_to_one_who_holds_a_seat_above(access_city: Access, to: str) -> None:
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", to, "王某案回避")
    assert access_city.asked(request) == {to}
    assert asked_ever(access_city) == {
        "L2": (Assigned.SEAT, Assigned.PASSED_ON, to),
        to: (Assigned.NAMED, None, None),
    }
    assert access_city.told() == [("L2", "decide"), (to, "decide")]
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")
    access_city.decide(request, to)
    [made] = access_city.decisions()
    assert made.role is (Role.PRINCIPAL_LEADER if to == "L3" else Role.SUPERVISOR)
    [facts] = access_city.facts(request, "access.handed-over")
    assert (facts["why"], facts["successor_id"]) == ("passed-on", str(access_city.person(to)))
    assert "王某" not in str(facts)


def test_a_colleague_in_the_seat_who_is_asked_already_is_not_asked_again(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "A2")
    assert access_city.asked(request) == {"A2"}
    assert access_city.told() == [("A2", "decide"), ("L2", "decide")]
    access_city.decide(request, "A2")
    assert access_city.decisions()[0].role is Role.SUPERVISING_LEADER


def test_who_was_asked_once_for_another_seat_can_still_be_named(access_city: Access) -> None:
    access_city.appoint("S1", "xf", Role.SUPERVISING_LEADER, until=MORNING + HOUR)
    request = access_city.ask("A1", "video")
    assert access_city.asked(request) == {"L2", "S1"}
    access_city.city.wait(hours=1)
    access_city.hand_over(request, "L2", "S1")
    access_city.decide(request, "S1")
    assert access_city.decisions()[0].role is Role.SUPERVISOR


def test_it_is_left_to_nobody_else(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    for to in ("A1", "A2", "A3", "L1", "L2", "C1", "J2", "J3"):
        with pytest.raises(ActionDenied, match="may not decide"):
            access_city.hand_over(request, "L2", to)
    assert access_city.asked(request) == {"L2"}


def test_nor_to_the_requester_nor_who_typed_it_in_nor_who_stood_aside_nor_who_has_left(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.PRINCIPAL_LEADER)
    access_city.appoint("A3", "xf", Role.PRINCIPAL_LEADER)
    access_city.appoint("A1", "xf", Role.SUPERVISOR)
    access_city.appoint("B1", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "video", by="A3")
    access_city.stand_aside(request, "B1")
    access_city.leave("A2", "xf")
    for to in ("A1", "A3", "B1", "A2"):
        with pytest.raises(ActionDenied, match="may not decide"):
            access_city.hand_over(request, "L2", to)


def test_a_leaders_own_request_is_not_left_to_a_peer(access_city: Access) -> None:
    """It went past the seat because the requester holds it: their colleague there does not get it by a detour."""
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("L2", "video")
    assert access_city.asked(request) == {"L3"}
    with pytest.raises(ActionDenied, match="may not decide"):
        access_city.hand_over(request, "L3", "A2")
    access_city.hand_over(request, "L3", "S1")
    access_city.decide(request, "S1")


def test_who_was_named_may_name_another_or_stand_aside(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "L3")
    with pytest.raises(ActionDenied, match="may not decide"):
        access_city.hand_over(request, "L3", "L2")
    access_city.stand_aside(request, "L3")
    assert access_city.asked(request) == {"S1"}


def test_who_was_named_decides_only_as_long_as_they_hold_the_seat(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.PRINCIPAL_LEADER, until=MORNING + HOUR)
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "A2")
    access_city.city.wait(hours=1)
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "A2")
    access_city.decide(request, "L3")


def test_the_supervision_decides_when_named_even_where_no_seat_is_left(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "S1")
    access_city.leave("L3", "xf")
    access_city.decide(request, "S1")
    assert access_city.decisions()[0].role is Role.SUPERVISOR


def test_handed_over_in_one_round_it_is_asked_again_in_the_next(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.hand_over(request, "L2", "L3")
    access_city.send_back(request, "L3")
    access_city.submit(request, "A1", "说明")
    assert access_city.asked(request) == {"L2"}


@pytest.mark.parametrize("reason", ["", " ", "x" * 2001])
def test_a_reason_is_given(access_city: Access, reason: str) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(FieldDenied):
        access_city.stand_aside(request, "L2", reason)
    with pytest.raises(FieldDenied):
        access_city.hand_over(request, "L2", "L3", reason)
    assert access_city.asked(request) == {"L2"}


def test_what_was_answered_is_handed_to_nobody(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    [step] = access_city.open_steps(request)
    with access_city.city.act() as act:
        access.decide_step(act, step.id, access_city.person("L2"), Answer("同意"), CITY_RULES)
        with pytest.raises(ActionDenied, match="not open"):
            access.stand_aside(act, step.id, access_city.person("L2"), "回避")
        with pytest.raises(ActionDenied, match="not open"):
            access.hand_over(act, step.id, access_city.person("L2"), access_city.person("L3"), "出差")

"""How access ends: taken back, used up, over; and what a request's run has followed (Art. 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Role
from tests.fixtures.access import WEEK, Access, terms
from tests.fixtures.custody import CITY_RULES, MORNING

HOUR, TICK = timedelta(hours=1), timedelta.resolution


# Revoked


@pytest.mark.parametrize("by", ["L2", "L3"])
def test_who_approved_it_and_the_principal_leader_take_it_back_at_once(access_city: Access, by: str) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    access_city.revoke(request, by, " 王某案已结 ")
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request, "video", "A1")
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.revoked_at, grant.ended_at, grant.revoked_by_id) == (MORNING, MORNING, access_city.person(by))
    assert grant.revoke_reason == "王某案已结"
    row = access_city.request(request)
    assert (row.state, row.closed_at, row.next_at) == (RequestState.REVOKED, MORNING, None)
    [facts] = access_city.facts(request, "access.revoked")
    assert facts["person_id"] == str(access_city.person(by))
    assert "王某" not in str(facts)
    assert access_city.told().count(("A1", "outcome")) == 2


def test_nobody_else_does(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    for by in ("A1", "A3", "L1", "C1", "S1", "J2", "J3"):
        with pytest.raises(ActionDenied, match="may revoke"):
            access_city.revoke(request, by)
    access_city.look(request, "video", "A1")


def test_the_principal_leader_of_each_unit_of_the_footage_may_but_not_who_denied_theirs(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document="函")
    access_city.decide(request, "L2", Answer("不同意", is_denied=True), access_city.place(request, "xf"))
    access_city.decide(request, "J3")
    with pytest.raises(ActionDenied, match="may revoke"):
        access_city.revoke(request, "L2")
    access_city.revoke(request, "L3")


def test_who_has_left_and_approved_nothing_revokes_nothing(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    access_city.leave("L3", "xf")
    with pytest.raises(ActionDenied, match="may revoke"):
        access_city.revoke(request, "L3")


def test_a_reason_is_given_and_there_is_something_to_take_back(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(ActionDenied, match="cannot be revoked"):
        access_city.revoke(request, "L3")
    access_city.decide(request, "L2")
    with pytest.raises(FieldDenied):
        access_city.revoke(request, "L2", " ")
    access_city.revoke(request, "L2")
    with pytest.raises(ActionDenied, match="cannot be revoked"):
        access_city.revoke(request, "L2")


# Needed no more


@pytest.mark.parametrize("by", ["A1", "A3"])
def test_what_is_needed_no_more_is_over(access_city: Access, by: str) -> None:
    request = access_city.ask("A1", "video", by="A3")
    with pytest.raises(ActionDenied, match="cannot be completed"):
        access_city.complete(request, by)
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    with pytest.raises(ActionDenied, match="somebody else's"):
        access_city.complete(request, "L2")
    access_city.complete(request, by)
    assert access_city.state(request) is RequestState.FULFILLED
    [facts] = access_city.facts(request, "access.completed")
    assert facts["views"] == 1
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request, "video", "A1")


# Over


@pytest.mark.parametrize("state", [RequestState.DRAFT, RequestState.PENDING, RequestState.IN_REVIEW])
def test_what_nobody_decided_lapses_at_its_end_and_not_before(access_city: Access, state: RequestState) -> None:
    request = access_city.draft("A1", "video", "other", document="函")
    if state is not RequestState.DRAFT:
        access_city.submit(request, "A1")
    if state is RequestState.IN_REVIEW:
        access_city.decide(request, "L2", step=access_city.place(request, "xf"))
    assert access_city.state(request) is state
    access_city.city.now = MORNING + WEEK - TICK
    assert access_city.end() == 0
    access_city.city.now = MORNING + WEEK
    assert (access_city.end(), access_city.end()) == (1, 0)
    row = access_city.request(request)
    assert (row.state, row.closed_at, row.next_at) == (RequestState.EXPIRED, MORNING + WEEK, None)
    assert (access_city.open_steps(request), access_city.grant(request)) == ([], None)
    assert ("A1", "outcome") in access_city.told()
    assert len(access_city.facts(request, "access.lapsed")) == 1
    assert access_city.end() == 0


@pytest.mark.parametrize(("looks", "state"), [(0, RequestState.EXPIRED), (1, RequestState.FULFILLED)])
def test_a_grant_is_over_at_its_end_used_or_not(access_city: Access, looks: int, state: RequestState) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2", Answer("同意", terms=terms(lasts=5 * HOUR)))
    for _ in range(looks):
        access_city.look(request, "video", "A1")
    access_city.city.wait(hours=5)
    assert access_city.end() == 1
    grant = access_city.grant(request)
    assert grant is not None
    assert (access_city.state(request), grant.ended_at, grant.revoked_at) == (state, MORNING + 5 * HOUR, None)


def test_a_leader_who_says_yes_too_late_gives_nothing(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.city.now = MORNING + WEEK
    access_city.decide(request, "L2")
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.EXPIRED, None)


def test_many_are_ended_in_batches_the_longest_over_first(access_city: Access) -> None:
    requests = [access_city.ask("A1", "video", asked=terms(lasts=hours * HOUR)) for hours in (3, 1, 2)]
    access_city.city.wait(hours=4)
    assert access_city.end(2) == 2
    assert [access_city.state(one) for one in requests] == [
        RequestState.PENDING,
        RequestState.EXPIRED,
        RequestState.EXPIRED,
    ]
    assert access_city.end(2) == 1


# Followed


def test_what_changed_and_no_run_has_seen_is_found_once_it_is_old_enough(access_city: Access) -> None:
    access_city.draft("A1", "photo")
    request = access_city.ask("A1", "video")
    assert unfollowed(access_city) == []
    access_city.city.wait(hours=1)
    other = access_city.ask("A1", "video")
    assert unfollowed(access_city) == [access_city.request(request).number]
    with access_city.city.act() as act:
        access.follow(act, request, access_city.request(request).changed_at)
    assert unfollowed(access_city) == []
    access_city.city.wait(hours=1)
    access_city.decide(request, "L2")
    access_city.city.wait(hours=1)
    assert unfollowed(access_city) == [access_city.request(one).number for one in (other, request)]
    assert unfollowed(access_city, limit=1) == [access_city.request(other).number]


def unfollowed(access_city: Access, limit: int = 500) -> list[str]:
    with access_city.city.registry.reading() as reading:
        return [one.number for one in access.unfollowed(reading, access_city.city.now, HOUR, limit)]


def test_a_grant_that_begins_later_is_not_over_before(access_city: Access) -> None:
    asked = replace(terms(), valid_from=MORNING + 48 * HOUR)
    request = access_city.ask("A1", "video", asked=asked)
    access_city.decide(request, "L2")
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request, "video", "A1")
    access_city.city.wait(hours=48)
    assert access_city.end() == 0
    access_city.look(request, "video", "A1")


def test_an_old_grant_cannot_be_handed_in_again(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    access_city.revoke(request, "L2")
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="cannot be submitted"):
        access.submit_request(act, request, access_city.person("A1"), CITY_RULES)
    assert access_city.chain(request)[0][1] is Role.SUPERVISING_LEADER

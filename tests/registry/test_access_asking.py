"""A request being entered, handed in and taken back: what it asks for, whom it reaches, what is refused (Art. 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access import Stage
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking, Role
from tests.fixtures.access import Access, terms

REVIEWER = (Stage.REVIEW, Role.CONFIDENTIALITY_REVIEWER)
LEADER = (Stage.APPROVAL, Role.SUPERVISING_LEADER)
PRINCIPAL = (Stage.APPROVAL, Role.PRINCIPAL_LEADER)


def test_an_officers_own_unit_is_the_supervising_leaders(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    assert access_city.chain(request) == [LEADER]
    assert access_city.state(request) is RequestState.PENDING
    assert access_city.asked(request) == {"L2"}
    assert access_city.told() == [("L2", "decide")]


def test_another_units_is_its_principal_leaders_and_takes_a_document(access_city: Access) -> None:
    with pytest.raises(FieldDenied) as refused:
        access_city.ask("A1", "other")
    assert refused.value.field == "document"
    request = access_city.ask("A1", "other", document="示例函〔2026〕1号")
    assert access_city.chain(request) == [PRINCIPAL]
    assert access_city.asked(request) == {"J3"}


def test_approved_is_granted_at_once(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.APPROVED
    assert set(access_city.granted(request)) == {access_city.recordings["video"], access_city.recordings["photo"]}
    access_city.look(request, "video", "A1")
    assert ("A1", "outcome") in access_city.told()


def test_what_is_marked_is_reviewed_first_and_is_for_viewing_only(access_city: Access) -> None:
    with access_city.city.act() as act:
        access.mark_recording(act, access_city.recordings["video"], Marking.PRIVACY, access_city.person("A3"), "住宅")
    request = access_city.ask("A1", "video", "photo", asked=terms(access_city.city.now, copies=2))
    assert access_city.chain(request) == [REVIEWER, LEADER]
    assert access_city.asked(request) == {"C1"}
    access_city.decide(request, "C1")
    assert access_city.state(request) is RequestState.IN_REVIEW
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.views, grant.copies) == (3, 0)


def test_denied_by_one_unit_is_granted_by_the_other(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document="示例函〔2026〕1号")
    access_city.decide(request, "L2", Answer("不同意", is_denied=True))
    assert access_city.state(request) is RequestState.IN_REVIEW
    access_city.decide(request, "J3")
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    assert set(access_city.granted(request)) == {access_city.recordings["other"]}


def test_a_leaders_own_request_goes_one_up(access_city: Access) -> None:
    request = access_city.ask("L2", "video")
    assert access_city.asked(request) == {"L3"}
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")


def test_nobody_decides_twice(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    step = access_city.open_steps(request)[0].id
    access_city.decide(request, "L2")
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="not open"):
        access.decide_step(act, step, access_city.person("L2"), Answer("再来"), access_city.duties.rules)


def test_the_time_passes_undecided(access_city: Access) -> None:
    request = access_city.ask("A1", "video", asked=terms(access_city.city.now, timedelta(hours=30)))
    access_city.city.wait(hours=31)
    with access_city.city.act() as act:
        assert access.end_requests(act) == 1
    assert access_city.state(request) is RequestState.EXPIRED

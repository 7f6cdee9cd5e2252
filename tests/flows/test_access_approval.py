"""A request's run: it shows where the request stands, waits without a process, and decides nothing (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import ParameterTypeError

from flows import access_approval
from registry.tables import Recording
from regulation.access_states import RequestState
from regulation.errors import ActionDenied
from tasks.access.case import access_case, look_into, waits
from tasks.access.show import summary
from tests.fixtures.access import Access, terms
from tests.fixtures.watches import Watched

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.fixture
def suspended(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys with which runs suspended themselves. A run that no deployment started cannot suspend; that a deployed
    one does is seen in the scenario."""
    keys: list[str] = []
    monkeypatch.setattr(access_approval, "suspend_flow_run", lambda key: keys.append(key))
    yield keys


def number_of(access_city: Access, request: object) -> str:
    return access_city.request(request).number  # type: ignore[arg-type]


def test_it_waits_until_it_is_decided_and_then_says_so(
    watched: Watched, access_city: Access, suspended: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_approval, "now", lambda: access_city.city.now)
    request = access_city.ask("A1", "video")
    number = number_of(access_city, request)
    assert access_approval.approve_access(number, watched.name) == "pending"
    assert access_approval.approve_access(number, watched.name) == "pending"
    assert len(set(suspended)) == 2
    assert access_city.state(request) is RequestState.PENDING
    access_city.decide(request, "L2")
    assert access_approval.approve_access(number, watched.name) == "approved"
    assert len(suspended) == 2
    with get_client(sync_client=True) as client:
        artifacts = client.read_latest_artifacts()
    shown = next(str(one.data) for one in artifacts if one.key == f"access-{number.lower()}")
    assert "分管领导 supervising leader" in shown
    assert "已批准 approved" in shown
    assert "复核现场情况" not in shown
    assert "领导 L2" not in shown


def test_a_made_up_number_starts_nothing(watched: Watched, access_city: Access, suspended: list[str]) -> None:
    entries = access_city.city.entries()
    with pytest.raises(ActionDenied, match="No request of this number"):
        access_approval.approve_access("AR-xf-2026-99999", watched.name)
    assert suspended == []
    assert access_city.city.entries() == entries


def test_the_sweep_ends_what_is_over_and_asks_whoever_came_to_a_seat(watched: Watched, access_city: Access) -> None:
    request = access_city.ask("A1", "video", asked=terms(access_city.city.now, timedelta(hours=30)))
    access_city.city.wait(hours=31)
    counts = watched.sweep()
    assert counts["requests_ended"] == 1
    assert access_city.state(request) is RequestState.EXPIRED


def test_a_leader_is_told_with_a_link_of_their_own_and_nothing_of_the_purpose(
    watched: Watched, access_city: Access
) -> None:
    request = access_city.ask("A1", "video")
    assert watched.deliver() == {"delivered": 1}
    [asked] = watched.webhook.asked
    assert number_of(access_city, request) in str(asked.body["title"])
    assert "http://desk.example/go/" in str(asked.body["message"])
    assert "分管领导" in str(asked.body["message"])
    assert "复核现场情况" not in str(asked.body)
    access_city.decide(request, "L2")
    watched.deliver()
    assert f"http://desk.example/requests/{number_of(access_city, request)}" in str(watched.webhook.asked[-1].body)


def test_a_decision_that_waits_too_long_is_escalated_and_approves_nothing(
    watched: Watched, access_city: Access
) -> None:
    request = access_city.ask("A1", "video")
    watched.sweep()
    for _ in range(9):
        access_city.city.wait(hours=16)
        watched.sweep()
    told = {number for number, _ in watched.duties.told()}
    assert {"L2", "L3"} <= told
    assert access_city.state(request) is RequestState.PENDING


def test_what_is_shown_says_who_does_not_decide_and_why(watched: Watched, access_city: Access) -> None:
    request = access_city.ask("L2", "video")
    access_city.decide(request, "L3")
    with access_case(watched.watch, number_of(access_city, request), lambda: access_city.city.now) as case:
        whole = look_into.fn(case)
    assert not waits(whole)
    assert "supervising leader: 本人申请 own request" in summary(whole)


def test_a_run_prepares_a_form_and_asks_for_nothing(watched: Watched, access_city: Access) -> None:
    with access_city.city.act() as act:
        for one in access_city.recordings.values():
            act.session.get_one(Recording, one).activity_id = access_city.city.activities["xf-1"]
    entries = access_city.city.entries()
    place = access_approval.prepare_access("xf-1", views=5, watch=watched.name)
    assert place == "http://desk.example/new-request?activity=xf-1&views=5&copies=0&days=7"
    assert access_city.city.entries() == entries
    with get_client(sync_client=True) as client:
        [shown] = [one for one in client.read_latest_artifacts() if one.key == "access-prepared"]
    assert place in str(shown.data)
    with pytest.raises(ActionDenied, match="No sealed footage"):
        access_approval.prepare_access("none", watch=watched.name)
    with pytest.raises(ParameterTypeError):
        access_approval.prepare_access("xf-1", views=0, watch=watched.name)

"""What can happen to a request, and what it is then: every state with every event (Art. 17)."""

from __future__ import annotations

import pytest

from regulation.access_states import ASKED, CLOSED, GRANTED, NEXT, RequestEvent, RequestState, after, can_happen
from regulation.errors import ActionDenied

State, Event = RequestState, RequestEvent

WRITTEN = {
    Event.SUBMITTED: State.PENDING,
    Event.WITHDRAWN: State.WITHDRAWN,
    Event.LAPSED: State.EXPIRED,
}
WAITING = {
    Event.SENT_BACK: State.DRAFT,
    Event.STEP_DECIDED: State.IN_REVIEW,
    Event.GRANTED: State.APPROVED,
    Event.GRANTED_PARTLY: State.PARTLY_APPROVED,
    Event.DENIED: State.DENIED,
    Event.WITHDRAWN: State.WITHDRAWN,
    Event.LAPSED: State.EXPIRED,
    Event.LOST: State.UNAVAILABLE,
}
USED = {
    Event.LAPSED: State.EXPIRED,
    Event.COMPLETED: State.FULFILLED,
    Event.LOST: State.UNAVAILABLE,
    Event.REVOKED: State.REVOKED,
}
TABLE: dict[State, dict[Event, State]] = {
    State.DRAFT: WRITTEN,
    State.PENDING: WAITING,
    State.IN_REVIEW: WAITING,
    State.APPROVED: USED,
    State.PARTLY_APPROVED: USED,
    State.DENIED: {},
    State.WITHDRAWN: {},
    State.EXPIRED: {},
    State.FULFILLED: {},
    State.UNAVAILABLE: {},
    State.REVOKED: {},
}


def test_the_table_knows_every_state() -> None:
    assert set(TABLE) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    expected = TABLE[state].get(event)
    assert can_happen(state, event) is (expected is not None)
    if expected is not None:
        assert after(state, event) is expected
        return
    with pytest.raises(ActionDenied, match=r"Art\. 17"):
        after(state, event)


def test_every_state_is_open_or_granted_or_closed_and_only_one_of_these() -> None:
    groups = [(State.DRAFT,), ASKED, GRANTED, CLOSED]
    assert sorted(state for group in groups for state in group) == sorted(State)


def test_what_is_closed_is_final_and_nothing_else_is() -> None:
    assert {state for state, _ in NEXT} == set(State) - set(CLOSED)


def test_every_event_happens_somewhere_and_every_state_can_be_reached() -> None:
    assert {event for _, event in NEXT} == set(Event)
    reached = {State.DRAFT}
    for _ in State:
        reached |= {to for (state, _), to in NEXT.items() if state in reached}
    assert reached == set(State)


def test_nothing_is_granted_but_by_a_decision_on_what_is_asked() -> None:
    assert {(state, event) for (state, event), to in NEXT.items() if to in GRANTED} == {
        (state, event) for state in ASKED for event in (Event.GRANTED, Event.GRANTED_PARTLY)
    }

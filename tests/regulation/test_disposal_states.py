"""What can happen to a disposal list, and what it is then: every state with every event (Art. 18)."""

from __future__ import annotations

import pytest

from regulation.disposal_states import CLOSED, NEXT, ON_A_LIST, RESTORABLE, ItemState, ListEvent, ListState, after
from regulation.errors import ActionDenied

State, Event = ListState, ListEvent

TABLE: dict[State, dict[Event, State]] = {
    State.APPRAISAL: {Event.SUBMITTED: State.APPROVAL, Event.EMPTIED: State.EMPTIED},
    State.APPROVAL: {
        Event.APPROVED: State.WITNESSING,
        Event.REFUSED: State.REFUSED,
        Event.EMPTIED: State.EMPTIED,
    },
    State.WITNESSING: {Event.WITNESSED: State.GRACE, Event.EMPTIED: State.EMPTIED},
    State.GRACE: {Event.BEGUN: State.DESTROYING, Event.EMPTIED: State.EMPTIED},
    State.DESTROYING: {Event.FINISHED: State.DONE, Event.EMPTIED: State.EMPTIED},
    State.DONE: {},
    State.REFUSED: {},
    State.EMPTIED: {},
}


def test_the_table_knows_every_state() -> None:
    assert set(TABLE) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    expected = TABLE[state].get(event)
    if expected is not None:
        assert after(state, event) is expected
        return
    with pytest.raises(ActionDenied, match=r"Art\. 18"):
        after(state, event)


def test_what_is_closed_is_final_and_nothing_else_is() -> None:
    assert {state for state, _ in NEXT} == set(State) - set(CLOSED)


def test_what_is_being_destroyed_or_over_is_not_restored() -> None:
    assert set(RESTORABLE) == set(State) - {State.DESTROYING, *CLOSED}


def test_every_event_happens_somewhere_and_every_state_can_be_reached() -> None:
    assert {event for _, event in NEXT} == set(Event)
    reached = {State.APPRAISAL}
    for _ in State:
        reached |= {to for (state, _), to in NEXT.items() if state in reached}
    assert reached == set(State)


def test_nothing_is_destroyed_but_through_every_stage() -> None:
    """One way only leads to the deletion, and it is the whole way."""
    way, state = [State.DESTROYING], State.DESTROYING
    while state is not State.APPRAISAL:
        [state] = {came for (came, _), to in NEXT.items() if to is state}
        way.append(state)
    assert way[::-1] == [State.APPRAISAL, State.APPROVAL, State.WITNESSING, State.GRACE, State.DESTROYING]


def test_what_stands_on_a_list_stands_on_no_other() -> None:
    assert set(ON_A_LIST) == set(ItemState) - {ItemState.DROPPED, ItemState.DESTROYED}

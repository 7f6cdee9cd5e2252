"""The states of a conversion: every one is reached and left as the table says (Art. 19)."""

from __future__ import annotations

import pytest

from regulation.conversion_states import (
    AT_WORK,
    CLOSED,
    NEXT,
    OPEN,
    ConversionEvent,
    ConversionState,
    after,
)
from regulation.errors import ActionDenied


def test_every_state_but_the_first_is_reached() -> None:
    assert set(NEXT.values()) == set(ConversionState)


def test_every_event_happens_somewhere() -> None:
    assert {event for _, event in NEXT} == set(ConversionEvent)


@pytest.mark.parametrize("state", ConversionState)
@pytest.mark.parametrize("event", ConversionEvent)
def test_what_is_not_in_the_table_is_refused(state: ConversionState, event: ConversionEvent) -> None:
    if (state, event) in NEXT:
        assert after(state, event) is NEXT[state, event]
    else:
        with pytest.raises(ActionDenied, match=r"cannot be .*Art\. 19"):
            after(state, event)


def test_nothing_is_issued_but_from_a_signed_one() -> None:
    before = {state for (state, _), then in NEXT.items() if then is ConversionState.ISSUED}
    assert before == {ConversionState.PACKING}
    assert {state for (state, _), then in NEXT.items() if then is ConversionState.PACKING} == {ConversionState.SIGNING}
    assert {state for (state, _), then in NEXT.items() if then is ConversionState.SIGNING} == {ConversionState.CHECKING}


def test_what_was_signed_is_not_withdrawn_by_who_asked() -> None:
    assert (ConversionState.PACKING, ConversionEvent.WITHDRAWN) not in NEXT
    assert (ConversionState.ISSUED, ConversionEvent.WITHDRAWN) not in NEXT


def test_open_and_closed_are_all_there_is() -> None:
    assert set(OPEN) | set(CLOSED) == set(ConversionState)
    assert not set(OPEN) & set(CLOSED)
    assert set(AT_WORK) <= set(OPEN)

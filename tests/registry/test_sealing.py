"""Sealing, receipts and wiping (Art. 16: nothing leaves the device before it is stored and verified)."""

from __future__ import annotations

import json

import pytest

from registry import queries
from registry.ledger import verify_rows
from registry.tables import ItemOutcome, RecordingState, SessionState
from registry.transitions import docking
from registry.transitions.docking import SetAside
from registry.types import new_id
from regulation.errors import ActionDenied
from tests.fixtures.custody import City, taken_in


def test_a_sealed_session_has_a_receipt_and_sealed_recordings(city: City) -> None:
    session = city.open()
    city.store(session, "a", "b")
    city.wait(minutes=5)

    receipt = city.seal(session)

    assert {one.state for one in city.recordings(session)} == {RecordingState.SEALED}
    assert {one.sealed_at for one in city.recordings(session)} == {city.now}
    with city.registry.reading() as reading:
        sealed = queries.session_by_number(reading, session.number)
        assert sealed is not None
        assert (sealed.state, sealed.sealed_at) == (SessionState.SEALED, city.now)
        assert queries.receipt_by_number(reading, receipt.number) == receipt
        [issued] = queries.history_of(reading, receipt.id)
    assert json.loads(issued.facts)["number"] == receipt.number
    assert city.events(session.id) == ["session.opened", "session.scanned", "session.sealed"]
    assert verify_rows(city.registry).problems == []


def test_the_first_receipt_stays(city: City) -> None:
    session = city.open()
    city.store(session, "a")
    receipt, entries = city.seal(session), city.entries()
    city.wait(hours=1)

    assert city.seal(session, document="another") == receipt
    assert city.entries() == entries


def test_an_empty_dump_is_sealed_too(city: City) -> None:
    assert city.seal(city.open()).document == ""


def test_nothing_is_sealed_while_an_item_waits(city: City) -> None:
    session = city.open()
    city.store(session, "a")
    city.scan(session, "a", "b")

    with pytest.raises(ActionDenied, match="1 items of the dump have not been dealt with") as denied:
        city.seal(session)
    assert denied.value.article == "Art. 16"
    assert {one.state for one in city.recordings(session)} == {RecordingState.VERIFIED}


def test_a_receipt_names_everything_that_may_be_wiped(city: City) -> None:
    session = city.open()
    first, second = city.store(session, "a", "b")

    with pytest.raises(ActionDenied, match="does not name the content"):
        city.seal(session, document=first.sha256)
    city.seal(session, document=f"{second.sha256},{first.sha256}")


def test_nothing_counts_as_taken_in_without_a_recording(city: City) -> None:
    session = city.open()
    city.scan(session, "a")
    city.tamper("dock_item", "UPDATE dock_item SET outcome = 'stored'")

    with pytest.raises(ActionDenied, match="no verified recording"):
        city.seal(session)


def test_a_duplicates_original_is_sealed_by_whichever_session_comes_first(city: City) -> None:
    first, second = city.open("/dock/a"), city.open("/dock/b")
    [recording] = city.store(first, "x")
    [item] = city.scan(second, "copy")
    city.register(second, [taken_in(item.id, "x")])

    city.seal(second)
    assert city.recordings(first)[0].state is RecordingState.SEALED
    city.seal(first)

    assert city.events(recording.id).count("recording.sealed") == 1
    assert verify_rows(city.registry).problems == []


def test_wiping_is_entered_once(city: City) -> None:
    session = city.open()
    city.store(session, "a", "b")
    a, b = city.items(session)
    city.seal(session)
    city.wait(minutes=1)
    wiped_at = city.now
    for _ in range(2):
        with city.act() as act:
            docking.record_wiped(act, session.id, [a.id, a.id])
        city.wait(minutes=1)

    assert [item.wiped_at for item in city.items(session)] == [wiped_at, None]
    assert city.events(a.id) == ["item.wiped"]
    assert city.events(b.id) == []
    assert verify_rows(city.registry).problems == []


def test_nothing_is_wiped_before_the_receipt(city: City) -> None:
    session = city.open()
    city.store(session, "a")

    with city.act() as act, pytest.raises(ActionDenied, match="before the receipt") as denied:
        docking.record_wiped(act, session.id, [city.items(session)[0].id])
    assert denied.value.article == "Art. 16"


@pytest.mark.parametrize("outcome", [ItemOutcome.GROWING, ItemOutcome.UNREADABLE, ItemOutcome.MISMATCHED])
def test_only_what_is_stored_and_verified_is_wiped(city: City, outcome: ItemOutcome) -> None:
    session = city.open()
    [a] = city.scan(session, "a")
    with city.act() as act:
        docking.set_aside(act, session.id, [SetAside(a.id, outcome)])
    city.seal(session)

    with city.act() as act, pytest.raises(ActionDenied, match="not stored and verified"):
        docking.record_wiped(act, session.id, [a.id])


def test_items_of_other_sessions_are_not_wiped(city: City) -> None:
    session = city.open()
    city.seal(session)

    with city.act() as act, pytest.raises(ActionDenied, match="not of the dock session"):
        docking.record_wiped(act, session.id, [new_id()])

"""Opening sessions, numbering them, and who works on them (Art. 16)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from registry import queries
from registry.database import Registry
from registry.tables import SessionState
from registry.transitions import docking
from registry.types import new_id
from regulation.errors import ActionDenied
from tests.fixtures.custody import City

MINUTE = timedelta(minutes=1)


def test_a_source_has_one_open_session(city: City) -> None:
    session = city.open("/dock/a")
    entries = city.entries()

    assert city.open("/dock/a") == session
    assert city.open("/dock/b").id != session.id
    assert city.entries() == entries + 1
    assert city.events(session.id) == ["session.opened"]
    assert (session.state, session.opened_at, session.opened_by) == (SessionState.OPEN, city.now, "system:test")


def test_a_sealed_session_makes_room_for_the_next(city: City) -> None:
    first = city.open("/dock/a")
    city.seal(first)

    second = city.open("/dock/a")

    assert second.id != first.id
    assert (first.number, second.number) == ("DS-xf-2026-00001", "DS-xf-2026-00002")


def test_numbers_count_by_unit_and_by_the_units_own_year(city: City) -> None:
    # 17:00 UTC on New Year's Eve: 1 January in Shanghai, still 31 December in Urumqi by its unit's zone (UTC+6).
    city.now = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)

    assert city.open("/dock/a", "xf").number == "DS-xf-2027-00001"
    assert city.open("/dock/b", "jt").number == "DS-jt-2026-00001"


def test_no_number_is_given_twice_under_concurrency(city: City) -> None:
    with ThreadPoolExecutor(4) as pool:
        sessions = list(pool.map(lambda n: city.open(f"/dock/{n}"), range(12)))

    assert sorted(session.number for session in sessions) == [f"DS-xf-2026-{n:05d}" for n in range(1, 13)]


def test_one_source_opened_by_many_at_once_is_one_session(city: City) -> None:
    with ThreadPoolExecutor(4) as pool:
        sessions = list(pool.map(lambda _: city.open("/dock/a"), range(8)))

    assert len({session.id for session in sessions}) == 1


def test_an_unknown_unit_is_refused(city: City) -> None:
    with pytest.raises(ActionDenied, match="no unit has this code"):
        city.open("/dock/a", "nowhere")


def test_two_units_cannot_take_in_one_dump(city: City) -> None:
    city.open("/dock/a", "xf")

    with pytest.raises(ActionDenied, match="another unit") as denied:
        city.open("/dock/a", "jt")
    assert denied.value.article == "Art. 16"


def test_a_lease_is_held_by_one(city: City) -> None:
    session = city.open()
    with city.act() as act:
        assert docking.take_lease(act, session.id, "me", MINUTE)
        assert docking.take_lease(act, session.id, "me", MINUTE)
        assert not docking.take_lease(act, session.id, "you", MINUTE)


def test_a_lease_runs_out(city: City) -> None:
    session = city.open()
    with city.act() as act:
        docking.take_lease(act, session.id, "me", MINUTE)
    city.wait(seconds=59)
    with city.act() as act:
        assert not docking.take_lease(act, session.id, "you", MINUTE)
    city.wait(seconds=1)
    with city.act() as act:
        assert docking.take_lease(act, session.id, "you", MINUTE)
        assert not docking.renew_lease(act, session.id, "me", MINUTE)
        assert docking.renew_lease(act, session.id, "you", MINUTE)


def test_a_dead_holders_lease_is_taken_over_at_once(city: City) -> None:
    session = city.open()
    with city.act() as act:
        docking.take_lease(act, session.id, "dead", MINUTE)
        assert not docking.take_lease(act, session.id, "me", MINUTE, lambda holder: False)
        assert docking.take_lease(act, session.id, "me", MINUTE, lambda holder: holder == "dead")
        assert not docking.renew_lease(act, session.id, "dead", MINUTE)


def test_nobody_is_declared_dead_over_their_own_or_a_free_lease(city: City) -> None:
    session = city.open()

    def never(holder: str) -> bool:
        raise AssertionError(holder)

    with city.act() as act:
        assert docking.take_lease(act, session.id, "me", MINUTE, never)
        assert docking.take_lease(act, session.id, "me", MINUTE, never)


def test_only_the_holder_gives_a_lease_back(city: City) -> None:
    session = city.open()
    with city.act() as act:
        docking.take_lease(act, session.id, "me", MINUTE)
        docking.release_lease(act, session.id, "you")
        assert not docking.take_lease(act, session.id, "you", MINUTE)
        docking.release_lease(act, session.id, "me")
        assert docking.take_lease(act, session.id, "you", MINUTE)


def test_leases_leave_no_trace_in_the_ledger(city: City) -> None:
    session = city.open()
    entries = city.entries()
    with city.act() as act:
        docking.take_lease(act, session.id, "me", MINUTE)
        docking.renew_lease(act, session.id, "me", MINUTE)
        docking.release_lease(act, session.id, "me")

    assert city.entries() == entries


def test_there_is_no_lease_on_no_session(city: City) -> None:
    with city.act() as act, pytest.raises(ActionDenied, match="no such dock session"):
        docking.take_lease(act, new_id(), "me", MINUTE)


def test_sessions_are_found_by_number(city: City, registry: Registry) -> None:
    session = city.open()
    with registry.reading() as reading:
        assert queries.session_by_number(reading, session.number) == session
        assert queries.session_by_number(reading, "DS-xf-1999-00001") is None

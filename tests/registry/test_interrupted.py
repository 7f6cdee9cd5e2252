"""Runs that are cut off after their seal: what tells that something is left to do (Art. 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.database import Registry
from registry.ledger import verify_rows
from registry.queries import dock_sessions
from registry.queries.dock_sessions import AnnouncedWipe
from registry.tables import DockSession, ItemOutcome
from registry.transitions import docking
from registry.transitions.docking import SetAside
from regulation.errors import ActionDenied
from tests.fixtures.custody import City

MINUTE = timedelta(minutes=1)


def unfinished(registry: Registry, source: str) -> DockSession | None:
    with registry.reading() as reading:
        return dock_sessions.unfinished_session_of(reading, source)


def announced(registry: Registry, session: DockSession) -> AnnouncedWipe | None:
    with registry.reading() as reading:
        return dock_sessions.announced_of(reading, session.id)


def test_a_lease_that_lapsed_is_free_at_once_but_was_not_given_back(city: City) -> None:
    session = city.open("/dock/a")
    with city.act() as act:
        assert docking.take_lease(act, session.id, "me", MINUTE)
        docking.lapse_lease(act, session.id, "you")
        assert not docking.take_lease(act, session.id, "you", MINUTE)
        docking.lapse_lease(act, session.id, "me")
        assert docking.take_lease(act, session.id, "you", MINUTE)


def test_a_sealed_session_is_unfinished_until_its_lease_is_given_back(city: City) -> None:
    session = city.open("/dock/a")
    with city.act() as act:
        docking.take_lease(act, session.id, "me", MINUTE)
    assert unfinished(city.registry, "/dock/a") is None, "it is still open"
    city.seal(session)
    assert unfinished(city.registry, "/dock/b") is None
    for end, left in ((docking.lapse_lease, True), (docking.release_lease, False)):
        with city.act() as act:
            end(act, session.id, "me")
        assert (unfinished(city.registry, "/dock/a") is not None) == left


def test_what_is_about_to_be_wiped_is_entered_before(city: City) -> None:
    session = city.open()
    city.store(session, "a", "b", "c")
    city.seal(session)
    a, b, c = (item.id for item in city.items(session))
    assert announced(city.registry, session) is None

    with city.act() as act:
        docking.announce_wiping(act, session.id, [a, b], "1:2")
        docking.announce_wiping(act, session.id, [], "1:2")
    city.wait(minutes=1)
    with city.act() as act:
        docking.announce_wiping(act, session.id, [c], "1:2")

    assert announced(city.registry, session) == AnnouncedWipe("1:2", frozenset([c]))
    assert city.events(session.id).count("session.wiping") == 2
    assert verify_rows(city.registry).problems == []


def test_nothing_is_announced_that_may_not_be_wiped(city: City) -> None:
    session = city.open()
    [a] = city.scan(session, "a")
    with city.act() as act, pytest.raises(ActionDenied, match="before the receipt"):
        docking.announce_wiping(act, session.id, [a.id], "1:2")
    with city.act() as act:
        docking.set_aside(act, session.id, [SetAside(a.id, ItemOutcome.UNREADABLE)])
    city.seal(session)
    with city.act() as act, pytest.raises(ActionDenied, match="not stored and verified"):
        docking.announce_wiping(act, session.id, [a.id], "1:2")

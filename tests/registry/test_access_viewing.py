"""Looking: one's own grant, while it lasts, so often, and on record (Art. 17)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from registry.queries.access_grants import opened_part, views_used
from registry.tables import AccessView
from registry.transitions import access
from registry.transitions.access import Answer
from regulation.access_terms import Range
from regulation.errors import ActionDenied
from tests.fixtures.access import Access, terms
from tests.fixtures.custody import MORNING

HOUR, TICK = timedelta(hours=1), timedelta.resolution


@pytest.fixture
def request_id(access_city: Access) -> UUID:
    """A1 may look at the video three times from nine to two."""
    found = access_city.ask("A1", "video", asked=terms(MORNING + HOUR, 5 * HOUR))
    access_city.decide(found, "L2")
    access_city.city.wait(hours=1)
    return found


def views(access_city: Access) -> list[AccessView]:
    with access_city.city.registry.reading() as reading:
        return list(reading.exec(select(AccessView)))


def test_a_look_is_on_record_with_the_address_it_came_from(access_city: Access, request_id: UUID) -> None:
    view = access_city.look(request_id, "video", "A1", "192.0.2.9")
    [row] = views(access_city)
    assert (row.id, row.person_id, row.address, row.opened_at, row.closed_at) == (
        view,
        access_city.person("A1"),
        "192.0.2.9",
        MORNING + HOUR,
        None,
    )
    [facts] = access_city.facts(access_city.recordings["video"], "access.viewed")
    assert (facts["view_id"], facts["person_id"]) == (str(view), str(row.person_id))
    assert "192.0.2.9" not in str(facts)


def test_every_look_counts_and_none_is_over_the_number(access_city: Access, request_id: UUID) -> None:
    for _ in range(3):
        access_city.look(request_id, "video", "A1")
    with pytest.raises(ActionDenied, match="Every look"):
        access_city.look(request_id, "video", "A1")
    grant = access_city.grant(request_id)
    assert grant is not None
    with access_city.city.registry.reading() as reading:
        assert views_used(reading, grant.id) == len(views(access_city)) == 3


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (MORNING + HOUR - TICK, False),
        (MORNING + HOUR, True),
        (MORNING + 6 * HOUR - TICK, True),
        (MORNING + 6 * HOUR, False),
    ],
)
def test_it_opens_from_its_first_moment_until_its_end(
    access_city: Access, request_id: UUID, at: object, opens: bool
) -> None:
    access_city.city.now = at  # type: ignore[assignment]
    if opens:
        access_city.look(request_id, "video", "A1")
        return
    with pytest.raises(ActionDenied, match=r"no leave.*Art\. 17"):
        access_city.look(request_id, "video", "A1")
    assert views(access_city) == []


def test_it_opens_to_nobody_else(access_city: Access, request_id: UUID) -> None:
    for by in ("A2", "A3", "L2", "L3", "C1", "S1"):
        with pytest.raises(ActionDenied, match="no leave"):
            access_city.look(request_id, "video", by)


def test_nor_to_who_has_left(access_city: Access, request_id: UUID) -> None:
    access_city.leave("A1", "xf", date(2026, 11, 22))
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request_id, "video", "A1")


def test_nor_to_who_typed_it_in(access_city: Access) -> None:
    found = access_city.ask("A1", "video", by="A3")
    access_city.decide(found, "L2")
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(found, "video", "A3")


def test_it_opens_only_what_was_granted(access_city: Access, request_id: UUID) -> None:
    with pytest.raises(ActionDenied, match="not granted"):
        access_city.look(request_id, "photo", "A1")
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="no leave"):
        access.open_view(act, uuid4(), access_city.recordings["video"], access_city.person("A1"), "")


def test_the_part_that_was_given_is_what_opens(access_city: Access) -> None:
    found = access_city.ask("A1", "video")
    part = {access_city.item(found, "video"): Range(3, 9)}
    access_city.decide(found, "L2", Answer("该段", parts=part))
    grant = access_city.grant(found)
    assert grant is not None
    with access_city.city.registry.reading() as reading:
        assert opened_part(reading, grant.id, access_city.recordings["video"]) == Range(3, 9)
        assert opened_part(reading, grant.id, access_city.recordings["photo"]) is None


def test_a_viewing_is_closed_once_and_only_by_who_opened_it(access_city: Access, request_id: UUID) -> None:
    view = access_city.look(request_id, "video", "A1")
    access_city.city.wait(hours=1)
    close(access_city, view, "L3")
    close(access_city, uuid4(), "A1")
    assert views(access_city)[0].closed_at is None
    close(access_city, view, "A1")
    access_city.city.wait(hours=1)
    close(access_city, view, "A1")
    [row] = views(access_city)
    assert row.closed_at == row.last_at == MORNING + 2 * HOUR


def close(access_city: Access, view: UUID, by: str) -> None:
    with access_city.city.act() as act:
        access.close_view(act, view, access_city.person(by))

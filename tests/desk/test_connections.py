"""A page or an act needs one connection at a time: with two, those who wait could all be waiting for each other."""

from __future__ import annotations

import re
import threading
from collections import Counter as Count

import pytest
from sqlalchemy import event

from tests.desk.test_access_pages import ask, items, step_place
from tests.fixtures.counter import Counter


@pytest.fixture
def most(counter: Counter) -> Count[int]:
    """By thread, the most connections it had at once."""
    held, most = Count[int](), Count[int]()
    engine = counter.access.city.registry.engine

    def taken(*_: object) -> None:
        thread = threading.get_ident()
        held[thread] += 1
        most[thread] = max(most[thread], held[thread])

    def given_back(*_: object) -> None:
        held[threading.get_ident()] -= 1

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    return most


@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
def test_nobody_holds_one_connection_and_asks_for_another(counter: Counter, most: Count[int]) -> None:
    officer, leader = counter.browser("A1"), counter.browser("L2")
    number = ask(counter, officer)
    leader.press(step_place(leader.open(f"/requests/{number}")), do="approve", reason="同意", item=items(leader))
    grant = re.search(r'action="(/grants/[^"]+)"', officer.open(f"/requests/{number}"))
    assert grant is not None
    view = officer.fill(grant[1]).headers["Location"]
    assert officer.get(view).status_code == 200
    assert officer.get(f"{view}/footage").status_code == 200
    for place in ("/inbox", "/requests", "/register", "/tokens", "/people"):
        assert leader.get(place).status_code in (200, 403)
    administrator = counter.browser("A3")
    administrator.open("/people/A2")
    administrator.press("/people/A2", do="propose", role="officer", unit="xf", document="任1号")
    assert max(most.values()) == 1

"""A page or an act needs one connection at a time: with two, those who wait could all be waiting for each other."""

from __future__ import annotations

import re
import threading
from collections import Counter as Count

import pytest
from sqlalchemy import event

from tests.desk.test_access_pages import ask, items, step_place
from tests.desk.test_disposal_pages import appraise_all, approve
from tests.fixtures.counter import Counter
from tests.fixtures.disposal import DisposalDesk


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


@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
def test_nor_with_lists_holds_cases_and_terms(disposal_desk: DisposalDesk, most: Count[int]) -> None:
    number = disposal_desk.open_list()
    most.clear()  # what the test itself did
    administrator, leader = disposal_desk.browser("A3"), disposal_desk.browser("L3")
    place, old = f"/disposals/{number}", disposal_desk.recording("old")
    appraise_all(administrator, number)
    administrator.press(place, do="submit", reason="已鉴定")
    approve(disposal_desk, number)
    leader = disposal_desk.browser("L3")
    leader.open(place)
    leader.press(place, do="restore", scope="chosen", recording=old, reason="续存")
    leader.open("/holds/new?activity=xf-1")
    leader.press("/holds/new", kind="legal", reason="复议", recording=old)
    for page in ("/disposals", "/disposals/register", "/holds", "/cases", "/cases/new", "/terms/changes", "/inbox"):
        leader.open(page)
    leader.open("/terms/review")
    leader.open(f"/recordings/{old}")
    assert leader.get(f"{place}/items.csv").status_code == 200
    assert max(most.values()) == 1

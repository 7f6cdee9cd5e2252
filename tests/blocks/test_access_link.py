"""A link to a step: for one step, one person, two weeks; whoever changes a letter has none (Art. 17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from blocks.access_link import GOOD_FOR, read_step, step_link
from blocks.page_link import page_key

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)
SECRET = "a secret of these tests"
STEP, PERSON = uuid4(), uuid4()
SECOND = timedelta(seconds=1)


def token(secret: str = SECRET) -> str:
    link = step_link("https://custody.example/", STEP, PERSON, secret, AT)
    assert link.startswith("https://custody.example/go/")
    return link.rpartition("/")[2]


def test_it_names_the_step_and_the_person_until_it_is_too_old() -> None:
    assert read_step(token(), SECRET, AT) == (STEP, PERSON)
    assert read_step(token(), SECRET, AT + GOOD_FOR) == (STEP, PERSON)
    assert read_step(token(), SECRET, AT + GOOD_FOR + 2 * SECOND) is None


def test_each_person_and_step_has_another() -> None:
    links = {step_link("", step, person, SECRET, AT) for step in (STEP, uuid4()) for person in (PERSON, uuid4())}
    assert len(links) == 4


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_letter_changed_makes_it_void(place: int) -> None:
    good = token()
    other = "A" if good[place] != "A" else "B"
    assert read_step(good[:place] + other + good[place + 1 :], SECRET, AT) is None


@pytest.mark.parametrize("forged", ["", ".", "..", "a.b.c", "x" * 5_000, "\x00", page_key("notice", "N", SECRET, AT)])
def test_what_is_no_link_opens_nothing(forged: str) -> None:
    assert read_step(forged, SECRET, AT) is None


def test_another_installations_is_void() -> None:
    assert read_step(token("another secret"), SECRET, AT) is None

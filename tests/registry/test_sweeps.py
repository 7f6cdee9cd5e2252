"""Sweeps: one of a kind at a time, a dead one's work taken over, and none goes on once it was (Art. 20)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from registry import queries
from registry.queries.duties import last_sweeps
from registry.tables import Sweep
from registry.transitions import notices
from registry.transitions.notices.sweeps import PATIENCE
from regulation.errors import ActionDenied
from tests.fixtures.custody import City

KIND = "deadline-escalation"


def begin(city: City, holder: str = "one", kind: str = KIND, *, dead: tuple[str, ...] = ()) -> UUID | None:
    with city.act() as act:
        return notices.begin_sweep(act, kind, holder, lambda other: other in dead)


def sweep(city: City, sweep_id: UUID | None) -> Sweep:
    with city.registry.reading() as reading:
        return reading.get_one(Sweep, sweep_id)


def test_one_of_a_kind_at_a_time(city: City) -> None:
    first = begin(city)
    assert first is not None
    assert begin(city, "two") is None
    assert begin(city, "two", "another-kind") is not None
    with city.act() as act:
        notices.finish_sweep(act, first, {"considered": 3})
    assert sweep(city, first).counts == {"considered": 3}
    assert begin(city, "two") is not None


def test_one_that_gave_no_sign_of_life_is_dead_and_taken_over(city: City) -> None:
    first = begin(city)
    assert first is not None
    city.now += PATIENCE - timedelta(seconds=1)
    assert begin(city, "two") is None
    with city.act() as act:
        notices.beat(act, first)
    city.now += PATIENCE - timedelta(seconds=1)
    assert begin(city, "two") is None
    city.wait(seconds=1)
    second = begin(city, "two")
    assert second is not None
    assert (sweep(city, first).counts, sweep(city, first).finished_at) == ({"abandoned": 1}, city.now)


def test_one_whose_process_is_gone_is_taken_over_at_once(city: City) -> None:
    first = begin(city)
    assert begin(city, "two", dead=("three",)) is None
    assert begin(city, "two", dead=("one",)) is not None
    assert sweep(city, first).finished_at == city.now


def test_without_word_about_processes_only_silence_counts(city: City) -> None:
    begin(city)
    with city.act() as act:
        assert notices.begin_sweep(act, KIND, "two") is None


def test_one_that_was_taken_over_does_not_go_on(city: City) -> None:
    first = begin(city)
    assert first is not None
    begin(city, "two", dead=("one",))
    with pytest.raises(ActionDenied, match="taken"), city.act() as act:
        notices.beat(act, first)
    with pytest.raises(ActionDenied, match="taken"), city.act() as act:
        notices.finish_sweep(act, first, {})
    assert sweep(city, first).counts == {"abandoned": 1}


def test_the_end_and_what_was_counted_are_in_the_ledger(city: City) -> None:
    first = begin(city)
    assert first is not None
    with city.act() as act:
        notices.finish_sweep(act, first, {"lines": 7})
    with city.registry.reading() as reading:
        [entry] = queries.history_of(reading, first)
    assert (entry.event, '"lines":7' in entry.facts) == ("sweep.finished", True)


def test_said_again_after_a_lost_answer_the_end_is_entered_once(city: City) -> None:
    first = begin(city)
    assert first is not None
    for _ in range(2):
        with city.act() as act:
            notices.finish_sweep(act, first, {"lines": 7})
    assert city.events(first) == ["sweep.finished"]
    assert sweep(city, first).counts == {"lines": 7}


def test_the_last_that_came_to_their_end_newest_first(city: City) -> None:
    ended = []
    for _ in range(3):
        ended.append(begin(city))
        assert ended[-1] is not None
        with city.act() as act:
            notices.finish_sweep(act, ended[-1], {})
        city.wait(minutes=5)
    begin(city)
    with city.registry.reading() as reading:
        assert [one.id for one in last_sweeps(reading, KIND, 2)] == [ended[2], ended[1]]
        assert last_sweeps(reading, "another-kind") == []

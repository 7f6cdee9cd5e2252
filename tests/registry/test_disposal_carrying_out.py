"""A list being carried out: begun before the vault lets go of anything, finished once nothing is left (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import pytest

from registry.ledger import Event
from registry.tables import RecordingState
from registry.transitions import disposal
from registry.transitions.disposal import Doomed, LetGo
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied, FixityError
from regulation.retention import Kept
from regulation.vocabulary import ActivityKind
from tests.fixtures.disposal import Disposal
from tests.registry.test_terms import superior

BOTH = ("old", "older")


@pytest.fixture
def ready(disposal_city: Disposal) -> Disposal:
    disposal_city.decided()
    return disposal_city


def fates(city: Disposal) -> dict[ItemState, int]:
    states = [one.state for one in city.items()]
    return {state: states.count(state) for state in dict.fromkeys(states)}


def ids(doomed: Iterable[Doomed]) -> list[UUID]:
    return [one.item_id for one in doomed]


def test_begun_twice_it_is_begun_once(ready: Disposal) -> None:
    first, second = ready.begin(), ready.begin()
    assert ids(first) == ids(second)
    assert not any(one.may_be_gone for one in first) and all(one.may_be_gone for one in second)
    assert {one.recording_id for one in first} == {ready.recording(one) for one in BOTH}
    assert ready.city.events(ready.recording("old")).count("recording.destroying") == 1
    assert ready.state() is ListState.DESTROYING


def test_finished_twice_it_is_finished_once(ready: Disposal) -> None:
    doomed = ready.begin()
    assert ready.finish(doomed)
    entries = ready.city.entries()
    assert ready.finish(doomed, "said too late")
    assert ready.city.entries() == entries
    assert ready.go_on() == []
    assert ready.retry() == 0
    assert ready.begin() == []
    [facts] = ready.facts(Event.DISPOSAL_FINISHED)
    assert facts == {"destroyed": 2}
    assert ready.problems() == []


def test_two_sweeps_at_once_destroy_nothing_twice_and_lose_nothing(ready: Disposal) -> None:
    one, other = ready.begin(), ready.go_on()
    assert ids(one) == ids(other)
    assert not ready.finish(one[:1])
    assert not ready.finish(other[:1], "late")
    assert ready.finish(other)
    assert fates(ready) == {ItemState.DESTROYED: 2}
    assert ready.problems() == []


def test_what_was_begun_is_gone_on_with_before_anything_else_begins(ready: Disposal) -> None:
    with ready.city.act() as act:
        disposal.begin_list(act, ready.list_id())
        [first] = disposal.begin_items(act, ready.list_id(), ready.rules, 1)
    assert ids(ready.go_on()) == ids([first])
    ready.finish([first])
    [second] = ready.go_on()
    assert second != first
    assert ready.finish([second])


def test_nothing_begins_that_was_not_begun_as_a_list(ready: Disposal) -> None:
    assert ready.go_on() == []
    assert fates(ready) == {ItemState.LISTED: 2}


@pytest.mark.parametrize("back", [timedelta(days=7), timedelta(days=400)])
def test_a_clock_put_back_lets_nothing_go(ready: Disposal, back: timedelta) -> None:
    ready.city.now -= back
    with pytest.raises(ActionDenied, match="time of grace"):
        ready.begin()


def test_a_clock_put_back_while_it_is_carried_out_keeps_what_is_not_begun(ready: Disposal) -> None:
    with ready.city.act() as act:
        disposal.begin_list(act, ready.list_id())
    ready.city.wait(days=-400)
    assert ready.go_on() == []
    assert {one.dropped_why for one in ready.items()} == {Kept.LOCKED}
    assert not ready.finish([])
    assert ready.state() is ListState.EMPTIED
    assert set(ready.states().values()) == {RecordingState.SEALED}
    assert ready.problems() == []


KEEPING = {
    "hold": (lambda city: city.hold("old"), Kept.HELD),
    "access": (lambda city: city.access.ask("A1", "old"), Kept.ACCESS_OPEN),
    "case": (lambda city: (city.case("案-1"), city.use("案-1", "old")), Kept.CASE_OPEN),
    "filed": (lambda city: city.activity("own", ActivityKind.ENFORCEMENT), Kept.NO_CASE),
}


@pytest.mark.parametrize("what", KEEPING)
def test_what_something_keeps_at_the_last_moment_stays(disposal_city: Disposal, what: str) -> None:
    """Between the last signature and the deletion."""
    disposal_city.activity("own")
    disposal_city.seal_filed("own", "own")
    disposal_city.access.recordings["old"] = disposal_city.access.recordings.pop("own")
    disposal_city.city.settle_duties()
    disposal_city.decided()
    keep, why = KEEPING[what]
    keep(disposal_city)
    assert disposal_city.recording("old") not in {one.recording_id for one in disposal_city.begin()}
    [kept] = [one for one in disposal_city.items() if one.recording_id == disposal_city.recording("old")]
    assert (kept.state, kept.dropped_why, kept.dropped_by_id) == (ItemState.DROPPED, why, None)
    assert disposal_city.problems() == []


def test_an_open_duty_about_it_keeps_it(ready: Disposal) -> None:
    """Its activity's end was corrected: footage of it may be lacking."""
    ready.city.tamper("duty", f"UPDATE duty SET state = 'overdue' WHERE subject_id = '{_activity(ready)}'")
    assert ready.begin() == []
    assert {one.dropped_why for one in ready.items()} == {Kept.DUTY_OPEN}


def _activity(city: Disposal) -> str:
    found = city.city.activities["xf-1"]
    return found.hex if city.city.registry.engine.dialect.name == "sqlite" else str(found)


def test_a_longer_policy_counts_at_the_last_moment(ready: Disposal) -> None:
    ready.change_policy(superior(12))
    assert ready.begin() == []
    assert {one.dropped_why for one in ready.items()} == {Kept.IN_TERM}


def test_what_the_vault_did_not_let_go_of_is_tried_again(ready: Disposal) -> None:
    doomed = ready.begin()
    assert not ready.finish(doomed, "It is locked\0until tomorrow.")
    assert {(one.state, one.problem) for one in ready.items()} == {
        (ItemState.FAILED, "It is locked\ufffduntil tomorrow.")
    }
    assert ready.go_on() == []
    first = ready.items()[0].failed_at
    ready.city.wait(days=1)
    assert ready.retry() == 2
    assert ready.retry() == 0
    again = ready.go_on()
    assert [one.item_id for one in again] == [one.item_id for one in doomed]
    assert not ready.finish(again, "still")
    assert ready.items()[0].failed_at == first
    ready.retry()
    assert ready.finish(ready.go_on())
    assert ready.city.events(ready.recording("old"))[-6:] == [
        *["recording.destroying", "recording.not-destroyed"] * 2,
        "recording.destroying",
        "recording.destroyed",
    ]
    assert ready.problems() == []


def test_an_answer_about_another_lists_item_is_not_heard(ready: Disposal) -> None:
    from uuid import uuid4

    ready.begin()
    with ready.city.act() as act:
        disposal.finish_items(act, ready.list_id(), [LetGo(uuid4(), True)])
        assert not disposal.finish_list(act, ready.list_id())
    assert fates(ready) == {ItemState.DESTROYING: 2}


def test_a_list_that_was_changed_behind_the_registry_is_not_carried_out(ready: Disposal) -> None:
    ready.city.tamper("disposal_item", "UPDATE disposal_item SET appraisal = 'extend' WHERE state = 'listed'")
    with pytest.raises(FixityError, match="not the one"):
        ready.begin()


def test_a_list_without_its_decisions_is_not_carried_out(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    for state in ("grace", "destroying"):
        disposal_city.city.tamper(
            "disposal_list", f"UPDATE disposal_list SET state = '{state}', grace_until = '2027-01-01 00:00:00.000000'"
        )
        with pytest.raises(ActionDenied, match="lacks an approval"):
            disposal_city.begin()
    with pytest.raises(ActionDenied, match="lacks an approval"):
        disposal_city.retry()


def test_a_certificate_is_kept_once_and_only_of_what_was_carried_out(ready: Disposal) -> None:
    def certify(document: str) -> str:
        with ready.city.act() as act:
            return disposal.certify(
                act,
                ready.list_id(),
                document=document,
                key_id="key",
                signature="c2ln",
                paper_key="statements/x",
                paper_sha256="0" * 64,
            )

    with pytest.raises(ActionDenied, match="not carried out"):
        certify("{}")
    ready.finish(ready.begin())
    assert certify("{}") == certify("{ }") == "DC-xf-2027-00001"
    assert len(ready.facts(Event.DISPOSAL_CERTIFIED)) == 1
    assert ready.problems() == []


def test_what_is_kept_does_not_stand_before_what_may_go(ready: Disposal) -> None:
    """The first of a list is asked for at the last moment: the run goes on to the next in the same night."""
    with ready.city.act() as act:
        disposal.begin_list(act, ready.list_id())
    first, second = (one.recording_id for one in ready.items())
    ready.access.ask("A1", next(name for name in BOTH if ready.recording(name) == first))
    with ready.city.act() as act:
        begun = disposal.begin_items(act, ready.list_id(), ready.rules, 1)
    assert [one.recording_id for one in begun] == [second]


def test_a_list_of_which_nothing_may_go_any_more_is_over_without_a_certificate(ready: Disposal) -> None:
    with ready.city.act() as act:
        disposal.begin_list(act, ready.list_id())
    ready.hold(*BOTH)
    assert ready.state() is ListState.EMPTIED
    assert ready.begin() == []
    with pytest.raises(ActionDenied, match="not carried out"), ready.city.act() as act:
        disposal.certify(
            act, ready.list_id(), document="{}", key_id="k", signature="s", paper_key="p", paper_sha256="0" * 64
        )
    assert ready.problems() == []

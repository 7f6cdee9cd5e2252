"""Footage held back, whatever its term: by whom, over what, until when (Art. 18)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from registry.ledger import Event
from registry.tables import RecordingState
from registry.transitions import holding, retention
from registry.transitions.holding import NewHold
from regulation.access_terms import FieldDenied
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied
from regulation.holds import HoldKind
from regulation.retention import Kept
from regulation.vocabulary import ActivityKind
from tests.fixtures.disposal import Disposal


def test_what_is_held_is_not_listed_until_every_hold_is_lifted(disposal_city: Disposal) -> None:
    first, second = disposal_city.hold("old"), disposal_city.hold("old", "older")
    disposal_city.later()
    listed = disposal_city.list_due()
    assert (listed.number, listed.kept) == (None, {Kept.HELD: 2})
    disposal_city.lift(first)
    assert disposal_city.list_due().number is None
    disposal_city.lift(second)
    assert disposal_city.list_due().items == 2
    with pytest.raises(ActionDenied, match="lifted already"):
        disposal_city.lift(first)
    assert disposal_city.problems() == []


def test_whoever_has_a_role_over_footage_may_hold_it_and_its_officer(disposal_city: Disposal) -> None:
    for by in ("B1", "J3", "A2"):
        with pytest.raises(ActionDenied, match="Only who made"):
            disposal_city.hold("old", by=by)
    for by in ("A1", "A3", "C1", "L2", "L3", "S1"):
        disposal_city.hold("old", by=by)
    disposal_city.access.leave("A1", "xf")
    with pytest.raises(ActionDenied, match="no such hold"):
        disposal_city.lift("HD-9")
    assert disposal_city.problems() == []


def test_only_the_principal_leader_or_the_supervision_lets_go(disposal_city: Disposal) -> None:
    number = disposal_city.hold("old")
    for by in ("A1", "A3", "L1", "L2", "C1", "J3"):
        with pytest.raises(ActionDenied, match="Only the principal leader"):
            disposal_city.lift(number, by=by)
    with pytest.raises(FieldDenied), disposal_city.city.act() as act:
        holding.lift_hold(act, number, disposal_city.person("L3"), "  ")
    disposal_city.lift(number, by="S1")
    [facts] = disposal_city.facts(Event.HOLD_LIFTED)
    assert facts["person_id"] == str(disposal_city.person("S1"))


def test_a_hold_is_over_something_of_one_unit_for_a_reason(disposal_city: Disposal) -> None:
    with pytest.raises(ActionDenied, match="one unit"):
        disposal_city.hold("old", "other", by="S1")
    with pytest.raises(ActionDenied, match="No recording"):
        disposal_city.hold()
    with pytest.raises(FieldDenied) as denied:
        disposal_city.hold("old", case="案-9")
    assert denied.value.subject == "case_number"
    unknown = NewHold(HoldKind.LEGAL, "复议", [uuid4()])
    unexplained = NewHold(HoldKind.LEGAL, "", [disposal_city.recording("old")])
    for new in (unknown, unexplained):
        with pytest.raises(ActionDenied), disposal_city.city.act() as act:
            holding.place_hold(act, new, disposal_city.person("A3"))
    disposal_city.hold("old", "sound")  # of the unit and its department
    assert disposal_city.problems() == []


def test_a_hold_by_case_is_for_who_has_a_role_in_its_unit(disposal_city: Disposal) -> None:
    disposal_city.case("案-1")
    for by in ("B1", "J3", "A2"):
        with pytest.raises(ActionDenied, match="no case file"):
            disposal_city.hold(case="案-1", by=by)
    disposal_city.hold(case="案-1")
    assert [one["recordings"] for one in disposal_city.facts(Event.HOLD_PLACED)] == [[]]


def case_over(city: Disposal) -> None:
    """Case 案-1 is closed and over long ago, and all of it held back."""
    city.case("案-1", date(2020, 1, 1), 1)
    city.hold(case="案-1")


def test_a_held_case_holds_what_comes_to_it_later_at_once(disposal_city: Disposal) -> None:
    """Not only once the nightly sweep has seen it: the list is carried out the moment after."""
    case_over(disposal_city)
    disposal_city.decided()
    assert disposal_city.listed() == {"old", "older"}
    disposal_city.use("案-1", "old")
    assert [one.recording_id for one in disposal_city.begin()] == [disposal_city.recording("older")]
    [dropped] = [one for one in disposal_city.items() if one.state is ItemState.DROPPED]
    assert (dropped.recording_id, dropped.dropped_why) == (disposal_city.recording("old"), Kept.HELD)
    assert disposal_city.problems() == []


def test_a_held_case_holds_what_is_filed_in_it_later(disposal_city: Disposal) -> None:
    case_over(disposal_city)
    disposal_city.activity("new")
    disposal_city.seal_filed("new", "it")
    disposal_city.city.settle_duties()
    disposal_city.decided()
    assert disposal_city.listed() == {"old", "older", "it"}
    disposal_city.activity("new", ActivityKind.INSPECTION, "案-1")
    begun = {one.recording_id for one in disposal_city.begin()}
    assert begun == {disposal_city.recording(one) for one in ("old", "older")}
    for _ in range(2):
        with disposal_city.city.act() as act:
            retention.touch_terms(act, [disposal_city.recording("it")])
        disposal_city.settle()
    assert disposal_city.problems() == []


def test_a_lifted_hold_by_case_holds_nothing(disposal_city: Disposal) -> None:
    disposal_city.case("案-1", date(2020, 1, 1), 1)
    number = disposal_city.hold(case="案-1")
    disposal_city.use("案-1", "old")
    disposal_city.settle()
    disposal_city.lift(number)
    disposal_city.later()
    assert disposal_city.list_due().items == 2
    assert disposal_city.problems() == []


def test_a_case_is_held_though_some_of_it_is_gone_or_another_units(disposal_city: Disposal) -> None:
    disposal_city.case("案-1", date(2020, 1, 1), 1)
    disposal_city.use("案-1", "old")
    disposal_city.use("案-1", "other", by="S1")
    disposal_city.later()
    disposal_city.list_due(most=1)
    disposal_city.decide_all()
    disposal_city.city.wait(days=7)
    doomed = disposal_city.begin()
    assert doomed[0].recording_id == disposal_city.recording("old")
    disposal_city.hold(case="案-1")  # while it is being destroyed
    disposal_city.finish(doomed)
    disposal_city.hold(case="案-1")  # and when it is gone
    assert [facts["recordings"] for facts in disposal_city.facts(Event.HOLD_PLACED)] == [
        [str(disposal_city.recording("other"))]
    ] * 2
    assert disposal_city.problems() == []


def test_what_is_being_destroyed_is_neither_held_nor_used_any_more(disposal_city: Disposal) -> None:
    disposal_city.case("案-1")
    disposal_city.decided()
    doomed = disposal_city.begin()
    for late in (lambda: disposal_city.hold("old"), lambda: disposal_city.use("案-1", "old")):
        with pytest.raises(ActionDenied, match="has begun"):
            late()
    disposal_city.finish(doomed)
    for late in (lambda: disposal_city.hold("old"), lambda: disposal_city.use("案-1", "old")):
        with pytest.raises(ActionDenied, match="destroyed by decision"):
            late()


def test_what_the_vault_did_not_let_go_of_can_still_be_held(disposal_city: Disposal) -> None:
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin(), "locked")
    disposal_city.hold("old")
    states = {one.recording_id: (one.state, one.dropped_why) for one in disposal_city.items()}
    assert states[disposal_city.recording("old")] == (ItemState.DROPPED, Kept.HELD)
    assert disposal_city.retry() == 1
    assert disposal_city.finish(disposal_city.go_on())
    assert disposal_city.state() is ListState.DONE
    found = disposal_city.states()
    assert (found["old"], found["older"]) == (RecordingState.SEALED, RecordingState.DISPOSED)
    assert disposal_city.problems() == []


def test_what_is_used_after_the_vault_kept_it_is_not_tried_again(disposal_city: Disposal) -> None:
    disposal_city.case("案-1")
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin(), "locked")
    disposal_city.use("案-1", "old")
    assert disposal_city.retry() == 1
    states = {one.recording_id: (one.state, one.dropped_why) for one in disposal_city.items()}
    assert states[disposal_city.recording("old")] == (ItemState.DROPPED, Kept.CASE_OPEN)
    assert disposal_city.problems() == []


def test_a_hold_on_everything_ends_the_list(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    number = disposal_city.hold("old", "older")
    assert disposal_city.state() is ListState.EMPTIED
    with pytest.raises(ActionDenied, match="handed in already"):
        disposal_city.submit()
    disposal_city.lift(number)
    disposal_city.city.now += timedelta(days=1)
    assert disposal_city.list_due().items == 2  # on a list of their own
    assert disposal_city.problems() == []

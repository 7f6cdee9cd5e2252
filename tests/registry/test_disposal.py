"""A disposal list from what is due to what is gone: every word it needs, and nothing without them (Art. 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.ledger import verify, verify_rows
from registry.tables import RecordingState, Unit
from registry.transitions.retention.telling import tell_coming
from regulation.disposal import Appraisal
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied
from regulation.retention import Kept, RetentionClass
from tests.fixtures.custody import CITY_RULES
from tests.fixtures.disposal import AFTER_TERM, Disposal


def test_routine_footage_has_a_last_day(disposal_city: Disposal) -> None:
    disposal_city.settle()
    term = disposal_city.term("old")
    assert (term.retention_class, term.kept) == (RetentionClass.ROUTINE, None)
    assert str(term.due_on) == "2027-05-23"


def test_what_is_unfiled_has_none(disposal_city: Disposal) -> None:
    disposal_city.settle()
    term = disposal_city.term("video")
    assert (term.due_on, term.kept) == (None, Kept.UNFILED)


def test_nothing_is_listed_before_its_last_day_is_over(disposal_city: Disposal) -> None:
    assert disposal_city.list_due().number is None
    disposal_city.later()
    assert disposal_city.list_due().items == 2
    assert disposal_city.listed() == {"old", "older"}


def test_a_list_is_gone_through_to_its_end(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.decide_all()
    assert disposal_city.state() is ListState.GRACE
    with pytest.raises(ActionDenied, match="time of grace"):
        disposal_city.begin()
    disposal_city.later(disposal_city.city.now + timedelta(days=7))
    doomed = disposal_city.begin()
    assert {one.recording_id for one in doomed} == {disposal_city.recording(one) for one in ("old", "older")}
    assert disposal_city.finish(doomed)
    assert disposal_city.state() is ListState.DONE
    states = disposal_city.states()
    assert [states[one] for one in ("old", "older")] == [RecordingState.DISPOSED] * 2
    assert states["video"] is RecordingState.SEALED
    registry = disposal_city.city.registry
    assert not verify(registry).problems
    assert not verify_rows(registry).problems


def test_a_hold_takes_it_off_its_list(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    number = disposal_city.hold("old")
    assert disposal_city.listed() == {"older"}
    disposal_city.appraise()
    disposal_city.submit()
    disposal_city.approve()
    disposal_city.lift(number)
    assert disposal_city.listed() == {"older"}


def test_what_is_kept_by_appraisal_leaves_the_list(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.appraise("old", appraisal=Appraisal.KEEP, reason="典型案例")
    disposal_city.appraise("older", appraisal=Appraisal.EXTEND, keep_until=disposal_city.city.now.date() + timedelta(9))
    assert disposal_city.state() is ListState.EMPTIED
    assert {one.state for one in disposal_city.items()} == {ItemState.DROPPED}
    assert disposal_city.list_due().number is None
    assert disposal_city.term("old").kept is Kept.APPRAISED


def test_the_city_decides_about_nothing_of_the_units_it_stands_over(disposal_city: Disposal) -> None:
    city = disposal_city.city
    city.now = AFTER_TERM - timedelta(days=20)
    disposal_city.settle()
    with city.act() as act:
        assert tell_coming(act, act.session.get_one(Unit, city.unit_id("city")), CITY_RULES) == []
        assert [one.originals for one in tell_coming(act, act.session.get_one(Unit, city.unit_id("xf")), CITY_RULES)]
    disposal_city.later()
    assert disposal_city.list_due("city").number is None
    assert disposal_city.list_due("xf").items == 2

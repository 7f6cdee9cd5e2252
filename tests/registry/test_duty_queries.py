"""How duties stand, and what a notice says (Art. 16, 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.queries.duties import not_yet_due, open_by_state, overdue_by_unit
from registry.queries.duty_history import notices_told
from registry.queries.notices import NoticeView, duties_of, notice_view
from registry.tables import NoticeKind, NoticeState
from registry.transitions import notices
from registry.transitions.checks import record_check
from regulation.duties import DutyKind, DutyState
from regulation.ladder import Step
from regulation.vocabulary import Role
from tests.fixtures.custody import ACTIVITIES, MORNING
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter

HOUR = timedelta(hours=1)


@pytest.fixture
def swept(duty_city: Duties) -> Duties:
    """xf-1 fell due two hours ago, xf-2 just now; a recorder has failed its check."""
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    city.now = MORNING + 24 * HOUR + timedelta(minutes=1)
    with city.act() as act:
        record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now, works=False)
    duty_city.sweep()
    return duty_city


def view(swept: Duties, reader: str, limit: int = 20, offset: int = 0) -> NoticeView:
    [notice] = [one for one in swept.notices() if one.person_id == swept.city.people[reader]]
    with swept.city.registry.reading() as reading:
        found = notice_view(reading, notice.number, offset, limit)
    assert found is not None
    return found


def test_what_is_overdue_by_unit_the_longest_first(swept: Duties) -> None:
    with swept.city.registry.reading() as reading:
        found = overdue_by_unit(reading)
    assert [(one.unit_code, one.kind, one.count, one.longest) for one in found] == [
        ("xf", DutyKind.UPLOAD, 1, MORNING + 22 * HOUR),
        ("xfa", DutyKind.UPLOAD, 1, MORNING + 24 * HOUR),
    ]


def test_what_is_owed_by_state_and_what_is_not_yet_due(swept: Duties) -> None:
    with swept.city.registry.reading() as reading:
        assert open_by_state(reading) == {
            DutyState.WAITING: 0,
            DutyState.RUNNING: 1,
            DutyState.PAUSED: 0,
            DutyState.OVERDUE: 2,
        }
        assert not_yet_due(reading, swept.city.now) == 3
        assert not_yet_due(reading, swept.city.now + timedelta(days=9)) == 0


def test_a_notice_lists_each_duty_once_by_its_highest_rung_the_longest_overdue_first(swept: Duties) -> None:
    whole = view(swept, "A3")
    assert (whole.kind, whole.reader_number, whole.unit_codes) == (NoticeKind.DIGEST, "A3", ("xf", "city"))
    assert (whole.total, whole.overdue, whole.by_kind) == (2, 2, {DutyKind.UPLOAD: 2})
    told = [(line.duty.subject, line.step, line.role, line.instead_of) for line in whole.lines]
    assert told == [
        ("xf-1", Step.DUE, Role.DEVICE_ADMINISTRATOR, Role.OFFICER),
        ("xf-2", Step.DUE, Role.DEVICE_ADMINISTRATOR, None),
    ]


def test_a_notice_is_read_page_by_page(swept: Duties) -> None:
    first, second = view(swept, "A3", limit=1), view(swept, "A3", limit=1, offset=1)
    assert [line.duty.subject for line in (*first.lines, *second.lines)] == ["xf-1", "xf-2"]
    assert first.total == second.total == 2


def test_a_name_on_a_screen_that_others_see_is_masked(swept: Duties) -> None:
    [mine] = view(swept, "A2").lines
    assert (mine.duty.owed_by_name, mine.duty.owed_by_masked, mine.duty.owed_by_number) == ("乙", "乙某", "A2")
    assert view(swept, "A3").lines[0].duty.owed_by_masked is None


def test_there_is_no_view_of_an_unknown_notice(swept: Duties) -> None:
    with swept.city.registry.reading() as reading:
        assert notice_view(reading, "N-xf-2026-99999") is None


def test_duties_of_units_by_state_the_first_due_first(swept: Duties) -> None:
    city = swept.city
    units = [city.unit_id("xf"), city.unit_id("xfa")]
    with city.registry.reading() as reading:
        every = duties_of(reading, units, list(DutyState))
        overdue = duties_of(reading, units, [DutyState.OVERDUE], limit=1)
        assert duties_of(reading, [city.unit_id("jt")], list(DutyState)) == []
    assert [(one.kind, one.subject) for one in every] == [
        (DutyKind.UPLOAD, "xf-1"),
        (DutyKind.UPLOAD, "xf-2"),
        (DutyKind.DEVICE_REPLACEMENT, "D1"),
    ]
    assert [one.subject for one in overdue] == ["xf-1"]


def test_the_outbox_newest_first_and_by_state(swept: Duties) -> None:
    city = swept.city
    city.wait(minutes=1)
    with city.act() as act:
        notices.queue_notices(act, NoticeKind.TRIAL, [city.people["L1"]])
    with city.registry.reading() as reading:
        assert notices_told(reading)[0].reader_number == "L1"
        assert len(notices_told(reading, state=NoticeState.QUEUED)) == len(notices_told(reading)) == 3
        assert notices_told(reading, state=NoticeState.DEAD) == []

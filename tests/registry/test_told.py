"""Who was told what, against the ledger: a line or decision changed behind the registry is found (Art. 16, 20)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.bulk import AnyRow
from registry.ledger import RowProblem, verify_rows
from registry.queries.organisation import organisation_at
from registry.tables import Duty, NoticeKind
from registry.transitions import duties, notices
from registry.transitions.notices import Attempt
from regulation.ladder import Step
from regulation.recipients import Recipient
from tests.fixtures.custody import City
from tests.fixtures.duties import Duties

LATER = "'2099-01-01 00:00:00.000000'"
NOBODY = "f" * 32
A_LINE = "step = 'reminder'"


def problems(city: City) -> list[RowProblem]:
    return verify_rows(city.registry).problems


def blamed(city: City) -> set[tuple[str, str]]:
    return {(problem.table, problem.column) for problem in problems(city)}


def deliver(city: City) -> list[AnyRow]:
    """Every queued notice delivered; gives them."""
    with city.act() as act:
        claimed = notices.claim_notices(act, "d", timedelta(minutes=5), 100, lambda _row, at: at)
        notices.record_attempts(act, "d", [Attempt(row.id, channel="sms") for row in claimed])
    return claimed


@pytest.fixture
def told(duty_city: Duties) -> Duties:
    """Two sweeps have told of a duty, all is delivered, one notice is read; the duty is paused twice, then excused."""
    city = duty_city.city
    duty_city.settle()
    city.wait(hours=19)
    duty_city.sweep()
    [first, *_] = deliver(city)
    city.wait(minutes=5)
    with city.act() as act:
        notices.record_reading(act, first.number)
    duty = running(duty_city)
    for _ in range(2):
        with city.act() as act:
            until = city.now + timedelta(hours=1)
            duties.pause_duty(act, duty.id, city.people["L2"], "设备检修", until, duty_city.rules)
        city.wait(hours=2)
    city.wait(hours=30)
    duty_city.sweep()
    deliver(city)
    with city.act() as act:
        duties.excuse_duty(act, duty.id, city.people["L2"], "设备损坏", duty_city.rules)
    assert problems(city) == []
    assert {step for _, step in duty_city.told()} >= {Step.REMINDER, Step.DUE, Step.DEPARTMENT_HEAD}
    return duty_city


def running(duty_city: Duties) -> Duty:
    [duty] = [one for one in duty_city.all() if one.due_at is not None]
    return duty


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (f"UPDATE notice_line SET step = 'principal-leader' WHERE {A_LINE}", "person_id"),
        (f"UPDATE notice_line SET role = 'supervisor' WHERE {A_LINE}", "person_id"),
        (f"UPDATE notice_line SET instead_of = 'supervisor' WHERE {A_LINE}", "person_id"),
        (f"UPDATE notice_line SET due_at = {LATER} WHERE {A_LINE}", "person_id"),
        (f"UPDATE notice_line SET planned_at = {LATER} WHERE {A_LINE}", "person_id"),
        (f"UPDATE notice_line SET told_at = {LATER} WHERE {A_LINE}", "told_at"),
        (
            f"UPDATE notice_line SET person_id = (SELECT id FROM person WHERE number = 'B1') WHERE {A_LINE}",
            "person_id",
        ),
        (
            "UPDATE notice_line SET duty_id = (SELECT id FROM duty WHERE clock = 'awaits-end') WHERE " + A_LINE,
            "person_id",
        ),
        ("DELETE FROM notice_line WHERE step = 'department-head'", "duty_id"),
        ("DELETE FROM notice_line", "told_at"),
        (
            "UPDATE notice_line SET notice_id = (SELECT id FROM notice WHERE person_id <> notice_line.person_id "
            "AND sweep_id = (SELECT sweep_id FROM notice AS own WHERE own.id = notice_line.notice_id) LIMIT 1) "
            "WHERE EXISTS (SELECT 1 FROM notice WHERE person_id <> notice_line.person_id "
            "AND sweep_id = (SELECT sweep_id FROM notice AS own WHERE own.id = notice_line.notice_id))",
            "notice_id",
        ),
        (
            "INSERT INTO notice_line (duty_id, step, person_id, notice_id, planned_at, told_at, due_at) "
            "SELECT duty_id, step, (SELECT id FROM person WHERE number = 'B1'), notice_id, planned_at, told_at, due_at "
            f"FROM notice_line WHERE {A_LINE}",
            "duty_id",
        ),
    ],
)
def test_a_line_that_was_changed_added_or_taken_away(told: Duties, change: str, column: str) -> None:
    told.city.tamper("notice_line", change)
    assert ("notice_line", column) in blamed(told.city)


def test_one_telling_of_a_sweep_that_is_gone(duty_city: Duties) -> None:
    """Two batches of one sweep: the lines of one are taken away, those of the other stay."""
    city = duty_city.city
    gathering, climber = begun(duty_city)
    told_of_one(duty_city, climber)
    with city.act() as act:
        gathering.add(act, _lines(duty_city, Step.PRINCIPAL_LEADER))
    assert problems(city) == []
    city.tamper("notice_line", "DELETE FROM notice_line WHERE step = 'principal-leader'")
    assert [(one.table, one.column) for one in problems(city)] == [("notice_line", "told_at")]


def test_acts_of_one_sweep_are_told_apart_even_at_the_same_moment(duty_city: Duties) -> None:
    """Another try of the sweep's step takes up what the first has gathered: one notice a person, a time each."""
    city = duty_city.city
    gathering, climber = begun(duty_city)
    told_of_one(duty_city, climber)
    before = len(duty_city.notices())
    with city.act() as act:
        notices.Gathering(gathering.sweep_id).add(act, _lines(duty_city, Step.PRINCIPAL_LEADER))
    assert len(duty_city.notices()) == before
    assert problems(city) == []


def begun(duty_city: Duties) -> tuple[notices.Gathering, duties.Climber]:
    duty_city.settle()
    duty_city.city.wait(hours=19)
    with duty_city.city.act() as act:
        sweep_id = notices.begin_sweep(act, "deadline-escalation", "test")
    assert sweep_id is not None
    gathering = notices.Gathering(sweep_id)
    return gathering, duties.Climber(duty_city.rules, gathering)


def told_of_one(duty_city: Duties, climber: duties.Climber) -> None:
    with duty_city.city.act() as act:
        assert climber.climb(act, organisation_at(act.session, act.at)).lines == 1


def _lines(duty_city: Duties, step: Step) -> list[duties.Told]:
    """The reminder's reader told of another step."""
    duty, reader = running(duty_city), duty_city.notices()[0].person_id
    assert duty.due_at is not None
    return [duties.Told(duty.id.hex, step, (Recipient(reader, None, None),), duty.due_at, duty.due_at)]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("delivered_at = NULL WHERE read_at IS NOT NULL", "delivered_at"),
        (f"delivered_at = {LATER} WHERE read_at IS NOT NULL", "delivered_at"),
        ("read_at = NULL", "read_at"),
        (f"read_at = {LATER} WHERE read_at IS NULL", "read_at"),
        ("channel = 'mail' WHERE read_at IS NOT NULL", "channel"),
        ("state = 'gathering' WHERE read_at IS NOT NULL", "state"),
        ("person_id = (SELECT id FROM person WHERE number = 'B1') WHERE read_at IS NOT NULL", "person_id"),
    ],
)
def test_a_notice_that_was_sent_or_read_otherwise(told: Duties, change: str, column: str) -> None:
    told.city.tamper("notice", f"UPDATE notice SET {change}")
    found = blamed(told.city)
    assert ("notice", column) in found
    assert found - {("notice", column)} <= {("notice_line", "notice_id")}


def test_a_notice_that_is_gone(told: Duties) -> None:
    told.city.tamper("notice_line", "DELETE FROM notice_line")
    told.city.tamper("notice", "DELETE FROM notice WHERE read_at IS NOT NULL")
    assert {("notice", "id"), ("notice_line", "told_at")} == blamed(told.city)


def test_a_notice_that_nobody_queued(told: Duties) -> None:
    columns = "unit_id, urgent, created_at, state, attempts, next_attempt_at, kind, person_id"
    told.city.tamper(
        "notice",
        f"INSERT INTO notice (id, number, {columns}) SELECT '{NOBODY}', 'forged', {columns} FROM notice LIMIT 1",
    )
    assert blamed(told.city) == {("notice", "state")}


def test_a_line_in_a_notice_of_no_sweep(told: Duties) -> None:
    with told.city.act() as act:
        notices.queue_notices(act, NoticeKind.ALERT, [told.city.people["A3"]], "sweep-late")
    told.city.tamper("notice_line", "UPDATE notice_line SET notice_id = (SELECT id FROM notice WHERE kind = 'alert')")
    assert blamed(told.city) == {("notice_line", "told_at")}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("reason = 'x' WHERE kind = 'excuse'", "reason"),
        ("person_id = (SELECT id FROM person WHERE number = 'B1') WHERE kind = 'excuse'", "person_id"),
        ("kind = 'excuse'", "kind"),
        (f"until = {LATER} WHERE kind = 'pause'", "until"),
        (f"at = {LATER}", "at"),
        ("duty_id = (SELECT id FROM duty WHERE clock = 'awaits-end')", "id"),
    ],
)
def test_a_decision_that_was_changed(told: Duties, change: str, column: str) -> None:
    told.city.tamper("duty_decision", f"UPDATE duty_decision SET {change}")
    found = blamed(told.city)
    assert ("duty_decision", column) in found
    assert {table for table, _ in found} == {"duty_decision"}


def test_a_decision_that_is_gone(told: Duties) -> None:
    told.city.tamper("duty_decision", "DELETE FROM duty_decision WHERE kind = 'excuse'")
    [problem] = problems(told.city)
    assert (problem.table, problem.row_id, problem.column) == ("duty_decision", running(told).id, "duty_id")


def test_a_decision_that_nobody_made(told: Duties) -> None:
    columns = "duty_id, kind, person_id, reason, at, until"
    told.city.tamper(
        "duty_decision",
        f"INSERT INTO duty_decision (id, {columns}) SELECT '{NOBODY}', {columns} FROM duty_decision LIMIT 1",
    )
    assert blamed(told.city) == {("duty_decision", "id")}

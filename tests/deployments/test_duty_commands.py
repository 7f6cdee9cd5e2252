"""Duties at the command line: listed, excused, paused, worked out again; checks before use; arrivals (Art. 7, 16)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from registry.ledger import verify_rows
from registry.tables import Duty, DutyDecision
from registry.transitions import docking
from regulation.access_terms import FieldDenied
from regulation.duties import Clock, DutyKind, DutyState
from regulation.errors import ActionDenied, ConfigurationError
from tests.fixtures.custody import MORNING
from tests.fixtures.duties import Duties
from tests.fixtures.typed import Run
from tests.registry.test_duties import enter, remote


@pytest.fixture
def upload(duty_city: Duties) -> Duty:
    """A duty that runs; nobody kept a recorder during its activity."""
    duty_city.settle()
    [found] = [one for one in duty_city.all(DutyKind.UPLOAD) if one.state is DutyState.RUNNING]
    return found


def state_of(duties: Duties, duty: Duty) -> DutyState:
    return next(one.state for one in duties.all() if one.id == duty.id)


def test_what_is_owed_is_listed_with_who_owes_it_and_the_next_step(custody_run: Run, upload: Duty) -> None:
    listed = custody_run("duty", "list").stdout

    assert str(upload.id) in listed
    row = next(line for line in listed.splitlines() if str(upload.id) in line)
    due = upload.due_at
    assert due is not None
    shown = due + timedelta(hours=8)
    for cell in ("upload", "xf-1", " xf ", "?", f"{shown:%Y-%m-%d %H:%M}", "running", "0/5 reminder"):
        assert cell in row
    assert any("xf-2" in line and "A2" in line and "waiting" in line for line in listed.splitlines())


def test_the_list_is_narrowed_by_unit_and_state(custody_run: Run, upload: Duty) -> None:
    assert str(upload.id) in custody_run("duty", "list", "--unit", "city").stdout
    assert str(upload.id) not in custody_run("duty", "list", "--unit", "jt").stdout
    assert str(upload.id) not in custody_run("duty", "list", "--state", "met").stdout
    assert isinstance(custody_run("duty", "list", "--unit", "nowhere").exception, ActionDenied)


def test_a_leader_excuses_a_duty_and_its_reason_is_kept(custody_run: Run, duty_city: Duties, upload: Duty) -> None:
    told = custody_run("duty", "excuse", str(upload.id), "--by", "L2", "--reason", "设备损坏")

    assert told.exit_code == 0, told.output
    assert state_of(duty_city, upload) is DutyState.EXCUSED
    with duty_city.city.registry.reading() as reading:
        [decision] = reading.exec(select(DutyDecision)).all()
    assert (decision.reason, decision.person_id) == ("设备损坏", duty_city.city.people["L2"])


@pytest.mark.parametrize("by", ["A1", "A3", "nobody"])
def test_nobody_else_excuses_a_duty(custody_run: Run, duty_city: Duties, upload: Duty, by: str) -> None:
    told = custody_run("duty", "excuse", str(upload.id), "--by", by, "--reason", "x")

    assert isinstance(told.exception, ActionDenied)
    assert state_of(duty_city, upload) is DutyState.RUNNING


def test_a_pause_ends_by_the_wall_clock_of_the_unit(custody_run: Run, duty_city: Duties, upload: Duty) -> None:
    told = custody_run("duty", "pause", str(upload.id), "--by", "L2", "--reason", "出差", "--until", "2026-11-25")

    assert told.exit_code == 0, told.output
    [paused] = [one for one in duty_city.all() if one.id == upload.id]
    assert paused.state is DutyState.PAUSED
    end = datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert upload.due_at is not None
    assert paused.due_at == upload.due_at + (end - MORNING)


def test_a_pause_until_no_day_is_told(custody_run: Run, upload: Duty) -> None:
    for wrong in ("soon", "2026-13-01", "0001-01-01"):
        told = custody_run("duty", "pause", str(upload.id), "--by", "L2", "--reason", "x", "--until", wrong)

        assert isinstance(told.exception, ConfigurationError), told.exception
        assert told.exception.subject == f"--until {wrong}"


def test_checking_says_whether_every_duty_is_as_the_facts_say(
    custody_run: Run, duty_city: Duties, upload: Duty
) -> None:
    well = custody_run("duty", "check")
    assert well.exit_code == 0, well.output
    assert "every duty is as the facts say" in well.stdout

    duty_city.city.tamper("duty", "UPDATE duty SET state = 'met' WHERE kind = 'upload' AND state = 'running'")
    wrong = custody_run("duty", "check")
    assert wrong.exit_code == 1
    assert f"duty {upload.id} is not as the facts say" in wrong.stdout


def test_a_check_that_failed_has_the_recorder_replaced_and_a_later_one_meets_that(
    custody_run: Run, duty_city: Duties
) -> None:
    failed = custody_run("device", "check", "D1", "--by", "A2", "--no-battery")
    assert failed.exit_code == 0, failed.output
    assert "is to be replaced" in failed.stdout
    duty_city.settle()
    assert [one.state for one in duty_city.all(DutyKind.DEVICE_REPLACEMENT)] == [DutyState.RUNNING]

    duty_city.city.wait(hours=1)
    assert "passed" in custody_run("device", "check", "D1", "--by", "A2").stdout
    duty_city.settle()
    assert [one.state for one in duty_city.all(DutyKind.DEVICE_REPLACEMENT)] == [DutyState.MET]
    assert isinstance(custody_run("device", "check", "D9", "--by", "A2").exception, ActionDenied)


def test_an_arrival_over_the_air_is_confirmed(custody_run: Run, duty_city: Duties) -> None:
    city = duty_city.city
    with city.act() as act:
        session = docking.open_session(act, unit_code="xf", source="/air", wireless=True)
    city.store(session, "a")
    city.seal(session)

    told = custody_run("dock", "confirm", session.number, "--by", "A3")

    assert told.exit_code == 0, told.output
    assert "arrival.confirmed" in city.events(session.id)
    assert isinstance(custody_run("dock", "confirm", session.number, "--by", "B1").exception, ActionDenied)
    assert isinstance(custody_run("dock", "confirm", "DS-x", "--by", "A3").exception, ActionDenied)


def test_a_return_to_the_unit_is_reported_by_the_clock_of_the_unit(custody_run: Run, duty_city: Duties) -> None:
    city = duty_city.city
    enter(city, remote())
    duty_city.settle()
    city.wait(hours=10)
    said = ("activity", "returned", "xf-9", "--at", "2026-11-23T16:30", "--by")
    for by in ("L2", "nobody"):
        assert isinstance(custody_run(*said, by).exception, ActionDenied)
    assert isinstance(custody_run("activity", "returned", "xf-7", *said[3:], "A3").exception, ActionDenied)
    late = custody_run("activity", "returned", "xf-9", "--at", "2026-11-24", "--by", "A3").exception
    assert isinstance(late, FieldDenied)
    assert (late.field, late.article) == ("returned_at", "Art. 16")
    for wrong in ("soon", "0001-01-01"):
        refused = custody_run("activity", "returned", "xf-9", "--at", wrong, "--by", "A3").exception
        assert isinstance(refused, ConfigurationError), refused
        assert refused.subject == f"--at {wrong}"

    told = custody_run(*said, "A3")

    assert told.exit_code == 0, told.output
    assert "the return from xf-9 is reported" in told.stdout
    duty_city.settle()
    [report] = duty_city.all(DutyKind.RETURN_REPORT)
    assert report.state is DutyState.MET
    [footage] = [one for one in duty_city.all(DutyKind.UPLOAD) if one.subject_id == report.subject_id]
    assert (footage.clock, footage.clock_started_at) == (Clock.RETURNED, MORNING + timedelta(hours=7, minutes=30))
    assert verify_rows(city.registry).problems == []


def test_names_stay_out_of_the_list(custody_run: Run, upload: Duty) -> None:
    assert not re.search("[甲乙丙]", custody_run("duty", "list").stdout)

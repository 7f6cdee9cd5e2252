"""Interruptions and exemptions: said by who was there, seen by whom they are for, and never changed (Art. 12, 13)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from registry.queries.activity_pages import activities_waiting
from registry.queries.notices import duties_of
from registry.transitions import directory
from registry.transitions.directory import AppointmentEntry
from regulation.access_terms import FieldDenied
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.unrecorded import ExemptionGround, Manner, Review
from regulation.vocabulary import Role
from tests.fixtures.custody import YEAR_BEGIN
from tests.fixtures.unrecorded import END, START, Silence

MINUTE = timedelta(minutes=1)
ANSWERS = (DutyKind.INTERRUPTION_NOTICE, DutyKind.EXEMPTION_REVIEW)


def waiting(silence: Silence, who: str) -> int:
    with silence.city.registry.reading() as reading:
        return len(activities_waiting(reading, silence.city.people[who], silence.city.now))


def test_the_gaps_of_an_activity_are_what_nobody_recorded(silence: Silence) -> None:
    first, last = (START + 20 * MINUTE, START + 40 * MINUTE), (START + 50 * MINUTE, END)
    assert silence.gaps() == [first, last]
    silence.recorded(sound=(20, 41))
    assert silence.gaps() == [last]


def test_a_report_goes_to_the_head_of_the_department_and_back(silence: Silence) -> None:
    report = silence.report(manner=Manner.SPOKEN)
    assert silence.told() == [("L2", "reported")], "the department has no head: it goes one up"
    assert (waiting(silence, "L2"), waiting(silence, "L3"), waiting(silence, "A1")) == (1, 0, 0)
    silence.acknowledge(report)
    (row,) = silence.reports()
    assert row.recording_id == silence.access.recordings["photo"], "the recording with which it resumed"
    assert (row.seen_by_id, row.seen_as) == (silence.city.people["L2"], Role.SUPERVISING_LEADER)
    assert silence.told()[1:] == [("A1", "seen")]
    assert waiting(silence, "L2") == 0
    assert silence.city.events(report) == ["interruption.reported", "interruption.seen"]
    assert silence.problems() == []


def test_the_same_report_again_is_the_same_report(silence: Silence) -> None:
    first = silence.report()
    entries = silence.city.entries()
    assert silence.report() == first
    assert silence.city.entries() == entries
    assert silence.report(reason="电池耗尽") != first, "another one stands beside it"
    assert silence.told() == [("L2", "reported")], "one notice of an activity, while it waits"


@pytest.mark.parametrize("who", ["A2", "A3", "B1", "L3"])
def test_only_who_was_there_says_why(silence: Silence, who: str) -> None:
    with pytest.raises(ActionDenied, match="Only an officer of the activity"):
        silence.report(who)
    with pytest.raises(ActionDenied, match="Only an officer of the activity"):
        silence.exempt(who)


def test_only_what_was_not_recorded_is_explained(silence: Silence) -> None:
    start, end = silence.gaps()[0]
    for gap in ((start, end + MINUTE), (START, start), (end, start)):
        with pytest.raises(FieldDenied, match="no such interruption"):
            silence.report(gap=gap)
    with pytest.raises(FieldDenied, match="Recording did not resume"):
        silence.report(manner=Manner.SPOKEN, gap=silence.gaps()[1])
    with pytest.raises(FieldDenied, match="Say it in"):
        silence.report(reason=" ")
    assert silence.reports() == []


@pytest.mark.parametrize("who", ["A1", "A3", "L1", "L3", "J2"])
def test_nobody_else_takes_note_of_it(silence: Silence, who: str) -> None:
    report = silence.report()
    with pytest.raises(ActionDenied, match="reported to the head of the department"):
        silence.acknowledge(report, who)


def test_it_is_seen_once(silence: Silence) -> None:
    report = silence.report()
    silence.acknowledge(report)
    with pytest.raises(ActionDenied, match="seen already"):
        silence.acknowledge(report)


def test_a_head_who_took_part_does_not_see_it_but_the_next_one_up(silence: Silence) -> None:
    with silence.city.act() as act:
        directory.enter_appointments(act, [AppointmentEntry("A1", "xf", Role.DEPARTMENT_HEAD, YEAR_BEGIN)])
    report = silence.report()
    with pytest.raises(ActionDenied, match="nobody takes note of their own"):
        silence.acknowledge(report, "A1")
    silence.acknowledge(report, "L2")


def test_a_head_who_has_left_is_nobody(silence: Silence) -> None:
    with silence.city.act() as act:
        held = [AppointmentEntry("A3", "xf", Role.DEPARTMENT_HEAD, YEAR_BEGIN, silence.city.now + MINUTE, acting=True)]
        directory.enter_appointments(act, held)
    report = silence.report()
    assert silence.told() == [("A3", "reported")], "an acting appointment counts while it lasts"
    silence.city.wait(minutes=2)
    with pytest.raises(ActionDenied):
        silence.acknowledge(report, "A3")
    silence.acknowledge(report, "L2")


def test_an_exemption_counts_once_the_principal_leader_approved_it(silence: Silence) -> None:
    exemption = silence.exempt(document="当事人签名的说明")
    assert silence.told() == [("L3", "exempted")]
    assert (waiting(silence, "L3"), waiting(silence, "L2")) == (1, 0)
    for who in ("A1", "L2", "J3", "S1"):
        with pytest.raises(ActionDenied, match="principal leader of the unit"):
            silence.review(exemption, who)
    silence.review(exemption)
    (row,) = silence.exemptions()
    assert (row.review, row.reviewed_as) == (Review.APPROVED, Role.PRINCIPAL_LEADER)
    assert silence.told()[1:] == [("A1", "reviewed")]
    with pytest.raises(ActionDenied, match="reviewed already"):
        silence.review(exemption, review=Review.REFUSED)
    assert silence.city.events(exemption) == ["exemption.entered", "exemption.reviewed"]
    assert silence.problems() == []


def test_a_ground_is_entered_again_only_after_it_was_refused(silence: Silence) -> None:
    first = silence.exempt()
    with pytest.raises(FieldDenied, match="entered already"):
        silence.exempt(reason="另一说法")
    silence.exempt(ground=ExemptionGround.NATURE)
    silence.review(first, review=Review.REFUSED)
    silence.exempt(reason="另一说法")
    assert len(silence.exemptions()) == 3


def test_who_does_not_answer_is_reminded_and_those_above_hear_of_it(silence: Silence) -> None:
    report, exemption = silence.report(), silence.exempt()
    duties = silence.access.duties
    duties.settle()
    owed = {(one.kind, one.subject_id, one.owed_by_id): one.state for one in duties.all() if one.kind in ANSWERS}
    assert owed == {
        (DutyKind.INTERRUPTION_NOTICE, report, silence.city.people["L2"]): DutyState.RUNNING,
        (DutyKind.EXEMPTION_REVIEW, exemption, silence.city.people["L3"]): DutyState.RUNNING,
    }
    silence.acknowledge(report)
    duties.settle()
    assert [one.state for one in duties.all(DutyKind.INTERRUPTION_NOTICE)] == [DutyState.MET]
    silence.city.wait(days=10)
    duties.sweep()
    assert [one.state for one in duties.all(DutyKind.EXEMPTION_REVIEW)] == [DutyState.OVERDUE]
    assert {"L3", "S1"} & {who for who, _ in duties.told()}
    silence.review(exemption)
    duties.settle()
    assert [one.state for one in duties.all(DutyKind.EXEMPTION_REVIEW)] == [DutyState.MET_LATE]
    with silence.city.registry.reading() as reading:
        rows = duties_of(reading, [silence.city.unit_id("xf")], [DutyState.MET, DutyState.MET_LATE])
    assert {one.subject for one in rows if one.kind in ANSWERS} == {"xf-1"}
    assert silence.problems() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE interruption_report SET reason = 'other'",
        "UPDATE interruption_report SET seen_at = NULL",
        "UPDATE exemption_record SET ground = '12(7)'",
        "UPDATE exemption_record SET review = 'refused'",
        "DELETE FROM interruption_report",
        "DELETE FROM exemption_record",
    ],
)
def test_the_database_keeps_what_was_said_and_decided(silence: Silence, statement: str) -> None:
    silence.acknowledge(silence.report())
    silence.review(silence.exempt())
    with (
        pytest.raises(DatabaseError, match="refused"),
        silence.city.registry.engine.execution_options(writes=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement)


REPORT = ("reason", "manner", "started_at", "ended_at", "person_id", "at", "unit_id", "activity_id", "seen_by_id")
EXEMPTION = (
    "reason", "document", "ground", "person_id", "at", "unit_id", "activity_id", "review", "reviewed_by_id",
    "review_reason", "reviewed_at",
)  # fmt: skip
SET = {
    "manner": "'spoken'",
    "ground": "'12(7)'",
    "review": "'refused'",
    "person_id": "(SELECT id FROM person WHERE number = 'B1')",
    "seen_by_id": "(SELECT id FROM person WHERE number = 'B1')",
    "reviewed_by_id": "(SELECT id FROM person WHERE number = 'B1')",
    "unit_id": "(SELECT id FROM unit WHERE code = 'jt')",
    "activity_id": "(SELECT id FROM activity WHERE number = 'xf-2')",
} | dict.fromkeys(("started_at", "ended_at", "at", "reviewed_at"), "'2026-01-01 00:00:00.000000+00:00'")


@pytest.mark.parametrize(
    ("table", "column"),
    [*(("interruption_report", one) for one in REPORT), *(("exemption_record", one) for one in EXEMPTION)],
)
def test_whatever_is_changed_behind_the_registry_is_named(silence: Silence, table: str, column: str) -> None:
    silence.acknowledge(silence.report())
    silence.review(silence.exempt(document="说明"))
    value = SET.get(column, "'other'")
    if silence.city.registry.engine.dialect.name == "sqlite":
        value = value.replace("+00:00", "")
    silence.city.tamper(table, f"UPDATE {table} SET {column} = {value}")
    assert [getattr(one, "table", "") for one in silence.problems()] == [table]


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("interruption_report", "UPDATE interruption_report SET seen_by_id = person_id, seen_at = at"),
        ("exemption_record", "UPDATE exemption_record SET review = 'approved', reviewed_at = at"),
        ("interruption_report", "DELETE FROM interruption_report"),
        ("exemption_record", "DELETE FROM exemption_record"),
    ],
)
def test_what_nobody_decided_is_named(silence: Silence, table: str, statement: str) -> None:
    silence.report()
    silence.exempt()
    silence.city.tamper(table, statement)
    assert [getattr(one, "table", "") for one in silence.problems()] == [table]

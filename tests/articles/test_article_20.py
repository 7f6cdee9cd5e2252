"""Art. 20: problems are put right in time, and who was told what can be proved a year later.

Everything that anybody is told stands in the registry once, and the ledger has the number and a SHA-256 of the lines
that each act of a sweep told: a line that is changed, added or taken away afterwards is found.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlmodel import col, select

from registry.ledger import verify, verify_rows
from registry.tables import LedgerEntry, NoticeLine
from registry.transitions import notices
from registry.transitions.notices import Attempt
from tests.fixtures.custody import ACTIVITIES, MORNING
from tests.fixtures.duties import Duties
from tests.registry.test_duties import enter

YEAR = timedelta(days=365)


@pytest.fixture
def told(duty_city: Duties) -> Duties:
    """The footage of two activities is overdue: told, delivered, and one of the notices read; a year has passed."""
    city = duty_city.city
    enter(city, replace(ACTIVITIES[1], ended_at=MORNING))
    for hours in (25, 4, 24, 72):
        city.wait(hours=hours)
        duty_city.sweep()
        with city.act() as act:
            rows = notices.claim_notices(act, "d", timedelta(minutes=5), 100, lambda _row, at: at)
            notices.record_attempts(act, "d", [Attempt(row.id, channel="sms") for row in rows])
    with city.act() as act:
        notices.record_reading(act, rows[0].number)
    city.now += YEAR
    return duty_city


def entries(told: Duties, event: str) -> list[LedgerEntry]:
    with told.city.registry.reading() as reading:
        return list(
            reading.exec(select(LedgerEntry).where(col(LedgerEntry.event) == event).order_by(col(LedgerEntry.seq)))
        )


def as_published(line: NoticeLine) -> str:
    """A line as anybody can write it from the registry, without this software: see the explanation of duties."""
    who = f"{line.person_id.hex} {line.role or '-'} {line.instead_of or '-'}"
    return f"{line.duty_id.hex} {line.step} {who} {line.planned_at.isoformat()} {line.due_at.isoformat()}"


def test_the_ledger_has_a_digest_of_what_each_act_told(told: Duties) -> None:
    acts = entries(told, "sweep.told")
    assert len(acts) == 4
    for act in acts:
        facts = json.loads(act.facts)
        lines = sorted(as_published(one) for one in told.lines() if one.told_at == act.at)
        assert facts["lines"] == len(lines) > 0
        assert facts["lines_sha256"] == sha256("\n".join(lines).encode()).hexdigest()


def test_nothing_that_was_told_is_left_out_of_the_ledger(told: Duties) -> None:
    assert sum(json.loads(act.facts)["lines"] for act in entries(told, "sweep.told")) == len(told.lines())


def test_a_year_later_all_of_it_can_be_proved(told: Duties) -> None:
    assert verify(told.city.registry).problems == []
    assert verify_rows(told.city.registry).problems == []
    delivered = {entry.subject_id for entry in entries(told, "notice.delivered")}
    assert delivered == {one.id for one in told.notices()}
    [read] = entries(told, "notice.read")
    assert read.subject_id in delivered


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE notice_line SET person_id = (SELECT id FROM person WHERE number = 'B1') WHERE told_at > '2026-11-25'",
        "UPDATE notice_line SET step = 'due' WHERE step = 'principal-leader'",
        "UPDATE notice_line SET due_at = '2099-01-01 00:00:00.000000' WHERE step = 'principal-leader'",
        "UPDATE notice_line SET told_at = '2026-11-23 02:00:00.000000' WHERE step = 'principal-leader'",
        "DELETE FROM notice_line WHERE step = 'principal-leader'",
    ],
)
def test_a_line_that_is_changed_or_taken_away_afterwards_is_found(told: Duties, forged: str) -> None:
    told.city.tamper("notice_line", forged)
    problems = verify_rows(told.city.registry).problems
    assert problems
    assert {problem.table for problem in problems} == {"notice_line"}


def test_whoever_mends_the_digest_as_well_is_found_by_the_chain(told: Duties) -> None:
    told.city.tamper("notice_line", "DELETE FROM notice_line")
    told.city.tamper("ledger_entry", "UPDATE ledger_entry SET event = 'sweep.finished' WHERE event = 'sweep.told'")
    assert verify_rows(told.city.registry).problems == []
    assert verify(told.city.registry).problems != []


def test_the_ledger_names_nobody(told: Duties) -> None:
    for entry in [*entries(told, "sweep.told"), *entries(told, "notice.queued"), *entries(told, "notice.delivered")]:
        assert entry.facts.isascii()


def test_told_once_however_often_it_is_swept(told: Duties) -> None:
    before = len(told.lines())
    for _ in range(3):
        told.sweep()
    lines = told.lines()
    assert len(lines) == before == len({(one.duty_id, one.step, one.person_id) for one in lines})

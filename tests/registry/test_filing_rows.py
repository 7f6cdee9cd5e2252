"""Where an original belongs, when it was made, and what it is marked as, against the ledger (Art. 15, 17, 18)."""

from __future__ import annotations

import pytest

from registry.ledger import verify_rows
from registry.transitions import access
from regulation.vocabulary import Marking
from tests.fixtures.access import Access
from tests.fixtures.custody import sha
from tests.fixtures.unrecorded import Silence

B1 = "(SELECT id FROM person WHERE number = 'B1')"
XF2 = "(SELECT id FROM activity WHERE number = 'xf-2')"
LATER = "'2099-01-01 00:00:00.000000'"


def named(silence: Silence, table: str, statement: str) -> list[tuple[str, str]]:
    """What is found once `statement` was run by somebody who owns the database."""
    assert silence.problems() == []
    return named_after(silence, table, statement)


def named_after(silence: Silence, table: str, statement: str) -> list[tuple[str, str]]:
    """The same, whatever was wrong before."""
    if silence.city.registry.engine.dialect.name == "postgresql":
        statement = statement.replace(".000000'", ".000000+00:00'")
    silence.city.tamper(table, statement)
    return [(one.table, one.column) for one in verify_rows(silence.city.registry).problems]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("activity_id", XF2),
        ("activity_id", "NULL"),
        ("filing", "'unfiled'"),
        ("filed_at", LATER),
        ("started_at", LATER),
        ("ended_at", LATER),
        ("claimed_start", LATER),
        ("claimed_end", LATER),
        ("officer_id", B1),
        ("device_id", "(SELECT id FROM device WHERE number = 'D2')"),
        ("media_kind", "'photo'"),
        ("condition", "'whole'"),
        ("container", "'mov'"),
        ("streams", "'h264 1x1'"),
        ("duration_seconds", "7"),
        ("clock_offset_seconds", "7"),
    ],
)
def test_a_recording_that_was_moved_is_named(silence: Silence, column: str, value: str) -> None:
    change = f"UPDATE recording SET {column} = {value} WHERE sha256 = '{sha('video')}'"
    assert named(silence, "recording", change) == [("recording", column)]


def test_a_recording_of_which_nothing_was_said_stays_so(silence: Silence) -> None:
    change = f"UPDATE recording SET activity_id = {XF2} WHERE sha256 = '{sha('sound')}'"
    assert named(silence, "recording", change) == [("recording", "activity_id")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'9(7)'"),
        ("started_at", LATER),
        ("ended_at", "NULL"),
        ("remote_reason", "'other-place'"),
        ("returned_at", LATER),
        ("return_reported_at", LATER),
        ("parties", "'[]'"),
        ("case_number", "'案-1'"),
        ("unit_id", "(SELECT id FROM unit WHERE code = 'jt')"),
    ],
)
def test_an_activity_that_was_changed_is_named(silence: Silence, column: str, value: str) -> None:
    change = f"UPDATE activity SET {column} = {value} WHERE number = 'xf-1'"
    assert named(silence, "activity", change) == [("activity", column)]


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE activity_officer SET person_id = {B1} WHERE activity_id <> {XF2}",
        "DELETE FROM activity_officer WHERE activity_id NOT IN (SELECT id FROM activity WHERE number = 'xf-2')",
        f"INSERT INTO activity_officer (activity_id, person_id) VALUES ({XF2}, {B1})",
    ],
)
def test_who_took_part_is_who_was_entered(silence: Silence, statement: str) -> None:
    assert named(silence, "activity_officer", statement) == [("activity_officer", "person_id")]


def test_an_activity_that_is_gone_is_named(silence: Silence) -> None:
    silence.city.tamper("activity_officer", f"DELETE FROM activity_officer WHERE activity_id = {XF2}")
    assert ("activity", "id") in named_after(silence, "activity", "DELETE FROM activity WHERE number = 'xf-2'")


def mark(silence: Silence) -> None:
    """Marked, lifted, and marked again; and marked otherwise."""
    video, by, when = silence.access.recordings["video"], silence.city.people["C1"], silence.city
    for lift in (True, False):
        with when.act() as act:
            access.mark_recording(act, video, Marking.PRIVACY, by, "当事人住所")
        if lift:
            when.wait(minutes=1)
            with when.act() as act:
                access.lift_marking(act, video, Marking.PRIVACY, by, "已遮挡")
        when.wait(minutes=1)
    with when.act() as act:
        access.mark_recording(act, video, Marking.TRADE_SECRET, by, "配方")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (
            f"SET lifted_at = {LATER}, lifted_by_id = placed_by_id, lift_reason = 'x' WHERE lifted_at IS NULL",
            "lifted_at",
        ),
        ("SET reason = 'x' WHERE marking = 'trade-secret'", "reason"),
        (f"SET placed_by_id = {B1} WHERE marking = 'trade-secret'", "reason"),
        ("SET marking = 'state-secret' WHERE marking = 'trade-secret'", "id"),
        (f"SET placed_at = {LATER} WHERE marking = 'trade-secret'", "id"),
        ("SET lift_reason = 'x' WHERE lifted_at IS NOT NULL", "lifted_at"),
        ("SET lifted_at = NULL, marking = 'state-secret' WHERE lifted_at IS NOT NULL", "id"),
    ],
)
def test_a_marking_that_was_changed_is_named(silence: Silence, change: str, column: str) -> None:
    mark(silence)
    assert ("recording_marking", column) in named(silence, "recording_marking", f"UPDATE recording_marking {change}")


@pytest.mark.parametrize("which", ["lifted_at IS NULL", "lifted_at IS NOT NULL", "marking = 'trade-secret'"])
def test_a_marking_that_is_gone_is_named(silence: Silence, which: str) -> None:
    mark(silence)
    found = named(silence, "recording_marking", f"DELETE FROM recording_marking WHERE {which}")
    assert ("recording_marking", "recording_id") in found


def test_a_marking_that_nobody_placed_is_named(access_city: Access) -> None:
    silence = Silence(access_city)
    silence.city.tamper(
        "recording_marking",
        "INSERT INTO recording_marking (id, recording_id, marking, placed_by_id, placed_at, reason) SELECT id, id, "
        f"'privacy', officer_id, {LATER}, 'x' FROM recording WHERE sha256 = '{sha('video')}'".replace(
            "officer_id", f"{B1}"
        ),
    )
    assert [one.table for one in verify_rows(silence.city.registry).problems] == ["recording_marking"]

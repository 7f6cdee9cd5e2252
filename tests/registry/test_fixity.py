"""Whose turn it is to be read, what is entered of it, incidents and how they end (Art. 7)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.migrations.guards import FIXED_0010
from registry.queries.fixity import as_kept, coverage, has_open_incident, open_incidents, to_repair
from registry.queries.retention import kept_by
from registry.tables import CheckOutcome, FixityCheck, IncidentKind, NoticeKind, Recording, Resolution, Turn
from registry.tables.fixity import RECONCILIATION
from registry.transitions import fixity
from registry.transitions.fixity import Finding, Repaired
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.retention import Kept
from tests.fixtures.custody import MORNING
from tests.fixtures.fixity import Audits
from tests.registry.test_guards import is_refused, run

INTACT, DIFFERENT, MISSING = CheckOutcome.INTACT, CheckOutcome.DIFFERENT, CheckOutcome.MISSING


def assert_sound(registry: Registry) -> None:
    assert verify(registry).problems == []
    assert verify_rows(registry).problems == []


def test_what_was_never_read_comes_first_and_what_is_read_waits_for_its_period(audits: Audits) -> None:
    assert audits.enrol() == 2
    assert audits.enrol() == 0
    assert audits.next() == ["a", "b"]
    audits.read(audits.begin(), a=INTACT, b=INTACT)
    assert audits.next() == []

    audits.city.wait(days=150)
    audits.footage("c")
    assert audits.enrol() == 1
    assert audits.next() == ["c"]
    audits.read(audits.begin(), c=INTACT)
    assert audits.next() == ["a", "b"]
    assert_sound(audits.city.registry)


def test_a_recording_whose_id_a_slower_clock_made_is_enrolled_too(audits: Audits) -> None:
    older, newer = sorted(audits.recording(name).id for name in ("a", "b"))
    with audits.city.act() as act:
        assert fixity.enrol(act, 10, [newer]) == 1
    assert audits.enrol() == 1
    with audits.city.act() as act:
        assert fixity.enrol(act, 10, [older, newer]) == 0


def test_the_suspicious_are_read_at_once(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=INTACT)
    with audits.city.act() as act:
        assert fixity.suspect(act, [audits.recording("a").id]) == 1
        assert fixity.suspect(act, [UUID(int=1)]) == 0
    assert audits.next() == ["a"]
    assert audits.check("a").turn is Turn.SUSPECT
    audits.read(audits.begin(), a=INTACT)
    assert audits.next() == ["b"]


def test_damage_opens_one_incident_tells_the_administrator_and_throws_suspicion_on_its_neighbours(
    audits: Audits,
) -> None:
    audits.footage("c", unit="jt")
    audits.enrol()
    audits.read(audits.begin(), a=INTACT, b=INTACT, c=INTACT)
    audits.city.wait(hours=1)
    sweep = audits.begin()
    [opened] = audits.read(sweep, a=DIFFERENT)
    assert (opened.kind, opened.recording_id) == (IncidentKind.DIFFERENT, audits.recording("a").id)
    assert audits.next() == ["b"], "it came with a"
    assert audits.read(sweep, a=DIFFERENT, b=INTACT) == []
    assert audits.next() == []

    [incident] = audits.incidents()
    assert incident.number == "IN-xf-2026-00001"
    alerts = [one for one in audits.duties.notices() if one.kind is NoticeKind.ALERT]
    assert [(one.person_id, one.subject) for one in alerts] == [
        (audits.city.people["A3"], "original-disputed:IN-xf-2026-00001")
    ]
    assert_sound(audits.city.registry)


def test_neighbours_that_are_both_damaged_are_read_once_each(audits: Audits) -> None:
    audits.enrol()
    sweep = audits.begin()
    since = audits.city.now
    assert len(audits.read(sweep, since, a=MISSING)) == 1
    audits.city.wait(seconds=1)
    assert audits.next() == ["b"]
    assert len(audits.read(sweep, since, b=MISSING)) == 1
    assert audits.next() == []


def test_many_damaged_ones_of_a_unit_alert_once_a_sweep(audits: Audits) -> None:
    audits.footage("c", unit="jt")
    audits.enrol()
    audits.read(audits.begin(), a=MISSING, b=MISSING, c=MISSING)
    alerts = {one.subject for one in audits.duties.notices() if one.kind is NoticeKind.ALERT}
    assert alerts == {"original-disputed:IN-xf-2026-00001", "original-disputed:IN-jt-2026-00001"}


def test_while_an_incident_is_open_nothing_lets_the_recording_go(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=MISSING, b=INTACT)
    ids = [audits.recording(name).id for name in ("a", "b")]
    with audits.city.registry.reading() as reading:
        kept = kept_by(reading.connection(), ids, audits.city.now + timedelta(days=900))
        disputed = reading.exec(select(Recording.sha256).where(has_open_incident(col(Recording.id)))).all()
    assert {one for one, why in kept.items() if Kept.INCIDENT_OPEN in why} == {ids[0]}
    assert disputed == [audits.recording("a").sha256]


def test_an_incident_ends_by_the_word_of_somebody_who_may(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=DIFFERENT)
    [incident] = audits.incidents()
    for by, resolution in (("A1", Resolution.EXPLAINED), ("B1", Resolution.LOST), ("A3", Resolution.LOST)):
        with pytest.raises(ActionDenied):
            audits.close(by, incident.number, resolution)
    with pytest.raises(ActionDenied, match="restored, or lost"):
        audits.close("A3", incident.number, Resolution.RESTORED)
    audits.city.wait(hours=1)
    audits.read(audits.begin(), a=INTACT)
    with pytest.raises(FieldDenied):
        audits.close("A3", incident.number, Resolution.RESTORED, " ")
    audits.close("A3", incident.number, Resolution.RESTORED)
    with pytest.raises(ActionDenied, match="no such open"):
        audits.close("A3", incident.number, Resolution.RESTORED)
    assert audits.city.events(incident.id) == ["incident.opened", "incident.closed"]
    with audits.city.registry.reading() as reading:
        assert open_incidents(reading.connection()) == []
    assert_sound(audits.city.registry)


def test_what_a_leader_gave_up_or_somebody_explained_is_not_opened_again_unless_it_changes(audits: Audits) -> None:
    sweep = audits.begin(RECONCILIATION)
    orphan = Finding(IncidentKind.ORPHAN, audits.city.unit_id("xf"), None, "originals/xf/2026/11/x", "size:1")
    assert audits.found(sweep, orphan, orphan) == [orphan]
    assert audits.found(sweep, orphan) == []
    audits.close("A3", audits.incidents()[0].number, Resolution.EXPLAINED)
    assert audits.found(sweep, orphan) == []
    grown = Finding(orphan.kind, orphan.unit_id, None, orphan.key, "size:2")
    assert audits.found(sweep, grown) == [grown]

    lost = audits.finding("a", IncidentKind.MISSING)
    assert audits.found(sweep, lost) == [lost]
    audits.close("L3", audits.incidents()[-1].number, Resolution.LOST)
    assert audits.found(sweep, lost) == []
    assert audits.found(sweep, audits.finding("a", IncidentKind.EXTRA_VERSION)) != []
    assert_sound(audits.city.registry)


def test_a_repair_says_where_the_original_is_read_from_and_has_it_read_at_once(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=MISSING)
    with audits.city.registry.reading() as reading:
        [row] = to_repair(reading.connection(), None, 10)
    audits.city.wait(minutes=1)
    for _ in range(2):
        with audits.city.act() as act:
            fixity.record_repairs(act, [Repaired(row.incident_id, "v2")])
    with audits.city.registry.reading() as reading:
        assert to_repair(reading.connection(), None, 10) == []
        assert as_kept(reading, audits.recording("a")).vault_version == "v2"
        assert as_kept(reading, audits.recording("b")).vault_version is None
    assert audits.next() == ["b", "a"], "its neighbour, and itself"
    assert audits.city.events(audits.recording("a").id).count("recording.repaired") == 1
    audits.read(audits.begin(), a=INTACT)
    audits.close("A3", audits.incidents()[0].number, Resolution.RESTORED)
    assert_sound(audits.city.registry)


def test_coverage_counts_what_was_read_in_time_and_found_whole(audits: Audits) -> None:
    audits.footage("c", unit="jt")
    audits.enrol()
    audits.read(audits.begin(), a=INTACT, b=DIFFERENT)

    def at(**later: float) -> list[tuple[str, int, int, int, int]]:
        with audits.city.registry.reading() as reading:
            found = coverage(reading.connection(), audits.city.now + timedelta(**later))
        return [(one.unit_code, one.originals, one.covered, one.never, one.incidents) for one in found]

    assert at() == [("jt", 1, 0, 1, 0), ("xf", 2, 1, 0, 1)]
    assert at(days=200) == [("jt", 1, 0, 1, 0), ("xf", 2, 0, 0, 1)]
    with audits.city.registry.reading() as reading:
        [_, xf] = coverage(reading.connection(), audits.city.now)
    assert (xf.share, xf.oldest, xf.size, xf.covered_size) == (0.5, MORNING, 2, 1)


@pytest.mark.parametrize(
    ("table", "change", "column"),
    [
        ("fixity_check", "outcome = 'intact'", "outcome"),
        ("fixity_check", "checked_at = '2027-01-01 00:00:00.000000'", "checked_at"),
        ("incident", "kind = 'missing'", "kind"),
        ("incident", "detail = 'x'", "detail"),
        ("incident", "closed_at = found_at", "closed_at"),
        ("recording_repair", "vault_version = 'x'", "vault_version"),
    ],
)
def test_what_is_changed_behind_the_registrys_back_is_found(
    audits: Audits, table: str, change: str, column: str
) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=DIFFERENT, b=INTACT)
    with audits.city.act() as act:
        fixity.record_repairs(act, [Repaired(audits.incidents()[0].id, None)])
    assert_sound(audits.city.registry)
    audits.city.tamper(table, f"UPDATE {table} SET {change}")
    assert (table, column) in {(one.table, one.column) for one in verify_rows(audits.city.registry).problems}


def test_an_incident_that_is_gone_is_missed(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=DIFFERENT)
    audits.city.tamper("incident", "DELETE FROM incident")
    assert ("incident", "id") in {(one.table, one.column) for one in verify_rows(audits.city.registry).problems}


@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)  # elsewhere the plan of a small table is a scan
def test_whose_turn_is_next_is_one_look_into_an_index(audits: Audits) -> None:
    query = (
        "SELECT recording_id FROM fixity_check WHERE turn = 'new' AND next_at <= '2030-01-01' "
        "ORDER BY next_at, recording_id LIMIT 5"
    )
    with audits.city.registry.streaming() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()
    assert [row.detail for row in plan] == [
        "SEARCH fixity_check USING COVERING INDEX ix_fixity_check_turn_next_at (turn=? AND next_at<?)"
    ]


def test_a_second_reading_leaves_what_an_act_read_no_longer_whole_and_still_sound(audits: Audits) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=INTACT, b=INTACT)
    audits.city.wait(hours=1)
    audits.read(audits.begin(), a=INTACT)
    assert_sound(audits.city.registry)
    with audits.city.registry.reading() as reading:
        assert len(reading.exec(select(FixityCheck)).all()) == 2


NOBODY = "'ffffffffffffffffffffffffffffffff'"
LONG_AGO = "'2000-01-01 00:00:00.000000'"
REFUSED = [
    f"UPDATE fixity_check SET recording_id = {NOBODY}",
    "UPDATE fixity_check SET checked_at = NULL WHERE checked_at IS NOT NULL",
    f"UPDATE fixity_check SET checked_at = {LONG_AGO}",
    *(
        f"UPDATE incident SET {change}"
        for change in (
            f"id = {NOBODY}",
            "number = 'x'",
            "kind = 'ghost'",
            "unit_id = (SELECT id FROM unit WHERE code = 'jt')",
            "subject = 'x'",
            "recording_id = NULL",
            f"sweep_id = {NOBODY}",
            f"found_at = {LONG_AGO}",
            "detail = 'x'",
            "repaired_at = NULL WHERE repaired_at IS NOT NULL",
            "reason = 'x' WHERE closed_at IS NOT NULL",
            "closed_at = NULL WHERE closed_at IS NOT NULL",
        )
    ),
    "UPDATE recording_repair SET vault_version = 'x'",
    *(f"DELETE FROM {table}" for table in FIXED_0010),
]


def test_what_was_found_is_not_unsaid(audits: Audits) -> None:
    audits.enrol()
    sweep = audits.begin()
    audits.read(sweep, a=DIFFERENT, b=INTACT)
    [first] = audits.incidents()
    with audits.city.act() as act:
        fixity.record_repairs(act, [Repaired(first.id, None)])
    audits.city.wait(hours=1)
    audits.read(sweep, a=INTACT)
    audits.close("A3", first.number, Resolution.RESTORED)
    audits.found(sweep, audits.finding("b", IncidentKind.MARKED_DELETED))
    assert [one for one in REFUSED if not is_refused(audits.city.registry, one)] == []


@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", FIXED_0010)
def test_nothing_of_it_is_replaced_unseen(audits: Audits, table: str) -> None:
    audits.enrol()
    audits.read(audits.begin(), a=DIFFERENT)
    with audits.city.act() as act:
        fixity.record_repairs(act, [Repaired(audits.incidents()[0].id, None)])
    for word in ("REPLACE", "IGNORE", "FAIL"):
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            run(audits.city.registry, f"INSERT OR {word} INTO {table} SELECT * FROM {table} LIMIT 1")

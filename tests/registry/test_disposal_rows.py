"""Case files, holds and disposal lists against the ledger: what was changed behind the registry is named (Art. 18)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from registry.ledger import Event, verify_rows
from registry.tables import Shortened
from registry.transitions import disposal, retention
from registry.transitions.retention import ToldVault
from regulation.disposal import Appraisal
from regulation.policy import CITY_POLICY
from tests.fixtures.custody import sha
from tests.fixtures.disposal import Disposal
from tests.registry.test_terms import superior

LATER = "'2099-01-01 00:00:00.000000'"
B1 = "(SELECT id FROM person WHERE number = 'B1')"
MADE_UP = "'0199aaaa00007000800000000000ffff'"
JT = "(SELECT id FROM unit WHERE code = 'jt')"


@pytest.fixture
def full(disposal_city: Disposal) -> Disposal:
    """One list carried out but for what was kept, restored, held and not let go of; one refused; a policy allowed."""
    names = ("kept", "restored", "stuck", "held", "refused")
    disposal_city.rules = type(disposal_city.rules)(lambda _unit: superior(7), disposal_city.rules.is_working_day)
    disposal_city.seal_filed("xf-1", *names)
    disposal_city.city.settle_duties()
    disposal_city.settle()
    disposal_city.change_policy(CITY_POLICY)
    disposal_city.settle()
    disposal_city.say(Shortened.ALLOWED)
    disposal_city.case("案-1")
    disposal_city.case("案-2", date(2020, 1, 1), 1)
    disposal_city.use("案-1", "video")
    disposal_city.lift(disposal_city.hold("photo"))
    disposal_city.hold("photo")
    disposal_city.hold(case="案-1")
    apart = disposal_city.hold("refused")
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.appraise("kept", appraisal=Appraisal.KEEP, reason="典型案例")
    disposal_city.hold("held")
    disposal_city.decide_all()
    disposal_city.restore("restored", keep_until=date(2028, 1, 1))
    disposal_city.city.wait(days=7)
    doomed = disposal_city.begin()
    stuck = [one for one in doomed if one.recording_id == disposal_city.recording("stuck")]
    disposal_city.finish([one for one in doomed if one not in stuck])
    disposal_city.finish(stuck, "locked")
    disposal_city.city.wait(days=1)
    disposal_city.retry()
    disposal_city.finish(stuck, "locked")
    with disposal_city.city.act() as act:
        told = ToldVault(disposal_city.recording("kept"), True, datetime(2030, 1, 1, tzinfo=UTC))
        retention.note_vault(act, [told])
        endless = next(one for one in disposal_city.extensions() if one.until is None)
        retention.end_extension(act, endless.recording_id, endless.id, disposal_city.person("L3"), "不再需要")
    disposal_city.lift(apart)
    disposal_city.list_due()
    disposal_city.appraise()
    disposal_city.submit()
    disposal_city.refuse()
    return disposal_city


def blamed(full: Disposal) -> set[tuple[str, str]]:
    return {(one.table, one.column) for one in verify_rows(full.city.registry).problems}


def recording(name: str) -> str:
    return f"(SELECT id FROM recording WHERE sha256 = '{sha(name)}')"


def of(name: str) -> str:
    return f"WHERE recording_id = {recording(name)}"


def is_named(full: Disposal, table: str, change: str) -> set[tuple[str, str]]:
    full.city.tamper(table, change)
    return blamed(full)


def test_nothing_is_wrong_with_what_nobody_touched(full: Disposal) -> None:
    assert full.problems() == []
    rows = verify_rows(full.city.registry).rows
    assert rows > 30


EDITED = {
    # what was changed: the table and column that are named
    "case_file": {
        "number = 'x' WHERE number = '案-1'": "number_sha256",
        "closed_on = '2020-01-01', keep_years = 1 WHERE number = '案-1'": "closed_on",
        "keep_years = 2 WHERE number = '案-2'": "keep_years",
        "permanent = (1 = 1) WHERE number = '案-1'": "permanent",
        "document = 'x' WHERE number = '案-2'": "document_sha256",
        f"unit_id = {JT} WHERE number = '案-1'": "unit_id",
        f"entered_by_id = {B1} WHERE number = '案-1'": "person_id",
        f"changed_at = {LATER} WHERE number = '案-1'": "at",
    },
    "case_use": {f"person_id = {B1}": "person_id", "reason = 'x'": "reason_sha256", f"at = {LATER}": "at"},
    "hold": {
        f"placed_by_id = {B1}": "person_id",
        "kind = 'other'": "kind",
        "case_id = NULL WHERE case_id IS NOT NULL": "case_id",
        "reason = 'x'": "reason_sha256",
        "document = 'x'": "document_sha256",
        f"placed_at = {LATER}": "at",
        f"unit_id = {JT}": "unit_id",
        f"lifted_at = {LATER}, lifted_by_id = {B1}, lift_reason = 'x' WHERE lifted_at IS NULL": "lifted_at",
        f"lifted_by_id = {B1} WHERE lifted_at IS NOT NULL": "person_id",
        f"lifted_at = {LATER} WHERE lifted_at IS NOT NULL": "at",
        "lift_reason = 'x' WHERE lifted_at IS NOT NULL": "reason_sha256",
    },
    "term_change": {
        f"decided_by_id = {B1}": "person_id",
        "verdict = 'refused'": "verdict",
        "policy_version = 'x'": "policy",
        "reason = 'x'": "reason_sha256",
        f"decided_at = {LATER}": "at",
        f"unit_id = {JT}": "unit_id",
    },
    "term_extension": {
        "until = '2027-06-02' WHERE until IS NOT NULL": "until",
        "reason = 'x' WHERE until IS NOT NULL": "reason",
        f"ended_at = {LATER}, ended_by_id = {B1}, end_reason = 'x' WHERE ended_at IS NULL": "ended_at",
        f"ended_by_id = {B1} WHERE ended_at IS NOT NULL": "person_id",
        "end_reason = 'x' WHERE ended_at IS NOT NULL": "reason_sha256",
    },
    "recording": {"retain_until = '2029-01-01 00:00:00.000000' " + f"WHERE sha256 = '{sha('kept')}'": "retain_until"},
    "disposal_list": {
        f"opened_at = {LATER}": "at",
        "state = 'done' WHERE state = 'destroying'": "state",
        "state = 'emptied' WHERE state = 'destroying'": "state",
        "state = 'grace' WHERE state = 'refused'": "state",
    },
    "disposal_decision": {
        f"person_id = {B1} WHERE verdict = 'approved'": "person_id",
        "role = 'officer' WHERE verdict = 'approved'": "role",
        "verdict = 'approved' WHERE verdict = 'refused'": "id",
        "reason = 'x' WHERE verdict = 'witnessed'": "reason_sha256",
        "items = 9": "items",
        "items_sha256 = 'x'": "items_sha256",
        "policy_version = 'x'": "policy",
        f"at = {LATER}": "at",
    },
    "disposal_item": {
        f"appraisal = 'dispose' {of('kept')}": "appraisal",
        f"appraised_by_id = {B1} {of('kept')}": "appraised_by_id",
        f"appraised_at = {LATER} {of('kept')}": "appraised_at",
        f"reason = 'x' {of('old')}": "reason",
        f"state = 'listed' {of('held')}": "state",
        f"state = 'dropped' {of('stuck')}": "state",
        f"state = 'destroyed' {of('stuck')}": "state",
        f"state = 'destroying' {of('old')}": "state",
        f"dropped_why = 'in-term' {of('held')}": "dropped_at",
        f"dropped_by_id = {B1} {of('restored')}": "dropped_at",
        f"dropped_at = {LATER} {of('held')}": "dropped_at",
        f"begun_at = {LATER} {of('old')}": "begun_at",
        f"failed_at = {LATER} {of('stuck')}": "failed_at",
        f"destroyed_at = {LATER} {of('old')}": "destroyed_at",
    },
}


def test_what_was_edited_is_named(full: Disposal) -> None:
    """Each by itself, and put right again before the next."""
    for table, changes in EDITED.items():
        before = dump(full, table)
        for change, column in changes.items():
            found = is_named(full, table, f"UPDATE {table} SET {change}")
            assert (table, column) in found, (change, found)
            put_back(full, table, before)
    assert blamed(full) == set()


def dump(full: Disposal, table: str) -> str:
    """A copy of the table beside it; gives its name."""
    with full.city.registry.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE copy_of_{table} AS SELECT * FROM {table}")
    return f"copy_of_{table}"


def put_back(full: Disposal, table: str, copy: str) -> None:
    with full.city.registry.engine.execution_options(writes=True).begin() as connection:
        names = list(connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 0").keys())
        key = "step_id" if table == "disposal_decision" else "id"
        sets = ", ".join(
            f"{name} = (SELECT {name} FROM {copy} WHERE {copy}.{key} = {table}.{key})" for name in names if name != key
        )
        connection.exec_driver_sql(f"UPDATE {table} SET {sets}")


def test_a_witness_named_by_nobody_is_named(full: Disposal) -> None:
    change = f"UPDATE disposal_step SET person_id = {B1} WHERE stage = 'witness' AND position = 3"
    assert is_named(full, "disposal_step", change) == {("disposal_step", "person_id")}


def test_what_is_gone_is_missed(full: Disposal) -> None:
    for table, before in {
        "case_use": (),
        "hold_item": (),
        "hold": ("hold_item",),
        "case_file": ("case_use", "hold_item", "hold"),
        "term_change": ("term_change_item",),
        "term_extension": (),
        "disposal_decision": (),
    }.items():
        for one in (*before, table):
            full.city.tamper(one, f"DELETE FROM {one}")
        assert table in {one for one, _ in blamed(full)}, table


def test_an_item_that_is_gone_and_a_list_that_is_gone(full: Disposal) -> None:
    assert ("disposal_list", "items") in is_named(full, "disposal_item", f"DELETE FROM disposal_item {of('old')}")
    full.city.tamper("retention_term", "UPDATE retention_term SET list_id = NULL")
    for table in ("disposal_item", "disposal_decision", "disposal_step", "disposal_list"):
        full.city.tamper(table, f"DELETE FROM {table}")
    problems = [one for one in verify_rows(full.city.registry).problems if one.table == "disposal_list"]
    assert [one.message for one in problems] == ["the ledger knows it, its row is gone"] * 2


def test_what_was_put_in_is_named(full: Disposal) -> None:
    """A hold, a use, a case file, a decision to keep or to destroy that nobody made."""
    columns = "number, unit_id, entered_by_id, entered_at, changed_at, permanent"
    values = columns.replace("number", "'x'", 1)
    made = {
        "case_file": f"INSERT INTO case_file (id, {columns}) SELECT {MADE_UP}, {values} FROM case_file LIMIT 1",
        "case_use": "INSERT INTO case_use (id, case_id, recording_id, person_id, reason, at) "
        f"SELECT {MADE_UP}, case_id, {recording('photo')}, person_id, reason, at FROM case_use",
        "hold": "INSERT INTO hold (id, number, unit_id, kind, reason, placed_by_id, placed_at) "
        f"SELECT {MADE_UP}, 'x', unit_id, kind, reason, placed_by_id, placed_at FROM hold LIMIT 1",
        "hold_item": f"INSERT INTO hold_item (hold_id, recording_id, at) SELECT hold_id, {recording('video')}, at "
        f"FROM hold_item {of('held')}",
        "term_extension": "INSERT INTO term_extension (id, recording_id, reason, person_id, at) "
        f"SELECT {MADE_UP}, {recording('video')}, reason, person_id, at FROM term_extension LIMIT 1",
        "term_change": "INSERT INTO term_change (id, unit_id, policy_version, found_at, verdict) "
        f"SELECT {MADE_UP}, unit_id, 'x', found_at, 'allowed' FROM term_change",
    }
    for table, statement in made.items():
        assert table in {one for one, _ in is_named(full, table, statement)}, table


def test_a_decision_that_nobody_made_is_named(full: Disposal) -> None:
    step = "(SELECT id FROM disposal_step WHERE id NOT IN (SELECT step_id FROM disposal_decision) LIMIT 1)"
    copied = "list_id, person_id, role, passed, verdict, reason, items, items_sha256, policy_version, at"
    full.hold("kept")
    full.city.tamper(
        "disposal_step",
        "INSERT INTO disposal_step (id, list_id, position, stage, person_id, opened_at) "
        f"SELECT {MADE_UP}, list_id, 9, stage, {B1}, opened_at FROM disposal_step WHERE stage = 'witness' LIMIT 1",
    )
    full.city.tamper(
        "disposal_decision",
        f"INSERT INTO disposal_decision (step_id, {copied}) SELECT {step}, {copied.replace('person_id', B1)} "
        "FROM disposal_decision WHERE verdict = 'witnessed' LIMIT 1",
    )
    assert blamed(full) == {("disposal_decision", "id")}


@pytest.mark.parametrize(
    ("change", "name"),
    [("state = 'disposed'", "video"), ("state = 'sealed'", "old")],
)
def test_disposed_is_exactly_what_the_ledger_says_was_destroyed(full: Disposal, change: str, name: str) -> None:
    found = is_named(full, "recording", f"UPDATE recording SET {change} WHERE sha256 = '{sha(name)}'")
    assert found == {("recording", "state")}


def test_a_certificate_is_the_one_that_was_issued(disposal_city: Disposal) -> None:
    disposal_city.decided()
    disposal_city.finish(disposal_city.begin())
    with disposal_city.city.act() as act:
        disposal.certify(
            act,
            disposal_city.list_id(),
            document="{}",
            key_id="key",
            signature="c2ln",
            paper_key="statements/x",
            paper_sha256="0" * 64,
        )
    before = dump(disposal_city, "disposal_certificate")
    for change, column in {
        "number = 'x'": "number",
        "document = '{ }'": "document_sha256",
        "key_id = 'x'": "key_id",
        "signature = 'x'": "signature",
        "paper_sha256 = 'x'": "paper_sha256",
        f"issued_at = {LATER}": "at",
    }.items():
        found = is_named(disposal_city, "disposal_certificate", f"UPDATE disposal_certificate SET {change}")
        assert found == {("disposal_certificate", column)}
        put_back(disposal_city, "disposal_certificate", before)
    assert is_named(disposal_city, "disposal_certificate", "DELETE FROM disposal_certificate") == {
        ("disposal_certificate", "id")
    }


NONSENSE: list[dict[str, object]] = [
    {},
    {"recordings": 5, "appraisal": [1], "step_id": "x", "case_id": 7, "retain_until": None, "item_id": {}},
    {"recordings": [{}, 1], "step_id": None, "appraisal": "keep"},
]


def test_what_somebody_appends_to_the_ledger_stops_no_check(full: Disposal) -> None:
    """Whoever holds the service's password may append; what makes no sense is named or passed over."""
    subjects: list[UUID] = [full.list_id(), full.recording("video"), full.extensions()[0].id]
    with full.city.act("system:nobody") as act:
        for event in Event:
            if event.value.startswith(("disposal.", "hold.", "case.", "terms.shortened", "extension.")) or event in (
                Event.RECORDING_USED,
                Event.RECORDING_EXTENDED,
                Event.RECORDING_DESTROYED,
                Event.RECORDING_DESTROYING,
            ):
                for subject in subjects:
                    for facts in NONSENSE:
                        act.record(event, "x", subject, facts)
    assert ("recording", "state") in blamed(full)

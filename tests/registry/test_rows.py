"""The rows against the ledger: a row changed behind the registry's back does not go unnoticed (Art. 7, 16)."""

from __future__ import annotations

import pytest

from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.ledger.reports import MOST
from registry.tables import DockSession, ItemOutcome
from registry.transitions import docking
from registry.transitions.docking import SetAside
from tests.fixtures.custody import City, sha, taken_in


@pytest.fixture
def session(city: City) -> DockSession:
    """A sealed session: two originals, a duplicate, one set aside; the first is wiped."""
    session = city.open()
    items = {item.shown_name: item for item in city.scan(session, "a", "b", "copy", "gone")}
    city.register(
        session, [taken_in(items["a"].id, "a"), taken_in(items["b"].id, "b"), taken_in(items["copy"].id, "a")]
    )
    with city.act() as act:
        docking.set_aside(act, session.id, [SetAside(items["gone"].id, ItemOutcome.VANISHED)])
    city.wait(minutes=1)
    city.seal(session)
    with city.act() as act:
        docking.record_wiped(act, session.id, [items["a"].id])
    assert blamed(city.registry) == set()
    return session


def blamed(registry: Registry) -> set[tuple[str, str]]:
    return {(problem.table, problem.column) for problem in verify_rows(registry).problems}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size", "size + 1"),
        ("sha256", f"'{sha('forged')}'"),
        ("sm3", "NULL"),
        ("vault_key", "'elsewhere'"),
        ("vault_version", "'2'"),
        ("received_at", "sealed_at"),
        ("retain_until", "NULL"),
        ("retain_until", "sealed_at"),
        ("unit_id", "(SELECT id FROM unit WHERE code = 'jt')"),
        ("session_id", "(SELECT id FROM dock_session WHERE source = '/dock/b')"),
    ],
)
def test_an_original_whose_facts_were_changed(city: City, session: DockSession, column: str, value: str) -> None:
    city.open("/dock/b")
    city.tamper("recording", f"UPDATE recording SET {column} = {value} WHERE sha256 = '{sha('b')}'")
    found = blamed(city.registry)
    assert ("recording", column) in found
    # A receipt that names other content than the session's is told as well.
    assert found - {("recording", column)} <= {("file_receipt", "document")}


def test_a_longer_lock_is_no_problem(city: City, session: DockSession) -> None:
    city.tamper("recording", "UPDATE recording SET retain_until = '2099-01-01 00:00:00.000000'")
    assert blamed(city.registry) == set()


@pytest.mark.parametrize(
    ("table", "change", "problems"),
    [
        ("recording", f"sealed_at = NULL, state = 'verified' WHERE sha256 = '{sha('b')}'", {("recording", "state")}),
        ("recording", f"sealed_at = received_at WHERE sha256 = '{sha('b')}'", {("recording", "state")}),
        ("file_receipt", "document = document || ' '", {("file_receipt", "document_sha256")}),
        ("file_receipt", "number = 'R-1'", {("file_receipt", "number")}),
        ("file_receipt", "key_id = 'other'", {("file_receipt", "key_id")}),
        ("file_receipt", "signature = 'other'", {("file_receipt", "signature")}),
        ("dock_session", "state = 'open', sealed_at = NULL", {("dock_session", "state")}),
        ("dock_session", "sealed_at = opened_at", {("dock_session", "state")}),
        ("dock_item", "wiped_at = NULL", {("dock_item", "wiped_at")}),
        (
            "dock_item",
            "wiped_at = (SELECT sealed_at FROM dock_session) WHERE shown_name = 'b'",
            {("dock_item", "wiped_at")},
        ),
        ("dock_item", "outcome = 'stored' WHERE shown_name = 'gone'", {("dock_item", "outcome")}),
        ("dock_item", "outcome = 'duplicate' WHERE shown_name = 'gone'", {("dock_item", "outcome")}),
        ("dock_item", "outcome = 'stored' WHERE shown_name = 'copy'", {("dock_item", "outcome")}),
        ("dock_item", "outcome = 'unreadable' WHERE shown_name = 'a'", {("dock_item", "outcome")}),
        (
            "dock_item",
            f"recording_id = (SELECT id FROM recording WHERE sha256 = '{sha('b')}') WHERE shown_name = 'copy'",
            {("dock_item", "outcome")},
        ),
    ],
)
def test_a_row_that_says_otherwise(
    city: City, session: DockSession, table: str, change: str, problems: set[tuple[str, str]]
) -> None:
    city.tamper(table, f"UPDATE {table} SET {change}")
    assert blamed(city.registry) == problems


def test_an_original_that_nobody_took_in(city: City, session: DockSession) -> None:
    columns = "unit_id, session_id, media_kind, condition, size, vault_key, state, filing, received_at"
    city.tamper(
        "recording",
        f"INSERT INTO recording (id, sha256, {columns}) SELECT '{'f' * 32}', '{sha('forged')}', "
        f"{columns.replace('state', chr(39) + 'verified' + chr(39))} FROM recording LIMIT 1",
    )
    assert blamed(city.registry) == {("recording", "id")}


def test_an_original_that_is_gone(city: City, session: DockSession) -> None:
    city.tamper("dock_item", "DELETE FROM dock_item")
    city.tamper("recording", f"DELETE FROM recording WHERE sha256 = '{sha('b')}'")
    [problem] = [one for one in verify_rows(city.registry).problems if one.table == "recording"]
    assert "its row is gone" in str(problem)


def test_a_receipt_that_is_gone(city: City, session: DockSession) -> None:
    city.tamper("file_receipt", "DELETE FROM file_receipt")
    assert blamed(city.registry) == {("file_receipt", "session_id")}


def test_a_receipt_that_hides_what_may_be_wiped(city: City, session: DockSession) -> None:
    """The document was forged, and the ledger with it: still the session knows of more than the receipt."""
    digest = sha("nothing")
    city.tamper("file_receipt", "UPDATE file_receipt SET document = 'nothing'")
    city.tamper(
        "ledger_entry",
        "UPDATE ledger_entry SET facts = replace(facts, "
        f"'{sha(city.document(session))}', '{digest}') WHERE event = 'receipt.issued'",
    )
    assert blamed(city.registry) == {("file_receipt", "document")}


@pytest.mark.parametrize("facts", ["not json", "[]"])
def test_facts_that_cannot_be_read_vouch_for_nothing(city: City, session: DockSession, facts: str) -> None:
    city.tamper("ledger_entry", f"UPDATE ledger_entry SET facts = '{facts}' WHERE event = 'recording.verified'")
    assert ("recording", "size") in blamed(city.registry)
    assert verify(city.registry).problems != []


def test_the_rows_are_counted_and_problems_limited(city: City) -> None:
    before = verify_rows(city.registry).rows  # units, people and their seats
    session = city.open()
    count = MOST + 200
    city.store(session, *(str(number) for number in range(count)))
    city.tamper("recording", "UPDATE recording SET size = size + 1")
    told: list[int] = []

    report = verify_rows(city.registry, lambda done, total: told.append(done) if done <= total else told.clear())

    assert len(report.problems) == MOST
    # Each recording and each item once, and the session.
    assert report.rows == before + 2 * count + 1
    assert told == [1_000, 2_000]

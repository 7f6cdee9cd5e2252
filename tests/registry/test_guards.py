"""What the database itself refuses, whoever asks (Art. 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.database import Registry
from registry.failures import in_our_words
from registry.migrations.guards import FIXED, FIXED_0003
from registry.tables import DockSession
from registry.transitions import notices
from registry.transitions.checks import record_check
from registry.transitions.duties import excuse_duty
from regulation.errors import ActionDenied
from tests.fixtures.custody import MORNING, City, sha
from tests.fixtures.duties import Duties


@pytest.fixture
def sealed(city: City) -> DockSession:
    session = city.open()
    city.store(session, "a", "b")
    city.seal(session)
    city.open("/dock/b")
    return session


def run(registry: Registry, statement: str) -> None:
    with registry.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(statement)


REFUSED = [
    "UPDATE ledger_entry SET actor = 'x' WHERE seq = 1",
    "UPDATE ledger_entry SET facts = '{}'",
    "DELETE FROM ledger_entry WHERE seq = 1",
    "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)",
    *(
        f"UPDATE recording SET {change}"
        for change in (
            "id = 'ffffffffffffffffffffffffffffffff'",
            "unit_id = (SELECT id FROM unit WHERE code = 'jt')",
            "session_id = (SELECT id FROM dock_session WHERE source = '/dock/b')",
            "size = size + 1",
            f"sha256 = '{'0' * 64}' WHERE sha256 = '{sha('a')}'",
            "sm3 = NULL",
            "vault_key = 'x'",
            "vault_version = 'x'",
            "received_at = '2000-01-01 00:00:00.000000'",
            "retain_until = NULL",
            "retain_until = '2026-12-01 00:00:00.000000'",
            "state = 'verified'",
        )
    ),
    "DELETE FROM recording",
    "DELETE FROM dock_item",
    "UPDATE dock_item SET raw_name = shown_name",
    "DELETE FROM dock_session",
    "UPDATE dock_session SET number = 'x' WHERE source = '/dock/a'",
    "UPDATE dock_session SET state = 'open' WHERE source = '/dock/a'",
    "UPDATE file_receipt SET document = ''",
    "DELETE FROM file_receipt",
]


ALLOWED = [
    "UPDATE recording SET filing = 'unfiled'",
    "UPDATE recording SET retain_until = '2099-01-01 00:00:00.000000'",
    "UPDATE dock_item SET wiped_at = '2026-12-01 00:00:00.000000'",
    "UPDATE dock_session SET lease_holder = 'x'",
]


def is_refused(registry: Registry, statement: str) -> bool:
    if registry.engine.dialect.name == "postgresql":
        statement = statement.replace("raw_name = shown_name", "raw_name = CAST('x' AS bytea)")
    try:
        run(registry, statement)
    except IntegrityError as error:
        return "refused (Art. 7)" in str(error)
    return False


def test_what_was_said_is_not_unsaid_and_the_rest_may_change(city: City, sealed: DockSession) -> None:
    assert [statement for statement in REFUSED if not is_refused(city.registry, statement)] == []
    for statement in ALLOWED:
        run(city.registry, statement)


@pytest.fixture
def told(duty_city: Duties) -> City:
    """Somebody was told of a duty, has read it, and excused it; a recorder was checked."""
    city = duty_city.city
    city.now = MORNING + timedelta(hours=23)
    with city.act() as act:
        record_check(act, city.devices["D1"], city.people["A2"], checked_at=city.now, works=False)
    duty_city.sweep()
    with city.act() as act:
        [row] = notices.claim_notices(act, "d", timedelta(minutes=5), 1, lambda _row, at: at)
        notices.record_attempts(act, "d", [notices.Attempt(row.id, channel="sms")])
        notices.record_reading(act, row.number)
    duty = next(one for one in duty_city.all() if one.due_at is not None)
    with city.act() as act:
        excuse_duty(act, duty.id, city.people["L3"], "设备损坏", duty_city.rules)
    return city


DUTIES_REFUSED = [
    *(
        f"UPDATE duty SET {change}"
        for change in (
            "id = 'ffffffffffffffffffffffffffffffff'",
            "kind = 'filing'",
            "article = 'Art. 1'",
            "subject_id = 'ffffffffffffffffffffffffffffffff'",
            "unit_id = (SELECT id FROM unit WHERE code = 'jt')",
            "owed_by_id = (SELECT id FROM person WHERE number = 'B1')",
            "opened_at = '2000-01-01 00:00:00.000000'",
            "level = 0 WHERE level > 0",
            "state = 'running' WHERE state = 'excused'",
        )
    ),
    "DELETE FROM duty",
    "UPDATE duty_decision SET reason = 'x'",
    "UPDATE duty_decision SET until = '2099-01-01 00:00:00.000000'",
    "DELETE FROM duty_decision",
    "UPDATE device_check SET works = (1 = 1)",
    "DELETE FROM device_check",
    "UPDATE notice_line SET told_at = '2000-01-01 00:00:00.000000'",
    "UPDATE notice_line SET role = NULL, instead_of = NULL",
    "DELETE FROM notice_line",
    *(
        f"UPDATE notice SET {change}"
        for change in (
            "number = 'x'",
            "kind = 'trial'",
            "sweep_id = NULL",
            "person_id = (SELECT id FROM person WHERE number = 'B1')",
            "subject = 'x'",
            "created_at = '2000-01-01 00:00:00.000000'",
            "delivered_at = NULL",
            "read_at = NULL",
        )
    ),
    "DELETE FROM notice",
    "UPDATE sweep SET kind = 'x'",
    "UPDATE sweep SET started_at = '2000-01-01 00:00:00.000000'",
    "DELETE FROM sweep",
]
DUTIES_ALLOWED = [
    "UPDATE duty SET level = 5, next_at = NULL, state = 'overdue' WHERE state <> 'excused'",
    "UPDATE duty SET due_at = '2099-01-01 00:00:00.000000', met_at = NULL, clock = 'returned'",
    "UPDATE notice SET state = 'dead', attempts = 9, claimed_by = NULL, channel = 'mail'",
    "UPDATE sweep SET beat_at = '2099-01-01 00:00:00.000000', finished_at = NULL, counts = '{}'",
    "DELETE FROM duty_touch",
]


def test_who_was_told_what_is_not_unsaid_and_the_clock_may_go_on(told: City) -> None:
    assert [statement for statement in DUTIES_REFUSED if not is_refused(told.registry, statement)] == []
    for statement in DUTIES_ALLOWED:
        run(told.registry, statement)


@pytest.mark.parametrize("table", FIXED_0003)
def test_no_duty_and_nothing_told_is_replaced_unseen(told: City, table: str) -> None:
    if told.registry.engine.dialect.name != "sqlite":
        with pytest.raises(DBAPIError):
            run(told.registry, f"INSERT INTO {table} SELECT * FROM {table}")
        return
    for word in ("REPLACE", "IGNORE", "FAIL"):
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            run(told.registry, f"INSERT OR {word} INTO {table} SELECT * FROM {table} LIMIT 1")


LAST = "(SELECT max(seq) FROM ledger_entry)"


@pytest.mark.parametrize(
    ("seq", "previous_hash"),
    [
        (f"{LAST} + 2", "hash"),
        (f"{LAST} + 1", f"'{'f' * 64}'"),
        (f"{LAST} + 1", "previous_hash"),
        ("0", f"'{'0' * 64}'"),
        ("-1", f"'{'0' * 64}'"),
        ("1", f"'{'0' * 64}'"),
    ],
)
def test_an_entry_has_one_place(city: City, seq: str, previous_hash: str) -> None:
    copied = "at, event, actor, subject_kind, subject_id, unit_id, article, facts"
    insert = (
        f"INSERT INTO ledger_entry SELECT {seq}, {copied}, {previous_hash}, '{'a' * 64}' "
        f"FROM ledger_entry WHERE seq = {LAST}"
    )
    with pytest.raises(IntegrityError):
        run(city.registry, insert)
    run(
        city.registry, insert.replace(f"SELECT {seq},", f"SELECT {LAST} + 1,").replace(f", {previous_hash},", ", hash,")
    )


def test_the_first_entry_follows_nothing(registry: Registry) -> None:
    columns = f"'2026-01-01 00:00:00.000000', 'e', 'a', 'k', '{'f' * 32}', NULL, NULL, '{{}}'"
    for seq, previous_hash in [(1, "f" * 64), (2, "0" * 64), (0, "0" * 64)]:
        with pytest.raises(IntegrityError):
            run(registry, f"INSERT INTO ledger_entry SELECT {seq}, {columns}, '{previous_hash}', '{'a' * 64}'")
    run(registry, f"INSERT INTO ledger_entry SELECT 1, {columns}, '{'0' * 64}', '{'a' * 64}'")


@pytest.mark.parametrize("table", FIXED)
def test_nothing_is_emptied(make_postgresql: Callable[[], str], table: str) -> None:
    registry = Registry(make_postgresql())
    with pytest.raises(IntegrityError, match="TRUNCATE"):
        run(registry, f"TRUNCATE {table} CASCADE")
    registry.dispose()


@pytest.mark.parametrize("table", ["ledger_entry", "recording", "dock_item", "dock_session", "file_receipt"])
def test_nothing_is_replaced_unseen(city: City, sealed: DockSession, table: str) -> None:
    """SQLite's INSERT OR REPLACE removes the row in its way without asking any trigger on DELETE."""
    if city.registry.engine.dialect.name != "sqlite":
        # The same statement in PostgreSQL's words; there the keys refuse it.
        with pytest.raises(DBAPIError):
            run(city.registry, f"INSERT INTO {table} SELECT * FROM {table}")
        return
    for word in ("REPLACE", "IGNORE", "FAIL"):
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            run(city.registry, f"INSERT OR {word} INTO {table} SELECT * FROM {table} LIMIT 1")


def test_an_open_session_is_not_pushed_aside(city: City) -> None:
    session = city.open("/dock/a")
    columns = "unit_id, source, state, opened_at, opened_by"
    twin = f"INSERT INTO dock_session (id, number, {columns}) SELECT '{'f' * 32}', 'x', {columns} FROM dock_session"
    with pytest.raises(IntegrityError):
        run(city.registry, twin)
    if city.registry.engine.dialect.name == "sqlite":
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            run(city.registry, twin.replace("INSERT", "INSERT OR REPLACE", 1))
    assert city.open("/dock/a").id == session.id


def test_a_refusal_is_told_without_the_row(city: City) -> None:
    with pytest.raises(ActionDenied, match="the database refuses the change") as denied, in_our_words():
        run(city.registry, "INSERT INTO person SELECT * FROM person WHERE number = 'A1'")
    assert denied.value.__cause__ is None
    assert "甲" not in str(denied.value)
    assert "A1" not in str(denied.value)


def test_a_temporary_table_does_not_stand_in_for_the_ledger(make_postgresql: Callable[[], str]) -> None:
    registry = Registry(make_postgresql())
    with registry.engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE ledger_entry (seq bigint, hash text)"))
        connection.execute(text(f"INSERT INTO ledger_entry VALUES (6, '{'b' * 64}')"))
        columns = f"now(), 'e', 'a', 'k', CAST('{'f' * 32}' AS uuid), NULL, NULL, '{{}}'"
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            connection.execute(text(f"INSERT INTO public.ledger_entry SELECT 7, {columns}, '{'b' * 64}', '{'a' * 64}'"))
    registry.dispose()

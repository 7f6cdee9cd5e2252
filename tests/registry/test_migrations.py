"""The schema's history: the same on both engines, forwards only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel, col, select

import registry.migrations
from registry import schema
from registry.database import Registry
from registry.migrations.guards import FIXED
from registry.queries.organisation import organisation_at
from registry.tables import Activity, Duty, Recording
from registry.transitions.directory import UnitEntry, enter_units
from registry.transitions.duties import Climber
from registry.transitions.notices import Gathering, begin_sweep
from regulation.duties import Clock, DutyState
from regulation.vocabulary import UnitLevel
from tests.fixtures.custody import CITY_RULES, MORNING


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    """A database that no migration has run on."""
    if request.param == "sqlite":
        registry = Registry(f"sqlite:///{tmp_path / 'empty.db'}")
        yield registry
        registry.dispose()
        return
    server = make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE custody_empty"))
        registry = Registry(server.set(database="custody_empty").render_as_string(hide_password=False))
        yield registry
        registry.dispose()
        connection.execute(text("DROP DATABASE custody_empty WITH (FORCE)"))
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_code(empty: Registry) -> None:
    empty.migrate()
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_constraints_have_the_same_names_everywhere(empty: Registry) -> None:
    empty.migrate()
    found = inspect(empty.engine)
    for table in SQLModel.metadata.sorted_tables:
        assert found.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"
        unique = {one["name"] for one in found.get_unique_constraints(table.name)}
        foreign = {one["name"] for one in found.get_foreign_keys(table.name)}
        named = {str(one.name) for one in table.constraints}
        assert unique | foreign | {f"pk_{table.name}"} == named


def test_migrating_again_changes_nothing(empty: Registry) -> None:
    empty.migrate()
    with empty.acting("system:test", MORNING) as act:
        enter_units(act, [UnitEntry("a", "a", UnitLevel.CITY)])
    empty.migrate()
    empty.check()


def test_two_migrate_at_once(empty: Registry) -> None:
    other = Registry(empty.engine.url.render_as_string(hide_password=False))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.migrate(), [empty, other]))
    empty.check()
    other.dispose()


def test_a_migration_that_fails_leaves_nothing(empty: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        raise RuntimeError("cut")

    monkeypatch.setattr(registry.migrations.guards, "guard_0001", fail)
    with pytest.raises(RuntimeError, match="cut"):
        empty.migrate()
    assert inspect(empty.engine).get_table_names() == []


def test_history_is_not_taken_back(registry: Registry) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(schema.configuration()).walk_revisions()]
    with registry.engine.execution_options(writes=True).begin() as connection, pytest.raises(NotImplementedError):
        command.downgrade(schema.configuration(connection), "base")
    assert revisions[-1] == "0001"


UNIT, PERSON, DEVICE, SESSION = (one * 32 for one in "abcd")
RUNNING, MET, OF_A_MACHINE, ASKED = (one * 32 for one in "1234")
RECEIVED, FILED, DUE = (f"2026-11-{day} 01:00:00.000000" for day in (20, 21, 23))


def _at_0002(empty: Registry) -> None:
    """A database as the version before left it: two filing duties, one met; a return that was reported."""
    with empty.engine.execution_options(writes=True).begin() as connection:
        command.upgrade(schema.configuration(connection), "0002")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for statement in _LEFT_BEHIND:
            connection.exec_driver_sql(statement)


_RECORDING = "id, unit_id, session_id, media_kind, condition, size, sha256, vault_key, state, filing, received_at"
_DUTY = "id, kind, article, subject_id, unit_id, owed_by_id, opened_at, due_at, state, met_at"
_ENTRY = "seq, at, event, actor, subject_kind, subject_id, facts, previous_hash, hash"
_ACTIVITY = "id, number, unit_id, kind, place, started_at, ended_at, parties, remote_reason, returned_at"
_LEFT_BEHIND = [
    f"INSERT INTO unit (id, code, name, level, zone) VALUES ('{UNIT}', 'xf', 'x', 'unit', 'Asia/Shanghai')",
    f"INSERT INTO person (id, number, name, unit_id) VALUES ('{PERSON}', 'A1', 'x', '{UNIT}')",
    "INSERT INTO dock_session (id, number, unit_id, source, state, opened_at, opened_by) "
    f"VALUES ('{SESSION}', 'DS-1', '{UNIT}', '/a', 'open', '{RECEIVED}', 'x')",
    *(
        f"INSERT INTO recording ({_RECORDING}) VALUES ('{one}', '{UNIT}', '{SESSION}', 'video', 'whole', 1, "
        f"'{one * 2}', '{one}', 'verified', '{filing}', '{RECEIVED}')"
        for one, filing in ((RUNNING, "unfiled"), (MET, "filed"), (OF_A_MACHINE, "filed"), (ASKED, "asked"))
    ),
    f"INSERT INTO duty ({_DUTY}) VALUES ('{'e' * 32}', 'filing', 'Art. 15', '{RUNNING}', '{UNIT}', '{PERSON}', "
    f"'{RECEIVED}', '{DUE}', 'running', NULL)",
    f"INSERT INTO duty ({_DUTY}) VALUES ('{'f' * 32}', 'filing', 'Art. 15', '{MET}', '{UNIT}', NULL, "
    f"'{RECEIVED}', '{DUE}', 'met', '{FILED}')",
    f"INSERT INTO ledger_entry ({_ENTRY}) VALUES (1, '{FILED}', 'recording.filed', 'x', 'recording', '{MET}', '{{}}', "
    f"'{'0' * 64}', '{'1' * 64}')",
    f"INSERT INTO activity ({_ACTIVITY}) VALUES ('{'9' * 32}', 'xf-1', '{UNIT}', '9(1)', 'x', '{RECEIVED}', "
    f"'{RECEIVED}', '[]', 'other-place', '{FILED}')",
]


def test_duties_of_the_version_before_come_along_with_their_clocks(empty: Registry) -> None:
    _at_0002(empty)
    empty.migrate()
    received, filed, due = (datetime(2026, 11, day, 1, tzinfo=UTC) for day in (20, 21, 23))
    with empty.reading() as reading:
        duties = {one.subject_id.hex: one for one in reading.exec(select(Duty))}
        recordings = {one.id.hex: one for one in reading.exec(select(Recording))}
        [activity] = reading.exec(select(Activity))
    running, met = duties[RUNNING], duties[MET]
    assert (running.clock, running.clock_started_at, running.due_at) == (Clock.RECEIVED, received, due)
    assert (running.level, running.next_at, running.met_at) == (0, received, None)
    assert (met.state, met.met_at, met.next_at) == (DutyState.MET, filed, None)
    assert {one: row.filed_at for one, row in recordings.items()} == {
        RUNNING: None,
        MET: filed,
        OF_A_MACHINE: None,
        ASKED: None,
    }
    assert activity.return_reported_at == filed


def test_the_first_sweep_after_it_goes_on_where_the_version_before_stood(empty: Registry) -> None:
    _at_0002(empty)
    empty.migrate()
    now = datetime(2026, 11, 22, 22, tzinfo=UTC)
    with empty.acting("system:test", now) as act:
        sweep_id = begin_sweep(act, "deadline-escalation", "test")
        assert sweep_id is not None
        done = Climber(CITY_RULES, Gathering(sweep_id)).climb(act, organisation_at(act.session, now))
    assert (done.considered, done.lines) == (1, 1)
    with empty.reading() as reading:
        [duty] = reading.exec(select(Duty).where(col(Duty.state) == DutyState.RUNNING))
    assert (duty.level, duty.next_at) == (1, datetime(2026, 11, 23, 1, tzinfo=UTC))


def test_every_migration_says_what_it_does_and_goes_one_way() -> None:
    for script in ScriptDirectory.from_config(schema.configuration()).walk_revisions():
        assert script.doc
        assert re.search(r"def downgrade\(\) -> None:\n    raise NotImplementedError", Path(script.path).read_text())


def test_every_guarded_column_exists() -> None:
    for table, columns in FIXED.items():
        assert set(columns or ()) <= {column.name for column in SQLModel.metadata.tables[table].columns}


def test_what_is_there_already_is_found_by_its_key(tmp_path: Path) -> None:
    """SQLite's guards ask before each new row: of an index that is not unique it may take any, and the more rows there
    are the longer it takes."""
    registry = Registry(f"sqlite:///{tmp_path / 'new.db'}")
    registry.migrate()
    with registry.engine.begin() as connection:
        found = inspect(connection)
        keys = {one["name"] for table in found.get_table_names() for one in found.get_indexes(table) if one["unique"]}
        guards = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_placed' ESCAPE '\\'"
        for table, statement in connection.exec_driver_sql(guards).all():
            asked = re.search(r"WHEN (EXISTS \(.*\)) BEGIN", statement, re.DOTALL)
            if table == "ledger_entry":
                continue  # asks for the last one
            assert asked is not None, table
            question = re.sub(r"NEW\.(\w+)", r":\1", asked[1])
            values = dict.fromkeys(re.findall(r":(\w+)", question), "x")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT {question}", values):
                used = re.match(rf"(?:SEARCH|SCAN) {table}\b(?:.* INDEX (\w+))?", row[-1])
                assert used is None or used[1] in keys or str(used[1]).startswith("sqlite_autoindex_"), row[-1]
    registry.dispose()

"""The schema's history: the same on both engines, forwards only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

import registry.migrations
from registry import schema
from registry.database import Registry
from registry.migrations.guards import FIXED
from registry.transitions.directory import UnitEntry, enter_units
from regulation.vocabulary import UnitLevel
from tests.fixtures.custody import MORNING


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


def test_every_migration_says_what_it_does_and_goes_one_way() -> None:
    for script in ScriptDirectory.from_config(schema.configuration()).walk_revisions():
        assert script.doc
        assert re.search(r"def downgrade\(\) -> None:\n    raise NotImplementedError", Path(script.path).read_text())


def test_every_guarded_column_exists() -> None:
    for table, columns in FIXED.items():
        assert set(columns or ()) <= {column.name for column in SQLModel.metadata.tables[table].columns}

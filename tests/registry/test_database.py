"""The registry's door: URLs, acts, reads, and what trouble with the database is called."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from registry import database
from registry.bulk import table_of
from registry.database import Registry
from registry.failures import in_our_words, meaning_of
from registry.ledger import Event, verify
from registry.queries import ledger_head
from registry.tables import DockSession, Unit
from registry.transitions.directory import UnitEntry, enter_units
from registry.types import new_id
from regulation.errors import ActionDenied, ConfigurationError, FixityError, Unavailable
from regulation.vocabulary import UnitLevel
from tests.fixtures.custody import MORNING, City
from tests.servers.postgresql import PostgresServer

SECRET = "correct-horse"


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://root:{SECRET}@host/custody",
        f"postgresql+asyncpg://root:{SECRET}@host/custody",
        f"not a url {SECRET}",
        f"postgresql://role:{SECRET}@host:port/custody",
        "sqlite://",
        "sqlite:///:memory:",
        "",
    ],
)
def test_a_url_that_cannot_be_used_names_the_setting_and_no_secret(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Registry(url)
    assert refused.value.subject == "CUSTODY_DATABASE_URL"
    assert SECRET not in f"{refused.value!r}{refused.value}{refused.value.__cause__!r}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_through_psycopg(scheme: str) -> None:
    registry = Registry(f"{scheme}://role:{SECRET}@host/custody")
    assert registry.engine.dialect.driver == "psycopg"
    assert registry.shown_url == "postgresql+psycopg://role:***@host/custody"
    assert SECRET not in repr(registry.engine)
    registry.dispose()


def test_an_act_is_all_or_nothing(registry: Registry) -> None:
    with pytest.raises(RuntimeError, match="killed"), registry.acting("system:test", MORNING) as act:
        act.session.add(Unit(code="a", name="a", level=UnitLevel.CITY))
        act.session.flush()
        act.record(Event.UNIT_ENTERED, "unit", new_id(), {})
        raise RuntimeError("killed")

    with registry.reading() as reading:
        assert reading.connection().execute(text("SELECT count(*) FROM unit")).scalar_one() == 0
    assert verify(registry).entries == 0


def test_an_act_needs_a_zone(registry: Registry) -> None:
    with pytest.raises(ValueError, match="zone"), registry.acting("system:test", datetime(2026, 1, 1)):
        pass


def test_no_column_keeps_a_time_without_a_zone(registry: Registry) -> None:
    query = select(table_of(DockSession)).where(table_of(DockSession).c.opened_at == datetime(2026, 1, 1))
    with registry.reading() as reading, pytest.raises(StatementError, match="without a zone"):
        reading.connection().execute(query)


def test_what_is_read_cannot_be_written(city: City) -> None:
    # As on a replica, or on a file without write permission.
    with pytest.raises((Unavailable, ConfigurationError)), city.registry.reading() as reading:
        reading.connection().execute(text("UPDATE unit SET name = 'x'"))
    # And the connection goes back to the pool able to write.
    city.open()


def test_a_read_sees_one_moment(city: City) -> None:
    with city.registry.reading() as reading:
        before = ledger_head(reading)
        city.open()
        assert ledger_head(reading) == before
    assert city.entries() == before.seq + 1


def test_a_registry_without_its_schema_says_so(tmp_path: Path) -> None:
    registry = Registry(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(ConfigurationError, match="version none") as refused:
        registry.check()
    assert refused.value.subject == "CUSTODY_DATABASE_URL"
    with pytest.raises(ConfigurationError, match="run the migrations"), registry.reading() as reading:
        reading.connection().execute(text("SELECT * FROM unit"))
    registry.migrate()
    registry.check()
    registry.dispose()


def test_a_schema_of_another_version_is_refused(registry: Registry) -> None:
    registry.check()
    with registry.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="version 9999"):
        registry.check()


def test_missing_tables_on_postgresql(make_postgresql: Callable[[], str]) -> None:
    registry = Registry(make_postgresql())
    with registry.engine.begin() as connection:
        connection.execute(text("ALTER TABLE unit RENAME TO units"))
        connection.execute(text("ALTER TABLE person RENAME COLUMN name TO names"))
    for statement in ("SELECT * FROM unit", "SELECT name FROM person"):
        with pytest.raises(ConfigurationError, match="run the migrations"), registry.reading() as reading:
            reading.connection().execute(text(statement))
    registry.dispose()


class TestFiles:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        registry = Registry(f"sqlite:///{tmp_path / 'nowhere' / 'registry.db'}")
        with pytest.raises(ConfigurationError, match="does its folder exist"):
            registry.check()

    def test_a_file_that_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "registry.db").write_bytes(b"not a database at all" * 100)
        registry = Registry(f"sqlite:///{tmp_path / 'registry.db'}")
        with pytest.raises(ConfigurationError, match="not an SQLite database"):
            registry.check()
        registry.dispose()

    def test_a_damaged_file(self, make_sqlite: Callable[[], str]) -> None:
        url = make_sqlite()
        path = Path(url.removeprefix("sqlite:///"))
        content = bytearray(path.read_bytes())
        content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
        path.write_bytes(content)
        registry = Registry(url)
        with pytest.raises(FixityError, match="damaged"), registry.reading() as reading:
            reading.connection().execute(text("SELECT * FROM ledger_entry, recording, dock_item, unit")).all()
        registry.dispose()

    def test_a_database_that_stays_busy(self, make_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.1)
        url = make_sqlite()
        one, other = Registry(url), Registry(url)
        with one.acting("system:one", MORNING):
            with pytest.raises(Unavailable, match="busy"), other.acting("system:other", MORNING):
                pass
            with other.reading() as reading:
                assert ledger_head(reading).seq == 0
        with other.acting("system:other", MORNING):
            pass
        one.dispose()
        other.dispose()

    def test_a_full_disk(self, make_sqlite: Callable[[], str]) -> None:
        registry = Registry(make_sqlite())
        with pytest.raises(Unavailable, match="disk is full"), registry.acting("system:test", MORNING) as act:
            act.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            for number in range(2_000):
                act.record(Event.ITEM_WIPED, "item", new_id(), {"n": number})
            act.commit()
        registry.dispose()

    def test_a_connection_keeps_every_promise(self, make_sqlite: Callable[[], str]) -> None:
        registry = Registry(make_sqlite())
        with registry.streaming() as connection:
            read = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
        registry.dispose()

    def test_a_new_file_that_is_locked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever comes while another makes the file waits, but not for ever."""
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.1)
        path = tmp_path / "registry.db"
        holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN EXCLUSIVE")
        registry = Registry(f"sqlite:///{path}")
        with pytest.raises(Unavailable, match="busy"):
            registry.migrate()
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 10)
        release = threading.Timer(0.2, holder.rollback)
        release.start()
        registry.migrate()
        release.join()
        registry.check()
        registry.dispose()
        holder.close()

    def test_processes_take_turns(self, make_sqlite: Callable[[], str]) -> None:
        url = make_sqlite()
        script = (
            "import sys; from datetime import UTC, datetime; from registry.database import Registry\n"
            "from registry.ledger import Event; from registry.types import new_id\n"
            "registry = Registry(sys.argv[1])\n"
            "for n in range(20):\n"
            "    with registry.acting('system:process', datetime(2026, 1, 1, tzinfo=UTC)) as act:\n"
            "        act.record(Event.ITEM_WIPED, 'item', new_id(), {'n': n})\n"
        )
        running = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(2)]
        assert [process.wait(60) for process in running] == [0, 0]
        registry = Registry(url)
        report = verify(registry)
        assert (report.entries, report.problems) == (40, [])
        registry.dispose()


@pytest.fixture(scope="module")
def server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """One that may be stopped without stopping the others' tests."""
    server = PostgresServer(postgres_server.programs)
    registry = Registry(server.url("postgres"))
    registry.migrate()
    registry.dispose()
    yield server
    server.stop()


@pytest.mark.servers
class TestServer:
    def test_a_stopped_database_is_unavailable_and_comes_back(self, server: PostgresServer) -> None:
        registry = Registry(server.url("postgres"))
        with pytest.raises(Unavailable), registry.acting("system:test", MORNING) as act:
            act.record(Event.ITEM_WIPED, "item", new_id(), {})
            server.halt()
        with pytest.raises(Unavailable, match="does not answer"), registry.reading() as reading:
            ledger_head(reading)
        with pytest.raises(Unavailable), registry.acting("system:test", MORNING):
            pass
        with pytest.raises(Unavailable):
            verify(registry)
        with pytest.raises(Unavailable):
            registry.check()

        server.start()

        registry.check()
        assert verify(registry).entries == 0
        registry.dispose()

    def test_a_stop_between_rows_is_unavailable_too(self, server: PostgresServer) -> None:
        """COPY speaks to the driver directly."""
        city = City(Registry(server.url("postgres")))
        with pytest.raises(Unavailable), city.act() as act:
            act.connection.execute(text("SELECT 1"))
            server.halt()
            enter_units(act, [UnitEntry("a", "a", UnitLevel.CITY)])
        server.start()
        city.registry.dispose()

    def test_an_act_that_waits_too_long(self, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.1)
        one, other = Registry(server.url("postgres")), Registry(server.url("postgres"))
        with (
            one.acting("system:one", MORNING),
            pytest.raises(Unavailable, match="busy"),
            other.acting("system:other", MORNING),
        ):
            pass
        one.dispose()
        other.dispose()

    def test_a_frozen_act_makes_room(self, server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database, "STUCK_SECONDS", 1)
        one, other = Registry(server.url("postgres")), Registry(server.url("postgres"))
        with pytest.raises(Unavailable), one.acting("system:frozen", MORNING) as act:
            act.record(Event.ITEM_WIPED, "item", new_id(), {})
            with other.acting("system:other", MORNING):
                pass
        assert verify(other).entries == 0
        one.dispose()
        other.dispose()

    def test_a_database_and_a_role_that_are_not_there(self, server: PostgresServer) -> None:
        for url in (server.url("nowhere"), server.url("postgres", role="nobody-known")):
            registry = Registry(url)
            with pytest.raises((ConfigurationError, Unavailable)):
                registry.check()
            registry.dispose()


def test_a_pool_that_runs_dry(make_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        database,
        "create_engine",
        lambda url, **options: create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.1, **options),
    )
    registry = Registry(make_sqlite())
    with registry.reading() as reading:
        reading.connection()
        with pytest.raises(Unavailable, match="no connection"), registry.reading() as second:
            second.connection()
    registry.dispose()


def test_mistakes_of_our_own_surface_as_they_are(registry: Registry) -> None:
    with pytest.raises(DBAPIError, match="syntax"), registry.reading() as reading:
        reading.connection().execute(text("SELEC"))


def test_parameters_stay_out_of_error_texts(registry: Registry) -> None:
    with pytest.raises(DBAPIError) as raised, registry.reading() as reading:
        reading.connection().execute(text("SELEC :name"), {"name": "甲"})
    assert "甲" not in str(raised.value)


class Told(psycopg.Error):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("detail")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "family"),
    [
        ("08006", Unavailable),
        ("57P01", Unavailable),
        ("55P03", Unavailable),
        ("40P01", Unavailable),
        ("53100", Unavailable),
        ("53300", Unavailable),
        ("58030", Unavailable),
        ("25006", Unavailable),
        ("28P01", ConfigurationError),
        ("3D000", ConfigurationError),
        ("42501", ConfigurationError),
        ("42P01", ConfigurationError),
        ("23505", ActionDenied),
    ],
)
def test_every_state_that_can_be_met_has_a_family(state: str, family: type[Exception]) -> None:
    told = meaning_of(Told(state))
    assert isinstance(told, family)
    with pytest.raises(family), in_our_words():
        raise Told(state)


def test_what_has_no_family(registry: Registry) -> None:
    for error in (Told("22P02"), psycopg.DataError("x"), sqlite3.ProgrammingError("x"), ValueError("x")):
        assert meaning_of(error) is None
    assert isinstance(meaning_of(psycopg.OperationalError("gone")), Unavailable)
    assert isinstance(meaning_of(psycopg.InterfaceError("closed")), Unavailable)


def test_threads_share_a_registry(city: City) -> None:
    errors: list[Exception] = []

    def work(number: int) -> None:
        try:
            city.open(f"/dock/{number}")
            city.entries()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []

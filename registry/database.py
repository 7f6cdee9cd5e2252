"""The registry's door: where the facts are kept, read and changed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, text
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session

from registry import schema
from registry.act import Act
from registry.failures import SETTING, in_our_words
from regulation.errors import ConfigurationError

__all__ = ["Act", "Registry"]

PATIENCE_SECONDS = 30
"""How long an act waits for another one to finish before it is `Unavailable`."""

STUCK_SECONDS = 60
"""How long an act may do nothing before PostgreSQL takes its place from it: its process may be frozen."""

# Every act takes this lock first: the chain has one writer at a time (Art. 7). Any constant will do, as long as nothing
# else in the same database uses it.
_ONE_WRITER = 0x6C_65_64_67_65_72

_TAKE_PLACE = text(
    "SELECT set_config('idle_in_transaction_session_timeout', :stuck, true), pg_advisory_xact_lock(:key)"
)

_SCHEMES = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class Registry:
    """The facts of custody behind one database URL: ``sqlite:////var/lib/custody/registry.db`` or
    ``postgresql://role@host/custody``. Threads may share it; processes each make their own.

    Raises `ConfigurationError` for a URL it cannot use. Nothing is opened before the first use.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.engine = _engine(self._url)
        self._readers = self.engine.execution_options(**_reading_options(self.engine))
        self._writers = self.engine.execution_options(writes=True)

    @property
    def shown_url(self) -> str:
        """The URL without its password, fit for a page or a log."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session over one unchanging view of the facts; the database refuses writes in it.

        Raises `Unavailable` when the database does not answer.
        """
        with in_our_words(), Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def acting(self, actor: str, at: datetime) -> Iterator[Act]:
        """One act of `actor` at the aware time `at`: everything in it is committed at its end, or nothing.

        Acts follow one another, never overlap. Raises `Unavailable` when the database does not answer or stays busy;
        then nothing of the act has happened, or, if only the answer was lost, all of it: doing it again is safe.
        """
        if at.tzinfo is None:
            raise ValueError("an act needs a time with a zone")
        with in_our_words(), Session(self._writers, expire_on_commit=False) as session:
            _wait_for_turn(session.connection())
            act = Act(session, actor, at)
            yield act
            act.commit()

    @contextmanager
    def streaming(self) -> Iterator[Connection]:
        """A read-only connection over one unchanging view, for results too long to hold."""
        with in_our_words(), self._readers.connect() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to this version, from nothing if need be. Two at once do no harm."""
        with in_our_words(), self._writers.begin() as connection:
            _wait_for_turn(connection)
            schema.upgrade(connection)

    def check(self) -> None:
        """Raise `ConfigurationError` unless the schema is exactly this version's."""
        with self.streaming() as connection:
            schema.require_head(connection)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        # The text itself may hold a password: it is not repeated, nor chained.
        raise ConfigurationError("this is not a database URL", subject=SETTING) from None
    driver = _SCHEMES.get(parsed.drivername)
    if driver is None:
        raise ConfigurationError(
            f"the registry is kept in sqlite:///… or postgresql://…, not in {parsed.drivername}", subject=SETTING
        )
    if driver == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError("SQLite needs a file: what is only in memory is not kept", subject=SETTING)
    return parsed.set(drivername=driver)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # As many connections as threads: those that wait for their turn to write keep one each. The one given back last is
    # taken first: its statements are planned, and what it needs is at hand.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=20,
        max_overflow=30,
        pool_use_lifo=True,
        connect_args={"connect_timeout": 10},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _reading_options(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own idea of when to begin is switched off: `_begin_sqlite` says it.
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a new file to write-ahead logging. Two that do it at once block each other, and SQLite's own patience does
    not cover this one step."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the writer's place at once: a read that turns into a write later would fail instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{PATIENCE_SECONDS}s'")
    connection.commit()


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE_PLACE, {"stuck": f"{STUCK_SECONDS}s", "key": _ONE_WRITER})

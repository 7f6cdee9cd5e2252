"""What a database error means to the rest of the house: one of the four families, without secrets or personal data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from regulation.errors import ActionDenied, ConfigurationError, CustodyError, FixityError, Unavailable

SETTING = "CUSTODY_DATABASE_URL"

_Family = type[ActionDenied] | type[ConfigurationError] | type[FixityError] | type[Unavailable]
_Meaning = tuple[_Family, str]

_SCHEMA: _Meaning = (ConfigurationError, "the database lacks tables or columns of this version: run the migrations")
_RIGHTS: _Meaning = (ConfigurationError, "the database role lacks a right that this act needs")
_REFUSED: _Meaning = (ActionDenied, "the database refuses the change")
_STOPPED: _Meaning = (Unavailable, "the database does not answer")
_BUSY: _Meaning = (Unavailable, "the database is busy: another act held it too long")
_FULL: _Meaning = (Unavailable, "the database cannot write: its disk is full or failing")
_SIGN_IN: _Meaning = (ConfigurationError, "the database does not let this role in")
_NO_DATABASE: _Meaning = (ConfigurationError, "there is no such database")
_NO_FILE: _Meaning = (ConfigurationError, "the database file cannot be opened: does its folder exist?")
_NOT_OURS: _Meaning = (ConfigurationError, "the file is not an SQLite database")
_READ_ONLY: _Meaning = (ConfigurationError, "the database file may only be read")
_DAMAGED: _Meaning = (FixityError, "the database file is damaged")

# SQLite's primary result codes (https://sqlite.org/rescode.html).
_SQLITE: dict[int, _Meaning] = {
    5: _BUSY,
    6: _BUSY,
    8: _READ_ONLY,
    10: _FULL,
    11: _DAMAGED,
    13: _FULL,
    14: _NO_FILE,
    19: _REFUSED,
    26: _NOT_OURS,
}

# PostgreSQL's SQLSTATE, the longest prefix first (appendix A of its manual).
_SQLSTATE: dict[str, _Meaning] = {
    "3D000": _NO_DATABASE,
    "42501": _RIGHTS,
    "42703": _SCHEMA,
    "42P01": _SCHEMA,
    "53100": _FULL,
    "55P03": _BUSY,
    "08": _STOPPED,
    "23": _REFUSED,
    "25": _STOPPED,
    "28": _SIGN_IN,
    "40": _BUSY,
    "53": _STOPPED,
    "57": _STOPPED,
    "58": _FULL,
}


def meaning_of(error: BaseException) -> CustodyError | None:
    """The family a driver's `error` belongs to, or None for a mistake of our own, which must surface as it is."""
    found = _meaning(error)
    if found is None:
        return None
    family, message = found
    if family is ActionDenied:
        message = f"{message}: {_rule_of(error)}"
    return family(message, subject=SETTING if family is ConfigurationError else None)


def _rule_of(error: BaseException) -> str:
    """Which rule, in the database's words; what it says of the values stands elsewhere, in PostgreSQL's DETAIL."""
    if isinstance(error, psycopg.Error):
        return error.diag.message_primary or "unknown"
    return str(error)


def _meaning(error: BaseException) -> _Meaning | None:
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(getattr(error, "sqlite_errorcode", 0), str(error))
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])
    # A connection that breaks or never comes about carries no state.
    return _STOPPED if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None


def _of_sqlite(code: int, text: str) -> _Meaning | None:
    # SQLite has one code for every mistake in a statement; only its text tells a missing table from a typing error.
    if text.startswith(("no such table", "no such column")) or " has no column named " in text:
        return _SCHEMA
    return _SQLITE.get(code & 0xFF)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn the drivers' errors into the four families; their own text, which may quote rows, is not repeated."""
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable("no connection to the database became free in time") from error
    except (exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, exc.DBAPIError) else error
        told = None if cause is None else meaning_of(cause)
        if told is None:
            raise
        # What breaks a rule is quoted by the driver, row and all: that is not passed on.
        raise told from (None if isinstance(told, ActionDenied) else error)

"""Triggers that let a row come or change only where something else is there already: a decision, two witnesses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from sqlalchemy import Connection, text

Door: TypeAlias = tuple[str, str, str, str, str]
"""Table, name, moment, when it applies, and what must be there then."""


def close_doors(connection: Connection, doors: Iterable[Door], article: str) -> None:
    """Put the doors in place; what is refused names the article."""
    for table, name, moment, applies, must_be in doors:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} WHEN {applies} AND NOT EXISTS ({must_be}) "
                f"BEGIN SELECT RAISE(ABORT, '{moment} of {table} refused ({article})'); END"
            )
        else:
            _close_postgresql(connection, (table, name, moment, applies, must_be), article)


def _close_postgresql(connection: Connection, door: Door, article: str) -> None:
    table, name, moment, applies, must_be = door
    function = f"custody_{table}_{name}"
    connection.execute(
        text(
            f"""
            CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT EXISTS ({must_be}) THEN
                    RAISE EXCEPTION '{moment} of {table} refused ({article})' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """
        )
    )
    # A temporary table of the same name would otherwise be looked at instead.
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    connection.exec_driver_sql(f"ALTER FUNCTION {function}() SET search_path = {schema}, pg_temp")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} FOR EACH ROW WHEN ({applies}) "
        f"EXECUTE FUNCTION {function}()"
    )

"""The service's own role on PostgreSQL: it may do what the transitions do, and nothing that would undo it (Art. 7).

Migrations run as the owner of the tables. The service signs in as another role, to which `harden` grants the least it
needs: whoever steals its password can neither change nor remove a ledger entry, a receipt or an original's facts, nor
drop the triggers that refuse it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from registry.database import Registry
from registry.failures import SETTING, in_our_words
from registry.migrations.guards import FIXED
from regulation.errors import ConfigurationError

# Rows that a correction replaces as a whole, and marks of work to be done; everything else is kept.
_MAY_BE_REMOVED = {"activity_officer", "duty_touch", "term_touch"}


def harden(registry: Registry, role: str) -> None:
    """Grant `role`, which exists and owns nothing, the least it needs, and take everything else from it.

    Called as the owner of the tables, after every migration; calling it again changes nothing. Raises
    `ConfigurationError` on SQLite, for an unknown role, and for one that could lift the guards itself.
    """
    if registry.engine.dialect.name != "postgresql":
        raise ConfigurationError("only PostgreSQL has roles", subject=SETTING)
    with in_our_words(), registry.engine.begin() as connection:
        _require_plain(connection, role)
        for statement in _grants(connection, role):
            connection.exec_driver_sql(statement)


def _require_plain(connection: Connection, role: str) -> None:
    found = connection.execute(
        text(
            """
            SELECT rolsuper, pg_has_role(rolname, relowner, 'MEMBER')
            FROM pg_roles, pg_class WHERE rolname = :role AND pg_class.oid = CAST('ledger_entry' AS regclass)
            """
        ),
        {"role": role},
    ).one_or_none()
    if found is None:
        raise ConfigurationError("there is no such role: create it first", subject=role)
    if any(found):
        raise ConfigurationError("this role could lift the guards: it is a superuser or owns the tables", subject=role)


def _grants(connection: Connection, role: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    to = quote(role)
    schema = quote(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}, PUBLIC"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM {to}, PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {to}"
    yield f"GRANT SELECT ON alembic_version TO {to}"
    for table in SQLModel.metadata.sorted_tables:
        fixed = FIXED.get(table.name, ())
        yield f"GRANT SELECT, INSERT ON {quote(table.name)} TO {to}"
        if fixed is not None:
            changing = ", ".join(quote(column.name) for column in table.columns if column.name not in fixed)
            yield f"GRANT UPDATE ({changing}) ON {quote(table.name)} TO {to}"
        if table.name in _MAY_BE_REMOVED:
            yield f"GRANT DELETE ON {quote(table.name)} TO {to}"

"""The schema's version: brought up by the migrations in this package, checked at start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from registry.failures import SETTING
from regulation.errors import ConfigurationError


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, in code: the scripts travel inside the package."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Run the missing migrations in the caller's transaction."""
    command.upgrade(configuration(connection), "head")


def require_head(connection: Connection) -> None:
    """Raise `ConfigurationError` unless every migration of this version has run, and none of a newer one."""
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise ConfigurationError(
            f"the database's schema is at version {found or 'none'}, this software needs {wanted}: run the migrations",
            subject=SETTING,
        )

"""The door to the registry."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.secret_reference import revealed
from registry.database import Registry


class RegistryDatabase(Block):
    """Where the facts are kept: SQLite for one machine, PostgreSQL for a city."""

    _block_type_name = "Custody registry"
    _block_type_slug = "custody-registry"
    _description = "The registry of recordings, duties and decisions (登记库): a SQLite file or a PostgreSQL database."

    url: SecretStr = Field(
        title="Database URL", description="sqlite:////path/to/registry.db or postgresql+psycopg://user:secret@host/name"
    )

    def open(self) -> Registry:
        """The registry behind the URL. Raises `ConfigurationError` when its schema is not the one this code knows."""
        registry = Registry(revealed(self.url))
        registry.check()
        return registry

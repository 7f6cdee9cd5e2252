"""Settings of this machine, from the environment (`CUSTODY_…`) or `.env`: where things are, not what the law is."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from regulation.errors import ConfigurationError


class Settings(BaseSettings):
    """Everything has a default that works on one machine: SQLite, a vault folder, a Prefect server on loopback."""

    model_config = SettingsConfigDict(env_prefix="CUSTODY_", env_file=".env", extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "custody")
    database_url: SecretStr | None = None
    vault: Literal["directory", "s3"] = "directory"
    vault_folder: Path | None = None
    vault_immutable: bool = True
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_bucket: str = "custody-originals"
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_accepts_no_object_lock: bool = False
    unit: str = "unit"
    dock_roots: list[Path] = Field(default_factory=list)
    layouts_file: Path | None = None
    policy_files: list[Path] = Field(default_factory=list)
    host: str = "127.0.0.1"
    prefect_port: int = 4200
    pages_port: int = 4201

    @property
    def registry_url(self) -> str:
        """The registry's URL; an embedded SQLite file unless another is set."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / 'registry.db'}"

    @property
    def vault_root(self) -> Path:
        """The embedded vault's folder."""
        return self.vault_folder or self.home / "vault"

    @property
    def receipts(self) -> Path:
        """Where receipts are laid out for people."""
        return self.home / "receipts"

    @property
    def api_url(self) -> str:
        """Prefect's API."""
        return f"http://{self.host}:{self.prefect_port}/api"

    @property
    def pages_url(self) -> str:
        """The pages and the intake of docks."""
        return f"http://{self.host}:{self.pages_port}"


def read_settings() -> Settings:
    """The settings, or `ConfigurationError` naming the one that is wrong."""
    try:
        return Settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "CUSTODY_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{first['msg']}.", subject=name) from None

"""Settings of this machine, from the environment (`CUSTODY_…`) or `.env`: where things are, not what the law is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from regulation.errors import ConfigurationError


class Settings(BaseSettings):
    """Everything has a default that works on one machine: SQLite, a vault folder, a Prefect server on loopback."""

    model_config = SettingsConfigDict(env_prefix="CUSTODY_", env_file=".env", env_ignore_empty=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path.home() / ".local" / "share" / "custody",
        description="Folder of this installation: registry, vault, keys, receipts, Prefect's state, logs.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="The registry: `postgresql+psycopg://user:secret@host/name`; SQLite in the home folder by default.",
    )
    vault: Literal["directory", "s3"] = Field(default="directory", description="Where originals are kept.")
    vault_folder: Path | None = Field(default=None, description="Folder of the directory vault; `vault` in the home.")
    vault_immutable: bool = Field(default=True, description="Set the immutable attribute where the system grants it.")
    replica_folder: Path | None = Field(
        default=None,
        description="Folder of a second vault, with the same originals under the same keys: damaged ones are put back "
        "from it (Art. 7).",
    )
    s3_endpoint: str = Field(default="", description="Address of the S3 server; empty for AWS.")
    s3_region: str = Field(default="us-east-1", description="Region of the bucket.")
    s3_bucket: str = Field(default="custody-originals", description="The bucket; created with Object Lock if missing.")
    s3_access_key: SecretStr = Field(default=SecretStr(""), description="Access key.")
    s3_secret_key: SecretStr = Field(default=SecretStr(""), description="Secret key.")
    s3_certificates: Path | None = Field(
        default=None, description="PEM file with the authorities to trust for the S3 server, if not the system's own."
    )
    s3_accepts_no_object_lock: bool = Field(
        default=False, description="The unit accepts, in so many words, a bucket that cannot lock originals."
    )
    wipe_allowed: bool = Field(
        default=False, description="Runs started from Prefect may wipe a recorder of what its receipt names (Art. 16)."
    )
    replica_bucket: str = Field(
        default="",
        description="A second vault as a bucket on the same S3 server, with the same keys.",
    )
    unit: str = Field(default="unit", description="Code of the unit whose recorders are docked here.")
    dock_roots: list[Path] = Field(
        default_factory=list, description="Folders (a JSON list) that are watched: each folder in them is a dump."
    )
    layouts_file: Path | None = Field(default=None, description="TOML, an array of tables `layout`: device layouts.")
    policy_files: list[Path] = Field(
        default_factory=list, description="TOML files (a JSON list), a superior's layers before the unit's (Art. 23)."
    )
    notifier_file: Path | None = Field(
        default=None,
        description="TOML with `channels`, `routes`, `per_minute`, `seconds`, `language`: by which channel people are "
        "told (Art. 16, 20). An address may be `env:CUSTODY_…`. Without it notices stay queued.",
    )
    oidc_issuer: str = Field(
        default="", description="Issuer of a city's single sign-on (OpenID Connect); empty: passwords alone (Art. 17)."
    )
    oidc_client_id: str = Field(default="", description="As whom the desk is known to the provider.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="And the secret by which it proves that.")
    oidc_claim: str = Field(default="preferred_username", description="Claim that holds the certificate number.")
    oidc_name: str = Field(default="统一身份认证", description="What the sign-in page calls the provider.")
    oidc_acr: str | None = Field(
        default=None, description="Authentication class that the provider must vouch for, such as one with two factors."
    )
    heartbeat_url: SecretStr | None = Field(
        default=None,
        description="Address asked after each finished sweep over deadlines: a dead man's switch elsewhere.",
    )
    timestamp_url: str = Field(
        default="", description="Address of an RFC 3161 timestamp authority; empty: anchors have no timestamp (Art. 7)."
    )
    timestamp_certificates: Path | None = Field(
        default=None, description="PEM file with the certificates of that authority, and of those that it replaced."
    )
    timestamp_policy: str | None = Field(default=None, description="Object identifier of the policy to insist on.")
    seal_certificate: Path | None = Field(
        default=None,
        description="PKCS#12 file with which statements are sealed (PAdES); needs the extra `pades` (Art. 19).",
    )
    seal_secret: SecretStr = Field(default=SecretStr(""), description="What opens it.")
    speech_command: list[str] = Field(
        default=[],
        description="Recogniser for drafts of transcripts, as a JSON list with {sound} and {out}; none is downloaded "
        "(Art. 19).",
    )
    fonts_folder: Path | None = Field(
        default=None,
        description="Folder with further fonts (OpenType), for rare characters of names in statements (Art. 19).",
    )
    host: str = Field(default="127.0.0.1", description="Address on which Prefect and the pages listen.")
    prefect_port: int = Field(default=4200, description="Port of the Prefect server.")
    prefect_api: str = Field(
        default="", description="Address of the Prefect API (`https://…/api`) where another machine runs it."
    )
    prefect_login: SecretStr | None = Field(
        default=None, description="Its login, `user:password`, where another machine runs it."
    )
    pages_port: int = Field(default=4201, description="Port of the pages and of the intake of docks.")
    public_url: str = Field(
        default="",
        description="Address at which people reach the pages (`https://…`), where a proxy stands in front of them: in "
        "every notice, receipt and statement. Empty: the address on which they listen.",
    )
    intake_batch_bytes: int = Field(default=1 << 40, gt=0, description="Most bytes a dock may push in one batch.")
    intake_batch_files: int = Field(default=50_000, gt=0, description="Most files a dock may push in one batch.")
    intake_idle_days: int = Field(default=14, gt=0, description="Days after which an unfinished batch is removed.")

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
    def clips(self) -> Path:
        """Where parts of recordings are kept while they are looked at."""
        return self.home / "clips"

    @property
    def packages(self) -> Path:
        """Where evidence packages are put together and handed out from."""
        return self.home / "packages"

    @property
    def spool(self) -> Path:
        """Where dumps that docks push are put together; what is whole lies below `ready/<unit>`."""
        return self.home / "spool"

    @property
    def clock_file(self) -> Path:
        """What moves the clock of a home that was started with a clock to move; production has none."""
        return self.home / "clock"

    @property
    def api_url(self) -> str:
        """Prefect's API, without a slash at the end."""
        return self.prefect_api.rstrip("/") or f"http://{self.host}:{self.prefect_port}/api"

    @property
    def pages_url(self) -> str:
        """The pages and the intake of docks as people and docks reach them, without a slash at the end."""
        return self.public_url or self.listening_url

    @property
    def listening_url(self) -> str:
        """The same as this machine reaches them."""
        return f"http://{self.host}:{self.pages_port}"

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, told: str) -> str:
        """Scheme, host and port, without a slash at the end."""
        place = urlsplit(told.strip().rstrip("/"))
        if not told.strip():
            return ""
        if place.scheme not in ("http", "https") or not place.hostname or place.port == 0 or any(place[2:]):
            raise ValueError("An address is https://name, with a port where it needs one, and no path")
        if "@" in place.netloc:
            raise ValueError("An address holds no name and no password")
        return place.geturl()

    def environment(self) -> dict[str, str]:
        """The secrets among the settings, as variables: blocks say ``env:…`` of them, wherever they were set."""
        secrets = {name: value.get_secret_value() for name, value in self if isinstance(value, SecretStr)}
        told = {f"CUSTODY_{name.upper()}": secret for name, secret in secrets.items() if secret}
        return {**told, "CUSTODY_HOME": str(self.home.absolute()), "CUSTODY_DATABASE_URL": self.registry_url}

    @property
    def s3_address(self) -> str:
        """Where the S3 server is; AWS where none is named."""
        ending = ".cn" if self.s3_region.startswith("cn-") else ""
        return self.s3_endpoint or f"https://s3.{self.s3_region}.amazonaws.com{ending}"


def read_settings() -> Settings:
    """The settings, or `ConfigurationError` naming the one that is wrong."""
    try:
        return Settings()
    except SettingsError as wrong:
        found = re.search(r'field "(\w+)"', str(wrong))
        name = f"CUSTODY_{found[1].upper()}" if found else "CUSTODY_…"
        raise ConfigurationError('It is a list, written like ["one", "two"].', subject=name) from None
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "CUSTODY_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{first['msg']}.", subject=name) from None

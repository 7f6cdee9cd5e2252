"""The home folder of one installation: registry, vault, keys, Prefect's own state; readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from blocks import clock
from deployments.settings import Settings
from regulation.errors import ConfigurationError

RECEIPT_KEY = "receipt-key.pem"
PAGES_KEY = "pages-key"


class Home:
    """`settings.home` laid out. Making it again changes nothing that is there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = settings.home

    def prepare(self) -> None:
        """Create what is missing and bring the registry's schema up to date."""
        from blocks.signing import new_private_key
        from registry.database import Registry

        try:
            for folder in (self.root, self.prefect_home, self.settings.receipts):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _keep_secret(self.root / RECEIPT_KEY, new_private_key)
            _keep_secret(self.root / "prefect-password", lambda: secrets.token_urlsafe(24))
            _keep_secret(self.root / PAGES_KEY, lambda: secrets.token_urlsafe(32))
        except OSError as error:
            raise ConfigurationError(
                f"The home folder cannot be written: {error.strerror}.", subject="CUSTODY_HOME"
            ) from None
        registry = Registry(self.settings.registry_url)
        try:
            registry.migrate()
        finally:
            registry.dispose()

    @property
    def prefect_home(self) -> Path:
        return self.root / "prefect"

    def receipt_key(self) -> str:
        """The key that signs receipts and anchors. Raises `ConfigurationError` where this home has none."""
        try:
            return (self.root / RECEIPT_KEY).read_text()
        except OSError as error:
            raise ConfigurationError(
                f"The signing key cannot be read: {error.strerror}.", subject=str(self.root / RECEIPT_KEY)
            ) from None

    def pages_key(self) -> str:
        return (self.root / PAGES_KEY).read_text()

    def now(self) -> datetime:
        """The time in this home. Raises `ConfigurationError` where its clock is moved by a file that cannot be read."""
        if clock.SETTING not in os.environ and self.settings.clock_file.exists():
            return clock.moved_by(self.settings.clock_file)
        return clock.now()

    def prefect_login(self) -> str:
        """The one shared login of the Prefect server, `user:password`."""
        if self.settings.prefect_login is not None:
            return self.settings.prefect_login.get_secret_value()
        return f"custody:{(self.root / 'prefect-password').read_text()}"

    def enter(self) -> None:
        """Let this process follow what blocks say of secrets."""
        os.environ.update(self.settings.environment())

    def prefect_environment(self) -> dict[str, str]:
        """What the parts of an installation need to know: of its home, and of a Prefect that is offline and behind a
        password, for whoever reaches it reads numbers of cases and can stop the work."""
        return {
            **self.settings.environment(),
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(self.prefect_home),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            # On disk: kept in memory, the places of runs that were under way are lost for good when the server dies.
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            "PREFECT_SERVER_API_AUTH_STRING": self.prefect_login(),
            "PREFECT_API_AUTH_STRING": self.prefect_login(),
            "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
            "PREFECT_API_URL": self.settings.api_url,
            **self._moved_clock(),
        }

    def _moved_clock(self) -> dict[str, str]:
        """A home whose clock was moved stays moved, in every part of it: the ledger's time never goes back."""
        file = self.settings.clock_file
        return {clock.SETTING: str(file.absolute())} if file.exists() else {}

    def server_answers(self) -> bool:
        """Whether this installation's Prefect server is up."""
        try:
            with urllib.request.urlopen(f"{self.settings.api_url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _keep_secret(path: Path, make: Callable[[], str]) -> None:
    """Write a secret once, complete or not at all, readable by the owner alone."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    os.link(draft, path)
    os.unlink(draft)

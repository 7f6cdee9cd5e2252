"""LocalStack's S3: the only one here that keeps checksums and conditions. It authorises nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from tests.servers.processes import free_port, start, stop, wait_until

VERSION = "4.8.0"
_SETTINGS = {
    "SERVICES": "s3",
    "STRICT_SERVICE_LOADING": "1",
    "EAGER_SERVICE_LOADING": "1",
    "DISABLE_EVENTS": "1",
    "S3_SKIP_SIGNATURE_VALIDATION": "0",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DNS_ADDRESS": "0",
    "LS_LOG": "warn",
}


def environment() -> Path:
    """The virtual environment that `install.sh` makes."""
    cache = os.environ.get("CUSTODY_TEST_CACHE") or os.path.expanduser("~/.cache/bodycam-custody")
    return Path(cache) / f"localstack-{VERSION}"


class LocalStack:
    """`start` takes about 5 seconds; `stop` removes its folder."""

    access_key = "test"
    secret_key = "test"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(parents=True)
        settings = {"GATEWAY_LISTEN": f"127.0.0.1:{self.port}", "FILESYSTEM_ROOT": str(self.folder), **_SETTINGS}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        log = self.folder / "localstack.out"
        command = [str(environment() / "bin" / "python"), "-m", "localstack.runtime.main"]
        self._process = start(command, log, env=kept | settings)
        wait_until(self._answers, self._process, log, seconds=90)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.endpoint}/_localstack/health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

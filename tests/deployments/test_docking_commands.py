"""`custody dock` and `custody dock watch` as people type them: each command a process of its own (Art. 16)."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from blocks.signing import check_signature, public_key_of, read_private_key
from deployments.home import Home
from deployments.settings import Settings
from deployments.supervisor import python
from registry import ledger
from registry.database import Registry
from registry.queries import dock_sessions
from registry.tables import DockItem, DockSession, SessionState
from tests.faults.dumps import put, recorded
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.stations import populate

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
CUSTODY = python("-m", "deployments.cli")
SETTLE_SECONDS = 6
GROWS_EVERY = 0.2


def populated(settings: Settings) -> Registry:
    Home(settings).prepare()
    registry = Registry(settings.registry_url)
    populate(registry)
    return registry


def receipt_at(home: Path, stdout: str) -> dict[str, list[dict[str, str]]]:
    """What the receipt says that a command has told of: its number and its two files, signed by the home's key."""
    first, signed, page = stdout.splitlines()
    assert first.startswith("Receipt R-chengguan-")
    number = first.removeprefix("Receipt ")
    assert (Path(signed.strip()).name, Path(page.strip()).name) == ("receipt.json", "receipt.html")
    assert number in Path(page.strip()).read_text(encoding="utf-8")
    told = json.loads(Path(signed.strip()).read_text())
    key = public_key_of(read_private_key((home / "receipt-key.pem").read_text()))
    check_signature(told["document"], told["signature"]["ed25519"], key)
    document: dict[str, list[dict[str, str]]] = json.loads(told["document"])
    return document


def names(lines: list[dict[str, str]]) -> list[str]:
    return sorted(line["name"] for line in lines)


@pytest.fixture
def dump(tmp_path: Path, media_samples: dict[str, bytes]) -> Path:
    """A recorder with a film, a picture, and what is no file."""
    folder = tmp_path / "dump"
    folder.mkdir()
    put(folder / recorded(5, "mp4"), media_samples["mp4"])
    put(folder / recorded(6, "jpg"), media_samples["jpg"])
    (folder / "link.mp4").symlink_to("/etc/passwd")
    return folder


# --- custody dock DIR, while the system is up ---


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPrefect]:
    made = OwnPrefect(tmp_path_factory.mktemp("standing"))
    try:
        populated(made.home.settings).dispose()
        made.start_server()
        yield made
    finally:
        made.stop()


def custody(standing: OwnPrefect, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command without a terminal."""
    return subprocess.run(
        [*CUSTODY, *arguments],
        cwd=ROOT,
        env={**os.environ, **standing.environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_dump_is_taken_in_and_the_receipt_is_where_it_is_said(standing: OwnPrefect, dump: Path) -> None:
    told = custody(standing, "dock", str(dump))

    assert told.returncode == 0, told.stderr
    document = receipt_at(standing.home.root, told.stdout)
    assert names(document["may_be_wiped"]) == [recorded(5, "mp4"), recorded(6, "jpg")]
    assert names(document["stays_on_device"]) == ["link.mp4"]
    assert "Traceback" not in told.stderr
    assert len(list(dump.iterdir())) == 3, "nothing is wiped unless it is asked for"


@pytest.mark.parametrize("typed", [("--wipe", "{}"), ("{}", "--wipe"), ("take-in", "{}", "--wipe")], ids=" ".join)
def test_whoever_types_wipe_has_what_the_receipt_names_wiped(
    standing: OwnPrefect, dump: Path, typed: tuple[str, ...]
) -> None:
    told = custody(standing, "dock", *(word.format(dump) for word in typed))

    assert told.returncode == 0, told.stderr
    assert len(receipt_at(standing.home.root, told.stdout)["may_be_wiped"]) == 2
    assert [path.name for path in dump.iterdir()] == ["link.mp4"]


def test_at_a_terminal_bars_are_drawn(standing: OwnPrefect, dump: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*CUSTODY, "dock", str(dump)],
        cwd=ROOT,
        env={**os.environ, **standing.environment(), "TERM": "xterm-256color"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    drawn = b""
    while piece := _read(ours):
        drawn += piece
    os.close(ours)
    assert process.stdout is not None
    with process.stdout as stdout:
        receipt_at(standing.home.root, stdout.read().decode())
    assert process.wait(60) == 0
    assert b"\x1b[?25l" in drawn, "the cursor is hidden while bars are drawn"
    assert b"\x1b[?25h" in drawn.rpartition(b"\x1b[?25l")[2], "and is there again"
    assert "━".encode() in drawn


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # a terminal that nobody writes to any more
        return b""


def test_a_folder_that_is_not_there_is_told_in_a_sentence(standing: OwnPrefect, tmp_path: Path) -> None:
    told = custody(standing, "dock", str(tmp_path / "none"))
    assert told.returncode == 1
    assert "none" in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


# --- custody dock watch DIR, on a machine where nothing else is up ---


class Watching:
    """The command at work, with a Prefect server of its own."""

    def __init__(self, home: Path, dock: Path) -> None:
        settings = Settings(home=home, unit="chengguan", vault_immutable=False)
        self.registry = populated(settings)
        self.dock = dock
        self.log = home / "watch.log"
        told = {"CUSTODY_HOME": str(home), "CUSTODY_UNIT": "chengguan", "CUSTODY_VAULT_IMMUTABLE": "false"}
        told["CUSTODY_PREFECT_PORT"] = "1"  # where no server of anybody else answers
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*CUSTODY, "dock", "watch", "--settle", str(SETTLE_SECONDS), str(dock)],
                cwd=ROOT,
                env={**os.environ, **told},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as at a terminal
            )

    def sessions(self, dump: str) -> list[DockSession]:
        with self.registry.reading() as reading:
            source = str(self.dock / dump)
            return list(reading.exec(select(DockSession).where(col(DockSession.source) == source)))

    def is_sealed(self, dump: str) -> bool:
        """Whether the dump was taken in, and nobody works on it any more."""
        with self.registry.reading() as reading:
            sealed = dock_sessions.last_sealed_session_of(reading, str(self.dock / dump))
        return sealed is not None and sealed.lease_holder is None

    def until(self, there: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
        until = time.monotonic() + 150
        while not there():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            meanwhile()
            time.sleep(GROWS_EVERY)

    def sizes(self, dump: str) -> list[int | None]:
        [session] = self.sessions(dump)
        with self.registry.reading() as reading:
            return list(reading.exec(select(DockItem.size).where(col(DockItem.session_id) == session.id)))

    def parts(self) -> list[str]:
        """Processes of our own that name this home's server."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [one for one in children if b"prefect" in Path(f"/proc/{one}/cmdline").read_bytes()]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    (tmp_path / "dock").mkdir()
    found = Watching(tmp_path / "home", tmp_path / "dock")
    yield found
    if found.process.poll() is None:
        found.process.kill()
        found.process.wait()
    found.registry.dispose()


def test_the_watch_takes_in_what_appears_waits_for_what_grows_and_ends_when_told(
    watching: Watching, media_samples: dict[str, bytes]
) -> None:
    watching.until(lambda: "Watching" in watching.log.read_text())

    for name in ("whole", "growing"):
        (watching.dock / name).mkdir()
    film = watching.dock / "growing" / recorded(7, "mp4")
    put(film, media_samples["mp4"])

    def grow() -> None:
        with film.open("ab") as opened:
            opened.write(b"\0" * 1000)

    # The one is whole at once, the other grows until that one has been taken in.
    put(watching.dock / "whole" / recorded(5, "mp4"), media_samples["mp4"])
    watching.until(lambda: watching.is_sealed("whole"), meanwhile=grow)
    assert watching.sessions("growing") == [], "what still grows is not begun"

    # Now it grows no more.
    watching.until(lambda: watching.is_sealed("growing"))
    assert watching.sizes("growing") == [film.stat().st_size]
    assert {one.state for name in ("whole", "growing") for one in watching.sessions(name)} == {SessionState.SEALED}
    assert {one.opened_by for one in watching.sessions("whole")} == {"watch"}
    assert film.exists(), "nothing is wiped unless it is asked for"

    # Ctrl-C reaches the whole group of the terminal.
    servers = watching.parts()
    assert len(servers) == 1
    os.killpg(watching.process.pid, signal.SIGINT)
    assert watching.process.wait(60) in (0, 130), watching.log.read_text()
    assert "Traceback" not in watching.log.read_text()
    assert not any(Path(f"/proc/{one}").exists() for one in servers), "its server ends with it"
    assert ledger.verify(watching.registry).problems == []
    assert ledger.verify_rows(watching.registry).problems == []

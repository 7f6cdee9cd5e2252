"""The newcomer's first command, and the administrator's: everything starts, does the main job, and stops cleanly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from deployments.server import free_port, is_free
from tests.fixtures.patience import wait_until

pytestmark = [pytest.mark.servers, pytest.mark.timeout(700)]

HOST = "127.0.0.1"


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without what Prefect's test harness has put into it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CUSTODY_"))}
    return {**kept, "COLUMNS": "200", **settings}


def test_the_demo_takes_a_recorder_in_and_ends_well(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "deployments.demo", "--once"],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "ledger of" in told.stdout
    assert "is whole" in told.stdout
    assert re.search(r"EC-chengguan-\d{4}-00001: handed in", told.stdout)
    assert re.search(r"SOUND: \d+ checks", told.stdout)
    for code in ("A7-damaged", "A7-duplicate", "A7-empty", "A7-wrong-extension", "A4-unfiled", "A15-asked"):
        assert code in told.stdout
    check_the_courts_disc(tmp_path / ".demo", told.stdout)
    number = re.search(r"/receipts/(R-[a-z]+-\d{4}-\d{5})\?key=", told.stdout)
    assert number is not None
    assert (tmp_path / ".demo" / "receipts" / number[1] / "receipt.json").is_file()


def check_the_courts_disc(home: Path, told: str) -> None:
    """It is there at the end, told with its files, and sound; on the machine nothing of it lies about any more."""
    [disc] = (home / "court").iterdir()
    assert re.fullmatch(r"EC-chengguan-\d{4}-00001", disc.name)
    assert not (home / "packages" / disc.name).exists(), "the machine's own copies had their ninety days"
    command = [sys.executable, "-I", "-S", "verify.py", "."]
    done = subprocess.run(command, cwd=disc, capture_output=True, text=True, env=clean_environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SOUND" in done.stdout
    for language in ("zh", "en"):
        paper = f"data/statement/statement.{language}.pdf"
        assert len(PdfReader(disc / paper).pages) > 0
        assert paper in told
    end = told[told.index("10 In court") :]
    assert re.search(r"python3 verify\.py   SOUND: \d+ checks", end)
    assert "data/statement/statement.json" in end
    assert any((disc / "data" / "originals").iterdir())


@pytest.fixture
def up(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    (tmp_path / "dock").mkdir()
    settings = {
        "CUSTODY_HOME": str(tmp_path / "home"),
        "CUSTODY_DOCK_ROOTS": f'["{tmp_path / "dock"}"]',
        "CUSTODY_VAULT_IMMUTABLE": "false",
        "CUSTODY_PREFECT_PORT": str(free_port(HOST)),
        "CUSTODY_PAGES_PORT": str(free_port(HOST)),
    }
    command = [sys.executable, "-m", "deployments.cli", "up"]
    child = subprocess.Popen(
        command, cwd=tmp_path, env=clean_environment(**settings), stdout=subprocess.PIPE, text=True
    )
    yield child, settings
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_up_comes_up_and_ctrl_c_stops_every_part(up: tuple[subprocess.Popen[str], dict[str, str]]) -> None:
    child, settings = up
    assert child.stdout is not None
    assert "custody is up" in child.stdout.readline()
    ports = [int(settings[name]) for name in ("CUSTODY_PREFECT_PORT", "CUSTODY_PAGES_PORT")]
    assert not any(is_free(HOST, port) for port in ports)
    parts = children_of(child.pid)
    assert len(parts) >= 4

    child.send_signal(signal.SIGINT)
    assert child.wait(90) == 0

    wait_until(lambda: not any(Path(f"/proc/{part}").exists() for part in parts), "parts of it are still there")
    assert all(is_free(HOST, port) for port in ports)


def children_of(process: int) -> list[int]:
    """The processes below one, however deep."""
    below = [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return below + [deeper for child in below for deeper in children_of(child)]

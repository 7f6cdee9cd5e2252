"""`custody conversion` at the command line (Art. 19)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from deployments.cli import app
from deployments.server import free_port
from regulation.conversion import Carrier
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied, ConfigurationError
from tests.fixtures.packages import Evidence

Ask = Callable[..., Result]

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.fixture
def ask(evidence: Evidence, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """On the machine on which packages are put together."""
    monkeypatch.setenv("CUSTODY_HOME", str(evidence.folder))
    monkeypatch.setenv("CUSTODY_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["conversion", *words])

    return run


@pytest.fixture
def asked(evidence: Evidence, media_samples: dict[str, bytes]) -> Callable[..., UUID]:
    """Asks for a video and a photograph."""
    evidence.take_in("录像.mp4", "照片.jpg", samples=media_samples)
    evidence.grant("录像.mp4", "照片.jpg")
    return lambda **more: evidence.asked.submitted("录像.mp4", "照片.jpg", **more)


def test_what_waits_is_listed_until_it_is_issued(evidence: Evidence, ask: Ask, asked: Callable[..., UUID]) -> None:
    one = asked()
    number = evidence.number(one)
    assert number in ask("list").stdout
    assert isinstance(ask("media", number).exception, ActionDenied)
    evidence.issued(one)
    assert number not in ask("list").stdout
    assert "none" in ask("media", number).stdout


def test_a_burnt_image_is_read_back_into_the_register(
    evidence: Evidence, ask: Ask, asked: Callable[..., UUID], tmp_path: Path
) -> None:
    one = asked(carrier=Carrier.DVD)
    evidence.issued(one)
    number, [bag] = evidence.number(one), evidence.bags(one)
    burnt = tmp_path / "burnt.iso"
    shutil.copyfile(bag.with_name(f"{bag.name}.iso"), burnt)
    read = ask("read", str(burnt), "--number", number)
    assert read.exit_code == 0, read.output
    assert "as issued" in read.stdout
    [line] = [line for line in ask("media", number).stdout.splitlines() if bag.name in line]
    assert line.rstrip(" │").endswith(" 1")


@pytest.mark.parametrize("is_cleared", [False, True])
def test_what_differs_is_named_and_entered(
    evidence: Evidence, ask: Ask, asked: Callable[..., UUID], tmp_path: Path, is_cleared: bool
) -> None:
    one = asked(carrier=Carrier.DVD)
    evidence.issued(one)
    number, [bag] = evidence.number(one), evidence.bags(one)
    content = bytearray(bag.with_name(f"{bag.name}.iso").read_bytes())
    photograph = next((bag / "data/originals").glob("*照片*")).read_bytes()
    content[content.find(photograph) + 7] ^= 1
    burnt = tmp_path / "burnt.iso"
    burnt.write_bytes(content)
    if is_cleared:
        shutil.rmtree(bag)
    read = ask("read", str(burnt), "--number", number, "--copy", "2")
    assert read.exit_code == 1
    assert ("burnt.iso" if is_cleared else "data/originals/002 照片.jpg: differs") in read.output
    assert "none" in ask("media", number).stdout


def test_a_stick_is_read_back_file_by_file(
    evidence: Evidence, ask: Ask, asked: Callable[..., UUID], tmp_path: Path
) -> None:
    one = asked(carrier=Carrier.FOLDER)
    evidence.issued(one)
    number, [bag] = evidence.number(one), evidence.bags(one)
    stick = shutil.copytree(bag, tmp_path / "stick")
    assert ask("read", str(stick), "--number", number).exit_code == 0
    (stick / "README.txt").write_bytes(b"")
    (stick / "data/originals/002 照片.jpg").unlink()
    read = ask("read", str(stick), "--number", number)
    assert read.exit_code == 1
    assert "README.txt: differs" in read.output
    assert "002 照片.jpg: missing" in read.output


def test_what_was_not_issued_or_is_not_there_is_said(
    evidence: Evidence, ask: Ask, asked: Callable[..., UUID], tmp_path: Path
) -> None:
    one = asked()
    evidence.issued(one)
    number = evidence.number(one)
    place = str(tmp_path / "none")
    assert isinstance(ask("read", place, "--number", "EC-xf-2026-09999").exception, ActionDenied)
    assert isinstance(ask("read", place, "--number", number, "--disc", "2").exception, ActionDenied)
    assert isinstance(ask("read", place, "--number", number).exception, ConfigurationError)


def test_a_run_is_started_by_hand(evidence: Evidence, database_url: str, asked: Callable[..., UUID]) -> None:
    one = asked()
    number = evidence.number(one)
    evidence.asked.extract(one)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CUSTODY_"))}
    environment |= {
        "CUSTODY_HOME": str(evidence.folder),
        "CUSTODY_DATABASE_URL": database_url,
        "CUSTODY_VAULT_IMMUTABLE": "false",
        "CUSTODY_PREFECT_PORT": str(free_port("127.0.0.1")),
        "COLUMNS": "200",
    }
    typed = [sys.executable, "-m", "deployments.cli", "conversion", "run"]
    ran = subprocess.run([*typed, number], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    assert f"{number} is checking" in ran.stdout
    assert evidence.asked.state(one) is ConversionState.CHECKING
    ran = subprocess.run([*typed, "EC-1"], env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "EC-1" in ran.stderr

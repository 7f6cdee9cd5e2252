"""The doctor names what is wrong once, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.home import Home
from deployments.settings import read_settings
from tests.fixtures.typed import run_custody


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a home may be, and is not yet."""
    for name in ("CUSTODY_DATABASE_URL", "CUSTODY_DOCK_ROOTS", "CUSTODY_VAULT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_VAULT_IMMUTABLE", "false")
    monkeypatch.setenv("CUSTODY_PREFECT_PORT", "1")
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def lines(words: str, told: str) -> list[str]:
    return [line for line in told.splitlines() if words in line]


def test_where_there_is_no_home_nothing_else_is_complained_of_and_nothing_is_made(place: Path) -> None:
    told = run_custody("doctor")
    assert told.exit_code == 1
    assert len(lines("✗", told.stdout)) == 1
    assert "run `custody up` or `custody dock DIR` once" in told.stdout
    assert not (place / "home").exists()


def test_a_registry_that_is_away_is_not_the_vaults_fault(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Home(read_settings()).prepare()
    monkeypatch.setenv("CUSTODY_DATABASE_URL", "postgresql+psycopg://nobody@localhost:1/none")
    told = run_custody("doctor")
    assert told.exit_code == 1
    assert "set CUSTODY_DATABASE_URL" in lines(" registry ", told.stdout)[0]
    assert "mend the registry first" in lines("│ vault", told.stdout)[0]


def test_an_s3_server_that_is_away_is_mended_by_its_settings(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Home(read_settings()).prepare()
    for name, value in (
        ("VAULT", "s3"), ("S3_ENDPOINT", "http://localhost:1"), ("S3_ACCESS_KEY", "a"), ("S3_SECRET_KEY", "b")
    ):  # fmt: skip
        monkeypatch.setenv(f"CUSTODY_{name}", value)
    told = run_custody("doctor").stdout
    assert "CUSTODY_S3_ENDPOINT" in told and "mount its disk" not in told


def test_a_dock_folder_that_is_not_there_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "dock").mkdir()
    monkeypatch.setenv("CUSTODY_DOCK_ROOTS", f'["{place / "dock"}", "{place / "gone"}"]')
    there, gone = lines("dock folder", run_custody("doctor").stdout)
    assert "✓" in there
    assert "!" in gone and "take it out of CUSTODY_DOCK_ROOTS" in gone

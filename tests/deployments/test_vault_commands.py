"""A vault that ought to hold originals and is bare: a disk that was not mounted, or one that was lost (Art. 7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deployments.bootstrap import prepare_vault
from deployments.cli import app
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import ConfigurationError, Unavailable
from tests.fixtures.fixity import Audits

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.fixture
def disk(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the vault of an installation is to be; bare, as a folder is that no disk is mounted at."""
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_DATABASE_URL", database_url)
    monkeypatch.setenv("CUSTODY_VAULT_FOLDER", str(tmp_path / "disk"))
    monkeypatch.setenv("CUSTODY_VAULT_IMMUTABLE", "false")
    monkeypatch.setenv("COLUMNS", "300")
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def custody(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def prepared() -> Home:
    home = Home(read_settings())
    home.prepare()
    prepare_vault(home)
    return home


def test_a_bare_folder_is_a_new_vault_while_no_original_is_known(disk: Path, make_database: object) -> None:
    prepared()
    assert (disk / "originals").is_dir()
    prepared()


def test_a_disk_that_is_not_mounted_is_no_new_vault(disk: Path, audits: Audits) -> None:
    with pytest.raises(Unavailable, match="is its disk mounted"):
        prepared()
    assert not list(disk.iterdir())
    told = custody("doctor")
    assert "custody vault lay-out" in told.stdout
    assert not list(disk.iterdir())


def test_a_laid_out_folder_without_any_original_is_another_one(disk: Path, audits: Audits) -> None:
    (disk / "originals").mkdir()
    with pytest.raises(ConfigurationError, match="this vault holds none"):
        prepared()


def test_a_lost_vault_begins_anew_on_somebodys_word(disk: Path, audits: Audits) -> None:
    done = custody("vault", "lay-out")
    assert done.exit_code == 0, done.output
    assert (disk / "originals").is_dir()
    prepared()
    assert custody("verify").exit_code == 0


def test_that_word_is_for_this_place_and_what_was_there_before_it(
    disk: Path, audits: Audits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody("vault", "lay-out")
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("CUSTODY_VAULT_FOLDER", str(tmp_path / "other"))
    with pytest.raises(Unavailable):
        prepared()

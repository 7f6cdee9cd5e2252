"""`custody anchor`, `export` and `verify` as people type them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.directory_vault import DirectoryVault
from blocks.receipt_key import ReceiptKey
from deployments.home import Home
from deployments.settings import read_settings
from regulation.errors import ActionDenied, ConfigurationError
from tests.fixtures.anchors import Anchored
from tests.fixtures.duties import Duties
from tests.fixtures.typed import Run
from tests.fixtures.vaults import make_mutable


@pytest.fixture
def at_home(custody_run: Run, duty_city: Duties, anchored: Anchored, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Two anchors, made with the home's key and kept in the home's vault; gives a recording's id."""
    home = Home(read_settings())
    home.prepare()
    vault = DirectoryVault(root=home.settings.vault_root, immutable=False)
    vault.prepare()
    anchored.archive.vault = vault
    anchored.archive.receipt_key = ReceiptKey(private_key=SecretStr(home.receipt_key()))
    certificates = home.root / "authority.pem"
    certificates.write_text(anchored.authority.certificates)
    monkeypatch.setenv("CUSTODY_TIMESTAMP_URL", anchored.authority.url)
    monkeypatch.setenv("CUSTODY_TIMESTAMP_CERTIFICATES", str(certificates))
    session = anchored.city.open()
    [recording] = anchored.city.store(session, "recorded")
    anchored.run()
    anchored.grow()
    anchored.run()
    yield str(recording.id)
    make_mutable(vault.root)


def test_anchors_are_listed_shown_and_laid_out(
    at_home: str, custody_run: Run, anchored: Anchored, tmp_path: Path
) -> None:
    second = anchored.anchors()[1]
    listed = custody_run("anchor", "list").stdout
    assert second.root[:16] in listed
    assert f"{second.first_seq}–{second.last_seq}" in listed
    shown = custody_run("anchor", "show", "2", "--extract", str(tmp_path / "out"))
    assert second.sha256 in shown.stdout
    assert (tmp_path / "out" / "anchor-00000002.json").read_text() == second.document
    assert (tmp_path / "out" / "anchor-00000002.tsr").read_bytes() == second.token
    assert isinstance(custody_run("anchor", "show", "99").exception, ActionDenied)
    assert anchored.copies().public_key in custody_run("anchor", "key").stdout


def test_what_is_exported_checks_elsewhere(at_home: str, custody_run: Run, tmp_path: Path) -> None:
    proof, ledger, verifier = (str(tmp_path / name) for name in ("proof.json", "ledger.jsonl", "check.py"))
    for command in (("proof", at_home, "-o", proof), ("ledger", "-o", ledger), ("verifier", "-o", verifier)):
        told = custody_run("export", *command)
        assert told.exit_code == 0, told.exception
    for path in (proof, ledger):
        assert custody_run("verify", "--offline", path).exit_code == 0
        alone = subprocess.run([sys.executable, "-I", verifier, path], capture_output=True, text=True, check=False)
        assert alone.stdout.endswith("SOUND\n")
    Path(proof).write_text(Path(proof).read_text().replace("recording.verified", "recording.deleted "))
    assert custody_run("verify", "--offline", proof).exit_code == 1
    refused = custody_run("export", "proof", "ffffffff-ffff-ffff-ffff-ffffffffffff", "-o", proof)
    assert isinstance(refused.exception, ActionDenied)
    nowhere = custody_run("export", "ledger", "-o", str(tmp_path / "no" / "where"))
    assert isinstance(nowhere.exception, ConfigurationError)


def test_verify_checks_anchors_too_and_says_what_it_could_not(
    at_home: str, custody_run: Run, anchored: Anchored
) -> None:
    told = custody_run("verify")
    assert told.exit_code == 0, told.stdout
    assert f"2 anchors cover the entries up to {anchored.anchors()[1].last_seq}" in told.stdout
    assert isinstance(custody_run("verify", "--public-key", "no key").exception, SystemExit | ConfigurationError)

    anchored.city.tamper("anchor", "UPDATE anchor SET signature = 'x' WHERE number = 2")
    told = custody_run("verify")
    assert told.exit_code == 1
    assert "anchor 2, signature" in told.stdout


def test_a_home_that_lost_its_key_says_so(at_home: str, custody_run: Run) -> None:
    shutil.move(Home(read_settings()).root / "receipt-key.pem", Home(read_settings()).root / "elsewhere")
    told = custody_run("verify")
    assert isinstance(told.exception, ConfigurationError)
    assert "receipt-key.pem" in str(told.exception)

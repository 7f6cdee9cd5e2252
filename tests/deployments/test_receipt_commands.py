"""`custody receipt verify`: a receipt held against the key and against the ledger it speaks of (Art. 7, 16)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blocks.signing import read_private_key
from deployments.cli import app
from registry.queries import ledger_head
from registry.transitions.vaults import lay_out_vault
from regulation.errors import FixityError
from tests.fixtures.desks import Installation
from tests.fixtures.stations import NOON

Verify = Callable[..., Result]


@pytest.fixture
def verify(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Signs a receipt that says this of the ledger, and verifies it."""
    monkeypatch.setenv("CUSTODY_HOME", str(installation.home))
    key = read_private_key((installation.home / "receipt-key.pem").read_text())

    def run(**said: object) -> Result:
        text = json.dumps({"receipt": "R-chengguan-2026-00001", "may_be_wiped": [], **said})
        signature = base64.b64encode(key.sign(text.encode())).decode()
        file = tmp_path / "receipt.json"
        file.write_text(json.dumps({"document": text, "signature": {"key_id": "k", "ed25519": signature}}))
        return CliRunner().invoke(app, ["receipt", "verify", str(file)])

    return run


def test_what_was_the_newest_entry_is_still_there(verify: Verify, installation: Installation) -> None:
    with installation.registry() as registry:
        with registry.acting("test", NOON) as act:
            lay_out_vault(act, "/vault")
        with registry.reading() as session:
            head = ledger_head(session)
    result = verify(ledger={"entry": head.seq, "hash": head.hash})
    assert result.exit_code == 0, result.output


def test_a_receipt_from_before_the_ledger_was_named_is_judged_by_its_signature(verify: Verify) -> None:
    assert verify().exit_code == 0


@pytest.mark.parametrize("entry", [1, 10_000])
def test_a_ledger_cut_short_or_written_anew_is_told(verify: Verify, entry: int) -> None:
    refused = verify(ledger={"entry": entry, "hash": "5" * 64}).exception
    assert isinstance(refused, FixityError)
    assert "cut short or written anew" in str(refused)
    assert refused.subject == "R-chengguan-2026-00001"

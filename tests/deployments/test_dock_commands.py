"""`custody token` and `custody dock send`, as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blocks.signing import public_key_of, read_private_key
from deployments.cli import app
from registry.queries.docks import dock_of, token_hash
from regulation.errors import ActionDenied, ConfigurationError
from tests.desk.test_names import files_of
from tests.fixtures.desks import Installation


@pytest.fixture
def custody(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("CUSTODY_HOME", str(installation.home))
    monkeypatch.setenv("COLUMNS", "200")
    return installation


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def issue(name: str = "gate") -> str:
    shown = run("token", "issue", name, "--unit", "chengguan").stdout
    return next(line for line in shown.splitlines() if line.startswith("custody_dock_"))


def test_a_token_is_shown_once_with_the_key_that_receipts_are_checked_by(custody: Installation) -> None:
    result = run("token", "issue", "gate", "--unit", "chengguan")

    token = next(line for line in result.stdout.splitlines() if line.startswith("custody_dock_"))
    assert public_key_of(read_private_key((custody.home / "receipt-key.pem").read_text())) in result.stdout
    with custody.registry() as registry, registry.reading() as reading:
        assert dock_of(reading, token_hash(token)) is not None
    assert token not in run("token", "list").stdout


def test_tokens_are_listed_and_revoked(custody: Installation) -> None:
    token = issue()
    assert "gate" in run("token", "list").stdout

    assert run("token", "revoke", "gate").exit_code == 0

    assert "UTC" in run("token", "list").stdout.splitlines()[3]
    with custody.registry() as registry, registry.reading() as reading:
        assert dock_of(reading, token_hash(token)) is None
    assert isinstance(run("token", "revoke", "never").exception, ActionDenied)


def test_sending_needs_a_token_and_wiping_a_key(custody: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTODY_RECEIPT_KEY", raising=False)
    no_token = run("dock", "send", "/tmp", "--to", "http://127.0.0.1:1", "--token-env", "NO_SUCH_VARIABLE")
    monkeypatch.setenv("CUSTODY_DOCK_TOKEN", "t")
    no_key = run("dock", "send", "/tmp", "--to", "http://127.0.0.1:1", "--wipe")

    for result, subject in ((no_token, "NO_SUCH_VARIABLE"), (no_key, "CUSTODY_RECEIPT_KEY")):
        assert isinstance(result.exception, ConfigurationError)
        assert result.exception.subject == subject


@pytest.mark.servers
def test_a_dump_is_sent_over_the_wire(custody: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_DOCK_TOKEN", issue())
    recorder = tmp_path / "recorder"
    (recorder / "DCIM").mkdir(parents=True)
    (recorder / "DCIM" / "a.mp4").write_bytes(b"x" * 3_000_000)
    (recorder / "link").symlink_to("/etc/passwd")
    custody.start()

    result = run("dock", "send", str(recorder), "--to", custody.url)

    assert result.exit_code == 0, result.output
    assert "Sent as DS-chengguan-" in result.stdout
    assert "stays link: symbolic link" in result.stderr
    [batch] = (custody.home / "spool" / "ready" / "chengguan").iterdir()
    assert files_of(batch) == {b"DCIM/a.mp4": b"x" * 3_000_000}

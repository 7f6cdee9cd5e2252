"""`custody fixity` at the command line (Art. 7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deployments.cli import app
from registry.tables import CheckOutcome, Turn
from regulation.errors import ActionDenied
from tests.fixtures.fixity import Audits

Ask = Callable[..., Result]

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.fixture
def ask(audits: Audits, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """One original is missing, one whole."""
    audits.enrol()
    audits.read(audits.begin(), a=CheckOutcome.MISSING, b=CheckOutcome.INTACT)
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["fixity", *words])

    return run


def test_it_shows_what_is_proved_and_what_is_open(ask: Ask) -> None:
    assert "50.0%" in ask("status").stdout
    assert "IN-xf-2026-00001" in ask("incidents", "--unit", "city").stdout
    assert "IN-xf-2026-00001" not in ask("incidents", "--unit", "jt").stdout


def test_somebody_who_may_settles_it(ask: Ask, audits: Audits) -> None:
    words = ("close", "IN-xf-2026-00001", "--resolution", "lost", "--reason", "硬盘损坏")
    assert isinstance(ask(*words, "--by", "A3").exception, ActionDenied)
    done = ask(*words, "--by", "L3")
    assert done.exit_code == 0, done.output
    assert audits.incidents()[0].closed_at is not None
    assert "IN-xf" not in ask("incidents").stdout


def test_what_is_named_is_read_next(ask: Ask, audits: Audits) -> None:
    recording = str(audits.recording("b").id)
    assert ask("check", recording).exit_code == 0
    assert audits.check("b").turn is Turn.SUSPECT
    assert isinstance(ask("check", "018f0000-0000-7000-8000-000000000000").exception, ActionDenied)

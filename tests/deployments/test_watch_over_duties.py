"""The doctor's look at the watch over duties, the notifier file, and a clock that only moves ahead (Art. 16, 20)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from blocks.secret_reference import revealed
from deployments.home import Home
from deployments.moved_clock import span_of
from deployments.notifier import notifier_of
from deployments.settings import Settings
from registry.transitions import notices
from regulation.errors import ActionDenied, ConfigurationError
from tests.fixtures.duties import Duties
from tests.fixtures.typed import Run, run_custody
from tests.registry.test_notices import give_up

NOTIFIER = """
language = "en"
[channels]
mail = "env:CUSTODY_TEST_ADDRESS json://localhost/SECRET"
[per_minute]
mail = 20
[[routes]]
channels = ["mail"]
[[routes]]
role = "principal-leader"
channels = ["mail"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("CUSTODY_CLOCK_FILE", "CUSTODY_NOTIFIER_FILE", "CUSTODY_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_VAULT_IMMUTABLE", "false")
    monkeypatch.setenv("COLUMNS", "250")
    home = Home(Settings(home=tmp_path / "home"))
    home.prepare()
    return home


def notifier_file(folder: Path, text: str) -> Settings:
    file = folder / "notifier.toml"
    file.write_text(text, encoding="utf-8")
    return Settings(home=folder, notifier_file=file)


def test_the_heart_beats_while_sweeps_come_to_their_end(custody_run: Run, duty_city: Duties) -> None:
    never = custody_run("doctor", "--heartbeat")
    assert (never.exit_code, "never" in never.stdout) == (1, True)

    duty_city.sweep()
    duty_city.city.wait(minutes=15)
    assert custody_run("doctor", "--heartbeat").exit_code == 0

    duty_city.city.wait(minutes=1)
    late = custody_run("doctor", "--heartbeat")
    assert (late.exit_code, "last sweep: 2026-11-23 01:00 UTC" in late.stdout) == (1, True)
    assert custody_run("doctor", "--heartbeat", "--within", "20").exit_code == 0


def test_a_sweep_that_died_is_no_heartbeat(custody_run: Run, duty_city: Duties) -> None:
    for _ in range(2):
        with duty_city.city.act() as act:
            notices.begin_sweep(act, "deadline-escalation", "dead", lambda _holder: True)

    assert custody_run("doctor", "--heartbeat").exit_code == 1


def test_the_doctor_says_that_nobody_can_be_told_and_that_no_sweep_has_run(custody_run: Run) -> None:
    told = custody_run("doctor").stdout

    for what in ("notifier", "last sweep"):
        assert any("!" in line and what in line for line in told.splitlines()), what
    assert "notices stay queued" in told


def test_the_doctor_counts_what_was_given_up_and_says_how_to_mend_it(custody_run: Run, duty_city: Duties) -> None:
    def letters() -> str:
        return next(line for line in custody_run("doctor").stdout.splitlines() if "dead letters" in line)

    assert "✓" in letters()
    give_up(duty_city.city, "A1", "A2")

    assert "!" in letters()
    assert "2 notices given up" in letters()
    assert "custody notify list --dead" in letters()


def test_a_clock_is_moved_only_where_it_was_given_and_only_ahead(home: Home) -> None:
    real = home.now()
    assert isinstance(run_custody("clock", "+1h").exception, ActionDenied)
    assert not home.settings.clock_file.exists()

    home.settings.clock_file.write_text("3600")
    assert run_custody("clock", "+26h").exit_code == 0

    assert abs(home.now() - real - timedelta(hours=27)) < timedelta(minutes=1)
    assert run_custody("clock", "+36600d").exit_code != 0
    assert isinstance(run_custody("up", "--clock", "+1h").exception, ActionDenied)
    assert home.prefect_environment()["CUSTODY_CLOCK_FILE"] == str(home.settings.clock_file)


def test_a_moved_clock_is_grave(home: Home) -> None:
    assert "moved by" not in run_custody("doctor").stdout
    home.settings.clock_file.write_text("0")

    told = run_custody("doctor")

    assert told.exit_code == 1
    assert any("✗" in line and "moved by" in line for line in told.stdout.splitlines())


def test_an_offset_without_a_clock_is_refused(home: Home) -> None:
    assert isinstance(run_custody("up", "+1h").exception, ConfigurationError)


@pytest.mark.parametrize(
    ("text", "span"),
    [("+26h", timedelta(hours=26)), ("90m", timedelta(minutes=90)), ("+3d", timedelta(days=3)), ("+0s", timedelta())],
)
def test_spans_are_read(text: str, span: timedelta) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "26", "h", "-1h", "+1.5h", "+1h30m", "+1w", "+ 1h", "+１h", "1h "])
def test_what_is_no_span_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError):
        span_of(text)


def test_a_notifier_takes_its_secrets_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_TEST_ADDRESS", "json://localhost/{number}")

    notifier = notifier_of(notifier_file(tmp_path, NOTIFIER))

    assert notifier is not None
    assert revealed(notifier.channels["mail"]) == "json://localhost/{number} json://localhost/SECRET"
    assert (notifier.language, notifier.per_minute, len(notifier.routes)) == ("en", {"mail": 20}, 2)
    assert notifier_of(Settings(home=tmp_path)) is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (NOTIFIER, "CUSTODY_TEST_ADDRESS"),
        ("channel = 1", "channel"),
        ("channels = 1", "channels"),
        ("[channels]\nmail = 'nothing:/SECRET'\n[[routes]]\nchannels = ['mail']", "channels.mail"),
        ("[channels]\nmail = 'json://localhost/SECRET'", "routes"),
        ("[channels]\nmail = 'json://localhost/SECRET'\n[[routes]]\nchannels = ['post']", "route 1.channels"),
        ("[channels]\nmail = ['json://localhost/SECRET']", "channels.mail"),
        ("language = 'fr'", "language"),
        ("= 'SECRET'", "not TOML"),
    ],
)
def test_what_is_wrong_in_the_notifier_file_is_named_without_an_address(
    tmp_path: Path, wrong: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTODY_TEST_ADDRESS", raising=False)

    with pytest.raises(ConfigurationError) as refused:
        notifier_of(notifier_file(tmp_path, wrong))

    assert named in str(refused.value)
    assert "SECRET" not in str(refused.value)
    assert refused.value.subject == "CUSTODY_NOTIFIER_FILE"


def test_a_notifier_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        notifier_of(Settings(home=tmp_path, notifier_file=tmp_path / "none.toml"))

"""`custody sweep` and `custody notify`, as typed beside a system that is up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from registry.tables import NoticeKind, NoticeState
from registry.transitions.directory import AppointmentEntry, enter_appointments
from registry.transitions.notices import Attempt, claim_notices, queue_notices, record_attempts
from regulation.errors import ActionDenied
from regulation.vocabulary import Role
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.duties import Duties
from tests.fixtures.mail import MakeWebhook, Webhook
from tests.fixtures.typed import Run

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPrefect]:
    made = OwnPrefect(tmp_path_factory.mktemp("typed"))
    try:
        made.start_server()
        yield made
    finally:
        made.stop()


@pytest.fixture
def hook(make_webhook: MakeWebhook) -> Webhook:
    return make_webhook()


@pytest.fixture
def typed(own: OwnPrefect, duty_city: Duties, database_url: str, hook: Webhook, tmp_path: Path) -> Typed:
    """Types a command in a process of its own, for Prefect must not be there before it."""
    file = tmp_path / "notifier.toml"
    file.write_text(f'[channels]\nhook = "{hook.address}"\n[[routes]]\nchannels = ["hook"]\n')
    settings = own.home.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CUSTODY_"))}
    environment |= {
        "CUSTODY_HOME": str(settings.home),
        "CUSTODY_DATABASE_URL": database_url,
        "CUSTODY_PREFECT_PORT": str(settings.prefect_port),
        "CUSTODY_VAULT_IMMUTABLE": "false",
        "CUSTODY_NOTIFIER_FILE": str(file),
        "COLUMNS": "200",
    }

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deployments.cli", *arguments],
            env=environment | changes, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    return run


@pytest.mark.servers
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
class TestBesideAServer:
    def test_a_sweep_is_run_and_what_it_counted_is_shown(self, typed: Typed, duty_city: Duties) -> None:
        told = typed("sweep")

        assert told.returncode == 0, told.stdout + told.stderr
        assert "opened" in told.stdout
        assert duty_city.all()
        assert typed("doctor", "--heartbeat").returncode == 0

    def test_a_trial_says_which_channel_took_it(self, typed: Typed, duty_city: Duties, hook: Webhook) -> None:
        told = typed("notify", "test", "A3")

        assert told.returncode == 0, told.stdout + told.stderr
        assert "went by hook" in told.stdout
        assert [one.state for one in duty_city.notices()] == [NoticeState.DELIVERED]
        assert "测试通知" in str(hook.asked[0].body["title"])

    def test_a_trial_that_nobody_takes_says_why(self, typed: Typed, hook: Webhook) -> None:
        hook.status = 500

        told = typed("notify", "test", "A3")

        assert told.returncode == 1, told.stdout + told.stderr
        assert "hook: answered 500" in told.stdout
        assert "SECRETPATH" not in told.stdout + told.stderr

    def test_a_trial_goes_the_way_of_each_role_that_somebody_holds(
        self, typed: Typed, duty_city: Duties, hook: Webhook, make_webhook: MakeWebhook, tmp_path: Path
    ) -> None:
        city, of_leaders = duty_city.city, make_webhook()
        with city.act() as act:
            enter_appointments(act, [AppointmentEntry("A3", "xf", Role.PRINCIPAL_LEADER, city.now, acting=True)])
        file = tmp_path / "by-role.toml"
        file.write_text(
            f'[channels]\nhook = "{hook.address}"\nleaders = "{of_leaders.address}"\n'
            '[[routes]]\nchannels = ["hook"]\n[[routes]]\nrole = "principal-leader"\nchannels = ["leaders"]\n'
        )

        told = typed("notify", "test", "A3", CUSTODY_NOTIFIER_FILE=str(file))

        assert told.returncode == 0, told.stdout + told.stderr
        assert "as principal-leader went by leaders" in told.stdout
        assert "device-administrator went by hook" in told.stdout
        assert (len(hook.asked), len(of_leaders.asked)) == (1, 1)

        of_leaders.status = 500
        assert typed("notify", "test", "A3", CUSTODY_NOTIFIER_FILE=str(file)).returncode == 1

    def test_without_a_notifier_there_is_nothing_to_try(self, typed: Typed) -> None:
        told = typed("notify", "test", "A3", CUSTODY_NOTIFIER_FILE="")

        assert told.returncode == 1
        assert "No notifier is set up" in told.stderr

    def test_nobody_unknown_is_told(self, typed: Typed, duty_city: Duties) -> None:
        told = typed("notify", "test", "nobody")

        assert told.returncode == 1
        assert "Nobody has this certificate number" in told.stderr
        assert duty_city.notices() == []


def test_what_was_given_up_is_listed_and_sent_again(custody_run: Run, duty_city: Duties) -> None:
    city = duty_city.city
    with city.act() as act:
        [given_up, _] = queue_notices(act, NoticeKind.TRIAL, [city.people["A1"], city.people["A3"]])
    with city.act() as act:
        claim_notices(act, "test", timedelta(minutes=1), 10, lambda _row, at: at)
    with city.act() as act:
        record_attempts(act, "test", [Attempt(given_up, failure="hook: answered 500")])
    number = next(one.number for one in duty_city.notices() if one.id == given_up)

    listed = custody_run("notify", "list", "--state", "dead").stdout
    assert number in listed and "hook: answered 500" in listed
    assert listed.count("trial") == 1
    assert custody_run("notify", "list").stdout.count("trial") == 2

    assert custody_run("notify", "revive", number).exit_code == 0
    assert number not in custody_run("notify", "list", "--state", "dead").stdout
    assert isinstance(custody_run("notify", "revive", number).exception, ActionDenied)

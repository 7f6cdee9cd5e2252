"""The desk tells the administrators by itself when the watch over duties fails; no worker and no server is needed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.alarm import Bell
from deployments.home import Home
from deployments.settings import Settings
from registry.tables import NoticeKind, NoticeState
from tests.fixtures.duties import Duties
from tests.fixtures.mail import MakeWebhook, Webhook

RUN = "escalate-deadlines/0192f0c1-1111-7222-8333-444455556666"


@pytest.fixture
def hook(make_webhook: MakeWebhook) -> Webhook:
    return make_webhook()


@pytest.fixture
def make_bell(
    duty_city: Duties, database_url: str, hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Bell]:
    """Makes bells of the unit xf, whose notices land in a webhook."""
    monkeypatch.delenv("CUSTODY_CLOCK_FILE", raising=False)
    monkeypatch.setattr("blocks.clock.now", lambda: duty_city.city.now)

    def make(unit: str = "xf", address: str = hook.address) -> Bell:
        file = tmp_path / "notifier.toml"
        file.write_text(f'[channels]\nhook = "{address}"\n[[routes]]\nchannels = ["hook"]\n')
        settings = Settings(home=tmp_path / "home", database_url=database_url, unit=unit, notifier_file=file)
        home = Home(settings)
        home.prepare()
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        return Bell(home, duty_city.city.registry)

    return make


def told(duties: Duties) -> list[tuple[str, str | None, NoticeState]]:
    numbers = {person: number for number, person in duties.city.people.items()}
    return [
        (numbers[one.person_id], one.subject, one.state) for one in duties.notices() if one.kind is NoticeKind.ALERT
    ]


def test_the_device_administrator_is_told_at_once(
    make_bell: Callable[..., Bell], duty_city: Duties, hook: Webhook
) -> None:
    bell = make_bell()
    bell.raised("run-failed", RUN)
    assert told(duty_city) == [("A3", f"run-failed:{RUN}", NoticeState.QUEUED)]

    bell.deliver()

    assert told(duty_city) == [("A3", f"run-failed:{RUN}", NoticeState.DELIVERED)]
    [asked] = hook.asked
    assert "任务运行失败" in str(asked.body["title"])


def test_where_nobody_administers_recorders_the_next_one_up_is_told(
    make_bell: Callable[..., Bell], duty_city: Duties
) -> None:
    duty_city.city.wait(days=31)

    make_bell().raised("worker-gone", "custody")

    assert told(duty_city) == [("L2", "worker-gone:custody", NoticeState.QUEUED)]


def test_the_same_alert_is_not_repeated_while_it_waits(make_bell: Callable[..., Bell], duty_city: Duties) -> None:
    bell = make_bell()
    for _ in range(3):
        bell.raised("sweep-late", "every-5-minutes")
    bell.raised("worker-gone", "custody")
    assert len(told(duty_city)) == 2

    bell.deliver()
    bell.raised("sweep-late", "every-5-minutes")
    assert len(told(duty_city)) == 3


def test_what_cannot_be_delivered_stays_queued(
    make_bell: Callable[..., Bell], duty_city: Duties, caplog: pytest.LogCaptureFixture
) -> None:
    bell = make_bell(address="env:CUSTODY_NO_SUCH_VARIABLE")
    bell.raised("sweep-late", "every-5-minutes")

    with caplog.at_level(logging.WARNING, "custody.desk"):
        bell.deliver()

    assert told(duty_city) == [("A3", "sweep-late:every-5-minutes", NoticeState.QUEUED)]
    assert "ConfigurationError" in caplog.text
    assert "NO_SUCH" not in caplog.text


def test_an_installation_without_its_unit_says_that_nobody_can_be_told(
    make_bell: Callable[..., Bell], duty_city: Duties, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "custody.desk"):
        make_bell(unit="nowhere").raised("sweep-late", "every-5-minutes")

    assert told(duty_city) == []
    assert "nobody can be told of sweep-late" in caplog.text

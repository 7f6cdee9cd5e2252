"""Alerts: heard from anybody where they are so, recorded before they are answered, delivered without any worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from desk.alerts import KINDS, Alarm
from desk.app import create_app
from registry.database import Registry
from regulation.errors import Unavailable
from tasks.notices.digest import Trouble
from tests.fixtures.databases import MakeUrl
from tests.fixtures.desks import NOW, PAGES_KEY, InProcess, Site

RUN = "0192f0c1-1111-7222-8333-444455556666"


@dataclass
class Heard:
    """What the desk passed on."""

    raised: list[tuple[str, str]] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def prefect(heard: Heard, make_sqlite: MakeUrl, tmp_path: Path) -> Callable[..., httpx.Client]:
    """Makes clients that post as Prefect's server does."""

    def make(so: bool = True, fails: bool = False) -> httpx.Client:
        def raised(kind: str, about: str) -> None:
            if fails:
                raise Unavailable("The registry does not answer.")
            heard.raised.append((kind, about))

        app = create_app(
            registry=Registry(make_sqlite()),
            spool=tmp_path / "spool",
            receipts=tmp_path / "receipts",
            pages_key=PAGES_KEY,
            base_url="https://custody.example",
            now=lambda: NOW,
            alarm=Alarm(lambda _kind, _about: so, raised, lambda: heard.delivered.append(len(heard.raised))),
        )
        return httpx.Client(transport=InProcess(app), base_url="http://desk")

    return make


def test_an_alert_is_recorded_then_delivered(prefect: Callable[..., httpx.Client], heard: Heard) -> None:
    answer = prefect().post("/alerts", json={"kind": "run-failed", "about": f"escalate-deadlines/{RUN}"})

    assert answer.status_code == 202
    assert heard.raised == [("run-failed", f"escalate-deadlines/{RUN}")]
    assert heard.delivered == [1]


def test_what_is_not_so_is_not_recorded(prefect: Callable[..., httpx.Client], heard: Heard) -> None:
    answer = prefect(so=False).post("/alerts", json={"kind": "run-failed", "about": RUN})

    assert answer.status_code == 404
    assert not heard.raised and not heard.delivered


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"[]", b'"x"', b"{}", b'{"kind":"run-failed"}', b'{"kind":"notice-dead","about":"x"}',
        b'{"kind":["run-failed"],"about":"x"}', b'{"kind":"run-failed","about":7}', b'{"kind":"run-failed","about":""}',
        b'{"kind":"run-failed","about":"<b>x</b>"}', b'{"kind":"run-failed","about":"\xe7\x94\xb2"}',
        b'{"kind":"run-failed","about":"a\\nb"}', b"[" * 4000,
        b'{"kind":"run-failed","about":"' + b"x" * 201 + b'"}',
    ],
)  # fmt: skip
def test_what_is_no_alert_in_codes_is_refused(prefect: Callable[..., httpx.Client], heard: Heard, body: bytes) -> None:
    assert prefect().post("/alerts", content=body).status_code == 400
    assert not heard.raised and not heard.delivered


def test_a_long_body_is_not_read(prefect: Callable[..., httpx.Client], heard: Heard) -> None:
    assert prefect().post("/alerts", content=b"x" * 5_000).status_code == 413


def test_of_a_flow_whose_name_is_no_code_the_run_is_kept(prefect: Callable[..., httpx.Client], heard: Heard) -> None:
    answer = prefect().post("/alerts", json={"kind": "run-failed", "about": f"某 <流程>/{RUN}"})

    assert answer.status_code == 202
    assert heard.raised == [("run-failed", RUN)]


def test_what_cannot_be_recorded_is_not_called_recorded(prefect: Callable[..., httpx.Client], heard: Heard) -> None:
    answer = prefect(fails=True).post("/alerts", json={"kind": "sweep-late", "about": "every-5-minutes"})

    assert answer.status_code == 503
    assert not heard.delivered


def test_a_desk_without_an_alarm_hears_nothing(site: Site) -> None:
    client = httpx.Client(transport=InProcess(site.app), base_url="http://desk")

    assert client.post("/alerts", json={"kind": "run-failed", "about": RUN}).status_code == 404


def test_every_kind_has_its_words() -> None:
    of_the_registry = {Trouble.NOTICE_DEAD, Trouble.POLICY_UNSOUND, Trouble.ORIGINAL_DISPUTED}
    assert {Trouble(kind) for kind in KINDS} == set(Trouble) - of_the_registry, "nobody posts what the registry raises"

"""A deployed run of a conversion on a real server and worker: it sleeps without a process while people extract, check
and sign, waking it decides nothing, and it makes and packs what was decided (Art. 19)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun
from prefect.deployments import run_deployment
from pydantic import SecretStr

from blocks import clock
from blocks.directory_vault import DirectoryVault
from deployments.bootstrap import register_archive
from deployments.prefect_yaml import _prefect
from deployments.system import POOL, prefect_yaml
from regulation.access_terms import Range
from regulation.conversion import Asked
from regulation.conversion_states import ConversionState
from tasks.conversion.nudge import CONVERSION, nudge_conversion, run_name
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.access import Access
from tests.fixtures.archives import archive_over
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.vaults import make_mutable

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("make_database", ["sqlite"], indirect=True),
]

SECONDS = 240


@pytest.fixture
def evidence(
    access_city: Access, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Evidence]:
    """A system that is up as `custody up` has it, over the small city and its vault; the time is now."""
    made = OwnPrefect(tmp_path)
    settings = made.home.settings
    settings.database_url = SecretStr(database_url)
    settings.vault_folder, settings.vault_immutable = tmp_path / "vault", False
    for name, value in made.home.prefect_environment().items():
        monkeypatch.setenv(name, value)
    for name, value in (("VAULT_FOLDER", str(settings.vault_folder)), ("VAULT_IMMUTABLE", "false")):
        monkeypatch.setenv(f"CUSTODY_{name}", value)
    vault = DirectoryVault(root=settings.vault_folder, immutable=False)
    vault.prepare()
    archive = archive_over(database_url, vault)
    archive.packages = settings.packages
    access_city.city.now = clock.now()
    try:
        made.start_server()
        with made.spoken_to():
            register_archive(made.home)
            deploy(CONVERSION.partition("/")[2])
            made.start_worker("places", {})
            yield Evidence(access_city, archive, "default", tmp_path)
    finally:
        made.stop()
        make_mutable(tmp_path / "vault")


def deploy(name: str) -> None:
    """What of prefect.yaml has this name: no schedule sweeps beside the test."""
    file = prefect_yaml()
    _prefect(file.parent, "work-pool", "create", POOL, "--type", "process", "--overwrite")
    _prefect(file.parent, "--no-prompt", "deploy", "--name", name, "--prefect-file", str(file))


def runs_of(number: str) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return [one for one in client.read_flow_runs() if one.name == run_name(number)]


def wait(number: str, until: Callable[[FlowRun], bool]) -> FlowRun:
    """The one run of this conversion, once it is so."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        runs = runs_of(number)
        assert len(runs) <= 1, "one run a conversion"
        if runs and until(runs[0]):
            return runs[0]
        time.sleep(0.3)
    raise AssertionError(f"it never was: {[one.state for one in runs]}")


def sleeps(run: FlowRun) -> bool:
    return run.state_name == "Suspended"


def slept_again(before: FlowRun) -> Callable[[FlowRun], bool]:
    return lambda run: sleeps(run) and run.state_id != before.state_id


def is_over(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def shown(number: str) -> str:
    with get_client(sync_client=True) as client:
        key = f"conversion-{number.lower()}"
        return next(str(one.data) for one in client.read_latest_artifacts() if one.key == key)


def at_the_desk(evidence: Evidence, one: UUID, act: Callable[..., Any]) -> None:
    """Somebody acts now, and the desk nudges the run."""
    evidence.city.now = clock.now()
    act(one)
    assert nudge_conversion(evidence.number(one), evidence.asked.row(one).changed_at)


def test_it_sleeps_while_people_act_and_waking_it_decides_nothing(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    item = Asked(evidence.access.recordings["录像.mp4"], "告知权利", part=Range(0.5, 1.5), stills=(0.6,))
    one = evidence.asked.submitted(items=[item])
    number, row = evidence.number(one), evidence.asked.row(one)
    assert nudge_conversion(number, row.changed_at)
    run = wait(number, sleeps)
    assert run.state is not None and run.state.state_details.pause_timeout is None, "it would fail by itself"

    entries = evidence.city.entries()
    with get_client(sync_client=True) as client:
        client.resume_flow_run(run.id)  # as the button in the UI does
    run = wait(number, slept_again(run))
    assert (evidence.asked.state(one), evidence.city.entries()) == (ConversionState.EXTRACTION, entries)

    made_up = run_deployment(CONVERSION, parameters={"conversion": "EC-xf-9"}, timeout=SECONDS, as_subflow=False)
    assert made_up.state is not None and made_up.state.is_failed()
    assert "EC-xf-9" in str(made_up.state.message)

    at_the_desk(evidence, one, evidence.asked.extract)
    run = wait(number, slept_again(run))
    assert evidence.asked.state(one) is ConversionState.CHECKING, evidence.asked.row(one).problem
    assert all(what in shown(number) for what in ("片段 clip", "画面 still"))

    at_the_desk(evidence, one, evidence.asked.check)
    run = wait(number, slept_again(run))
    assert evidence.asked.state(one) is ConversionState.SIGNING
    assert not evidence.package(one).exists()

    at_the_desk(evidence, one, evidence.asked.sign)
    ended = wait(number, is_over)
    assert (ended.id, ended.state_name) == (run.id, "Completed")
    assert evidence.asked.state(one) is ConversionState.ISSUED
    assert "已签发 issued" in shown(number)
    [bag] = evidence.bags(one)
    status, said = verified(bag)
    assert status == 0, said
    assert evidence.asked.problems() == []

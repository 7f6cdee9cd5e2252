"""A deployed run of a conversion on a real server and worker: it sleeps without a process while people extract, check
and sign, waking it decides nothing, and it makes and packs what was decided (Art. 19)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.deployments import run_deployment
from pydantic import SecretStr

from blocks import clock
from blocks.directory_vault import DirectoryVault
from deployments.bootstrap import register_archive
from regulation.access_terms import Range
from regulation.conversion import Asked
from regulation.conversion_states import ConversionState
from tasks.conversion.nudge import CONVERSION, nudge_conversion, run_name
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.access import Access
from tests.fixtures.archives import archive_over
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.suspended import SECONDS, asleep, asleep_again, deploy_alone, ended, resume, runs_named, shown
from tests.fixtures.vaults import make_mutable

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("make_database", ["sqlite"], indirect=True),
]


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
            deploy_alone(CONVERSION)
            made.start_worker("places", {})
            yield Evidence(access_city, archive, "default", tmp_path)
    finally:
        made.stop()
        make_mutable(tmp_path / "vault")


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
    run = asleep(run_name(number))
    assert run.state is not None and run.state.state_details.pause_timeout is None, "it would fail by itself"

    entries = evidence.city.entries()
    resume(run)
    run = asleep_again(run)
    assert (evidence.asked.state(one), evidence.city.entries()) == (ConversionState.EXTRACTION, entries)

    made_up = run_deployment(CONVERSION, parameters={"conversion": "EC-xf-9"}, timeout=SECONDS, as_subflow=False)
    assert made_up.state is not None and made_up.state.is_failed()
    assert "EC-xf-9" in str(made_up.state.message)

    at_the_desk(evidence, one, evidence.asked.extract)
    run = asleep_again(run)
    assert evidence.asked.state(one) is ConversionState.CHECKING, evidence.asked.row(one).problem
    assert all(what in shown(f"conversion-{number}") for what in ("片段 clip", "画面 still"))

    at_the_desk(evidence, one, evidence.asked.check)
    run = asleep_again(run)
    assert evidence.asked.state(one) is ConversionState.SIGNING
    assert not evidence.package(one).exists()

    at_the_desk(evidence, one, evidence.asked.sign)
    assert ended(run.id).state_name == "Completed"
    assert len(runs_named(run_name(number))) == 1
    assert evidence.asked.state(one) is ConversionState.ISSUED
    assert "已签发 issued" in shown(f"conversion-{number}")
    [bag] = evidence.bags(one)
    status, said = verified(bag)
    assert status == 0, said
    assert evidence.asked.problems() == []

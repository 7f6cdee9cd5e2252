"""A deployed run of a disposal list on a real server and worker: it sleeps without a process, and neither waking it nor
starting another decides anything (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas import FlowRun
from prefect.deployments import run_deployment

from blocks import clock
from deployments.bootstrap import register_archive
from deployments.moved_clock import move_clock, set_clock
from flows.retention_expiry import sweep_retention
from registry.queries import people_by_number
from registry.queries.disposal import items_in, list_numbered, open_step_of, steps_of_list
from registry.transitions import disposal
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ListState
from tasks.disposal.nudge import DISPOSAL, run_name
from tests.faults.disposals import Kept, copy_of_file, prepare
from tests.faults.due_city import DUE, EVERYTHING
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.custody import CITY_RULES
from tests.fixtures.suspended import asleep, asleep_again, deploy_alone, ended, resume, runs_named, shown

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

YEARS_AHEAD = timedelta(days=3_650)
"""Whenever the tests run, all that was filed is due by then."""

GRACE = timedelta(days=8)
GOING = {*DUE, "coming"}


@dataclass
class Office:
    """The city, its system, and the people who decide there."""

    kept: Kept
    system: OwnPrefect

    @property
    def number(self) -> str:
        return f"DL-xf-{clock.now().year}-00001"

    def sweep(self) -> dict[str, int]:
        return sweep_retention("default", dry_run=False)

    def start(self, **parameters: Any) -> FlowRun:
        """By hand, as the run form in the UI does; waits until it has ended."""
        run = run_deployment(DISPOSAL, parameters=parameters, timeout=0, as_subflow=False)
        return ended(run.id)

    def state(self) -> ListState:
        with self.kept.registry.reading() as reading:
            found = list_numbered(reading.connection(), self.number)
        assert found is not None
        state: ListState = found.state
        return state

    def decide(self) -> None:
        """Every word that the list needs, given at the desk."""
        registry = self.kept.registry
        with registry.acting("test", clock.now()) as act:
            people = {number: one.id for number, one in people_by_number(act.session, ["A1", "A2", "A3", "L3"]).items()}
            found = list_numbered(act.connection, self.number)
            assert found is not None
            originals = [one.recording_id for one in items_in(act.connection, found.id)]
            disposal.appraise(act, found.id, originals, people["A3"], Appraisal.DISPOSE, "保存期满")
            disposal.submit(act, found.id, people["A3"], "已逐条鉴定", CITY_RULES)
        with registry.acting("test", clock.now()) as act:
            step = open_step_of(act.connection, found.id, DisposalStage.APPROVAL)
            assert step is not None
            disposal.approve(act, step.id, people["L3"], [people["A1"], people["A2"]], "同意", CITY_RULES)
        for one in ("A1", "A2"):
            with registry.acting("test", clock.now()) as act:
                steps = steps_of_list(act.connection, found.id)
                mine = next(step.id for step in steps if step.person_id == people[one])
                disposal.witness(act, mine, people[one], "已核对", CITY_RULES)


@pytest.fixture
def office(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A system that is up as `custody up` has it, years after the small city's footage was sealed."""
    made = OwnPrefect(tmp_path)
    city = prepare(tmp_path / "city", f"sqlite:///{sqlite_template}", copy_of_file)["due"]
    kept = city.copied(made.home.settings.vault_root)
    made.home.settings.database_url = kept.archive.registry.url
    set_clock(made.home, YEARS_AHEAD)
    for name, value in made.home.prefect_environment().items():
        monkeypatch.setenv(name, value)
    try:
        made.start_server()
        with made.spoken_to():
            register_archive(made.home)
            deploy_alone(DISPOSAL)
            made.start_worker("places", {})
            yield Office(kept, made)
    finally:
        made.stop()
        kept.registry.dispose()


def test_a_list_is_followed_by_a_run_that_decides_nothing_and_goes_by_decision(office: Office) -> None:
    swept = office.sweep()
    assert (swept["lists"], swept["lists_followed"]) == (2, 2)
    run = asleep(run_name(office.number))
    assert run.state is not None and run.state.state_details.pause_timeout is None, "it would fail by itself"
    assert "待鉴定" in shown(f"disposal-{office.number}")

    resume(run)
    run = asleep_again(run)
    assert office.state() is ListState.APPRAISAL

    made_up = office.start(disposal_list=f"{office.number[:-5]}99999", dry_run=False)
    assert made_up.state_name == "Failed"
    assert "There is no disposal list of this number" in str(made_up.state and made_up.state.message)
    assert office.kept.originals() == EVERYTHING

    office.decide()
    assert office.sweep()["lists_followed"] == 1  # the desk's own nudge was lost
    run = asleep_again(run)
    assert (office.state(), office.kept.originals()) == (ListState.GRACE, EVERYTHING)

    move_clock(office.system.home, GRACE)
    dry = office.start(disposal_list=office.number)
    assert dry.state_name == "Completed"
    assert f"{len(GOING)} originals would be destroyed now; nothing was" in shown(f"disposal-{office.number}")
    assert (office.state(), office.kept.originals()) == (ListState.GRACE, EVERYTHING)

    office.sweep()
    assert ended(run.id).state_name == "Completed"
    assert len(runs_named(run_name(office.number))) == 2, "the one that follows the list, and the dry run"
    assert (office.state(), office.kept.originals()) == (ListState.DONE, EVERYTHING - GOING)
    assert "销毁证明 certificate" in shown(f"disposal-{office.number}")
    replace(office.kept, now=clock.now()).assert_sound()

"""What somebody gets who has the Prefect password and nothing else: a look. On a real server with a real worker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas import FlowRun
from prefect.deployments import run_deployment
from prefect.filesystems import LocalFileSystem
from prefect.results import ResultRecord, ResultRecordMetadata
from prefect.serializers import PickleSerializer
from prefect.states import Pending
from pydantic import SecretStr

from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.duty_watch import DutyWatch
from blocks.leader_notifier import LeaderNotifier, Route
from blocks.registry_database import RegistryDatabase
from deployments.bootstrap import register, register_archive, register_watch
from deployments.commands.worker import PLACES
from deployments.prefect_yaml import deploy_all
from deployments.system import POOL, prefect_yaml
from registry.database import Registry
from tests.faults.dumps import fill, put
from tests.faults.own_prefect import OwnPrefect
from tests.fixtures.mail import MakeWebhook, Webhook, serving
from tests.fixtures.stations import populate
from tests.fixtures.suspended import ended

pytestmark = pytest.mark.servers

UPLOAD = "upload-dock-session/dock-station"
SWEEP = "escalate-deadlines/every-5-minutes"
OURS = "flows.deadline_escalation.escalate_deadlines"
WIDE = {"COLUMNS": "200"}
BEAT = "secret-of-the-watchdog"
REFUSED = "This worker runs nothing but our lifecycles."


@dataclass
class System:
    """A system that is up as `custody up` has it, and where whoever attacks it would have things land."""

    own: OwnPrefect
    elsewhere: Path
    heartbeat: Webhook
    channel: Webhook

    @property
    def marker(self) -> Path:
        """Appears when code of the attacker's runs."""
        return self.elsewhere / "marker"

    def secrets(self) -> dict[str, str]:
        """What must be nowhere to be read."""
        home = self.own.home
        return {
            "Prefect's login": home.prefect_login(),
            "Prefect's password": home.prefect_login().partition(":")[2],
            "key of the pages": home.pages_key(),
            "receipt key": home.receipt_key().splitlines()[1],
            "registry": home.settings.registry_url,
            "heartbeat": BEAT,
            "channel": self.channel.address,
        }

    def api(self, method: str, place: str, **told: Any) -> httpx.Response:
        """Prefect's API as anybody asks it who has the password."""
        user, _, password = self.own.home.prefect_login().partition(":")
        address = f"{self.own.home.settings.api_url}/{place}"
        return httpx.request(method, address, auth=(user, password), trust_env=False, **told)


@pytest.fixture(scope="module")
def heartbeat() -> Iterator[Webhook]:
    with serving(Webhook()) as hook:
        yield hook


@pytest.fixture(scope="module")
def channel() -> Iterator[Webhook]:
    with serving(Webhook()) as hook:
        yield hook


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, heartbeat: Webhook, channel: Webhook) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("password")
    own = OwnPrefect(folder)
    settings = own.home.settings
    settings.heartbeat_url = SecretStr(f"{heartbeat.url}/{BEAT}")
    settings.notifier_file = folder / "notifier.toml"
    settings.notifier_file.write_text(
        f'[channels]\nhook = "{channel.address}"\n[[routes]]\nchannels = ["hook"]\n', encoding="utf-8"
    )
    registry = Registry(settings.registry_url)
    populate(registry)
    registry.dispose()
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.environment().items():
            patch.setenv(name, value)
        try:
            own.start_server()
            with own.spoken_to():
                register(own.home)
                register_watch(own.home)
                register_archive(own.home)
                deploy_all(prefect_yaml(), POOL)
                unscheduled()
                own.start_worker("worker", {})
                yield System(own, elsewhere, heartbeat, channel)
        finally:
            own.stop()


def unscheduled() -> None:
    """Only what a test starts takes the machine's time."""
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments():
            for schedule in deployment.schedules:
                client.delete_deployment_schedule(deployment.id, schedule.id)


@pytest.fixture
def prefect(system: System) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


def start(deployment: str, **parameters: object) -> UUID:
    return run_deployment(deployment, parameters=parameters, timeout=0, as_subflow=False).id


def message(run: FlowRun) -> str:
    return f"{run.state_name}: {run.state.message if run.state else ''}"


class TestReading:
    FILTERED = (
        "artifacts", "automations", "block_documents", "block_schemas", "block_types", "concurrency_limits",
        "deployments", "events", "flow_runs", "flows", "logs", "task_runs", "variables", "v2/concurrency_limits",
        "work_pools", f"work_pools/{POOL}/workers", "work_queues",
    )  # fmt: skip

    def everything(self, system: System) -> dict[str, str]:
        asked = {"include_secrets": True, "limit": 50}  # as many as the events give at once
        told = {place: system.api("POST", f"{place}/filter", json=asked) for place in self.FILTERED}
        told |= {place: system.api("GET", place) for place in ("admin/settings", "admin/storage", "admin/version")}
        for place, answer in told.items():
            assert answer.status_code == 200, (place, answer.text)
        return {place: answer.text for place, answer in told.items()}

    def test_no_secret_is_in_anything_that_the_api_tells(self, system: System) -> None:
        assert message(ended(start(SWEEP))).startswith("Completed"), "there are logs, artifacts and events of runs"
        assert message(ended(start(UPLOAD, folder="/nowhere"))).startswith("Failed")

        told = self.everything(system)

        assert "env:CUSTODY_DATABASE_URL" in told["block_documents"], "secrets were asked for and would be shown"
        assert "file:pages-key" in told["block_documents"]
        assert "deadlines-" in told["flow_runs"]
        for what, secret in system.secrets().items():
            for place, text in told.items():
                assert secret not in text, (what, place)


def change(kind: type[Block], name: str, **fields: object) -> None:
    """As somebody edits a block in the UI."""
    block = kind.load(name)
    assert isinstance(block, kind)
    for field, value in fields.items():
        setattr(block, field, value)
    block.save(name, overwrite=True)


class TestChangedBlocks:
    @pytest.fixture
    def thief(self, make_webhook: MakeWebhook) -> Webhook:
        return make_webhook()

    @pytest.fixture
    def bent(self, system: System, thief: Webhook) -> None:
        """Every block that a run might take leads elsewhere."""
        there, channel = system.elsewhere, Route(channels=["thief"])
        url = SecretStr(f"sqlite:///{there}/registry.db")
        Registry(url.get_secret_value()).migrate()
        change(RegistryDatabase, "default", url=url)
        change(DirectoryVault, "originals", root=there / "vault", immutable=False)
        change(DockStation, "default", receipt_folder=there / "receipts", dock_roots=[there], wipe_allowed=True)
        change(LeaderNotifier, "default", channels={"thief": SecretStr(thief.address)}, routes=[channel])
        change(DutyWatch, "default", heartbeat_url=SecretStr(thief.url), pages_url=thief.url)
        station = DockStation.load("default")
        assert isinstance(station, DockStation)
        assert station.vault.root == there / "vault" and station.registry.url == url, "Prefect says so"

    def test_lead_nowhere(self, system: System, bent: None, thief: Webhook, media_samples: dict[str, bytes]) -> None:
        dump = system.own.dock / "dump"
        dump.mkdir()
        fill(dump, media_samples)
        beats = len(system.heartbeat.asked)
        before = sorted(system.elsewhere.rglob("*"))

        folder = str(dump)
        upload, wiping, sweep = start(UPLOAD, folder=folder), start(UPLOAD, folder=folder, wipe=True), start(SWEEP)

        assert "Completed" in message(ended(sweep))
        assert "Completed" in message(ended(upload))
        assert "Completed" not in message(ended(wiping)), "wiping is not allowed by a changed block"
        assert len(system.heartbeat.asked) > beats and not thief.asked
        assert sorted(system.elsewhere.rglob("*")) == before
        home = system.own.home.settings
        assert list((home.vault_root / "originals").rglob("*.*")) or any((home.vault_root / "originals").iterdir())
        assert list(home.receipts.rglob("receipt.json"))
        assert any(dump.iterdir())

    def test_a_folder_that_only_a_changed_block_admits_is_refused(
        self, system: System, bent: None, tmp_path: Path
    ) -> None:
        dump = system.elsewhere / "dump"
        dump.mkdir()
        put(dump / "0001.mp4", b"x")

        assert "not below a dock folder" in message(ended(start(UPLOAD, folder=str(dump))))

    def test_a_name_leads_out_of_nothing(self, system: System) -> None:
        told = message(ended(start(SWEEP, watch="../custody-archive/default")))

        assert "A block's name is lower-case letters, digits and dashes" in told

    def test_are_named_and_mended(self, system: System, bent: None) -> None:
        found = custody(system, "blocks", "--check")
        assert found.returncode == 1, found.stdout + found.stderr
        assert "heartbeat_url" in found.stdout and "receipt_folder" in found.stdout

        assert custody(system, "blocks").returncode == 0
        assert custody(system, "blocks", "--check").returncode == 0


def custody(system: System, *typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deployments.cli", *typed], env=os.environ | system.own.environment() | WIDE,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def code(system: System) -> Path:
    """A flow of somebody else's, which leaves a marker when it is as much as loaded."""
    file = system.elsewhere / "evil.py"
    file.write_text(
        f"from pathlib import Path\nfrom prefect import flow\nPath({str(system.marker)!r}).write_text('loaded')\n"
        "@flow\ndef evil():\n    pass\n"
    )
    return file


@pytest.fixture(scope="module")
def tried(system: System, code: Path) -> dict[str, FlowRun]:
    """Every way to have a worker run something else, all at once, each when it has ended."""
    touch = f"{sys.executable} -c \"open({str(system.marker)!r}, 'w')\""
    shell = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {system.marker}"}}
    python = {"PYTHONPATH": str(code.parent), "PYTHONSTARTUP": str(code)}
    ways: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "an entry point in a file": ({"entrypoint": f"{code}:evil"}, {}),
        "an entry point in a module": ({"entrypoint": "antigravity.fly"}, {}),
        "no entry point": ({"entrypoint": None}, {}),
        "pull steps": ({"pull_steps": [shell]}, {}),
        "a path": ({"path": str(code.parent)}, {}),
        "a command": ({"job_variables": {"command": touch}}, {}),
        "an environment": ({"job_variables": {"env": python}}, {}),
        "a folder": ({"job_variables": {"working_dir": str(code.parent)}}, {}),
        "a run's command": ({}, {"command": touch}),
        "a run's environment": ({}, {"env": python}),
    }
    with get_client(sync_client=True) as client:
        runs = {way: hostile(client, deployed, own) for way, (deployed, own) in ways.items()}
        adhoc = system.api(
            "POST", "flow_runs/", json={"flow_id": str(made_flow(client)), "work_pool_name": POOL, "name": "adhoc"}
        )
    assert adhoc.status_code in (201, 422)
    return {way: ended(run) for way, run in runs.items()}


class TestForeignCode:
    WAYS = (
        ("an entry point in a file", "is none of ours"), ("an entry point in a module", "is none of ours"),
        ("no entry point", "is none of ours"), ("pull steps", "It sets pull steps."), ("a path", "It sets a path."),
        ("a command", "It sets job variables (command)."), ("an environment", "It sets job variables (env)."),
        ("a folder", "It sets job variables (working_dir)."), ("a run's command", "It sets job variables (command)."),
        ("a run's environment", "It sets job variables (env)."),
    )  # fmt: skip

    @pytest.mark.parametrize(("way", "why"), WAYS, ids=[way for way, _ in WAYS])
    def test_is_not_run_and_the_run_says_why(
        self, system: System, tried: dict[str, FlowRun], way: str, why: str
    ) -> None:
        run = tried[way]

        assert run.state is not None and run.state.is_crashed()
        assert REFUSED in message(run) and why in message(run)
        assert not system.marker.exists()

    def test_every_way_was_looked_at(self, tried: dict[str, FlowRun]) -> None:
        assert {way for way, _ in self.WAYS} == tried.keys()
        assert len(tried) > PLACES, "what is refused takes no place of what runs"

    def test_a_changed_template_of_the_pool_changes_nothing(
        self, system: System, prefect: SyncPrefectClient, code: Path
    ) -> None:
        template = prefect.read_work_pool(POOL).base_job_template
        template["job_configuration"] |= {"command": f"touch {system.marker}", "working_dir": str(code.parent)}
        prefect.request("PATCH", "/work_pools/{name}", path_params={"name": POOL}, json={"base_job_template": template})

        assert "Completed" in message(ended(start(SWEEP)))
        assert not system.marker.exists()

    def test_a_deployment_changed_after_the_worker_looked_changes_nothing(
        self, system: System, prefect: SyncPrefectClient, code: Path
    ) -> None:
        """The run's own process loads the code it was told of by the worker, whatever the deployment says by then."""
        deployment = prefect.create_deployment(made_flow(prefect), "swapped", entrypoint=f"{code}:evil")
        run = prefect.create_flow_run_from_deployment(deployment)
        prefect.set_flow_run_state(run.id, Pending(), force=True)

        executed(system, "deployments.run", OURS, run=run.id)

        assert "Completed" in message(prefect.read_flow_run(run.id))
        assert not system.marker.exists()
        assert executed(system, "deployments.run", "evil.evil", run=run.id).returncode != 0

    def test_where_the_server_would_have_results_nothing_is_written(
        self, system: System, prefect: SyncPrefectClient
    ) -> None:
        there = system.elsewhere / "results"
        block = LocalFileSystem(basepath=str(there)).save("results", overwrite=True)
        told = system.api("PUT", "admin/storage", json={"default_result_storage_block_id": str(block)})
        assert told.status_code < 300, told.text
        assert prefect.read_server_default_result_storage().default_result_storage_block_id == block

        assert "Completed" in message(ended(start(SWEEP)))
        assert "Failed" in message(ended(start(UPLOAD, folder="/nowhere")))
        assert not there.exists()

    @pytest.mark.parametrize(
        ("started", "runs"),
        [(("prefect.engine",), True), (("deployments.run", OURS), False)],
        ids=["prefect's", "ours"],
    )
    def test_what_a_run_is_said_to_have_returned_is_not_read(
        self, system: System, prefect: SyncPrefectClient, started: tuple[str, ...], runs: bool
    ) -> None:
        """A state may name a block and a pickle in it. Prefect's own engine reads that, and so runs it."""
        there, marker = system.elsewhere / "pickles", system.elsewhere / f"unpickled-{uuid4().hex}"
        block = LocalFileSystem(basepath=str(there)).save("pickles", overwrite=True)
        assert isinstance(block, UUID)
        there.mkdir(exist_ok=True)
        about = ResultRecordMetadata(
            storage_key="one", serializer=PickleSerializer(), storage_block_id=block, expiration=None
        )
        (there / "one").write_bytes(ResultRecord(result=Bomb(marker), metadata=about).serialize())
        found = prefect.read_deployment_by_name(SWEEP)
        run = prefect.create_flow_run_from_deployment(found.id)
        state = {"type": "COMPLETED", "data": about.model_dump(mode="json")}
        assert system.api("POST", f"flow_runs/{run.id}/set_state", json={"state": state, "force": True}).is_success

        told = executed(system, *started, run=run.id)

        assert marker.exists() is runs, told.stderr


class Bomb:
    """Goes off when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def hostile(client: SyncPrefectClient, deployed: dict[str, Any], own: dict[str, Any]) -> UUID:
    """A run of a deployment that is ours but for what is said of it."""
    told = {"entrypoint": OURS, **deployed}
    deployment = client.create_deployment(made_flow(client), f"hostile-{uuid4().hex[:8]}", work_pool_name=POOL, **told)
    return client.create_flow_run_from_deployment(deployment, job_variables=own or None).id


def made_flow(client: SyncPrefectClient) -> UUID:
    return client.create_flow_from_name("escalate-deadlines")


def executed(system: System, module: str, *arguments: str, run: UUID) -> subprocess.CompletedProcess[str]:
    """The process of a run, as a worker starts it."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], env=os.environ | {"PREFECT__FLOW_RUN_ID": str(run)},
        capture_output=True, text=True, timeout=120, check=False, cwd=system.elsewhere,
    )  # fmt: skip

"""Which runs a worker takes. With a real worker: `test_password.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse

from deployments.admission import NOT_SET, entry_points, refusal
from deployments.run import lifecycle_at
from deployments.system import prefect_yaml
from regulation.errors import ConfigurationError
from tests.fixtures.typed import run_custody

OURS = "flows.upload.upload_dock_session"


def refused(deployed: dict[str, Any] | None = None, **run: Any) -> str | None:
    told = {"id": uuid4(), "name": "x", "flow_id": uuid4(), "entrypoint": OURS, **(deployed or {})}
    return refusal(FlowRun(flow_id=uuid4(), **run), DeploymentResponse(**told), entry_points(prefect_yaml()))


def test_ours_as_they_are_deployed_are_taken() -> None:
    for entry_point in entry_points(prefect_yaml()):
        assert refused({"entrypoint": entry_point, "pull_steps": [], "job_variables": {}, "path": None}) is None
        assert lifecycle_at(entry_point).fn.__name__ == entry_point.rpartition(".")[2]


@pytest.mark.parametrize(
    ("deployed", "run", "why"),
    [
        ({"entrypoint": None}, {}, "Its entry point None is none of ours."),
        ({"entrypoint": "flows/upload.py:upload_dock_session"}, {}, "is none of ours"),
        ({"entrypoint": OURS + " "}, {}, "is none of ours"),
        ({"entrypoint": "os.system"}, {}, "Its entry point 'os.system' is none of ours."),
        ({"pull_steps": [{"prefect.deployments.steps.run_shell_script": {}}]}, {}, "It sets pull steps."),
        ({"storage_document_id": uuid4()}, {}, "It sets a storage."),
        ({"infrastructure_document_id": uuid4()}, {}, "It sets an infrastructure."),
        ({}, {"infrastructure_document_id": uuid4()}, "It sets an infrastructure."),
        ({"path": "/tmp"}, {}, "It sets a path."),
        ({"job_variables": {"command": "x", "env": {}}}, {}, "It sets job variables (command, env)."),
        ({}, {"job_variables": {"x\n甲": 1}}, "It sets job variables (x\\n\\u7532)."),
    ],
)
def test_everything_else_is_not_and_it_is_said_why(deployed: dict[str, Any], run: dict[str, Any], why: str) -> None:
    assert why in str(refused(deployed, **run))


def test_a_worker_on_another_machine_makes_no_keys_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_PREFECT_API", "http://127.0.0.1:1/api")

    refused = run_custody("worker").exception

    assert isinstance(refused, ConfigurationError)
    assert "Copy this key" in str(refused) and "receipt-key.pem" in str(refused)
    assert not (tmp_path / "home").exists()


def test_a_run_without_a_deployment_is_not_taken() -> None:
    assert refusal(FlowRun(flow_id=uuid4()), None, frozenset({OURS})) == "It has no deployment."


def test_our_deployments_set_nothing_of_it() -> None:
    told = yaml.safe_load(Path(prefect_yaml()).read_text(encoding="utf-8"))
    assert told["pull"] == []
    for one in told["deployments"]:
        assert not one["work_pool"]["job_variables"] and "pull" not in one
    assert "job variables" in NOT_SET


@pytest.mark.parametrize("entry_point", ["os.system", "", "flows.upload", "flows.upload.lifecycle"])
def test_a_run_s_process_loads_nothing_else(entry_point: str) -> None:
    with pytest.raises(ConfigurationError, match="no entry point of ours"):
        lifecycle_at(entry_point)

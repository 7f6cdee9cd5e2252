"""What prefect.yaml promises exists: entry points, parameters, the work pool that `custody up` makes."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow

from deployments.system import POOL, prefect_yaml
from deployments.watch import DEPLOYMENT
from flows.lifecycle import Nowhere
from tasks.access.nudge import APPROVAL

ROOT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]


def flow_of(deployment: dict[str, Any]) -> Flow[..., Any]:
    module, _, name = deployment["entrypoint"].rpartition(".")
    found = getattr(import_module(module), name)
    assert isinstance(found, Flow)
    return found


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_entry_point_is_a_flow_in_module_form(deployment: dict[str, Any]) -> None:
    flow = flow_of(deployment)
    assert flow.name == flow.fn.__name__.replace("_", "-")


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_parameter_is_one_of_the_flow_s(deployment: dict[str, Any]) -> None:
    known = inspect.signature(flow_of(deployment).fn).parameters
    assert deployment["parameters"].keys() <= known.keys()
    assert deployment["enforce_parameter_schema"] is True


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_is_described_tagged_by_article_limited_and_pooled(deployment: dict[str, Any]) -> None:
    assert "Art." in deployment["description"]
    assert any(tag.startswith("art-") for tag in deployment["tags"])
    assert deployment["concurrency_limit"]["limit"] >= 1
    assert deployment["work_pool"]["name"] == POOL


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_what_a_flow_returns_is_kept_nowhere(deployment: dict[str, Any]) -> None:
    """Else Prefect keeps it where a block on the server says, and unpickles what is there."""
    flow = flow_of(deployment)
    assert flow.persist_result is False
    assert isinstance(flow.result_storage, Nowhere), "made with flows.lifecycle"


def test_the_watch_starts_a_deployment_that_is_there() -> None:
    assert DEPLOYMENT in {f"{flow_of(one).name}/{one['name']}" for one in DEPLOYMENTS}


def test_a_nudge_starts_a_deployment_that_is_there() -> None:
    assert APPROVAL in {f"{flow_of(one).name}/{one['name']}" for one in DEPLOYMENTS}


def test_the_file_that_is_applied_is_this_one() -> None:
    assert prefect_yaml() == ROOT / "prefect.yaml"

"""Which runs a worker takes: those of our own lifecycles, as they are. Everything else is somebody's own code.

Whoever has the Prefect password can deploy any entry point, have any pull step run before it, and set the command, the
environment and the folder of any run (docs/adr/0016-nothing-from-prefect.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse

Told = Callable[[FlowRun, DeploymentResponse], object]

NOT_SET: Mapping[str, Told] = {
    "pull steps": lambda _run, deployment: deployment.pull_steps,
    "a storage": lambda _run, deployment: deployment.storage_document_id,
    "an infrastructure": lambda run, deployment: (
        deployment.infrastructure_document_id or run.infrastructure_document_id
    ),
    "a path": lambda _run, deployment: deployment.path,
    "job variables": lambda run, deployment: _names(deployment.job_variables) + _names(run.job_variables),
}
"""What none of our deployments and runs sets, and what makes of a run something else."""


def entry_points(file: Path) -> frozenset[str]:
    """The entry points of the deployments in a prefect.yaml."""
    return frozenset(one["entrypoint"] for one in yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"])


def refusal(run: FlowRun, deployment: DeploymentResponse | None, known: frozenset[str]) -> str | None:
    """Why a worker does not take the run, in a sentence; None where it does."""
    if deployment is None:
        return "It has no deployment."
    if deployment.entrypoint not in known:
        return f"Its entry point {ascii(deployment.entrypoint)[:200]} is none of ours."
    for what, told in NOT_SET.items():
        if found := told(run, deployment):
            named = f" ({', '.join(found)})" if isinstance(found, list) and what == "job variables" else ""
            return f"It sets {what}{named}."
    return None


def _names(variables: dict[str, Any] | None) -> list[str]:
    return [ascii(name)[1:-1][:60] for name in variables or {}]

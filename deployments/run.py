"""The process of one run, as `custody worker` starts it: ``python -m deployments.run ENTRY_POINT``.

Like Prefect's own engine, but for what that takes from the server: which code to load and, of a run that ended in the
meantime, a result to read back (docs/adr/0016-nothing-from-prefect.md).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect._internal.control_listener import configure_from_env
from prefect.engine import handle_engine_signals
from prefect.flow_engine import load_flow_run, run_flow

from deployments.admission import entry_points
from deployments.system import prefect_yaml
from regulation.errors import ConfigurationError


def lifecycle_at(entry_point: str) -> Flow[..., Any]:
    """The flow at one of the entry points of prefect.yaml. Raises `ConfigurationError` for any other."""
    if entry_point not in entry_points(prefect_yaml()):
        raise ConfigurationError("This is no entry point of ours.", subject=ascii(entry_point)[:200])
    module, _, name = entry_point.rpartition(".")
    found = getattr(import_module(module), name)
    assert isinstance(found, Flow)
    return found


def main(entry_point: str, run_id: UUID) -> None:
    """Run the lifecycle; how it went is the run's state, and nothing is read back from it."""
    configure_from_env()
    with handle_engine_signals(run_id):
        run = load_flow_run(run_id)
        flow = lifecycle_at(entry_point)
        run_flow(flow, flow_run=run, return_type="state")


if __name__ == "__main__":
    main(sys.argv[1], UUID(os.environ["PREFECT__FLOW_RUN_ID"]))

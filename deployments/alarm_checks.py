"""Whether an alert is so: Prefect and the registry are asked, for anybody may have told the desk (Art. 16, 20)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from deployments.commands.watching import WITHIN_MINUTES, is_late, last_sweep
from deployments.home import Home
from deployments.system import POOL
from regulation.errors import Unavailable

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_RUN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def holds(home: Home, kind: str, about: str) -> bool:
    """Whether what `kind` says of `about` is so. Raises `Unavailable` where Prefect cannot be asked."""
    if kind == "sweep-late":
        return is_late(home, last_sweep(home), WITHIN_MINUTES)
    from httpx import HTTPError
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound, PrefectException

    try:
        with get_client(sync_client=True) as client:
            return _ASKED[kind](client, about)
    except ObjectNotFound:
        return False
    except (HTTPError, PrefectException) as silent:
        raise Unavailable(f"Prefect does not answer: {type(silent).__name__}.") from None


def _run_failed(client: SyncPrefectClient, about: str) -> bool:
    """A run of our pool that failed or crashed."""
    run_id = _RUN.search(about)
    if run_id is None:
        return False
    run = client.read_flow_run(UUID(run_id[0]))
    return run.work_pool_name == POOL and run.state is not None and (run.state.is_failed() or run.state.is_crashed())


def _worker_gone(client: SyncPrefectClient, about: str) -> bool:
    """Our pool, and no worker gives a sign of life."""
    return about == POOL and client.read_work_pool(POOL).status != "READY"


_ASKED: Mapping[str, Callable[[SyncPrefectClient, str], bool]] = {
    "run-failed": _run_failed,
    "worker-gone": _worker_gone,
}

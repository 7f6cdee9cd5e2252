"""What the steps of every lifecycle have in common: nothing is cached, and only what is unavailable is tried again."""

from __future__ import annotations

from typing import Any

from prefect.cache_policies import NO_CACHE

from regulation.errors import Unavailable


def is_unavailable(task: object, task_run: object, state: Any) -> bool:
    """Prefect's retry condition: only what may come back is tried again."""
    outcome = state.result(raise_on_failure=False)
    return isinstance(outcome, Unavailable)


RETRIED: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "retries": 5,
    "retry_delay_seconds": 2,
    "retry_condition_fn": is_unavailable,
}
"""The settings of a task that is such a step."""

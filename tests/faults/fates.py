"""What becomes of whoever is killed at each moment that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeGuard

import pytest


def fates_of(request: pytest.FixtureRequest, suffer: Callable[[Any], None]) -> Iterator[dict[Any, Future[None]]]:
    """Has every ``moment`` of the module's tests that were asked for suffered, two at once, for a victim mostly waits;
    what a fixture ``fates`` gives, by moment."""
    asked = [item.callspec.params["moment"] for item in request.session.items if _suffers(item, request)]
    with ThreadPoolExecutor(2) as pool:
        yield {moment: pool.submit(suffer, moment) for moment in asked}
        pool.shutdown(cancel_futures=True)


def _suffers(item: pytest.Item, request: pytest.FixtureRequest) -> TypeGuard[pytest.Function]:
    return isinstance(item, pytest.Function) and item.module is request.module and "fates" in item.fixturenames

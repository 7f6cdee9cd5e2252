"""Copies of what was prepared once, one for each moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from registry.database import Registry


class HasRegistry(Protocol):
    """What has a registry of its own."""

    registry: Registry


Kept = TypeVar("Kept", bound=HasRegistry, covariant=True)


class Prepared(Protocol[Kept]):
    """What can be copied."""

    def copied(self, folder: Path) -> Kept:
        """A copy of its own."""
        ...


def copying(prepared: Mapping[str, Prepared[Kept]], folders: pytest.TempPathFactory) -> Iterator[Callable[[str], Kept]]:
    """Gives what makes a copy of what was prepared under that name, from any thread; closes them afterwards."""
    made: list[Kept] = []

    def make(stage: str) -> Kept:
        made.append(prepared[stage].copied(folders.mktemp("kept")))
        return made[-1]

    yield make
    for kept in made:
        kept.registry.dispose()

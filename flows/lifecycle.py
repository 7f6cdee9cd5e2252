"""What every lifecycle has in common: what it returns or fails with stays in its process.

Prefect would put results wherever a block on its server says, and read them back from there as pickles, which is to run
what they say (docs/adr/0016-nothing-from-prefect.md). Facts are in the registry; a result is only a word to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import Flow, flow
from prefect.filesystems import WritableFileSystem

P = ParamSpec("P")
R = TypeVar("R")


class Nowhere(WritableFileSystem):
    """Where results go."""

    _block_type_slug = "custody-nowhere"

    async def read_path(self, path: str) -> bytes:
        """There is nothing to read."""
        raise FileNotFoundError(path)

    async def write_path(self, path: str, content: bytes) -> None:
        """And nothing is written."""


def lifecycle(
    *, name: str, flow_run_name: str | Callable[[], str] | None = None
) -> Callable[[Callable[P, R]], Flow[P, R]]:
    """The flow of this name, its results kept nowhere. Deployed flows are made with this and nothing else."""

    def made(fn: Callable[P, R]) -> Flow[P, R]:
        made: Flow[P, R] = flow(name=name, flow_run_name=flow_run_name, persist_result=False)(fn)
        made.result_storage = Nowhere()
        return made

    return made

"""`custody worker`: takes the runs of our lifecycles, and nothing else that somebody puts into the work pool."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Annotated

import typer

from deployments.home import Home
from deployments.server import talk_to
from deployments.settings import read_settings

PLACES = 6
"""Runs at once: four uploads, and always room for the sweep over deadlines and the delivery of notices."""


def worker(
    name: Annotated[str, typer.Option(help="How Prefect shows it; the machine's name by default.")] = "",
    limit: Annotated[int, typer.Option(help="Runs at once.", min=1)] = PLACES,
) -> None:
    """Run what Prefect starts: the lifecycles of prefect.yaml by their own code, with this machine's own settings."""
    home = Home(read_settings())
    home.prepare()
    talk_to(home)
    _work(home, name or socket.gethostname(), limit)


def _work(home: Home, name: str, limit: int) -> None:
    from prefect.utilities.processutils import setup_signal_handlers_worker

    from deployments.bootstrap import keep_blocks
    from deployments.worker import work

    keep_blocks(home)
    setup_signal_handlers_worker(os.getpid(), f"the worker {name!r}", print)
    asyncio.run(work(name, limit))

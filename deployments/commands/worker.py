"""`custody worker`: takes the runs of our lifecycles, and nothing else that somebody puts into the work pool."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Annotated

import typer

from deployments.home import PAGES_KEY, RECEIPT_KEY, Home
from deployments.server import talk_to
from deployments.settings import read_settings
from regulation.errors import ConfigurationError

PLACES = 6
"""Runs at once: four uploads, and always room for the sweep over deadlines and the delivery of notices."""


def worker(
    name: Annotated[str, typer.Option(help="How Prefect shows it; the machine's name by default.")] = "",
    limit: Annotated[int, typer.Option(help="Runs at once.", min=1)] = PLACES,
) -> None:
    """Run what Prefect starts: the lifecycles of prefect.yaml by their own code, with this machine's own settings."""
    home = Home(read_settings())
    _check_keys(home)
    home.prepare()
    talk_to(home)
    _work(home, name or socket.gethostname(), limit)


def _check_keys(home: Home) -> None:
    """Keys of its own would sign receipts and links that nobody else knows."""
    for path in (home.root / RECEIPT_KEY, home.root / PAGES_KEY):
        if home.settings.prefect_api and not path.exists():
            raise ConfigurationError("Copy this key from the machine that runs the desk.", subject=str(path))


def _work(home: Home, name: str, limit: int) -> None:
    from prefect.utilities.processutils import setup_signal_handlers_worker

    from deployments.bootstrap import keep_blocks
    from deployments.worker import work

    keep_blocks(home)
    setup_signal_handlers_worker(os.getpid(), f"the worker {name!r}", print)
    asyncio.run(work(name, limit))

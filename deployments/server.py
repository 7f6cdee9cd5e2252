"""This installation's Prefect server: the one that is up, or one for the length of a command."""

from __future__ import annotations

import os
import socket
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from deployments.console import errors
from deployments.home import Home
from deployments.supervisor import Supervisor, python
from regulation.errors import ConfigurationError, Unavailable

START_SECONDS = 90.0


def start_server(home: Home, supervisor: Supervisor) -> None:
    """Start the Prefect server and wait until it answers; this process then talks to it."""
    settings = home.settings
    supervisor.start(
        "server",
        *python("-m", "prefect", "server", "start", "--host", settings.host, "--port", str(settings.prefect_port)),
    )
    supervisor.wait_until(home.server_answers, "server", START_SECONDS)
    talk_to(home)


def scheduled_runs(home: Home) -> int:
    """How many runs the server holds ready to begin by themselves. Raises `Unavailable` where it does not say."""
    asked = Request(
        f"{home.settings.api_url}/flow_runs/count",
        data=b'{"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}',
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Basic {b64encode(home.prefect_login().encode()).decode()}",
        },
    )
    try:
        with urlopen(asked, timeout=5) as answer:
            return int(answer.read())
    except (OSError, ValueError) as refused:  # an HTTP error is an OSError
        raise Unavailable(f"The Prefect server does not say: {refused}.", subject=home.settings.api_url) from None


def talk_to(home: Home) -> None:
    """Let this process talk to the home's server; Prefect, which reads its settings on import, comes after this."""
    if "prefect" in sys.modules:
        raise ConfigurationError("Prefect was imported before it was told which server is its own.", subject="prefect")
    os.environ.update(home.prefect_environment())


@contextmanager
def prefect_at_hand(home: Home) -> Iterator[bool]:
    """A Prefect server for this command: the one that is up, or one on a port of its own behind the same password.

    Gives whether the server is the standing one, whose worker takes runs.
    """
    if home.server_answers():
        talk_to(home)
        yield True
        return
    home.settings.prefect_port = free_port(home.settings.host)
    supervisor = Supervisor(home.prefect_environment(), home.root / "logs")
    try:
        with errors.status("Starting a Prefect server for this command"):
            start_server(home, supervisor)
        yield False
    finally:
        _deliver_logs()
        supervisor.stop()


def _deliver_logs() -> None:
    """What Prefect still has to say goes to the server before it stops."""
    if "prefect" in sys.modules:
        from prefect.logging.handlers import APILogHandler

        APILogHandler().flush()


def free_port(host: str) -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind((host, 0))
        return int(trial.getsockname()[1])


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as trial:
        return trial.connect_ex((host, port)) != 0

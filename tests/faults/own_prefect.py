"""A system of our own, as `custody up` starts it, of which each part can be killed and started again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from deployments.home import Home
from deployments.server import START_SECONDS, free_port
from deployments.settings import Settings
from deployments.supervisor import Supervisor, python
from tests.faults.victims import ROOT, At, Order
from tests.fixtures.stations import Scene

INSIDE = Path(__file__).with_name("inside")


class OwnPrefect:
    """A home in `folder` with `folder`/dock as its dock folder; its server on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.dock = folder / "dock"
        self.dock.mkdir()
        settings = Settings(
            home=folder / "home",
            unit="chengguan",
            dock_roots=[self.dock],
            vault_immutable=False,
            prefect_port=free_port("127.0.0.1"),
        )
        self.home = Home(settings)
        self.home.prepare()
        self._parts: dict[str, Supervisor] = {}

    def start_server(self) -> None:
        """Start the server and wait until it answers."""
        port = str(self.home.settings.prefect_port)
        self._start("server", {}, "prefect", "server", "start", "--host", "127.0.0.1", "--port", port)
        self._parts["server"].wait_until(self.home.server_answers, "server", START_SECONDS)

    def start_worker(self, name: str, moments: dict[Path, At]) -> None:
        """Start a worker whose flows meet `moments`, each told of by its file."""
        told = [asdict(moment) | {"file": str(file)} for file, moment in moments.items()]
        faults = {"CUSTODY_FAULTS": json.dumps(told), "PYTHONPATH": f"{INSIDE}:{ROOT}"}
        self._start(name, faults, "deployments.cli", "worker", "--name", name, "--limit", "4")

    def _start(self, name: str, more: dict[str, str], *command: str) -> None:
        supervisor = Supervisor(self.environment() | more, self.home.root / "logs")
        supervisor.start(name, *python("-m", *command))
        self._parts[name] = supervisor

    def environment(self) -> dict[str, str]:
        """What its parts are started with: the settings as variables, and what they need to know of Prefect."""
        told = self.home.settings.model_dump(include=self.home.settings.model_fields_set, mode="json")
        settings = {
            f"CUSTODY_{name.upper()}": one if isinstance(one, str) else json.dumps(one) for name, one in told.items()
        }
        return settings | self.home.prefect_environment()

    def kill(self, name: str, *, alone: bool = False) -> None:
        """kill -9 of a part with all the processes below it; `alone` leaves those."""
        [(_, child)] = self._parts.pop(name)._children
        (os.kill if alone else os.killpg)(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self) -> None:
        """Stop what still runs."""
        for supervisor in self._parts.values():
            supervisor.stop()

    def order(self, scene: Scene, **told: Any) -> Order:
        """An order for a victim that talks to this server."""
        there = {"api_url": self.home.settings.api_url, "api_login": self.home.prefect_login()}
        return Order(scene.dump, scene.name, **there, **told)

    @contextmanager
    def spoken_to(self) -> Iterator[None]:
        """Let Prefect in this process talk to this server."""
        there = {PREFECT_API_URL: self.home.settings.api_url, PREFECT_API_AUTH_STRING: self.home.prefect_login()}
        with temporary_settings(there):
            yield
            EventsWorker.drain_all(timeout=20)  # while there is somebody to tell: it would wait for long otherwise

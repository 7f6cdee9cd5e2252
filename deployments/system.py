"""What `custody up` starts, in order: Prefect server, blocks, deployments, automations, worker, pages, watch."""

from __future__ import annotations

import urllib.error
import urllib.request
from importlib.resources import files
from pathlib import Path

from deployments.home import Home
from deployments.server import START_SECONDS, start_server
from deployments.supervisor import Supervisor, python

POOL = "custody"


def start_system(home: Home, supervisor: Supervisor) -> None:
    """Start everything and return once it answers. Raises `Unavailable` naming the part that does not."""
    settings = home.settings
    start_server(home, supervisor)
    if supervisor.stopping:
        return
    _deploy(home)
    supervisor.start("worker", *python("-m", "deployments.cli", "worker", "--name", "this-machine"))
    supervisor.start(
        "pages",
        *python("-m", "uvicorn", "--factory", "deployments.pages:app", "--no-access-log"),
        "--host",
        settings.host,
        "--port",
        str(settings.pages_port),
    )
    supervisor.wait_until(lambda: answers(f"{settings.listening_url}/health"), "pages", START_SECONDS)
    roots = map(str, settings.dock_roots)
    supervisor.start(
        "watch", *python("-m", "deployments.cli", "dock", "watch", *roots, "--spool", str(settings.spool / "ready"))
    )


def _deploy(home: Home) -> None:
    """Blocks, work pool, the deployments of prefect.yaml, automations. Imports Prefect, which must find its server
    set."""
    from deployments.automations import apply
    from deployments.bootstrap import register, register_archive, register_watch
    from deployments.prefect_yaml import deploy_all

    register(home)
    register_watch(home)
    register_archive(home)
    deploy_all(prefect_yaml(), POOL)
    apply(home)


def prefect_yaml() -> Path:
    """prefect.yaml of the checkout, or the copy that the wheel carries."""
    packaged = Path(str(files("deployments"))) / "prefect.yaml"
    return packaged if packaged.exists() else packaged.parent.parent / "prefect.yaml"


def answers(url: str) -> bool:
    """Whether something answers 200 there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False

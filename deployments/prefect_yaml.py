"""Apply prefect.yaml: the work pool first, then every deployment in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deployments.supervisor import python
from regulation.errors import ConfigurationError


def deploy_all(file: Path, pool: str) -> None:
    """Create or update everything that `file` names. Raises `ConfigurationError` with Prefect's own words."""
    _prefect(file.parent, "work-pool", "create", pool, "--type", "process", "--overwrite")
    _prefect(file.parent, "--no-prompt", "deploy", "--all", "--prefect-file", str(file))


def _prefect(folder: Path, *arguments: str) -> None:
    told = subprocess.run(python("-m", "prefect", *arguments), cwd=folder, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise ConfigurationError((told.stderr or told.stdout).strip()[-1000:], subject="prefect.yaml")

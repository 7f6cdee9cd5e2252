"""Imports run downwards only; the contracts of pyproject.toml are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_import_contract_is_kept() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout

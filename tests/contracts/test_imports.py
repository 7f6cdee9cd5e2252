"""Each of the registry's transitions can be the first that is imported: which is, is up to whoever imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
EACH_FIRST = """
import importlib, os, sys
import registry.tables
for name in sys.argv[1:]:
    if not os.fork():
        try:
            importlib.import_module(name)
        except BaseException as refused:
            print(f"{name}: {refused!r}", flush=True)
        os._exit(0)
    os.wait()
"""


def test_every_transition_can_be_imported_first() -> None:
    paths = [one.relative_to(HOUSE).with_suffix("") for one in sorted((HOUSE / "registry/transitions").rglob("*.py"))]
    names = [".".join(one.parts).removesuffix(".__init__") for one in paths]
    told = subprocess.run([sys.executable, "-c", EACH_FIRST, *names], cwd=HOUSE, capture_output=True, text=True)
    assert (told.returncode, told.stdout) == (0, ""), told.stderr

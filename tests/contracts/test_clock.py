"""Time is passed in: nothing below the flows and the desk reads the clock, but the one clock there is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("regulation", "registry", "blocks", "tasks")
CLOCK = ROOT / "blocks" / "clock.py"
MODULES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if path != CLOCK]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_asks_what_time_it_is(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("now", "utcnow", "today") or _is_passed_in(node), f"line {node.lineno}"


def _is_passed_in(call: ast.Call) -> bool:
    """`work.now()`, `case.now()` and `self.now()` are the clock that was passed in, `work.today()` its date."""
    assert isinstance(call.func, ast.Attribute)
    return isinstance(call.func.value, ast.Name) and call.func.value.id in ("work", "self", "desk", "case")

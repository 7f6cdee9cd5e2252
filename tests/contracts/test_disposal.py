"""Only the disposal task lets go of an original (Art. 18): nothing else in the house so much as names the act."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("regulation", "registry", "tasks", "flows", "desk", "deployments")
ALLOWED = ROOT / "tasks" / "disposal"
ACT = "destroy"


def acts(source: str) -> list[int]:
    """Lines on which an object's `destroy` is called, or taken to be called elsewhere."""
    return [node.lineno for node in ast.walk(ast.parse(source)) if _names_the_act(node)]


def _names_the_act(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == ACT
    return isinstance(node, ast.Call) and any(isinstance(one, ast.Constant) and one.value == ACT for one in node.args)


def test_nobody_but_the_disposal_task_destroys() -> None:
    modules = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules
        if ALLOWED not in path.parents
        for line in acts(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "archive.vault.destroy(keys, at)",
        "let_go = vault.destroy",
        "getattr(vault, 'destroy')(keys, at)",
        "operator.methodcaller('destroy', keys, at)(vault)",
    ],
)
def test_every_way_to_name_it_is_seen(source: str) -> None:
    assert acts(f"import operator\n{source}") == [2]


def test_a_word_alone_is_no_act() -> None:
    assert acts("def destroy() -> None: ...\nWORDS = ['destroy']\ndestroy()") == []

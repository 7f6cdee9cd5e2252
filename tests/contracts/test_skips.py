"""What is missing is a failure in CI: nothing in the suite skips but through the one helper that says so."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.fixtures.parts import missing

TESTS = Path(__file__).parents[1]
HELPER = TESTS / "fixtures" / "parts.py"
SKIPS = {"skip", "skipif", "importorskip", "xfail", "skipTest", "SkipTest"}


def skips(source: str) -> list[int]:
    """Lines on which something is skipped, or may be."""
    names = (node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Attribute, ast.Name)))
    return [one.lineno for one in names if (one.attr if isinstance(one, ast.Attribute) else one.id) in SKIPS]


def test_only_the_helper_skips() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in (HELPER, Path(__file__))
        for line in skips(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    assert len(skips(HELPER.read_text(encoding="utf-8"))) == 1


@pytest.mark.parametrize(
    "source", ["pytest.skip('x')", "@pytest.mark.skipif(a)\ndef f(): ...", "from pytest import skip\nskip()"]
)
def test_skips_are_seen(source: str) -> None:
    assert skips(source)


@pytest.mark.parametrize(
    ("ci", "expected"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception), (None, pytest.skip.Exception)]
)
def test_a_missing_part_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str | None, expected: type[BaseException]
) -> None:
    if ci is None:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", ci)
    with pytest.raises(expected, match="no such part"):
        missing("no such part")

"""The glossary names things by what they are called in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["regulation", "registry", "blocks", "tasks", "flows", "deployments"]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "---" not in line and not line.startswith("| English")
]


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every word of the code."""
    sources = (path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    return {word for source in sources for word in re.findall(r"\w+", source)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_whole_and_its_names_are_in_the_code(row: list[str], words: set[str]) -> None:
    english, chinese, code, means = row
    assert english and not chinese.isascii() and means.endswith(".")
    names = re.findall(r"`([^`]+)`", code)
    assert names or code == "–"
    assert not {part for name in names for part in re.findall(r"\w+", name)} - words


def test_a_word_is_explained_once() -> None:
    english = [row[0] for row in ROWS]
    assert len(english) == len(set(english))

"""Names that devices gave their files, on paper (Art. 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from blocks.typesetter import spelled
from regulation.statement import Statement


def with_spelled_names(statement: Statement, fonts: Sequence[Path]) -> Statement:
    """The same with those characters of the names that no face has as their code points; the statement's JSON has the
    names as they are."""
    recordings = (
        one if one.shown_name is None else replace(one, shown_name=spelled(one.shown_name, fonts))
        for one in statement.recordings
    )
    return replace(statement, recordings=tuple(recordings))

"""Every demand of the 24 articles, with what this software makes of it.

The Chinese text is the authority; the paraphrases are ours. `docs/reference/articles.md` is generated from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulation.clauses import general, information, interruption, supervision, use
from regulation.clauses.clause import Clause, Status

__all__ = ["CLAUSES", "TITLES", "Clause", "Status", "article", "clause"]

TITLES: Mapping[int, str] = MappingProxyType(
    {
        1: "Purpose",
        2: "Recorders and parties",
        3: "Equipment",
        4: "Principles",
        5: "Training and responsibility",
        6: "Carrying, using, keeping; administrators",
        7: "Checks before use; originals; picture quality",
        8: "Wearing",
        9: "Activities to be recorded in full",
        10: "Uninterrupted",
        11: "What to capture",
        12: "Grounds to stop recording",
        13: "Interruptions",
        14: "Rules of each body",
        15: "Filing",
        16: "Storing within 24 hours",
        17: "Access",
        18: "Retention",
        19: "Evidence",
        20: "Spot checks",
        21: "Forbidden acts",
        22: "Enforcement faults",
        23: "Superiors' rules",
        24: "Entry into force",
    }
)
"""What each article is about, in our words; the regulation itself has no titles."""

CLAUSES: tuple[Clause, ...] = (
    *general.CLAUSES,
    *use.CLAUSES,
    *interruption.CLAUSES,
    *information.CLAUSES,
    *supervision.CLAUSES,
)
"""All demands in the order of the text."""

_BY_ID = {one.id: one for one in CLAUSES}


def clause(clause_id: str) -> Clause:
    """The demand with this id, such as ``12(4)`` or ``16-1b``. Raises `KeyError` where there is none."""
    return _BY_ID[clause_id]


def article(number: int) -> tuple[Clause, ...]:
    """All demands of one article, in the order of the text. Raises `KeyError` outside 1 to 24."""
    if number not in TITLES:
        raise KeyError(number)
    return tuple(one for one in CLAUSES if one.article == number)

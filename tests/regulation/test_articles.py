"""Ids and citations of clauses."""

from __future__ import annotations

import pytest

from regulation.articles import Clause, Status, article, clause


@pytest.mark.parametrize(
    ("clause_id", "number", "paragraph", "item", "citation"),
    [
        ("1", 1, None, None, "Art. 1"),
        ("12(4)", 12, None, 4, "Art. 12(4)"),
        ("16-1b", 16, 1, None, "Art. 16 para. 1"),
        ("4d", 4, None, None, "Art. 4"),
        ("12-2", 12, 2, None, "Art. 12 para. 2"),
    ],
)
def test_an_id_says_where_the_demand_stands(
    clause_id: str, number: int, paragraph: int | None, item: int | None, citation: str
) -> None:
    one = clause(clause_id)
    assert (one.article, one.paragraph, one.item, one.citation) == (number, paragraph, item, citation)


@pytest.mark.parametrize("clause_id", ["", "0", "Art. 4", "12(0)", "12(10)", "12-2(3)", "16-1B", "4dd", "123"])
def test_an_id_of_another_form_is_refused(clause_id: str) -> None:
    with pytest.raises(ValueError, match="no clause's id"):
        Clause(clause_id, "", "", Status.PLANNED, "")


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(KeyError):
        clause("12(8)")
    for number in (0, 25):
        with pytest.raises(KeyError):
            article(number)

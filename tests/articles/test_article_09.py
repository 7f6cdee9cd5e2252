"""Art. 9: seven kinds of activity are recorded in full."""

from __future__ import annotations

from regulation.articles import article, clause
from regulation.vocabulary import ActivityKind


def test_the_kinds_are_the_articles_seven_items_in_its_order() -> None:
    assert [kind.value for kind in ActivityKind] == [f"9({number})" for number in range(1, 8)]
    assert [one.id for one in article(9) if one.item] == [kind.value for kind in ActivityKind]


def test_a_kind_leads_to_its_item() -> None:
    assert clause(ActivityKind.SERVICE_OF_DOCUMENTS).term == "送达法律文书"
    assert clause(ActivityKind.SERVICE_OF_DOCUMENTS).citation == "Art. 9(6)"

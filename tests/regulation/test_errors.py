"""Every refusal can explain itself to a person."""

from __future__ import annotations

import pytest

from regulation.errors import ActionDenied, ConfigurationError, CustodyError, FixityError, Unavailable


@pytest.mark.parametrize("family", [ActionDenied, FixityError, Unavailable, ConfigurationError])
def test_a_refusal_tells_what_where_and_which_article(family: type[CustodyError]) -> None:
    error = family("It is sealed.", article="Art. 16", subject="DS-1")
    assert str(error) == "DS-1: It is sealed. (Art. 16)"
    assert error.diagnostics() == {
        "kind": family.__name__,
        "message": "It is sealed.",
        "subject": "DS-1",
        "article": "Art. 16",
    }


def test_what_is_not_known_is_left_out() -> None:
    assert str(Unavailable("No answer.")) == "No answer."
    assert Unavailable("No answer.").diagnostics() == {"kind": "Unavailable", "message": "No answer."}

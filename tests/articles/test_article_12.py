"""Art. 12: on seven grounds recording may stop; a work record says why, and the principal leader reviews it."""

from __future__ import annotations

import pytest

from regulation.errors import ActionDenied
from regulation.unrecorded import WITH_STATEMENT, ExemptionGround, Review
from regulation.vocabulary import Role
from tests.articles.test_article_13 import converted, stated
from tests.fixtures.unrecorded import Silence


def test_12_1_there_are_seven_grounds() -> None:
    assert [one.value for one in ExemptionGround] == [f"12({number})" for number in range(1, 8)]


def test_12_2_on_two_of_them_a_signed_statement_can_be_asked_for(silence: Silence) -> None:
    assert {"12(1)", "12(4)"} == WITH_STATEMENT
    silence.review(silence.exempt(ground=ExemptionGround.ON_REQUEST, document="证人签名的说明"))
    silence.review(silence.exempt(ground=ExemptionGround.SECRECY))
    _, draft = converted(silence)
    assert [one.document for one in stated(silence, draft).exemptions] == ["证人签名的说明", None], "it can, not must"


def test_12_3a_the_work_record_says_reason_and_basis(silence: Silence) -> None:
    for ground in ExemptionGround:
        with pytest.raises(ActionDenied, match="Say it in"):
            silence.exempt(ground=ground, reason="")
        silence.exempt(ground=ground, reason=f"依据 {ground}")
    assert [one.reason for one in silence.exemptions()] == [f"依据 {ground}" for ground in ExemptionGround]


def test_12_3b_it_counts_once_the_principal_leader_has_approved_it(silence: Silence) -> None:
    _, draft = converted(silence)
    refused, approved = silence.exempt(), silence.exempt(ground=ExemptionGround.NATURE, reason="暴雨")
    assert stated(silence, draft).exemptions == ()
    silence.review(refused, review=Review.REFUSED)
    silence.review(approved)
    (said,) = stated(silence, draft).exemptions
    assert (said.activity_number, said.clause, said.reason) == ("xf-1", "12(5)", "暴雨")
    assert said.entered_by is not None
    assert said.approved_by is not None
    assert (said.entered_by.number, said.approved_by.number, said.role) == ("A1", "L3", Role.PRINCIPAL_LEADER)


def test_12_3c_it_is_kept_whatever_was_said_of_it(silence: Silence) -> None:
    silence.review(silence.exempt(), review=Review.REFUSED)
    assert len(silence.exemptions()) == 1
    assert silence.problems() == []

"""A leader's answer: once, by who holds the seat then, no more than was asked; or a question first (Art. 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from registry.queries import access as access_queries
from registry.tables import AccessQuestion, Verdict
from registry.transitions import access
from registry.transitions.access import Answer
from registry.transitions.duties import Rules
from regulation.access import Stage
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied, Range
from regulation.errors import ActionDenied, ConfigurationError
from regulation.policy import CITY_POLICY, Policy
from regulation.vocabulary import Marking, Role
from tests.fixtures.access import WEEK, WHOLE, Access, terms
from tests.fixtures.custody import CITY_RULES, MORNING

HOUR = timedelta(hours=1)
LETTER = "示例函〔2026〕1号"


def test_nobody_decides_twice(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    step = access_city.open_steps(request)[0].id
    access_city.decide(request, "L2")
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="not open"):
        access.decide_step(act, step, access_city.person("L2"), Answer("再来"), CITY_RULES)


def test_nobody_decides_but_the_seat(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    entries = access_city.city.entries()
    for by in ("A1", "A2", "A3", "L1", "L3", "C1", "S1", "J2", "J3"):
        with pytest.raises(ActionDenied, match="not yours"):
            access_city.decide(request, by)
        with pytest.raises(ActionDenied, match="not yours"):
            access_city.send_back(request, by)
    assert (access_city.state(request), access_city.city.entries()) == (RequestState.PENDING, entries)


def test_what_is_not_there_or_not_asked_yet_is_not_decided(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    approval = access_city.steps(request)[1]
    assert (approval.stage, approval.opened_at) == (Stage.APPROVAL, None)
    with access_city.city.act() as act:
        with pytest.raises(ActionDenied, match="not open"):
            access.decide_step(act, approval.id, access_city.person("L2"), Answer("同意"), CITY_RULES)
        with pytest.raises(ActionDenied, match="no such step"):
            access.decide_step(act, uuid4(), access_city.person("L2"), Answer("同意"), CITY_RULES)


def test_a_decision_names_role_seats_passed_over_and_policy(access_city: Access) -> None:
    access_city.city.wait(hours=2)
    request = access_city.ask("L2", "video")
    access_city.decide(request, "L3", Answer(" 王某案需要 "))
    [made] = access_city.decisions()
    assert (made.person_id, made.role, made.verdict) == (
        access_city.person("L3"),
        Role.PRINCIPAL_LEADER,
        Verdict.APPROVED,
    )
    assert made.passed == [["supervising-leader", "own-request"]]
    assert (made.reason, made.at, made.policy_version) == ("王某案需要", MORNING + 2 * HOUR, CITY_POLICY.version)
    [facts] = access_city.facts(request, "access.decided")
    assert (facts["role"], facts["passed"], facts["policy"]) == (made.role.value, made.passed, made.policy_version)
    assert (facts["person_id"], facts["verdict"], len(facts["reason_sha256"])) == (
        str(made.person_id),
        "approved",
        64,
    )
    assert "王某" not in str(facts)


def test_a_vacant_seat_is_named_as_passed_over(access_city: Access) -> None:
    access_city.leave("C1", "xf")
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    assert access_city.asked(request) == {"L3"}
    access_city.decide(request, "L3")
    access_city.decide(request, "L2")
    review, approval = access_city.decisions()
    if review.role is Role.SUPERVISING_LEADER:
        review, approval = approval, review
    assert (review.role, review.passed) == (Role.PRINCIPAL_LEADER, [["confidentiality-reviewer", "vacant"]])
    assert (approval.role, approval.passed) == (Role.SUPERVISING_LEADER, [])


def test_where_nobody_can_decide_it_waits(access_city: Access) -> None:
    for who, unit in (("L2", "xf"), ("L3", "xf"), ("S1", "city")):
        access_city.leave(who, unit)
    request = access_city.ask("A1", "video")
    assert (access_city.asked(request), access_city.told()) == (set(), [])
    access_city.city.wait(days=3)
    assert access_city.end() == 0
    assert access_city.state(request) is RequestState.PENDING


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2001])
@pytest.mark.parametrize("is_denied", [True, False])
def test_without_a_reason_nothing_is_decided(access_city: Access, reason: str, is_denied: bool) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(FieldDenied) as refused:
        access_city.decide(request, "L2", Answer(reason, is_denied))
    assert (refused.value.field, access_city.decisions()) == ("reason", [])


def test_while_the_policy_is_not_sound_nothing_is_decided(access_city: Access) -> None:
    def unsound(_unit: UUID) -> Policy:
        raise ConfigurationError("Not sound.", subject="xf.toml", article="Art. 23")

    request = access_city.ask("A1", "video")
    [step] = access_city.open_steps(request)
    rules = Rules(unsound, CITY_RULES.is_working_day)
    with pytest.raises(ConfigurationError), access_city.city.act() as act:
        access.decide_step(act, step.id, access_city.person("L2"), Answer("同意"), rules)
    assert (access_city.decisions(), access_city.grant(request)) == ([], None)


# Less than was asked


def test_less_time_fewer_looks_and_only_a_part_is_a_part(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo", asked=terms(views=9, copies=2))
    given = replace(terms(MORNING + HOUR, 5 * HOUR), views=2, copies=1)
    part = {access_city.item(request, "video"): Range(10, 20)}
    access_city.decide(request, "L2", Answer("仅限该段", terms=given, parts=part))
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    assert access_city.granted(request) == {access_city.recordings["video"]: Range(10, 20)}
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.valid_from, grant.valid_until, grant.views, grant.copies) == (
        given.valid_from,
        given.valid_until,
        2,
        1,
    )
    assert access_city.request(request).next_at == given.valid_until
    assert [one.verdict for one in access_city.decisions()] == [Verdict.PARTLY]


def test_more_than_was_asked_is_refused(access_city: Access) -> None:
    request = access_city.ask("A1", parts={"video": Range(5, 20), "photo": WHOLE})
    other = access_city.ask("A2", "photo")
    video = access_city.item(request, "video")
    for part in (WHOLE, Range(4, 20), Range(5, 21), Range(5)):
        with pytest.raises(FieldDenied, match="more than was asked"):
            access_city.decide(request, "L2", Answer("同意", parts={video: part}))
    with pytest.raises(FieldDenied, match="more than was asked"):
        access_city.decide(request, "L2", Answer("同意", parts={access_city.item(other, "photo"): WHOLE}))
    with pytest.raises(FieldDenied, match="at least one"):
        access_city.decide(request, "L2", Answer("同意", parts={}))
    with pytest.raises(FieldDenied, match="no later"):
        access_city.decide(request, "L2", Answer("同意", terms=terms(lasts=WEEK + HOUR)))
    with pytest.raises(FieldDenied, match="1 to 3"):
        access_city.decide(request, "L2", Answer("同意", terms=terms(views=4)))
    assert access_city.decisions() == []


@pytest.mark.parametrize("part", [Range(9, 9), Range(9, 8), Range(float("nan")), Range(0, float("nan"))])
def test_a_part_that_is_none_is_not_given(access_city: Access, part: Range) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(FieldDenied):
        access_city.decide(request, "L2", Answer("同意", parts={access_city.item(request, "video"): part}))
    assert access_city.decisions() == []


def test_of_several_who_give_the_narrowest_counts_and_who_gave_nothing_of_it_does_not(access_city: Access) -> None:
    access_city.mark("other", "B1")
    request = access_city.ask("A1", "video", "other", document=LETTER, asked=terms(views=9, copies=3))
    first = access_city.steps(request)[0]
    assert (first.stage, first.unit_id) == (Stage.REVIEW, access_city.city.unit_id("jt"))
    access_city.decide(request, "J3", Answer("可看", terms=terms(views=1)))  # jt has no reviewer: the principal leader
    place = access_city.place(request, "xf")
    access_city.decide(request, "L2", Answer("同意", terms=terms(views=5, copies=2)), place)
    access_city.decide(request, "J3", Answer("不同意", is_denied=True))
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.views, grant.copies) == (5, 2)
    assert set(access_city.granted(request)) == {access_city.recordings["video"]}


def test_two_units_give_together_what_both_allow(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    place = access_city.place(request, "xf")
    access_city.decide(request, "L2", Answer("同意", terms=terms(lasts=3 * HOUR)), place)
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.IN_REVIEW, None)
    access_city.decide(request, "J3", Answer("同意", terms=terms(MORNING + HOUR, WEEK - HOUR, views=2)))
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.valid_from, grant.valid_until, grant.views) == (MORNING + HOUR, MORNING + 3 * HOUR, 2)


def test_given_for_times_that_do_not_meet_is_over_before_it_begins(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    place = access_city.place(request, "xf")
    access_city.decide(request, "L2", Answer("同意", terms=terms(lasts=HOUR)), place)
    access_city.decide(request, "J3", Answer("同意", terms=terms(MORNING + HOUR, HOUR)))
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.EXPIRED, None)


# Reviews


def test_the_reviewer_may_say_that_copies_are_given(access_city: Access) -> None:
    access_city.mark("video")
    asked = terms(copies=2)
    request = access_city.ask("A1", "video", asked=asked)
    access_city.decide(request, "C1", Answer("已打码，可复制", terms=asked))
    access_city.decide(request, "L2")
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.copies, access_city.state(request)) == (2, RequestState.APPROVED)


def test_what_a_review_denies_the_leader_is_not_asked(access_city: Access) -> None:
    access_city.mark("video", marking=Marking.STATE_SECRET)
    request = access_city.ask("A1", "video")
    access_city.decide(request, "C1", Answer("涉密", is_denied=True))
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.DENIED, None)
    assert [(one.opened_at, one.closed_at) for one in access_city.steps(request)] == [
        (MORNING, MORNING),
        (None, MORNING),
    ]
    assert ("L2", "decide") not in access_city.told()
    assert access_city.facts(request, "access.denied") == [{"round": 1}]


def test_what_a_review_denies_of_several_the_leader_cannot_give(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video", "photo")
    access_city.decide(request, "C1", Answer("不宜", is_denied=True))
    access_city.decide(request, "L2")
    assert set(access_city.granted(request)) == {access_city.recordings["photo"]}


def test_what_is_no_longer_there_is_not_granted(access_city: Access) -> None:
    request, partly = access_city.ask("A1", "video"), access_city.ask("A1", "video", "photo")
    access_city.lose("video")
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.UNAVAILABLE
    assert access_city.facts(request, "access.lost") == [{"round": 1}]
    access_city.decide(partly, "L2")
    assert access_city.state(partly) is RequestState.PARTLY_APPROVED
    assert set(access_city.granted(partly)) == {access_city.recordings["photo"]}


# Sent back with a question


def test_sent_back_it_is_the_requesters_again_and_every_step_is_asked_anew(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    old = access_city.steps(request)
    access_city.decide(request, "J3", step=access_city.place(request, "jt"))
    access_city.send_back(request, "L2", " 王某是谁？ ")
    assert (access_city.state(request), access_city.open_steps(request)) == (RequestState.DRAFT, [])
    assert ("A1", "outcome") in access_city.told()
    assert "王某" not in str(access_city.facts(request, "access.sent-back"))

    with pytest.raises(FieldDenied) as refused:
        access_city.submit(request, "A1")
    assert refused.value.field == "answer"
    access_city.city.wait(hours=1)
    access_city.submit(request, "A1", " 当事人 ")
    with access_city.city.registry.reading() as reading:
        [question] = reading.exec(select(AccessQuestion))
    assert (question.text, question.answer, question.answered_at) == ("王某是谁？", "当事人", MORNING + HOUR)

    fresh = access_city.open_steps(request)
    assert [(one.round, one.position) for one in fresh] == [(2, 0), (2, 1)]
    for step in old:
        for by in ("L2", "J3"):
            with access_city.city.act() as act, pytest.raises(ActionDenied, match="not open"):
                access.decide_step(act, step.id, access_city.person(by), Answer("同意"), CITY_RULES)
            with access_city.city.act() as act, pytest.raises(ActionDenied, match="not open"):
                access.send_back(act, step.id, access_city.person(by), "再问")
    assert access_city.grant(request) is None


def test_what_was_denied_in_one_round_may_be_given_in_the_next(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    place = access_city.place(request, "xf")
    access_city.decide(request, "L2", Answer("不同意", is_denied=True), place)
    access_city.send_back(request, "J3")
    access_city.submit(request, "A1", "说明")
    place = access_city.place(request, "xf")
    access_city.decide(request, "L2", step=place)
    access_city.decide(request, "J3")
    assert access_city.state(request) is RequestState.APPROVED


def test_an_answer_where_nothing_was_asked_is_no_matter(access_city: Access) -> None:
    draft = access_city.draft("A1", "video")
    access_city.submit(draft, "A1", "没有人问")
    assert access_city.state(draft) is RequestState.PENDING


@pytest.mark.parametrize("question", ["", "x" * 2001])
def test_a_question_is_one(access_city: Access, question: str) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(FieldDenied):
        access_city.send_back(request, "L2", question)
    assert access_city.state(request) is RequestState.PENDING


def test_a_unit_above_the_units_stands_for_itself(access_city: Access) -> None:
    city = access_city.city.unit_id("city")
    with access_city.city.registry.reading() as reading:
        assert access_queries.authority_of(reading, city) == city
        assert access_queries.authority_of(reading, access_city.city.unit_id("xfa")) == access_city.city.unit_id("xf")

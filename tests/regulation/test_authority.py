"""Roles at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from regulation.authority import (
    DutyQuestion,
    Holding,
    can_confirm_arrival,
    can_excuse_duty,
    can_report_return,
    check_confirm_arrival,
    check_excuse_duty,
    check_report_return,
    holds,
)
from regulation.duties import RULES, DutyKind
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

PERSON, UNIT = uuid4(), uuid4()
FROM = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_role_without_an_end_is_still_held() -> None:
    holding = Holding(PERSON, UNIT, Role.DEPARTMENT_HEAD, False, FROM, None)
    assert holds(Role.DEPARTMENT_HEAD, [holding], PERSON, [UNIT], FROM + timedelta(days=9_999))
    assert not holds(Role.DEPARTMENT_HEAD, [holding], uuid4(), [UNIT], FROM)
    assert not holds(Role.DEPARTMENT_HEAD, [holding], PERSON, [], FROM)


def test_moments_are_compared_as_moments_whatever_their_zones() -> None:
    holding = Holding(PERSON, UNIT, Role.OFFICER, False, FROM, FROM + timedelta(hours=1))
    shanghai = ZoneInfo("Asia/Shanghai")
    assert holds(Role.OFFICER, [holding], PERSON, {UNIT}, datetime(2026, 1, 1, 8, 30, tzinfo=shanghai))
    assert not holds(Role.OFFICER, [holding], PERSON, {UNIT}, datetime(2026, 1, 1, 0, 30, tzinfo=shanghai))


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        holds(Role.OFFICER, [], PERSON, [UNIT], datetime(2026, 1, 1))


# Who may excuse or pause a duty

DEPARTMENT, CITY, ELSEWHERE = uuid4(), uuid4(), uuid4()
CHAIN = (DEPARTMENT, UNIT, CITY)
OFFICER, HEAD, LEADER, PRINCIPAL, SUPERVISOR, ADMINISTRATOR = (uuid4() for _ in range(6))
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def held(
    person: UUID, role: Role, unit: UUID = UNIT, *, acting: bool = False, until: datetime | None = None
) -> Holding:
    return Holding(person, unit, role, acting, FROM, until)


HOLDINGS = [
    held(OFFICER, Role.OFFICER, DEPARTMENT),
    held(ADMINISTRATOR, Role.DEVICE_ADMINISTRATOR),
    held(HEAD, Role.DEPARTMENT_HEAD, DEPARTMENT),
    held(LEADER, Role.SUPERVISING_LEADER),
    held(PRINCIPAL, Role.PRINCIPAL_LEADER),
    held(SUPERVISOR, Role.SUPERVISOR, CITY),
]
EVERYONE = [OFFICER, ADMINISTRATOR, HEAD, LEADER, PRINCIPAL, SUPERVISOR]


def may(owed_by: UUID | None, *more: Holding, kind: DutyKind = DutyKind.UPLOAD) -> list[UUID]:
    """Who of everyone may excuse what `owed_by` owes."""
    question = DutyQuestion(kind, owed_by, CHAIN)
    return [one for one in EVERYONE if can_excuse_duty(one, question, [*HOLDINGS, *more], NOW)]


@pytest.mark.parametrize(
    ("owed_by", "allowed"),
    [
        (OFFICER, [HEAD, LEADER, PRINCIPAL]),
        (None, [HEAD, LEADER, PRINCIPAL]),
        (ADMINISTRATOR, [HEAD, LEADER, PRINCIPAL]),
        (HEAD, [LEADER, PRINCIPAL]),
        (LEADER, [PRINCIPAL]),
        (PRINCIPAL, [SUPERVISOR]),
        (SUPERVISOR, [HEAD, LEADER, PRINCIPAL]),
    ],
)
def test_who_may_excuse_what_whom_owes(owed_by: UUID | None, allowed: list[UUID]) -> None:
    assert may(owed_by) == allowed


def test_an_acting_head_may_while_it_lasts_and_only_in_the_units_above_the_duty() -> None:
    acting = held(ADMINISTRATOR, Role.DEPARTMENT_HEAD, acting=True, until=NOW + timedelta(hours=1))
    assert ADMINISTRATOR in may(OFFICER, acting)
    ended = held(ADMINISTRATOR, Role.DEPARTMENT_HEAD, acting=True, until=NOW)
    assert ADMINISTRATOR not in may(OFFICER, ended)
    assert ADMINISTRATOR not in may(OFFICER, held(ADMINISTRATOR, Role.DEPARTMENT_HEAD, ELSEWHERE))


def test_a_second_head_may_not_excuse_the_first() -> None:
    assert ADMINISTRATOR not in may(HEAD, held(ADMINISTRATOR, Role.DEPARTMENT_HEAD, acting=True))


@pytest.mark.parametrize("owed_by", [HEAD, LEADER, PRINCIPAL])
def test_nobody_excuses_their_own_whatever_else_they_hold(owed_by: UUID) -> None:
    everything = [held(owed_by, role, unit) for role in Role for unit in CHAIN]
    assert may(owed_by, *everything) == [SUPERVISOR]


def test_what_an_office_owes_nobody_who_holds_it_may_excuse() -> None:
    acting = held(HEAD, Role.DEVICE_ADMINISTRATOR, acting=True)
    assert may(None, acting, kind=DutyKind.DEVICE_RECALL) == [LEADER, PRINCIPAL]
    assert may(None, kind=DutyKind.DEVICE_RECALL) == [HEAD, LEADER, PRINCIPAL]


@pytest.mark.parametrize("kind", list(DutyKind))
def test_a_refusal_names_the_article_of_the_duty(kind: DutyKind) -> None:
    question = DutyQuestion(kind, OFFICER, CHAIN)
    check_excuse_duty(HEAD, question, HOLDINGS, NOW)
    with pytest.raises(ActionDenied, match="nobody their own") as told:
        check_excuse_duty(OFFICER, question, HOLDINGS, NOW)
    assert (told.value.article, told.value.subject) == (RULES[kind].article, str(OFFICER))


# Who may confirm what came over the air


@pytest.mark.parametrize(
    ("person", "officers", "allowed"),
    [(OFFICER, [OFFICER], True), (OFFICER, [], False), (ADMINISTRATOR, [], True), (HEAD, [OFFICER], False)],
)
def test_who_may_confirm_an_arrival(person: UUID, officers: list[UUID], allowed: bool) -> None:
    assert can_confirm_arrival(person, officers, CHAIN, HOLDINGS, NOW) is allowed
    if allowed:
        check_confirm_arrival(person, officers, CHAIN, HOLDINGS, NOW)
        return
    with pytest.raises(ActionDenied) as told:
        check_confirm_arrival(person, officers, CHAIN, HOLDINGS, NOW)
    assert (told.value.article, told.value.subject) == ("Art. 16", str(person))


# Who may report a return to the unit


@pytest.mark.parametrize(
    ("person", "officers", "allowed"),
    [
        (OFFICER, [OFFICER], True),
        (OFFICER, [], False),
        (ADMINISTRATOR, [OFFICER], True),
        (HEAD, [], True),
        (LEADER, [OFFICER], False),
        (PRINCIPAL, [OFFICER], False),
        (SUPERVISOR, [OFFICER], False),
    ],
)
def test_who_may_report_a_return(person: UUID, officers: list[UUID], allowed: bool) -> None:
    assert can_report_return(person, officers, CHAIN, HOLDINGS, NOW) is allowed
    if allowed:
        check_report_return(person, officers, CHAIN, HOLDINGS, NOW)
        return
    with pytest.raises(ActionDenied) as told:
        check_report_return(person, officers, CHAIN, HOLDINGS, NOW)
    assert (told.value.article, told.value.subject) == ("Art. 16", str(person))

"""Who must approve that footage is seen, and who may say so (Art. 17)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.access import (
    Asking,
    Deciders,
    Footage,
    Ground,
    PassedOver,
    Stage,
    can_decide,
    check_decide,
    check_mark,
    check_revoke,
    check_unmark,
    deciders,
    ground_of,
    needs_document,
    steps_of,
)
from regulation.authority import Holding
from regulation.errors import ActionDenied
from regulation.recipients import ONE_UP
from regulation.vocabulary import Marking, Role

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEPARTMENT, UNIT, CITY, ELSEWHERE = (uuid4() for _ in range(4))
CHAIN = (DEPARTMENT, UNIT, CITY)
ASKER, ANNA, BEI, CHEN, DENG = (uuid4() for _ in range(5))
LEADER, PRINCIPAL, SUPERVISOR = Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER, Role.SUPERVISOR
REVIEWER = Role.CONFIDENTIALITY_REVIEWER
OFFICER = Asking(ASKER, UNIT)
STRANGER = Asking(ASKER, ELSEWHERE)
COURT = Asking(ASKER, UNIT, outsider=True)


def footage(unit: UUID = DEPARTMENT, authority: UUID = UNIT, *markings: Marking) -> Footage:
    return Footage(uuid4(), unit, authority, frozenset(markings))


def holding(
    person: UUID, role: Role, unit: UUID = UNIT, *, acting: bool = False, hours: tuple[float, float | None] = (-9, None)
) -> Holding:
    until = None if hours[1] is None else AT + hours[1] * HOUR
    return Holding(person, unit, role, acting, AT + hours[0] * HOUR, until)


# Which steps there are


@pytest.mark.parametrize(
    ("asking", "ground", "seat", "document"),
    [
        (OFFICER, Ground.OWN_UNIT, LEADER, False),
        (STRANGER, Ground.OTHER_UNIT, PRINCIPAL, True),
        (COURT, Ground.OUTSIDER, PRINCIPAL, True),
        (Asking(ASKER, ELSEWHERE, outsider=True), Ground.OUTSIDER, PRINCIPAL, True),
    ],
)
@pytest.mark.parametrize("markings", [(), (Marking.PRIVACY,), tuple(Marking)])
def test_whose_word_it_takes(
    asking: Asking, ground: Ground, seat: Role, document: bool, markings: tuple[Marking, ...]
) -> None:
    wanted = footage(DEPARTMENT, UNIT, *markings)
    steps = steps_of(asking, [wanted])
    assert ground_of(asking, wanted) is ground
    review = [(Stage.REVIEW, REVIEWER, Ground.MARKED)] if markings else []
    assert [(one.stage, one.role, one.ground) for one in steps] == [*review, (Stage.APPROVAL, seat, ground)]
    assert {(one.unit_id, one.item_ids) for one in steps} == {(DEPARTMENT, (wanted.item_id,))}
    assert needs_document(steps) is document


def test_the_footage_of_each_department_is_its_own_leader_s() -> None:
    here, there, marked = footage(), footage(UNIT), footage(UNIT, UNIT, Marking.TRADE_SECRET)
    other = footage(ELSEWHERE, ELSEWHERE)
    steps = steps_of(OFFICER, [here, there, marked, other])
    assert [(one.stage, one.role, one.unit_id, one.item_ids) for one in steps] == [
        (Stage.REVIEW, REVIEWER, UNIT, (marked.item_id,)),
        (Stage.APPROVAL, LEADER, DEPARTMENT, (here.item_id,)),
        (Stage.APPROVAL, LEADER, UNIT, (there.item_id, marked.item_id)),
        (Stage.APPROVAL, PRINCIPAL, ELSEWHERE, (other.item_id,)),
    ]
    assert needs_document(steps)
    assert not needs_document(steps[:3])


def test_nothing_asked_is_nothing_to_decide() -> None:
    assert steps_of(OFFICER, []) == ()
    assert not needs_document([])


all_footage = st.lists(
    st.builds(
        footage,
        st.sampled_from([DEPARTMENT, UNIT, ELSEWHERE]),
        st.sampled_from([UNIT, ELSEWHERE]),
        st.sampled_from(Marking),
    )
    | st.builds(footage, st.sampled_from([DEPARTMENT, UNIT, ELSEWHERE]), st.sampled_from([UNIT, ELSEWHERE])),
    max_size=8,
)


@given(st.sampled_from([OFFICER, STRANGER, COURT]), all_footage)
def test_every_item_is_approved_once_and_what_is_marked_is_reviewed_once_before(
    asking: Asking, wanted: list[Footage]
) -> None:
    steps = steps_of(asking, wanted)
    named = {stage: [item for one in steps if one.stage is stage for item in one.item_ids] for stage in Stage}
    assert sorted(named[Stage.APPROVAL]) == sorted(one.item_id for one in wanted)
    assert sorted(named[Stage.REVIEW]) == sorted(one.item_id for one in wanted if one.markings)
    assert [one.stage for one in steps] == sorted((one.stage for one in steps), key=list(Stage).index)
    units = {one.item_id: one.unit_id for one in wanted}
    assert all({units[item] for item in one.item_ids} == {one.unit_id} for one in steps)
    assert len({(one.stage, one.unit_id, one.ground) for one in steps}) == len(steps)


# Who decides


def found(
    role: Role, *holdings: Holding, asking: UUID = ASKER, aside: Collection[UUID] = (), gone: Collection[UUID] = ()
) -> Deciders:
    return deciders(role, asking, aside, CHAIN, holdings, AT, gone)


ALL = (
    holding(ANNA, REVIEWER),
    holding(BEI, LEADER),
    holding(CHEN, PRINCIPAL),
    holding(DENG, SUPERVISOR, CITY),
)


@pytest.mark.parametrize(("role", "person"), [(REVIEWER, ANNA), (LEADER, BEI), (PRINCIPAL, CHEN)])
def test_the_seat_decides(role: Role, person: UUID) -> None:
    assert found(role, *ALL) == Deciders((person,), role, ())


def test_the_nearest_to_the_footage_decides_and_all_who_hold_the_seat_there() -> None:
    near = holding(ANNA, LEADER, DEPARTMENT)
    assert found(LEADER, *ALL, near).people == (ANNA,)
    twice = holding(BEI, LEADER, acting=True)
    also = holding(ANNA, LEADER, acting=True)
    assert found(LEADER, *ALL, twice, also) == Deciders((BEI, ANNA), LEADER, ())
    assert found(LEADER, *ALL[2:], holding(BEI, LEADER, ELSEWHERE)).people == (CHEN,)


@pytest.mark.parametrize(
    ("hours", "holds"),
    [((-9, None), True), ((0, None), True), ((0, 1), True), ((-9, 0), False), ((1 / 3600, None), False)],
)
@pytest.mark.parametrize("acting", [True, False])
def test_an_appointment_counts_while_it_lasts(hours: tuple[float, float | None], holds: bool, acting: bool) -> None:
    result = found(LEADER, holding(BEI, LEADER, acting=acting, hours=hours), *ALL[2:])
    assert result == (
        Deciders((BEI,), LEADER, ()) if holds else Deciders((CHEN,), PRINCIPAL, ((LEADER, PassedOver.VACANT),))
    )


UPWARDS = [(REVIEWER, ANNA, PRINCIPAL, CHEN), (LEADER, BEI, PRINCIPAL, CHEN), (PRINCIPAL, CHEN, SUPERVISOR, DENG)]


@pytest.mark.parametrize(("role", "holder", "above", "person"), UPWARDS)
def test_ones_own_request_a_vacancy_and_standing_aside_go_one_role_up(
    role: Role, holder: UUID, above: Role, person: UUID
) -> None:
    up = Deciders((person,), above, ((role, PassedOver.OWN_REQUEST),))
    assert found(role, *ALL, asking=holder) == up
    without = [one for one in ALL if one.role is not role]
    assert found(role, *without) == Deciders((person,), above, ((role, PassedOver.VACANT),))
    assert found(role, *ALL, gone=[holder]) == Deciders((person,), above, ((role, PassedOver.VACANT),))
    assert found(role, *ALL, aside=[holder]) == Deciders((person,), above, ((role, PassedOver.STOOD_ASIDE),))


def test_the_peers_of_who_asks_do_not_decide_nor_does_who_acts_in_the_seat_decide_their_own() -> None:
    peer = holding(ANNA, LEADER, acting=True)
    assert found(LEADER, *ALL, peer, asking=BEI).people == (CHEN,)
    assert found(LEADER, *ALL, peer, asking=ANNA).people == (CHEN,)
    assert found(LEADER, *ALL, peer, aside=[BEI]) == Deciders((ANNA,), LEADER, ())


def test_all_the_way_up_to_nobody() -> None:
    assert found(LEADER) == Deciders(
        (), None, ((LEADER, PassedOver.VACANT), (PRINCIPAL, PassedOver.VACANT), (SUPERVISOR, PassedOver.VACANT))
    )
    everything = [holding(ASKER, role) for role in Role]
    assert found(REVIEWER, *everything) == Deciders(
        (),
        None,
        tuple((role, PassedOver.OWN_REQUEST) for role in (REVIEWER, PRINCIPAL, SUPERVISOR)),
    )


def test_each_seat_that_was_passed_says_why() -> None:
    result = found(LEADER, holding(ASKER, PRINCIPAL), holding(BEI, LEADER), ALL[3], aside=[BEI])
    assert result == Deciders(
        (DENG,), SUPERVISOR, ((LEADER, PassedOver.STOOD_ASIDE), (PRINCIPAL, PassedOver.OWN_REQUEST))
    )


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        deciders(LEADER, ASKER, (), CHAIN, ALL, AT.replace(tzinfo=None))


people = st.sampled_from([ASKER, ANNA, BEI, CHEN, DENG])
all_holdings = st.lists(
    st.builds(
        lambda person, role, unit, start, end: holding(person, role, unit, hours=(start, end)),
        people,
        st.sampled_from([REVIEWER, LEADER, PRINCIPAL, SUPERVISOR, Role.DEPARTMENT_HEAD]),
        st.sampled_from([*CHAIN, ELSEWHERE]),
        st.integers(-5, 2),
        st.none() | st.integers(-2, 5),
    ),
    max_size=12,
)


@given(st.sampled_from([REVIEWER, LEADER, PRINCIPAL]), people, st.sets(people), st.sets(people), all_holdings)
def test_who_decides_holds_a_seat_and_neither_asks_nor_stands_aside_nor_has_left(
    role: Role, asking: UUID, aside: set[UUID], gone: set[UUID], holdings: list[Holding]
) -> None:
    result = found(role, *holdings, asking=asking, aside=aside, gone=gone)
    above = [role]
    while above[-1] in ONE_UP:
        above.append(ONE_UP[above[-1]])
    passed = [seat for seat, _ in result.passed]
    assert [*passed, result.role][: len(above)] == above[: len(passed) + 1]
    assert (result.role is None) == (not result.people)
    assert len(set(result.people)) == len(result.people)
    assert not set(result.people) & ({asking} | aside | gone)
    live = {(one.person_id, one.role) for one in holdings if one.covers(AT) and one.unit_id in CHAIN}
    assert all((person, result.role) in live for person in result.people)
    for person in (ASKER, ANNA, BEI, CHEN, DENG):
        assert can_decide(person, result) is (person in result.people)


def test_who_does_not_decide_is_told_so() -> None:
    check_decide(BEI, found(LEADER, *ALL))
    with pytest.raises(ActionDenied, match=r"not yours to decide.*Art\. 17"):
        check_decide(CHEN, found(LEADER, *ALL))


# Marking and revoking

MARKERS = {Role.DEVICE_ADMINISTRATOR, Role.DEPARTMENT_HEAD, LEADER, PRINCIPAL, REVIEWER}


@pytest.mark.parametrize("role", Role)
def test_who_may_mark_lift_and_revoke(role: Role) -> None:
    assert is_allowed(check_mark, ANNA, BEI, [role]) is (role in MARKERS)
    assert is_allowed(check_mark, ANNA, None, [role]) is (role in MARKERS)
    assert is_allowed(check_unmark, [role]) is (role in {REVIEWER, PRINCIPAL})
    assert is_allowed(check_revoke, ANNA, [BEI], [role]) is (role is PRINCIPAL)


def test_who_made_it_may_mark_it_and_who_gave_it_may_take_it_back() -> None:
    assert is_allowed(check_mark, ANNA, ANNA, [])
    assert not is_allowed(check_mark, ANNA, BEI, [])
    assert not is_allowed(check_unmark, [])
    assert is_allowed(check_revoke, ANNA, [BEI, ANNA], [])
    assert not is_allowed(check_revoke, ANNA, [], [])


def is_allowed(check: object, *arguments: object) -> bool:
    assert callable(check)
    try:
        check(*arguments)
    except ActionDenied as denied:
        assert denied.article == "Art. 17"
        return False
    return True

"""Who is told: by the roles of that moment, nearest first, one role up where one is vacant (Art. 5, 6, 20)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.authority import Holding
from regulation.duties import DutyKind
from regulation.ladder import AUDIENCES, STEPS, Step
from regulation.recipients import ONE_UP, Roster, recipients
from regulation.vocabulary import Role

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEPARTMENT, UNIT, CITY, ELSEWHERE = (uuid4() for _ in range(4))
CHAIN = (DEPARTMENT, UNIT, CITY)
OFFICER, ANNA, BEI, CHEN, DENG = (uuid4() for _ in range(5))


def holding(
    person: UUID,
    role: Role,
    unit: UUID = DEPARTMENT,
    *,
    acting: bool = False,
    hours: tuple[int, int | None] = (-9, None),
) -> Holding:
    until = None if hours[1] is None else AT + hours[1] * HOUR
    return Holding(person, unit, role, acting, AT + hours[0] * HOUR, until)


def told(
    step: Step,
    *holdings: Holding,
    owed_by: UUID | None = OFFICER,
    kind: DutyKind = DutyKind.UPLOAD,
    gone: Collection[UUID] = (),
) -> list[tuple[UUID | None, Role | None, Role | None]]:
    found = recipients(kind, step, owed_by, Roster(CHAIN, holdings, AT, gone))
    return [(one.person_id, one.role, one.instead_of) for one in found]


HEAD, LEADER, PRINCIPAL = Role.DEPARTMENT_HEAD, Role.SUPERVISING_LEADER, Role.PRINCIPAL_LEADER
ADMINISTRATOR, SUPERVISOR = Role.DEVICE_ADMINISTRATOR, Role.SUPERVISOR
ALL = (
    holding(ANNA, ADMINISTRATOR),
    holding(BEI, HEAD),
    holding(CHEN, LEADER, UNIT),
    holding(DENG, PRINCIPAL, UNIT),
)


@pytest.mark.parametrize(
    ("step", "people"),
    [
        (Step.REMINDER, [(OFFICER, None, None)]),
        (Step.DUE, [(OFFICER, None, None), (ANNA, ADMINISTRATOR, None)]),
        (Step.DEPARTMENT_HEAD, [(BEI, HEAD, None)]),
        (Step.SUPERVISING_LEADER, [(CHEN, LEADER, None)]),
        (Step.PRINCIPAL_LEADER, [(DENG, PRINCIPAL, None)]),
    ],
)
def test_who_is_told_where_every_role_is_held(
    step: Step, people: list[tuple[UUID | None, Role | None, Role | None]]
) -> None:
    assert told(step, *ALL) == people


def test_a_role_is_looked_for_in_the_units_above_nearest_first() -> None:
    above, top = holding(CHEN, HEAD, UNIT), holding(DENG, HEAD, CITY)
    assert told(Step.DEPARTMENT_HEAD, top, above, holding(BEI, HEAD)) == [(BEI, HEAD, None)]
    assert told(Step.DEPARTMENT_HEAD, top, above) == [(CHEN, HEAD, None)]
    assert told(Step.DEPARTMENT_HEAD, top) == [(DENG, HEAD, None)]
    assert told(Step.DEPARTMENT_HEAD, holding(BEI, HEAD, ELSEWHERE), top) == [(DENG, HEAD, None)]


def test_everyone_who_holds_the_role_in_the_nearest_unit_is_told_acting_or_not_and_once() -> None:
    holdings = [holding(ANNA, HEAD), holding(BEI, HEAD, acting=True), holding(ANNA, HEAD, acting=True)]
    assert told(Step.DEPARTMENT_HEAD, *holdings, holding(DENG, HEAD, UNIT)) == [(ANNA, HEAD, None), (BEI, HEAD, None)]


@pytest.mark.parametrize(
    ("hours", "held"), [((-9, None), True), ((0, None), True), ((1, None), False), ((-9, 0), False), ((-9, 1), True)]
)
@pytest.mark.parametrize("acting", [True, False])
def test_only_who_holds_the_role_at_that_moment(hours: tuple[int, int | None], held: bool, acting: bool) -> None:
    """An acting appointment that ended at this very moment counts no more: the head's place is vacant again."""
    found = told(Step.DEPARTMENT_HEAD, holding(BEI, HEAD, acting=acting, hours=hours), holding(CHEN, LEADER, UNIT))
    assert found == ([(BEI, HEAD, None)] if held else [(CHEN, LEADER, HEAD)])


@pytest.mark.parametrize(
    ("step", "vacant", "holder", "role"),
    [
        (Step.DEPARTMENT_HEAD, HEAD, holding(CHEN, LEADER, UNIT), LEADER),
        (Step.DEPARTMENT_HEAD, HEAD, holding(DENG, PRINCIPAL, UNIT), PRINCIPAL),
        (Step.DEPARTMENT_HEAD, HEAD, holding(DENG, SUPERVISOR, CITY), SUPERVISOR),
        (Step.SUPERVISING_LEADER, LEADER, holding(DENG, PRINCIPAL, UNIT), PRINCIPAL),
        (Step.PRINCIPAL_LEADER, PRINCIPAL, holding(DENG, SUPERVISOR, CITY), SUPERVISOR),
    ],
)
def test_a_vacant_role_goes_one_up_and_says_so(step: Step, vacant: Role, holder: Holding, role: Role) -> None:
    assert told(step, holder, holding(ANNA, ADMINISTRATOR)) == [(holder.person_id, role, vacant)]


def test_a_role_in_a_unit_above_comes_before_a_higher_role_in_the_duty_s_own() -> None:
    assert told(Step.DEPARTMENT_HEAD, holding(CHEN, LEADER), holding(DENG, HEAD, CITY)) == [(DENG, HEAD, None)]


@pytest.mark.parametrize(
    ("step", "vacant"),
    [(Step.DEPARTMENT_HEAD, HEAD), (Step.SUPERVISING_LEADER, LEADER), (Step.PRINCIPAL_LEADER, PRINCIPAL)],
)
def test_that_nobody_could_be_told_is_seen(step: Step, vacant: Role) -> None:
    assert told(step) == [(None, None, vacant)]
    assert told(Step.DUE) == [(OFFICER, None, None), (None, None, ADMINISTRATOR)]


@pytest.mark.parametrize(("owed_by", "gone"), [(None, []), (OFFICER, [OFFICER])])
def test_what_an_unknown_officer_or_one_who_has_left_owes_the_administrator_hears_of(
    owed_by: UUID | None, gone: list[UUID]
) -> None:
    """Not every officer of the unit: nobody would read it."""
    crowd = holding(CHEN, Role.OFFICER)
    found = told(Step.REMINDER, crowd, *ALL, owed_by=owed_by, gone=gone)
    assert found == [(ANNA, ADMINISTRATOR, Role.OFFICER)]
    assert told(Step.DUE, crowd, *ALL, owed_by=owed_by, gone=gone) == found
    assert told(Step.REMINDER, crowd, holding(BEI, HEAD), owed_by=owed_by, gone=gone) == [(BEI, HEAD, Role.OFFICER)]
    assert told(Step.REMINDER, crowd, owed_by=owed_by, gone=gone) == [(None, None, Role.OFFICER)]


@pytest.mark.parametrize("kind", [DutyKind.DEVICE_RECALL, DutyKind.DEVICE_REPLACEMENT])
def test_what_the_administrator_owes_by_office_the_administrator_hears_of(kind: DutyKind) -> None:
    assert told(Step.REMINDER, *ALL, owed_by=None, kind=kind) == [(ANNA, ADMINISTRATOR, None)]
    assert told(Step.DUE, *ALL, owed_by=None, kind=kind) == [(ANNA, ADMINISTRATOR, None)]
    assert told(Step.REMINDER, *ALL[1:], owed_by=None, kind=kind) == [(BEI, HEAD, ADMINISTRATOR)]


def test_who_has_left_is_told_nothing_whatever_they_hold_on_paper() -> None:
    assert told(Step.DEPARTMENT_HEAD, *ALL, gone=[BEI]) == [(CHEN, LEADER, HEAD)]
    assert told(Step.DUE, *ALL, owed_by=ANNA, gone={ANNA}) == [
        (BEI, HEAD, Role.OFFICER)  # and, the administrator's place being vacant too, once only
    ]


def test_a_person_is_told_once_a_step_in_the_first_of_their_roles() -> None:
    assert told(Step.DUE, *ALL, owed_by=ANNA) == [(ANNA, None, None)]


def test_a_time_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Roster(CHAIN, [], AT.replace(tzinfo=None))


def test_going_up_ends() -> None:
    for role in Role:
        seen = [role]
        while seen[-1] in ONE_UP:
            seen.append(ONE_UP[seen[-1]])
        assert seen[-1] is SUPERVISOR and len(seen) == len(set(seen))


people = st.sampled_from([OFFICER, ANNA, BEI, CHEN, DENG])
ends = st.none() | st.integers(-5, 5)
all_holdings = st.lists(
    st.builds(
        lambda person, role, unit, acting, start, end: holding(person, role, unit, acting=acting, hours=(start, end)),
        people,
        st.sampled_from(Role),
        st.sampled_from([*CHAIN, ELSEWHERE]),
        st.booleans(),
        st.integers(-10, 5),
        ends,
    ),
    max_size=12,
)


@given(
    st.sampled_from(DutyKind),
    st.sampled_from(STEPS),
    st.none() | people,
    all_holdings,
    st.sets(people, max_size=3),
)
def test_nobody_is_ever_named_in_a_role_they_do_not_hold_and_never_is_nobody_named(
    kind: DutyKind, step: Step, owed_by: UUID | None, holdings: list[Holding], gone: set[UUID]
) -> None:
    found = recipients(kind, step, owed_by, Roster(CHAIN, holdings, AT, gone))
    assert found
    assert len({one.person_id for one in found}) == len(found)
    for one in found:
        if one.role is None:
            assert one.person_id is None or (one.person_id == owed_by and AUDIENCES[step].owner)
        else:
            assert any(
                held.person_id == one.person_id and held.role is one.role and held.unit_id in CHAIN and held.covers(AT)
                for held in holdings
            )
        assert one.person_id not in gone
        assert one.instead_of is None or one.instead_of is not one.role

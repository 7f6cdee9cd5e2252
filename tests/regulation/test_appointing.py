"""Nobody makes themselves, or a friend, the leader who approves (Art. 6, 17)."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest

from regulation.appointing import check_change, check_confirm, check_manage, confirmers, needs_confirmation
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ME, ANOTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))


def test_only_an_officers_appointment_takes_one_persons_word() -> None:
    assert [role for role in Role if not needs_confirmation(role)] == [Role.OFFICER]


def test_nobody_is_confirmed_by_somebody_who_could_be_theirs_to_appoint() -> None:
    for role in Role:
        assert role not in confirmers(role) or role is not Role.PRINCIPAL_LEADER
        assert Role.DEVICE_ADMINISTRATOR not in confirmers(role)
    assert confirmers(Role.PRINCIPAL_LEADER) == (Role.SUPERVISOR,)
    assert confirmers(Role.SUPERVISOR) == ()


@pytest.mark.parametrize(("role", "held"), list(product(Role, Role)))
def test_whoever_confirms_stands_above_the_seat(role: Role, held: Role) -> None:
    if held in confirmers(role):
        check_confirm(ME, ANOTHER, THIRD, role, [held])
    else:
        with pytest.raises(ActionDenied):
            check_confirm(ME, ANOTHER, THIRD, role, [held])


@pytest.mark.parametrize(("proposed_by", "concerned"), [(ME, THIRD), (ANOTHER, ME), (ME, ME)])
def test_nobody_confirms_what_they_proposed_or_what_is_about_them(proposed_by: UUID, concerned: UUID) -> None:
    with pytest.raises(ActionDenied, match="Somebody else"):
        check_confirm(ME, proposed_by, concerned, Role.DEPARTMENT_HEAD, [Role.PRINCIPAL_LEADER, Role.SUPERVISOR])


@pytest.mark.parametrize("role", Role)
def test_who_keeps_the_list(role: Role) -> None:
    keeps = role in (Role.DEVICE_ADMINISTRATOR, Role.PRINCIPAL_LEADER, Role.SUPERVISOR)
    for concerned in (None, ANOTHER):
        if keeps:
            check_manage(ME, concerned, [role])
        else:
            with pytest.raises(ActionDenied):
                check_manage(ME, concerned, [role])
    with pytest.raises(ActionDenied, match="themself"):
        check_manage(ME, ME, [role])


def test_who_holds_a_seat_is_changed_by_the_head_above_it_alone() -> None:
    check_change([Role.DEVICE_ADMINISTRATOR], [Role.OFFICER])
    check_change([Role.DEVICE_ADMINISTRATOR], [])
    check_change([Role.PRINCIPAL_LEADER], [Role.SUPERVISING_LEADER, Role.OFFICER])
    for roles, held in (
        ([Role.DEVICE_ADMINISTRATOR], [Role.SUPERVISING_LEADER]),
        ([Role.DEVICE_ADMINISTRATOR], [Role.OFFICER, Role.DEVICE_ADMINISTRATOR]),
        ([Role.PRINCIPAL_LEADER], [Role.PRINCIPAL_LEADER]),
        ([Role.SUPERVISOR], [Role.SUPERVISOR]),
    ):
        with pytest.raises(ActionDenied, match="the head above"):
            check_change(roles, held)

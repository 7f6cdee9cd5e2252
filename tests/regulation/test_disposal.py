"""Who may say what of a disposal list and of a hold: every role (Art. 18)."""

from __future__ import annotations

from uuid import UUID

import pytest

from regulation.disposal import (
    SEATS,
    WITNESSES,
    DisposalStage,
    check_appraise,
    check_restore,
    check_shorten,
    check_witnesses,
)
from regulation.errors import ActionDenied
from regulation.holds import check_case, check_lift, check_place
from regulation.vocabulary import Role

A, B, C, D = (UUID(int=number) for number in range(1, 5))
MAY = {
    check_appraise: {Role.DEVICE_ADMINISTRATOR},
    check_shorten: {Role.PRINCIPAL_LEADER},
    check_lift: {Role.PRINCIPAL_LEADER, Role.SUPERVISOR},
    check_case: {Role.DEVICE_ADMINISTRATOR, Role.DEPARTMENT_HEAD, Role.PRINCIPAL_LEADER, Role.SUPERVISOR},
}


@pytest.mark.parametrize("check", MAY)
@pytest.mark.parametrize("role", Role)
def test_each_role_by_itself(check: object, role: Role) -> None:
    assert callable(check)
    if role in MAY[check]:  # type: ignore[index]
        check({role, Role.OFFICER})
        return
    with pytest.raises(ActionDenied):
        check({role})
    with pytest.raises(ActionDenied):
        check(())


def test_every_stage_has_a_seat() -> None:
    assert set(SEATS) == set(DisposalStage)
    assert WITNESSES == 2


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ([], "Two different"),
        ([A], "Two different"),
        ([A, A], "Two different"),
        ([A, B, D], "Two different"),
        ([A, A, B], "Two different"),
        ([A, C], "does not witness"),
        ([C, D], "does not witness"),
        ([A, D], "in office"),
    ],
)
def test_who_cannot_witness(named: list[UUID], why: str) -> None:
    with pytest.raises(ActionDenied, match=why) as denied:
        check_witnesses(named, {C}, {A, B, C})
    assert (denied.value.article, denied.value.subject) == ("Art. 18", "witnesses")


def test_two_in_office_who_decided_nothing_witness() -> None:
    check_witnesses([A, B], {C}, {A, B})


@pytest.mark.parametrize("role", Role)
def test_who_takes_it_back(role: Role) -> None:
    check_restore(A, {A}, ())
    able = {
        Role.DEVICE_ADMINISTRATOR,
        Role.DEPARTMENT_HEAD,
        Role.SUPERVISING_LEADER,
        Role.PRINCIPAL_LEADER,
        Role.SUPERVISOR,
    }
    if role in able:
        check_restore(A, (), {role})
        return
    with pytest.raises(ActionDenied, match="Only who takes part"):
        check_restore(A, {B}, {role})


@pytest.mark.parametrize("role", Role)
def test_who_holds_it_back(role: Role) -> None:
    check_place(A, [B, A, None], ())
    if role is not Role.OFFICER:
        check_place(A, [None], {role})
        return
    with pytest.raises(ActionDenied, match="Only who made"):
        check_place(A, [B, None], {role})

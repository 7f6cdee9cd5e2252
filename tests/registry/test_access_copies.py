"""Copies: as many as were granted, each with its digest, and given back or destroyed (Art. 17)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from registry.ledger import verify_rows
from registry.queries.access_copies import CopyRow, copies_of, copy_shown
from registry.tables import AccessCopy, CopyEnd, Duty
from registry.transitions import access
from registry.transitions.access import MadeCopy
from regulation.access_terms import Range
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.ladder import Step
from regulation.vocabulary import Marking
from tests.fixtures.access import Access, terms

MADE = MadeCopy(5, "ab" * 32)


def granted(city: Access, copies: int = 1) -> UUID:
    request = city.ask("A1", parts={"video": Range(2.0, 5.0)}, asked=terms(city.city.now, copies=copies))
    city.decide(request, "L2")
    return request


def take(city: Access, request: UUID, by: str = "A1", name: str = "video") -> str:
    grant = city.grant(request)
    assert grant is not None
    with city.city.act() as act:
        return access.hand_copy(act, grant.id, city.recordings[name], city.person(by), "192.0.2.7", MADE)


def shown(city: Access, number: str, by: str = "A1") -> CopyRow | None:
    with city.city.registry.reading() as reading:
        return copy_shown(reading, number, city.person(by), city.city.now)


def duty(city: Access) -> Duty:
    city.duties.settle()
    [found] = city.duties.all(DutyKind.COPY_RETURN)
    return found


def declare(city: Access, number: str, by: str = "A1") -> None:
    with city.city.act() as act:
        access.declare_copy(act, number, city.person(by), CopyEnd.DESTROYED)


def confirm(city: Access, number: str, by: str = "A3") -> None:
    with city.city.act() as act:
        access.confirm_copy(act, number, city.person(by), CopyEnd.RETURNED)


def fetch(city: Access, number: str, by: str = "A1") -> None:
    with city.city.act() as act:
        access.note_fetched(act, number, city.person(by), "192.0.2.7")


def test_a_grant_of_which_only_a_copy_was_taken_was_used(access_city: Access) -> None:
    taken, unused = granted(access_city), granted(access_city)
    take(access_city, taken)
    access_city.city.wait(days=8)
    assert access_city.end() == 2
    assert [access_city.state(one).value for one in (taken, unused)] == ["fulfilled", "expired"]


def test_a_copy_is_entered_with_its_digest_and_part(access_city: Access) -> None:
    request = granted(access_city)
    number = take(access_city, request)
    row = shown(access_city, number)
    assert row is not None
    assert (number, row.size, row.sha256) == ("CP-xf-2026-00001", 5, "ab" * 32)
    assert (row.start_second, row.end_second, row.is_whole) == (2.0, 5.0, False)
    [facts] = access_city.facts(access_city.recordings["video"], "access.copied")
    assert (facts["number"], facts["sha256"]) == (number, "ab" * 32)
    grant = access_city.grant(request)
    assert grant is not None
    with access_city.city.registry.reading() as reading:
        assert [one.number for one in copies_of(reading, grant.id)] == [number]
    assert not verify_rows(access_city.city.registry).problems


def test_no_more_copies_than_were_granted(access_city: Access) -> None:
    request = granted(access_city, copies=2)
    take(access_city, request)
    take(access_city, request)
    with pytest.raises(ActionDenied, match="Every copy"):
        take(access_city, request)


def test_viewing_only_means_no_copies(access_city: Access) -> None:
    request = granted(access_city, copies=0)
    with pytest.raises(ActionDenied, match="Every copy"):
        take(access_city, request)


@pytest.mark.parametrize("who", ["A2", "L2", "A3"])
def test_a_grant_is_one_persons(access_city: Access, who: str) -> None:
    request = granted(access_city)
    with pytest.raises(ActionDenied, match="no leave"):
        take(access_city, request, by=who)


def test_what_was_not_granted_is_not_copied(access_city: Access) -> None:
    request = granted(access_city)
    with pytest.raises(ActionDenied, match="not granted"):
        take(access_city, request, name="photo")


def test_what_was_marked_since_is_not_copied_and_not_fetched(access_city: Access) -> None:
    request = granted(access_city, copies=2)
    number = take(access_city, request)
    access_city.city.wait(seconds=1)
    access_city.mark("video", marking=Marking.PRIVACY)
    with pytest.raises(ActionDenied, match="marked since"):
        take(access_city, request)
    with pytest.raises(ActionDenied, match="marked since"):
        fetch(access_city, number)


def test_the_file_is_its_holders_while_the_grant_lasts(access_city: Access) -> None:
    request = granted(access_city)
    number = take(access_city, request)
    fetch(access_city, number)
    with pytest.raises(ActionDenied, match="no leave"):
        fetch(access_city, number, "A3")
    access_city.revoke(request, "L3")
    with pytest.raises(ActionDenied, match="no leave"):
        fetch(access_city, number)
    assert len(access_city.facts(access_city.recordings["video"], "access.copy-fetched")) == 1


def test_said_to_be_destroyed_it_is_not_sent_again(access_city: Access) -> None:
    number = take(access_city, granted(access_city))
    declare(access_city, number)
    for again in (fetch, declare):
        with pytest.raises(ActionDenied):
            again(access_city, number)


def test_the_return_is_a_duty_from_the_grants_end(access_city: Access) -> None:
    request = granted(access_city)
    number = take(access_city, request)
    grant, found = access_city.grant(request), duty(access_city)
    assert grant is not None
    assert (found.state, found.owed_by_id, found.clock_started_at) == (
        DutyState.RUNNING, access_city.person("A1"), grant.valid_until,
    )  # fmt: skip
    row = shown(access_city, number)
    assert row is not None
    assert row.due_at is not None
    assert row.due_at > grant.valid_until
    access_city.city.wait(days=1)
    access_city.revoke(request, "L3")
    assert duty(access_city).clock_started_at == access_city.city.now, "revoked, it is to be back sooner"
    access_city.city.wait(days=20)
    access_city.duties.sweep()
    assert ("A1", Step.DUE) in access_city.duties.told()
    assert duty(access_city).state is DutyState.OVERDUE
    confirm(access_city, number)
    assert duty(access_city).state is DutyState.MET_LATE


def test_what_the_holder_says_is_not_enough(access_city: Access) -> None:
    number = take(access_city, granted(access_city))
    declare(access_city, number)
    assert duty(access_city).state is DutyState.RUNNING
    confirm(access_city, number)
    assert duty(access_city).state is DutyState.MET
    row = shown(access_city, number)
    assert row is not None
    assert (row.declared, row.ended) == (CopyEnd.DESTROYED, CopyEnd.RETURNED)
    with pytest.raises(ActionDenied, match="already"):
        confirm(access_city, number)
    with pytest.raises(ActionDenied, match="already"):
        declare(access_city, number)
    assert not verify_rows(access_city.city.registry).problems


@pytest.mark.parametrize("who", ["A1", "A2", "L2", "J3"])
def test_only_an_administrator_of_the_unit_confirms(access_city: Access, who: str) -> None:
    number = take(access_city, granted(access_city))
    with pytest.raises(ActionDenied, match="administrator"):
        confirm(access_city, number, who)


def test_others_copies_are_not_there(access_city: Access) -> None:
    number = take(access_city, granted(access_city))
    assert shown(access_city, number, "A2") is None
    assert shown(access_city, number, "J3") is None
    assert shown(access_city, "CP-xf-2026-09999") is None
    for by, can in (("A1", False), ("A3", True), ("L3", False)):
        row = shown(access_city, number, by)
        assert row is not None
        assert row.may_confirm is can
    with pytest.raises(ActionDenied, match="no such copy"):
        declare(access_city, "CP-xf-2026-09999")
    with pytest.raises(ActionDenied, match="somebody else"):
        declare(access_city, number, "A3")


@pytest.mark.parametrize(
    "change",
    ["sha256 = 'cd'", "size = 6", "ended = 'returned', ended_at = handed_at", "number = 'CP-xf-2026-00009'"],
)
def test_a_tampered_copy_is_found(access_city: Access, change: str) -> None:
    number = take(access_city, granted(access_city))
    access_city.city.tamper("access_copy", f"UPDATE access_copy SET {change} WHERE number = '{number}'")
    assert [one.table for one in verify_rows(access_city.city.registry).problems] == ["access_copy"]


def test_a_vanished_copy_is_found(access_city: Access) -> None:
    take(access_city, granted(access_city))
    access_city.city.tamper("access_copy", "DELETE FROM access_copy")
    assert [one.table for one in verify_rows(access_city.city.registry).problems] == ["access_copy"]


def test_the_database_itself_refuses(access_city: Access) -> None:
    number = take(access_city, granted(access_city))
    confirm(access_city, number)
    for values in ({"sha256": "cd"}, {"ended": CopyEnd.DESTROYED}):
        with pytest.raises(Exception, match="refused"), access_city.city.act() as act:
            row = act.session.exec(select(AccessCopy).where(col(AccessCopy.number) == number)).one()
            for name, value in values.items():
                setattr(row, name, value)
            act.session.flush()


def test_due_days_are_working_days(access_city: Access) -> None:
    request = granted(access_city)
    take(access_city, request)
    grant, found = access_city.grant(request), duty(access_city)
    assert grant is not None
    assert found.due_at is not None
    assert found.due_at - grant.valid_until > timedelta(days=2)

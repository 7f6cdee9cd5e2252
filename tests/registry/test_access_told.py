"""The register of access against the ledger: what is changed behind the registry is found (Art. 7, 17)."""

from __future__ import annotations

import pytest

from registry.ledger import RowProblem, verify_rows
from tests.fixtures.access import Access
from tests.fixtures.custody import sha

LATER = "'2099-01-01 00:00:00.000000'"
B1 = "(SELECT id FROM person WHERE number = 'B1')"


@pytest.fixture
def used(access_city: Access) -> Access:
    """One request is granted, looked at and revoked; another is granted and looked at twice."""
    for name, looks in (("video", 1), ("photo", 2)):
        request = access_city.ask("A1", name)
        access_city.decide(request, "L2")
        for _ in range(looks):
            access_city.look(request, name, "A1")
        access_city.city.wait(hours=1)
        if looks == 1:
            access_city.revoke(request, "L2")
    return access_city


def problems(used: Access) -> list[RowProblem]:
    return verify_rows(used.city.registry).problems


def test_nothing_is_wrong_with_what_nobody_touched(used: Access) -> None:
    assert problems(used) == []


@pytest.mark.parametrize(
    ("table", "change", "column"),
    [
        ("access_decision", f"person_id = {B1}", "person_id"),
        ("access_decision", "role = 'officer'", "role"),
        ("access_decision", "verdict = 'partly'", "verdict"),
        ("access_decision", "reason = 'x'", "reason_sha256"),
        ("access_decision", "policy_version = 'x'", "policy"),
        ("access_decision", f"at = {LATER}", "at"),
        ("access_decision", f"valid_until = {LATER}", "valid_until"),
        ("access_decision", "views = 9", "views"),
        ("access_decision", "copies = 9", "copies"),
        ("access_decision_item", "end_second = 5", "recordings"),
        ("access_step", "round = 7", "round"),
        ("access_step", "position = 7", "position"),
        ("access_step", "stage = 'review'", "stage"),
        ("access_step", "role = 'officer'", "role"),
        ("access_step", "unit_id = (SELECT id FROM unit WHERE code = 'jt')", "unit_id"),
        ("access_step", "ground = 'outsider'", "ground"),
        ("access_grant", f"person_id = {B1}", "person_id"),
        ("access_grant", f"valid_until = {LATER}", "valid_until"),
        ("access_grant", "views = 9", "views"),
        ("access_grant", "copies = 9", "copies"),
        ("access_grant", "revoked_at = NULL", "revoked_at"),
        ("access_grant", f"granted_at = {LATER}", "at"),
        ("access_grant_item", "start_second = 5", "recordings"),
        ("access_view", f"person_id = {B1}", "person_id"),
        ("access_view", f"opened_at = {LATER}", "at"),
    ],
)
def test_what_was_changed_is_named(used: Access, table: str, change: str, column: str) -> None:
    used.city.tamper(table, f"UPDATE {table} SET {change}")
    blamed = {(one.table, one.column) for one in problems(used)}
    assert blamed == {(table.replace("_item", ""), column)}


_ANSWERED = ("access_decision_item", "access_decision")
_USED = ("access_grant_item", "access_look", "access_view")
_BELOW = {
    "access_step": (*_ANSWERED, "access_step_item", "access_assignment", "access_step"),
    "access_decision": _ANSWERED,
    "access_grant": (*_USED, "access_grant"),
    "access_view": _USED,
}
"""What must go first where a table is to be emptied, and the table itself."""


@pytest.mark.parametrize("table", _BELOW)
def test_what_is_gone_is_missed(used: Access, table: str) -> None:
    for below in _BELOW[table]:
        used.city.tamper(below, f"DELETE FROM {below}")
    assert (table, "its row is gone") in {(one.table, one.message.partition(", ")[2]) for one in problems(used)}


def test_other_footage_than_was_asked_about_is_named(used: Access) -> None:
    sound = "(SELECT id FROM recording WHERE sha256 = '" + sha("sound") + "')"
    video = "(SELECT id FROM recording WHERE sha256 = '" + sha("video") + "')"
    used.city.tamper("access_item", f"UPDATE access_item SET recording_id = {sound} WHERE recording_id = {video}")
    assert {(one.table, one.column) for one in problems(used)} == {
        ("access_step", "recordings"),
        ("access_decision", "recordings"),
    }


def test_a_seat_that_was_passed_over_is_named(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    access_city.city.tamper("access_step", f"UPDATE access_step SET closed_at = {LATER} WHERE stage = 'approval'")
    assert problems(access_city) == []
    access_city.decide(request, "C1")
    assert access_city.grant(request) is not None
    assert [(one.table, one.column) for one in problems(access_city)] == [("access_step", "closed_at")]


def test_what_the_ledger_never_heard_of_is_named(used: Access) -> None:
    copied = "person_id, address, opened_at, last_at FROM access_view LIMIT 1"
    made_up = "'0199aaaa00007000800000000000ffff'"
    used.city.tamper(
        "access_view",
        "INSERT INTO access_view (id, grant_id, recording_id, person_id, address, opened_at, last_at) "
        f"SELECT {made_up}, grant_id, recording_id, {copied}",
    )
    assert [(one.table, one.column) for one in problems(used)] == [("access_view", "id")]

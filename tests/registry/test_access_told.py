"""The register of access against the ledger: what is changed behind the registry is found (Art. 7, 17)."""

from __future__ import annotations

import pytest

from registry.ledger import RowProblem, verify_rows
from tests.fixtures.access import Access

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


@pytest.mark.parametrize("table", ["access_decision", "access_grant", "access_view"])
def test_what_is_gone_is_missed(used: Access, table: str) -> None:
    for below in ("access_decision_item", "access_grant_item", "access_look", "access_view", table):
        used.city.tamper(below, f"DELETE FROM {below}")
    assert (table, "its row is gone") in {(one.table, one.message.partition(", ")[2]) for one in problems(used)}


def test_what_the_ledger_never_heard_of_is_named(used: Access) -> None:
    copied = "person_id, address, opened_at, last_at FROM access_view LIMIT 1"
    made_up = "'0199aaaa00007000800000000000ffff'"
    used.city.tamper(
        "access_view",
        "INSERT INTO access_view (id, grant_id, recording_id, person_id, address, opened_at, last_at) "
        f"SELECT {made_up}, grant_id, recording_id, {copied}",
    )
    assert [(one.table, one.column) for one in problems(used)] == [("access_view", "id")]

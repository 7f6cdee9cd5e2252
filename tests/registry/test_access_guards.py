"""What the database itself refuses of the register of access: who asked, who decided, who looked (Art. 7, 17)."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.migrations.guards import FIXED_0004
from registry.tables import Look
from registry.transitions import access
from regulation.vocabulary import Marking
from tests.fixtures.access import Access
from tests.fixtures.custody import City
from tests.registry.test_guards import is_refused, run

NOBODY = "'ffffffffffffffffffffffffffffffff'"
LONG_AGO = "'2000-01-01 00:00:00.000000'"
LATER = "'2099-01-01 00:00:00.000000'"
B1 = "(SELECT id FROM person WHERE number = 'B1')"
JT = "(SELECT id FROM unit WHERE code = 'jt')"


@pytest.fixture
def used(access_city: Access) -> City:
    """A request was handed over, sent back, answered, reviewed, granted, used and revoked; another is still asked."""
    access_city.mark("video")
    access_city.mark("photo", marking=Marking.TRADE_SECRET)
    access_city.lift("photo", marking=Marking.TRADE_SECRET)
    request = access_city.ask("A1", "video", "photo")
    access_city.hand_over(request, "C1", "L3")
    access_city.send_back(request, "L3")
    access_city.city.wait(hours=1)
    access_city.submit(request, "A1", "说明")
    access_city.decide(request, "C1")
    access_city.decide(request, "L2")
    view = access_city.look(request, "video", "A1")
    access_city.look(request, "photo", "A1")
    access_city.city.wait(hours=1)
    with access_city.city.act() as act:
        access.note_look(act, view, access_city.person("A1"), Look.SEEKED, 1.5)
        access.close_view(act, view, access_city.person("A1"))
    access_city.revoke(request, "L2")
    access_city.ask("A2", "sound")
    return access_city.city


def changes(table: str, where: str = "", **columns: str) -> list[str]:
    return [f"UPDATE {table} SET {name} = {value} {where}".rstrip() for name, value in columns.items()]


REFUSED = [
    *changes(
        "recording_marking",
        id=NOBODY,
        recording_id="(SELECT id FROM recording WHERE unit_id = (SELECT id FROM unit WHERE code = 'jt'))",
        marking="'state-secret'",
        placed_by_id=B1,
        placed_at=LONG_AGO,
        reason="'x'",
    ),
    *changes("recording_marking", "WHERE lifted_at IS NOT NULL", lifted_at="NULL", lift_reason="'x'", lifted_by_id=B1),
    *changes("access_request", id=NOBODY, unit_id=JT, requester_id=B1, entered_by_id=B1, created_at=LONG_AGO),
    *changes("access_request", "WHERE state = 'revoked'", number="'x'", closed_at="NULL", state="'approved'"),
    "UPDATE access_item SET start_second = 1",
    "UPDATE access_item SET end_second = 1",
    *changes(
        "access_step",
        id=NOBODY,
        round="9",
        stage="CASE stage WHEN 'review' THEN 'approval' ELSE 'review' END",
        role="'officer'",
        unit_id=JT,
        ground="'outsider'",
    ),
    "UPDATE access_step SET position = position + 5",
    *changes("access_step", "WHERE closed_at IS NOT NULL", closed_at="NULL", opened_at=LATER),
    *changes("access_step", "WHERE closed_at IS NULL", opened_at="NULL"),
    f"UPDATE access_step_item SET step_id = {NOBODY}",
    *changes("access_assignment", person_id=B1, why="CASE why WHEN 'seat' THEN 'named' ELSE 'seat' END"),
    *changes("access_assignment", assigned_at=LONG_AGO),
    *changes(
        "access_assignment",
        "WHERE ended_at IS NOT NULL",
        ended_at="NULL",
        ended_why="'stood-aside'",
        reason="'x'",
        successor_id=B1,
    ),
    *changes("access_decision", person_id=B1, role="'officer'", passed="'[]'", verdict="'denied'", reason="'x'"),
    *changes("access_decision", at=LONG_AGO, policy_version="'x'", valid_until=LATER, views="99", copies="99"),
    "UPDATE access_decision_item SET end_second = 1",
    *changes("access_question", text="'x'", person_id=B1, at=LONG_AGO),
    *changes("access_question", answer="'x'", answered_at="NULL"),
    *changes(
        "access_grant",
        id=NOBODY,
        person_id=B1,
        valid_from=LONG_AGO,
        valid_until=LATER,
        views="views + 1",
        copies="copies + 1",
        granted_at=LONG_AGO,
        ended_at="NULL",
        revoked_at="NULL",
        revoke_reason="'x'",
    ),
    "UPDATE access_grant_item SET start_second = 1",
    *changes("access_view", id=NOBODY, person_id=B1, address="'x'", opened_at=LONG_AGO, last_at=LONG_AGO),
    *changes("access_view", "WHERE closed_at IS NOT NULL", closed_at="NULL", last_at=LATER),
    *changes("access_look", second="9", what="'play'", at=LONG_AGO),
    *(f"DELETE FROM {table}" for table in FIXED_0004),
]
ALLOWED = [
    f"UPDATE recording_marking SET lifted_at = {LATER}, lift_reason = 'x' WHERE lifted_at IS NULL",
    "UPDATE access_request SET purpose = 'x', views = 9 WHERE state = 'pending'",
    f"UPDATE access_request SET followed_at = {LATER}, changed_at = {LATER}",
    f"UPDATE access_view SET last_at = {LATER} WHERE closed_at IS NULL",
    f"UPDATE access_assignment SET ended_at = {LATER}, ended_why = 'stood-aside' WHERE ended_at IS NULL",
    f"UPDATE access_step SET closed_at = {LATER} WHERE closed_at IS NULL",
    "UPDATE access_request SET state = 'denied', closed_at = changed_at WHERE state = 'pending'",
]


def test_what_was_asked_decided_granted_and_seen_is_not_unsaid(used: City) -> None:
    postgres = used.registry.engine.dialect.name == "postgresql"
    assert [one for one in REFUSED if not is_refused(used.registry, _typed(one) if postgres else one)] == []
    for statement in ALLOWED:
        run(used.registry, statement)


def _typed(statement: str) -> str:
    """The statement in PostgreSQL's words."""
    return statement.replace("passed = '[]'", "passed = CAST('[]' AS json)")


def test_nothing_of_the_register_is_replaced_unseen(used: City) -> None:
    if used.registry.engine.dialect.name != "sqlite":
        for table in FIXED_0004:
            with pytest.raises(DBAPIError):
                run(used.registry, f"INSERT INTO {table} SELECT * FROM {table}")
        return
    for table, word in product(FIXED_0004, ("REPLACE", "IGNORE", "FAIL")):
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 7\)"):
            run(used.registry, f"INSERT OR {word} INTO {table} SELECT * FROM {table} LIMIT 1")

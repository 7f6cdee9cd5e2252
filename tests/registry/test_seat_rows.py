"""Units, people, seats, proposals and credentials against the ledger: a seat taken behind the registry is named."""

from __future__ import annotations

from datetime import date

import pytest

from registry.ledger import verify_rows
from registry.transitions import appointing, personal_tokens, signing
from registry.transitions.directory import PersonEntry, enter_people
from regulation.vocabulary import Role
from tests.fixtures.access import Access
from tests.registry.test_appointing import decide, propose

A2, A3, B1, L3 = (f"(SELECT id FROM person WHERE number = '{number}')" for number in ("A2", "A3", "B1", "L3"))
XF, JT = (f"(SELECT id FROM unit WHERE code = '{code}')" for code in ("xf", "jt"))
EARLY, LATE = "'2001-01-01 00:00:00.000000'", "'2099-01-01 00:00:00.000000'"
MADE_UP = "'0199aaaa00007000800000000000ffff'"


@pytest.fixture
def seated(access_city: Access) -> Access:
    """Seats taken and ended by two people's word, one refused, one that waits; one gone; three passwords, one ended."""
    city = access_city.city
    decide(access_city, propose(access_city, "A2", Role.SUPERVISING_LEADER), "L3")
    decide(access_city, propose(access_city, "A2", Role.DEPARTMENT_HEAD), "L3", "另有安排", is_refused=True)
    propose(access_city, "A2", Role.CONFIDENTIALITY_REVIEWER)
    with city.act() as act:
        enter_people(act, [PersonEntry("Z9", "示例癸", "xf", date(2020, 1, 1), date(2026, 3, 1))])
        for number in ("A3", "A2", "L2"):
            signing.invite(act, access_city.person(number), number)
            signing.set_credential(act, number, f"argon2 of {number}", "sealed")
            signing.sign_in(act, access_city.person(number), 1, f"session of {number}", "browser")
        personal_tokens.revoke_token(
            act, personal_tokens.issue_token(act, access_city.person("L2"), "kept", "back"), access_city.person("L2")
        )
        personal_tokens.issue_token(act, access_city.person("L2"), "good", "good")
    with city.act() as act:
        appointing.put_out(act, access_city.person("A2"), access_city.person("A3"))
    city.wait(hours=1)
    return access_city


def told(seated: Access) -> list[tuple[str, str]]:
    return [(one.table, one.column) for one in verify_rows(seated.city.registry).problems]


def test_what_was_entered_is_so(seated: Access) -> None:
    assert told(seated) == []
    seated.city.wait(hours=2)
    with seated.city.act() as act:
        enter_people(act, [PersonEntry("Z9", "示例癸", "jt")])
    assert told(seated) == []


SEAT = "id, person_id, unit_id, role, acting, valid_from"
TAMPERED = {
    "a seat made up": (
        f"INSERT INTO appointment ({SEAT}) VALUES ({MADE_UP}, {A3}, {XF}, 'principal-leader', false, {EARLY})",
        ("appointment", "id"),
    ),
    "another seat": (
        f"UPDATE appointment SET role = 'principal-leader' WHERE person_id = {A3}",
        ("appointment", "role"),
    ),
    "somebody else's": (
        f"UPDATE appointment SET person_id = {B1} WHERE person_id = {L3}",
        ("appointment", "person_id"),
    ),
    "of another unit": (f"UPDATE appointment SET unit_id = {JT} WHERE person_id = {A3}", ("appointment", "unit_id")),
    "held earlier": (
        f"UPDATE appointment SET valid_from = {EARLY} WHERE person_id = {A3}",
        ("appointment", "valid_from"),
    ),
    "held longer": (f"UPDATE appointment SET valid_to = {LATE} WHERE person_id = {A3}", ("appointment", "valid_to")),
    "no longer acting": (
        f"UPDATE appointment SET acting = NOT acting WHERE person_id = {A3}",
        ("appointment", "acting"),
    ),
    "on another paper": (
        f"UPDATE appointment SET document = '任〔2001〕1号' WHERE person_id = {A3}",
        ("appointment", "document_sha256"),
    ),
    "a seat gone": (f"DELETE FROM appointment WHERE person_id = {L3}", ("appointment", "id")),
    "another proposal": (
        "UPDATE appointment_proposal SET role = 'principal-leader' WHERE verdict IS NULL",
        ("appointment_proposal", "role"),
    ),
    "somebody else's proposal": (
        f"UPDATE appointment_proposal SET proposed_by_id = {L3} WHERE verdict IS NULL",
        ("appointment_proposal", "by"),
    ),
    "confirmed by nobody": (
        f"UPDATE appointment_proposal SET verdict = 'confirmed', decided_by_id = {L3}, decided_at = {LATE} "
        "WHERE verdict IS NULL",
        ("appointment_proposal", "verdict"),
    ),
    "a refusal turned": (
        "UPDATE appointment_proposal SET verdict = 'confirmed' WHERE verdict = 'refused'",
        ("appointment_proposal", "verdict"),
    ),
    "confirmed by another": (
        f"UPDATE appointment_proposal SET decided_by_id = {A3} WHERE verdict = 'confirmed'",
        ("appointment_proposal", "verdict"),
    ),
    "a proposal gone": ("DELETE FROM appointment_proposal WHERE verdict IS NULL", ("appointment_proposal", "id")),
    "back in office": ("UPDATE person SET left_on = NULL WHERE number = 'Z9'", ("person", "left_on")),
    "moved": (f"UPDATE person SET unit_id = {JT} WHERE number = 'A3'", ("person", "unit_id")),
    "a unit below another": (f"UPDATE unit SET parent_id = {JT} WHERE code = 'xf'", ("unit", "parent_id")),
    "a higher unit": ("UPDATE unit SET level = 'city' WHERE code = 'xf'", ("unit", "level")),
    "another clock": ("UPDATE unit SET zone = 'Etc/GMT+12' WHERE code = 'xf'", ("unit", "zone")),
    "another's password": (
        f"UPDATE credential SET password_hash = 'argon2 of A3' WHERE person_id <> {A3}",
        ("credential", "password_hash"),
    ),
    "another phone": ("UPDATE credential SET sealed_secret = 'other'", ("credential", "password_hash")),
    "an invitation made up": (
        "INSERT INTO invitation (id, person_id, token_hash, created_at, created_by, expires_at) "
        f"VALUES ({MADE_UP}, {L3}, 'mine', {EARLY}, 'person:x', {LATE})",
        ("invitation", "id"),
    ),
    "another's invitation": (
        f"UPDATE invitation SET token_hash = 'mine' WHERE person_id = {A3}",
        ("invitation", "token_hash"),
    ),
    "an invitation that lasts": (f"UPDATE invitation SET expires_at = {LATE}", ("invitation", "expires_at")),
    "a session made up": (
        "INSERT INTO desk_session (id, person_id, token_hash, browser, created_at, seen_at) "
        f"VALUES ({MADE_UP}, {L3}, 'mine', 'browser', {EARLY}, {EARLY})",
        ("desk_session", "id"),
    ),
    "another's session": (
        f"UPDATE desk_session SET token_hash = 'mine' WHERE person_id = {A3}",
        ("desk_session", "token_hash"),
    ),
    "somebody else's session": (
        f"UPDATE desk_session SET person_id = {L3} WHERE person_id = {A3}",
        ("desk_session", "id"),
    ),
    "another's token": (
        "UPDATE personal_token SET token_hash = 'mine' WHERE name = 'good'",
        ("personal_token", "token_hash"),
    ),
    "a token taken back and given again": (
        "UPDATE personal_token SET revoked_at = NULL WHERE name = 'kept'",
        ("personal_token", "revoked_at"),
    ),
    "a token that lasts": (f"UPDATE personal_token SET expires_at = {LATE}", ("personal_token", "expires_at")),
    "let in again": (
        f"UPDATE credential SET password_hash = 'argon2 of A2' WHERE person_id = {A2}",
        ("credential", "password_hash"),
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_behind_the_registry_is_named(seated: Access, what: str) -> None:
    statement, named = TAMPERED[what]
    seated.city.tamper(named[0], statement)
    assert named in told(seated)

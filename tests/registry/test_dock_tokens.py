"""Tokens of docks: issued and revoked by acts, kept as hashes, told by the ledger (Art. 16)."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from registry.database import Registry
from registry.queries.docks import dock_of, token_hash, tokens
from registry.tables import DockToken, LedgerEntry
from registry.transitions.docks import issue_token, revoke_token
from regulation.errors import ActionDenied
from tests.fixtures.desks import NOW, enter_units

HASH = token_hash("a token")


@pytest.fixture
def units(registry: Registry) -> Registry:
    enter_units(registry)
    return registry


def issue(registry: Registry, name: str = "城管一号站", hashed: str = HASH, unit: str = "chengguan") -> UUID:
    with registry.acting("operator:x", NOW) as act:
        return issue_token(act, name=name, unit_code=unit, token_hash=hashed).id


def revoke(registry: Registry, name: str = "城管一号站", minutes: int = 1) -> UUID:
    with registry.acting("operator:x", NOW + timedelta(minutes=minutes)) as act:
        return revoke_token(act, name=name).id


def events(registry: Registry) -> list[tuple[str, UUID, dict[str, str]]]:
    """What the ledger has of tokens."""
    with registry.reading() as reading:
        tokens = select(LedgerEntry).where(col(LedgerEntry.event).startswith("token."))
        entries = reading.exec(tokens.order_by(col(LedgerEntry.seq)))
        return [(entry.event, entry.subject_id, json.loads(entry.facts)) for entry in entries]


def test_a_token_lets_its_dock_in_for_its_unit(units: Registry) -> None:
    issued = issue(units)

    with units.reading() as reading:
        dock = dock_of(reading, HASH)
        assert dock_of(reading, token_hash("another")) is None
    assert dock is not None
    assert (dock.token_id, dock.unit_code) == (issued, "chengguan")


def test_a_revoked_token_lets_no_one_in(units: Registry) -> None:
    issue(units)
    revoke(units)

    with units.reading() as reading:
        assert dock_of(reading, HASH) is None


def test_the_ledger_tells_of_both_and_of_nothing_twice(units: Registry) -> None:
    issued = issue(units)
    assert issue(units) == issued
    assert revoke(units) == issued
    assert revoke(units, minutes=2) == issued

    facts = {"token_sha256": HASH, "wireless": False}
    assert events(units) == [("token.issued", issued, facts), ("token.revoked", issued, facts)]


def test_a_name_has_one_live_token_and_is_free_again_afterwards(units: Registry) -> None:
    issue(units)
    with pytest.raises(ActionDenied):
        issue(units, hashed=token_hash("another"))
    with pytest.raises(ActionDenied):
        issue(units, unit="shuiwu")

    revoke(units)
    second = issue(units, hashed=token_hash("another"))
    revoke(units, minutes=3)

    assert revoke(units, minutes=4) == second, "the last one of that name"
    with units.reading() as reading:
        listed = [(token.name, unit.code, token.revoked_at) for token, unit in tokens(reading)]
    assert listed == [("城管一号站", "chengguan", NOW + timedelta(minutes=minutes)) for minutes in (1, 3)]


def test_no_two_docks_share_a_token(units: Registry) -> None:
    issue(units, name="gate")
    with pytest.raises(ActionDenied):
        issue(units, name="yard")


@pytest.mark.parametrize("name", ["", " gate", "a\nb", "../up", "x" * 64, "\u202egate", "[red]"])
def test_odd_names_and_unknown_units_are_refused(units: Registry, name: str) -> None:
    with pytest.raises(ActionDenied):
        issue(units, name=name)
    with pytest.raises(ActionDenied):
        issue(units, unit="nowhere")
    with pytest.raises(ActionDenied):
        revoke(units, name="never")
    assert events(units) == []


def test_only_a_hash_is_kept(units: Registry) -> None:
    issue(units)

    with units.reading() as reading:
        [kept] = reading.exec(select(DockToken))
    assert "a token" not in json.dumps(kept.model_dump(mode="json"))

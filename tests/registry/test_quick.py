"""The quick look lets nothing pass that the close one finds (Art. 7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from registry.database import Registry
from registry.ledger import GENESIS, Event, Head, quick, verification, verify
from registry.ledger.chain import head_of
from registry.ledger.quick import head_if_well
from registry.types import new_id
from tests.fixtures.custody import MORNING, City

SUBJECT = UUID("01234567-89ab-7def-8123-456789abcdef")


@pytest.fixture
def ledger(registry: Registry) -> Registry:
    """Twenty entries with texts of all sorts."""
    with registry.acting('person:"区"\\', MORNING) as act:
        for number in range(16):
            facts = {"n": number, "text": '"\\\n\t\u2028\U0001f600'}
            act.record(Event.ITEM_WIPED, "item", SUBJECT, facts, unit_id=new_id(), article="Art. 16")
    with registry.acting("system:test", MORNING.replace(microsecond=120_000)) as act:
        for _ in range(4):
            act.record(Event.ITEM_WIPED, "item", SUBJECT, {})
    return registry


def head(registry: Registry) -> Head:
    with registry.streaming() as connection:
        return head_of(connection)


def look(registry: Registry, first: int = 1, last: int = 20, link: str = GENESIS) -> str | None:
    with registry.streaming() as connection:
        return head_if_well(connection, first, last, link)


def test_a_whole_ledger_is_well(ledger: Registry) -> None:
    assert look(ledger) == head(ledger).hash
    fifth = look(ledger, 1, 5)
    assert fifth is not None
    assert look(ledger, 6, 20, fifth) == head(ledger).hash
    assert look(ledger, 6, 20, GENESIS) is None
    assert look(ledger, 1, 21) is None


X = f"'{'f' * 64}'"
ALTERED = [
    *(
        f"UPDATE ledger_entry SET {change} WHERE seq = 7"
        for change in (
            "at = '2026-11-23 02:00:00.000000'",
            "event = 'item.changed'",
            "actor = 'x'",
            "actor = actor || ' '",
            "actor = 'person:\"区\"'",
            "subject_kind = 'recording'",
            "subject_id = 'ffffffffffffffffffffffffffffffff'",
            "unit_id = NULL",
            "article = NULL",
            "article = 'null'",
            "facts = '{}'",
            "facts = replace(facts, '\\n', 'n')",
            f"previous_hash = {X}",
            f"hash = {X}",
            "seq = 700",
            "seq = 0",
        )
    ),
    "DELETE FROM ledger_entry WHERE seq = 7",
    "DELETE FROM ledger_entry WHERE seq = 1",
    "DELETE FROM ledger_entry WHERE seq = 20",
    "UPDATE ledger_entry SET unit_id = '00000000000000000000000000000000' WHERE seq = 18",
    "UPDATE ledger_entry SET article = '' WHERE seq = 18",
]


@pytest.mark.parametrize("statement", ALTERED)
def test_nothing_altered_is_well(ledger: Registry, statement: str) -> None:
    City(ledger).tamper("ledger_entry", statement)
    assert look(ledger) is None


def test_a_long_ledger_is_looked_at_by_several_processes(ledger: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(quick, "STRETCH", 6)
    monkeypatch.setattr(verification, "WORTH_IT", 10)
    monkeypatch.setattr(verification, "verify_since", lambda *asked, **known: looked.append(asked))
    report = verify(ledger, lambda done, total: looked.append((done, total)), known=[head(ledger)])
    assert (report.entries, report.head, report.problems) == (20, head(ledger).hash, [])
    assert looked == [(6, 20), (12, 20), (18, 20), (20, 20)]


def test_where_processes_cannot_be_started_it_is_looked_at_closely(
    ledger: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick.sys, "executable", "/bin/false")
    monkeypatch.setattr(verification, "WORTH_IT", 10)
    assert not quick.all_is_well(ledger, head(ledger))
    assert (verify(ledger).entries, verify(ledger).problems) == (20, [])


def test_what_is_not_well_is_looked_at_closely(ledger: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "STRETCH", 6)
    monkeypatch.setattr(verification, "WORTH_IT", 10)
    report = verify(ledger, known=[Head(5, "0" * 64)])
    assert [(one.seq, one.column) for one in report.problems] == [(5, "hash")]
    City(ledger).tamper("ledger_entry", "UPDATE ledger_entry SET actor = 'x' WHERE seq IN (7, 14)")
    assert [(one.seq, one.column) for one in verify(ledger).problems] == [(7, "content"), (14, "content")]

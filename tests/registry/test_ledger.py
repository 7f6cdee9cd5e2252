"""The chain: how entries are written, that writers take turns, that every tampering is pinpointed (Art. 7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import text

from registry.bulk import table_of
from registry.database import Registry
from registry.ledger import GENESIS, Event, Head, canonical_json, time_text, verify
from registry.ledger.reports import MOST
from registry.queries import history_of, ledger_head
from registry.tables import LedgerEntry
from registry.types import new_id
from tests.fixtures.custody import MORNING, City

SUBJECT = UUID("01234567-89ab-7def-8123-456789abcdef")


def append(registry: Registry, count: int, actor: str = "system:test") -> None:
    """One act with `count` entries."""
    with registry.acting(actor, MORNING) as act:
        for number in range(count):
            act.record(Event.ITEM_WIPED, "item", SUBJECT, {"n": number}, unit_id=new_id(), article="Art. 16")


def tamper(registry: Registry, *statements: str) -> None:
    City(registry).tamper("ledger_entry", *statements)


def blamed(registry: Registry) -> list[tuple[int, str]]:
    return [(problem.seq, problem.column) for problem in verify(registry).problems]


def facts_of(number: int) -> str:
    return f"""'{{"n":{number}}}'"""


def test_facts_are_written_in_one_way() -> None:
    later = datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    facts = {"b": [1, None, True], "a": "区", "id": SUBJECT, "at": later}
    expected = (
        '{"a":"区","at":"2026-11-23T01:00:00.000005Z","b":[1,null,true],"id":"01234567-89ab-7def-8123-456789abcdef"}'
    )
    assert canonical_json(facts) == expected
    assert time_text(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000000Z"


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, float("nan")])
def test_what_has_no_canonical_text_is_not_kept(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json({"value": value})


def test_anyone_can_recompute_the_chain(registry: Registry) -> None:
    append(registry, 3)
    previous = "0" * 64
    with registry.reading() as reading:
        entries = history_of(reading, SUBJECT)
        head = ledger_head(reading)
    for seq, entry in enumerate(entries, 1):
        assert (entry.seq, entry.previous_hash) == (seq, previous)
        columns = {
            "seq": entry.seq,
            "at": "2026-11-23T01:00:00.000000Z",
            "event": "item.wiped",
            "actor": "system:test",
            "subject_kind": "item",
            "subject_id": str(SUBJECT),
            "unit_id": str(entry.unit_id),
            "article": "Art. 16",
            "facts": f'{{"n":{seq - 1}}}',
            "previous_hash": previous,
        }
        written = json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry.hash == sha256(written.encode()).hexdigest()
        previous = entry.hash
    assert head == Head(3, previous)


def test_an_empty_ledger_is_whole(registry: Registry) -> None:
    report = verify(registry)
    assert (report.entries, report.head, report.problems) == (0, GENESIS, [])


def test_an_act_without_events_leaves_none(registry: Registry) -> None:
    append(registry, 0)
    assert verify(registry).entries == 0


def test_an_act_that_is_taken_back_leaves_none(registry: Registry) -> None:
    with registry.acting("system:test", MORNING) as act:
        act.record(Event.ITEM_WIPED, "item", SUBJECT, {})
        act.take_back()
    assert verify(registry).entries == 0


def test_times_and_texts_of_all_sorts_verify(registry: Registry) -> None:
    moments = [
        datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 7, 1, 12, 0, 0, 120_000, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ]
    for moment in moments:
        with registry.acting("person:区", moment) as act:
            act.record(Event.ITEM_WIPED, "item", new_id(), {"text": '"\\\n\u2028\U0001f600'})
    assert verify(registry).problems == []


def test_progress_is_told(registry: Registry) -> None:
    append(registry, 7)
    told: list[tuple[int, int]] = []
    verify(registry, lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7)


def test_two_appenders_take_turns(registry: Registry, database_url: str) -> None:
    other = Registry(database_url)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: append((registry, other)[n % 2], 5, f"system:{n}"), range(24)))
    finally:
        other.dispose()

    report = verify(registry)
    assert (report.entries, report.problems) == (120, [])
    with registry.reading() as reading:
        actors = [entry.actor for entry in history_of(reading, SUBJECT)]
    # The entries of one act stand together.
    assert all(len(set(actors[start : start + 5])) == 1 for start in range(0, 120, 5))


class TestTampering:
    @pytest.fixture
    def ledger(self, registry: Registry) -> Registry:
        append(registry, 10)
        assert blamed(registry) == []
        return registry

    def test_every_altered_column_is_pinpointed(self, registry: Registry) -> None:
        altered = [
            "at = '2026-11-23 02:00:00.000000'",
            "event = 'item.changed'",
            "actor = 'person:someone-else'",
            "subject_kind = 'recording'",
            "subject_id = 'ffffffffffffffffffffffffffffffff'",
            "unit_id = NULL",
            "unit_id = 'ffffffffffffffffffffffffffffffff'",
            "article = NULL",
            "article = 'Art. 17'",
            f"facts = {facts_of(99)}",
            "facts = ''",
        ]
        columns = {change.split()[0] for change in altered} | {"seq", "previous_hash", "hash"}
        assert columns == {column.name for column in table_of(LedgerEntry).columns}
        append(registry, 2 * len(altered))
        # Every other entry, the first one too, each in another column.
        seqs = range(1, 2 * len(altered), 2)
        tamper(
            registry,
            *(f"UPDATE ledger_entry SET {change} WHERE seq = {seq}" for seq, change in zip(seqs, altered, strict=True)),
        )
        assert blamed(registry) == [(seq, "content") for seq in seqs]

    def test_the_last_entry_too(self, ledger: Registry) -> None:
        tamper(ledger, "UPDATE ledger_entry SET actor = 'x' WHERE seq = 10")
        assert blamed(ledger) == [(10, "content or hash")]

    @pytest.mark.parametrize("seq", [1, 5])
    def test_an_altered_hash(self, ledger: Registry, seq: int) -> None:
        tamper(ledger, f"UPDATE ledger_entry SET hash = '{'f' * 64}' WHERE seq = {seq}")
        assert blamed(ledger) == [(seq, "hash")]

    @pytest.mark.parametrize("seq", [1, 5, 10])
    def test_an_altered_link(self, ledger: Registry, seq: int) -> None:
        tamper(ledger, f"UPDATE ledger_entry SET previous_hash = '{'f' * 64}' WHERE seq = {seq}")
        assert blamed(ledger) == [(seq, "previous_hash")]

    @pytest.mark.parametrize("number", [-5, 0])
    def test_a_number_moved_to_the_front(self, ledger: Registry, number: int) -> None:
        tamper(ledger, f"UPDATE ledger_entry SET seq = {number} WHERE seq = 5")
        assert blamed(ledger) == [(number, "seq"), (5, "seq")]

    def test_a_number_moved_to_the_end(self, ledger: Registry) -> None:
        tamper(ledger, "UPDATE ledger_entry SET seq = 500 WHERE seq = 5")
        report = verify(ledger)
        assert [(one.seq, one.column) for one in report.problems] == [(5, "seq"), (11, "seq"), (500, "seq")]
        assert "entry 5 is missing" in str(report.problems[0])
        assert "entries 11 to 499 are missing" in str(report.problems[1])
        assert "this is entry 5" in str(report.problems[2])

    @pytest.mark.parametrize("seq", [1, 5])
    def test_a_removed_entry(self, ledger: Registry, seq: int) -> None:
        tamper(ledger, f"DELETE FROM ledger_entry WHERE seq = {seq}")
        assert blamed(ledger) == [(seq, "seq")]

    def test_removed_and_renumbered(self, ledger: Registry) -> None:
        tamper(
            ledger,
            "DELETE FROM ledger_entry WHERE seq = 5",
            "UPDATE ledger_entry SET seq = -seq WHERE seq > 5",
            "UPDATE ledger_entry SET seq = -seq - 1 WHERE seq < 0",
        )
        assert blamed(ledger) == [(seq, "seq") for seq in range(5, 10)]

    def test_removed_at_the_end_is_told_by_a_head_kept_elsewhere(self, ledger: Registry) -> None:
        with ledger.reading() as reading:
            head = ledger_head(reading)
        tamper(ledger, "DELETE FROM ledger_entry WHERE seq > 7")

        assert blamed(ledger) == []
        assert [(one.seq, one.column) for one in verify(ledger, known=[head]).problems] == [(10, "seq")]

    def test_a_chain_rewritten_as_a_whole_is_told_by_a_head_kept_elsewhere(
        self, ledger: Registry, make_database: Callable[[], str]
    ) -> None:
        with ledger.reading() as reading:
            head = ledger_head(reading)
        forged = Registry(make_database())
        append(forged, 12)

        report = verify(forged, known=[head, Head(2, "0" * 64)])
        assert [(one.seq, one.column) for one in report.problems] == [(2, "hash"), (10, "hash")]
        assert verify(ledger, known=[head]).problems == []
        forged.dispose()

    def test_an_inserted_entry(self, ledger: Registry) -> None:
        copied = "at, event, actor, subject_kind, subject_id, unit_id, article, facts"
        tamper(
            ledger,
            "UPDATE ledger_entry SET seq = -seq WHERE seq > 5",
            "UPDATE ledger_entry SET seq = 1 - seq WHERE seq < 0",
            f"INSERT INTO ledger_entry SELECT 6, {copied}, hash, '{'a' * 64}' FROM ledger_entry WHERE seq = 5",
        )
        assert blamed(ledger) == [(6, "content"), *((seq, "seq") for seq in range(7, 12))]

    def test_an_entry_swapped_with_its_neighbour(self, ledger: Registry) -> None:
        tamper(
            ledger,
            "UPDATE ledger_entry SET seq = -5 WHERE seq = 5",
            "UPDATE ledger_entry SET seq = 5 WHERE seq = 6",
            "UPDATE ledger_entry SET seq = 6 WHERE seq = -5",
        )
        assert blamed(ledger) == [(5, "seq"), (6, "seq")]

    def test_entries_swapped_far_apart(self, ledger: Registry) -> None:
        tamper(
            ledger,
            "UPDATE ledger_entry SET seq = -3 WHERE seq = 3",
            "UPDATE ledger_entry SET seq = 3 WHERE seq = 8",
            "UPDATE ledger_entry SET seq = 8 WHERE seq = -3",
        )
        assert blamed(ledger) == [(3, "content"), (8, "content")]

    def test_the_content_of_two_entries_swapped(self, ledger: Registry) -> None:
        tamper(
            ledger,
            f"UPDATE ledger_entry SET facts = {facts_of(7)} WHERE seq = 3",
            f"UPDATE ledger_entry SET facts = {facts_of(2)} WHERE seq = 8",
        )
        assert blamed(ledger) == [(3, "content"), (8, "content")]

    @pytest.mark.parametrize("seq", [4, 9])
    def test_an_entry_replaced_together_with_its_hash(
        self, ledger: Registry, make_database: Callable[[], str], seq: int
    ) -> None:
        """Someone who knows the rules writes an entry that fits its own hash and its predecessor."""
        self.replace(ledger, seq)
        assert blamed(ledger) == [(seq, "content")]

    def test_a_first_entry_that_follows_something(self, ledger: Registry) -> None:
        self.replace(ledger, 1, previous_hash="f" * 64)
        assert blamed(ledger) == [(1, "previous_hash"), (1, "content")]

    def replace(self, ledger: Registry, seq: int, **columns: str) -> None:
        from registry.ledger.chain import entry_hash

        with ledger.reading() as reading:
            entry = reading.get_one(LedgerEntry, seq)
        written = {
            "seq": seq,
            "at": time_text(entry.at),
            "event": entry.event,
            "actor": "system:forger",
            "subject_kind": entry.subject_kind,
            "subject_id": str(entry.subject_id),
            "unit_id": str(entry.unit_id),
            "article": entry.article,
            "facts": entry.facts,
            "previous_hash": columns.get("previous_hash", entry.previous_hash),
        }
        digest = entry_hash(**written)  # type: ignore[arg-type]
        tamper(
            ledger,
            f"UPDATE ledger_entry SET actor = 'system:forger', hash = '{digest}', "
            f"previous_hash = '{written['previous_hash']}' WHERE seq = {seq}",
        )

    def test_two_neighbours_altered(self, ledger: Registry) -> None:
        tamper(ledger, "UPDATE ledger_entry SET actor = 'x' WHERE seq IN (4, 5)")
        assert blamed(ledger) == [(4, "content"), (5, "content")]

    def test_an_altered_hash_beside_an_altered_link(self, ledger: Registry) -> None:
        tamper(
            ledger,
            f"UPDATE ledger_entry SET hash = '{'f' * 64}' WHERE seq = 4",
            f"UPDATE ledger_entry SET previous_hash = '{'e' * 64}' WHERE seq = 5",
        )
        assert blamed(ledger) == [(4, "content"), (5, "previous_hash")]

    def test_an_altered_entry_before_a_removed_one(self, ledger: Registry) -> None:
        tamper(
            ledger,
            "UPDATE ledger_entry SET actor = 'x' WHERE seq = 4",
            "DELETE FROM ledger_entry WHERE seq = 5",
        )
        assert blamed(ledger) == [(5, "seq"), (4, "content")]

    def test_everything_altered_does_not_fill_the_memory(self, ledger: Registry) -> None:
        append(ledger, MOST + 500)
        tamper(ledger, "UPDATE ledger_entry SET actor = 'x'")
        report = verify(ledger)
        assert len(report.problems) == MOST + 1
        assert "too many problems" in report.problems[-1].message
        assert report.entries == MOST + 510


def test_values_that_no_honest_writer_leaves(make_sqlite: Callable[[], str]) -> None:
    """SQLite keeps any value in any column."""
    registry = Registry(make_sqlite())
    append(registry, 3)
    tamper(registry, "UPDATE ledger_entry SET actor = x'ff' WHERE seq = 2")
    assert blamed(registry) == [(2, "content")]
    registry.dispose()


def test_a_number_taken_twice(registry: Registry) -> None:
    """Whoever owns the database can drop its keys as well."""
    append(registry, 3)
    with registry.engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE copied AS SELECT * FROM ledger_entry"))
        connection.execute(text("INSERT INTO copied SELECT * FROM ledger_entry WHERE seq = 2"))
        connection.execute(text("DROP TABLE ledger_entry"))
        connection.execute(text("ALTER TABLE copied RENAME TO ledger_entry"))
    assert blamed(registry) == [(2, "seq")]

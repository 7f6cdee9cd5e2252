"""Dock sessions driven in any order, held against a plain model (Art. 7, 16).

Whatever happens: every distinct content of a unit is one original, nothing is wiped that is not stored, verified and
named by a receipt, doing something again changes nothing, and ledger and rows agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from registry import queries
from registry.database import Registry
from registry.ledger import verify, verify_rows
from registry.tables import DockSession, ItemOutcome, RecordingState
from registry.transitions import docking
from registry.transitions.directory import UnitEntry, enter_units
from registry.transitions.docking import ScannedEntry, SetAside
from regulation.errors import ActionDenied
from regulation.vocabulary import UnitLevel
from tests.fixtures.custody import City, sha, taken_in

NAMES = [b"a", b"b", b"../c", b"\xff"]
CONTENTS = ["x", "y", "z"]
SOURCES = ["/dock/1", "/dock/2"]
ASIDE = [ItemOutcome.VANISHED, ItemOutcome.UNREADABLE, ItemOutcome.NOT_A_FILE, ItemOutcome.MISMATCHED]
TAKEN_IN = {ItemOutcome.STORED, ItemOutcome.DUPLICATE}


@dataclass
class Item:
    """What the model knows of an entry: its content is read when it is taken in."""

    version: int
    outcome: ItemOutcome = ItemOutcome.FOUND
    content: str | None = None
    wiped: bool = False


@dataclass
class Session:
    row: DockSession
    unit: str
    sealed: bool = False
    items: dict[bytes, Item] = field(default_factory=dict)


class RegistryMachine(RuleBasedStateMachine):
    registry: Registry
    numbers: Iterator[int] = count()

    def __init__(self) -> None:
        super().__init__()
        self.city = City(self.registry)
        self.units = [f"u{next(self.numbers)}", f"u{next(self.numbers)}"]
        with self.city.act() as act:
            enter_units(act, [UnitEntry(code, code, UnitLevel.UNIT) for code in self.units])
        self.sessions: list[Session] = []
        self.originals: dict[tuple[str, str], bool] = {}  # (unit, content): is it sealed?

    def open_ones(self) -> list[Session]:
        return [one for one in self.sessions if not one.sealed]

    def source(self, unit: str, source: str) -> str:
        return f"{source}/{unit}"

    def ids(self, session: Session) -> dict[bytes, UUID]:
        return {item.raw_name: item.id for item in self.city.items(session.row)}

    @rule(unit=st.integers(0, 1), source=st.sampled_from(SOURCES))
    def open(self, unit: int, source: str) -> None:
        code = self.units[unit]
        row = self.city.open(self.source(code, source), code)
        known = [one for one in self.open_ones() if one.row.source == row.source]
        if known:
            assert row.id == known[0].row.id
        else:
            self.sessions.append(Session(row, code))

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), entries=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2), max_size=4))
    def scan(self, data: st.DataObject, entries: dict[bytes, int]) -> None:
        session = data.draw(st.sampled_from(self.sessions))
        scanned = [ScannedEntry(name, repr(name), 1, version) for name, version in entries.items()]
        with self.city.act() as act:
            if session.sealed:
                with pytest.raises(ActionDenied):
                    docking.record_scan(act, session.row.id, scanned)
                return
            docking.record_scan(act, session.row.id, scanned)
        for name, version in entries.items():
            known = session.items.get(name)
            if known is None or known.version != version or known.outcome not in TAKEN_IN:
                session.items[name] = Item(version)

    @precondition(lambda self: any(one.items for one in self.sessions))
    @rule(data=st.data(), growing=st.booleans(), again=st.booleans())
    def register(self, data: st.DataObject, growing: bool, again: bool) -> None:
        session = data.draw(st.sampled_from([one for one in self.sessions if one.items]))
        names = data.draw(st.lists(st.sampled_from(sorted(session.items)), min_size=1, max_size=4, unique=True))
        contents = {name: data.draw(st.sampled_from(CONTENTS)) for name in names}
        outcome = ItemOutcome.GROWING if growing else ItemOutcome.STORED
        ids = self.ids(session)
        intakes = [taken_in(ids[name], session.unit + content, outcome) for name, content in contents.items()]
        if any(self.is_refused(session, session.items[name], content, outcome) for name, content in contents.items()):
            with pytest.raises(ActionDenied):
                self.city.register(session.row, intakes)
            return
        registered = self.city.register(session.row, intakes)
        for (name, content), result in zip(contents.items(), registered, strict=True):
            assert result.outcome is self.take(session, session.items[name], content, outcome)
        if again:
            entries = self.city.entries()
            assert self.city.register(session.row, intakes) == registered
            assert self.city.entries() == entries

    def is_repeated(self, item: Item, content: str, outcome: ItemOutcome) -> bool:
        if item.content != content:
            return False
        return item.outcome in TAKEN_IN or item.outcome is outcome is ItemOutcome.GROWING

    def is_refused(self, session: Session, item: Item, content: str, outcome: ItemOutcome) -> bool:
        return not self.is_repeated(item, content, outcome) and (session.sealed or item.outcome in TAKEN_IN)

    def take(self, session: Session, item: Item, content: str, outcome: ItemOutcome) -> ItemOutcome:
        if not self.is_repeated(item, content, outcome):
            known = (session.unit, content) in self.originals
            self.originals.setdefault((session.unit, content), False)
            item.content = content
            item.outcome = ItemOutcome.DUPLICATE if known and outcome is ItemOutcome.STORED else outcome
        return item.outcome

    @precondition(lambda self: any(one.items for one in self.sessions))
    @rule(data=st.data(), outcome=st.sampled_from(ASIDE))
    def set_aside(self, data: st.DataObject, outcome: ItemOutcome) -> None:
        session = data.draw(st.sampled_from([one for one in self.sessions if one.items]))
        name = data.draw(st.sampled_from(sorted(session.items)))
        item = session.items[name]
        aside = [SetAside(self.ids(session)[name], outcome)]
        changes = item.outcome is not outcome
        may = outcome is ItemOutcome.MISMATCHED or item.outcome not in TAKEN_IN
        with self.city.act() as act:
            if changes and (session.sealed or not may):
                with pytest.raises(ActionDenied):
                    docking.set_aside(act, session.row.id, aside)
                return
            docking.set_aside(act, session.row.id, aside)
        item.outcome = outcome

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def seal(self, data: st.DataObject) -> None:
        session = data.draw(st.sampled_from(self.sessions))
        if any(item.outcome is ItemOutcome.FOUND for item in session.items.values()):
            with pytest.raises(ActionDenied):
                self.city.seal(session.row)
            return
        was_sealed = session.sealed
        receipt = self.city.seal(session.row)
        assert receipt.number == session.row.number.replace("DS", "R")
        if not was_sealed:
            session.sealed = True
            with self.registry.reading() as reading:
                for one in queries.recordings_listed(reading, session.row.id).values():
                    assert one.state is RecordingState.SEALED

    @precondition(lambda self: any(one.items for one in self.sessions))
    @rule(data=st.data())
    def wipe(self, data: st.DataObject) -> None:
        session = data.draw(st.sampled_from([one for one in self.sessions if one.items]))
        names = data.draw(st.lists(st.sampled_from(sorted(session.items)), min_size=1, unique=True))
        ids = self.ids(session)
        allowed = session.sealed and all(session.items[name].outcome in TAKEN_IN for name in names)
        with self.city.act() as act:
            if not allowed:
                with pytest.raises(ActionDenied):
                    docking.record_wiped(act, session.row.id, [ids[name] for name in names])
                return
            docking.record_wiped(act, session.row.id, [ids[name] for name in names])
        for name in names:
            session.items[name].wiped = True

    @invariant()
    def rows_are_what_the_model_says(self) -> None:
        for session in self.sessions:
            rows = {item.raw_name: item for item in self.city.items(session.row)}
            assert rows.keys() == session.items.keys()
            for name, item in session.items.items():
                row = rows[name]
                assert (row.outcome, row.modified_ns, row.wiped_at is not None) == (
                    item.outcome,
                    item.version,
                    item.wiped,
                )
                assert row.wiped_at is None or session.sealed

    @invariant()
    def each_content_is_one_original(self) -> None:
        with self.registry.reading() as reading:
            for code in self.units:
                unit = queries.unit_by_code(reading, code)
                assert unit is not None
                known = queries.known_content(reading, unit.id, [sha(code + content) for content in CONTENTS])
                wanted = {sha(code + content) for where, content in self.originals if where == code}
                assert known.keys() == wanted

    def teardown(self) -> None:
        """The ledger and the rows of all that was ever done agree."""
        self.city.wait(hours=1)
        assert verify(self.registry).problems == []
        assert verify_rows(self.registry).problems == []


@pytest.mark.timeout(900)  # two processes share the machine
def test_any_order_of_events_keeps_the_rules(registry: Registry) -> None:
    machine = type("Machine", (RegistryMachine,), {"registry": registry})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )

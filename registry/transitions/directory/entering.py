"""What all directory transitions share: looking up, comparing, writing, telling the ledger."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlmodel import SQLModel

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.transitions.directory.shapes import DirectoryDenied, Entered, Fault
from registry.types import new_id
from regulation.access_terms import is_legible

E = TypeVar("E")
K = TypeVar("K", bound=Hashable)
Facts = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What the ledger may know of a row: ids and codes, never names."""


@dataclass(slots=True)
class Sieve(Generic[E]):
    """Entries on their way in; those with a fault stay behind."""

    entries: Sequence[E]
    faults: list[Fault] = field(default_factory=list)
    _faulty: set[int] = field(default_factory=set)

    def refuse(self, index: int, column: str, message: str) -> None:
        """Say what is wrong with the entry at `index`."""
        self.faults.append(Fault(index, column, message))
        self._faulty.add(index)

    def require(self, column: str, sound: Callable[[E], bool], message: str) -> None:
        """Refuse every entry that is not `sound`."""
        for index, entry in enumerate(self.entries):
            if not sound(entry):
                self.refuse(index, column, message)

    def require_number(self, column: str, longest: int) -> None:
        """Refuse entries whose `column` is no number that people can read out: empty, too long, or with characters that
        do not show."""
        message = f"a number has 1 to {longest} characters, each of which shows"
        self.require(column, lambda entry: is_legible(getattr(entry, column), longest), message)

    def require_known(self, column: str, known: Mapping[str, UUID], what: str) -> None:
        """Refuse entries whose `column` names something that is not in the directory."""
        self.require(column, lambda entry: getattr(entry, column) in known, f"there is no {what} with this code")

    def require_once(self, column: str, key: Callable[[E], Hashable]) -> None:
        """Refuse entries whose key an earlier one has."""
        seen = set()
        for index, entry in enumerate(self.entries):
            if key(entry) in seen:
                self.refuse(index, column, "the same thing is entered twice")
            seen.add(key(entry))

    def sound(self) -> list[E]:
        """The entries without a fault, in their order."""
        return [entry for index, entry in enumerate(self.entries) if index not in self._faulty]

    def finish(self, entered: Entered) -> Entered:
        """`entered`, or `DirectoryDenied` where there were faults."""
        if self.faults:
            raise DirectoryDenied(sorted(self.faults, key=lambda fault: fault.index))
        return entered


def ids_by(act: Act, model: type[SQLModel], column: str, values: Iterable[str]) -> dict[str, UUID]:
    """The ids of the rows of `model` whose `column`, which is unique, is one of `values`."""
    table = table_of(model)
    query = select(table.c.id, table.c[column])
    askable = [value for value in values if storable(value) == value]
    return {row[1]: row[0] for row in rows_among(act.connection, query, table.c[column], askable)}


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of one table are entered."""

    model: type[SQLModel]
    subject: str
    entered: Event
    changed: Event
    facts: Facts
    article: str | None = None


def enter(
    act: Act,
    kind: Kind,
    wanted: Mapping[K, Mapping[str, Any]],
    existing: Mapping[K, AnyRow],
    also_changed: Mapping[K, str] | None = None,
) -> tuple[Entered, dict[K, UUID]]:
    """Create or change the rows `wanted`, each under its key, and have the ledger say so. Gives every key's id.

    A row may bring its id; else a new one gets a new id. `also_changed` names keys whose change lies outside their row,
    and what changed.
    """
    rows = {key: {name: _kept(value) for name, value in row.items()} for key, row in wanted.items()}
    new = {key: {"id": new_id()} | row for key, row in rows.items() if key not in existing}
    changes = {key: _differing(existing[key], row) for key, row in rows.items() if key in existing}
    for key, what in (also_changed or {}).items():
        changes[key] = [*changes.get(key, []), what]
    changed = {key: {"id": existing[key].id} | rows[key] for key, names in changes.items() if names}
    insert_rows(act.connection, kind.model, list(new.values()))
    update_rows(act.connection, kind.model, list(changed.values()))
    for row in new.values():
        _record(act, kind, kind.entered, row, kind.facts(row))
    for key, row in changed.items():
        _record(act, kind, kind.changed, row, kind.facts(row) | {"changed": changes[key]})
    entered = Entered(len(new), len(changed), len(rows) - len(new) - len(changed))
    return entered, {key: existing[key].id if key in existing else new[key]["id"] for key in rows}


def _kept(value: Any) -> Any:
    return storable(value) if type(value) is str else value


def _differing(row: AnyRow, wanted: Mapping[str, Any]) -> list[str]:
    return [name for name, value in wanted.items() if getattr(row, name) != value]


def _record(act: Act, kind: Kind, event: Event, row: Mapping[str, Any], facts: dict[str, Any]) -> None:
    act.record(event, kind.subject, row["id"], facts, unit_id=row.get("unit_id"), article=kind.article)

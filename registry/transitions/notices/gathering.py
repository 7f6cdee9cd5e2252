"""What one sweep has to tell, gathered a person: one notice each, queued when the sweep ends (Art. 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of
from registry.ledger import Event
from registry.tables import Notice, NoticeKind, NoticeLine, NoticeState, Person, Unit
from registry.transitions.numbers import next_numbers
from registry.types import new_id
from regulation.ladder import Step
from regulation.vocabulary import Role

if TYPE_CHECKING:
    from registry.transitions.duties.climbing import Told

_notice = table_of(Notice)


@dataclass(slots=True)
class Gathering:
    """The notices of one sweep. Kept between its batches only to save asking: the rows are the truth."""

    sweep_id: UUID
    _notices: dict[UUID, UUID] = field(default_factory=dict)

    def add(self, act: Act, told: Sequence[Told]) -> None:
        """Write down what is told, each line in its reader's notice, which is begun where there is none.

        The ledger has the number of lines and a SHA-256 of them: so it can be proved later who was told what.
        """
        if not told:
            return
        readers = dict.fromkeys(one.recipient.person_id for one in told if one.recipient.person_id is not None)
        self._begin(act, [person for person in readers if person not in self._notices])
        lines = [self._line(act, one) for one in told]
        insert_rows(act.connection, NoticeLine, lines)
        facts = {"lines": len(lines), "lines_sha256": lines_digest(_said(line) for line in lines)}
        act.record(Event.SWEEP_TOLD, "sweep", self.sweep_id, facts, article="Art. 20")

    def _line(self, act: Act, one: Told) -> dict[str, Any]:
        person = one.recipient.person_id
        assert person is not None
        return {
            "duty_id": one.duty_id,
            "step": one.step,
            "person_id": person,
            "notice_id": self._notices[person],
            "role": one.recipient.role,
            "instead_of": one.recipient.instead_of,
            "planned_at": one.planned_at,
            "told_at": act.at,
            "due_at": one.due_at,
        }

    def _begin(self, act: Act, people: Iterable[UUID]) -> None:
        rows: list[dict[str, Any]] = [
            {
                "id": new_id(),
                "number": number,
                "kind": NoticeKind.DIGEST,
                "sweep_id": self.sweep_id,
                "person_id": person,
                "unit_id": unit_id,
                "urgent": False,
                "created_at": act.at,
                "state": NoticeState.GATHERING,
                "attempts": 0,
                "next_attempt_at": act.at,
            }
            for person, unit_id, number in numbered(act, people)
        ]
        insert_rows(act.connection, Notice, rows)
        self._notices |= {row["person_id"]: row["id"] for row in rows}


def _said(line: Mapping[str, Any]) -> str:
    return said(line["duty_id"], line["step"], line["person_id"], line["role"], line["instead_of"])


def said(duty_id: UUID, step: Step, person_id: UUID, role: Role | None, instead_of: Role | None) -> str:
    """One line as the ledger's digest has it."""
    return f"{duty_id.hex} {step} {person_id.hex} {role or '-'} {instead_of or '-'}"


def lines_digest(lines: Iterable[str]) -> str:
    """SHA-256, in hexadecimal, over lines as `said` writes them, in their order as text."""
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def numbered(act: Act, people: Iterable[UUID]) -> list[tuple[UUID, UUID, str]]:
    """Each person with their unit's id and a fresh notice number of that unit."""
    person, by_unit = table_of(Person), defaultdict[UUID, list[UUID]](list)
    query = select(person.c.id, person.c.unit_id)
    for row in rows_among(act.connection, query, person.c.id, people):
        by_unit[row.unit_id].append(row.id)
    found = []
    for unit_id, readers in by_unit.items():
        unit = act.session.get_one(Unit, unit_id)
        numbers = next_numbers(act, "N", unit, len(readers))
        found += [(reader, unit_id, number) for reader, number in zip(sorted(readers), numbers, strict=True)]
    return found

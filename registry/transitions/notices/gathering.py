"""What one sweep has to tell, gathered a person: one notice each, queued when the sweep ends (Art. 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of
from registry.tables import Notice, NoticeKind, NoticeState, Person, Unit
from registry.transitions.numbers import next_numbers
from registry.types import new_id

if TYPE_CHECKING:
    from registry.transitions.duties.climbing import Told

_notice = table_of(Notice)


@dataclass(slots=True)
class Gathering:
    """The notices of one sweep. Kept between its batches only to save asking: the rows are the truth."""

    sweep_id: UUID
    _notices: dict[UUID, UUID] = field(default_factory=dict)

    def lines(self, act: Act, told: Iterable[Told]) -> list[dict[str, Any]]:
        """The lines to insert for what is told, each in its reader's notice, which is begun where there is none."""
        told = list(told)
        readers = dict.fromkeys(one.recipient.person_id for one in told if one.recipient.person_id is not None)
        self._begin(act, [person for person in readers if person not in self._notices])
        return [self._line(one) for one in told]

    def _line(self, one: Told) -> dict[str, Any]:
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

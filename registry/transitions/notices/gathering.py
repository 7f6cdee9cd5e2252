"""What one sweep has to tell, gathered a person: one notice each, queued when the sweep ends (Art. 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of
from registry.columns import insert_written, writer
from registry.ledger import Event
from registry.ledger.lines import texts_digest, value_text
from registry.tables import Notice, NoticeKind, NoticeLine, NoticeState, Person, Unit
from registry.transitions.numbers import numbers_of, series_of
from registry.types import new_id
from regulation.ladder import Step
from regulation.recipients import Recipient

if TYPE_CHECKING:
    from registry.transitions.duties.climbing import Told

_notice, _line = table_of(Notice), table_of(NoticeLine)
_MOMENT = timedelta(microseconds=1)
_COLUMNS = (
    "duty_id", "step", "person_id", "notice_id", "role", "instead_of", "planned_at", "told_at", "due_at"
)  # fmt: skip


@dataclass(slots=True)
class Gathering:
    """The notices of one sweep. Kept between its batches only to save asking: the rows are the truth."""

    sweep_id: UUID
    _notices: dict[UUID, UUID] = field(default_factory=dict)
    _told_at: datetime | None = None

    def add(self, act: Act, told: Sequence[Told]) -> None:
        """Write down what is told, each line in its reader's notice, which is begun where there is none.

        The ledger has the number of lines and a SHA-256 of them: so it can be proved later who was told what.
        """
        if not told:
            return
        told_at = self._told_at = self._moment(act)
        heard_alike = {id(one.recipients): one.recipients for one in told}.values()
        readers = dict.fromkeys(reader.person_id for some in heard_alike for reader in some)
        self._begin(act, [person for person in readers if person is not None and person not in self._notices])
        lines, texts = self._lines(act, told, told_at)
        insert_written(act.connection, _line, _COLUMNS, lines)
        facts = {"told_at": told_at, "lines": len(lines), "lines_sha256": texts_digest(texts)}
        act.record(Event.SWEEP_TOLD, "sweep", self.sweep_id, facts, article="Art. 20")

    def _moment(self, act: Act) -> datetime:
        """The time of telling: the act's, but each act of a sweep has its own, for by it the ledger names the lines."""
        last = self._resumed(act) if self._told_at is None else self._told_at
        return act.at if last is None else max(act.at, last + _MOMENT)

    def _resumed(self, act: Act) -> datetime | None:
        """Take up what an earlier try of this sweep has gathered; gives when it last told anything."""
        begun = select(_notice.c.person_id, _notice.c.id).where(_notice.c.sweep_id == self.sweep_id)
        self._notices = {row.person_id: row.id for row in act.connection.execute(begun)}
        last = func.max(_line.c.told_at, type_=_line.c.told_at.type)
        of_this = select(last).join_from(_line, _notice, _notice.c.id == _line.c.notice_id)
        moment: datetime | None = act.connection.execute(of_this.where(_notice.c.sweep_id == self.sweep_id)).scalar()
        return moment

    def _lines(self, act: Act, told: Sequence[Told], told_at: datetime) -> tuple[list[tuple[Any, ...]], list[str]]:
        """The lines as the engine reads them, and as the texts of which the ledger has the digest."""
        write, readers = writer(act.connection, _line.c.due_at), _Readers(act, self._notices)
        lines, texts, now = [], [], write(told_at)
        for duty_id, step, recipients, planned_at, due_at in told:
            due, said = write(due_at), value_text(due_at)
            planned, said_planned = (due, said) if planned_at == due_at else (write(planned_at), value_text(planned_at))
            for reader, text in readers.of(step, recipients):
                lines.append((duty_id, *reader, planned, now, due))
                texts.append(f"{duty_id} {text} {said_planned} {said}")
        return lines, texts

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


class _Readers:
    """What the lines of one step that the same people hear of have in common."""

    def __init__(self, act: Act, notices: Mapping[UUID, UUID]) -> None:
        self._notices = notices
        self._write = [writer(act.connection, _line.c[name]) for name in _COLUMNS[1:6]]
        self._known: dict[tuple[int, Step], list[tuple[list[Any], str]]] = {}

    def of(self, step: Step, recipients: tuple[Recipient, ...]) -> list[tuple[list[Any], str]]:
        """Each reader's columns from `step` to `instead_of`, and as text."""
        # By identity: to compare who hears costs more than all the rest of a line.
        found = self._known.get((id(recipients), step))
        if found is None:
            found = self._known[id(recipients), step] = [self._written(step, one) for one in recipients]
        return found

    def _written(self, step: Step, reader: Recipient) -> tuple[list[Any], str]:
        assert reader.person_id is not None
        said = (step, reader.person_id, reader.role, reader.instead_of)
        values = (step, reader.person_id, self._notices[reader.person_id], reader.role, reader.instead_of)
        written = [write(value) for write, value in zip(self._write, values, strict=True)]
        return written, " ".join(map(value_text, said))


def numbered(act: Act, people: Iterable[UUID]) -> list[tuple[UUID, UUID, str]]:
    """Each person with their unit's id and a fresh notice number of that unit."""
    person, unit = table_of(Person), table_of(Unit)
    query = select(person.c.id, person.c.unit_id, unit.c.code, unit.c.zone).join_from(person, unit)
    readers = defaultdict[str, list[tuple[UUID, UUID]]](list)
    for row in rows_among(act.connection, query, person.c.id, people):
        readers[series_of(act, "N", row.code, row.zone)].append((row.id, row.unit_id))
    numbers = numbers_of(act, {series: len(them) for series, them in readers.items()})
    return [
        (reader, unit_id, number)
        for series, them in readers.items()
        for (reader, unit_id), number in zip(sorted(them), numbers[series], strict=True)
    ]

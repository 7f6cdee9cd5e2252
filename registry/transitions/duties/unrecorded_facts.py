"""The duties that interruptions and exemptions bring: whoever they are for looks at them (Art. 12, 13)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import Table, select

from registry.act import Act
from registry.bulk import rows_among, table_of
from registry.queries.unrecorded import SeatOf, reported_to, reviewed_by
from registry.tables import ExemptionRecord, InterruptionReport, Unit
from registry.transitions.duties.owed import Known, Owed
from regulation.duties import Clock

_report, _exemption, _unit = table_of(InterruptionReport), table_of(ExemptionRecord), table_of(Unit)


def exemption_reviews(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 12: the principal leader owes a review of each work record. Met by it."""
    return _answers(act, _exemption, "reviewed_at", reviewed_by, ids, known)


def interruption_notices(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Art. 13: the head of the department owes a look at each report. Met by it."""
    return _answers(act, _report, "seen_at", reported_to, ids, known)


def _answers(
    act: Act, table: Table, answered: str, seat_of: SeatOf, ids: Collection[UUID], known: Known
) -> Iterator[Owed]:
    """Whoever holds the seat when it is handed in owes the answer; where nobody does, it is owed without a name."""
    query = select(table, _unit.c.zone).join_from(table, _unit, _unit.c.id == table.c.unit_id)
    for row in rows_among(act.connection, query, table.c.id, ids):
        owing: set[UUID | None] = {duty.owed_by_id for duty in known.get(row.id, ())}
        if not owing:
            owing = set(seat_of(act.session, row.activity_id, row.unit_id, row.person_id, row.at).people) or {None}
        for person in owing:
            met_at = row._mapping[answered]
            yield Owed(row.id, person, row.unit_id, row.zone, Clock.HANDED_IN, row.at, met_at)

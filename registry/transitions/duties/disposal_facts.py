"""The duties that disposal brings: to answer a step, and to see to what was not destroyed (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.disposal import approvers_of
from registry.tables import DisposalItem, DisposalList, DisposalStep, Unit
from registry.transitions.duties.owed import Known, Owed
from regulation.disposal import DisposalStage
from regulation.duties import Clock

_list, _item, _step, _unit = (table_of(one) for one in (DisposalList, DisposalItem, DisposalStep, Unit))


def disposal_steps(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """A named witness owes their word, whoever may approve the approval; the appraisal is the administrators'. Met by
    the answer, or when nothing is left to answer."""
    query = (
        select(_step, _list.c.unit_id, _unit.c.zone)
        .join_from(_step, _list, _list.c.id == _step.c.list_id)
        .join(_unit, _unit.c.id == _list.c.unit_id)
    )
    for row in rows_among(act.connection, query, _step.c.id, ids):
        owing: set[UUID | None] = {duty.owed_by_id for duty in known.get(row.id, ())}
        for person in owing or _asked(act, row):
            yield Owed(row.id, person, row.unit_id, row.zone, Clock.ASKED, row.opened_at, row.closed_at)


def _asked(act: Act, row: AnyRow) -> Collection[UUID | None]:
    if row.stage is not DisposalStage.APPROVAL:
        return {row.person_id}
    listed = act.connection.execute(select(_list).where(_list.c.id == row.list_id)).one()
    return set(approvers_of(act.session, listed, act.at).people) or {None}


def failed_deletions(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """What the vault did not let go of is the administrator's to see to. Met once it is gone, or kept after all."""
    query = (
        select(_item, _list.c.unit_id, _unit.c.zone)
        .join_from(_item, _list, _list.c.id == _item.c.list_id)
        .join(_unit, _unit.c.id == _list.c.unit_id)
        .where(_item.c.failed_at.is_not(None))
    )
    for row in rows_among(act.connection, query, _item.c.id, ids):
        over_at = row.destroyed_at or row.dropped_at
        yield Owed(row.id, None, row.unit_id, row.zone, Clock.NOT_DESTROYED, row.failed_at, over_at)

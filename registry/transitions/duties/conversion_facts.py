"""The duty that a conversion brings: to answer the step that waits (Art. 19)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.conversion import conversion_row, signers_of
from registry.tables import Conversion, ConversionStep, Unit
from registry.transitions.duties.owed import Known, Owed
from regulation.conversion import ConversionStage
from regulation.duties import Clock

_conversion, _step, _unit = (table_of(one) for one in (Conversion, ConversionStep, Unit))


def conversion_steps(act: Act, ids: Collection[UUID], known: Known) -> Iterator[Owed]:
    """Who was named owes the extraction and the check, whoever may sign the signature. Met by the answer, or when
    nothing is left to answer."""
    query = (
        select(_step, _conversion.c.unit_id, _unit.c.zone)
        .join_from(_step, _conversion, _conversion.c.id == _step.c.conversion_id)
        .join(_unit, _unit.c.id == _conversion.c.unit_id)
    )
    for row in rows_among(act.connection, query, _step.c.id, ids):
        owing: set[UUID | None] = {duty.owed_by_id for duty in known.get(row.id, ())}
        for person in owing or _asked(act, row):
            yield Owed(row.id, person, row.unit_id, row.zone, Clock.ASKED, row.opened_at, row.closed_at)


def _asked(act: Act, row: AnyRow) -> Collection[UUID | None]:
    if row.stage is not ConversionStage.SIGNATURE:
        return {row.person_id}
    conversion = conversion_row(act.connection, row.conversion_id)
    assert conversion is not None
    return set(signers_of(act.session, conversion, act.at).people) or {None}

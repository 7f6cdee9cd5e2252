"""Sweeps begin, give signs of life and end; one of a kind at a time, and a dead one's work is taken over (Art. 20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, table_of
from registry.ledger import Event
from registry.tables import Sweep
from registry.types import new_id
from regulation.errors import ActionDenied

PATIENCE = timedelta(minutes=2)
"""A sweep that gave no sign of life for so long is dead."""

_sweep = table_of(Sweep)


def begin_sweep(act: Act, kind: str, holder: str, holder_is_dead: Callable[[str], bool] | None = None) -> UUID | None:
    """A new sweep of `kind`, worked on by `holder`; None while another one is at work.

    Sweeps of the kind that died on the way are ended: what they gathered is queued with this one's.
    """
    unfinished = select(_sweep).where(_sweep.c.kind == kind, _sweep.c.finished_at.is_(None))
    for other in act.connection.execute(unfinished).all():
        if not _is_dead(act, other, holder_is_dead):
            return None
        _end(act, other.id, {**other.counts, "abandoned": 1})
    sweep_id = new_id()
    row: dict[str, Any] = {
        "id": sweep_id,
        "kind": kind,
        "holder": holder,
        "started_at": act.at,
        "beat_at": act.at,
        "counts": {},
    }
    insert_rows(act.connection, Sweep, [row])
    return sweep_id


def _is_dead(act: Act, row: AnyRow, holder_is_dead: Callable[[str], bool] | None) -> bool:
    if row.beat_at + PATIENCE <= act.at:
        return True
    return holder_is_dead is not None and holder_is_dead(row.holder)


def beat(act: Act, sweep_id: UUID) -> None:
    """A sign of life, in each of the sweep's acts. Raises `ActionDenied` when another one has taken its work over."""
    statement = _sweep.update().where(_sweep.c.id == sweep_id, _sweep.c.finished_at.is_(None)).values(beat_at=act.at)
    if act.connection.execute(statement).rowcount != 1:
        raise ActionDenied("Another sweep has taken this one's work over.", subject=str(sweep_id))


def finish_sweep(act: Act, sweep_id: UUID, counts: Mapping[str, int]) -> None:
    """Enter that the sweep came to its end, and what it counted; said again, the first time counts.

    Raises `ActionDenied` when another one has taken its work over.
    """
    row = act.connection.execute(select(_sweep).where(_sweep.c.id == sweep_id)).one()
    if row.finished_at is not None and "abandoned" not in row.counts:
        return
    beat(act, sweep_id)
    _end(act, sweep_id, counts)
    act.record(Event.SWEEP_FINISHED, "sweep", sweep_id, {"counts": dict(counts)}, article="Art. 20")


def _end(act: Act, sweep_id: UUID, counts: Mapping[str, int]) -> None:
    values = {"finished_at": act.at, "beat_at": act.at, "counts": dict(counts)}
    act.connection.execute(_sweep.update().where(_sweep.c.id == sweep_id).values(values))

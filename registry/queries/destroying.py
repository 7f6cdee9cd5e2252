"""What is being destroyed by decision, and can be had no more (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import rows_among, table_of
from registry.tables import DisposalItem
from regulation.disposal_states import ItemState

_doomed = table_of(DisposalItem)

GOING = select(_doomed.c.recording_id).where(_doomed.c.state.in_((ItemState.DESTROYING, ItemState.FAILED)))
"""Originals whose destruction has begun."""


def being_destroyed(session: Session, recording_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these recordings whose destruction has begun: it is not stopped any more (Art. 18)."""
    rows = rows_among(session.connection(), GOING, _doomed.c.recording_id, recording_ids)
    return {row.recording_id for row in rows}

"""A duty as the facts have it, before anything is written of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.bulk import AnyRow
from regulation.duties import Clock


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty as the facts have it. `clock_started_at` is empty while the clock waits, `met_at` while it is not met."""

    subject_id: UUID
    owed_by_id: UUID | None
    unit_id: UUID
    zone: str
    clock: Clock
    clock_started_at: datetime | None
    met_at: datetime | None


Known = Mapping[UUID, Collection[AnyRow]]
"""The duties of the kind that each subject has already."""

"""Incidents: what an audit found wrong with an original, and how it was settled (Art. 7)."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from desk.api.shapes.common import Body, Text, same
from registry.queries.incident_pages import IncidentSeen
from regulation.incidents import IncidentKind, Resolution


class SettleBody(Body):
    """How an incident was settled, and why."""

    resolution: Resolution
    reason: Text


class IncidentShape(BaseModel):
    """Something wrong with an original; `recording` is null where the registry knows no such original, `detail` says
    in codes what was found."""

    number: str
    kind: IncidentKind
    unit: str
    recording: UUID | None
    activity: str | None
    sha256: str | None
    detail: str
    found_at: AwareDatetime
    repaired_at: AwareDatetime | None
    closed_by: str | None
    closed_at: AwareDatetime | None
    resolution: Resolution | None
    reason: str | None

    @classmethod
    def of(cls, row: IncidentSeen) -> IncidentShape:
        """From a row of the registry."""
        return cls(unit=row.unit_name, recording=row.recording_id, **same(cls, row, "unit", "recording"))


class IncidentPage(BaseModel):
    """A page of incidents."""

    total: int
    incidents: list[IncidentShape]

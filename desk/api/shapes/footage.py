"""Viewings, copies and markings (Art. 17)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from desk.api.shapes.common import Body, Second, Text
from registry.queries.access_copies import CopyRow
from registry.tables import CopyEnd, Look
from regulation.vocabulary import Marking


class LookBody(Body):
    """One thing done while viewing."""

    what: Look
    at: Second


class MarkingBody(Body):
    """A marking to place or lift."""

    do: Literal["mark", "lift"]
    marking: Marking
    reason: Text


class CopyBody(Body):
    """What became of a copy."""

    do: Literal["declare", "confirm"]
    what: CopyEnd


class Opened(BaseModel):
    """A viewing that was opened."""

    view: UUID


class Copy(BaseModel):
    """A copy that was handed out."""

    number: str
    request: str
    recording: UUID
    holder: str
    start: float
    end: float | None
    size: int
    sha256: str
    handed_at: AwareDatetime
    due_at: AwareDatetime | None
    declared: CopyEnd | None
    ended: CopyEnd | None

    @classmethod
    def of(cls, row: CopyRow) -> Copy:
        """From a row of the registry."""
        same = ("number", "size", "sha256", "handed_at", "due_at", "declared", "ended")
        kept: dict[str, Any] = {name: getattr(row, name) for name in same}
        place: dict[str, Any] = {
            "request": row.request_number,
            "recording": row.recording_id,
            "holder": row.holder_number,
        }
        return cls(**kept, **place, start=row.start_second, end=row.end_second)

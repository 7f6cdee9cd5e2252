"""What people hand in: a request, and a leader's answer to a step of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from regulation.access_terms import Range, Terms


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it is entered: the parts of recordings by the recordings' ids, and what for.

    `requester_id` will see the footage; `outsider` says on whose behalf, where that is nobody of the city's units.
    """

    requester_id: UUID
    parts: Mapping[UUID, Range]
    purpose: str
    terms: Terms
    outsider: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A leader's answer to one step.

    Without `terms` those asked for are given, except that what is marked is given for viewing only. Without `parts`, by
    the items' ids, every item is given as asked.
    """

    reason: str
    is_denied: bool = False
    terms: Terms | None = None
    parts: Mapping[UUID, Range] | None = field(default=None)

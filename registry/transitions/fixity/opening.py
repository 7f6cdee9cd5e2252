"""Opening incidents: once for each kind and subject, however often it is seen, and told to who must look (Art. 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of
from registry.ledger import Event
from registry.queries.organisation import administrators_of
from registry.tables import Incident, NoticeKind, Resolution, Unit
from registry.transitions.notices.queueing import queue_notices
from registry.transitions.numbers import next_numbers
from registry.types import new_id
from regulation.incidents import ARTICLE, IncidentKind

_incident = table_of(Incident)
ALERT = "original-disputed"
"""What an alert about incidents is called (`tasks.notices.digest.Trouble`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found wrong. `key` is the vault's, of which only a digest is kept; `detail` says what in codes."""

    kind: IncidentKind
    unit_id: UUID
    recording_id: UUID | None
    key: str
    detail: str = ""

    @property
    def subject(self) -> str:
        """What it is about: the recording, or the key's digest where the registry knows no recording."""
        return self.recording_id.hex if self.recording_id is not None else self.key_sha256

    @property
    def key_sha256(self) -> str:
        """A key may be anything that somebody put there: it is named by its digest."""
        return sha256(self.key.encode("utf-8", "surrogateescape")).hexdigest()


def open_found(act: Act, sweep_id: UUID, findings: Iterable[Finding]) -> list[Finding]:
    """Open an incident for each finding that has none yet; gives those it opened. Device administrators are alerted,
    once a unit and sweep.

    What is open is not opened again, nor what somebody has explained or given up as lost and that is still the same.
    """
    fresh = _unknown(act, {(one.kind, one.subject): one for one in findings})
    by_unit = defaultdict[UUID, list[Finding]](list)
    for one in fresh:
        by_unit[one.unit_id].append(one)
    for unit_id, together in by_unit.items():
        _open(act, sweep_id, act.session.get_one(Unit, unit_id), together)
    return fresh


def _unknown(act: Act, found: dict[tuple[IncidentKind, str], Finding]) -> list[Finding]:
    settled = _incident.c.resolution.in_((Resolution.EXPLAINED, Resolution.LOST))
    query = select(_incident.c.kind, _incident.c.subject, _incident.c.detail, _incident.c.closed_at)
    query = query.where(or_(_incident.c.closed_at.is_(None), settled))
    known = set[tuple[IncidentKind, str]]()
    for row in rows_among(act.connection, query, _incident.c.subject, {subject for _, subject in found}):
        one = found.get((row.kind, row.subject))
        if one is not None and (row.closed_at is None or row.detail == one.detail):
            known.add((row.kind, row.subject))
    return [one for key, one in found.items() if key not in known]


def _open(act: Act, sweep_id: UUID, unit: Unit, findings: Sequence[Finding]) -> None:
    told_already = act.connection.execute(
        select(_incident.c.id).where(_incident.c.sweep_id == sweep_id, _incident.c.unit_id == unit.id).limit(1)
    ).first()
    numbers = next_numbers(act, "IN", unit, len(findings))
    rows = [_row(act, sweep_id, number, one) for number, one in zip(numbers, findings, strict=True)]
    insert_rows(act.connection, Incident, rows)
    for row, one in zip(rows, findings, strict=True):
        facts = {
            "number": row["number"],
            "kind": one.kind.value,
            "recording_id": one.recording_id,
            "key_sha256": one.key_sha256,
            "detail": one.detail,
            "sweep_id": sweep_id,
        }
        act.record(Event.INCIDENT_OPENED, "incident", row["id"], facts, unit_id=unit.id, article=ARTICLE)
    if told_already is None:
        people = administrators_of(act.session, unit.id, act.at)
        queue_notices(act, NoticeKind.ALERT, people, f"{ALERT}:{numbers[0]}")


def _row(act: Act, sweep_id: UUID, number: str, one: Finding) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": number,
        "kind": one.kind,
        "unit_id": one.unit_id,
        "subject": one.subject,
        "recording_id": one.recording_id,
        "sweep_id": sweep_id,
        "found_at": act.at,
        "detail": one.detail,
    }

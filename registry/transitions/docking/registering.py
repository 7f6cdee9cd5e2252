"""Originals entering the registry: one for each distinct content of a unit (Art. 4, 7, 16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.tables import TAKEN_IN, Condition, DockItem, DockSession, Filing, ItemOutcome, Recording, RecordingState
from registry.transitions.dock_session import session_of
from registry.transitions.docking.common import items_of, require_open
from registry.transitions.docking.shapes import RegisteredItem, TakenIn
from registry.types import new_id
from regulation.errors import ActionDenied, FixityError
from regulation.vocabulary import MediaKind


def register_originals(act: Act, session_id: UUID, intakes: Sequence[TakenIn]) -> list[RegisteredItem]:
    """Enter what the vault holds and has verified, in the order given; received at the act's time.

    Content the unit already has, in the registry or earlier in `intakes`, makes the item a duplicate of that recording.
    Raises `ActionDenied` for items that were taken in with other content, and for new ones in a sealed session (Art. 7,
    16); `FixityError` when a known SHA-256 comes with another size or SM3.
    """
    session = session_of(act, session_id)
    items = items_of(act, session_id, (intake.item_id for intake in intakes))
    contents = _contents(act, session.unit_id, {intake.sha256 for intake in intakes})
    batch = _Batch(act, session, {item: _Now(row.outcome, row.recording_id) for item, row in items.items()}, contents)
    registered = [batch.take(intake) for intake in intakes]
    insert_rows(act.connection, Recording, batch.recordings)
    update_rows(act.connection, DockItem, list(batch.items.values()))
    return registered


@dataclass(frozen=True, slots=True)
class _Content:
    recording_id: UUID
    size: int
    sm3: str | None


@dataclass(frozen=True, slots=True)
class _Now:
    """Where an item stands."""

    outcome: ItemOutcome
    recording_id: UUID | None


def _contents(act: Act, unit_id: UUID, digests: Iterable[str]) -> dict[str, _Content]:
    recording = table_of(Recording).c
    query = select(recording.id, recording.sha256, recording.size, recording.sm3).where(recording.unit_id == unit_id)
    rows = rows_among(act.connection, query, recording.sha256, digests)
    return {row.sha256: _Content(row.id, row.size, row.sm3) for row in rows}


@dataclass(slots=True)
class _Batch:
    """The rows to write, gathered one intake after the other, so that a batch sees its own duplicates."""

    act: Act
    session: DockSession
    now: dict[UUID, _Now]
    contents: dict[str, _Content]
    recordings: list[dict[str, Any]] = field(default_factory=list)
    items: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def take(self, intake: TakenIn) -> RegisteredItem:
        content = self.contents.get(intake.sha256)
        if content is not None:
            _require_same(content, intake)
        now = self.now[intake.item_id]
        if content is not None and _is_repeated(now, intake, content):
            return RegisteredItem(intake.item_id, content.recording_id, now.outcome)
        self._check(now, intake)
        return self._duplicate(intake, content) if content is not None else self._original(intake)

    def _check(self, now: _Now, intake: TakenIn) -> None:
        require_open(self.session)
        if now.outcome in TAKEN_IN:
            raise ActionDenied(
                "this item was already taken in, with other content", article="Art. 7", subject=str(intake.item_id)
            )

    def _original(self, intake: TakenIn) -> RegisteredItem:
        row = self._recording(intake)
        self.recordings.append(row)
        self.contents[intake.sha256] = _Content(row["id"], intake.size, intake.sm3)
        facts = {
            "session_id": self.session.id,
            "item_id": intake.item_id,
            "size": intake.size,
            "sha256": intake.sha256,
            "sm3": intake.sm3,
            "vault_key": intake.vault_key,
            "vault_version": intake.vault_version,
            "retain_until": intake.retain_until,
        }
        self._record(Event.RECORDING_VERIFIED, "recording", row["id"], facts)
        return self._settle(intake, row["id"], intake.outcome)

    def _duplicate(self, intake: TakenIn, content: _Content) -> RegisteredItem:
        if intake.outcome is ItemOutcome.GROWING:
            return self._settle(intake, content.recording_id, ItemOutcome.GROWING)
        facts = {"session_id": self.session.id, "recording_id": content.recording_id, "sha256": intake.sha256}
        self._record(Event.ITEM_DUPLICATED, "item", intake.item_id, facts)
        return self._settle(intake, content.recording_id, ItemOutcome.DUPLICATE)

    def _settle(self, intake: TakenIn, recording_id: UUID, outcome: ItemOutcome) -> RegisteredItem:
        if outcome is ItemOutcome.GROWING:
            facts = {"session_id": self.session.id, "recording_id": recording_id, "outcome": outcome.value}
            self._record(Event.ITEM_SET_ASIDE, "item", intake.item_id, facts)
        self.now[intake.item_id] = _Now(outcome, recording_id)
        self.items[intake.item_id] = {
            "id": intake.item_id,
            "outcome": outcome,
            "recording_id": recording_id,
            "note": storable(intake.note),
        }
        return RegisteredItem(intake.item_id, recording_id, outcome)

    def _recording(self, intake: TakenIn) -> dict[str, Any]:
        return {
            "id": new_id(),
            "unit_id": self.session.unit_id,
            "session_id": self.session.id,
            "media_kind": MediaKind.OTHER,
            "condition": Condition.UNPROBED,
            "size": intake.size,
            "sha256": intake.sha256,
            "sm3": intake.sm3,
            "vault_key": intake.vault_key,
            "vault_version": intake.vault_version,
            "retain_until": intake.retain_until,
            "state": RecordingState.VERIFIED,
            "filing": Filing.PENDING,
            "received_at": self.act.at,
        }

    def _record(self, event: Event, kind: str, subject_id: UUID, facts: dict[str, Any]) -> None:
        self.act.record(event, kind, subject_id, facts, unit_id=self.session.unit_id, article="Art. 16")


def _require_same(content: _Content, intake: TakenIn) -> None:
    sm3_differs = content.sm3 is not None and intake.sm3 is not None and content.sm3 != intake.sm3
    if content.size != intake.size or sm3_differs:
        raise FixityError(
            "the same SHA-256 is known with another size or SM3", article="Art. 7", subject=str(content.recording_id)
        )


def _is_repeated(now: _Now, intake: TakenIn, content: _Content) -> bool:
    """Whether this very intake was registered before."""
    if now.recording_id != content.recording_id:
        return False
    return now.outcome in TAKEN_IN or now.outcome is intake.outcome is ItemOutcome.GROWING

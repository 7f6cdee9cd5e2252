"""What a dock session asks of the registry, each as one set-based query (Art. 4, 15, 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.bulk import chunked, table_of
from registry.tables import (
    TAKEN_IN,
    Activity,
    Condition,
    Device,
    DockItem,
    FileReceipt,
    Filing,
    ItemOutcome,
    Recording,
    RecordingState,
    Unit,
)
from regulation.filing import RecordedSpan
from regulation.vocabulary import MediaKind, RemoteReason

_item, _recording = table_of(DockItem).c, table_of(Recording).c
_device, _activity = table_of(Device).c, table_of(Activity).c


@dataclass(frozen=True, slots=True)
class KnownOriginal:
    """An original the unit already has, or had: then it is `is_disposed`, destroyed by decision."""

    sha256: str
    sm3: str | None
    size: int
    vault_key: str
    vault_version: str | None
    retain_until: datetime | None
    is_disposed: bool = False


@dataclass(frozen=True, slots=True)
class ItemToTakeIn:
    """An entry of the dump that was found and is not in yet; its size in bytes as it was found."""

    id: UUID
    raw_name: bytes
    shown_name: str
    size: int


@dataclass(frozen=True, slots=True)
class OriginalToProbe:
    """An original nobody has looked into yet, and the entry of the dump it came from."""

    recording_id: UUID
    raw_name: bytes
    shown_name: str
    modified_ns: int
    size: int
    vault_key: str
    vault_version: str | None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One entry of the dump as the receipt states it; the vault's facts are None where nothing was stored."""

    item_id: UUID
    raw_name: bytes
    shown_name: str
    size: int
    outcome: ItemOutcome
    note: str | None
    recording_id: UUID | None
    sha256: str | None
    sm3: str | None
    vault_key: str | None
    vault_version: str | None

    @property
    def may_be_wiped(self) -> bool:
        """Stored and verified (Art. 16); nothing else may ever be offered."""
        return self.outcome in TAKEN_IN and self.sha256 is not None


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """An original of a session as people see it."""

    recording_id: UUID
    item_id: UUID
    shown_name: str
    device_number: str | None
    media_kind: MediaKind
    condition: Condition
    filing: Filing
    activity_number: str | None
    started_at: datetime | None
    ended_at: datetime | None
    size: int
    officer_id: UUID | None
    container: str | None
    note: str | None
    clock_offset_seconds: float | None
    received_at: datetime
    activity_ended_at: datetime | None
    remote_reason: RemoteReason | None
    returned_at: datetime | None


def unit_by_id(session: Session, unit_id: UUID) -> Unit:
    """The unit; its foreign keys vouch that it exists."""
    return session.get_one(Unit, unit_id)


def originals_of_sizes(session: Session, unit_id: UUID, sizes: Iterable[int]) -> dict[int, dict[str, KnownOriginal]]:
    """The unit's originals that are as big as something about to be taken in: by size, then by SHA-256."""
    found: dict[int, dict[str, KnownOriginal]] = {}
    for chunk in chunked(set(sizes)):
        question = select(
            _recording.sha256,
            _recording.sm3,
            _recording.size,
            _recording.vault_key,
            _recording.vault_version,
            _recording.retain_until,
            _recording.state == RecordingState.DISPOSED,
        ).where(_recording.unit_id == unit_id, _recording.size.in_(chunk))
        for row in session.execute(question):
            known = KnownOriginal(*row)
            found.setdefault(known.size, {})[known.sha256] = known
    return found


def items_to_take_in(session: Session, session_id: UUID) -> list[ItemToTakeIn]:
    """The entries that were found and are not in yet, in the order they were found."""
    question = (
        select(_item.id, _item.raw_name, _item.shown_name, _item.size)
        .where(_item.session_id == session_id, _item.outcome == ItemOutcome.FOUND)
        .order_by(_item.id)
    )
    return [ItemToTakeIn(*row) for row in session.execute(question)]


def originals_to_probe(session: Session, session_id: UUID) -> list[OriginalToProbe]:
    """Originals of the session that are not probed, one line each."""
    question = (
        select(
            _item.recording_id,
            _item.raw_name,
            _item.shown_name,
            _item.modified_ns,
            _recording.size,
            _recording.vault_key,
            _recording.vault_version,
        )
        .join(table_of(Recording), _recording.id == _item.recording_id)
        .where(
            _item.session_id == session_id,
            _recording.session_id == session_id,
            _recording.condition == Condition.UNPROBED,
            _item.outcome.in_((ItemOutcome.STORED, ItemOutcome.GROWING)),
        )
        .order_by(_item.id)
    )
    lines = (OriginalToProbe(*row) for row in session.execute(question))
    return list({line.recording_id: line for line in lines}.values())


def spans_to_file(session: Session, session_id: UUID) -> list[RecordedSpan]:
    """The session's originals that nobody has filed yet."""
    question = (
        select(_recording.id, _recording.officer_id, _recording.started_at, _recording.ended_at)
        .where(_recording.session_id == session_id, _recording.filing == Filing.PENDING)
        .order_by(_recording.id)
    )
    return [RecordedSpan(*row) for row in session.execute(question)]


def receipt_lines(session: Session, session_id: UUID) -> list[ReceiptLine]:
    """Every entry of the session's dump, with what the vault holds of it."""
    question = (
        select(
            _item.id,
            _item.raw_name,
            _item.shown_name,
            func.coalesce(_recording.size, _item.size),
            _item.outcome,
            _item.note,
            _item.recording_id,
            _recording.sha256,
            _recording.sm3,
            _recording.vault_key,
            _recording.vault_version,
        )
        .join(table_of(Recording), _recording.id == _item.recording_id, isouter=True)
        .where(_item.session_id == session_id)
        .order_by(_item.raw_name)
    )
    return [ReceiptLine(*row) for row in session.execute(question)]


def session_recordings(session: Session, session_id: UUID) -> list[RecordingRow]:
    """The session's originals, by name; one whose entry was there twice is shown once."""
    question = (
        select(
            _recording.id,
            _item.id,
            _item.shown_name,
            _device.number,
            _recording.media_kind,
            _recording.condition,
            _recording.filing,
            _activity.number,
            _recording.started_at,
            _recording.ended_at,
            _recording.size,
            _recording.officer_id,
            _recording.container,
            _recording.note,
            _recording.clock_offset_seconds,
            _recording.received_at,
            _activity.ended_at,
            _activity.remote_reason,
            _activity.returned_at,
        )
        .join(table_of(DockItem), _item.recording_id == _recording.id)
        .join(table_of(Device), _device.id == _recording.device_id, isouter=True)
        .join(table_of(Activity), _activity.id == _recording.activity_id, isouter=True)
        .where(
            _recording.session_id == session_id,
            _item.session_id == session_id,
            _item.outcome.in_((ItemOutcome.STORED, ItemOutcome.GROWING)),
        )
        .order_by(_item.shown_name)
    )
    rows = (RecordingRow(*row) for row in session.execute(question))
    return list({row.recording_id: row for row in rows}.values())


def receipt_of(session: Session, session_id: UUID) -> FileReceipt | None:
    """The session's receipt, once it is sealed."""
    return session.scalars(select(FileReceipt).where(col(FileReceipt.session_id) == session_id)).one_or_none()


def items_to_wipe(session: Session, session_id: UUID) -> list[DockItem]:
    """Entries that were stored or known and are still on the device as far as we know."""
    question = select(DockItem).where(
        col(DockItem.session_id) == session_id,
        col(DockItem.outcome).in_(TAKEN_IN),
        col(DockItem.wiped_at).is_(None),
    )
    return list(session.scalars(question))

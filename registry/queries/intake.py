"""What a dock session asks of the registry, each as one set-based query (Art. 4, 15, 16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from registry.bulk import chunked
from registry.tables import (
    Activity,
    Condition,
    Device,
    DockItem,
    DockSession,
    Duty,
    DutyKind,
    FileReceipt,
    Filing,
    FilingCandidate,
    ItemOutcome,
    Recording,
    SessionState,
    Unit,
)
from regulation.filing import RecordedSpan
from regulation.vocabulary import MediaKind

MAY_BE_WIPED = (ItemOutcome.STORED, ItemOutcome.DUPLICATE)


@dataclass(frozen=True, slots=True)
class OriginalToProbe:
    """An original nobody has looked into yet, and the entry of the dump it came from."""

    recording_id: UUID
    raw_name: bytes
    shown_name: str
    modified_ns: int


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
        return self.outcome in MAY_BE_WIPED and self.sha256 is not None


@dataclass(frozen=True, slots=True)
class DumpState:
    """A dump's outline: number of entries, bytes in all, newest change in nanoseconds."""

    entries: int
    size: int
    newest_ns: int


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """An original of a session as people see it."""

    recording_id: UUID
    shown_name: str
    device_number: str | None
    media_kind: MediaKind
    condition: Condition
    filing: Filing
    activity_number: str | None
    started_at: datetime | None
    ended_at: datetime | None
    size: int


def unit_by_id(session: Session, unit_id: UUID) -> Unit:
    """The unit; its foreign keys vouch that it exists."""
    return session.get_one(Unit, unit_id)


def open_session_of(session: Session, source: str) -> DockSession | None:
    """The session that is open for a source."""
    question = select(DockSession).where(col(DockSession.source) == source, _is_open())
    return session.scalars(question).one_or_none()


def last_sealed_session_of(session: Session, source: str) -> DockSession | None:
    """The newest sealed session of a source."""
    question = (
        select(DockSession)
        .where(col(DockSession.source) == source, col(DockSession.state) == SessionState.SEALED)
        .order_by(col(DockSession.sealed_at).desc())
        .limit(1)
    )
    return session.scalars(question).one_or_none()


def _is_open() -> ColumnElement[bool]:
    return col(DockSession.state) == SessionState.OPEN


@dataclass(frozen=True, slots=True)
class KnownOriginal:
    """An original the unit already has."""

    sha256: str
    sm3: str | None
    size: int
    vault_key: str
    vault_version: str | None
    retain_until: datetime | None


def originals_of_sizes(session: Session, unit_id: UUID, sizes: Iterable[int]) -> dict[int, dict[str, KnownOriginal]]:
    """The unit's originals that are as big as something about to be taken in: by size, then by SHA-256."""
    found: dict[int, dict[str, KnownOriginal]] = {}
    for chunk in chunked(set(sizes)):
        question = select(
            Recording.sha256,
            Recording.sm3,
            Recording.size,
            Recording.vault_key,
            Recording.vault_version,
            Recording.retain_until,
        ).where(col(Recording.unit_id) == unit_id, col(Recording.size).in_(chunk))
        for row in session.execute(question):
            known = KnownOriginal(*row)
            found.setdefault(known.size, {})[known.sha256] = known
    return found


def items_to_take_in(session: Session, session_id: UUID) -> list[DockItem]:
    """The entries that were found and are not in yet, in the order they were found."""
    question = (
        select(DockItem)
        .where(col(DockItem.session_id) == session_id, col(DockItem.outcome) == ItemOutcome.FOUND)
        .order_by(col(DockItem.id))
    )
    return list(session.scalars(question))


def originals_to_probe(session: Session, session_id: UUID) -> list[OriginalToProbe]:
    """Originals of the session that are not probed, one line each."""
    question = (
        select(DockItem.recording_id, DockItem.raw_name, DockItem.shown_name, DockItem.modified_ns)
        .join(Recording, col(Recording.id) == col(DockItem.recording_id))
        .where(
            col(DockItem.session_id) == session_id,
            col(Recording.session_id) == session_id,
            col(Recording.condition) == Condition.UNPROBED,
            col(DockItem.outcome).in_((ItemOutcome.STORED, ItemOutcome.GROWING)),
        )
        .order_by(col(DockItem.id))
    )
    lines = (OriginalToProbe(*row) for row in session.execute(question))
    return list({line.recording_id: line for line in lines}.values())


def spans_to_file(session: Session, session_id: UUID) -> list[RecordedSpan]:
    """The session's originals that nobody has filed yet."""
    question = (
        select(Recording.id, Recording.officer_id, Recording.started_at, Recording.ended_at)
        .where(col(Recording.session_id) == session_id, col(Recording.filing) == Filing.PENDING)
        .order_by(col(Recording.id))
    )
    return [RecordedSpan(*row) for row in session.execute(question)]


def receipt_lines(session: Session, session_id: UUID) -> list[ReceiptLine]:
    """Every entry of the session's dump, with what the vault holds of it."""
    question = (
        select(
            DockItem.id,
            DockItem.raw_name,
            DockItem.shown_name,
            func.coalesce(Recording.size, DockItem.size),
            DockItem.outcome,
            DockItem.note,
            DockItem.recording_id,
            Recording.sha256,
            Recording.sm3,
            Recording.vault_key,
            Recording.vault_version,
        )
        .join(Recording, col(Recording.id) == col(DockItem.recording_id), isouter=True)
        .where(col(DockItem.session_id) == session_id)
        .order_by(col(DockItem.raw_name))
    )
    return [ReceiptLine(*row) for row in session.execute(question)]


def session_recordings(session: Session, session_id: UUID) -> list[RecordingRow]:
    """The session's originals, by name; one whose entry was there twice is shown once."""
    question = (
        select(
            Recording.id,
            DockItem.shown_name,
            Device.number,
            Recording.media_kind,
            Recording.condition,
            Recording.filing,
            Activity.number,
            Recording.started_at,
            Recording.ended_at,
            Recording.size,
        )
        .join(DockItem, col(DockItem.recording_id) == col(Recording.id))
        .join(Device, col(Device.id) == col(Recording.device_id), isouter=True)
        .join(Activity, col(Activity.id) == col(Recording.activity_id), isouter=True)
        .where(
            col(Recording.session_id) == session_id,
            col(DockItem.session_id) == session_id,
            col(DockItem.outcome).in_((ItemOutcome.STORED, ItemOutcome.GROWING)),
        )
        .order_by(col(DockItem.shown_name))
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
        col(DockItem.outcome).in_(MAY_BE_WIPED),
        col(DockItem.wiped_at).is_(None),
    )
    return list(session.scalars(question))


def last_sealed_state_of(session: Session, source: str) -> DumpState | None:
    """The outline of a source's dump when it was last sealed, as its scan saw it."""
    sealed = last_sealed_session_of(session, source)
    if sealed is None:
        return None
    question = select(
        func.count(), func.coalesce(func.sum(DockItem.size), 0), func.coalesce(func.max(DockItem.modified_ns), 0)
    ).where(col(DockItem.session_id) == sealed.id)
    entries, size, newest = session.execute(question).one()
    return DumpState(int(entries), int(size), int(newest))


@dataclass(frozen=True, slots=True)
class WaitingRecording:
    """An original whose activity a person must name, and by when (Art. 15)."""

    recording_id: UUID
    unit_code: str
    device_number: str | None
    started_at: datetime | None
    filing: Filing
    due_at: datetime | None
    candidates: tuple[str, ...]


def waiting_for_filing(session: Session, unit_code: str | None = None) -> list[WaitingRecording]:
    """Every original that is unfiled or asked about, the most urgent first."""
    question = (
        select(Recording.id, Unit.code, Device.number, Recording.started_at, Recording.filing, Duty.due_at)
        .join(Unit, col(Unit.id) == col(Recording.unit_id))
        .join(Device, col(Device.id) == col(Recording.device_id), isouter=True)
        .join(Duty, (col(Duty.subject_id) == col(Recording.id)) & (col(Duty.kind) == DutyKind.FILING), isouter=True)
        .where(col(Recording.filing).in_((Filing.UNFILED, Filing.ASKED)))
        .order_by(col(Duty.due_at), col(Recording.id))
    )
    if unit_code is not None:
        question = question.where(col(Unit.code) == unit_code)
    candidates = _candidates(session)
    return [WaitingRecording(*row, tuple(candidates.get(row[0], ()))) for row in session.execute(question)]


def _candidates(session: Session) -> dict[UUID, list[str]]:
    question = (
        select(FilingCandidate.recording_id, Activity.number)
        .join(Activity, col(Activity.id) == col(FilingCandidate.activity_id))
        .join(Recording, col(Recording.id) == col(FilingCandidate.recording_id))
        .where(col(Recording.filing) == Filing.ASKED)
        .order_by(col(FilingCandidate.overlap_seconds).desc())
    )
    found: dict[UUID, list[str]] = {}
    for recording_id, number in session.execute(question):
        found.setdefault(recording_id, []).append(number)
    return found

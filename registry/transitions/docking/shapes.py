"""What the docking transitions are told, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry.tables import Condition, ItemOutcome
from regulation.vocabulary import MediaKind

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ScannedEntry:
    """One entry of the dump as the scan saw it: size in bytes, modification time in nanoseconds since 1970."""

    raw_name: bytes
    shown_name: str
    size: int
    modified_ns: int
    outcome: ItemOutcome = ItemOutcome.FOUND
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """An item whose bytes the vault holds, verified. `outcome` is STORED, or GROWING when the file changed meanwhile.

    Digests are 64 lower-case hexadecimal digits (`ValueError` otherwise); `size` is in bytes.
    """

    item_id: UUID
    sha256: str
    sm3: str | None
    size: int
    vault_key: str
    vault_version: str | None
    retain_until: datetime | None
    outcome: ItemOutcome = ItemOutcome.STORED
    note: str | None = None

    def __post_init__(self) -> None:
        if _DIGEST.fullmatch(self.sha256) is None or (self.sm3 is not None and _DIGEST.fullmatch(self.sm3) is None):
            raise ValueError("a digest is 64 lower-case hexadecimal digits")
        if self.outcome not in (ItemOutcome.STORED, ItemOutcome.GROWING):
            raise ValueError(f"what was taken in is stored or growing, not {self.outcome}")


@dataclass(frozen=True, slots=True)
class RegisteredItem:
    """What became of an item: STORED (a new original), DUPLICATE (of a known one) or GROWING; and the recording."""

    item_id: UUID
    recording_id: UUID
    outcome: ItemOutcome


@dataclass(frozen=True, slots=True)
class SetAside:
    """An item that stays on the device. `outcome` is UNREADABLE, VANISHED, NOT_A_FILE, MISMATCHED, DISPOSED or GROWING.

    `ValueError` for any other.
    """

    item_id: UUID
    outcome: ItemOutcome
    note: str | None = None

    def __post_init__(self) -> None:
        if self.outcome in (ItemOutcome.FOUND, ItemOutcome.STORED, ItemOutcome.DUPLICATE):
            raise ValueError(f"{self.outcome} sets nothing aside")


@dataclass(frozen=True, slots=True)
class Probed:
    """What the probe saw of a recording, and whose it is. Durations and offsets in seconds; offset: true time minus
    device time. `streams` tells what is in it, such as "h264 1920x1080 25/s; aac 48000 Hz x2"."""

    recording_id: UUID
    media_kind: MediaKind
    condition: Condition
    container: str | None = None
    streams: str | None = None
    duration_seconds: float | None = None
    claimed_start: datetime | None = None
    claimed_end: datetime | None = None
    device_id: UUID | None = None
    officer_id: UUID | None = None
    clock_offset_seconds: float | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    note: str | None = None

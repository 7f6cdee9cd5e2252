"""The spool: where dumps that docks push are put together before they are taken in (Art. 16).

    batches/<batch>/batch.json        whose it is
                    files/<id>.json   what is known of a file
                    files/<id>.part   what has come of it
                    manifest.json     once the dock has said that this is all
    incoming/<batch>/…                the dump as it grows: whole files only
    ready/<unit>/<batch>/…            the dump, whole: what the watch takes in

Everything here is a copy: the recorder keeps its files until a receipt names them. So whatever is half done after a
crash may be done again, or forgotten.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from blocks.keys import checked_unit
from desk.documents import read_document, sync_folder, write_document
from desk.refused import Refused
from registry.queries.docks import Dock

_GONE = ".gone-"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one installation grants its docks. Sizes in bytes, times in seconds."""

    batch_bytes: int = 1 << 40
    batch_files: int = 50_000
    open_batches: int = 32
    failed_tokens: int = 20
    failed_within_seconds: float = 60.0
    quiet_seconds: float = 60.0
    idle_days: int = 14


@dataclass(frozen=True, slots=True)
class Batch:
    """One dump being pushed. `salt` keeps the ids of its files from telling their names."""

    id: UUID
    token_id: UUID
    unit_code: str
    salt: bytes
    opened_at: datetime
    spool: Path

    @property
    def records(self) -> Path:
        """What is known of the batch."""
        return self.spool / "batches" / str(self.id)

    @property
    def files(self) -> Path:
        return self.records / "files"

    @property
    def manifest(self) -> Path:
        return self.records / "manifest.json"

    @property
    def incoming(self) -> Path:
        """The dump as it grows."""
        return self.spool / "incoming" / str(self.id)

    @property
    def ready(self) -> Path:
        """The dump once it is whole."""
        return self.spool / "ready" / self.unit_code / str(self.id)

    @property
    def is_complete(self) -> bool:
        """Whether the dock has said that this is all, and it was."""
        return self.manifest.exists()

    def require_open(self) -> None:
        """Raise `Refused` (409) once the batch is complete: what is being taken in does not change."""
        if self.is_complete:
            raise Refused(409, "The batch is complete.", article="Art. 16")


class Spool:
    """The folder of all batches. One server process works on it."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root = Path(os.path.realpath(root))
        self.limits = limits

    def prepare(self) -> None:
        """Make the folders, and finish removing what a crash left half removed."""
        for name in ("batches", "incoming", "ready"):
            (self.root / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in (self.root / "batches").glob(f"{_GONE}*"):
            shutil.rmtree(left, ignore_errors=True)

    def open(self, dock: Dock, key: str | None, at: datetime) -> tuple[Batch, bool]:
        """A batch of the dock, and whether it is new; the same `key` gives the same batch as long as it is kept.

        Raises `Refused` (429) when the dock has too many that are not complete.
        """
        batch_id = uuid4() if key is None else _batch_id(dock.token_id, key)
        known = self._read(batch_id)
        if known is not None and known.token_id == dock.token_id:
            return known, False
        waiting = sum(batch.token_id == dock.token_id and not batch.is_complete for batch in self.batches())
        if waiting >= self.limits.open_batches:
            raise Refused(429, "Too many batches of this dock are open: complete or delete one.")
        return self._make(batch_id, dock, at), True

    def _make(self, batch_id: UUID, dock: Dock, at: datetime) -> Batch:
        unit = checked_unit(dock.unit_code)
        batch = Batch(batch_id, dock.token_id, unit, secrets.token_bytes(16), at, self.root)
        batch.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        batch.incoming.mkdir(exist_ok=True, mode=0o700)
        write_document(batch.records / "batch.json", _written(batch), durable=True)
        sync_folder(batch.records.parent)
        sync_folder(batch.incoming.parent)
        return batch

    def batch(self, batch_id: str, dock: Dock) -> Batch:
        """The dock's batch. Another dock's is not there, as far as this one can tell: `Refused` (404)."""
        found = self._read(UUID(batch_id)) if _ID.fullmatch(batch_id) else None
        if found is None or found.token_id != dock.token_id:
            raise Refused(404, "There is no such batch.")
        return found

    def batches(self) -> Iterator[Batch]:
        """Every batch there is, in no order."""
        for folder in (self.root / "batches").iterdir():
            if _ID.fullmatch(folder.name) and (batch := self._read(UUID(folder.name))) is not None:
                yield batch

    def _read(self, batch_id: UUID) -> Batch | None:
        found = read_document(self.root / "batches" / str(batch_id) / "batch.json")
        return None if found is None else _read_back(batch_id, found, self.root)

    def remove(self, batch: Batch) -> None:
        """Take away a batch, what came of it, and its empty folders; a dump that is ready keeps its files."""
        gone = batch.records.with_name(f"{_GONE}{uuid4()}")
        shutil.rmtree(batch.incoming, ignore_errors=True)
        _remove_empty(batch.ready)
        batch.records.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _batch_id(token_id: UUID, key: str) -> UUID:
    return UUID(bytes=hashlib.sha256(token_id.bytes + key.encode()).digest()[:16], version=4)


def _written(batch: Batch) -> dict[str, Any]:
    return {
        "token_id": str(batch.token_id),
        "unit_code": batch.unit_code,
        "salt": batch.salt.hex(),
        "opened_at": batch.opened_at.isoformat(),
    }


def _read_back(batch_id: UUID, found: dict[str, Any], spool: Path) -> Batch:
    return Batch(
        batch_id,
        UUID(found["token_id"]),
        found["unit_code"],
        bytes.fromhex(found["salt"]),
        datetime.fromisoformat(found["opened_at"]),
        spool,
    )


def _remove_empty(folder: Path) -> None:
    """Remove the folders beneath and including `folder` that hold nothing."""
    for place, _, _ in os.walk(os.fsencode(folder), topdown=False):
        try:
            os.rmdir(place)
        except OSError:
            continue


@contextmanager
def working_on(batch: Batch, *, alone: bool = False) -> Iterator[None]:
    """Hold the batch: with others who add to it, or `alone` to complete or remove it. Raises `Refused`: 423 where it
    is held the other way, 404 where it has just gone. The lock is the system's: a killed process holds none."""
    descriptor = _locked(batch, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(descriptor)


def _locked(batch: Batch, how: int) -> int:
    try:
        descriptor = os.open(batch.records / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        raise Refused(404, "There is no such batch.") from None
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Refused(423, "The batch is being worked on: try again.", headers={"Retry-After": "1"}) from None
    return descriptor

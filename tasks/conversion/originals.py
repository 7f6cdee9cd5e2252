"""The originals of a conversion, as they are read: from the vault, by the version that holds them now (Art. 7, 19)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from blocks.vault import EvidenceVault, Progress
from registry.queries.fixity import as_kept
from registry.tables import Recording
from regulation.errors import FixityError


@dataclass(frozen=True, slots=True)
class Original:
    """An original and the vault that holds it. What reading it raises names the recording."""

    recording: Recording
    vault: EvidenceVault

    def part(self, first: int, length: int) -> bytes:
        """`length` bytes from the byte `first` on."""
        one = self.recording
        with self._named():
            return b"".join(self.vault.read(one.vault_key, one.vault_version, first, length))

    def pieces(self) -> Iterator[bytes]:
        """All of it."""
        with self._named():
            yield from self.vault.read(self.recording.vault_key, self.recording.vault_version)

    def check(self, progress: Progress) -> None:
        """Read it from end to end; `progress` hears of the bytes of each piece. Raises `FixityError` where it is not
        what was taken in, or not there."""
        one = self.recording
        with self._named():
            found = self.vault.rehash(one.vault_key, one.vault_version, progress)
        if (found.size, found.sha256) != (one.size, one.sha256):
            raise FixityError("It is not what was taken in.", article="Art. 7", subject=str(one.id))

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except FixityError as wrong:
            raise FixityError(wrong.message, article=wrong.article, subject=str(self.recording.id)) from wrong


def original_of(session: Session, recording_id: UUID, vault: EvidenceVault) -> Original:
    """The original with this id."""
    return Original(as_kept(session, session.get_one(Recording, recording_id)), vault)

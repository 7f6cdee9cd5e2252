"""The bucket behind `S3Vault`: its connections, its buffers, and what it says of what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Lock

from blocks import keys
from blocks.hashing import Slabs, digest_of
from blocks.s3_abilities import Given, try_server
from blocks.s3_control import Control
from blocks.s3_destroying import destroy
from blocks.s3_intake import Taking, Turns
from blocks.s3_keeping import Keeping
from blocks.s3_listing import listed, standing
from blocks.s3_objects import look, whole_seconds, with_locks
from blocks.s3_parts import Uploader
from blocks.s3_restoring import Restoring
from blocks.s3_sending import put_object
from blocks.s3_settings import MIB, S3Settings
from blocks.s3_wire import Wire
from blocks.vault import Ability, Destroyed, Held, Intake, Listed, Progress, Rehashed, SecondDigest, Stored, Version
from regulation.errors import ActionDenied, ConfigurationError

_SMALL_SLABS = 64  # of 1 MiB: photos go up many at a time, for servers that take their time with each

# For the life of the process, and in no file: servers are changed and mended.
_tried: dict[S3Settings, Given] = {}
_trying = Lock()


class S3Store:
    """Thread-safe. See `EvidenceVault` for what each method promises and raises.

    `given`: what the server was found to do a moment ago, to spare another trial; found out when needed otherwise.
    """

    def __init__(self, settings: S3Settings, given: Given | None = None) -> None:
        self.settings = settings
        self._told = given
        self._wire = Wire(settings)
        self._control = Control(settings)
        self._slabs = Slabs(settings.buffers, settings.part_size)
        self._small_slabs = Slabs(_SMALL_SLABS, MIB)
        self._senders = ThreadPoolExecutor(max(2, settings.buffers // 2), "s3-part")
        self._turns = Turns()

    def prepare(self) -> list[Ability]:
        self._told = None
        return list(self._try(again=True).abilities)

    @property
    def given(self) -> Given:
        """What the server was found to do."""
        return self._try()

    def store(self, descriptor: int, intake: Intake, *, second: SecondDigest, progress: Progress) -> Stored:
        return self._taking.store(descriptor, intake, second, progress)

    def names_by_content(self, size: int) -> bool:
        return size <= self.settings.part_size

    def check(self, key: str, version: str | None) -> Held | None:
        keys.checked_key(key)
        current = look(self._wire, key, None)
        if version is None:
            newest = current or self._keeping.newest(key)
            return None if newest is None else newest.held(marked_deleted=current is None)
        seen = look(self._wire, key, version)
        return None if seen is None else seen.held(marked_deleted=current is None)

    def read(self, key: str, version: str | None, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        keys.checked_key(key)
        yield from self._keeping.pieces(self._keeping.known(key, version), start, length)

    def rehash(self, key: str, version: str | None, progress: Progress) -> Rehashed:
        keys.checked_key(key)
        digest, size = hashlib.sha256(), 0
        for piece in self._keeping.pieces(self._keeping.known(key, version)):
            digest.update(piece)
            size += len(piece)
            progress(len(piece))
        return Rehashed(size, digest.hexdigest())

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Held:
        with self._turns.turn(key):
            return (
                Restoring(self._keeping, self._uploader, self._slabs).put_back(key, pieces, sha256, retain_until).held()
            )

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        keys.checked_key(key)
        floor = whole_seconds(keys.checked_floor(until))
        seen = self._keeping.known(key, version)
        if seen.retain_until is not None and floor < seen.retain_until:
            raise ActionDenied("A retention floor is never shortened.", article="Art. 18", subject=key)
        return self._keeping.locked(seen, floor).held()

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        keys.checked_key(key)
        seen = self._keeping.known(key, version)
        if seen.legal_hold == on:
            return seen.held()
        if not self._try().locks:
            raise ConfigurationError("This bucket knows no legal hold.", article="Art. 18", subject="bucket")
        self._control.hold(key, seen.version, on)
        again = self._keeping.known(key, seen.version)
        if again.legal_hold != on:
            raise ConfigurationError("The S3 server did not keep the legal hold.", article="Art. 18", subject=key)
        return again.held()

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        keys.checked_document_key(key)
        floor = None if retain_until is None else whole_seconds(keys.checked_floor(retain_until))
        given, keeping = self._try(), self._keeping
        digest = digest_of(content, SecondDigest.NONE).sha256
        with self._turns.turn(key):
            there = keeping.newest(key)
            if there is None:
                made = put_object(
                    self._wire, key, content, digest, proof=given.proof, lock={}, once=given.conditional_put
                )
                there = keeping.known(key, made[0] if made is not None else None)
        if b"".join(keeping.pieces(there)) != content:
            raise ActionDenied("This document is there already, with other content.", subject=key)
        return (there if floor is None else keeping.locked(there, floor)).held()

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        last = ""
        for line in self.listed(unit_code):
            if line.is_marker or line.key == last or line.is_foreign:
                continue
            last = line.key
            seen = look(self._wire, line.key, line.version)
            if seen is not None:
                yield seen.held(marked_deleted=not line.newest_of_all)

    def listed(self, unit_code: str | None = None) -> Iterator[Listed]:
        yield from listed(
            self._wire, "originals/" if unit_code is None else f"originals/{keys.checked_unit(unit_code)}/"
        )

    def versions(self, key: str) -> list[Version]:
        return with_locks(self._wire, standing(self._wire, [keys.checked_key(key)])[key])

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        return destroy(self._wire, keys, at)

    def _try(self, *, again: bool = False) -> Given:
        """What the server gives, tried once a process or when asked again."""
        given = self._told or _tried.get(self.settings)
        if given is not None and not again:
            return given
        with _trying:
            if again or self.settings not in _tried:
                _tried[self.settings] = try_server(self.settings, self._control, self._wire)
            return _tried[self.settings]

    @property
    def _keeping(self) -> Keeping:
        return Keeping(self._wire, self._control, self.settings.retention_mode, self._try())

    @property
    def _uploader(self) -> Uploader:
        return Uploader(self._wire, self._control, self._senders, self._try())

    @property
    def _taking(self) -> Taking:
        return Taking(self._keeping, self._uploader, self._slabs, self._small_slabs, self._turns)

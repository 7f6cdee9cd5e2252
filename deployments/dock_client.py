"""A dock far from the server: pushes a dump by the intake API, waits for the receipt, wipes by it (Art. 16).

It remembers nothing it could not work out again: which batch is its own follows from the dump, how far each file has
come is asked of the server. Only a receipt it began to wipe by is kept until it is done.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from deployments.dock_wire import Answer, Wire
from regulation.errors import ActionDenied, Unavailable
from tasks.dump import Dump, Entry, shown

FILES_AT_ONCE = 4
CHUNK = 16 << 20
_ROUNDS = 3
_TRIES = 10
_TUS = {"Tus-Resumable": "1.0.0"}

Advanced = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A dump that the server has whole. `left` has a sentence for each entry that was not sent and stays."""

    state: dict[str, Any]
    left: tuple[str, ...]


class _Left(Exception):  # noqa: N818 - it says what becomes of the file
    """A file that is not sent, and why."""


def send(wire: Wire, dump: Dump, folder: Path, entries: Sequence[Entry], advanced: Advanced) -> Sent:
    """Push every file of the dump, going on with what was begun; returns once the server has all of them, checked.

    `advanced` is told bytes as they are behind us. Raises `ActionDenied` where the server refuses, `Unavailable` where
    it does not answer for longer than the wire's patience.
    """
    headers = {"Idempotency-Key": key_of(folder, entries)}
    opened = wire.ask("POST", "/intake/sessions", headers=headers).json()
    state = wire.state(opened["batch"])
    left = [f"{shown(entry.raw_name)}: {entry.refused}" for entry in entries if entry.refused]
    if state["state"] != "open":
        return Sent(state, tuple(left))
    sending = _Sending(wire, dump, opened["upload_url"], advanced)
    for _ in range(_ROUNDS):
        manifest, left_now = sending.all([entry for entry in entries if not entry.refused])
        answer = _complete(wire, opened["batch"], manifest)
        if answer.status == 200:
            return Sent(answer.json(), (*left, *left_now))
    raise Unavailable("The server does not agree about the files, however often they are sent.", article="Art. 16")


def _complete(wire: Wire, batch: str, manifest: dict[bytes, dict[str, Any]]) -> Answer:
    """Say that this is all. Where the server names a file it holds otherwise, that file is deleted there, to be sent
    again."""
    for file in wire.state(batch).get("files", []):
        if base64.b64decode(file["name"]) not in manifest:
            wire.ask("DELETE", file["location"], headers=_TUS, accept=(404,))
    place = f"/intake/sessions/{batch}/complete"
    answer = wire.ask("POST", place, json={"files": list(manifest.values())}, accept=(409,))
    wrong = answer.json().get("file")
    if answer.status == 409:
        if wrong is None:
            raise ActionDenied(answer.sentence, article="Art. 16")
        for file in wire.state(batch).get("files", []):
            if file["name"] == wrong:
                wire.ask("DELETE", file["location"], headers=_TUS, accept=(404,))
    return answer


def key_of(folder: Path, entries: Sequence[Entry]) -> str:
    """What names this very dump: the machine, the folder, each file's name, size, time. A changed dump is another."""
    digest = hashlib.blake2b(digest_size=32)
    for part in (os.uname().nodename.encode(), os.fsencode(os.path.realpath(folder))):
        digest.update(b"%d:%s" % (len(part), part))
    for entry in sorted(entries, key=lambda one: one.raw_name):
        digest.update(b"%d:%s%d:%d:" % (len(entry.raw_name), entry.raw_name, entry.size, entry.modified_ns))
    return digest.hexdigest()


class _Sending:
    """Sends files, several at once."""

    def __init__(self, wire: Wire, dump: Dump, upload_url: str, advanced: Advanced) -> None:
        self._wire, self._dump, self._upload_url, self._tell = wire, dump, upload_url, advanced
        self._done: dict[bytes, int] = {}
        self._lock = Lock()

    def all(self, entries: Sequence[Entry]) -> tuple[dict[bytes, dict[str, Any]], list[str]]:
        """Manifest lines by name, and why files were left."""
        manifest: dict[bytes, dict[str, Any]] = {}
        left: list[str] = []
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            for entry, outcome in zip(entries, pool.map(self._one, entries), strict=True):
                if isinstance(outcome, str):
                    left.append(f"{shown(entry.raw_name)}: {outcome}")
                else:
                    manifest[entry.raw_name] = outcome
        if not manifest:
            raise ActionDenied("The dump holds no file that can be read.", article="Art. 16")
        return manifest, left

    def _one(self, entry: Entry) -> dict[str, Any] | str:
        try:
            descriptor = self._dump.open(entry.raw_name)
        except OSError as error:
            return os.strerror(error.errno or 0)
        try:
            sha256 = self._file(entry, descriptor)
        except _Left as why:
            return str(why)
        except OSError as error:
            return os.strerror(error.errno or 0)
        finally:
            os.close(descriptor)
        return {"name": _base64(entry.raw_name), "size": entry.size, "sha256": sha256}

    def _file(self, entry: Entry, descriptor: int) -> str:
        """Send what the server lacks; returns the SHA-256 of the whole, as read here."""
        hashing = _Hashing(descriptor)
        place, offset = self._create(entry)
        in_vain = 0
        while offset < entry.size:
            self._advanced(entry, offset)
            piece = os.pread(descriptor, min(CHUNK, entry.size - offset), offset)
            _require_unchanged(entry, descriptor)
            if not piece:
                raise _Left("it ended early")
            hashing.feed(piece, offset)
            before, offset = offset, self._append(place, piece, offset)
            in_vain = 0 if offset > before else in_vain + 1
            if in_vain > _TRIES:
                raise Unavailable("The bytes do not reach the server as they are sent.", article="Art. 7")
        sha256 = hashing.finish(entry.size)
        _require_unchanged(entry, descriptor)
        self._advanced(entry, entry.size)
        return sha256

    def _create(self, entry: Entry) -> tuple[str, int]:
        metadata = f"filename {_base64(entry.raw_name)},modified {_base64(str(entry.modified_ns).encode())}"
        headers = {**_TUS, "Upload-Length": str(entry.size), "Upload-Metadata": metadata}
        answer = self._wire.ask("POST", self._upload_url, headers=headers)
        return answer.headers["Location"], int(answer.headers.get("Upload-Offset", "0"))

    def _append(self, place: str, piece: bytes, offset: int) -> int:
        """Returns the offset at which to go on, which the server knows best."""
        headers = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {_base64(hashlib.sha256(piece).digest())}",
        }
        answer = self._wire.ask("PATCH", place, headers=headers, content=piece, accept=(409, 460))
        if answer.status == 204:
            return int(answer.headers["Upload-Offset"])
        return int(self._wire.ask("HEAD", place, headers=_TUS).headers["Upload-Offset"])

    def _advanced(self, entry: Entry, offset: int) -> None:
        with self._lock:
            self._done[entry.raw_name] = offset
            self._tell(sum(self._done.values()))


class _Hashing:
    """The SHA-256 of a file that is read anyway; what was not read in order is read at the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._digest, self._position = descriptor, hashlib.sha256(), 0

    def feed(self, piece: bytes, at: int) -> None:
        if at == self._position:
            self._digest.update(piece)
            self._position += len(piece)

    def finish(self, size: int) -> str:
        while self._position < size:
            piece = os.pread(self._descriptor, min(1 << 20, size - self._position), self._position)
            if not piece:
                raise _Left("it ended early")
            self.feed(piece, self._position)
        return self._digest.hexdigest()


def _require_unchanged(entry: Entry, descriptor: int) -> None:
    now = os.fstat(descriptor)
    if (now.st_size, now.st_mtime_ns) != (entry.size, entry.modified_ns):
        raise _Left("it changed while it was read")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")

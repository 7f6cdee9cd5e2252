"""Single objects: what the server says of one, and whether that is what was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blocks.s3_connection import Answer
from blocks.s3_settings import RetentionMode
from blocks.s3_wire import Wire, refusal
from blocks.vault import Held, Listed, Version
from regulation.errors import FixityError

_SHA256 = "x-amz-checksum-sha256"
_CRC64 = "x-amz-checksum-crc64nvme"
_MODE = "x-amz-object-lock-mode"
_UNTIL = "x-amz-object-lock-retain-until-date"
_HOLD = "x-amz-object-lock-legal-hold"


@dataclass(frozen=True, slots=True)
class Seen:
    """One version as the server describes it (HEAD); checksums are in base64, None where it keeps none."""

    key: str
    version: str | None
    size: int
    etag: str
    sha256: str | None
    crc64nvme: str | None
    mode: str | None
    retain_until: datetime | None
    legal_hold: bool

    def held(self, *, marked_deleted: bool = False) -> Held:
        """In the vault's own words."""
        return Held(self.key, self.version, self.size, self.retain_until, self.legal_hold, marked_deleted)

    def locked_until(self, mode: RetentionMode, floor: datetime) -> bool:
        """Whether it is locked at least as strictly and as long as asked."""
        strict = self.mode == "COMPLIANCE" or (self.mode or "").lower() == mode.value
        return strict and self.retain_until is not None and self.retain_until >= floor


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: a version must agree in size and in every one of these that both sides know."""

    size: int
    etag: str | None = None
    sha256: str | None = None
    crc64nvme: str | None = None

    def proved_by(self, seen: Seen) -> None:
        """Raises `FixityError` unless `seen` is exactly this."""
        pairs = [
            (self.size, seen.size),
            (self.etag, seen.etag),
            (self.sha256, seen.sha256),
            (self.crc64nvme, seen.crc64nvme),
        ]
        known = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
        if len(known) < 2 or any(ours != theirs for ours, theirs in known):
            raise FixityError("The vault holds something else than was sent.", article="Art. 7", subject=seen.key)


def look(wire: Wire, key: str, version: str | None) -> Seen | None:
    """What the server holds under (key, version), or under `key` now where that is None; None for nothing."""
    answer = wire.send("HEAD", key, query=_of(version), headers={"x-amz-checksum-mode": "ENABLED"})
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise refusal(answer, key)
    return _seen(key, version, answer)


def with_locks(wire: Wire, lines: Iterable[Listed]) -> list[Version]:
    """The versions on these lines of a list, with their locks; without those that went meanwhile."""
    return [version for line in lines if (version := _with_lock(wire, line)) is not None]


def _with_lock(wire: Wire, line: Listed) -> Version | None:
    if line.is_marker:
        return Version(line.key, line.version, 0, True, None, False)
    seen = look(wire, line.key, line.version or "null")  # without an id it would be whatever is the newest
    if seen is None:
        return None
    return Version(line.key, line.version, seen.size, False, seen.retain_until, seen.legal_hold)


def _of(version: str | None) -> Mapping[str, str]:
    return {} if version is None else {"versionId": version}


def _seen(key: str, version: str | None, answer: Answer) -> Seen:
    headers = answer.headers
    until = headers.get(_UNTIL)
    return Seen(
        key=key,
        version=version or version_in(answer),
        size=int(headers.get("content-length", -1)),
        etag=headers.get("etag", "").strip('"'),
        sha256=_whole(headers, _SHA256),
        crc64nvme=_whole(headers, _CRC64),
        mode=headers.get(_MODE),
        retain_until=None if until is None else datetime.fromisoformat(until).astimezone(UTC),
        legal_hold=headers.get(_HOLD) == "ON",
    )


def version_in(answer: Answer) -> str | None:
    """The version an answer names; None in a bucket without versions."""
    version = answer.headers.get("x-amz-version-id")
    return None if version in (None, "null") else version


def _whole(headers: Mapping[str, str], name: str) -> str | None:
    """A checksum of the whole object; one made of its parts' checksums is nothing we could compare."""
    told = headers.get(name)
    composite = headers.get("x-amz-checksum-type") == "COMPOSITE" or (told is not None and "-" in told)
    return None if composite else told


def lock_headers(mode: RetentionMode, floor: datetime) -> dict[str, str]:
    """Ask for a lock in the request that makes the object."""
    return {_MODE: mode.value.upper(), _UNTIL: floor.strftime("%Y-%m-%dT%H:%M:%SZ")}


def whole_seconds(floor: datetime) -> datetime:
    """S3 keeps whole seconds: the next one, never an earlier."""
    return floor if floor.microsecond == 0 else floor.replace(microsecond=0) + timedelta(seconds=1)


def etag_of_parts(etags: list[str]) -> str:
    """The ETag of an object made of parts with these ETags in this order; empty where they are no MD5 digests."""
    try:
        digests = b"".join(bytes.fromhex(etag.strip('"')) for etag in etags)
    except ValueError:
        return ""
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(etags)}"

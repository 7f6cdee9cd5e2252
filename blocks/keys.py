"""The vault's key scheme, and the only place where a name from outside becomes part of a key.

Keys carry no personal data and no device file names: units by code, months, content digests and ids of our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from blocks.vault import Intake
from regulation.errors import ConfigurationError
from regulation.expiry import LAST_LOCK

_UNIT_CODE = re.compile(r"[a-z0-9]{1,32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ORIGINAL = re.compile(
    r"originals/(?P<unit>[a-z0-9]{1,32})/(?P<year>[0-9]{4})/(?P<month>0[1-9]|1[0-2])/"
    r"(?P<name>[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
_FOLDER = re.compile(r"originals(?:/[a-z0-9]{1,32}(?:/[0-9]{4}(?:/(?:0[1-9]|1[0-2]))?)?)?")
_DOCUMENT = re.compile(r"(?:receipts|derived|statements|anchors|reports)(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){1,8}")
_LONGEST = 512


def checked_unit(unit_code: str) -> str:
    """`unit_code` unchanged if it may stand in a key; raises `ConfigurationError` otherwise."""
    if not _UNIT_CODE.fullmatch(unit_code):
        raise ConfigurationError("A unit code is 1 to 32 lower-case letters and digits.", subject=ascii(unit_code)[:80])
    return unit_code


def month_prefix(intake: Intake) -> str:
    """``originals/<unit>/<yyyy>/<mm>/`` of an intake; raises `ConfigurationError` where one cannot stand there."""
    if not (1 <= intake.month <= 12 and 1900 <= intake.year <= 9999):
        raise ConfigurationError(
            "An original is kept under a year and a month.", subject=f"{intake.year}-{intake.month}"
        )
    return f"originals/{checked_unit(intake.unit_code)}/{intake.year:04d}/{intake.month:02d}/"


def checked_floor(until: datetime) -> datetime:
    """A retention floor in UTC; raises `ConfigurationError` for a time without a zone, which would mean any of many, or
    so late that a server might take it for long past."""
    floor = _in_utc(until, "A retention floor")
    if floor > LAST_LOCK:
        raise ConfigurationError("No lock lasts as long.", article="Art. 18", subject=until.isoformat())
    return floor


def checked_moment(at: datetime) -> datetime:
    """The time of an act in UTC; raises `ConfigurationError` for one without a zone."""
    return _in_utc(at, "The time of an act")


def _in_utc(at: datetime, what: str) -> datetime:
    if at.tzinfo is None:
        raise ConfigurationError(f"{what} needs a time zone.", subject=at.isoformat())
    return at.astimezone(UTC)


def content_key(intake: Intake, sha256: str) -> str:
    """The key that says what it holds: ``originals/<unit>/<yyyy>/<mm>/<sha256>``."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return month_prefix(intake) + sha256


def intake_key(intake: Intake) -> str:
    """The key of an original whose digest is known only once it has gone: ``originals/<unit>/<yyyy>/<mm>/<intake>``."""
    return month_prefix(intake) + str(UUID(str(intake.intake_id)))


def is_original(key: str) -> bool:
    """Whether `key` is the key of an original."""
    return _ORIGINAL.fullmatch(key) is not None


def is_folder(path: str) -> bool:
    """Whether originals may lie in or below the folder `path`: ``originals``, a unit's, a year's or a month's."""
    return _FOLDER.fullmatch(path) is not None


def digest_in(key: str) -> str | None:
    """The SHA-256 a content-addressed key names, None for any other key."""
    matched = _ORIGINAL.fullmatch(key)
    name = matched["name"] if matched else ""
    return name if len(name) == 64 else None


def checked_key(key: str) -> str:
    """`key` unchanged if the scheme knows it; raises `ConfigurationError` for anything else, such as a way out of the
    vault (``..``), an absolute path, or a NUL."""
    if len(key) <= _LONGEST and (is_original(key) or _DOCUMENT.fullmatch(key)):
        return key
    raise ConfigurationError("This is not a key of the vault.", subject=ascii(key)[:80])


def checked_originals(keys: Sequence[str]) -> list[str]:
    """`keys`, each once; raises `ConfigurationError` unless every one is the key of an original."""
    for key in keys:
        if not is_original(checked_key(key)):
            raise ConfigurationError("This is not the key of an original.", article="Art. 18", subject=key)
    return list(dict.fromkeys(keys))


def checked_document_key(key: str) -> str:
    """`key` unchanged if it names a document of our own, not an original; raises `ConfigurationError` otherwise."""
    if is_original(checked_key(key)):
        raise ConfigurationError("Documents are not kept among the originals.", subject=key)
    return key

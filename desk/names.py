"""Names that docks give: data first, and a place in the dump only where they can be one (Art. 7).

Nothing is refused storage because its name is odd. A name that cannot be a relative path gets an escaped one, which the
dock is told.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote_from_bytes

from desk.refused import Refused

DEEPEST = 64
LONGEST_PART = 255
LONGEST = 4096
_KEPT_OF_ESCAPED = 180
_KEY = re.compile(r"[!-+\--~]{1,64}")
_ESCAPED = re.compile(rb"~[0-9a-f]{32}\Z")
_INTEGER = re.compile(rb"-?[0-9]{1,19}")


def parts_of(raw_name: bytes) -> tuple[bytes, ...] | None:
    """The path's components, or None where the name cannot be a path below the dump: absolute, empty, with a component
    that is empty, ``.``, ``..`` or longer than 255 bytes, with a NUL, more than 64 folders deep, over 4096 bytes; or
    where it looks like an escaped name and might take that one's place."""
    parts = tuple(raw_name.split(b"/"))
    odd = any(part in (b"", b".", b"..") or len(part) > LONGEST_PART for part in parts)
    if odd or b"\0" in raw_name or len(raw_name) > LONGEST or len(parts) > DEEPEST or _ESCAPED.search(raw_name):
        return None
    return parts


def escaped(raw_name: bytes, upload_id: str) -> bytes:
    """A file name that stands for any name at all: percent-encoded, cut, and made unique by the upload's id."""
    start = quote_from_bytes(raw_name, safe="")[:_KEPT_OF_ESCAPED]
    return f"{re.sub('%[0-9A-F]?$', '', start)}~{upload_id}".encode("ascii")


def in_base64(raw_name: bytes) -> str:
    """A name in an answer: bytes as base64, as in the request."""
    return base64.b64encode(raw_name).decode("ascii")


def from_base64(text: object) -> bytes:
    """A name in a request. Raises `Refused` (400)."""
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "A value is not base64.") from None


def metadata_of(header: str) -> dict[str, bytes]:
    """Upload-Metadata: pairs of a key and a base64 value, separated by commas. Raises `Refused` (400)."""
    found: dict[str, bytes] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise Refused(400, "Upload-Metadata needs keys that are different and not empty.")
        found[key] = from_base64(value.strip())
    return found


def modified_ns_of(metadata: dict[str, bytes]) -> int | None:
    """The time of last change by the recorder's clock, in nanoseconds since 1970; None where none was given."""
    text = metadata.get("modified")
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise Refused(400, "`modified` is a whole number of nanoseconds since 1970.")
    return int(text)

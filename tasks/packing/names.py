"""Names inside a package: readable on Windows, macOS and Linux, on a disc and in a ZIP, and never a trap."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from regulation.errors import ActionDenied

LONGEST_NAME = 64
"""UTF-16 units of one name: what Joliet holds. Of UTF-8 that is 192 bytes at most, within Rock Ridge and UDF (255)."""
LONGEST_PATH = 120
"""UTF-16 units of a whole path: what ECMA-119's 255 bytes leave to Joliet, and well within Windows' 260."""

_NOT_IN_NAMES = frozenset('<>:"/\\|?*;%')
"""Refused by Windows or Joliet, read by a shell's ``sha256sum -c`` as an escape, or written otherwise by RFC 8493."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what turns text around or is not seen at all."""
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(10))})


def units(text: str) -> int:
    """How many UTF-16 units a text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def safe_name(stem: str, extension: str = "") -> str:
    """A name for a file that a device called `stem`, with `extension` (no dot) behind it.

    What cannot stand in a name becomes ``_``; what is too long is cut between characters. A device's name is data: it
    may be empty, full of dots or a path.
    """
    ending = _mended(extension).strip("._ ")[:10].rstrip(". ")
    ending = f".{ending}" if ending else ""
    name = _mended(stem).strip(". ") or "_"
    name = f"_{name}" if _is_reserved(name) or name[0] in "~-" else name
    while units(name) > LONGEST_NAME - units(ending):
        name = name[:-1]
    return (name if ending else name.rstrip(". ")) + ending


def _mended(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    return "".join("_" if _is_refused(one) else one for one in composed)


def _is_refused(character: str) -> bool:
    return character in _NOT_IN_NAMES or unicodedata.category(character) in _UNSEEN


def _is_reserved(name: str) -> bool:
    return name.partition(".")[0].rstrip().upper() in _RESERVED


def trouble_of(path: str) -> str | None:
    """Why a package cannot have a file called `path` (with ``/`` between its parts); None where it can."""
    if unicodedata.normalize("NFC", path) != path:
        return "it is not in Unicode's composed form (NFC)"
    if units(path) > LONGEST_PATH:
        return f"it is longer than {LONGEST_PATH} characters"
    return next((why for name in path.split("/") if (why := _trouble_of_name(name)) is not None), None)


def _trouble_of_name(name: str) -> str | None:
    if name.strip(". ") == "":
        return "a part of it is empty or dots"
    if name[-1] in ". " or name[0] in " ~-":
        return "a part of it begins with a space, ~ or -, or ends with a space or a dot"
    if _is_reserved(name):
        return f"Windows keeps the name {name.partition('.')[0]} for a device"
    refused = next((one for one in name if _is_refused(one)), None)
    if refused is not None:
        return f"it has the character U+{ord(refused):04X}"
    return f"a part of it is longer than {LONGEST_NAME} characters" if units(name) > LONGEST_NAME else None


def check_paths(paths: Iterable[str]) -> None:
    """Raise `ActionDenied`, naming the first path that a package cannot have: its name is unsafe, another differs from
    it in upper and lower case only, or a file stands where it needs a folder."""
    files: dict[str, str] = {}
    for path in paths:
        why = trouble_of(path)
        if why is None and (other := files.get(path.casefold())) is not None:
            why = "there are two of it" if other == path else f"Windows cannot tell it from {other}"
        if why is not None:
            raise ActionDenied(f"A package cannot have a file of this name: {why}.", article="Art. 19", subject=path)
        files[path.casefold()] = path
    for path in files.values():
        parts = path.casefold().split("/")
        blocking = next((at for at in range(1, len(parts)) if "/".join(parts[:at]) in files), None)
        if blocking is not None:
            raise ActionDenied("A file stands where this one's folder should be.", article="Art. 19", subject=path)

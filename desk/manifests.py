"""The dock's word that this is all: checked file by file before the dump is let through (Art. 16)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from desk.beneath import remove_others, size_of
from desk.documents import read_document, write_document
from desk.names import from_base64, in_base64
from desk.refused import Refused
from desk.spool import Batch
from desk.uploads import Upload, Uploads

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Line:
    """A file as the dock knows it: its name, its size in bytes, its SHA-256."""

    name: bytes
    size: int
    sha256: str


def lines_of(body: bytes) -> dict[bytes, Line]:
    """``{"files": [{"name": base64, "size": bytes, "sha256": hexadecimal}, …]}``. Raises `Refused` (400)."""
    try:
        listed = json.loads(body)["files"]
        lines = [Line(from_base64(one["name"]), _size(one["size"]), _sha256(one["sha256"])) for one in listed]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Refused(400, "The manifest is {files: [{name, size, sha256}, …]}, names in base64.") from None
    found = {line.name: line for line in lines}
    if len(found) != len(lines):
        raise Refused(400, "The manifest names a file twice.")
    if not found:
        raise Refused(400, "The manifest names no file.")
    return found


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a size")
    return value


def _sha256(value: Any) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError("not a SHA-256")
    return value


def check(uploads: Uploads, batch: Batch, lines: dict[bytes, Line]) -> list[Upload]:
    """Every file of the batch, each whole and as the manifest says. Raises `Refused` (409) naming the first that is
    not: what did not arrive reliably is not let through (Art. 16). What a crash left in the dump and nobody knows of is
    removed."""
    files = [uploads.finish_if_due(batch, upload) for upload in uploads.all(batch)]
    come = {file.name: file for file in files}
    for name in lines.keys() - come.keys():
        raise _not_as_said("This file has not been sent.", name)
    for file in files:
        _check(batch, file, lines.get(file.name))
    remove_others(batch.incoming, {file.stored for file in files if file.stored is not None})
    return files


def _check(batch: Batch, file: Upload, line: Line | None) -> None:
    if line is None:
        raise _not_as_said("This file is not in the manifest: name it, or delete it.", file.name)
    if file.stored is None or not file.is_whole:
        raise _not_as_said("This file is not whole yet.", file.name)
    if size_of(batch.incoming, tuple(file.stored.split(b"/"))) != file.length:
        raise _not_as_said("This file is not in the dump: delete it and send it again.", file.name)
    if (file.length, file.sha256) != (line.size, line.sha256):
        raise _not_as_said("This file has another size or hash: delete it and send it again.", file.name)


def _not_as_said(sentence: str, name: bytes) -> Refused:
    return Refused(409, sentence, article="Art. 16", file=in_base64(name))


def keep(batch: Batch, files: list[Upload]) -> None:
    """Write down what the dump holds; from here on the batch is complete."""
    listed = [
        {
            "name": in_base64(one.name),
            "stored_as": in_base64(one.stored or b""),
            "size": one.length,
            "sha256": one.sha256,
        }
        for one in sorted(files, key=lambda one: one.name)
    ]
    write_document(batch.manifest, {"files": listed}, durable=True)


def kept(batch: Batch) -> list[dict[str, Any]]:
    """The manifest of a complete batch, names in base64; empty before."""
    found = read_document(batch.manifest)
    return [] if found is None else list(found["files"])


def is_the_same(batch: Batch, lines: dict[bytes, Line]) -> bool:
    """Whether a complete batch was completed with these very lines."""
    before = {Line(from_base64(one["name"]), one["size"], one["sha256"]) for one in kept(batch)}
    return before == set(lines.values())

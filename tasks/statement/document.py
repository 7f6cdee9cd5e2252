"""The statement as a document that programs read: every fact, and the files of the package that it speaks of (Art. 19).

Format ``custody-statement-1``: canonical JSON (keys sorted, no blanks, UTF-8), times in UTC, paths as they are in the
package, digests in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from registry.ledger.chain import canonical_json
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.statement import Statement

FORMAT = "custody-statement-1"


def statement_document(statement: Statement) -> dict[str, Any]:
    """All that the statement says; ``files`` lists path, role, size, sha256 and sm3 of every file of the package.

    Raises `ActionDenied` naming a path that stands for two files, or a file of which size or digest is not known.
    """
    return {**facts_of(statement), "format": FORMAT, "article": ARTICLE, "files": list(_files(statement))}


def statement_json(statement: Statement) -> str:
    """The same as canonical JSON: the text that is signed and kept."""
    return canonical_json(statement_document(statement))


def facts_of(statement: Statement) -> dict[str, Any]:
    """The entries of the statement under their names, as plain JSON."""
    return {field.name: _plain(getattr(statement, field.name)) for field in fields(statement)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.value if isinstance(value, Enum) else value


def _files(statement: Statement) -> Iterator[Mapping[str, Any]]:
    seen: dict[str, Mapping[str, Any]] = {}
    for one in _named(statement):
        if one["size"] is None or not one["sha256"]:
            raise ActionDenied("Size or SHA-256 of this file is not known.", article=ARTICLE, subject=one["path"])
        if one["path"] not in seen:
            yield seen.setdefault(one["path"], one)
        elif (one["size"], one["sha256"]) != (seen[one["path"]]["size"], seen[one["path"]]["sha256"]):
            raise ActionDenied("Two files of the package have this path.", article=ARTICLE, subject=one["path"])


def _named(statement: Statement) -> Iterator[dict[str, Any]]:
    for stated in statement.recordings:
        if stated.path is not None:
            yield _file("original", stated.ordinal, stated)
        yield from (_file(one.kind.value, stated.ordinal, one) for one in stated.derivatives if one.path is not None)
        yield from (_file("still", stated.ordinal, one) for one in stated.stills)
    yield from (_file("attachment", None, one) for one in statement.attachments)


def _file(role: str, recording: int | None, of: Any) -> dict[str, Any]:
    return {
        "path": of.path,
        "role": role,
        "recording": recording,
        "size": of.size,
        "sha256": of.sha256,
        "sm3": of.sm3,
    }

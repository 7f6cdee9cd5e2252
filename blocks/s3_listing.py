"""Lists of a bucket: versions of objects and uploads that never ended, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from os.path import commonprefix
from urllib.parse import unquote
from xml.etree import ElementTree

from blocks import keys
from blocks.s3_wire import Wire, refusal
from blocks.s3_xml import name_of, parsed, text_of
from blocks.vault import Listed
from regulation.errors import Unavailable

_PAGE = 1000  # lines: S3's own limit
_FEW = 20
_WORTH = 16  # keys answered by a page, to make a full one cheaper than going from key to key


def listed(wire: Wire, prefix: str, page_size: int = _PAGE) -> Iterator[Listed]:
    """All versions and delete markers below `prefix` in key order, the newest of a key first.

    Raises `Unavailable` and `ConfigurationError` while it is read.
    """
    lines, following = _lines(wire, prefix, {}, page_size)
    yield from lines
    while following:
        lines, following = _lines(wire, prefix, following, page_size)
        yield from lines


def standing(wire: Wire, asked: Iterable[str]) -> dict[str, list[Listed]]:
    """What stands under exactly each of these keys, in key order, the newest first.

    Goes from key to key: those that lie close together share a page, what lies between distant ones is passed over.
    Raises `Unavailable` and `ConfigurationError`.
    """
    found: dict[str, list[Listed]] = {key: [] for key in sorted(asked)}
    prefix = commonprefix(list(found))  # noqa: RUF071 - of keys, which are no paths
    waiting, size = list(reversed(found)), _PAGE
    begin = _before(waiting[-1], prefix) if waiting else {}
    while waiting:
        lines, following = _lines(wire, prefix, begin, size)
        for line in lines:
            if line.key in found:
                found[line.key].append(line)
        if not following:
            break
        last = lines[-1].key if lines else following["key-marker"]
        answered = len(waiting)
        while waiting and waiting[-1] < last:
            waiting.pop()
        answered -= len(waiting)
        if waiting:
            ahead = last < waiting[-1][:-1]
            begin = _before(waiting[-1], prefix) if ahead else following
            size = _FEW if ahead and answered < _WORTH else _PAGE
    return found


def _before(key: str, prefix: str) -> dict[str, str]:
    """Where to begin so that `key` is among the first lines."""
    return {"key-marker": key[:-1]} if len(key) > len(prefix) else {}


def unfinished_uploads(wire: Wire, key: str) -> list[str]:
    """The ids of uploads of `key` that were begun and neither completed nor aborted."""
    asked = {"uploads": "", "prefix": key, "encoding-type": "url"}
    marker: dict[str, str] = {}
    found: list[str] = []
    while True:
        page = _page(wire, asked | marker, key)
        uploads = (entry for entry in page if name_of(entry) == "Upload" and unquote(text_of(entry, "Key")) == key)
        found += [text_of(entry, "UploadId") for entry in uploads]
        if text_of(page, "IsTruncated") != "true":
            return found
        marker = _next(page, {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"})


def _lines(wire: Wire, prefix: str, begin: Mapping[str, str], size: int) -> tuple[list[Listed], dict[str, str]]:
    """One page of versions and markers, and where the next begins; nothing after the last."""
    asked = {"versions": "", "prefix": prefix, "max-keys": str(size), "encoding-type": "url"}
    page = _page(wire, asked | dict(begin), prefix)
    lines = [_line(entry) for entry in page if name_of(entry) in ("Version", "DeleteMarker")]
    if text_of(page, "IsTruncated") != "true":
        return lines, {}
    following = _next(page, {"key-marker": "NextKeyMarker", "version-id-marker": "NextVersionIdMarker"})
    if "key-marker" not in following:
        raise Unavailable("The S3 server's list ends without saying where it goes on.", subject=prefix)
    return lines, following


def _page(wire: Wire, asked: Mapping[str, str], subject: str) -> ElementTree.Element:
    answer = wire.send("GET", "", query=asked)
    if answer.status != 200:
        raise refusal(answer, subject)
    return parsed(answer, subject)


def _next(page: ElementTree.Element, names: Mapping[str, str]) -> dict[str, str]:
    return {ours: unquote(text_of(page, theirs)) for ours, theirs in names.items() if text_of(page, theirs)}


def _line(entry: ElementTree.Element) -> Listed:
    key, version = unquote(text_of(entry, "Key")), text_of(entry, "VersionId")
    return Listed(
        key=key,
        version=None if version in ("", "null") else version,
        size=int(text_of(entry, "Size") or 0),
        is_marker=name_of(entry) == "DeleteMarker",
        newest_of_all=text_of(entry, "IsLatest") == "true",
        modified=datetime.fromisoformat(text_of(entry, "LastModified")).astimezone(UTC),
        is_foreign=not keys.is_original(key),
    )

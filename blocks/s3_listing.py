"""Lists of a bucket: versions of objects and uploads that never ended, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from itertools import groupby, takewhile
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from blocks import keys
from blocks.s3_wire import Wire, refusal
from blocks.s3_xml import name_of, parsed, text_of
from blocks.vault import Listed
from regulation.errors import Unavailable

_PAGE = 1000  # lines: S3's own limit
_WORTH = 32  # keys answered by a page, to make a whole page cheaper than asking for each key by itself


def listed(wire: Wire, prefix: str, page_size: int = _PAGE) -> Iterator[Listed]:
    """All versions and delete markers below `prefix` in key order, the newest of a key first.

    Raises `Unavailable` and `ConfigurationError` while it is read.
    """
    lines, following = _lines(wire, prefix, {}, page_size)
    yield from lines
    while following:
        lines, following = _lines(wire, prefix, following, page_size)
        yield from lines


def standing(wire: Wire, asked: Iterable[str], pool: Executor | None = None) -> dict[str, list[Listed]]:
    """What stands under exactly each of these keys, in key order, the newest first.

    Keys that lie close together in a folder are read off the pages of its list; others are asked for one by one, many
    at once where there is a `pool`. Raises `Unavailable` and `ConfigurationError`.
    """
    found: dict[str, list[Listed]] = {}
    for folder, together in groupby(sorted(set(asked)), key=lambda key: key.rpartition("/")[0]):
        waiting = list(together)
        while len(waiting) >= _WORTH:
            answered = _on_a_page(wire, f"{folder}/", waiting)
            found |= answered
            waiting = waiting[len(answered) :]
            if len(answered) < _WORTH:
                break
        run = map if pool is None else pool.map
        found |= zip(waiting, run(lambda key: _alone(wire, key), waiting), strict=True)
    return found


def _on_a_page(wire: Wire, prefix: str, waiting: Sequence[str]) -> dict[str, list[Listed]]:
    """The first keys of `waiting`, as far as one page tells all that stands under them."""
    lines, following = _lines(wire, prefix, {"key-marker": waiting[0][:-1]}, _PAGE)
    end = lines[-1].key if lines else ""
    found: dict[str, list[Listed]] = {key: [] for key in waiting if not following or key < end}
    for line in lines:
        if line.key in found:
            found[line.key].append(line)
    return found


def _alone(wire: Wire, key: str) -> list[Listed]:
    """Of the keys that begin with it, `key` itself comes first."""
    return list(takewhile(lambda line: line.key == key, listed(wire, key)))


def unfinished_uploads(wire: Wire, key: str) -> list[str]:
    """The ids of uploads of `key` that were begun and neither completed nor aborted."""
    asked = {"uploads": "", "prefix": key, "encoding-type": "url"}
    marker: dict[str, str] = {}
    found: list[str] = []
    while True:
        page = _page(wire, asked | marker, key)
        uploads = (entry for entry in page if name_of(entry) == "Upload" and unquote_plus(text_of(entry, "Key")) == key)
        found += [text_of(entry, "UploadId") for entry in uploads]
        if text_of(page, "IsTruncated") != "true":
            return found
        marker = _next(page, {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"})


def _lines(wire: Wire, prefix: str, begin: Mapping[str, str], size: int) -> tuple[list[Listed], dict[str, str]]:
    """One page of versions and markers, and where the next begins; nothing after the last."""
    asked = {"versions": "", "prefix": prefix, "max-keys": str(size), "encoding-type": "url"}
    page = _page(wire, asked | dict(begin), prefix)
    found = [_line(entry) for entry in page if name_of(entry) in ("Version", "DeleteMarker")]
    # Some servers tell the markers of a page after all its versions.
    lines = sorted(found, key=lambda line: (line.key, not line.newest_of_all))
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
    found = {ours: text_of(page, theirs) for ours, theirs in names.items()}
    if "key-marker" in found:
        found["key-marker"] = unquote_plus(found["key-marker"])  # the only one of them that is encoded
    return {ours: told for ours, told in found.items() if told}


def _line(entry: ElementTree.Element) -> Listed:
    key, version = unquote_plus(text_of(entry, "Key")), text_of(entry, "VersionId")
    return Listed(
        key=key,
        version=None if version in ("", "null") else version,
        size=int(text_of(entry, "Size") or 0),
        is_marker=name_of(entry) == "DeleteMarker",
        newest_of_all=text_of(entry, "IsLatest") == "true",
        modified=datetime.fromisoformat(text_of(entry, "LastModified")).astimezone(UTC),
        is_foreign=not keys.is_original(key),
    )

"""Lists of a bucket: versions of objects and uploads that never ended, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote
from xml.etree import ElementTree

from blocks.s3_wire import Wire, refusal
from regulation.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object; `newest_of_all` is False where a newer version or a delete marker hides it."""

    key: str
    version: str | None
    newest_of_all: bool
    modified: datetime
    is_marker: bool


def versions(wire: Wire, prefix: str, page_size: int = 1000) -> Iterator[Version]:
    """All versions and delete markers below `prefix` in key order, the newest of a key first.

    Raises `Unavailable` and `ConfigurationError` while it is read.
    """
    asked = {"versions": "", "prefix": prefix, "max-keys": str(page_size), "encoding-type": "url"}
    marker: dict[str, str] = {}
    while True:
        page = _page(wire, asked | marker, prefix)
        for entry in page:
            if _name(entry) in ("Version", "DeleteMarker"):
                yield _version(entry)
        if _text(page, "IsTruncated") != "true":
            return
        marker = _next(page, {"key-marker": "NextKeyMarker", "version-id-marker": "NextVersionIdMarker"})


def unfinished_uploads(wire: Wire, key: str) -> list[str]:
    """The ids of uploads of `key` that were begun and neither completed nor aborted."""
    asked = {"uploads": "", "prefix": key, "encoding-type": "url"}
    marker: dict[str, str] = {}
    found: list[str] = []
    while True:
        page = _page(wire, asked | marker, key)
        uploads = (entry for entry in page if _name(entry) == "Upload" and unquote(_text(entry, "Key")) == key)
        found += [_text(entry, "UploadId") for entry in uploads]
        if _text(page, "IsTruncated") != "true":
            return found
        marker = _next(page, {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"})


def _page(wire: Wire, asked: Mapping[str, str], subject: str) -> ElementTree.Element:
    answer = wire.send("GET", "", query=asked)
    if answer.status != 200:
        raise refusal(answer, subject)
    try:
        return ElementTree.fromstring(answer.body)  # noqa: S314 - of the unit's own server; expat limits expansion
    except ElementTree.ParseError as broken:
        raise Unavailable("The S3 server's list cannot be read.", subject=subject) from broken


def _next(page: ElementTree.Element, names: Mapping[str, str]) -> dict[str, str]:
    return {ours: unquote(_text(page, theirs)) for ours, theirs in names.items() if _text(page, theirs)}


def _version(entry: ElementTree.Element) -> Version:
    version = _text(entry, "VersionId")
    return Version(
        key=unquote(_text(entry, "Key")),
        version=None if version in ("", "null") else version,
        newest_of_all=_text(entry, "IsLatest") == "true",
        modified=datetime.fromisoformat(_text(entry, "LastModified")),
        is_marker=_name(entry) == "DeleteMarker",
    )


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ElementTree.Element, name: str) -> str:
    return next((child.text or "" for child in element if _name(child) == name), "")

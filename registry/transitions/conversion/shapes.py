"""What a conversion is asked with, and what is said of what was made (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulation.conversion import Asked, Carrier


@dataclass(frozen=True, slots=True)
class NewConversion:
    """What an officer asks for. `grant_id` is the leave under which they have the footage, `case` the number of the
    case file, `cause` its cause of action (案由), `supersedes` the number of the issued conversion that this corrects
    and `correction` why."""

    grant_id: UUID
    case: str
    cause: str
    carrier: Carrier
    copies: int
    extractor_id: UUID
    checker_id: UUID
    items: Sequence[Asked]
    supersedes: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One derivative of an item: `ordinal` counts those of its kind. `facts` say what was asked, what it really spans
    and with what it was made; `problem` says why there is none, and then size and digest are empty."""

    item_id: UUID
    kind: str
    ordinal: int
    facts: Mapping[str, Any]
    size: int | None = None
    sha256: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """One medium as it was packed: its name, the digests of its tag manifest and of the list beside its signature, and
    the size of all its files; where it is one file, that file's digest and size."""

    name: str
    tag_manifest_sha256: str
    sums_sha256: str
    size: int
    image_sha256: str | None = None
    image_size: int | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """The statement as it was issued: canonical JSON, its signature, where its paper is kept, and the SHA-256 of that
    and of its English translation beside it."""

    document: str
    key_id: str
    signature: str
    paper_key: str
    paper_sha256: str
    english_sha256: str

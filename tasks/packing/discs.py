"""Which file goes onto which disc: each disc a bag of its own with the statement on it, the recordings in order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from regulation.errors import ActionDenied, ConfigurationError
from tasks.packing.files import PackageFile, of_bytes

INDEX = "data/index.csv"
EVERY = "all"
"""What the index says of a file that is on every disc."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What a package is handed over on (载体). `capacity` is in bytes, None where there is no end in sight; `container`
    is what is made of the bag: a disc image to be burned, a ZIP to be sent, or nothing, where the folder is copied."""

    key: str
    zh: str
    en: str
    capacity: int | None
    container: Literal["iso", "zip"] | None
    source: str


_BD = 24_220_008_448
_MEDIA = (
    Medium(
        "cd-r", "CD-R 光盘（700 MB）", "CD-R 700 MB", 360_000 * 2048, "iso", "80 min × 60 s × 75 sectors of 2,048 bytes"
    ),
    Medium(
        "dvd-r",
        "DVD±R 光盘（4.7 GB）",
        "DVD±R 4.7 GB",
        2_295_104 * 2048,
        "iso",
        "DVD+R, ECMA-349; DVD-R takes 3,392 more",
    ),
    Medium(
        "dvd-r-dl",
        "DVD±R 双层光盘（8.5 GB）",
        "DVD±R DL 8.5 GB",
        4_171_712 * 2048,
        "iso",
        "DVD-R DL, ECMA-382; DVD+R DL takes 2,112 more",
    ),
    Medium("bd-r", "BD-R 光盘（25 GB）", "BD-R 25 GB", _BD, "iso", "12,219,392 sectors, less the usual spare areas"),
    Medium("bd-r-dl", "BD-R 双层光盘（50 GB）", "BD-R DL 50 GB", 2 * _BD, "iso", "two layers of the same"),
    Medium("m-disc", "M-DISC 光盘（25 GB）", "M-DISC 25 GB", _BD, "iso", "a BD-R to the drive"),
    Medium("m-disc-dl", "M-DISC 双层光盘（50 GB）", "M-DISC DL 50 GB", 2 * _BD, "iso", "a BD-R DL to the drive"),
    Medium(
        "usb",
        "U 盘或移动硬盘",
        "USB drive",
        None,
        None,
        "copied as a folder; exFAT or NTFS for files of 4 GiB and more",
    ),
    Medium("file", "电子传送", "electronic transfer", None, "zip", "one ZIP"),
)
MEDIA = MappingProxyType({one.key: one for one in _MEDIA})
"""By key, the smallest first among discs."""

_FIXED = 4 << 20
"""Bytes that an image takes beside files: volume descriptors, UDF's anchor in sector 256 and what stands behind the
last file, the directories' own sectors, README, verify.py, signature. Measured: 0.6 MiB and what the tag files take."""
_PER_FILE = 8 << 10
"""Bytes that a file takes beside its own: its UDF entry (2,048), its names in four directories (1,300 at most), its
lines in four lists (1,600), and what its last sector lacks (2,047)."""


def medium_called(key: str) -> Medium:
    """Raises `ConfigurationError` where there is none of this key."""
    if key not in MEDIA:
        raise ConfigurationError(f"There is no such medium; there are {', '.join(MEDIA)}.", subject=key)
    return MEDIA[key]


def split(medium: Medium, common: Sequence[PackageFile], items: Sequence[PackageFile]) -> list[list[PackageFile]]:
    """The share of `items` of each disc, in their order; at least one disc. `common` goes onto each.

    A disc is closed when the next file does not fit, so that recordings are not mixed up. Raises `ActionDenied`, naming
    file, size and the smallest medium that takes it, where one is larger than a disc (Art. 19).
    """
    if medium.capacity is None:
        return [list(items)]
    base = _base(common, items)
    discs: list[list[PackageFile]] = [[]]
    taken = base
    for one in items:
        room = _room(one)
        if base + room > medium.capacity:
            raise _too_large(one, medium, base + room)
        if taken + room > medium.capacity:
            discs.append([])
            taken = base
        discs[-1].append(one)
        taken += room
    if base > medium.capacity:
        raise _too_large(max(common, key=lambda one: one.size), medium, base)
    return discs


def _base(common: Iterable[PackageFile], items: Iterable[PackageFile]) -> int:
    common, items = list(common), list(items)
    index = sum(len(one.path.encode()) + 100 for one in (*common, *items))
    return _FIXED + index + sum(_room(one) for one in common)


def _room(one: PackageFile) -> int:
    return one.size + _PER_FILE


def _too_large(one: PackageFile, medium: Medium, needed: int) -> ActionDenied:
    takers = [other for other in _MEDIA if other.capacity is not None and other.capacity >= needed]
    smallest = min(takers, key=lambda other: other.capacity or 0, default=MEDIA["usb"])
    return ActionDenied(
        f"It has {one.size:,} bytes and does not fit onto {medium.en}; the smallest medium that takes it is "
        f"{smallest.en} ({smallest.key}).",
        article="Art. 19",
        subject=one.path,
    )


def index_file(common: Sequence[PackageFile], discs: Sequence[Sequence[PackageFile]]) -> PackageFile:
    """The list of all files with their disc, the same on every disc. UTF-8 with a byte order mark, for without one
    Excel takes Chinese names for another encoding."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(("file", "size", "sha256", "disc"))
    rows.writerows((one.path, one.size, one.known_digest(), EVERY) for one in common)
    for number, share in enumerate(discs, 1):
        rows.writerows((one.path, one.size, one.known_digest(), number) for one in share)
    return of_bytes(INDEX, text.getvalue().encode("utf-8-sig"))

"""A bag as a disc image: one set of files under four directories, so that every system reads it with its own names.

ISO 9660 (level 3), Rock Ridge, Joliet and UDF 2.60. Above 4 GiB a file has several extents in the first three and is
one in UDF. The same bag and time give the same image: pycdlib takes times from the clock, zones from the machine and a
random number, and has no setting for them, so that its modules are given others while an image is made; a process
makes one at a time.
"""

from __future__ import annotations

import io
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import IO, Any, BinaryIO, cast

import pycdlib
from pycdlib import dates, headervd, udf, utils
from pycdlib import pycdlib as whole

from regulation.errors import FixityError
from tasks.packing.bag import TAG_MANIFEST, paths_in
from tasks.packing.files import PIECE
from tasks.packing.following import Follower, Sparse
from tasks.packing.writing import finished
from tasks.packing.zipping import Progress

SECTOR = 2048
_FILE, _FOLDER = 0o100444, 0o040555
_ROCK_RIDGE = "1.09"
"""In 1.12 a file has a serial number, which pycdlib leaves zero, so that bsdtar takes all files for links of one."""
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a file lies in an image: from which byte on, and how many bytes."""

    path: str
    start: int
    size: int


def write_image(
    bag: Path, final: Path, at: datetime, label: str, progress: Progress = lambda count: None
) -> tuple[int, str]:
    """Put the folder `bag` at the root of the new image `final`, whose volume is called `label` (see `volume_label`).

    Returns its size in bytes and its SHA-256. Raises `OSError`, and `FixityError` where a file changes meanwhile.
    """
    with finished(final, at) as part, closing(_Target(part)) as target, _fixed(at, bag):
        made, sources = _Image(), ExitStack()

        def source(path: str, size: int) -> BinaryIO:
            return cast("BinaryIO", sources.enter_context(closing(_Source(bag, path, size, target, progress))))

        try:
            _lay_out(made, bag, label, source)
            made.inodes.sort(key=_place)  # so that it is written from the front to the back
            made.write_fp(cast("BinaryIO", target), blocksize=PIECE)
            size = target.finish()
            return size, target.digest(size)
        finally:
            target.stop()
            sources.close()
            made.close()


def layout_of(bag: Path, at: datetime, label: str) -> list[Extent]:
    """Where each file of a bag lies in the image that `write_image` makes of it. Raises `OSError`."""
    made, paths = _Image(), paths_in(bag)
    with _fixed(at, bag):
        _lay_out(made, bag, label, lambda path, size: io.BytesIO())
    extents = [
        Extent(path, _place(inode) * SECTOR, inode.get_data_length())
        for path, inode in zip(paths, made.inodes, strict=True)
    ]
    made.close()
    return extents


def _place(inode: Any) -> int:
    """Where a file begins; an empty one nowhere."""
    return int(inode.extent_location()) if inode.get_data_length() else 0


def volume_label(text: str, ending: str = "") -> str:
    """The name of a volume: of a text the letters, digits and ``_`` of ASCII, and an ending; 16 in all, for Joliet."""
    return (re.sub("[^A-Z0-9]+", "_", text.upper()).strip("_")[: 16 - len(ending)] or "EVIDENCE") + ending


class _Image(pycdlib.PyCdlib):
    """Joliet has 64 UTF-16 units for a name; pycdlib counts the bytes of UTF-8, of which a Chinese character has three.
    What is longer than Joliet allows `tasks.packing.names` has refused before."""

    def _joliet_name_and_parent_from_path(self, joliet_path: bytes) -> tuple[bytes, Any]:
        above, _, name = joliet_path.rpartition(b"/")
        return name.decode("utf-8").encode("utf-16_be"), self._find_joliet_record(above or b"/")


@contextmanager
def _fixed(at: datetime, bag: Path) -> Iterator[None]:
    """Give pycdlib's modules one time, in UTC, and one "random" number, drawn from what the bag holds. They are few:
    a test compares images made at different times and in different zones, and would see one that was forgotten."""
    seconds = float(int(at.timestamp()))
    seed = int.from_bytes(sha256((bag / TAG_MANIFEST).read_bytes()).digest()[:8], "big")
    clock = SimpleNamespace(
        time=lambda: seconds, localtime=time.gmtime, gmtime=time.gmtime, strftime=time.strftime, strptime=time.strptime
    )
    modules: list[Any] = [dates, headervd, udf, utils, whole]
    numbers: Any = udf
    with _ONE_AT_A_TIME:
        for module in modules:
            module.time = clock
        numbers.random = random.Random(seed)  # noqa: S311  # a name, not a secret
        try:
            yield
        finally:
            for module in modules:
                module.time = time
            numbers.random = random


def _lay_out(made: pycdlib.PyCdlib, bag: Path, label: str, source: Callable[[str, int], BinaryIO]) -> None:
    """Enter every file, in the order of `paths_in`, into all four directories; `source` gives its bytes later."""
    made.new(3, vol_ident=label, app_ident_str="BODYCAM-CUSTODY", joliet=3, rock_ridge=_ROCK_RIDGE, udf="2.60")
    plain = _PlainNames()
    for path in paths_in(bag):
        _add_folders(made, plain, path)
        size = (bag / path).stat().st_size
        made.add_fp(
            source(path, size),
            size,
            iso_path=plain.file(path),
            rr_name=path.rpartition("/")[2],
            joliet_path=f"/{path}",
            udf_path=f"/{path}",
            file_mode=_FILE,
        )
    made.force_consistency()


def _add_folders(made: pycdlib.PyCdlib, plain: _PlainNames, path: str) -> None:
    """The folders above a file that are not there yet."""
    parts = path.split("/")[:-1]
    for depth, name in enumerate(parts, 1):
        folder = "/".join(parts[:depth])
        if folder not in plain.folders:
            iso_path = plain.folder(folder)
            made.add_directory(iso_path, name, f"/{folder}", _FOLDER, f"/{folder}")


class _PlainNames:
    """Names of capital letters, digits and ``_`` for systems that know ISO 9660 alone; alike ones are numbered."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {"": ""}
        self._taken: set[str] = set()

    def folder(self, path: str) -> str:
        above, _, name = path.rpartition("/")
        self.folders[path] = self._free(self.folders[above], _plain(name, 20), "")
        return self.folders[path]

    def file(self, path: str) -> str:
        above, _, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, ending) if dot else (name, "")
        return self._free(self.folders[above], _plain(stem, 20), f".{_plain(ending, 4) if ending else ''};1")

    def _free(self, above: str, stem: str, ending: str) -> str:
        number, path = 1, f"{above}/{stem}{ending}"
        while path in self._taken:
            number += 1
            path = f"{above}/{stem}_{number}{ending}"
        self._taken.add(path)
        return path


def _plain(text: str, most: int) -> str:
    return re.sub("[^A-Z0-9]+", "_", text.upper())[:most].strip("_") or "F"


class _Source:
    """A file as pycdlib reads it: opened only while it is copied, and never shorter than it was said to be."""

    mode = "rb"

    def __init__(self, bag: Path, path: str, size: int, target: _Target, progress: Progress) -> None:
        self._bag, self._path, self._size = bag, path, size
        self._target, self._progress = target, progress
        self._opened: IO[bytes] | None = None
        self._done = 0

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        assert (place, whence) == (0, os.SEEK_SET), "a file is copied once, from its beginning"
        return 0

    def read(self, wanted: int) -> bytes:
        self._target.follow()
        if self._opened is None:
            self._opened = (self._bag / self._path).open("rb", buffering=0)
        piece = self._opened.read(wanted)
        self._done += len(piece)
        self._progress(len(piece))
        if len(piece) < wanted and self._done != self._size:
            raise FixityError("It became shorter while its image was written.", article="Art. 7", subject=self._path)
        if self._done == self._size:
            self.close()
        return piece

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


class _Target(Sparse):
    """The image as pycdlib writes it: all directories first, then file after file; so once the first file is read,
    what lies before the place that is written changes no more and can be hashed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path
        self._follower: Follower | None = None
        self._final = 0

    def follow(self) -> Follower:
        self._follower = self._follower or Follower(self._path)
        return self._follower

    def digest(self, size: int) -> str:
        return self.follow().finish(size)

    def stop(self) -> None:
        if self._follower is not None:
            self._follower.stop()

    def write(self, data: bytes) -> int:
        place = self.tell()
        super().write(data)
        if self._follower is not None:
            assert place >= self._final, "pycdlib went back to what was hashed"
            self._final = place + len(data)
            self._follower.advance(self._final)
        return len(data)

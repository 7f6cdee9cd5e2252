"""What is moved: random bytes in files like a recorder's, just written, so that every peer finds them in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
VIDEO_MIB = (64, 128, 192, 256, 384, 512, 512)  # 2 GiB
PHOTOS = 5_000
PHOTO_SIZE = 100 * 1024
_AT_ONCE = 4 * MIB


@dataclass(frozen=True)
class Files:
    """A folder of files: how many, and how many bytes."""

    name: str
    folder: Path
    count: int
    size: int

    @property
    def gigabytes(self) -> float:
        return self.size / 1e9

    def read(self) -> None:
        """Read them all, so that they are in memory: a system under pressure drops what nobody asks for."""
        for path in self.folder.iterdir():
            with path.open("rb", buffering=0) as opened:
                while opened.read(_AT_ONCE):
                    pass


def video(folder: Path, *, quick: bool) -> Files:
    """2 GiB in files of 64 to 512 MiB; 192 MiB in two files when `quick`."""
    return _made("video", folder, [size * MIB for size in (VIDEO_MIB[:2] if quick else VIDEO_MIB)], "mp4")


def photos(folder: Path, *, quick: bool) -> Files:
    """5,000 of 100 KiB; 500 when `quick`."""
    return _made("photos", folder, [PHOTO_SIZE] * (PHOTOS // 10 if quick else PHOTOS), "jpg")


def sparse(folder: Path, sizes: list[int]) -> Files:
    """Files that are all hole: they cost no disk, and read as zeros."""
    folder.mkdir(parents=True)
    for number, size in enumerate(sizes):
        with (folder / f"{number:05d}.mp4").open("wb") as made:
            made.truncate(size)
    return Files("sparse", folder, len(sizes), sum(sizes))


def _made(name: str, parent: Path, sizes: list[int], extension: str) -> Files:
    folder = parent / name
    folder.mkdir(parents=True)
    for number, size in enumerate(sizes):
        with (folder / f"{number:05d}.{extension}").open("wb") as made:
            for start in range(0, size, _AT_ONCE):
                made.write(os.urandom(min(_AT_ONCE, size - start)))
    os.sync()
    return Files(name, folder, len(sizes), sum(sizes))

"""The demo's dump: what a recorder might bring in after a day out, good and bad, made on the spot."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from deployments.demo.city import RECORDER, Day
from deployments.demo.media import make_photo, make_sound, make_video

HOSTILE = "..\\..\\etc <img src=x onerror=alert(1)> \u202e4pm.gpj"


def make_dump(folder: Path, day: Day) -> None:
    """Fill `folder` as recorder `RECORDER` would: playable video, photos and sound of the day's activities, and among
    them what goes wrong in life."""
    folder.mkdir(parents=True)
    maker = _Maker(folder, day.zone)
    first = maker.video(day.inspection_start + timedelta(minutes=2), seconds=4)
    maker.video(day.inspection_start + timedelta(minutes=14), seconds=4, container="mov")
    maker.video(day.service_start + timedelta(minutes=1), seconds=3, container="ts")
    maker.video(day.service_start + timedelta(minutes=6), seconds=3, container="avi")
    maker.video(day.overlap_start + timedelta(minutes=1), seconds=3)
    maker.video(day.nowhere, seconds=3)
    for minute in (3, 5, 9):
        maker.photo(day.inspection_start + timedelta(minutes=minute))
    maker.sound(day.inspection_start + timedelta(minutes=20), seconds=4)
    broken = maker.video(day.inspection_start + timedelta(minutes=25), seconds=4)
    _spoil(folder, first, broken, day.inspection_start.astimezone(day.zone))


def _spoil(folder: Path, whole: Path, broken: Path, when: datetime) -> None:
    with broken.open("r+b") as file:
        file.truncate(int(broken.stat().st_size * 0.6))
    shutil.copy2(whole, folder / "DCIM" / "copy of a recording.mp4")
    make_photo(folder / "DCIM" / "photo called video.mp4", when, device=RECORDER.number, officer=RECORDER.officer)
    (folder / "DCIM" / HOSTILE).write_bytes(b"not a picture at all\n" * 100)
    (folder / "DCIM" / "zero.mp4").touch()
    (folder / "device.log").write_text("boot ok\nclock set\n")
    with ZipFile(folder / "backup.zip", "w") as archive:
        archive.writestr("inner.mp4", b"never opened")
    os.symlink("/etc/passwd", folder / "DCIM" / "shortcut.mp4")


class _Maker:
    """Names files as the recorder would and numbers them."""

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        self._folder, self._zone, self._sequence = folder / "DCIM", zone, 0
        self._folder.mkdir()

    def _path(self, starts_at: datetime, extension: str) -> Path:
        self._sequence += 1
        local = starts_at.astimezone(self._zone)
        name = f"{RECORDER.number}_{RECORDER.officer}_{local:%Y%m%d%H%M%S}_{self._sequence:04d}.{extension}"
        return self._folder / name

    def video(self, starts_at: datetime, *, seconds: float, container: str = "mp4") -> Path:
        path = self._path(starts_at, container)
        make_video(
            path, seconds=seconds, starts_at=starts_at.astimezone(self._zone), device=RECORDER.number,
            officer=RECORDER.officer, container=container,
        )  # fmt: skip
        return _closed(path, starts_at + timedelta(seconds=seconds))

    def photo(self, taken_at: datetime) -> Path:
        path = self._path(taken_at, "jpg")
        make_photo(path, taken_at.astimezone(self._zone), device=RECORDER.number, officer=RECORDER.officer)
        return _closed(path, taken_at)

    def sound(self, starts_at: datetime, *, seconds: float) -> Path:
        path = self._path(starts_at, "wav")
        make_sound(path, seconds, starts_at=starts_at.astimezone(self._zone))
        return _closed(path, starts_at + timedelta(seconds=seconds))


def _closed(path: Path, at: datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path

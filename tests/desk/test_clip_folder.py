"""What was made once for a part is not made again, and is forgotten in time (Art. 17)."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from desk.clips import KEPT_SECONDS, MOST_OF_ONE, MOST_WAITING, Clips, NoClip
from desk.showing import NotShown
from registry.tables import Recording
from registry.types import new_id
from regulation.access_terms import Range


class Workshop:
    """Clips whose making is under our hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[Range] = []
        self.go = threading.Event()
        self.fails = False
        self.clips = Clips(folder, self.make, self.look, workers=1)
        self.clips.prepare()

    def make(self, recording: Recording, part: Range, target: Path) -> dict[str, Any]:
        self.go.wait(60)
        self.made.append(part)
        if self.fails:
            raise NoClip("not this one")
        target.write_bytes(b"clip")
        return {"form": "mp4", "start": 1.0, "end": 2.0, "size": 4, "sha256": "0" * 64}

    def look(self, recording: Recording, part: Range) -> dict[str, Any]:
        return {"is_playable": True, "stills": [], "peaks": []}

    def wait(self) -> None:
        while self.clips._waiting:
            time.sleep(0.01)


RECORDING = Recording(sha256="ab" * 32)
PART = Range(1.0, 2.0)
VIEWER, ANOTHER = new_id(), new_id()


def test_what_is_asked_for_twice_is_made_once(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    assert [shop.clips.clip(RECORDING, PART, VIEWER) for _ in range(3)] == [None] * 3
    shop.go.set()
    shop.wait()
    clip = shop.clips.clip(RECORDING, PART, VIEWER)
    assert clip is not None
    assert (clip.path.read_bytes(), clip.offset, shop.made) == (b"clip", 1.0, [PART])


def test_there_is_an_end_to_what_waits(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    for second in range(MOST_WAITING):
        assert shop.clips.clip(RECORDING, Range(float(second)), new_id()) is None
    with pytest.raises(NotShown) as refused:
        shop.clips.clip(RECORDING, Range(99.0), VIEWER)
    assert refused.value.status == 503
    shop.clips.close()
    shop.go.set()


def test_nobody_keeps_the_others_waiting(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    for second in range(MOST_OF_ONE):
        assert shop.clips.clip(RECORDING, Range(float(second)), VIEWER) is None
    with pytest.raises(NotShown) as refused:
        shop.clips.clip(RECORDING, Range(99.0), VIEWER)
    assert refused.value.status == 503
    assert shop.clips.clip(RECORDING, Range(0.0), VIEWER) is None, "what is being made is waited for"
    assert shop.clips.clip(RECORDING, Range(99.0), ANOTHER) is None
    shop.clips.close()
    shop.go.set()


def test_a_failure_is_tried_again_later(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    shop.fails = True
    shop.go.set()
    shop.clips.clip(RECORDING, PART, VIEWER)
    shop.wait()
    with pytest.raises(NotShown):
        shop.clips.clip(RECORDING, PART, VIEWER)
    assert len(shop.made) == 1
    for path in shop.folder.iterdir():
        os.utime(path, (0, 0))
    shop.fails = False
    assert shop.clips.clip(RECORDING, PART, VIEWER) is None
    shop.wait()
    assert shop.clips.clip(RECORDING, PART, VIEWER) is not None


def test_a_crash_leaves_nothing_half_made(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    (shop.folder / "half.part").write_bytes(b"half")
    shop.clips.prepare()
    assert list(shop.folder.iterdir()) == []
    assert shop.folder.stat().st_mode & 0o777 == 0o700


def test_what_nobody_looks_at_is_forgotten(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "clips")
    shop.go.set()
    for part in (PART, Range(3.0, 4.0)):
        shop.clips.clip(RECORDING, part, VIEWER)
    shop.wait()
    clip = shop.clips.clip(RECORDING, PART, VIEWER)
    assert clip is not None
    long_ago = time.time() - KEPT_SECONDS - 60
    for path in shop.folder.iterdir():
        if not path.name.startswith(clip.path.name):
            os.utime(path, (long_ago, long_ago))
    shop.clips.tidy()
    assert {path.name for path in shop.folder.iterdir()} == {clip.path.name, f"{clip.path.name}.clip"}
    clip.path.unlink()
    assert shop.clips.clip(RECORDING, PART, VIEWER) is None, "what is gone is made again"
    shop.wait()
    assert shop.clips.clip(RECORDING, PART, VIEWER) is not None

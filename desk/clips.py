"""Parts of recordings, and what a browser cannot play, made ready to be shown (Art. 17).

They are made by others, kept in a folder of this machine while they are looked at, and forgotten: the original is what
counts. What was made once for a part is not made again while it is there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from desk.showing import NotShown
from registry.tables import Recording
from regulation.access_terms import Range

log = logging.getLogger("custody.desk")

WORKERS = 2
MOST_WAITING = 50
MOST_OF_ONE = 8
"""Waiting for one person: nobody keeps the others from what they look at."""
KEPT_SECONDS = 12 * 3600.0
"""How long what nobody looks at stays: as long as a viewing lasts."""
TRY_AGAIN_SECONDS = 600.0
MOST_BYTES = 50 << 30
"""Of all that is kept."""


class NoClip(Exception):  # noqa: N818 - it is raised as what it says
    """No clip can be made of it; the message says why."""


MakeClip = Callable[[Recording, Range, Path], dict[str, Any]]
"""Cuts a part out into a new file: ``form``, ``start``, ``end``, ``size``, ``sha256``. Raises `NoClip`."""
TakeGlance = Callable[[Recording, Range], dict[str, Any]]
"""Looks at a part: ``is_playable``, ``stills``, ``peaks``. Raises `NoClip`."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A file to be shown. `start` and `end` are the seconds of the recording that it really spans, `offset` the second
    at which it begins to count."""

    path: Path
    media_type: str
    start: float
    end: float
    offset: float
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Quick:
    """A quick look: whether a browser plays the original, the second and the JPEG of each still, and how loud it is (0
    to 1) over the length of the part."""

    is_playable: bool
    stills: list[tuple[float, bytes]]
    peaks: list[float]


_TYPES = {"mp4": "video/mp4", "wav": "audio/wav"}


class Clips:
    """What is ready and what is being made, in `folder`. Thread-safe."""

    def __init__(self, folder: Path, make: MakeClip, look: TakeGlance, workers: int = WORKERS) -> None:
        self._folder = folder
        self._make = make
        self._look = look
        self._threads = ThreadPoolExecutor(workers, "clips")
        self._waiting: dict[str, UUID] = {}
        self._lock = Lock()

    def prepare(self) -> None:
        """Make the folder, readable by this installation alone, and remove what a crash left half made."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._folder.glob("*.part"):
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def clip(self, recording: Recording, part: Range, person: UUID) -> Clip | None:
        """The part as a file for this person; None while it is being made. Raises `NotShown` where it cannot be (404),
        or when too much is being made already, for them or in all (503)."""
        name = _name(recording, part)

        def cut() -> dict[str, Any]:
            return self._cut(name, recording, part)

        made, path = self._ready(f"{name}.clip", cut, person), self._folder / name
        if made is None:
            return None
        try:
            os.utime(path)
        except FileNotFoundError:  # forgotten, and asked for again
            self._begin(f"{name}.clip", cut, person)
            return None
        offset = part.start if made["form"] == "mp4" else made["start"]
        kept = {key: made[key] for key in ("start", "end", "size", "sha256")}
        return Clip(path, _TYPES[made["form"]], offset=offset, **kept)

    def quick(self, recording: Recording, part: Range, person: UUID) -> Quick | None:
        """The quick look, empty where there can be none; None while it is being made. Raises `NotShown` (503)."""
        try:
            found = self._ready(f"{_name(recording, part)}.quick", lambda: self._look(recording, part), person)
        except _Failed:
            return Quick(True, [], [])
        if found is None:
            return None
        stills = [(second, base64.b64decode(still)) for second, still in found["stills"]]
        return Quick(bool(found["is_playable"]), stills, found["peaks"])

    def _ready(self, name: str, make: Callable[[], dict[str, Any]], person: UUID) -> dict[str, Any] | None:
        """What is written down under this name; None while it is being made."""
        path = self._folder / name
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads(path.read_text())
            if "failed" not in found:
                os.utime(path)
                return found
            if time.time() - path.stat().st_mtime < TRY_AGAIN_SECONDS:
                raise _Failed
        self._begin(name, make, person)
        return None

    def _begin(self, name: str, make: Callable[[], dict[str, Any]], person: UUID) -> None:
        with self._lock:
            if name in self._waiting:
                return
            theirs = sum(one == person for one in self._waiting.values())
            if len(self._waiting) >= MOST_WAITING or theirs >= MOST_OF_ONE:
                raise NotShown(503, "正在准备的资料过多，请稍后再试。", "Too much is being prepared: try again later.")
            self._waiting[name] = person
        try:
            self._threads.submit(self._work, name, make)
        except RuntimeError:  # the desk is closing
            self._waiting.pop(name, None)

    def _work(self, name: str, make: Callable[[], dict[str, Any]]) -> None:
        try:
            try:
                made = make()
            except (NoClip, OSError) as why:
                log.warning("a clip was not made: %s", why if isinstance(why, NoClip) else type(why).__name__)
                made = {"failed": True}
            unfinished = self._folder / f"{name}.part"
            unfinished.write_text(json.dumps(made))
            unfinished.rename(self._folder / name)
        except OSError as trouble:
            log.warning("a clip was not kept: %s", type(trouble).__name__)
        finally:
            with self._lock:
                self._waiting.pop(name, None)

    def _cut(self, name: str, recording: Recording, part: Range) -> dict[str, Any]:
        unfinished = self._folder / f"{name}.part"
        unfinished.unlink(missing_ok=True)
        made = self._make(recording, part, unfinished)
        unfinished.rename(self._folder / name)
        return made

    def tidy(self) -> None:
        """Forget what nobody has looked at for `KEPT_SECONDS`, and the longest unused where there is too much."""
        kept = sorted(self._folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        total, oldest = 0, time.time() - KEPT_SECONDS
        for path in kept:
            total += path.stat().st_size
            if path.suffix != ".part" and (total > MOST_BYTES or path.stat().st_mtime < oldest):
                path.unlink(missing_ok=True)


class _Failed(NotShown):
    def __init__(self) -> None:
        super().__init__(404, "此资料无法在网页中显示，请联系执法记录仪管理员。", "This cannot be shown here.")


def _name(recording: Recording, part: Range) -> str:
    """Of the content and the part alone: whoever may see the same part sees the same file."""
    return hashlib.sha256(f"{recording.sha256}:{part.start!r}:{part.end!r}".encode()).hexdigest()[:40]


def waveform(peaks: list[float]) -> str:
    """How loud it is over time, as a picture (SVG)."""
    lines = "".join(f"M{place} {50 - 48 * peak:.1f}V{50 + 48 * peak:.1f}" for place, peak in enumerate(peaks) if peak)
    box = f'viewBox="0 0 {len(peaks)} 100" preserveAspectRatio="none"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path d="M0 50H{len(peaks)}{lines}" stroke="#0c5f6b"/></svg>'

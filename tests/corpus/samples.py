"""Small whole recordings of every kind, to be mutated."""

from __future__ import annotations

import io
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from deployments.demo.media import RECIPES, SOUND_RECIPES, make_photo, make_sound, make_video

STARTS_AT = datetime(2026, 3, 2, 9, 0, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
DEVICE, OFFICER = "DSJ-A100023", "310452"


def make_samples(seconds: float = 2.0) -> dict[str, bytes]:
    """Extension → content, for every container the demonstration can write and the usual pictures."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for container in RECIPES:
            path = folder / f"sample.{container}"
            make_video(path, seconds=seconds, starts_at=STARTS_AT, device=DEVICE, officer=OFFICER, container=container)
        for container in SOUND_RECIPES:
            make_sound(folder / f"sample.{container}", seconds, starts_at=STARTS_AT, container=container)
        make_photo(folder / "sample.jpg", STARTS_AT, device=DEVICE, officer=OFFICER, size=(640, 480))
        samples = {path.suffix[1:]: path.read_bytes() for path in sorted(folder.iterdir())}
    return {**samples, **_other_pictures(samples["jpg"])}


def _other_pictures(photo: bytes) -> dict[str, bytes]:
    pictures = {}
    with Image.open(io.BytesIO(photo)) as picture:
        picture.load()
        small = picture.resize((160, 120))
        for extension in ("png", "gif", "bmp", "webp", "tiff"):
            kept = io.BytesIO()
            small.save(kept, extension.upper())
            pictures[extension] = kept.getvalue()
    return pictures


def numbered_photo(photo: bytes, number: int) -> bytes:
    """The same whole photograph with a comment that makes its content one of its kind."""
    comment = f"photograph {number}".encode()
    return photo[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + photo[2:]

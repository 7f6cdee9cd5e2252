"""Photographs, decoded with Pillow. Imported in the probing child only."""

from __future__ import annotations

import base64
import io
import re
import struct
import warnings
from datetime import datetime, timedelta, timezone

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from tasks.probing.reading import Glance
from tasks.probing.wire import Answer, StreamFacts

LARGEST_PHOTO = 64 << 20
"""Bytes; a photograph of a recorder has a few megabytes."""
MOST_PIXELS = 120_000_000
"""Recorders blow pictures up to 48 or 64 megapixels; beyond this we do not decode."""
STILL_WIDTH = 320

Image.MAX_IMAGE_PIXELS = None  # judged here, by MOST_PIXELS, before anything is decoded
warnings.simplefilter("ignore")

_PILLOW = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "bmp": "BMP", "webp": "WEBP", "tiff": "TIFF", "avif": "AVIF"}
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def look_at(glance: Glance, answer: Answer, *, still: bool) -> None:
    """Decode a photograph whole, at a reduced scale where the format allows it, and read its EXIF time."""
    if glance.size > LARGEST_PHOTO:
        return answer.unreadable(f"a photograph larger than {LARGEST_PHOTO >> 20} MiB is not decoded")
    content = glance.at(0, glance.size)
    check = {"jpeg": end_of_jpeg, "png": end_of_png}.get(answer.container or "")
    if check is not None:
        _check_end(content, check(content), answer)
    form = _PILLOW.get(answer.container or "")
    if form is None:
        return answer.warn(f"{answer.container} is recognised but not decoded")
    try:
        if form == "PNG":
            with Image.open(io.BytesIO(content), formats=(form,)) as picture:
                picture.verify()
        with Image.open(io.BytesIO(content), formats=(form,)) as picture:
            _decode(picture, answer, still=still)
    except UnidentifiedImageError:
        answer.damaged("its header makes no sense")
    except MemoryError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, ArithmeticError) as trouble:
        answer.damaged(f"does not decode: {type(trouble).__name__}")
    except (struct.error, RuntimeError, NotImplementedError, AttributeError) as trouble:
        answer.damaged(f"does not decode: {type(trouble).__name__}")
    return None


def _decode(picture: Image.Image, answer: Answer, *, still: bool) -> None:
    width, height = picture.size
    answer.streams = [StreamFacts("photo", answer.container, width, height)]
    too_large = width * height > MOST_PIXELS
    if not (too_large and answer.container == "png"):  # Pillow looks for a PNG's EXIF data behind its decoded picture
        _exif_time(picture, answer)
    if too_large:
        return answer.unreadable(f"{width} × {height} pixels are more than are decoded")
    # The scaled decode of JPEG reads every byte of the picture all the same and takes an eighth of the memory.
    picture.draft("RGB", (STILL_WIDTH, STILL_WIDTH) if still else (1, 1))
    picture.load()
    if still:
        answer.still = _still(picture)
    return None


def _still(picture: Image.Image) -> str:
    small = picture.convert("RGB")
    small.thumbnail((STILL_WIDTH, 2 * STILL_WIDTH))
    kept = io.BytesIO()
    ImageOps.exif_transpose(small).save(kept, "JPEG", quality=70)
    return base64.b64encode(kept.getvalue()).decode("ascii")


def _exif_time(picture: Image.Image, answer: Answer) -> None:
    """DateTimeOriginal, else DateTime; aware only where the matching offset stands beside it."""
    try:
        exif = picture.getexif()
        taken = exif.get_ifd(ExifTags.IFD.Exif)
        pairs = (
            (taken.get(ExifTags.Base.DateTimeOriginal), taken.get(ExifTags.Base.OffsetTimeOriginal)),
            (exif.get(ExifTags.Base.DateTime), taken.get(ExifTags.Base.OffsetTime)),
        )
    except MemoryError:
        raise
    except Exception as trouble:  # noqa: BLE001  (what EXIF parsing raises is no closed list; the picture may be whole)
        return answer.warn(f"its EXIF data cannot be read: {type(trouble).__name__}")
    for text, offset in pairs:
        moment = parse_exif(text)
        if moment is not None:
            return answer.claim(moment, _offset(offset))
    return None


def parse_exif(text: object) -> datetime | None:
    """EXIF's "2026:03:02 09:00:05"; None for anything else, blanks and zeros included."""
    try:
        return datetime.strptime(str(text).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  (wall clock)
    except ValueError:
        return None


def _offset(text: object) -> timedelta | None:
    found = re.fullmatch(r"([+-])(\d{2}):(\d{2})\0*", str(text).strip())
    if found is None or int(found[2]) > 15 or int(found[3]) > 59:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(size if found[1] == "+" else -size).utcoffset(None)


def _check_end(content: bytes, end: int | None, answer: Answer) -> None:
    """A picture ends with its end marker; what a camera or anyone else put behind it is only a warning."""
    if end is None:
        answer.damaged("cut short: there is no end marker")
    elif bytes(4096) in content[:end] and answer.container == "jpeg":
        answer.warn("stretches of it are blank")
    elif any(content[end:]):
        answer.warn(f"{len(content) - end} bytes follow the picture")


def end_of_jpeg(content: bytes) -> int | None:
    """The position behind the main picture's end marker, None when there is none. Thumbnails inside segments, which
    have end markers of their own, are stepped over."""
    position, scanned = 2, False
    while True:
        if scanned:
            found = _END_OF_SCAN.search(content, position)
            if found is None:
                return None
            position = found.start()
        head = content[position : position + 4]
        if len(head) < 2 or head[0] != 0xFF:
            return None
        if head[1] == 0xD9:
            return position + 2
        if head[1] == 0xFF:  # fill
            position += 1
            continue
        if len(head) < 4:
            return None
        scanned = scanned or head[1] == 0xDA
        position += 2 + int.from_bytes(head[2:], "big")


def end_of_png(content: bytes) -> int | None:
    """The position behind the IEND chunk, None when the chunks do not lead to one."""
    position = 8
    while position + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, position)
        position += 12 + size
        if kind == b"IEND":
            return position if position <= len(content) else None
    return None

"""Photographs made to eat memory and time, or to confuse whoever reads their EXIF data."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

from tests.corpus.entries import ANY_MEDIA, ANYTHING, BROKEN, WHOLE, Writer


def write_forged_pictures(writer: Writer, samples: dict[str, bytes]) -> None:
    for name, content in {**_bombs(), **_broken_pngs(samples["png"])}.items():
        writer.write(f"pictures/{name}", content, "a picture too large or out of order", BROKEN)
    for name, content in _exif(samples["jpg"]).items():
        writer.write(f"pictures/{name}", content, "EXIF data that lies", ANY_MEDIA)
    photo = samples["jpg"]
    forged = {
        "sixty-thousand-pixels.jpg": (_resized(photo, 65_500, 65_500), BROKEN),
        "no-size.jpg": (_resized(photo, 0, 0), BROKEN),
        "many-comments.jpg": (photo[:2] + b"\xff\xfe\0\2" * 60_000 + photo[2:], ANY_MEDIA),
        "many-scans.jpg": (many_scans(2000), ANYTHING),
        "no-end.jpg": (photo[:-2], BROKEN),
        "end-blanked.jpg": (photo[:-2] + b"\0\0", BROKEN),
        "only-markers.jpg": (b"\xff\xd8\xff\xd9", BROKEN),
        "thumbnail-only.jpg": (photo[:2] + _segment(0xE1, b"Exif\0\0" + photo[:3000]), BROKEN),
        "endless-gif.gif": (b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x08", BROKEN),
        "loop.tiff": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", BROKEN),
        "many-strips.tiff": (b"II*\0\x08\0\0\0\1\0\x11\1\4\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0", BROKEN),
        "upside-down.bmp": (_bitmap(-100, -2_147_483_648), BROKEN),
        "huge.bmp": (_bitmap(60_000, 60_000), BROKEN),
        "lying.webp": (b"RIFF\xff\xff\0\0WEBPVP8L\xff\xff\xff\x7f" + bytes(500), BROKEN),
        "stub.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x10meta" + bytes(8), WHOLE),
        "cut.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\1\0meta", BROKEN),
        "stub.avif": (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0\0\0\x10meta" + bytes(8), BROKEN),
    }
    for name, (content, expected) in forged.items():
        writer.write(f"pictures/{name}", content, "a picture that is not right", expected)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, depth: int, colour: int, content: bytes, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@lru_cache(maxsize=1)
def _bombs() -> dict[str, bytes]:
    zeros = zlib.compress(bytes(30_000 * (30_000 // 8 + 1)), 9)
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9))
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(80_000_000), 9))
    pixel = zlib.compress(b"\0\0")
    return {
        "bomb.png": png(30_000, 30_000, 1, 0, zeros),
        "bomb-64.png": png(20_000, 20_000, 16, 6, zeros),
        "largest.png": png(0x7FFFFFFF, 0x7FFFFFFF, 8, 2, pixel),
        "text-bomb.png": png(1, 1, 8, 0, pixel, text),
        "profile-bomb.png": png(40_000, 40_000, 8, 0, pixel, profile),
        "no-width.png": png(0, 10, 8, 0, pixel),
    }


def _broken_pngs(whole: bytes) -> dict[str, bytes]:
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    return {
        "checksum.png": bytes(flipped),
        "no-end.png": whole[:-12],
        "huge-chunk.png": whole[:33] + b"\x7f\xff\xff\xffIDAT" + whole[41:],
        "only-signature.png": whole[:8],
    }


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def with_exif(photo: bytes, tiff: bytes) -> bytes:
    """The photograph with other EXIF data in front of its own."""
    return photo[:2] + _segment(0xE1, b"Exif\0\0" + tiff) + photo[2:]


def _entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHII", tag, kind, count, value)


def _exif(photo: bytes) -> dict[str, bytes]:
    start = b"II*\0\x08\0\0\0"
    loop = start + struct.pack("<H", 1) + _entry(0x8769, 4, 1, 8) + struct.pack("<I", 8)
    many = start + struct.pack("<H", 5000) + _entry(0x8769, 4, 1, 8) * 5000
    return {
        "exif-loop.jpg": with_exif(photo, loop),
        "exif-many-entries.jpg": with_exif(photo, many),
        "exif-absurd-count.jpg": with_exif(photo, start + struct.pack("<H", 1) + _entry(0x0132, 2, 0xFFFFFFFF, 8)),
        "exif-far-away.jpg": with_exif(photo, start + struct.pack("<H", 1) + _entry(0x8769, 4, 1, 0xFFFFFFF0)),
        "exif-wrong-type.jpg": with_exif(photo, start + struct.pack("<H", 1) + _entry(0x0132, 99, 1, 8)),
        "exif-cut.jpg": with_exif(photo, b"II*\0"),
        "exif-noise.jpg": with_exif(photo, b"\xff" * 2000),
        "exif-impossible-time.jpg": photo.replace(b"2026:03:02 09:00:05", b"2026:13:32 25:61:61"),
        "exif-no-time.jpg": photo.replace(b"2026:03:02 09:00:05", b"0000:00:00 00:00:00"),
        "exif-time-with-escape.jpg": photo.replace(b"2026:03:02 09:00:05", b"\x1b[2J03:02 09:00:05"),
    }


def _resized(photo: bytes, width: int, height: int) -> bytes:
    """Another size in the frame header."""
    at = photo.index(b"\xff\xc0") + 5
    return photo[:at] + struct.pack(">HH", height, width) + photo[at + 4 :]


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose every scan walks over the whole picture: cheap to write, dear to decode."""
    table = _segment(0xDB, b"\0" + b"\1" * 64)
    frame = _segment(0xC2, b"\x08" + struct.pack(">HH", 2000, 2000) + b"\1\1\x11\0")
    codes = _segment(0xC4, b"\0" + b"\1" + bytes(15) + b"\0") + _segment(0xC4, b"\x10" + b"\1" + bytes(15) + b"\0")
    scan = _segment(0xDA, b"\1\1\0\0\0\0") + bytes(10)
    return b"\xff\xd8" + table + frame + codes + scan * count + b"\xff\xd9"


def _bitmap(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header

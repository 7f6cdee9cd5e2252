"""Real recordings with something done to them."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.corpus.entries import ANY_MEDIA, ANYTHING, BROKEN, WHOLE, Writer

PICTURES_WITHOUT_AN_END = frozenset({"gif", "bmp", "webp", "tiff"})
"""Decoders of these forgive a missing end; what they make of it is not ours to promise."""
CUTS = (0.999, 0.93, 0.6, 0.31, 0.07)


def write_mutations(writer: Writer, samples: dict[str, bytes]) -> None:
    for extension, content in samples.items():
        writer.write(f"whole/sample.{extension}", content, f"a whole {extension}", WHOLE)
        _write_cuts(writer, extension, content)
        for name, change in CHANGES.items():
            changed = change(content, writer.dice)
            writer.write(f"changed/{name}.{extension}", changed, f"{extension}: {name}", ANYTHING)
        junk = writer.dice.randbytes(1000)
        writer.write(f"changed/trailer.{extension}", content + junk, f"{extension}: a trailer", ANY_MEDIA)


def _write_cuts(writer: Writer, extension: str, content: bytes) -> None:
    """Cut at odd places: what a pulled card or an empty battery leaves."""
    for share in CUTS:
        kept = int(len(content) * share)
        while extension == "ts" and kept % 188 < 40:  # a cut between packets leaves a whole stream
            kept += 17
        cut = content[:kept]
        expected = ANY_MEDIA if extension in PICTURES_WITHOUT_AN_END else BROKEN
        writer.write(f"cut/{int(share * 1000):03}.{extension}", cut, f"{extension} cut at {share:.1%}", expected)
    nearly = BROKEN if extension not in PICTURES_WITHOUT_AN_END | {"flac"} else ANY_MEDIA
    writer.write(f"cut/last-byte.{extension}", content[:-1], f"{extension} without its last byte", nearly)


def _flip(content: bytes, dice: random.Random, count: int, until: int) -> bytes:
    flipped = bytearray(content)
    for _ in range(count):
        flipped[dice.randrange(min(until, len(content)))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def _flip_header(content: bytes, dice: random.Random) -> bytes:
    return _flip(content, dice, 6, 400)


def _flip_everywhere(content: bytes, dice: random.Random) -> bytes:
    return _flip(content, dice, max(20, len(content) // 500), len(content))


def _blank_start(content: bytes, dice: random.Random) -> bytes:
    return bytes(512) + content[512:]


def _blank_middle(content: bytes, dice: random.Random) -> bytes:
    third = len(content) // 3
    return content[:third] + bytes(third) + content[2 * third :]


def _shuffled(content: bytes, dice: random.Random) -> bytes:
    """Blocks in another order, as on a card whose allocation table is gone."""
    blocks = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    dice.shuffle(blocks)
    return b"".join(blocks)


def _largest_numbers(content: bytes, dice: random.Random) -> bytes:
    """Four bytes of ones at places where lengths and counts are likely."""
    changed = bytearray(content)
    for _ in range(4):
        at = dice.randrange(0, min(2048, len(content) - 4), 4)
        changed[at : at + 4] = b"\xff\xff\xff\xff"
    return bytes(changed)


CHANGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bits-flipped-in-its-header": _flip_header,
    "bits-flipped-everywhere": _flip_everywhere,
    "start-blank": _blank_start,
    "middle-blank": _blank_middle,
    "blocks-shuffled": _shuffled,
    "largest-numbers": _largest_numbers,
    "twice": lambda content, dice: content * 2,
}

"""Whether a container is as long as it says it is.

A header probe does not prove a file whole: cut MP4, AVI, TS, WAV and AMR files open without complaint. What tells is
the container's own arithmetic against the size of the file. Standard library only; reads a few bytes at each step.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.probing.reading import Glance
from tasks.probing.sniffing import HEAD_BYTES, adts_frame, mpeg_audio_frame, transport_grid
from tasks.probing.wire import Answer

MOST_BOXES = 200_000
"""A fragmented recording has two boxes a second or so; more than this is not a recording."""
LONGEST_WALK = 128 << 20
"""Sound without an index is walked frame by frame up to this size."""
BLOCK_BYTES = 4096
BLOCKS_LOOKED_AT = 64
TAIL_BYTES = 128 << 10

_TOP_LEVEL_BOXES = frozenset(
    b"ftyp moov mdat free skip wide udta meta moof mfra uuid pnot sidx styp ssix prft emsg pdin PICT".split()
)


@dataclass(slots=True)
class Boxes:
    """The top-level boxes of an ISO file: which there are, and where its media data lies."""

    kinds: set[bytes] = field(default_factory=set)
    media: list[range] = field(default_factory=list)


def check_shape(container: str, glance: Glance, answer: Answer) -> Boxes | None:
    """Hold a container's own arithmetic against its size; what does not fit goes into `answer`."""
    if container in ("mp4", "heic", "avif"):
        return check_boxes(glance, answer, still=container != "mp4")
    check = _CHECKS.get(container)
    if check is not None:
        check(glance, answer)
    return None


def check_boxes(glance: Glance, answer: Answer, *, still: bool = False) -> Boxes:
    """Top-level boxes must sum to the size, with the index present. What follows them is only a warning: real cameras
    append trailers of their own."""
    found, position, needed = Boxes(), 0, b"meta" if still else b"moov"
    for _ in range(MOST_BOXES):
        if position == glance.size:
            break
        kind, size, header = _box(glance, position)
        complete = needed in found.kinds and bool(found.kinds & {b"mdat", b"moof", b"meta"})
        if size < header or (kind not in _TOP_LEVEL_BOXES and (complete or position + size > glance.size)):
            _junk(glance, answer, position, complete)
            break
        if position + size > glance.size:
            answer.damaged(f"cut short: box {_shown(kind)} needs {position + size - glance.size} bytes more")
            break
        if kind == needed and kind in found.kinds:
            answer.warn("there are two indexes in it")
        found.kinds.add(kind)
        if kind == b"mdat":
            found.media.append(range(position + header, position + size))
        position += size
    else:
        answer.damaged("more boxes than a recording has")
    if needed not in found.kinds:
        answer.damaged(f"the index ({_shown(needed)}) is missing: the recording was not finished")
    return found


def _box(glance: Glance, position: int) -> tuple[bytes, int, int]:
    """Kind, size and header size of the box at `position`; a size below the header's means that there is none."""
    head = glance.at(position, 16)
    if len(head) < 8:
        return b"", 0, 8
    size, kind = struct.unpack_from(">I4s", head)
    if size == 1:
        return kind, struct.unpack_from(">Q", head, 8)[0] if len(head) == 16 else 0, 16
    return kind, glance.size - position if size == 0 and kind in _TOP_LEVEL_BOXES else size, 8


def _junk(glance: Glance, answer: Answer, position: int, complete: bool) -> None:
    left = glance.size - position
    if complete:
        answer.warn(f"{left} bytes follow the recording")
    else:
        answer.damaged(f"no box at byte {position}, {left} bytes before the end")


def _shown(kind: bytes) -> str:
    return kind.decode("ascii", "replace") if kind.isalnum() else kind.hex()


def check_riff(glance: Glance, answer: Answer) -> None:
    """RIFF sizes (several in a row in OpenDML, 64 bits in RF64) must sum to the size."""
    position = 0
    while position < glance.size:
        head = glance.at(position, 48)
        if head[:4] not in (b"RIFF", b"RF64", b"BW64"):
            if any(head):
                answer.warn(f"{glance.size - position} bytes follow the recording")
            return None
        size = struct.unpack_from("<I", head, 4)[0] if len(head) >= 12 else 0
        if head[:4] != b"RIFF" and head[12:16] == b"ds64" and len(head) >= 28:
            size = struct.unpack_from("<Q", head, 20)[0]
        if size in (0, 0xFFFFFFFF):
            return answer.damaged("the size in the header was never written: the recording was not finished")
        end = position + 8 + size
        if end > glance.size:
            return answer.damaged(f"cut short: {end - glance.size} bytes are missing")
        position = end + (end & 1)
    return None


def check_wave(glance: Glance, answer: Answer) -> None:
    """Besides RIFF's size, the sound's own must fit inside the file."""
    check_riff(glance, answer)
    position = 12
    for _ in range(64):
        head = glance.at(position, 8)
        if len(head) < 8:
            return answer.damaged("there is no sound in it")
        kind, size = struct.unpack("<4sI", head)
        if kind == b"data":
            if size != 0xFFFFFFFF and position + 8 + size > glance.size:
                answer.damaged(f"cut short: {position + 8 + size - glance.size} bytes of sound are missing")
            return None
        position += 8 + size + (size & 1)
    return answer.damaged("there is no sound in it")


def check_transport_stream(glance: Glance, answer: Answer) -> None:
    """Whole packets only, and a packet where one is due at the end."""
    grid = transport_grid(glance.at(0, HEAD_BYTES))
    if grid is None:
        return answer.damaged("no regular packets")
    start, stride = grid
    if start:
        answer.damaged(f"begins {start} bytes before a packet")
    if (glance.size - start) % stride:
        answer.damaged(f"cut short: the last packet has {(glance.size - start) % stride} of {stride} bytes")
    last = start + (glance.size - start) // stride * stride - stride
    if glance.at(last + stride - 188, 1) != b"G":
        answer.damaged("no packet where the last one should be")
    return None


def check_matroska(glance: Glance, answer: Answer) -> None:
    """The segment's size against what is left of the file."""
    head = glance.at(0, HEAD_BYTES)
    header = _ebml_size(head, 4)
    at = sum(header) + 4 if header else len(head)
    segment = _ebml_size(head, at + 4) if head[at : at + 4] == b"\x18\x53\x80\x67" else None
    if segment is None:
        return answer.damaged("no segment after the header")
    size, width = segment
    end = at + 4 + width + size
    if size == (1 << 7 * width) - 1:
        return answer.warn("the segment's size was left open, so a cut at its end cannot be seen")
    if end > glance.size:
        return answer.damaged(f"cut short: {end - glance.size} bytes are missing")
    if end < glance.size:
        answer.warn(f"{glance.size - end} bytes follow the recording")
    return None


def _ebml_size(data: bytes, at: int) -> tuple[int, int] | None:
    """(value, bytes used) of the variable-length size at `at`."""
    if at >= len(data) or data[at] == 0:
        return None
    width = 9 - data[at].bit_length()
    raw = data[at : at + width]
    return (int.from_bytes(raw, "big") & (1 << 7 * width) - 1, width) if len(raw) == width else None


def check_flash(glance: Glance, answer: Answer) -> None:
    """The last four bytes lead back to the head of the last tag."""
    size = int.from_bytes(glance.at(glance.size - 4, 4), "big")
    tag = glance.at(glance.size - 4 - size, 4)
    if size < 11 or len(tag) < 4 or tag[0] & 0x1F not in (8, 9, 18) or int.from_bytes(tag[1:], "big") + 11 != size:
        answer.damaged("cut short: the last tag is not complete")


def check_ogg(glance: Glance, answer: Answer) -> None:
    """The last page must be complete and marked as the last."""
    start = max(0, glance.size - TAIL_BYTES)
    tail = glance.at(start, TAIL_BYTES)
    at = tail.rfind(b"OggS")
    page = tail[at:] if at >= 0 else b""
    segments = page[26] if len(page) > 27 else 0
    size = 27 + segments + sum(page[27 : 27 + segments])
    if not page or len(page) < size:
        answer.damaged("cut short: the last page is not complete")
    elif not page[5] & 4:
        answer.damaged("the last page is not marked as the last")


_AMR_SIZES = {
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, None, None, None, None, None, None, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, None, None, None, None, 1, 1),
}


def check_amr(glance: Glance, answer: Answer) -> None:
    """Frame after frame to the end, each as long as its first byte says."""
    magic = glance.at(0, 9)
    magic = magic if magic in _AMR_SIZES else magic[:6]
    sizes = _AMR_SIZES.get(magic)
    if sizes is None:
        return answer.damaged("an AMR header of no known kind")
    return _walk(glance, answer, len(magic), lambda head: sizes[head[0] >> 3 & 15])


def check_adts(glance: Glance, answer: Answer) -> None:
    """AAC: frame after frame to the end."""
    _walk(glance, answer, 0, adts_frame)


def check_mp3(glance: Glance, answer: Answer) -> None:
    """MPEG audio: past the ID3 header, frame after frame to the end or to the tags behind."""
    head = glance.at(0, 10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    if start >= glance.size:
        return answer.damaged("cut short: nothing follows the ID3 header")
    return _walk(glance, answer, start, mpeg_audio_frame)


def _walk(glance: Glance, answer: Answer, position: int, measure: Callable[[bytes], int | None]) -> None:
    """Step from frame to frame; what is left at the end must be nothing, or a tag."""
    if glance.size > LONGEST_WALK:
        return answer.warn("too long to be walked frame by frame")
    data, frames = glance.at(0, LONGEST_WALK), 0
    while position < len(data):
        size = measure(data[position : position + 8])
        if size is None:
            break
        position += size
        frames += 1
    if position > len(data):
        answer.damaged(f"cut short: the last frame needs {position - len(data)} bytes more")
    elif not frames or (position < len(data) and not data.startswith((b"TAG", b"APE", b"ID3", b"LYR"), position)):
        answer.damaged(f"no frame at byte {position}, {len(data) - position} bytes before the end")
    return None


def check_blank(glance: Glance, answer: Answer) -> None:
    """Look at places all over a video for blocks of nothing but zeros, which a failing card leaves. Padding looks the
    same, so it is only a warning."""
    last = glance.size // BLOCK_BYTES - 1
    if last < 2:
        return
    places = range(1, last, max(1, last // BLOCKS_LOOKED_AT))
    blank = sum(1 for place in places if glance.at(place * BLOCK_BYTES, BLOCK_BYTES) == bytes(BLOCK_BYTES))
    if blank:
        answer.warn(f"about {max(1, round(100 * blank / len(places)))} % of it is blank")


_CHECKS: dict[str, Callable[[Glance, Answer], None]] = {
    "avi": check_riff,
    "wav": check_wave,
    "webp": check_riff,
    "ts": check_transport_stream,
    "mkv": check_matroska,
    "flv": check_flash,
    "ogg": check_ogg,
    "amr": check_amr,
    "aac": check_adts,
    "mp3": check_mp3,
}

"""Containers that lie about themselves, written byte by byte."""

from __future__ import annotations

import os
import struct

from tests.corpus.entries import ANYTHING, BROKEN, Writer

FTYP = b"\0\0\0\x18ftypisom\0\0\2\0isommp42"


def write_forged_media(writer: Writer, samples: dict[str, bytes], sparse_bytes: int) -> None:
    _write_boxes(writer, samples["mp4"])
    _write_riff(writer, samples)
    _write_streams(writer, samples)
    _write_sounds(writer, samples)
    _write_sparse(writer, sparse_bytes)


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def top_boxes(content: bytes) -> dict[bytes, bytes]:
    """The top-level boxes of a whole MP4."""
    found, position = {}, 0
    while position < len(content):
        size, kind = struct.unpack_from(">I4s", content, position)
        found[kind] = content[position : position + size]
        position += size
    return found


def _write_boxes(writer: Writer, whole: bytes) -> None:
    parts = top_boxes(whole)
    ftyp, moov, mdat = parts[b"ftyp"], parts[b"moov"], parts[b"mdat"]
    deep = b""
    for _ in range(3000):
        deep = box(b"moov", deep)
    broken = {
        "no-index": ftyp + mdat,
        "only-type": ftyp,
        "only-index": ftyp + moov,
        "index-twice-no-media": ftyp + moov + moov,
        "boxes-swapped": ftyp + mdat + moov,
        "huge-box": ftyp + b"\x7f\xff\xff\xffmdat" + mdat[8:],
        "huge-box-64": ftyp + b"\0\0\0\1mdat" + b"\x7f" + b"\xff" * 7 + mdat[8:],
        "overflowing-box-64": ftyp + b"\0\0\0\1mdat" + b"\xff" * 8 + mdat[8:],
        "tiny-box": ftyp + b"\0\0\0\4moov" + moov[8:],
        "half-a-64-bit-size": ftyp + b"\0\0\0\1moov",
        "deep-boxes": ftyp + deep,
        "many-boxes": ftyp + box(b"free") * 250_000,
        "index-of-noise": ftyp + box(b"moov", writer.dice.randbytes(5000)) + mdat,
    }
    for name, content in broken.items():
        writer.write(f"boxes/{name}.mp4", content, f"MP4: {name}", BROKEN)
    lies = {
        "index-without-end": ftyp + b"\0\0\0\0" + moov[4:] + mdat,
        "media-without-end": ftyp + moov + b"\0\0\0\0" + mdat[4:],
        "index-twice": ftyp + moov + moov + mdat,
        "time-scale-zero": whole.replace(*_after(whole, b"mvhd", 12, bytes(4))),
        "endless": whole.replace(*_after(whole, b"mvhd", 16, b"\xff" * 4)),
        "wide-as-the-sea": whole.replace(*_after(whole, b"avc1", 24, b"\xff\xff\xff\xff")),
        "unknown-codecs": whole.replace(b"avc1\0\0\0\0", b"zzzz\0\0\0\0").replace(b"mp4a\0\0", b"yyyy\0\0"),
        "external-media": whole.replace(b"url \0\0\0\1", b"url \0\0\0\0"),
        **{f"absurd-{kind.decode()}": _absurd_count(whole, kind) for kind in COUNTED},
    }
    for name, content in lies.items():
        writer.write(f"boxes/{name}.mp4", content, f"MP4: {name}", ANYTHING)


COUNTED = (b"stts", b"stsc", b"stsz", b"stco", b"stsd", b"stss", b"elst", b"dref")


def _after(content: bytes, kind: bytes, offset: int, new: bytes) -> tuple[bytes, bytes]:
    """What to replace by what, so that `new` stands `offset` bytes behind the box kind."""
    at = content.index(kind)
    old = content[at : at + 4 + offset + len(new)]
    return old, old[: 4 + offset] + new


def _absurd_count(content: bytes, kind: bytes) -> bytes:
    """A table that claims four thousand million entries."""
    if kind not in content:
        return content
    return content.replace(*_after(content, kind, 8 if kind == b"stsz" else 4, b"\xff\xff\xff\xf0"))


def _write_riff(writer: Writer, samples: dict[str, bytes]) -> None:
    for extension in ("avi", "wav"):
        whole = samples[extension]
        for name, size in (("largest", 0xFFFFFFFF), ("zero", 0), ("a-bit-more", len(whole)), ("a-lot", 0x7FFFFFF0)):
            lie = whole[:4] + struct.pack("<I", size) + whole[8:]
            writer.write(f"riff/size-{name}.{extension}", lie, f"RIFF says {size}", BROKEN)
        small = whole[:4] + struct.pack("<I", 100) + whole[8:]
        writer.write(f"riff/size-small.{extension}", small, "RIFF says 100", ANYTHING)
    waves = {
        "many-channels": wave(channels=65_535),
        "no-channels": wave(channels=0),
        "no-rate": wave(rate=0),
        "absurd-rate": wave(rate=0xFFFFFFFF),
        "absurd-bits": wave(bits=65_535),
        "absurd-format": wave(form=0x7777),
        "data-too-long": wave(said=1 << 31),
    }
    for name, content in waves.items():
        writer.write(f"riff/{name}.wav", content, f"WAV: {name}", ANYTHING)
    writer.write("riff/format-2-31.wav", wave(fmt_size=1 << 31), "WAV: a format of 2 GiB", BROKEN)
    ds64 = struct.pack("<4sIQQQI", b"ds64", 28, 10 << 30, 9 << 30, 0, 0)
    writer.write("riff/ten-gigabytes.wav", b"RF64\xff\xff\xff\xffWAVE" + ds64 + wave()[12:], "RF64 lies", BROKEN)
    unknown = samples["avi"].replace(b"MJPG", b"ZZZZ")
    writer.write("riff/unknown-codec.avi", unknown, "AVI in a codec nobody knows", ANYTHING)
    streams = samples["avi"].replace(*_after(samples["avi"], b"avih", 28, b"\xff\xff\xff\xff"))
    writer.write("riff/many-streams.avi", streams, "AVI says four thousand million streams", ANYTHING)
    opendml = samples["avi"] + struct.pack("<4sI4s", b"RIFF", 4 + 1000, b"AVIX") + bytes(1000)
    writer.write("riff/two-parts.avi", opendml, "AVI in two parts", ANYTHING)
    writer.write("riff/second-part-cut.avi", opendml[:-500], "AVI in two parts, the second cut", BROKEN)


def wave(
    *,
    form: int = 1,
    channels: int = 1,
    rate: int = 16_000,
    bits: int = 16,
    said: int | None = None,
    fmt_size: int = 16,
) -> bytes:
    sound = bytes(8000)
    block = min(0xFFFF, channels * bits // 8)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", fmt_size, form, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    data = struct.pack("<4sI", b"data", len(sound) if said is None else said) + sound
    return struct.pack("<4sI4s", b"RIFF", 4 + len(fmt) + len(data), b"WAVE") + fmt + data


def _write_streams(writer: Writer, samples: dict[str, bytes]) -> None:
    ts, mkv, flv = samples["ts"], samples["mkv"], samples["flv"]
    packet = b"\x47\x1f\xff\x10" + bytes(184)
    forged = {
        "cut-in-front.ts": (ts[100:], BROKEN),
        "cut-mid-packet.ts": (ts[: 188 * 40 + 77], BROKEN),
        "lost-sync.ts": (ts[: 188 * 30] + writer.dice.randbytes(50) + ts[188 * 30 :], BROKEN),
        "only-empty-packets.ts": (packet * 300, BROKEN),
        "packets-missing.ts": (ts[: 188 * 30] + ts[188 * 33 :], ANYTHING),
        "no-tables.ts": (b"".join(ts[at : at + 188] for at in range(0, len(ts), 188) if ts[at + 2]), ANYTHING),
        "timecoded.m2ts": (b"".join(b"\0\0\0\0" + ts[at : at + 188] for at in range(0, len(ts), 188)), ANYTHING),
        "size-left-open.mkv": (_open_segment(mkv), ANYTHING),
        "huge-segment.mkv": (mkv.replace(b"\x18\x53\x80\x67\x01\0", b"\x18\x53\x80\x67\x01\x7f", 1), BROKEN),
        "only-header.mkv": (b"\x1aE\xdf\xa3\xff" + b"\xff" * 100, BROKEN),
        "huge-tag.flv": (flv[:13] + b"\x09\xff\xff\xff" + flv[17:], ANYTHING),
        "only-header.flv": (b"FLV\1\5\0\0\0\x09\0\0\0\0", BROKEN),
        "stub.wmv": (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa\0b\xcel" + writer.dice.randbytes(900), BROKEN),
        "stub.dav": (b"DHAV\xfd\0\1\0" + b"\xff" * 900, BROKEN),
        "stub.mpg": (b"\0\0\1\xba" + writer.dice.randbytes(5000), ANYTHING),
        "stub.h264": (b"\0\0\0\1\x67" + writer.dice.randbytes(5000), ANYTHING),
        "stub.h265": (b"\0\0\0\1\x40\1" + writer.dice.randbytes(5000), ANYTHING),
    }
    for name, (content, expected) in forged.items():
        writer.write(f"streams/{name}", content, "a stream that is not right", expected)


def _open_segment(mkv: bytes) -> bytes:
    at = mkv.index(b"\x18\x53\x80\x67") + 4
    return mkv[:at] + b"\x01" + b"\xff" * 7 + mkv[at + 8 :]


def _write_sounds(writer: Writer, samples: dict[str, bytes]) -> None:
    forged = {
        "endless-tag.mp3": (b"ID3\4\0\0\x7f\x7f\x7f\x7f" + samples["mp3"], BROKEN),
        "only-a-tag.mp3": (b"ID3\4\0\0\0\0\0\0", BROKEN),
        "noise-inside.mp3": (samples["mp3"][:3000] + writer.dice.randbytes(3000) + samples["mp3"][3000:], ANYTHING),
        "reserved-frames.amr": (b"#!AMR\n" + b"\x6c" * 1000, BROKEN),
        "no-frames.amr": (b"#!AMR\n", BROKEN),
        "unknown-kind.amr": (b"#!AMR_MC1.0\n" + bytes(500), BROKEN),
        "huge-page.ogg": (b"OggS\0\2" + bytes(20) + b"\xff" * 256 + bytes(900), BROKEN),
        "pages-of-nothing.ogg": ((b"OggS\0\4" + bytes(20) + b"\0") * 500, BROKEN),
        "huge-metadata.flac": (b"fLaC\x84\xff\xff\xff" + bytes(900), BROKEN),
        "tiny-frames.aac": (b"\xff\xf1\x60\x40\x01\x1f\xfc" * 300, ANYTHING),
    }
    for name, (content, expected) in forged.items():
        writer.write(f"sounds/{name}", content, "a sound that is not right", expected)
    writer.write("sounds/silent.wav", wave(), "silence", ANYTHING)


def _write_sparse(writer: Writer, size: int) -> None:
    """A few blocks on disk, gigabytes to read."""
    media = FTYP + struct.pack(">I4sQ", 1, b"mdat", size - len(FTYP))
    for name, start, what in (("zeros", b"", "a hole"), ("unfinished", media, "media data without an index")):
        path = f"sparse/{name}.mp4"
        writer.write(path, start, f"sparse: {what}", BROKEN)
        os.truncate(os.path.join(writer.folder, os.fsencode(path)), size)

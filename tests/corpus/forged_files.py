"""Things that are not recordings, things that pretend to be, and things that are two at once."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile

from registry.tables.recordings import Condition
from tests.corpus.entries import ANYTHING, BROKEN, NOT_MEDIA, WHOLE, Writer

EMPTY = frozenset({Condition.EMPTY})
WRONG_EXTENSION = frozenset({Condition.WRONG_EXTENSION})
UNREADABLE = frozenset({Condition.UNREADABLE})
MEDIA_EXTENSIONS = ("mp4", "mov", "3gp", "avi", "ts", "mkv", "flv", "jpg", "png", "wav", "mp3", "amr", "dav")


def write_forged_files(writer: Writer, samples: dict[str, bytes]) -> None:
    _write_nearly_nothing(writer)
    _write_archives(writer)
    _write_programs_and_texts(writer)
    _write_misnamed(writer, samples)
    _write_polyglots(writer, samples)


def _write_nearly_nothing(writer: Writer) -> None:
    for extension in ("mp4", "jpg", "wav", "bin"):
        writer.write(f"small/empty.{extension}", b"", "zero length", EMPTY)
    writer.write("small/empty", b"", "zero length, no extension", EMPTY)
    writer.write("small/one-zero.mp4", b"\0", "one byte", UNREADABLE)
    writer.write("small/one-letter.mp4", b"G", "one letter", NOT_MEDIA)
    writer.write("small/zeros.mp4", bytes(100_000), "nothing but zeros", UNREADABLE)
    writer.write("small/ones.jpg", b"\xff" * 100_000, "nothing but ones", UNREADABLE)
    for extension in MEDIA_EXTENSIONS:
        noise = b"\x02" + writer.dice.randbytes(20_000)
        writer.write(f"small/noise.{extension}", noise, f"noise named {extension}", UNREADABLE)
    writer.write("small/noise.idx", b"\x02" + writer.dice.randbytes(20_000), "noise of no known name", NOT_MEDIA)


def _write_archives(writer: Writer) -> None:
    bomb = zip_of({"zeros": bytes(20_000_000)})
    archives = {
        "bomb.zip": bomb,
        "nested.zip": zip_of({"a.zip": zip_of({"b.zip": zip_of({"c.zip": bomb})})}),
        "climbing.zip": zip_of({"../../../../tmp/climbed": b"out", "/tmp/absolute": b"out"}),
        "bomb.mp4": bomb,
        "bomb.gz": gzip.compress(bytes(20_000_000)),
        "bomb.bz2": bz2.compress(bytes(5_000_000)),
        "bomb.xz": lzma.compress(bytes(20_000_000)),
        "climbing.tar": tar_of("../../../climbed.txt", b"out"),
        "cut.zip": bomb[: len(bomb) // 2],
        "archive.rar": b"Rar!\x1a\x07\x01\0" + writer.dice.randbytes(500),
        "archive.7z": b"7z\xbc\xaf\x27\x1c\0\x04" + writer.dice.randbytes(500),
        "many.zip": zip_of({f"{number}": b"" for number in range(3000)}),
    }
    for name, content in archives.items():
        writer.write(f"archives/{name}", content, "an archive: stored, never opened", NOT_MEDIA)


def zip_of(members: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def tar_of(name: str, content: bytes) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return kept.getvalue()


def _write_programs_and_texts(writer: Writer) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    texts = {
        "notes.mp4": "这不是录像\n".encode(),
        "log.txt": b"2026-03-02 09:00:05 power on\r\n" * 50,
        "log-gbk.txt": "开机 电量 80%\r\n".encode("gb18030") * 50,
        "log-utf16.txt": "开机".encode("utf-16") * 50,
        "script.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
        "page.html": b"<html><body onload=alert(document.cookie)>",
        "page.jpg": b"<!DOCTYPE html><script>fetch('//example.invalid')</script>",
        "laughs.xml": f'<!DOCTYPE l [<!ENTITY l0 "ha">{laughs}]><l>&l9;</l>'.encode(),
        "av.py": b"raise SystemExit('imported from the dump')\n",
        "run.sh": b"#!/bin/sh\nrm -rf ~\n",
        "autorun.inf": b"[autorun]\r\nopen=virus.exe\r\n",
        "list.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "list.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "concat.avi": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "session.ts": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        "print.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n",
        "formula.csv": b"=cmd|'/c calc'!A0,1\n",
        "escape.log": b"\x1b]0;owned\x07\x1b[2J\n".replace(b"\x07", b"\x1b\\"),
    }
    for name, content in texts.items():
        writer.write(f"texts/{name}", content, "text of some kind", NOT_MEDIA)
    programs = {
        "virus.exe": b"MZ\x90\0" + writer.dice.randbytes(3000),
        "video.mp4.exe": b"MZ\x90\0" + writer.dice.randbytes(3000),
        "program.mp4": b"\x7fELF\x02\x01\x01" + writer.dice.randbytes(3000),
        "index.db": _database(),
        "manual.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
        "fat.img": b"\xeb\x3c\x90MSDOS5.0" + bytes(501) + b"\x55\xaa",
    }
    for name, content in programs.items():
        writer.write(f"programs/{name}", content, "a program or a document", NOT_MEDIA)


def _database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE clip (name TEXT)")
    content = connection.serialize()
    connection.close()
    return content


def _write_misnamed(writer: Writer, samples: dict[str, bytes]) -> None:
    for name, real in (("clip.jpg", "mp4"), ("photo.mp4", "jpg"), ("sound.mp4", "wav"), ("photo.jpg", "png")):
        writer.write(f"misnamed/{name}", samples[real], f"{real} under another name", WRONG_EXTENSION)
    writer.write("misnamed/clip.avi", samples["ts"], "ts under another name", WRONG_EXTENSION)
    writer.write("misnamed/clip.bin", samples["mkv"], "mkv under another name", WRONG_EXTENSION)
    writer.write("misnamed/clip", samples["mp4"], "mp4 without an extension", WHOLE)
    writer.write("misnamed/CLIP.MP4", samples["mov"], "capitals", WHOLE)
    writer.write("misnamed/clip.mp4.", samples["mp4"], "a dot behind the extension", WHOLE)
    writer.write("misnamed/cut.jpg", samples["mp4"][:20_000], "cut and misnamed", BROKEN)


def _write_polyglots(writer: Writer, samples: dict[str, bytes]) -> None:
    archive, page = zip_of({"a.html": b"<script>"}), b"<html><script>alert(1)</script></html>"
    free = (len(page) + 8).to_bytes(4, "big") + b"free" + page
    comment = b"\xff\xfe" + (len(page) + 2).to_bytes(2, "big") + page
    polyglots = {
        "archive.jpg": (samples["jpg"] + archive, WHOLE),
        "page.jpg": (samples["jpg"][:2] + comment + samples["jpg"][2:], WHOLE),
        "archive.png": (samples["png"] + archive, WHOLE),
        "page.mp4": (samples["mp4"] + page, WHOLE),
        "page-in-a-box.mp4": (samples["mov"] + free, WHOLE),
        "archive.mp4": (samples["mp4"] + archive, WHOLE),
        "archive.wav": (samples["wav"] + archive, WHOLE),
        "archive.mkv": (samples["mkv"] + archive, WHOLE),
        "script.gif": (b"GIF89a=1;alert(1)//" + bytes(50), ANYTHING),
        "photo-then-video.jpg": (samples["jpg"] + samples["mp4"], WHOLE),
        "two-photos.jpg": (samples["jpg"] * 2, WHOLE),
        "archive-before.zip": (archive + samples["jpg"], NOT_MEDIA),
    }
    for name, (content, expected) in polyglots.items():
        writer.write(f"polyglots/{name}", content, "two things at once", expected)

"""Names that try to be more than names. NUL and the slash cannot stand in one, so they are not here."""

from __future__ import annotations

import os
import unicodedata

from registry.tables.recordings import Condition
from tests.corpus.entries import Writer
from tests.corpus.samples import numbered_photo

WHOLE_OR_MISNAMED = frozenset({Condition.WHOLE, Condition.WRONG_EXTENSION})
DEEP_LEVELS, DEEP_NAME = 110, b"deep-" + b"d" * 35

NAMES: tuple[bytes, ...] = (
    *(
        name.encode()
        for name in (
            "..%2f..%2fetc%2fpasswd.jpg",
            "%2e%2e%2fclimb.jpg",
            "..\\..\\windows\\system32\\config.jpg",
            "C:\\autoexec.jpg",
            "....jpg",
            "...",
            ". .jpg",
            "..\u2215..\u2215division-slash.jpg",
            "..\uff0ffullwidth-slash.jpg",
            "line\nbreak.jpg",
            "carriage\rreturn.jpg",
            "tab\there.jpg",
            "bell\a.jpg",
            "backspace\b\b\b.jpg",
            "delete\x7f.jpg",
            "csi\u009b31m.jpg",
            "red\x1b[31mred\x1b[0m.jpg",
            "title\x1b]0;owned\x07.jpg",
            "clear\x1b[2J\x1b[H.jpg",
            "right-to-left-\u202egpj.exe",
            "isolate-\u2066x\u2069.jpg",
            "zero\u200bwidth\u200d.jpg",
            "\ufeffmark.jpg",
            "line\u2028separator\u2029.jpg",
            "noncharacter\uffff.jpg",
            "private\ue000.jpg",
            "执法记录仪_310452_20260302090005.jpg",
            "😀👨‍👩‍👧.jpg",
            "Ａ full width.jpg",
            "-rf",
            "--version.jpg",
            "-o ProxyCommand=x.jpg",
            " leading space.jpg",
            "trailing space.jpg ",
            "trailing dots.jpg...",
            "\u3000ideographic space.jpg",
            "CON.mp4",
            "nul.jpg",
            "COM1",
            "aux.jpg:stream:$DATA",
            "<script>alert(1)<\u2215script>.jpg",
            '"><img src=x onerror=alert(1)>.jpg',
            "&amp;&#x2f;.jpg",
            "$(rm -rf ~).jpg",
            "`reboot`.jpg",
            "; shutdown -h now;.jpg",
            "| cat >owned.jpg",
            "$HOME.jpg",
            "${jndi:ldap:x}.jpg",
            "{{7*7}}.jpg",
            "{0.__class__}.jpg",
            "%s%n%x.jpg",
            "'; DROP TABLE recording; --.jpg",
            "single'quote.jpg",
            'double"quote.jpg',
            "*.jpg",
            "?.jpg",
            "[a-z].jpg",
            "~root.jpg",
            "#hash?query=1&b=2.jpg",
            "file:etc.jpg",
            "concat:a|b.jpg",
            "data:text,html.jpg",
            "pipe:0.jpg",
            "@list.jpg",
            "=cmd|' c calc'!A0.jpg",
            "[bold red]markup[blink].jpg",
            "receipt.json",
            "originals.jpg",
            ".hidden.jpg",
            ".fuse_hidden0000.jpg",
            "Thumbs.db.jpg",
            "twin.jpg",
            "Twin.jpg",
            "TWIN.JPG",
            unicodedata.normalize("NFC", "é-composed-twin.jpg"),
            unicodedata.normalize("NFD", "é-composed-twin.jpg"),
            "many.dots.in.the.name.mp4.jpg",
            "video.mp4.jpg.mp4.jpg",
            "x" * 251 + ".jpg",
            "录" * 83 + ".jpg",
        )
    ),
    b"\xff" * 255,
    b"invalid\xff\xfe.jpg",
    b"half-a-character\xe5\xbd.jpg",
    b"overlong\xc0\xaf..\xc0\xaf.jpg",
    b"surrogate\xed\xa0\x80.jpg",
    "国标编码".encode("gb18030") + b".jpg",
    bytes(byte for byte in range(1, 256) if byte != 0x2F)[:250],
)


def write_hostile_names(writer: Writer, samples: dict[str, bytes]) -> None:
    """Every file is a whole photograph with content of its own, so that nothing but its name is wrong."""
    for number, name in enumerate(NAMES):
        writer.write(b"names/" + name, numbered_photo(samples["jpg"], number), "a hostile name", WHOLE_OR_MISNAMED)
    for number, folder in enumerate((b"..hidden/", b"new\nline/", b"\xff\xfe/", b" /", b"-r/", b"$(id)/", b"~/")):
        photo = numbered_photo(samples["jpg"], 1000 + number)
        writer.write(b"folders/" + folder + b"photo.jpg", photo, "a hostile folder", WHOLE_OR_MISNAMED)
    _write_deep(writer, numbered_photo(samples["jpg"], 2000))


def _write_deep(writer: Writer, photo: bytes) -> None:
    """Deeper than a path can be long: only reachable folder by folder."""
    folder = os.open(writer.folder, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(DEEP_LEVELS):
        os.mkdir(DEEP_NAME, dir_fd=folder)
        below = os.open(DEEP_NAME, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
        os.close(folder)
        folder = below
    descriptor = os.open(b"photo.jpg", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder)
    with open(descriptor, "wb") as file:
        file.write(photo)
    os.close(folder)
    raw_name = (DEEP_NAME + b"/") * DEEP_LEVELS + b"photo.jpg"
    writer.note(raw_name, f"{DEEP_LEVELS} folders deep, {len(raw_name)} bytes of path", WHOLE_OR_MISNAMED)

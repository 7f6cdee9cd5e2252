"""Papers: a Typst template and data become a PDF/A-2b that any archive reads; the same input gives the same bytes.

The fonts come along and no others are looked at, or a paper would look different on each machine. Most papers use Noto
Sans CJK SC, cut down to the characters of GB 2312; what it cannot show is written as its code point, for a paper with
an empty box says less than it seems to. A paper that must not even do that is `typeset_exactly`: there the serif face
has every Chinese character of Noto Serif CJK, names may be in Latin, Greek, Cyrillic, Arabic or Hebrew letters, and a
character that no face has is an error. Data goes in as JSON and is never read as markup.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from blocks import typesetting
from blocks.font_coverage import SUFFIXES, coverage
from blocks.typesetting import faces_in, lay_out
from regulation.errors import ActionDenied, ConfigurationError, Unavailable

FONTS = Path(__file__).with_name("fonts")
LONG = 300_000
"""Characters of a document: what is longer is laid out by a process of its own. Typst takes hundreds of mebibytes for a
paper of many pages, and gives few of them back."""
_REMEMBERED = 11
_ALSO = frozenset("·•–—‘’“”…←↑→↓〇○●✓✗℃№")


def typeset(template: Path, document: Mapping[str, Any], at: datetime) -> bytes:
    """The PDF of `document` in `template`, which reads it as ``json(bytes(sys.inputs.document))``; dated `at`."""
    return _compiled(template, template.parent, _legible(document), at, embedded=True)


def typeset_exactly(
    template: Path,
    document: Mapping[str, Any],
    at: datetime,
    *,
    pictures: Mapping[str, bytes] | None = None,
    fonts: Sequence[Path] = (),
) -> bytes:
    """The same with every character as it is, or not at all; `pictures` by file name, for the template to read beside
    itself; `fonts` are folders with more faces, whose families the template finds in the document as ``fonts``.

    Raises `ActionDenied` naming entry and character where no face has it, or where a picture cannot be read;
    `ConfigurationError` for a folder in `fonts` that is not there, and a file in it that is no font.
    """
    check_legible(document, fonts)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copyfile(template, root / template.name)
        for name, picture in (pictures or {}).items():
            assert name == Path(name).name
            (root / name).write_bytes(picture)
        more = sorted(set(_faces(tuple(fonts)).families()) - set(_faces(()).families()))
        return _compiled(root / template.name, root, {**document, "fonts": more}, at, tuple(fonts))


def _compiled(
    template: Path, root: Path, document: Any, at: datetime, more: tuple[Path, ...] = (), *, embedded: bool = False
) -> bytes:
    """Raises `ActionDenied` for what cannot be set."""
    text, timestamp = json.dumps(document, ensure_ascii=False), int(at.timestamp())
    order = {"template": str(template), "root": str(root), "document": text, "timestamp": timestamp}
    if len(text) > LONG:
        return _apart({**order, "folders": _folders(more), "embedded": embedded}, template.stem)
    faces = _faces(more, embedded=embedded)
    try:
        return lay_out(str(template), str(root), text, timestamp, faces)
    except typst.TypstError as error:
        raise ActionDenied(f"This paper cannot be set: {error.message}.", subject=template.stem) from error
    finally:
        _forget(faces)


def _apart(order: Mapping[str, Any], subject: str) -> bytes:
    """By a process of its own."""
    told = json.dumps(order).encode()
    made = subprocess.run([sys.executable, "-I", typesetting.__file__], input=told, capture_output=True, check=False)
    if made.returncode == typesetting.CANNOT:
        raise ActionDenied(f"This paper cannot be set: {made.stderr.decode().strip()}.", subject=subject)
    if made.returncode:
        raise Unavailable(f"The paper's process ended with {made.returncode}.", subject=subject)
    return made.stdout


def _forget(faces: typst.Fonts) -> None:
    """Typst keeps what it laid out until ten more papers were made, a quarter of a gibibyte for a long one; so ten are
    made, of nothing."""
    for _ in range(_REMEMBERED):
        typst.compile(b"", font_paths=faces, ignore_system_fonts=True, format="svg")


@cache
def _faces(more: tuple[Path, ...], *, embedded: bool = False) -> typst.Fonts:
    """Ours and those of the folders `more`; `embedded` adds Typst's own, for Latin letters that the sans lacks."""
    return faces_in(_folders(more), embedded=embedded)


def _folders(more: tuple[Path, ...]) -> list[str]:
    return [str(one) for one in (FONTS, *more)]


def is_legible(character: str, fonts: Sequence[Path] = ()) -> bool:
    """Whether a face has the character, ours or one of the folders `fonts`."""
    return ord(character) in _shown(tuple(fonts))


def spelled(text: str, fonts: Sequence[Path] = ()) -> str:
    """`text` on one line, with each character that no face has written as its code point: ``笑〔U+1F600〕``."""
    return "".join(one if one != "\n" and is_legible(one, fonts) else _code(one) for one in text)


def check_legible(document: Mapping[str, Any], fonts: Sequence[Path] = (), article: str | None = None) -> None:
    """Raise `ActionDenied` naming the first entry of `document` with a character that no face has, ours or those of the
    folders `fonts`; a control character, or one that only turns the direction of writing, is in none."""
    shown = _shown(tuple(fonts))
    for entry, text in _texts(document, ""):
        for one in text:
            if ord(one) not in shown:
                raise ActionDenied(
                    f"No font here has the character {one!r} (U+{ord(one):04X}): add a font that has it to the folder "
                    "of further fonts, or write the entry in another way.",
                    article=article,
                    subject=entry,
                )


@cache
def _shown(more: tuple[Path, ...]) -> frozenset[int]:
    folders = (FONTS, *more)
    if missing := next((one for one in more if not one.is_dir()), None):
        raise ConfigurationError("This folder of further fonts is not there.", subject=str(missing))
    files = (one for folder in folders for one in sorted(folder.iterdir()) if one.suffix.lower() in SUFFIXES)
    return frozenset({ord("\n")}.union(*(coverage(one) for one in files)) - _UNSEEN)


_UNSEEN = frozenset((*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x200B, 0x2060, 0xFEFF)) | frozenset(
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Controls, and what turns the direction of writing: they make a name read as another, glyph or not."""


def _texts(value: Any, entry: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield entry, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, f"{entry}.{name}" if entry else name)
    elif isinstance(value, (list, tuple)):
        for place, one in enumerate(value):
            yield from _texts(one, f"{entry}[{place}]")


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(one if is_shown(one) else _code(one) for one in value)
    if isinstance(value, Mapping):
        return {name: _legible(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_legible(one) for one in value]
    return value


def _code(character: str) -> str:
    return f"〔U+{ord(character):04X}〕"


def is_shown(character: str) -> bool:
    """Whether the sans face has the character; line ends count as shown."""
    if character == "\n" or " " <= character <= "~" or "\xa0" < character < "\u0180" or character in _ALSO:
        return True
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False

"""Photographs: the picture as it is shown, and nothing that is written beside it."""

from __future__ import annotations

import io
import struct
import warnings

from PIL import Image, ImageFile, ImageOps

from regulation.vocabulary import MediaKind
from tasks.clipping.doing import CannotError
from tasks.deriving.reading import head_of
from tasks.probing.photos import LARGEST_PHOTO, MOST_PIXELS
from tasks.probing.reading import GlanceStream
from tasks.probing.sniffing import sniff

_FORMS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "bmp": "BMP", "webp": "WEBP", "tiff": "TIFF", "avif": "AVIF"}


def open_photo(source: GlanceStream) -> tuple[Image.Image | None, list[str]]:
    """The photograph that a file is, upright and in plain colours, with remarks; None where it is something else.

    Of a damaged one what can be decoded is given, and the remarks say so. Raises `CannotError`.
    """
    guess = sniff(head_of(source))
    if guess is None or guess.kind is not MediaKind.PHOTO:
        return None, []
    form = _FORMS.get(guess.container)
    size = source.seek(0, io.SEEK_END)
    if form is None or size > LARGEST_PHOTO:
        raise CannotError(f"no sense can be made of it: {guess.container} of {size} bytes is not decoded")
    source.seek(0)
    content = source.read()
    try:
        return _decoded(content, form, damaged=False), []
    except (OSError, SyntaxError, ValueError, EOFError, struct.error):
        return _damaged(content, form), ["the photograph is damaged: what could be decoded of it is shown"]


def _damaged(content: bytes, form: str) -> Image.Image:
    try:
        return _decoded(content, form, damaged=True)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as trouble:
        raise CannotError(f"no sense can be made of it: {type(trouble).__name__}") from trouble


def _decoded(content: bytes, form: str, *, damaged: bool) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = damaged  # a child does one job and ends
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=(form,)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise CannotError(f"{opened.width} × {opened.height} pixels are more than are decoded")
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    plain = upright.convert("RGB")
    made = Image.new("RGB", plain.size)
    made.paste(plain)  # nothing but the pixels comes along
    return made

"""The pictures of a statement: stills as their bytes say what they are, and the code that leads to its verification."""

from __future__ import annotations

import io
from collections.abc import Mapping

import segno

from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.statement import Statement

_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"))

CODE = "qr"
"""The name of the code's picture, without its suffix."""


def stills_of(statement: Statement, given: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """For each picture that the statement names: a file name made of nothing but its place, and the bytes `given`.

    Raises `ActionDenied` naming a picture that is not given, or is neither PNG nor JPEG.
    """
    found: dict[str, tuple[str, bytes]] = {}
    for stated in statement.recordings:
        for still in stated.stills:
            name = still.picture
            if name not in found:
                found[name] = (f"still-{len(found) + 1}.{_form(name, given)}", given[name])
    return found


def _form(name: str, given: Mapping[str, bytes]) -> str:
    if name not in given:
        raise ActionDenied("This picture of the statement is not there.", article=ARTICLE, subject=name)
    for beginning, form in _BEGINNINGS:
        if given[name].startswith(beginning):
            return form
    raise ActionDenied("This picture is neither PNG nor JPEG.", article=ARTICLE, subject=name)


def code_picture(address: str, form: str) -> bytes:
    """A QR code (ISO/IEC 18004, level M) of an address, as ``svg`` or ``png``."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind=form, scale=8, border=2)
    return out.getvalue()

"""Breaches and oddities seen in the world, as data: each with a code that names its article.

A finding never stops an intake; what the software refuses to do is an exception (`regulation.errors`). Codes have the
form ``A<article>[.<clause>]-<what>``, for example ``A16-late``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_CODE = re.compile(r"A([1-9]\d?)(?:\.([1-9]\d?))?-[a-z]+(?:-[a-z]+)*")
_LAST_ARTICLE = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen. `subject` is the id or number it is about, never a person's name; `message` an English sentence.

    Raises `ValueError` for a malformed code or one that disagrees with `article`.
    """

    code: str
    article: str
    message: str
    subject: str

    def __post_init__(self) -> None:
        if article_of(self.code) != self.article:
            raise ValueError(f"the code {self.code!r} and {self.article!r} disagree")


def article_of(code: str) -> str:
    """``Art. 16`` for ``A16-late``, ``Art. 12(4)`` for ``A12.4-…``. Raises `ValueError` for a malformed code."""
    match = _CODE.fullmatch(code)
    if match is None or int(match[1]) > _LAST_ARTICLE:
        raise ValueError(f"{code!r} is no finding's code")
    return f"Art. {match[1]}" + (f"({match[2]})" if match[2] else "")


TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        # Art. 2: what a recorder makes
        "A2-not-media": "This is neither video, photo nor sound; it is kept as it is and never opened.",
        # Art. 4: who used it answers for it; nothing else is recorded with it
        "A4-unfiled": "No activity fits this recording; whoever recorded it must say what it belongs to.",
        "A4-unknown-device": "No recorder with the number {device_number} is registered.",
        "A4-unknown-officer": "It cannot be told which officer made this recording.",
        "A4-device-not-issued": "Recorder {device_number} was issued to nobody when this was recorded.",
        "A4-other-officer": "The file names another officer than the one who held recorder {device_number}.",
        # Art. 6: each unit's administrator looks after the unit's recorders
        "A6-overdue": "The recorder was to be recalled by {due} and is not back.",
        "A6-other-unit": "Recorder {device_number} belongs to another unit than the one that took this in.",
        # Art. 7: originals continuous, complete, true; a clock that is right
        "A7-damaged": "The recording is incomplete or damaged: {detail}.",
        "A7-empty": "The file holds no bytes.",
        "A7-wrong-extension": "The file is {container}, which its name does not say.",
        "A7-unreadable": "No probe can make sense of the content: {detail}.",
        "A7-unreadable-on-device": "The device would not give the file's bytes; it stays on the device.",
        "A7-growing": "The file changed while it was read; what was read is kept, the file stays on the device.",
        "A7-mismatch": "What the vault holds is not what was read; it does not count as stored.",
        "A7-vanished": "The file was seen by the scan and gone when it was to be read.",
        "A7-not-a-file": "This is a link, pipe, socket or device node; it is not followed and stays where it is.",
        "A7-duplicate": "The same content is already held as an original; it is kept once.",
        "A7-clock-offset": "The recorder's clock is {offset_seconds:+.0f} s off; {tolerance_seconds} s are tolerated.",
        "A7-clock-unmeasured": "Nobody measured this recorder's clock; its times are taken at its word.",
        "A7-clock-ahead": "The recording claims to end after it was received.",
        "A7-no-time": "Neither the file nor its name says when it was recorded.",
        "A7-not-locked": "The vault does not lock originals against deletion; the unit has accepted this.",
        "A7-overdue": "The recorder that failed its check was to be replaced by {due} and is not.",
        # Art. 15: who enforces, files
        "A15-asked": "This recording fits {count} activities; a person must say which it belongs to.",
        "A15-overdue": "The recording was to be filed by {due} and is not.",
        # Art. 16: into the unit's store in time, and off the device only then
        "A16-late": "Stored {late_hours:.1f} hours after it was due.",
        "A16-overdue": "The activity's footage was to be stored by {due} and is not.",
        "A16-no-return": "By {due} nobody has reported the return from a remote or continuous activity.",
        "A16-not-wiped": "What lies on the device is not what was stored; it is not wiped.",
        # Art. 18: kept as long as the law says, and no longer
        "A18-disposed": "This content was destroyed by decision; it is not stored again and stays on the device.",
    }
)
"""Every code in use, with the sentence it is told in."""


def finding(code: str, subject: str, **facts: object) -> Finding:
    """The finding `code` about `subject`, its sentence filled with `facts`.

    Raises `ValueError` for a code not in `TEMPLATES`, `KeyError` for a fact its sentence misses.
    """
    template = TEMPLATES.get(code)
    if template is None:
        raise ValueError(f"{code!r} is no finding's code in use")
    return Finding(code, article_of(code), template.format(**facts), subject)

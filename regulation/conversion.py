"""Who turns footage into evidence, and what of it (Art. 19).

The article asks for a suitable medium with a text that states source, extractor, time of extraction, maker and what it
proves. Who asks must have been granted the footage, copies included (Art. 17); that a second person checks and a leader
signs is chosen, after what courts ask of such evidence: nobody vouches for their own work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Any
from uuid import UUID

from regulation.access_terms import FieldDenied, Range, check_text
from regulation.conversion_states import ARTICLE, ConversionState
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

WHOLE = Range()
"""All of a recording."""

MOST_ITEMS = 500
"""Recordings, or parts of them, in one conversion."""

MOST_MARKS = 100
"""Stills, muted or covered ranges of one of them."""

MOST_COPIES = 20


class ConversionStage(StrEnum):
    """Whose word a conversion waits for, in the order in which it is given."""

    EXTRACTION = "extraction"  # 提取
    CHECK = "check"  # 复核
    SIGNATURE = "signature"  # 签发


SIGNATORY = Role.DEPARTMENT_HEAD
"""The lowest seat that signs (chosen); vacant, or its holder a part of it, the question goes one role up."""


class Carrier(StrEnum):
    """On what a package is handed out (载体)."""

    FOLDER = "usb"  # 文件夹（移动存储介质）
    ZIP = "file"  # 压缩包
    CD = "cd-r"  # CD-R
    DVD = "dvd-r"  # DVD±R
    DVD_DL = "dvd-r-dl"  # DVD±R DL
    BD = "bd-r"  # BD-R
    BD_DL = "bd-r-dl"  # BD-R DL


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture, as it is shown, in fractions of its width and height from the upper left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Cover:
    """What is covered from when to when, in seconds of the recording."""

    part: Range
    box: Box


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of one recording, and the facts that it `proves`.

    `original` asks for it byte for byte, which takes a grant of all of it; a `part` of it comes as a clip. `sound` asks
    for its sound by itself, `stills` for pictures of these seconds; `muted` and `covered` make a protected copy, beside
    the original or the clip and never instead of it.
    """

    recording_id: UUID
    proves: str
    original: bool = True
    part: Range = WHOLE
    sound: bool = False
    stills: tuple[float, ...] = ()
    muted: tuple[Range, ...] = ()
    covered: tuple[Cover, ...] = ()

    @property
    def is_clip(self) -> bool:
        """Whether less than the whole recording is to be shown."""
        return self.part != WHOLE

    @property
    def is_protected(self) -> bool:
        """Whether a protected copy is to be made."""
        return bool(self.muted or self.covered)

    def within(self, granted: Range) -> Asked:
        """The same, its part no more than what was `granted`."""
        return self if self.part != WHOLE else replace(self, part=granted)


def check_item(asked: Asked, granted: Range | None, duration: float | None) -> None:
    """Raise `FieldDenied` for what cannot be asked of a recording: outside what was `granted` of it (None: nothing),
    without a word of what it proves, with marks that are none, or after its end (`duration` in seconds, if known).

    Its part is taken as it is: see `Asked.within`.
    """
    where = str(asked.recording_id)
    if granted is None:
        raise FieldDenied("recordings", f"It was not granted, or was marked since: {where}.", ARTICLE)
    check_text("proves", asked.proves, ARTICLE)
    if asked.original and granted != WHOLE:
        raise FieldDenied("original", "Not all of this recording was granted: ask for a part of it.", ARTICLE)
    if not asked.original and not asked.is_clip:
        raise FieldDenied("original", "Ask for the original, or for a part of it.", ARTICLE)
    _check_part("range", asked.part, granted, duration)
    if len(asked.stills) + len(asked.muted) + len(asked.covered) > MOST_MARKS:
        raise FieldDenied("marks", f"At most {MOST_MARKS} stills and ranges are taken of one recording.", ARTICLE)
    within = asked.part.overlap(granted) or granted
    for second in asked.stills:
        if not isfinite(second) or not _holds(within, second):
            raise FieldDenied("stills", f"There is no second {second} in what is asked for.", ARTICLE)
    for name, parts in (("muted", asked.muted), ("covered", tuple(one.part for one in asked.covered))):
        for part in parts:
            _check_part(name, part, within, duration)
    for one in asked.covered:
        _check_box(one.box)


def _check_part(name: str, part: Range, within: Range, duration: float | None) -> None:
    end = part.end
    if not isfinite(part.start) or part.start < 0 or (end is not None and not (isfinite(end) and end > part.start)):
        raise FieldDenied(name, "A part begins at 0 or later and ends after it begins.", ARTICLE)
    if duration is not None and part.start >= duration:
        raise FieldDenied(name, "The recording is over before this part begins.", ARTICLE)
    if not part.within(within):
        raise FieldDenied(name, "This part is not wholly in what was granted or asked for.", ARTICLE)


def _holds(part: Range, second: float) -> bool:
    return part.start <= second and (part.end is None or second < part.end)


def _check_box(box: Box) -> None:
    numbers = (box.x, box.y, box.width, box.height)
    if not all(isfinite(one) and 0 <= one <= 1 for one in numbers) or not (box.width > 0 and box.height > 0):
        raise FieldDenied("covered", "A part of the picture is given in fractions of it, from 0 to 1.", ARTICLE)
    if box.x + box.width > 1 or box.y + box.height > 1:
        raise FieldDenied("covered", "This part reaches beyond the picture.", ARTICLE)


def check_people(requester: UUID, extractor: UUID, checker: UUID, in_office: Collection[UUID]) -> None:
    """Raise `FieldDenied` unless extractor and checker are in office and the checker is a second person: neither who
    extracts nor who asks (chosen; the requester may extract themselves)."""
    if extractor not in in_office:
        raise FieldDenied("extractor", "An extractor is somebody in office.", ARTICLE)
    if checker not in in_office:
        raise FieldDenied("checker", "A checker is somebody in office.", ARTICLE)
    if checker in (extractor, requester):
        raise FieldDenied("checker", "Nobody checks their own work: name a second person.", ARTICLE)


def check_copies(copies: int, granted: int) -> None:
    """Raise `FieldDenied` for a number of copies that is none, or more than were `granted`."""
    if granted < 1:
        raise FieldDenied("copies", "The footage was granted for viewing only, not for copies.", "Art. 17")
    most = min(granted, MOST_COPIES)
    if not 1 <= copies <= most:
        raise FieldDenied("copies", f"It must be 1 to {most}: so many copies were granted.", "Art. 17")


RECALLERS = (Role.PRINCIPAL_LEADER, Role.SUPERVISOR)
"""Who, besides its signatory, may recall what was issued (chosen)."""

REGISTRARS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.DEPARTMENT_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.CONFIDENTIALITY_REVIEWER,
    Role.SUPERVISOR,
)
"""To whom the register of a unit's conversions is open (chosen: as that of access)."""


def check_recall(person: UUID, signatories: Collection[UUID], roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 19) unless `person` may recall what was issued: who signed it, or the principal leader
    or the supervision over the unit, by the `roles` they hold there."""
    if person not in signatories and not any(role in RECALLERS for role in roles):
        raise ActionDenied("Only who signed it, or the principal leader, may recall it.", article=ARTICLE)


SHOWN_WHILE = (ConversionState.CHECKING, ConversionState.SIGNING, ConversionState.PACKING, ConversionState.ISSUED)
"""While what was made is shown: from when it is there until it is sent back, recalled or superseded (chosen)."""


def check_look(person: UUID, state: ConversionState, people: Collection[UUID]) -> None:
    """Raise `ActionDenied` unless `person` may look at what was made: one of the `people` who have a part in it now
    (who asked, extracts and checks; who may sign or has signed; once it is issued, who hands it out), while it is
    there to be looked at. That the register shows somebody a conversion does not show them the footage (Art. 17)."""
    if state not in SHOWN_WHILE:
        raise ActionDenied("What was made for it is not shown now.", article=ARTICLE)
    if person not in people:
        raise ActionDenied("What was made is shown to those alone who have a part in it.", article="Art. 17")


# The marks of an item as they are kept: plain JSON


def marks_of(asked: Asked) -> dict[str, Any]:
    """What is kept of the marks of an item."""
    return {
        "sound": asked.sound,
        "stills": list(asked.stills),
        "muted": [[one.start, one.end] for one in asked.muted],
        "covered": [
            [one.part.start, one.part.end, one.box.x, one.box.y, one.box.width, one.box.height] for one in asked.covered
        ],
    }


def asked_from(recording_id: UUID, proves: str, part: Range, marks: Mapping[str, Any], *, original: bool) -> Asked:
    """The item that was kept, `marks` as `marks_of` wrote them."""
    return Asked(
        recording_id,
        proves,
        original,
        part,
        bool(marks["sound"]),
        tuple(marks["stills"]),
        tuple(Range(*one) for one in marks["muted"]),
        tuple(Cover(Range(*one[:2]), Box(*one[2:])) for one in marks["covered"]),
    )

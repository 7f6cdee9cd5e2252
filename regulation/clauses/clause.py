"""One demand of the regulation, and what this software makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_ID = re.compile(r"(?P<article>[1-9]\d?)(?:-(?P<paragraph>[1-9])|\((?P<item>[1-9])\))?(?P<demand>[a-z])?")


class Status(StrEnum):
    """ENFORCED is claimed only of what exists and is tested; what is to come is PLANNED."""

    ENFORCED = "enforced"  # the software makes it so
    ATTESTED = "attested"  # rests on a person's word; the software can at most keep that word
    PLANNED = "planned"  # the software is to make it so and does not yet
    OUT_OF_SCOPE = "out of scope"  # nothing for software to do, for the reason noted


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand.

    `id` is the article's number, then ``-2`` for the second of several paragraphs or ``(4)`` for a numbered item, then
    a letter where one sentence asks for several things: ``16-1b``, ``12(4)``, ``9``. `term` is the Chinese key word,
    `text` our paraphrase, `note` what is done, by whom it is attested, or why nothing is done. `where` is the module
    that enforces or serves it, `tests` the file that shows it; only what is enforced must have both. Raises
    `ValueError` for an id of another form.
    """

    id: str
    term: str
    text: str
    status: Status
    note: str
    where: str = ""
    tests: str = ""

    def __post_init__(self) -> None:
        self._parts()

    @property
    def article(self) -> int:
        """The article's number."""
        return int(self._parts()["article"])

    @property
    def paragraph(self) -> int | None:
        """The paragraph's number where the article has several, None for items and single paragraphs."""
        return _number(self._parts()["paragraph"])

    @property
    def item(self) -> int | None:
        """The number of the item, None for paragraphs."""
        return _number(self._parts()["item"])

    @property
    def citation(self) -> str:
        """As people cite it: ``Art. 12(4)``, ``Art. 16 para. 2``, ``Art. 9``; demands of one sentence alike."""
        if self.item is not None:
            return f"Art. {self.article}({self.item})"
        return f"Art. {self.article}" + ("" if self.paragraph is None else f" para. {self.paragraph}")

    def _parts(self) -> re.Match[str]:
        match = _ID.fullmatch(self.id)
        if match is None:
            raise ValueError(f"{self.id!r} is no clause's id")
        return match


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)

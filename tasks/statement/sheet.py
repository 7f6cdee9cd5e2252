"""What a statement looks like, apart from how it is drawn: blocks in order, in one language.

The paper and the text for editing by hand are both drawn from one sheet, so that they cannot say different things.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from regulation.citing import Language


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of the first or second level."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, and what is said of each."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its digests, each with its name, stand under it and on the same page."""

    cells: tuple[str, ...]
    digests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A table; `widths` are the columns' shares of its width."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by the name under which its bytes are given."""

    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures side by side."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """An address as a QR code, and in letters."""

    address: str
    caption: str


@dataclass(frozen=True, slots=True)
class Annexes:
    """The list of attachments, before the signatures."""

    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign, each with who signs there; then the unit, the date, and the place of the seal."""

    places: tuple[tuple[str, str], ...]
    unit: str
    date: str
    seal: str


Block = Head | Text | Facts | Listing | Pictures | Code | Annexes | Signatures


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole statement in one language; `watermark` is None once it is signed."""

    language: Language
    unit: str
    number: str
    title: str
    watermark: str | None
    blocks: tuple[Block, ...]

    def as_json(self) -> dict[str, Any]:
        """For a template: every block with its ``kind``."""
        blocks = [{"kind": type(one).__name__.lower(), **asdict(one)} for one in self.blocks]
        return {
            "language": self.language,
            "unit": self.unit,
            "number": self.number,
            "title": self.title,
            "watermark": self.watermark,
            "blocks": blocks,
        }

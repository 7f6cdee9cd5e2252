"""What is to be made of each recording of a conversion, and how the files are called (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.evidence_package import made_stem
from registry.bulk import AnyRow
from registry.queries.conversion import asked_of
from regulation.access_terms import Range
from regulation.stated import DerivedKind
from tasks.deriving.wanted import Clip, Protected, Sound, Still, Wanted


@dataclass(frozen=True, slots=True)
class Planned:
    """One derivative to be made: of which item, of which kind, the how-manieth of it."""

    item: AnyRow
    kind: DerivedKind
    ordinal: int
    wanted: Wanted

    @property
    def stem(self) -> str:
        """Its file's name without the extension."""
        return made_stem(self.item.position, self.kind, self.ordinal)


def planned(item: AnyRow, shown: Range) -> Iterator[Planned]:
    """Everything that is to be made of an item, none of it outside of `shown`, the part that was granted."""
    asked = asked_of(item)
    if asked.is_clip:
        yield Planned(item, DerivedKind.CLIP, 1, Clip(asked.part, shown))
    if asked.sound:
        yield Planned(item, DerivedKind.SOUND, 1, Sound(asked.part, shown))
    for ordinal, second in enumerate(asked.stills, 1):
        yield Planned(item, DerivedKind.STILL, ordinal, Still(second, shown))
    if asked.is_protected:
        yield Planned(item, DerivedKind.PROTECTED, 1, Protected(asked.part, shown, asked.muted, asked.covered))

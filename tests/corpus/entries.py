"""What the corpus is made of, and the one hand that writes it."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

from registry.tables.docking import ItemOutcome
from registry.tables.recordings import Condition

ANY_MEDIA = frozenset({Condition.WHOLE, Condition.DAMAGED, Condition.UNREADABLE, Condition.WRONG_EXTENSION})
BROKEN = frozenset({Condition.DAMAGED, Condition.UNREADABLE})
WHOLE = frozenset({Condition.WHOLE})
NOT_MEDIA = frozenset({Condition.NOT_MEDIA})
ANYTHING = frozenset(Condition) - {Condition.UNPROBED}
NOT_A_FILE = frozenset({ItemOutcome.NOT_A_FILE})


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One entry below the corpus folder. `raw_name` is the relative path, byte for byte. `expected` are the acceptable
    conditions of a file, or the acceptable outcomes of what is not one."""

    raw_name: bytes
    what: str
    expected: frozenset[Condition] | frozenset[ItemOutcome]

    @property
    def is_file(self) -> bool:
        return self.expected != NOT_A_FILE


@dataclass(slots=True)
class Writer:
    """Writes below `folder` and keeps the list. `dice` are the only source of chance."""

    folder: bytes
    dice: random.Random
    entries: list[CorpusEntry] = field(default_factory=list)

    def write(self, name: str | bytes, content: bytes, what: str, expected: frozenset[Condition]) -> None:
        """Make a file of `content`; parents of `name` must be there or are made one level at a time."""
        raw_name = os.fsencode(name)
        path = os.path.join(self.folder, raw_name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with open(descriptor, "wb") as file:
            file.write(content)
        self.note(raw_name, what, expected)

    def note(self, raw_name: bytes, what: str, expected: frozenset[Condition] | frozenset[ItemOutcome]) -> None:
        """List an entry that was made elsewhere."""
        self.entries.append(CorpusEntry(raw_name, what, expected))

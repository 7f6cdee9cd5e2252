"""Values as documents set them: the city's regulation, a sector superior's rule, a unit's own (Art. 14, 23).

Plain records; `regulation.policy_checks` says what may stand in them and `regulation.policy` which one prevails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from regulation.measures import Measure


class Layer(StrEnum):
    """Whose document it is, from the one every policy stands on to the one nearest to the officer."""

    CITY = "city"  # 市: the regulation itself
    SECTOR_SUPERIOR = "sector-superior"  # 上级: a ministry's, province's or other superior's rule
    UNIT = "unit"  # 本单位: Art. 14


@dataclass(frozen=True, slots=True)
class Provision:
    """A value as a document sets it, from one day to another, both included; without `valid_to` until further notice.

    `article` is the place in that document. `measure` is what the value counts where the document says so itself, None
    where it counts what the parameter does.
    """

    name: str
    value: int
    article: str
    valid_from: date
    valid_to: date | None = None
    measure: Measure | None = None

    def covers(self, on: date) -> bool:
        """Whether the value applies on the day `on`."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PolicyLayer:
    """The values one document sets. `source` names the file or place it was read from; `unit` whose policy it is."""

    layer: Layer
    document: str
    provisions: tuple[Provision, ...]
    unit: str | None = None
    source: str = "regulation"

    def of(self, name: str) -> list[Provision]:
        """The layer's values of one parameter, in order of time."""
        return sorted((one for one in self.provisions if one.name == name), key=lambda one: one.valid_from)

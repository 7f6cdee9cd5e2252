"""What a parameter is: a number that rules name, with its measure, its article, and why it was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulation.layers import Provision
from regulation.measures import Measure, Strictness

IN_FORCE_FROM = date(2022, 5, 23)
"""The day of issue, from which the regulation is in force (Art. 24)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that rules name. `chosen` is why, where the regulation is silent; None where its own text sets it.

    `either`: a document may count it in hours or in working days, as it says.
    """

    name: str
    measure: Measure
    strictness: Strictness
    meaning: str
    provisions: tuple[Provision, ...]
    chosen: str | None = None
    either: bool = False

    @property
    def article(self) -> str:
        """The article of the city's regulation that the number serves."""
        return self.provisions[0].article

    def measured(self, provision: Provision) -> Measure:
        """What the value of `provision` counts: its own measure, or the parameter's where it states none."""
        return provision.measure or self.measure


def since_issue(
    name: str,
    value: int,
    measure: Measure,
    strictness: Strictness,
    article: str,
    meaning: str,
    chosen: str | None = None,
    *,
    either: bool = False,
) -> Parameter:
    """A parameter with one value since the day of issue."""
    provision = Provision(name, value, article, IN_FORCE_FROM)
    return Parameter(name, measure, strictness, meaning, (provision,), chosen, either)

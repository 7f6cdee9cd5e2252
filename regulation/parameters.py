"""Every number of the regulation: named, dated, cited. Nothing else in the code may state one.

The city's values are here; a superior's and a unit's own come in as policy layers (`regulation.policy_files`, Art. 23).
Where the text is silent the value is *chosen* and says why; it stands until the text says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from regulation.layers import Layer, PolicyLayer, Provision

IN_FORCE_FROM = date(2022, 5, 23)
"""The day of issue, from which the regulation is in force (Art. 24)."""

CITY_DOCUMENT = "启依法办发〔2022〕8号"
"""The notice that the regulation was issued with."""


class Measure(StrEnum):
    """What a value counts."""

    HOURS = "hours"  # elapsed hours
    MONTHS = "months"  # calendar months
    SECONDS = "seconds"
    YES_NO = "yes or no"


BOUNDS: Mapping[Measure, tuple[int, int]] = MappingProxyType(
    {
        Measure.HOURS: (1, 8_784),  # up to a leap year
        Measure.MONTHS: (1, 1_200),  # up to a century
        Measure.SECONDS: (0, 86_400),  # up to a day
    }
)
"""The least and the most a value may be: beyond lies a slip of the pen."""


class Strictness(StrEnum):
    """Which way is stricter: a unit may only go that way (Art. 23)."""

    LOWER = "lower"
    HIGHER = "higher"
    TRUE = "true"
    NONE = "none"  # neither way: only a superior may change it

    def allows(self, value: int, instead_of: int) -> bool:
        """Whether `value` is at least as strict as what it takes the place of."""
        if self is Strictness.LOWER:
            return value <= instead_of
        if self is Strictness.NONE:
            return value == instead_of
        return value >= instead_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that rules name. `chosen` is why, where the regulation is silent; None where its own text sets it."""

    name: str
    measure: Measure
    strictness: Strictness
    meaning: str
    provisions: tuple[Provision, ...]
    chosen: str | None = None

    @property
    def article(self) -> str:
        """The article of the city's regulation that the number serves."""
        return self.provisions[0].article


def _since_issue(
    name: str,
    value: int,
    measure: Measure,
    strictness: Strictness,
    article: str,
    meaning: str,
    chosen: str | None = None,
) -> Parameter:
    provision = Provision(name, value, article, IN_FORCE_FROM)
    return Parameter(name, measure, strictness, meaning, (provision,), chosen)


_ALL = (
    _since_issue(
        "training_before_issue",
        False,
        Measure.YES_NO,
        Strictness.TRUE,
        "Art. 5",
        "Whether issuing a recorder to an untrained officer is refused, not only warned of.",
        "The article asks for training but does not forbid the issue; a unit may.",
    ),
    _since_issue(
        "clock_offset_tolerance_seconds",
        60,
        Measure.SECONDS,
        Strictness.LOWER,
        "Art. 7",
        "How far a recorder's clock may be off before it is a finding.",
        "The shown time must be accurate, the text does not say how accurate: the minute that recorders show.",
    ),
    _since_issue(
        "exemption_record_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 12",
        "From the activity's end to the work record of why recording was stopped.",
        "The text says promptly; the same day's span as for the footage itself in Art. 16.",
    ),
    _since_issue(
        "interruption_report_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 13",
        "From the interruption to the written report to the department head.",
        "The text says promptly; the same day's span as for the footage itself in Art. 16.",
    ),
    _since_issue(
        "filing_hours",
        72,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 15",
        "From intake to the filing of a recording that fits no activity by itself.",
        "The text sets no time; three days reach over a weekend.",
    ),
    _since_issue(
        "filing_overlap_tolerance_seconds",
        120,
        Measure.SECONDS,
        Strictness.LOWER,
        "Art. 15",
        "How far before or after an activity a recording may lie and still be filed under it.",
        "Recorders are switched on on the way and off a little late; two minutes tell that from another activity.",
    ),
    _since_issue(
        "upload_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 16",
        "From the activity's end, or the return to the unit, to the footage being stored.",
    ),
    _since_issue(
        "routine_retention_months",
        6,
        Measure.MONTHS,
        Strictness.HIGHER,
        "Art. 18(1)",
        "How long footage of routine inspection is kept at least; the lock that every original starts with.",
    ),
)

PARAMETERS: Mapping[str, Parameter] = MappingProxyType({one.name: one for one in _ALL})
"""Every parameter by name, in the order of the articles."""

CITY = PolicyLayer(Layer.CITY, CITY_DOCUMENT, tuple(provision for one in _ALL for provision in one.provisions))
"""The layer on which every policy stands: the regulation's own values and those chosen where it is silent."""

"""When who hears of a duty, for each kind and step: chosen, for the text asks for supervision but sets no times.

The step at which a duty is due needs no number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from regulation.definitions import Parameter, since_issue
from regulation.duties import RULES, DutyKind
from regulation.ladder import STEPS, Step, hours_name
from regulation.measures import Measure, Strictness


@dataclass(frozen=True, slots=True)
class _Default:
    """What one step has for every kind. `meaning` is filled with what is due."""

    hours: int
    strictness: Strictness
    meaning: str
    chosen: str


_WHAT: Mapping[DutyKind, str] = MappingProxyType(
    {
        DutyKind.UPLOAD: "the storing of footage",
        DutyKind.FILING: "the filing of a recording",
        DutyKind.DEVICE_RECALL: "the recall of a recorder",
        DutyKind.DEVICE_REPLACEMENT: "the replacement of a recorder",
        DutyKind.RETURN_REPORT: "the report of a return",
        DutyKind.ACCESS_DECISION: "a decision on access",
        DutyKind.COPY_RETURN: "the return of a copy",
        DutyKind.DISPOSAL_STEP: "a step of a disposal list",
        DutyKind.DELETION_FAILURE: "a look at what was not destroyed",
        DutyKind.EXEMPTION_REVIEW: "the review of an exemption",
        DutyKind.INTERRUPTION_NOTICE: "a look at the report of an interruption",
        DutyKind.CONVERSION_STEP: "a step of an evidence conversion",
    }
)

_DEFAULTS: Mapping[Step, _Default] = MappingProxyType(
    {
        Step.REMINDER: _Default(
            4,
            Strictness.HIGHER,
            "How long before {what} is due whoever owes it is reminded.",
            "The text is silent; half a working day is enough to act in.",
        ),
        Step.DEPARTMENT_HEAD: _Default(
            4,
            Strictness.LOWER,
            "How long after {what} was due the department head hears of it.",
            "The text is silent; whoever owes it has half a working day before anybody above hears.",
        ),
        Step.SUPERVISING_LEADER: _Default(
            24,
            Strictness.LOWER,
            "How long after {what} was due the supervising leader hears of it.",
            "The text is silent; the department head has a day.",
        ),
        Step.PRINCIPAL_LEADER: _Default(
            72,
            Strictness.LOWER,
            "How long after {what} was due the principal leader, first responsible by Art. 5, hears of it.",
            "The text is silent; three days reach over a weekend.",
        ),
    }
)


def _parameters() -> Iterator[Parameter]:
    for step in STEPS:
        for kind in DutyKind if step in _DEFAULTS else ():
            default = _DEFAULTS[step]
            meaning = default.meaning.format(what=_WHAT[kind])
            name, article = hours_name(kind, step), RULES[kind].article
            yield since_issue(name, default.hours, Measure.HOURS, default.strictness, article, meaning, default.chosen)


LADDER = tuple(_parameters())
"""Every number of the ladder, step by step."""

"""What may stand in a policy: each layer by itself, and one upon the other (Art. 23).

Every refusal is a `ConfigurationError` whose subject is ``file: key``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.measures import BOUNDS, SPANS, Measure, within
from regulation.parameters import IN_FORCE_FROM, PARAMETERS, Parameter

_DAY = timedelta(days=1)


def check_layer(layer: PolicyLayer) -> None:
    """Refuse unknown names, wrong types, impossible values, periods that overlap, leave a gap or begin before Art. 24
    allows, and a layer that does not name its document (Art. 23) or unit."""
    if not layer.document.strip():
        raise refusal(layer.source, "document", "A policy layer must name its document.")
    if layer.layer is Layer.UNIT and not (layer.unit or "").strip():
        raise refusal(layer.source, "unit", "A unit's policy layer must name the unit.")
    for provision in layer.provisions:
        _check_provision(layer, provision)
    for name in sorted({one.name for one in layer.provisions}):
        _check_periods(layer, name)


def check_order(layers: Sequence[PolicyLayer]) -> None:
    """Refuse layers that are not the city's one, then superiors', then units'."""
    ranks = [list(Layer).index(one.layer) for one in layers]
    if ranks != sorted(ranks) or ranks.count(0) != 1:
        raise ConfigurationError(
            "A policy begins with the city's one layer; superiors' come next, units' last.",
            article="Art. 23",
            subject=", ".join(one.source for one in layers) or "policy",
        )


def check_whole(city: PolicyLayer) -> None:
    """Refuse a city's layer that leaves any parameter without a value on any day since the issue (Art. 24)."""
    for name in PARAMETERS:
        own = city.of(name)
        if not own or own[0].valid_from != IN_FORCE_FROM or own[-1].valid_to is not None:
            message = f"The city's layer must give a value for every day since {IN_FORCE_FROM}."
            raise refusal(city.source, name, message, "Art. 24")


def check_stricter(layer: PolicyLayer, below: Sequence[PolicyLayer]) -> None:
    """Refuse a unit's value that is laxer, on any day of its period, than what it takes the place of (Art. 23)."""
    for provision in layer.provisions:
        parameter = PARAMETERS[provision.name]
        for day in _days_of_change(provision, below):
            replaced = effective(below, provision.name, day)
            if replaced is not None and not _is_strict_enough(parameter, provision, replaced[1]):
                raise refusal(layer.source, provision.name, _too_lax(parameter, provision, day, *replaced))


def effective(layers: Iterable[PolicyLayer], name: str, on: date) -> tuple[PolicyLayer, Provision] | None:
    """What the last of `layers` that speaks of `name` on that day says, None where none does."""
    found = None
    for layer in layers:
        for provision in layer.provisions:
            if provision.name == name and provision.covers(on):
                found = (layer, provision)
    return found


def shown(measure: Measure, value: int) -> str:
    """A value with its measure, for people."""
    if measure is Measure.YES_NO:
        return "yes" if value else "no"
    return f"{value} {measure}"


def refusal(source: str, key: str, message: str, article: str = "Art. 23") -> ConfigurationError:
    """The error that names file, key and article."""
    return ConfigurationError(message, article=article, subject=f"{source}: {key}")


def _check_provision(layer: PolicyLayer, provision: Provision) -> None:
    parameter = PARAMETERS.get(provision.name)
    if parameter is None:
        raise refusal(layer.source, provision.name, _nameless(provision.name))
    problem = _mismeasured(parameter, provision) or _misfit(parameter.measured(provision), provision.value)
    if problem:
        raise refusal(layer.source, provision.name, problem, parameter.article)
    if provision.valid_from < IN_FORCE_FROM:
        raise refusal(layer.source, provision.name, f"Nothing is in force before {IN_FORCE_FROM}.", "Art. 24")
    if provision.valid_to is not None and provision.valid_to < provision.valid_from:
        raise refusal(layer.source, provision.name, f"It ends ({provision.valid_to}) before it begins.", "Art. 24")


def _nameless(name: str) -> str:
    """What is wrong with a name that no parameter has: where it begins as those of a ladder do, which rungs there are,
    for whoever hears of a duty is named there."""
    kind = name.partition("_")[0]
    rungs = [one for one in PARAMETERS if name.endswith("_hours") and one.startswith(f"{kind}_") and one != name]
    known = f" Of this kind there are {', '.join(rungs)}." if rungs else ""
    return f"No parameter has this name.{known}"


def _mismeasured(parameter: Parameter, provision: Provision) -> str | None:
    """What is wrong with the measure that a document states for its value, or None."""
    if provision.measure is None:
        return None
    if not parameter.either:
        return f"It counts {parameter.measure} and states no measure of its own."
    return None if provision.measure in SPANS else f"It may count {' or '.join(SPANS)}, not {provision.measure}."


def _misfit(measure: Measure, value: object) -> str | None:
    """What is wrong with `value`, or None."""
    if measure is Measure.YES_NO:
        return None if isinstance(value, bool) else f"It must be true or false, not {value!r}."
    if isinstance(value, bool) or not isinstance(value, int):
        return f"It must be a whole number of {measure}, not {value!r}."
    least, most = BOUNDS[measure]
    return None if least <= value <= most else f"It must be {least} to {most} {measure}, not {value}."


def _is_strict_enough(parameter: Parameter, own: Provision, replaced: Provision) -> bool:
    """Whether `own` is at least as strict as `replaced`, whatever each counts (only limits count either way)."""
    measures = parameter.measured(own), parameter.measured(replaced)
    if measures == (Measure.HOURS, Measure.WORKING_DAYS):
        return within(own.value, replaced.value)
    return measures[0] is measures[1] and parameter.strictness.allows(own.value, replaced.value)


def _check_periods(layer: PolicyLayer, name: str) -> None:
    for earlier, later in pairwise(layer.of(name)):
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            raise refusal(layer.source, name, f"Two values overlap on {later.valid_from}.", "Art. 24")
        if later.valid_from - earlier.valid_to > _DAY:
            gap = f"{earlier.valid_to + _DAY} to {later.valid_from - _DAY}"
            raise refusal(layer.source, name, f"There is a gap from {gap}.", "Art. 24")


def _days_of_change(provision: Provision, below: Iterable[PolicyLayer]) -> Iterator[date]:
    """The first day of `provision` and each later day of it on which a value below begins or has just ended."""
    yield provision.valid_from
    last = provision.valid_to or date.max
    for other in (one for layer in below for one in layer.of(provision.name)):
        if provision.valid_from < other.valid_from <= last:
            yield other.valid_from
        if other.valid_to is not None and provision.valid_from <= other.valid_to < last:
            yield other.valid_to + _DAY


def _too_lax(parameter: Parameter, own: Provision, day: date, layer: PolicyLayer, replaced: Provision) -> str:
    return (
        f"{shown(parameter.measured(own), own.value)} from {day} is laxer than the "
        f"{shown(parameter.measured(replaced), replaced.value)} of "
        f"{replaced.article} of {layer.document}; a unit's rule may only be stricter."
    )

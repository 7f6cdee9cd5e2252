"""Whose number counts: the city's, a sector superior's, or the unit's own (Art. 23).

A superior's layer prevails over the city's and must name its document. A unit's layer may only be stricter than what it
takes the place of (chosen). A policy is checked whole when it is made; afterwards every value can be explained.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from regulation.clock import as_utc, wall_time
from regulation.errors import ConfigurationError
from regulation.ladder_checks import check_ladder
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import CITY, IN_FORCE_FROM, PARAMETERS, Measure, Parameter
from regulation.policy_checks import check_layer, check_order, check_stricter, check_whole, effective, shown
from regulation.policy_files import layer_from

__all__ = ["CITY", "CITY_POLICY", "Explanation", "Layer", "Policy", "PolicyLayer", "Provision", "layer_from"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a value is what it is on a day: who set it where, since when, and under which version of the policy."""

    parameter: Parameter
    provision: Provision
    layer: Layer
    document: str
    version: str

    @property
    def value(self) -> int:
        """The value itself, in the parameter's measure."""
        return self.provision.value

    @property
    def chosen(self) -> str | None:
        """Why the value was chosen; None where a document states it."""
        return self.parameter.chosen if self.layer is Layer.CITY else None

    def __str__(self) -> str:
        what = f"{self.parameter.name} = {shown(self.parameter.measured(self.provision), self.value)}"
        until = f" to {self.provision.valid_to}" if self.provision.valid_to else ""
        chosen = ", chosen" if self.chosen else ""
        where = f"{self.provision.article} of {self.document} ({self.layer}{chosen})"
        return f"{what}: {where}, from {self.provision.valid_from}{until}, policy {self.version}"


class Policy:
    """The layers that hold for one unit: first the city's, then superiors', then units' down the tree. Immutable.

    Of two layers of one rank the later prevails. `version` is a digest of the layers' content, 32 hexadecimal digits,
    which decisions name (Art. 14); policies of one version are equal. Raises `ConfigurationError`, naming file, key and
    article, when a layer is not sound, the order is another, the city's layer is not whole, a unit's is laxer than what
    it takes the place of, or a leader would hear of a duty before those below.
    """

    def __init__(self, layers: Iterable[PolicyLayer]) -> None:
        self.layers = tuple(layers)
        for layer in self.layers:
            check_layer(layer)
        check_order(self.layers)
        check_whole(self.layers[0])
        for place, layer in enumerate(self.layers):
            if layer.layer is Layer.UNIT:
                check_stricter(layer, self.layers[:place])
        check_ladder(self.layers)
        self.version = _digest(self.layers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def value(self, name: str, on: date) -> int:
        """The value of parameter `name` on the local day `on`, in the parameter's measure (a yes-or-no as a bool).

        Raises `ConfigurationError` for an unknown name or a day before the regulation was in force (Art. 24).
        """
        return self._in_force(name, on)[1].value

    def span(self, name: str, on: date) -> timedelta:
        """The same as elapsed time, for values in hours or seconds; others raise `ConfigurationError`."""
        value, measure = self._measured(name, on)
        if measure is Measure.HOURS:
            return timedelta(hours=value)
        if measure is Measure.SECONDS:
            return timedelta(seconds=value)
        raise ConfigurationError(f"A value in {measure} is no span of time.", subject=name)

    def end(self, name: str, start: datetime, zone: tzinfo, is_working_day: Callable[[date], bool]) -> datetime:
        """When the time that parameter `name` gives from `start` is over, in UTC, by the value of that local day.

        Hours and seconds are elapsed. Working days end at the wall-clock time of `start` on the last of them, the first
        being the first that `is_working_day` after the local day of `start`. Raises as `span` does for other measures,
        and `ValueError` for a time without a zone.
        """
        moment, local = as_utc(start), start.astimezone(zone)
        days, measure = self._measured(name, local.date())
        if measure is not Measure.WORKING_DAYS:
            return moment + self.span(name, local.date())
        day = local.date()
        while days > 0:
            day += timedelta(days=1)
            days -= is_working_day(day)
        return max(moment, wall_time(datetime.combine(day, local.time()), zone))

    def explain(self, name: str, on: date) -> Explanation:
        """Why `value(name, on)` is what it is. Raises as `value` does."""
        layer, provision = self._in_force(name, on)
        return Explanation(PARAMETERS[name], provision, layer.layer, layer.document, self.version)

    def changes(self, name: str) -> tuple[date, ...]:
        """The days, in order, on which the value of parameter `name` may become another."""
        days = set[date]()
        for one in (provision for layer in self.layers for provision in layer.of(name)):
            days.add(one.valid_from)
            if one.valid_to is not None and one.valid_to < date.max:
                days.add(one.valid_to + timedelta(days=1))
        return tuple(sorted(days))

    def _measured(self, name: str, on: date) -> tuple[int, Measure]:
        _, provision = self._in_force(name, on)
        return provision.value, PARAMETERS[name].measured(provision)

    def _in_force(self, name: str, on: date) -> tuple[PolicyLayer, Provision]:
        if isinstance(on, datetime):
            raise TypeError("a policy is asked for a local day, not for a moment")
        if name not in PARAMETERS:
            raise ConfigurationError("No parameter has this name.", subject=name)
        found = effective(self.layers, name, on)
        if found is None:
            message = f"Nothing is in force on {on}, before {IN_FORCE_FROM}."
            raise ConfigurationError(message, article="Art. 24", subject=name)
        return found


def _digest(layers: Iterable[PolicyLayer]) -> str:
    content = [[one.layer, one.document, one.unit, [_row(p) for p in one.provisions]] for one in layers]
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _row(provision: Provision) -> list[str | int | None]:
    """What of a value makes the version. Where no measure is stated the row is as it was before there were any."""
    until = None if provision.valid_to is None else provision.valid_to.isoformat()
    valid = [provision.valid_from.isoformat(), until]
    measure = [] if provision.measure is None else [provision.measure.value]
    return [provision.name, provision.value, provision.article, *valid, *measure]


CITY_POLICY = Policy([CITY])
"""What holds where neither a superior nor the unit has said otherwise."""

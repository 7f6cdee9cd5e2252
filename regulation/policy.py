"""Whose number counts: the city's, a sector superior's, or the unit's own (Art. 23).

A superior's layer prevails over the city's and must name its document. A unit's layer may only be stricter than what it
takes the place of (chosen). A policy is checked whole when it is made; afterwards every value can be explained.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from regulation.errors import ConfigurationError
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
        what = f"{self.parameter.name} = {shown(self.parameter, self.value)}"
        until = f" to {self.provision.valid_to}" if self.provision.valid_to else ""
        chosen = ", chosen" if self.chosen else ""
        where = f"{self.provision.article} of {self.document} ({self.layer}{chosen})"
        return f"{what}: {where}, from {self.provision.valid_from}{until}, policy {self.version}"


class Policy:
    """The layers that hold for one unit: first the city's, then superiors', then units' down the tree. Immutable.

    Of two layers of one rank the later prevails. `version` is a digest of the layers' content, 32 hexadecimal digits,
    which decisions name (Art. 14). Raises `ConfigurationError`, naming file, key and article, when a layer is not
    sound, the order is another, the city's layer is not whole, or a unit's is laxer than what it takes the place of.
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
        self.version = _digest(self.layers)

    def value(self, name: str, on: date) -> int:
        """The value of parameter `name` on the local day `on`, in the parameter's measure (a yes-or-no as a bool).

        Raises `ConfigurationError` for an unknown name or a day before the regulation was in force (Art. 24).
        """
        return self._in_force(name, on)[1].value

    def span(self, name: str, on: date) -> timedelta:
        """The same as elapsed time, for parameters in hours or seconds; others raise `ConfigurationError`."""
        value, measure = self.value(name, on), PARAMETERS[name].measure
        if measure is Measure.HOURS:
            return timedelta(hours=value)
        if measure is Measure.SECONDS:
            return timedelta(seconds=value)
        raise ConfigurationError(f"A value in {measure} is no span of time.", subject=name)

    def explain(self, name: str, on: date) -> Explanation:
        """Why `value(name, on)` is what it is. Raises as `value` does."""
        layer, provision = self._in_force(name, on)
        return Explanation(PARAMETERS[name], provision, layer.layer, layer.document, self.version)

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
    until = None if provision.valid_to is None else provision.valid_to.isoformat()
    return [provision.name, provision.value, provision.article, provision.valid_from.isoformat(), until]


CITY_POLICY = Policy([CITY])
"""What holds where neither a superior nor the unit has said otherwise."""

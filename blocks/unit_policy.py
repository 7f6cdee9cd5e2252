"""The policy of a unit: what stands above the city's rule and what is stricter below it (Art. 14, 23)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect.blocks.core import Block
from pydantic import Field

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer
from regulation.policy import CITY, Policy, layer_from


@dataclass(slots=True)
class UnitPolicies:
    """The policy of every unit, out of the layers of all: each is judged by itself, so that a fault in one unit's layer
    holds up that unit and those below it, and nobody else.

    `own` are the units' layers by unit, `superiors` those that hold for all. A layer that cannot be read stands as the
    refusal it is.
    """

    superiors: list[PolicyLayer] = field(default_factory=list)
    own: dict[str, list[PolicyLayer | ConfigurationError]] = field(default_factory=dict)
    refused: ConfigurationError | None = None
    _known: dict[tuple[str, ...], Policy] = field(default_factory=dict)

    def of(self, chain_codes: Sequence[str]) -> Policy:
        """The policy of a unit; `chain_codes` are its code and those of the units above it, the city's last.

        The city's rule, the superiors', then the layers of the chain's units from the top down. Raises
        `ConfigurationError` where a superior's layer or one of the chain's is not sound.
        """
        if self.refused is not None:
            raise self.refused.with_traceback(None)
        speaking = tuple(code for code in reversed(chain_codes) if code in self.own)
        if speaking not in self._known:
            self._known[speaking] = Policy([CITY, *self.superiors, *self._layers(speaking)])
        return self._known[speaking]

    def _layers(self, codes: Sequence[str]) -> list[PolicyLayer]:
        found = []
        for layer in (one for code in codes for one in self.own[code]):
            if isinstance(layer, ConfigurationError):
                raise layer.with_traceback(None)
            found.append(layer)
        return found


class UnitPolicy(Block):
    """The layers over the city's regulation, each a TOML text that names its document."""

    _block_type_name = "Custody unit policy"
    _block_type_slug = "custody-unit-policy"
    _description = "Rules of the sector superior and of the unit over the city's regulation (本单位制度), Art. 14, 23."

    layers: list[str] = Field(
        default_factory=list,
        title="Layers",
        description="TOML, the superior's before the unit's. A superior's overrides; a unit's may only be stricter.",
    )

    def read(self) -> Policy:
        """The policy in force. Raises `ConfigurationError` naming layer and key."""
        layers = [CITY]
        for place, text in enumerate(self.layers, start=1):
            layers.append(layer_from(_table(text, f"layer {place}"), source=f"layer {place}"))
        return Policy(layers)

    def policies(self) -> UnitPolicies:
        """The policy of each unit. Never raises: what is not sound is refused to whoever asks for it."""
        policies = UnitPolicies()
        for place, text in enumerate(self.layers, start=1):
            _add(policies, text, f"layer {place}")
        return policies


def _add(policies: UnitPolicies, text: str, source: str) -> None:
    unit: str | None = None
    try:
        table = _table(text, source)
        unit = _unit_of(table)
        layer = layer_from(table, source=source)
    except ConfigurationError as refusal:
        if unit is None:  # nobody can say whom it was meant for
            policies.refused = policies.refused or refusal
        else:
            policies.own.setdefault(unit, []).append(refusal)
        return
    if layer.layer is Layer.UNIT and layer.unit is not None:
        policies.own.setdefault(layer.unit, []).append(layer)
    else:
        policies.superiors.append(layer)


def _unit_of(table: Mapping[str, Any]) -> str | None:
    """Whose layer it is, where it says to be a unit's."""
    unit = table.get("unit")
    return unit if table.get("layer") == Layer.UNIT and isinstance(unit, str) and unit.strip() else None


def _table(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigurationError(f"Not TOML: {wrong}.", article="Art. 23", subject=source) from None

"""The policy of a unit: what stands above the city's rule and what is stricter below it (Art. 14, 23)."""

from __future__ import annotations

import tomllib

from prefect.blocks.core import Block
from pydantic import Field

from regulation.errors import ConfigurationError
from regulation.policy import CITY, Policy, layer_from


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
            try:
                layers.append(layer_from(tomllib.loads(text), source=f"layer {place}"))
            except tomllib.TOMLDecodeError as wrong:
                raise ConfigurationError(f"Not TOML: {wrong}.", article="Art. 23", subject=f"layer {place}") from None
        return Policy(layers)

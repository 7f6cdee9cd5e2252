"""The policy of a unit: what stands above the city's rule and what is stricter below it (Art. 14, 23)."""

from __future__ import annotations

from collections.abc import Iterator

from prefect.blocks.core import Block
from pydantic import Field

from blocks.policy_layers import UnitPolicies, policies_from

__all__ = ["UnitPolicies", "UnitPolicy"]


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
    files: list[str] = Field(
        default_factory=list,
        title="Files",
        description="The file that each layer was read from, by which messages name it.",
    )

    def policies(self) -> UnitPolicies:
        """The policy of each unit. Never raises: what is not sound is refused to whoever asks for it."""
        return policies_from(self.named_layers())

    def named_layers(self) -> Iterator[tuple[str, str]]:
        """Each layer with the name of its file; one that was read from none is named by its place."""
        for place, text in enumerate(self.layers):
            yield self.files[place] if place < len(self.files) else f"layer {place + 1}", text

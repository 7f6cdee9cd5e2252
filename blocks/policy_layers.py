"""The policy of every unit, read out of the layers of all (Art. 14, 23). Nothing of Prefect, so that whoever starts it
can look at the layers first."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regulation.errors import ConfigurationError
from regulation.layers import Layer, PolicyLayer
from regulation.policy import CITY, Policy, layer_from


@dataclass(slots=True)
class UnitPolicies:
    """The policy of every unit, out of the layers of all: each is judged by itself, so that a fault in one unit's layer
    holds up that unit and those below it, and nobody else.

    `own` are the units' layers by unit, `superiors` those that hold for all. A layer that cannot be read stands as the
    refusal it is. `nobodys` are those of which nobody can say whose they are: as long as there is one, every unit is
    refused, for it may be the one that is stricter than what would hold without it.
    """

    superiors: list[PolicyLayer] = field(default_factory=list)
    own: dict[str, list[PolicyLayer | ConfigurationError]] = field(default_factory=dict)
    nobodys: list[ConfigurationError] = field(default_factory=list)
    _known: dict[tuple[str, ...], Policy] = field(default_factory=dict)

    def of(self, chain_codes: Sequence[str]) -> Policy:
        """The policy of a unit; `chain_codes` are its code and those of the units above it, the city's last.

        The city's rule, the superiors', then the layers of the chain's units from the top down. Raises
        `ConfigurationError` where a superior's layer or one of the chain's is not sound.
        """
        for refusal in self.nobodys:
            raise refusal.with_traceback(None)
        speaking = tuple(code for code in reversed(chain_codes) if code in self.own)
        if speaking not in self._known:
            self._known[speaking] = Policy([CITY, *self.superiors, *self._layers(speaking)])
        return self._known[speaking]

    def problems(self, chains: Iterable[Sequence[str]]) -> list[ConfigurationError]:
        """Everything that is refused to the units of these chains, or would be to those that nobody has entered yet;
        each fault once."""
        found = {str(refusal): refusal for refusal in self.nobodys}
        if not found:
            found |= {str(refusal): refusal for refusal in self._refused(chains)}
        return list(found.values())

    def _refused(self, chains: Iterable[Sequence[str]]) -> Iterator[ConfigurationError]:
        for chain in ((), *((code,) for code in self.own), *chains):
            try:
                self.of(chain)
            except ConfigurationError as refusal:
                yield refusal

    def _layers(self, codes: Sequence[str]) -> list[PolicyLayer]:
        found = []
        for layer in (one for code in codes for one in self.own[code]):
            if isinstance(layer, ConfigurationError):
                raise layer.with_traceback(None)
            found.append(layer)
        return found


def policies_from(texts: Iterable[tuple[str, str]]) -> UnitPolicies:
    """The policy of each unit out of layers, each the name of its file and its text. Never raises: what is not sound is
    refused to whoever asks for it."""
    policies = UnitPolicies()
    for source, text in texts:
        _add(policies, text, source)
    return policies


def _add(policies: UnitPolicies, text: str, source: str) -> None:
    unit: str | None = None
    try:
        table = _table(text, source)
        unit = _unit_of(table)
        layer = layer_from(table, source=source)
    except ConfigurationError as refusal:
        if unit is None:  # nobody can say whom it was meant for
            policies.nobodys.append(refusal)
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

"""Policy layers as units and superiors write them: a TOML or JSON document, parsed by the caller.

layer = "unit"                  # or "sector-superior"
document = "…〔2026〕3号"        # Art. 23: a superior's rule prevails only when it is named
unit = "chengguan"              # whose policy it is; required in a unit's layer

[parameters.upload_hours]       # [[parameters.upload_hours]] for several, one after the other
value = 12
valid_from = 2026-01-01
valid_to = 2026-12-31           # last day, may be left out
article = "Art. 4"              # the place in that document

[parameters.filing_hours]
value = 2
measure = "working days"        # or "hours"; may be left out, and is refused where the article itself says what counts
valid_from = 2026-01-01
article = "Art. 5"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from regulation.layers import Layer, PolicyLayer, Provision
from regulation.measures import SPANS, Measure
from regulation.policy_checks import check_layer, refusal

_LAYER_KEYS = frozenset({"layer", "document", "unit", "parameters"})
_VALUE_KEYS = frozenset({"value", "valid_from", "valid_to", "article", "measure"})


def layer_from(mapping: Mapping[str, Any], source: str) -> PolicyLayer:
    """The policy layer that `mapping` describes; `source` is the file's name, for messages.

    Raises `ConfigurationError` naming source, key and article for anything that is not as the module's text says, and
    as `check_layer` does.
    """
    _refuse_unknown(mapping, _LAYER_KEYS, source)
    parameters = mapping.get("parameters", {})
    if not isinstance(parameters, Mapping):
        raise refusal(source, "parameters", "It must be a table of parameters.")
    provisions = tuple(
        _provision(name, entry, source) for name, entries in parameters.items() for entry in _as_list(entries)
    )
    unit = None if mapping.get("unit") is None else _text(mapping, "unit", source, "unit")
    document = _text(mapping, "document", source, "document")
    layer = PolicyLayer(_layer(mapping, source), document, provisions, unit, source)
    check_layer(layer)
    return layer


def _layer(mapping: Mapping[str, Any], source: str) -> Layer:
    given = mapping.get("layer")
    for layer in (Layer.SECTOR_SUPERIOR, Layer.UNIT):
        if given == layer:
            return layer
    raise refusal(source, "layer", f'It must be "{Layer.SECTOR_SUPERIOR}" or "{Layer.UNIT}", not {given!r}.')


def _provision(name: str, entry: object, source: str) -> Provision:
    key = f"parameters.{name}"
    if not isinstance(entry, Mapping):
        raise refusal(source, key, "It must be a table with value and valid_from.")
    _refuse_unknown(entry, _VALUE_KEYS, source, f"{key}.")
    if "value" not in entry:
        raise refusal(source, f"{key}.value", "It is missing.")
    valid_to = None if entry.get("valid_to") is None else _day(entry, "valid_to", source, key)
    article = _text(entry, "article", source, f"{key}.article")
    valid_from = _day(entry, "valid_from", source, key)
    return Provision(name, entry["value"], article, valid_from, valid_to, _measure(name, entry, source))


def _measure(name: str, entry: Mapping[str, Any], source: str) -> Measure | None:
    given = entry.get("measure")
    for measure in SPANS:
        if given == measure:
            return measure
    if given is None:
        return None
    known = " or ".join(f'"{measure}"' for measure in SPANS)
    raise refusal(source, f"parameters.{name}.measure", f"It must be {known}, not {given!r}.")


def _as_list(entries: object) -> Sequence[object]:
    return entries if isinstance(entries, list) else [entries]


def _text(mapping: Mapping[str, Any], key: str, source: str, shown: str) -> str:
    given = mapping.get(key)
    if not isinstance(given, str) or not given.strip():
        raise refusal(source, shown, "It must be a text that is not empty.")
    return given


def _day(entry: Mapping[str, Any], key: str, source: str, parent: str) -> date:
    """A TOML date, or the same as text (JSON has no dates)."""
    given = entry.get(key)
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(given)  # type: ignore[arg-type]  # anything else is a TypeError, told below
    except (TypeError, ValueError) as error:
        raise refusal(source, f"{parent}.{key}", f"It must be a day such as 2026-01-01, not {given!r}.") from error


def _refuse_unknown(mapping: Mapping[str, Any], known: frozenset[str], source: str, prefix: str = "") -> None:
    for key in mapping:
        if key not in known:
            raise refusal(source, f"{prefix}{key}", f"Unknown; known are {', '.join(sorted(known))}.")

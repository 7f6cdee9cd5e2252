"""Under which names an installation keeps its dock stations. Without Prefect: the command line asks for them early."""

from __future__ import annotations


def station_name(unit: str | None) -> str:
    """The name of a unit's station block: `default` for the installation's own unit."""
    return "default" if unit is None else f"unit-{unit}"

"""How the files of an evidence package are called: see `tasks.packing.package` (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.bulk import AnyRow
from regulation.conversion import Carrier

CONTAINERS: Mapping[Carrier, str] = MappingProxyType(
    {
        Carrier.ZIP: "zip",
        Carrier.CD: "iso",
        Carrier.DVD: "iso",
        Carrier.DVD_DL: "iso",
        Carrier.BD: "iso",
        Carrier.BD_DL: "iso",
    }
)
"""The file that a medium is made from; a folder is copied as it is."""


def names_of(row: AnyRow) -> dict[str, str]:
    """What can be downloaded of a medium, by what it is: its container, the container's digest, its label."""
    ending = CONTAINERS.get(row.carrier)
    label = {"label": f"{row.name}.label.pdf"}
    if ending is None:
        return label
    return {"container": f"{row.name}.{ending}", "digest": f"{row.name}.{ending}.sha256"} | label

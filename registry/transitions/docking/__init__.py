"""A dock session's life: opened, scanned, taken in, probed, filed, sealed, wiped (Art. 7, 15, 16)."""

from registry.transitions.docking.arriving import confirm_arrival
from registry.transitions.docking.leases import lapse_lease, release_lease, renew_lease, take_lease
from registry.transitions.docking.opening import open_session
from registry.transitions.docking.probing import record_probes
from registry.transitions.docking.registering import register_originals
from registry.transitions.docking.scanning import record_scan
from registry.transitions.docking.sealing import seal_session
from registry.transitions.docking.setting_aside import set_aside
from registry.transitions.docking.shapes import Probed, RegisteredItem, ScannedEntry, SetAside, TakenIn
from registry.transitions.docking.wiping import announce_wiping, record_wiped
from registry.transitions.filing import file_recordings

__all__ = [
    "Probed",
    "RegisteredItem",
    "ScannedEntry",
    "SetAside",
    "TakenIn",
    "announce_wiping",
    "confirm_arrival",
    "file_recordings",
    "lapse_lease",
    "open_session",
    "record_probes",
    "record_scan",
    "record_wiped",
    "register_originals",
    "release_lease",
    "renew_lease",
    "seal_session",
    "set_aside",
    "take_lease",
]

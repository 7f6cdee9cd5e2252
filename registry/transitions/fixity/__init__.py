"""Originals are read again, what is wrong is opened, mended and settled (Art. 7)."""

from registry.transitions.fixity.checking import Reading, enrol, record_checks, suspect
from registry.transitions.fixity.closing import close_incident
from registry.transitions.fixity.opening import Finding, open_found
from registry.transitions.fixity.repairing import Repaired, record_repairs

__all__ = [
    "Finding",
    "Reading",
    "Repaired",
    "close_incident",
    "enrol",
    "open_found",
    "record_checks",
    "record_repairs",
    "suspect",
]

"""The facts, as tables. Nothing writes them but `registry.transitions`."""

from registry.tables.activities import Activity, ActivityOfficer
from registry.tables.devices import ClockReading, Device, DeviceCustody
from registry.tables.docking import TAKEN_IN, DockItem, DockSession, FileReceipt, ItemOutcome, SessionState
from registry.tables.docks import DockToken
from registry.tables.duties import Duty, DutyKind, DutyState
from registry.tables.ledger import LedgerEntry
from registry.tables.numbers import NumberSeries
from registry.tables.organisation import Appointment, Person, Unit
from registry.tables.recordings import (
    Condition,
    Filing,
    FilingCandidate,
    Recording,
    RecordingState,
)

__all__ = [
    "TAKEN_IN",
    "Activity",
    "ActivityOfficer",
    "Appointment",
    "ClockReading",
    "Condition",
    "Device",
    "DeviceCustody",
    "DockItem",
    "DockSession",
    "DockToken",
    "Duty",
    "DutyKind",
    "DutyState",
    "FileReceipt",
    "Filing",
    "FilingCandidate",
    "ItemOutcome",
    "LedgerEntry",
    "NumberSeries",
    "Person",
    "Recording",
    "RecordingState",
    "SessionState",
    "Unit",
]

"""The facts, as tables. Nothing writes them but `registry.transitions`."""

from registry.tables.access import (
    AccessAssignment,
    AccessCopy,
    AccessDecision,
    AccessDecisionItem,
    AccessGrant,
    AccessGrantItem,
    AccessItem,
    AccessLook,
    AccessQuestion,
    AccessRequest,
    AccessStep,
    AccessStepItem,
    AccessView,
    Assigned,
    CopyEnd,
    Look,
    RecordingMarking,
    Verdict,
)
from registry.tables.activities import Activity, ActivityOfficer
from registry.tables.anchors import Anchor
from registry.tables.appointing import AppointmentProposal, Proposed
from registry.tables.devices import ClockReading, Device, DeviceCheck, DeviceCustody
from registry.tables.docking import TAKEN_IN, DockItem, DockSession, FileReceipt, ItemOutcome, SessionState
from registry.tables.docks import DockToken
from registry.tables.duties import DecisionKind, Duty, DutyDecision, DutyTouch
from registry.tables.ledger import LedgerEntry
from registry.tables.notices import Notice, NoticeKind, NoticeLine, NoticeState, Sweep
from registry.tables.numbers import NumberSeries
from registry.tables.organisation import Appointment, Person, Unit
from registry.tables.recordings import (
    Condition,
    Filing,
    FilingCandidate,
    Recording,
    RecordingState,
)
from registry.tables.signing import Credential, DeskSession, Invitation, PersonalToken
from regulation.duties import DutyKind, DutyState

__all__ = [
    "TAKEN_IN",
    "AccessAssignment",
    "AccessCopy",
    "AccessDecision",
    "AccessDecisionItem",
    "AccessGrant",
    "AccessGrantItem",
    "AccessItem",
    "AccessLook",
    "AccessQuestion",
    "AccessRequest",
    "AccessStep",
    "AccessStepItem",
    "AccessView",
    "Activity",
    "ActivityOfficer",
    "Anchor",
    "Appointment",
    "AppointmentProposal",
    "Assigned",
    "ClockReading",
    "Condition",
    "CopyEnd",
    "Credential",
    "DecisionKind",
    "DeskSession",
    "Device",
    "DeviceCheck",
    "DeviceCustody",
    "DockItem",
    "DockSession",
    "DockToken",
    "Duty",
    "DutyDecision",
    "DutyKind",
    "DutyState",
    "DutyTouch",
    "FileReceipt",
    "Filing",
    "FilingCandidate",
    "Invitation",
    "ItemOutcome",
    "LedgerEntry",
    "Look",
    "Notice",
    "NoticeKind",
    "NoticeLine",
    "NoticeState",
    "NumberSeries",
    "Person",
    "PersonalToken",
    "Proposed",
    "Recording",
    "RecordingMarking",
    "RecordingState",
    "SessionState",
    "Sweep",
    "Unit",
    "Verdict",
]

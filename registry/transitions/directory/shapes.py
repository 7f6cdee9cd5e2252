"""What is entered in the directory, as plain values; codes and numbers stand for units, people and devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from regulation.errors import ActionDenied
from regulation.vocabulary import ActivityKind, PartyKind, RemoteReason, Role, UnitLevel


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit by its code; `parent` is the code of the unit above."""

    code: str
    name: str
    level: UnitLevel
    parent: str | None = None
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person by the number of the enforcement certificate."""

    number: str
    name: str
    unit: str
    joined_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class AppointmentEntry:
    """A role of a person in a unit from a moment on; the four together are the key."""

    person: str
    unit: str
    role: Role
    valid_from: datetime
    valid_to: datetime | None = None
    acting: bool = False
    document: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """A recorder by the number it writes into file names."""

    number: str
    unit: str
    maker: str | None = None
    model: str | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """A recorder issued to a person; recorder and moment of issue are the key."""

    device: str
    person: str
    issued_at: datetime
    returned_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """An enforcement activity by its number; `officers` are certificate numbers."""

    number: str
    unit: str
    kind: ActivityKind
    place: str
    officers: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None = None
    parties: tuple[PartyKind, ...] = ()
    case_number: str | None = None
    remote_reason: RemoteReason | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseFileEntry:
    """A case file by its number, on the word of `by`, a certificate number; see `retention.CaseEntry`."""

    number: str
    unit: str
    by: str
    closed_on: date | None = None
    keep_years: int | None = None
    permanent: bool = False
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """How many rows were new, how many differed, how many were as they already stood."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the entry at `index` cannot be entered, and which of its fields is to blame. Names no person."""

    index: int
    field: str
    message: str


class DirectoryDenied(ActionDenied):
    """Some entries contradict the directory; `faults` names each. The sound ones were entered, so that what follows can
    be checked against them; the act, which this exception ends, takes them back."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} entries contradict the directory", article="Art. 6")
        self.faults = list(faults)

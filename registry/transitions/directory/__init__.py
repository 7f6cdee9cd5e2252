"""The directory: units, people, appointments, recorders, who keeps them, activities, case files (Art. 4, 6, 9, 15,
18).

Each function enters rows by their natural key: what is new is created, what differs changed, the rest left alone. Rows
that contradict the directory are named all at once in `DirectoryDenied`.
"""

from registry.transitions.directory.activities import enter_activities
from registry.transitions.directory.cases import enter_cases
from registry.transitions.directory.devices import enter_custody, enter_devices, record_clock_reading
from registry.transitions.directory.people import enter_appointments, enter_people
from registry.transitions.directory.shapes import (
    ActivityEntry,
    AppointmentEntry,
    CaseFileEntry,
    CustodyEntry,
    DeviceEntry,
    DirectoryDenied,
    Entered,
    Fault,
    PersonEntry,
    UnitEntry,
)
from registry.transitions.directory.units import enter_units

__all__ = [
    "ActivityEntry",
    "AppointmentEntry",
    "CaseFileEntry",
    "CustodyEntry",
    "DeviceEntry",
    "DirectoryDenied",
    "Entered",
    "Fault",
    "PersonEntry",
    "UnitEntry",
    "enter_activities",
    "enter_appointments",
    "enter_cases",
    "enter_custody",
    "enter_devices",
    "enter_people",
    "enter_units",
    "record_clock_reading",
]

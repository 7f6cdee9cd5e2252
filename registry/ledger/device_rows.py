"""Recorders, who kept them, how far their clocks were off and what was found before use, against the ledger.

Art. 4, 7: who made a recording, and when, follows from these, so whoever hands a recorder over or sets its clock behind
the registry's back is found out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import Connection, null, select, union_all

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import time_text
from registry.ledger.comparing import (
    GONE,
    NOT_SO,
    UNKNOWN,
    Check,
    as_told,
    entries_of,
    facts_in,
    stated_problem,
    stream,
    unit_moved,
    vanished,
    with_newest,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import ClockReading, Device, DeviceCheck, DeviceCustody

MODELS = (Device, DeviceCustody, ClockReading, DeviceCheck)
"""Whose rows are compared here."""

_device, _custody = table_of(Device), table_of(DeviceCustody)
_reading, _check = table_of(ClockReading), table_of(DeviceCheck)
_FOUND = ("battery_ok", "storage_ok", "clock_ok", "works")


def _devices(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recorder is of the unit and has the number it was entered with last, and is retired when it says."""
    for row in with_newest(connection, _device, Event.DEVICE_ENTERED, Event.DEVICE_CHANGED):
        stated = {"number": row.number, "retired_at": as_told(row.retired_at)}
        yield stated_problem("device", row.id, row.facts, stated) or unit_moved("device", row)
    yield from vanished(connection, Event.DEVICE_ENTERED, _device)


def _keeping(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recorder was kept by whom, from when and until when it was entered last."""
    for row in with_newest(connection, _custody, Event.CUSTODY_ENTERED, Event.CUSTODY_CHANGED):
        stated = {
            "device_id": str(row.device_id),
            "person_id": str(row.person_id),
            "issued_at": time_text(row.issued_at),
            "returned_at": as_told(row.returned_at),
        }
        yield stated_problem("device_custody", row.id, row.facts, stated)
    yield from vanished(connection, Event.CUSTODY_ENTERED, _custody)


def _checks(connection: Connection) -> Iterator[RowProblem | None]:
    """Before use each recorder was found as it was told, by whom and when."""
    for row in with_newest(connection, _check, Event.DEVICE_CHECKED):
        stated = {name: as_told(getattr(row, name)) for name in ("device_id", "person_id", "checked_at")}
        stated |= {name: getattr(row, name) for name in _FOUND}
        yield stated_problem("device_check", row.id, row.facts, stated)
    yield from vanished(connection, Event.DEVICE_CHECKED, _check)


def _readings(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recorder's clock was off by as much as was read, at each moment it was read."""
    entry, of_event = entries_of(Event.CLOCK_READ, "entry")
    columns = (_reading.c.device_id, _reading.c.id, _reading.c.read_at, _reading.c.offset_seconds)
    there = select(*columns, null().label("facts"))
    told = select(entry.c.subject_id, null(), null(), null(), entry.c.facts).where(of_event)
    both = union_all(there, told).order_by("device_id")
    for device_id, rows in groupby(stream(connection, both), key=attrgetter("device_id")):
        yield from _readings_of(device_id, list(rows))


def _readings_of(device_id: UUID, rows: list[AnyRow]) -> Iterator[RowProblem | None]:
    said = (facts_in(one.facts) for one in rows if one.facts is not None)
    told = {facts.get("read_at"): facts.get("offset_seconds") for facts in said}
    for row in rows:
        if row.facts is not None:
            continue
        moment = time_text(row.read_at)
        if moment not in told:
            yield RowProblem("clock_reading", row.id, "read_at", UNKNOWN)
        elif told.pop(moment) != row.offset_seconds:
            yield RowProblem("clock_reading", row.id, "offset_seconds", NOT_SO)
        else:
            yield None
    if told:
        yield RowProblem("clock_reading", device_id, "id", GONE)


CHECKS: tuple[Check, ...] = (_devices, _keeping, _checks, _readings)

"""Recorders, who keeps them, how far their clocks are off (Art. 4, 6, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from registry.act import Act
from registry.bulk import chunked, insert_rows, rows_among, table_of
from registry.ledger import Event
from registry.tables import (
    Activity,
    ActivityOfficer,
    ClockReading,
    Device,
    DeviceCheck,
    DeviceCustody,
    Person,
    Unit,
)
from registry.transitions.directory.entering import Kind, Sieve, enter, ids_by
from registry.transitions.directory.shapes import CustodyEntry, DeviceEntry, Entered
from registry.transitions.duties.touching import touch, touch_found
from registry.types import new_id
from regulation.duties import DutyKind
from regulation.errors import ActionDenied

_DEVICE = Kind(
    Device,
    "device",
    Event.DEVICE_ENTERED,
    Event.DEVICE_CHANGED,
    lambda row: {"number": row["number"], "retired_at": row["retired_at"]},
    "Art. 6",
)
_CUSTODY = Kind(
    DeviceCustody,
    "custody",
    Event.CUSTODY_ENTERED,
    Event.CUSTODY_CHANGED,
    lambda row: {name: row[name] for name in ("device_id", "person_id", "issued_at", "returned_at")},
    "Art. 4",
)
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def enter_devices(act: Act, entries: Sequence[DeviceEntry]) -> Entered:
    """Enter recorders by number. Raises `DirectoryDenied` for unknown units."""
    units = ids_by(act, Unit, "code", (device.unit for device in entries))
    sieve = Sieve(entries)
    sieve.require_once("number", lambda device: device.number)
    sieve.require_number("number", 64)
    sieve.require_known("unit", units, "unit")
    rows = {
        device.number: {
            "number": device.number,
            "unit_id": units[device.unit],
            "maker": device.maker,
            "model": device.model,
            "retired_at": device.retired_at,
        }
        for device in sieve.sound()
    }
    table = table_of(Device)
    existing = {row.number: row for row in rows_among(act.connection, select(table), table.c.number, rows)}
    entered, _ = enter(act, _DEVICE, rows, existing)
    return sieve.finish(entered)


def enter_custody(act: Act, entries: Sequence[CustodyEntry]) -> Entered:
    """Enter who keeps a recorder from–to, by recorder and moment of issue.

    Raises `DirectoryDenied` for unknown recorders and people, for returns before the issue, and where two people would
    keep the same recorder at once (Art. 4: who uses it answers for it).
    """
    devices = ids_by(act, Device, "number", (one.device for one in entries))
    people = ids_by(act, Person, "number", (one.person for one in entries))
    sieve = Sieve(entries)
    sieve.require_known("device", devices, "recorder")
    sieve.require_known("person", people, "person")
    sieve.require_once("issued_at", lambda one: (one.device, one.issued_at))
    sieve.require("returned_at", _returned_after_issue, "it is returned before it is issued")
    table = table_of(DeviceCustody)
    existing = {
        (row.device_id, row.issued_at): row
        for row in rows_among(act.connection, select(table), table.c.device_id, devices.values())
    }
    _check_overlaps(sieve, devices, ((row.device_id, row.issued_at, row.returned_at) for row in existing.values()))
    rows = {(devices[one.device], one.issued_at): _custody_row(one, devices, people) for one in sieve.sound()}
    entered, ids = enter(act, _CUSTODY, rows, existing)
    _touch_duties(act, list(ids.values()))
    return sieve.finish(entered)


def _touch_duties(act: Act, custody_ids: Sequence[UUID]) -> None:
    """Who kept a recorder decides who owes footage (Art. 16), what is to be recalled (Art. 6), what is replaced
    (Art. 7)."""
    touch(act, DutyKind.DEVICE_RECALL, custody_ids)
    kept, check = table_of(DeviceCustody).c, table_of(DeviceCheck).c
    activity, officer = table_of(Activity).c, table_of(ActivityOfficer).c
    during = and_(
        or_(activity.ended_at.is_(None), activity.ended_at > kept.issued_at),
        or_(kept.returned_at.is_(None), activity.started_at < kept.returned_at),
    )
    for chunk in chunked(custody_ids):
        footage = (
            select(activity.id)
            .join_from(table_of(DeviceCustody), table_of(ActivityOfficer), officer.person_id == kept.person_id)
            .join(table_of(Activity), (activity.id == officer.activity_id) & during)
            .where(kept.id.in_(chunk))
            .distinct()
        )
        touch_found(act, DutyKind.UPLOAD, footage)
        checked = select(check.id).where(check.person_id == kept.person_id, kept.id.in_(chunk)).distinct()
        touch_found(act, DutyKind.DEVICE_REPLACEMENT, checked)


def _returned_after_issue(one: CustodyEntry) -> bool:
    return one.returned_at is None or one.issued_at < one.returned_at


def _custody_row(one: CustodyEntry, devices: dict[str, UUID], people: dict[str, UUID]) -> dict[str, Any]:
    return {
        "device_id": devices[one.device],
        "person_id": people[one.person],
        "issued_at": one.issued_at,
        "returned_at": one.returned_at,
        "reason": one.reason,
    }


_Stay = tuple[UUID, datetime, datetime | None]


def _check_overlaps(sieve: Sieve[CustodyEntry], devices: dict[str, UUID], before: Iterable[_Stay]) -> None:
    """Refuse entries that begin while the recorder is still in other hands, or reach into the next issue."""
    ends = {(device, issued): returned for device, issued, returned in before}
    sound = {(devices[one.device], one.issued_at): one for one in sieve.sound()}
    ends |= {key: one.returned_at for key, one in sound.items()}
    overlapping = set()
    ordered = sorted(ends)
    for key, following in pairwise(ordered):
        if key[0] == following[0] and (ends[key] or _END_OF_TIME) > following[1]:
            # Of the two, what is being entered is to blame; the later one where both are.
            overlapping.add(following if following in sound else key)
    for index, one in enumerate(sieve.entries):
        if one.device in devices and (devices[one.device], one.issued_at) in overlapping:
            sieve.refuse(index, "issued_at", "the recorder would be in two hands at once")


def record_clock_reading(act: Act, device_id: UUID, *, read_at: datetime, offset_seconds: float) -> None:
    """Enter a measured clock offset, true time minus device time, in seconds (Art. 7). One reading a moment.

    Raises `ActionDenied` for an unknown recorder, and for another offset at the same moment.
    """
    device = act.session.get(Device, device_id)
    if device is None:
        raise ActionDenied("there is no such recorder", article="Art. 7", subject=str(device_id))
    table = table_of(ClockReading)
    query = select(table.c.offset_seconds).where(table.c.device_id == device_id, table.c.read_at == read_at)
    known = act.connection.execute(query).scalar_one_or_none()
    if known is not None:
        if known != offset_seconds:
            raise ActionDenied("its clock was read differently at this moment", article="Art. 7", subject=device.number)
        return
    row = {"id": new_id(), "device_id": device_id, "read_at": read_at, "offset_seconds": offset_seconds}
    insert_rows(act.connection, ClockReading, [row])
    facts = {"read_at": read_at, "offset_seconds": offset_seconds}
    act.record(Event.CLOCK_READ, "device", device_id, facts, unit_id=device.unit_id, article="Art. 7")

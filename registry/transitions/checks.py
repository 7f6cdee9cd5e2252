"""Checks before use: battery, storage, clock, and whether the recorder works (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import table_of
from registry.ledger import Event
from registry.tables import Device, DeviceCheck, Person
from registry.transitions.duties.touching import touch, touch_found
from regulation.duties import DutyKind
from regulation.errors import ActionDenied

_check = table_of(DeviceCheck)


def record_check(
    act: Act,
    device_id: UUID,
    by: UUID,
    *,
    checked_at: datetime,
    battery_ok: bool = True,
    storage_ok: bool = True,
    clock_ok: bool = True,
    works: bool = True,
) -> DeviceCheck:
    """Enter what person `by` found before use. A check that failed opens a duty of replacement, a later one that is
    passed meets it; the next sweep settles both.

    Raises `ActionDenied` (Art. 7) for unknown recorders and people, and a check that lies ahead.
    """
    device = act.session.get(Device, device_id)
    if device is None or act.session.get(Person, by) is None:
        raise ActionDenied("There is no such recorder or person.", article="Art. 7", subject=str(device_id))
    if checked_at > act.at:
        raise ActionDenied("A check that lies ahead has not been made.", article="Art. 7", subject=device.number)
    check = DeviceCheck(
        device_id=device_id,
        person_id=by,
        checked_at=checked_at,
        battery_ok=battery_ok,
        storage_ok=storage_ok,
        clock_ok=clock_ok,
        works=works,
    )
    act.session.add(check)
    act.session.flush()
    found = {"battery_ok": battery_ok, "storage_ok": storage_ok, "clock_ok": clock_ok, "works": works}
    facts = {"device_id": device_id, "person_id": by, "checked_at": checked_at, **found}
    act.record(Event.DEVICE_CHECKED, "check", check.id, facts, unit_id=device.unit_id, article="Art. 7")
    touch(act, DutyKind.DEVICE_REPLACEMENT, [check.id])
    touch_found(act, DutyKind.DEVICE_REPLACEMENT, select(_check.c.id).where(_check.c.device_id == device_id))
    return check

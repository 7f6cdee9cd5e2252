"""Opening a session for a dump."""

from __future__ import annotations

from sqlmodel import col, select

from registry.act import Act
from registry.ledger import Event
from registry.tables import DockSession, SessionState, Unit
from registry.transitions.numbers import next_number
from regulation.errors import ActionDenied


def open_session(act: Act, *, unit_code: str, source: str, wireless: bool = False) -> DockSession:
    """The open session of `source` (the dump's folder), begun now where there is none (Art. 16).

    Of a `wireless` one somebody must confirm that it has arrived.

    Raises `ActionDenied` when no unit has the code, or another unit is taking the same dump in.
    """
    unit = act.session.exec(select(Unit).where(col(Unit.code) == unit_code)).one_or_none()
    if unit is None:
        raise ActionDenied("no unit has this code", subject=unit_code)
    open_one = act.session.exec(
        select(DockSession).where(col(DockSession.source) == source, col(DockSession.state) == SessionState.OPEN)
    ).one_or_none()
    if open_one is not None:
        if open_one.unit_id != unit.id:
            raise ActionDenied("another unit is taking this dump in", article="Art. 16", subject=open_one.number)
        return open_one
    return _begin(act, unit, source, wireless)


def _begin(act: Act, unit: Unit, source: str, wireless: bool) -> DockSession:
    session = DockSession(
        number=next_number(act, "DS", unit),
        unit_id=unit.id,
        source=source,
        opened_at=act.at,
        opened_by=act.actor,
        wireless=wireless,
    )
    act.session.add(session)
    act.session.flush()
    facts = {"number": session.number, "wireless": wireless}
    act.record(Event.SESSION_OPENED, "session", session.id, facts, unit_id=unit.id, article="Art. 16")
    return session

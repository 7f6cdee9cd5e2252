"""The dock session that a transition is about: asked for by `docking`, and by `filing`, which `docking` uses."""

from __future__ import annotations

from uuid import UUID

from registry.act import Act
from registry.tables import DockSession
from regulation.errors import ActionDenied


def session_of(act: Act, session_id: UUID) -> DockSession:
    """The session as it now stands; `ActionDenied` when there is none."""
    session = act.session.get(DockSession, session_id, populate_existing=True)
    if session is None:
        raise ActionDenied("there is no such dock session", subject=str(session_id))
    return session

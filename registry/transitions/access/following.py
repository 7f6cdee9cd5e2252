"""What a request's flow run has followed: who decides is the registry, the run only shows it (Art. 17)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session

from registry.act import Act
from registry.bulk import AnyRow, table_of, update_rows
from registry.tables import AccessRequest

_request = table_of(AccessRequest)


def follow(act: Act, request_id: UUID, changed_at: datetime) -> None:
    """Note that the request's run has seen everything up to `changed_at`. Not a custody event."""
    update_rows(act.connection, AccessRequest, [{"id": request_id, "followed_at": changed_at}])


def unfollowed(session: Session, at: datetime, patience: timedelta, limit: int = 500) -> list[AnyRow]:
    """Up to `limit` requests whose last change, `patience` ago or longer, no run has seen; the oldest first."""
    query = (
        select(_request.c.id, _request.c.number, _request.c.changed_at)
        .where(_request.c.submitted_at.is_not(None), _request.c.changed_at <= at - patience)
        .where(or_(_request.c.followed_at.is_(None), _request.c.followed_at < _request.c.changed_at))
    )
    return list(session.execute(query.order_by(_request.c.changed_at).limit(limit)))

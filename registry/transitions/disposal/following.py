"""Up to which change a list's run has followed it (Art. 18). Not a custody event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_

from registry.act import Act
from registry.bulk import table_of
from registry.tables import DisposalList

_list = table_of(DisposalList)


def follow(act: Act, list_id: UUID, changed_at: datetime) -> None:
    """Note that the run has seen the change; an older one takes nothing back."""
    older = or_(_list.c.followed_at.is_(None), _list.c.followed_at < changed_at)
    act.connection.execute(_list.update().where(_list.c.id == list_id, older).values(followed_at=changed_at))

"""Up to which change a conversion's run has followed it (Art. 19). Not a custody event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_

from registry.act import Act
from registry.bulk import table_of
from registry.tables import Conversion

_conversion = table_of(Conversion)


def follow(act: Act, conversion_id: UUID, changed_at: datetime) -> None:
    """Note that the run has seen the change; an older one takes nothing back."""
    older = or_(_conversion.c.followed_at.is_(None), _conversion.c.followed_at < changed_at)
    statement = _conversion.update().where(_conversion.c.id == conversion_id, older)
    act.connection.execute(statement.values(followed_at=changed_at))

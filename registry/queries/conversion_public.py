"""What is told to whoever holds an evidence package: whether it is in force; no person, no case (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.conversion import discs_of, statement_of_conversion
from registry.tables import Conversion, Unit

_conversion, _unit = table_of(Conversion), table_of(Unit)


@dataclass(frozen=True, slots=True)
class Published:
    """What is told to whoever holds a package: no person, no case. `in_place` is what was issued to correct it, by
    number and id; the digests are those of its statement's papers and of each of its files."""

    row: AnyRow
    unit_name: str
    zone: str
    key_id: str
    document: str
    paper_sha256: str
    english_sha256: str
    discs: Sequence[AnyRow]
    in_place: Mapping[str, UUID]


def published(session: Session, conversion_id: UUID) -> Published | None:
    """The package of a conversion; None where there is no such conversion, and where it was not issued."""
    query = select(_conversion, _unit.c.name, _unit.c.zone).join_from(
        _conversion, _unit, _unit.c.id == _conversion.c.unit_id
    )
    row = session.execute(query.where(_conversion.c.id == conversion_id)).one_or_none()
    statement = statement_of_conversion(session.connection(), conversion_id)
    if row is None or row.issued_at is None or statement is None:
        return None
    later = select(_conversion.c.number, _conversion.c.id).where(
        _conversion.c.supersedes_id == conversion_id, _conversion.c.issued_at.is_not(None)
    )
    return Published(
        row,
        row.name,
        row.zone,
        statement.key_id,
        statement.document,
        statement.paper_sha256,
        statement.english_sha256,
        discs_of(session.connection(), conversion_id),
        {one.number: one.id for one in session.execute(later)},
    )

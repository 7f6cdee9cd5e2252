"""The register of access: every request about a unit's footage, to search and to export (Art. 17: 登记簿)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from registry.bulk import table_of
from registry.queries.access_pages import RequestRow, request_row, requests_shown
from registry.tables import AccessRequest, AccessStep, Person
from regulation.access_states import RequestState

_request, _step, _requester = table_of(AccessRequest), table_of(AccessStep), table_of(Person)


@dataclass(frozen=True, slots=True)
class Sought:
    """What the register is searched for: words in numbers and names, a state, and days of handing in."""

    words: str = ""
    state: RequestState | None = None
    since: datetime | None = None
    until: datetime | None = None


def register(
    session: Session, unit_ids: Collection[UUID], sought: Sought, offset: int = 0, limit: int = 50
) -> tuple[list[RequestRow], int]:
    """The requests about footage of these units that were handed in, the newest first, and how many there are."""
    query = requests_shown().where(*_conditions(unit_ids, sought))
    count = select(func.count()).select_from(query.subquery())
    rows = session.execute(
        query.order_by(_request.c.submitted_at.desc(), _request.c.number.desc()).offset(offset).limit(limit)
    )
    return [request_row(one) for one in rows], int(session.execute(count).scalar_one())


def _conditions(unit_ids: Collection[UUID], sought: Sought) -> list[ColumnElement[bool]]:
    about = select(_step.c.request_id).where(_step.c.unit_id.in_(unit_ids))
    found: list[ColumnElement[bool]] = [_request.c.submitted_at.is_not(None), _request.c.id.in_(about)]
    if sought.words:
        columns = (_request.c.number, _requester.c.number, _requester.c.name, _request.c.document)
        found.append(or_(*(one.icontains(sought.words, autoescape=True) for one in columns)))
    if sought.state is not None:
        found.append(_request.c.state == sought.state)
    if sought.since is not None:
        found.append(_request.c.submitted_at >= sought.since)
    if sought.until is not None:
        found.append(_request.c.submitted_at < sought.until)
    return found

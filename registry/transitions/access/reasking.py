"""Open steps whose seat has changed hands: whoever holds it now is asked as well (Art. 17).

Nobody's leaving, and no vacancy, makes a request lie where no one sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.access import with_named
from registry.queries.organisation import Organisation
from registry.tables import AccessAssignment, AccessRequest, AccessStep, Assigned
from registry.transitions.access.stepping import assign
from regulation.access import deciders

_step, _request, _assignment = table_of(AccessStep), table_of(AccessRequest), table_of(AccessAssignment)


def ask_again(act: Act, organisation: Organisation) -> int:
    """Ask whoever holds the seat now of each open step of which none who were asked still does; gives how many steps.

    As large as the open steps; `organisation` is who stands where at the act's time.
    """
    steps = _open_steps(act)
    asked = _asked(act, {one.request_id for one in steps})
    count = 0
    for step in steps:
        theirs = [one for one in asked[step.request_id] if one.step_id == step.id]
        able = _able(step, asked[step.request_id], organisation, act)
        fresh = [one for one in able if one not in {row.person_id for row in theirs}]
        if fresh and not any(row.ended_at is None and row.person_id in able for row in theirs):
            assign(act, step, fresh, Assigned.SEAT)
            count += 1
    return count


def _open_steps(act: Act) -> list[AnyRow]:
    query = select(_step, _request.c.requester_id, _request.c.entered_by_id).join_from(
        _step, _request, _request.c.id == _step.c.request_id
    )
    query = query.where(_step.c.opened_at.is_not(None), _step.c.closed_at.is_(None)).order_by(_step.c.id)
    return list(act.connection.execute(query))


def _asked(act: Act, request_ids: Iterable[UUID]) -> dict[UUID, list[AnyRow]]:
    """By request, everybody who was ever asked anything about it."""
    query = select(_assignment, _step.c.request_id).join_from(_assignment, _step, _step.c.id == _assignment.c.step_id)
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows_among(act.connection, query, _step.c.request_id, request_ids):
        found[row.request_id].append(row)
    return found


def _able(step: AnyRow, asked: Collection[AnyRow], organisation: Organisation, act: Act) -> list[UUID]:
    """Who may decide the step now, as `deciders_of` has it of one."""
    aside = {step.entered_by_id} | {
        one.person_id
        for one in asked
        if one.ended_why is Assigned.STOOD_ASIDE or (one.step_id == step.id and one.ended_at is not None)
    }
    chain = organisation.chain(step.unit_id)
    held = organisation.holdings(chain)
    found = deciders(step.role, step.requester_id, aside, chain, held, act.at, organisation.gone)
    barred = aside | set(organisation.gone)
    named = [one.successor_id for one in asked if one.step_id == step.id and one.successor_id is not None]
    return list(with_named(found, step.role, [one for one in named if one not in barred], held).people)

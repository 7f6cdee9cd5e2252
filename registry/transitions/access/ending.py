"""How access ends: revoked, used, or over (Art. 17)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.access_grants import is_used, views_used
from registry.queries.organisation import unit_chain
from registry.tables import AccessDecision, AccessGrant, AccessRequest, AccessStep, Verdict
from registry.transitions.access.common import (
    change,
    close_steps,
    request_of,
    tell_ledger,
    tell_requester,
    unanswered,
)
from registry.transitions.access.copying import touch_copies
from registry.transitions.access.stepping import end_unused
from regulation.access import ARTICLE, check_revoke
from regulation.access_states import GRANTED, RequestEvent
from regulation.access_terms import check_text
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

BATCH = 500
_grant, _request = table_of(AccessGrant), table_of(AccessRequest)
_step, _decision = table_of(AccessStep), table_of(AccessDecision)


def revoke_grant(act: Act, request_id: UUID, by: UUID, reason: str) -> None:
    """Take the request's grant back, at once. Raises `ActionDenied` unless it is live and `by` approved it or is the
    principal leader of one of the units whose footage it is; `FieldDenied` without a reason."""
    request = request_of(act, request_id)
    approvers, roles = _approvers(act, request), _roles(act, request, by)
    check_revoke(by, approvers, roles)
    said = storable(check_text("reason", reason))
    change(act, request, RequestEvent.REVOKED, closed_at=act.at, next_at=None)
    grant = _grant_of(act, request)
    row = {"id": grant.id, "revoked_at": act.at, "revoked_by_id": by, "revoke_reason": said, "ended_at": act.at}
    update_rows(act.connection, AccessGrant, [row])
    facts = {"grant_id": grant.id, "person_id": by, "reason_sha256": digest_of(said)}
    tell_ledger(act, Event.ACCESS_REVOKED, request, facts)
    touch_copies(act, grant.id)
    tell_requester(act, request)


def _approvers(act: Act, request: AnyRow) -> set[UUID]:
    query = (
        select(_decision.c.person_id)
        .join_from(_decision, _step, _step.c.id == _decision.c.step_id)
        .where(_step.c.request_id == request.id, _step.c.round == request.round)
        .where(_decision.c.verdict != Verdict.DENIED)
    )
    return set(act.connection.execute(query).scalars())


def _roles(act: Act, request: AnyRow, by: UUID) -> set[Role]:
    """The roles that `by` holds over the footage."""
    units = act.connection.execute(select(_step.c.unit_id).where(_step.c.request_id == request.id)).scalars().all()
    over = {unit for unit_id in set(units) for unit in unit_chain(act.session, unit_id)}
    return roles_over(act.session, by, over, act.at)


def _grant_of(act: Act, request: AnyRow) -> AnyRow:
    return act.connection.execute(select(_grant).where(_grant.c.request_id == request.id)).one()


def complete_request(act: Act, request_id: UUID, by: UUID) -> None:
    """Enter that the requester needs it no more; the grant is over. Raises `ActionDenied` for anybody else."""
    request = request_of(act, request_id)
    if by not in (request.requester_id, request.entered_by_id):
        raise ActionDenied("This request is somebody else's.", article=ARTICLE)
    _end_grant(act, request, RequestEvent.COMPLETED, Event.ACCESS_COMPLETED)


def end_requests(act: Act, limit: int = BATCH) -> int:
    """Close up to `limit` requests whose time has passed; gives how many there were."""
    query = select(_request).where(_request.c.next_at <= act.at).order_by(_request.c.next_at).limit(limit)
    rows = act.connection.execute(query).all()
    for request in rows:
        _end(act, request)
    return len(rows)


def _end(act: Act, request: AnyRow) -> None:
    if request.state not in GRANTED:
        close_steps(act, unanswered(act, request))
        end_unused(act, request)
    elif is_used(act.session, _grant_of(act, request).id):
        _end_grant(act, request, RequestEvent.COMPLETED, Event.ACCESS_COMPLETED)
    else:
        _end_grant(act, request, RequestEvent.LAPSED, Event.ACCESS_LAPSED)


def _end_grant(act: Act, request: AnyRow, event: RequestEvent, entry: Event) -> None:
    change(act, request, event, closed_at=act.at, next_at=None)
    grant = _grant_of(act, request)
    update_rows(act.connection, AccessGrant, [{"id": grant.id, "ended_at": act.at}])
    touch_copies(act, grant.id)
    tell_ledger(act, entry, request, {"grant_id": grant.id, "views": views_used(act.session, grant.id)})
    tell_requester(act, request)

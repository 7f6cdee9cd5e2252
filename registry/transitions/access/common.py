"""What the transitions of access share: finding the request, writing its state, telling the ledger and the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session

from registry.act import Act
from registry.bulk import AnyRow, table_of, update_rows
from registry.ledger import Event
from registry.queries.access import Wanted, authority_of, gone_among, steps_in
from registry.queries.access_grants import is_live, opened_part
from registry.tables import AccessGrant, AccessRequest, AccessStep, NoticeKind, Person
from registry.transitions.duties.touching import touch
from registry.transitions.notices.queueing import queue_notices
from regulation.access import ARTICLE, Asking
from regulation.access_states import ASKED, RequestEvent, RequestState, after
from regulation.access_terms import Range, Terms
from regulation.duties import DutyKind
from regulation.errors import ActionDenied

_request, _step, _grant = table_of(AccessRequest), table_of(AccessStep), table_of(AccessGrant)
_REQUEST = select(_request).where(_request.c.id == bindparam("request_id"))
_STEP = select(_step).where(_step.c.id == bindparam("step_id"))


def request_of(act: Act, request_id: UUID) -> AnyRow:
    """The request. Raises `ActionDenied` where there is none."""
    row = act.connection.execute(_REQUEST, {"request_id": request_id}).one_or_none()
    if row is None:
        raise ActionDenied("There is no such request.", article=ARTICLE, subject=str(request_id))
    return row


def open_step(act: Act, step_id: UUID) -> tuple[AnyRow, AnyRow]:
    """A step that waits for its answer, and its request. Raises `ActionDenied` for one that was answered, is not asked
    yet, or is of a round that is over: an old link never answers a new question."""
    step = act.connection.execute(_STEP, {"step_id": step_id}).one_or_none()
    if step is None:
        raise ActionDenied("There is no such step.", article=ARTICLE, subject=str(step_id))
    request = request_of(act, step.request_id)
    if step.opened_at is None or step.closed_at is not None or request.state not in ASKED:
        raise ActionDenied("This step is not open: it was answered, or is not asked.", article=ARTICLE)
    return step, request


def asking_of(act: Act, request: AnyRow) -> Asking:
    """As who somebody asks: as one of the unit they are of now, wherever they were when they began to write."""
    authority = authority_of(act.session, act.session.get_one(Person, request.requester_id).unit_id)
    return Asking(request.requester_id, authority, request.outsider is not None)


def opened_for(session: Session, grant_id: UUID, recording_id: UUID, by: UUID, at: datetime) -> tuple[AnyRow, Range]:
    """The grant, and the part of the recording that it opens to `by` at the moment `at`. Raises `ActionDenied` unless
    `by` is in office and the grant is theirs, live, and names the recording, which was not marked since."""
    grant = session.execute(select(_grant).where(_grant.c.id == grant_id)).one_or_none()
    if grant is None or grant.person_id != by or not is_live(grant, at) or gone_among(session, [by], at):
        raise ActionDenied("There is no leave to look at this now.", article=ARTICLE)
    part = opened_part(session, grant_id, recording_id)
    if part is None:
        raise ActionDenied("This recording was not granted, or was marked since.", article=ARTICLE)
    return grant, part


class StatesTerms(Protocol):
    """A request, a decision or a grant, as a row or as a page shows it."""

    @property
    def valid_from(self) -> datetime: ...
    @property
    def valid_until(self) -> datetime: ...
    @property
    def views(self) -> int: ...
    @property
    def copies(self) -> int: ...


def terms_of(row: StatesTerms | AnyRow) -> Terms:
    """The terms that a request, a decision or a grant states."""
    return Terms(row.valid_from, row.valid_until, row.views, row.copies)


def change(act: Act, request: AnyRow, event: RequestEvent, **more: Any) -> RequestState:
    """Have `event` happen to the request; `more` are other columns to write. Raises `ActionDenied` where it cannot."""
    state = after(request.state, event)
    update_rows(act.connection, AccessRequest, [{"id": request.id, "state": state, "changed_at": act.at, **more}])
    return state


def tell_ledger(act: Act, event: Event, request: AnyRow, facts: Mapping[str, Any]) -> None:
    """Enter what happened to the request; free text goes in as a digest only, for it may name people."""
    act.record(event, "access_request", request.id, facts, unit_id=request.unit_id, article=ARTICLE)


def parts_told(parts: Mapping[UUID, Range], wanted: Mapping[UUID, Wanted]) -> list[list[Any]]:
    """Parts of items for the ledger: each recording with the seconds from which to which."""
    return [[wanted[item].recording_id, part.start, part.end] for item, part in parts.items()]


def unanswered(act: Act, request: AnyRow) -> list[UUID]:
    """The steps of the request's round that nobody has answered."""
    return [one.id for one in steps_in(act.session, request.id, request.round) if one.closed_at is None]


def close_steps(act: Act, step_ids: Iterable[UUID]) -> None:
    """Nothing more is to be answered there; the duty to decide ends with it."""
    ids = list(step_ids)
    update_rows(act.connection, AccessStep, [{"id": one, "closed_at": act.at} for one in ids])
    touch(act, DutyKind.ACCESS_DECISION, ids)


def tell_people(act: Act, what: str, about: UUID, people: Iterable[UUID]) -> None:
    """Queue a notice of `what`, such as ``decide``, about a step or a request."""
    queue_notices(act, NoticeKind.ACCESS, people, f"{what}:{about}")


def tell_requester(act: Act, request: AnyRow) -> None:
    """Let the requester know, and whoever asked on their behalf."""
    tell_people(act, "outcome", request.id, {request.requester_id, request.entered_by_id})

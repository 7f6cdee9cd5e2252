"""Send what the outbox holds: claimed, rendered, sent, entered; in batches, so that a run killed anywhere loses little
and tells nobody anything twice but what it was sending (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from prefect import task

from blocks.leader_notifier import Addressee, Message
from registry.bulk import AnyRow
from registry.queries.notices import NoticeView, notice_view
from registry.transitions import notices
from registry.transitions.notices import Attempt
from tasks.notices.content import content_of
from tasks.notices.message import message_about
from tasks.notices.work import ACTOR, DeliveryWork
from tasks.steps import RETRIED

AT_ONCE = 50
LEASE = timedelta(minutes=15)
LONGEST = timedelta(minutes=5)
"""How long a batch goes on; the last notice begun has the rest of the lease for channels that hang."""

SHOWN = 20


@task(**RETRIED, name="deliver-queued")
def deliver_queued(work: DeliveryWork) -> None:
    """Send batch after batch until nothing is left whose time has come."""
    while claimed := _claim(work):
        attempts = _send_in_time(work, claimed)
        with work.registry.acting(ACTOR, work.now()) as act:
            notices.record_attempts(act, work.holder, attempts)
            notices.let_go(act, work.holder, [row.id for row in claimed[len(attempts) :]])


def _send_in_time(work: DeliveryWork, claimed: Sequence[AnyRow]) -> list[Attempt]:
    """Send what was claimed, as much of it as there is time for while the claim is safe: where channels hang, the rest
    is anybody's again."""
    safe_until, attempts = work.now() + LONGEST, list[Attempt]()
    for row in claimed:
        if work.now() > safe_until:
            break
        attempts.append(_send(work, row))
    return attempts


def _claim(work: DeliveryWork) -> list[AnyRow]:
    with work.registry.acting(ACTOR, work.now()) as act:
        return notices.claim_notices(act, work.holder, LEASE, AT_ONCE, work.not_before)


def _send(work: DeliveryWork, row: AnyRow) -> Attempt:
    with work.registry.reading() as reading:
        view = notice_view(reading, row.number, limit=SHOWN)
    assert view is not None
    try:
        message = message_of(work, view)
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with one notice, the others go out
        work.counts["given_up"] += 1
        return Attempt(row.id, failure=f"not rendered: {type(fault).__name__}")
    delivery = work.notifier.deliver(message, addressee_of(view), work.paces)
    if delivery.ok:
        work.counts["delivered"] += 1
        return Attempt(row.id, channel=delivery.channel)
    retry_at = work.retry_at(row.attempts + 1)
    work.counts["given_up" if retry_at is None else "put_off"] += 1
    return Attempt(row.id, failure=_reason(delivery.attempts), retry_at=retry_at)


def _reason(attempts: Sequence[tuple[str, str]]) -> str:
    """Channels and reasons in codes, without addresses."""
    return "; ".join(f"{channel}: {reason}" for channel, reason in attempts)[:500]


def addressee_of(view: NoticeView) -> Addressee:
    """Who is told: the role in which they hear of the most pressing matter decides the route."""
    roles = [line.role for line in view.lines if line.role is not None]
    if view.access is not None and view.access.role is not None:
        roles = [view.access.role]
    return Addressee(view.reader_number, roles[0] if roles else None, view.unit_codes)


def message_of(work: DeliveryWork, view: NoticeView) -> Message:
    """The notice in the forms that channels take."""
    content = content_of(view, _link(work, view), work.now())
    return message_about(content, work.notifier.language)


def _link(work: DeliveryWork, view: NoticeView) -> str:
    """Where the notice leads: to its own page, or to the request, the list, the conversion or the activity that
    it is about."""
    if view.disposal is not None:
        return work.watch.disposal_address(view.disposal.number)
    if view.conversion is not None:
        return work.watch.conversion_address(view.conversion.number)
    if view.unrecorded is not None:
        return work.watch.activity_address(view.unrecorded.activity_id)
    if view.access is None:
        return work.watch.notice_address(view.number, work.now())
    return work.watch.access_address(view.access.number, view.access.step_id, view.reader_id, work.now())

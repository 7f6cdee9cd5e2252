"""Send what the outbox holds: claimed, rendered, sent, entered; in batches, so that a run killed anywhere loses little
and tells nobody anything twice but what it was sending (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.leader_notifier import Addressee, Message
from registry.bulk import AnyRow
from registry.queries.notices import LineRow, NoticeView, notice_view
from registry.tables import NoticeKind
from registry.transitions import notices
from registry.transitions.notices import Attempt
from tasks.docking.work import is_unavailable
from tasks.notices.digest import Alert, Digest, Line, Person, Trial, Trouble
from tasks.notices.message import alert_message, digest_message, trial_message
from tasks.notices.work import ACTOR, DeliveryWork

AT_ONCE = 50
LEASE = timedelta(minutes=15)
"""Longer than a batch takes whose every channel hangs until its time limit."""

SHOWN = 20
TOLD_LATE = timedelta(minutes=30)
"""A notice that much later than the policy wanted says so."""


@task(name="deliver-queued", cache_policy=NO_CACHE, retries=5, retry_delay_seconds=2, retry_condition_fn=is_unavailable)
def deliver_queued(work: DeliveryWork) -> None:
    """Send batch after batch until nothing is left whose time has come."""
    while claimed := _claim(work):
        attempts = [_send(work, row) for row in claimed]
        with work.registry.acting(ACTOR, work.now()) as act:
            notices.record_attempts(act, work.holder, attempts)


def _claim(work: DeliveryWork) -> list[AnyRow]:
    with work.registry.acting(ACTOR, work.now()) as act:
        return notices.claim_notices(act, work.holder, LEASE, AT_ONCE, work.not_before)


def _send(work: DeliveryWork, row: AnyRow) -> Attempt:
    with work.registry.reading() as reading:
        view = notice_view(reading, row.number, limit=SHOWN)
    assert view is not None
    delivery = work.notifier.deliver(message_of(work, view), addressee_of(view), work.paces)
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
    """Who is told: the highest role they hear in decides the route."""
    roles = [line.role for line in view.lines if line.role is not None]
    return Addressee(view.reader_number, roles[0] if roles else None, view.unit_codes)


def message_of(work: DeliveryWork, view: NoticeView) -> Message:
    """The notice in the forms that channels take."""
    link = work.watch.notice_address(view.number, work.now())
    zone, language = ZoneInfo(view.zone), work.notifier.language
    if view.kind is NoticeKind.TRIAL:
        return trial_message(Trial(view.number, work.now(), zone, link), language)
    if view.kind is NoticeKind.ALERT:
        what, _, subject = (view.subject or "").partition(":")
        return alert_message(Alert(view.number, Trouble(what), subject, view.created_at, zone, link), language)
    return digest_message(digest_of(work, view, link), language)


def digest_of(work: DeliveryWork, view: NoticeView, link: str) -> Digest:
    """What a sweep has to tell, as it was when the notice was made."""
    late = max((view.created_at - line.planned_at for line in view.lines), default=timedelta())
    return Digest(
        notice_number=view.number,
        reader_role=next((line.role for line in view.lines), None),
        zone=ZoneInfo(view.zone),
        as_of=view.created_at,
        lines=tuple(_line(line, view) for line in view.lines),
        total=view.total,
        overdue=view.overdue,
        by_kind=view.by_kind,
        link=link,
        delayed=late if late >= TOLD_LATE else None,
    )


def _line(line: LineRow, view: NoticeView) -> Line:
    duty = line.duty
    owed_by = None
    if duty.owed_by_number is not None:
        owed_by = Person(duty.owed_by_number, duty.owed_by_masked or "")
    return Line(
        duty.kind,
        duty.article,
        duty.subject,
        duty.unit_name,
        owed_by,
        duty.since or line.due_at,
        line.due_at,
        view.created_at - line.due_at,
        line.step,
        line.role,
        line.instead_of,
    )

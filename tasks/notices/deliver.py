"""Send what the outbox holds: claimed, rendered, sent, entered; in batches, so that a run killed anywhere loses little
and tells nobody anything twice but what it was sending (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from prefect import task

from blocks.leader_notifier import Addressee, Message
from registry.bulk import AnyRow
from registry.queries.notices import NoticeView, notice_view
from registry.tables import NoticeKind
from registry.transitions import notices
from registry.transitions.notices import Attempt
from regulation.vocabulary import Role
from tasks.notices.content import content_of
from tasks.notices.message import message_about
from tasks.notices.work import ACTOR, DeliveryWork
from tasks.steps import RETRIED

AT_ONCE = 50
LEASE = timedelta(minutes=15)
LONGEST = timedelta(minutes=5)
"""How long a batch goes on; the last notice begun has the rest of the lease for channels that hang."""

SIDE_BY_SIDE = 8
"""Channels sent to at once, at most."""

SHOWN = 20


@task(**RETRIED, name="deliver-queued")
def deliver_queued(work: DeliveryWork) -> None:
    """Send batch after batch until nothing is left whose time has come."""
    while claimed := _claim(work):
        attempts, faults = _send_in_time(work, claimed)
        tried = {one.notice_id for one in attempts}
        with work.registry.acting(ACTOR, work.now()) as act:
            notices.record_attempts(act, work.holder, attempts)
            notices.let_go(act, work.holder, [row.id for row in claimed if row.id not in tried])
        work.counts.update(_outcome(one) for one in attempts)
        for fault in faults:
            raise fault


def _outcome(one: Attempt) -> str:
    if one.channel is not None:
        return "delivered"
    return "given_up" if one.retry_at is None else "put_off"


def _send_in_time(work: DeliveryWork, claimed: Sequence[AnyRow]) -> tuple[list[Attempt], list[Exception]]:
    """Send what was claimed, as much of it as there is time for while the claim is safe: where channels hang, the rest
    is anybody's again. Different channels are sent to side by side, each in its order: one that hangs holds up nobody
    who is told by another. What went wrong otherwise is given beside what was sent, which is entered all the same."""
    safe_until = work.now() + LONGEST
    by_channel: dict[str, list[tuple[AnyRow, NoticeView]]] = {}
    for row, view in zip(claimed, _views(work, claimed), strict=True):
        first = next(iter(work.notifier.route(addressee_of(view))), "")
        by_channel.setdefault(first, []).append((row, view))
    lanes = [_Lane(work, rows, safe_until) for rows in by_channel.values()]
    with ThreadPoolExecutor(min(len(lanes), SIDE_BY_SIDE), thread_name_prefix="custody-channel") as pool:
        list(pool.map(_Lane.run, lanes))
    return [one for lane in lanes for one in lane.attempts], [lane.fault for lane in lanes if lane.fault is not None]


class _Lane:
    """The notices that go by one channel first: sent one after the other, until the time is over."""

    def __init__(self, work: DeliveryWork, rows: Sequence[tuple[AnyRow, NoticeView]], safe_until: datetime) -> None:
        self._work, self._rows, self._safe_until = work, rows, safe_until
        self.attempts: list[Attempt] = []
        self.fault: Exception | None = None

    def run(self) -> None:
        """Send; what goes wrong beyond a channel's failure is kept as `fault`."""
        work = self._work
        try:
            for row, view in self._rows:
                if work.now() > self._safe_until:
                    break
                self.attempts.append(_send(work, row, view))
        except Exception as fault:  # noqa: BLE001  # raised again once what was sent is entered
            self.fault = fault


def _views(work: DeliveryWork, claimed: Sequence[AnyRow]) -> list[NoticeView]:
    with work.registry.reading() as reading:
        views = [notice_view(reading, row.number, limit=SHOWN) for row in claimed]
    return [view for view in views if view is not None]


def _claim(work: DeliveryWork) -> list[AnyRow]:
    with work.registry.acting(ACTOR, work.now()) as act:
        return notices.claim_notices(act, work.holder, LEASE, AT_ONCE, work.not_before)


def _send(work: DeliveryWork, row: AnyRow, view: NoticeView) -> Attempt:
    try:
        message = message_of(work, view)
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with one notice, the others go out
        return Attempt(row.id, failure=f"not rendered: {type(fault).__name__}")
    delivery = work.notifier.deliver(message, addressee_of(view), work.paces)
    if delivery.ok:
        return Attempt(row.id, channel=delivery.channel)
    return Attempt(row.id, failure=_reason(delivery.attempts), retry_at=work.retry_at(row.attempts + 1))


def _reason(attempts: Sequence[tuple[str, str]]) -> str:
    """Channels and reasons in codes, without addresses."""
    return "; ".join(f"{channel}: {reason}" for channel, reason in attempts)[:500]


def addressee_of(view: NoticeView) -> Addressee:
    """Who is told: the role in which they hear of the most pressing matter decides the route."""
    roles = [line.role for line in view.lines if line.role is not None]
    if view.access is not None and view.access.role is not None:
        roles = [view.access.role]
    if view.kind is NoticeKind.TRIAL and view.subject:
        roles = [Role(view.subject)]  # the way of whoever hears in this role is tried
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

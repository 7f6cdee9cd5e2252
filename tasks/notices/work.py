"""One delivery being worked on: the outbox, the channels, the time (Art. 16, 20)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from prefect.logging import get_run_logger
from sqlmodel import Session

from blocks.duty_watch import DutyWatch
from blocks.leader_notifier import LeaderNotifier
from blocks.notice_pace import MARGIN, MINUTE
from registry.bulk import AnyRow
from registry.database import Registry
from registry.queries.notices import delivered_since
from registry.queries.organisation import Organisation, organisation_at
from regulation.errors import ConfigurationError
from regulation.notices import may_go_out_at
from regulation.policy import CITY_POLICY, Policy
from tasks.holders import holding
from tasks.rules import rules_of

ACTOR = "system:notices"
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
REMEMBERED = timedelta(seconds=MINUTE + MARGIN)
MOST_TRIES = 12
"""About half a day: then somebody must look at the channel."""


class DeliveryWork:
    """What the steps of a delivery share."""

    def __init__(
        self, watch: DutyWatch, notifier: LeaderNotifier, registry: Registry, holder: str, now: Callable[[], datetime]
    ) -> None:
        self.watch = watch
        self.notifier = notifier
        self.registry = registry
        self.holder = holder
        self.now = now
        self.counts: Counter[str] = Counter()
        with registry.reading() as reading:
            self.organisation: Organisation = organisation_at(reading, now())
            self.paces = notifier.paces(before=_sent_before(reading, now()))
        self._rules = rules_of(watch.policy.policies(), self.organisation)

    def not_before(self, notice: AnyRow, at: datetime) -> datetime:
        """When, from `at` on, the notice may go out: at once, or after the quiet hours of its reader's unit."""
        if notice.urgent:
            return at
        zone = self.organisation.zone(notice.unit_id)
        return may_go_out_at(at, zone, self._policy_of(notice.unit_id))

    def _policy_of(self, unit_id: UUID) -> Policy:
        """A unit whose policy is not sound has the city's quiet hours: its fault holds up nobody's notices."""
        try:
            return self._rules.policy_of(unit_id)
        except ConfigurationError:
            return CITY_POLICY

    def retry_at(self, tries: int) -> datetime | None:
        """When to try again after so many tries, each time later and never all at once; None to give up."""
        if tries >= MOST_TRIES:
            return None
        wait = min(FIRST_RETRY * int(2 ** (tries - 1)), LONGEST_RETRY)
        return self.now() + wait * random.uniform(0.75, 1.25)  # noqa: S311  it spreads load, it hides nothing


def _sent_before(session: Session, at: datetime) -> dict[str, list[float]]:
    """How many seconds ago earlier deliveries sent by each channel, as far as it matters for how fast to go on."""
    found: dict[str, list[float]] = {}
    for row in delivered_since(session, at - REMEMBERED):
        found.setdefault(row.channel, []).append(max(0.0, (at - row.at).total_seconds()))
    return found


@contextmanager
def delivery_work(watch: DutyWatch, now: Callable[[], datetime]) -> Iterator[DeliveryWork | None]:
    """Begin to deliver; None where no notifier is set up, which is said. Raises `ConfigurationError` for channels and
    routes that cannot be right."""
    if watch.notifier is None:
        get_run_logger().warning("No notifier is set up: notices stay queued.")
        yield None
        return
    watch.notifier.check()
    registry = watch.registry.open()
    try:
        with holding() as holder:
            yield DeliveryWork(watch, watch.notifier, registry, holder, now)
    finally:
        registry.dispose()

"""A town in which much is overdue, the watch over it, and what must hold of it after a sweep (Art. 16, 20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import SecretStr
from sqlmodel import col, select

from blocks.duty_watch import DutyWatch
from blocks.leader_notifier import LeaderNotifier, Route
from blocks.registry_database import RegistryDatabase
from registry.database import Registry
from registry.ledger import Event, verify, verify_rows
from registry.tables import LedgerEntry, Notice, NoticeLine, NoticeState, Sweep
from tests.faults.victims import At, Order
from tests.fixtures.kept import keep_plain
from tests.properties.duty_model import Activity, Check, Stay
from tests.properties.duty_town import OFFICERS, Town, found

AWAKE = datetime(2027, 3, 16, 12, tzinfo=UTC)
"""A Tuesday: evening in Shanghai, the middle of the day in Berlin, eight in the morning in New York."""

SMALL_BATCHES: Mapping[str, Any] = {
    "tasks.escalation.sweep:SETTLED_AT_ONCE": 5,
    "registry.transitions.duties.climbing:Climber.climb.__defaults__": [2],
    "registry.transitions.notices.queueing:queue_gathered.__defaults__": [4],
    "tasks.notices.deliver:AT_ONCE": 3,
}
"""So small that a small town fills several."""

STEPS = ("settle_duties", "climb_ladders", "queue_notices", "finish_sweep", "deliver_queued")
HASTY = {
    f"flows.{'notice_delivery' if step == 'deliver_queued' else 'deadline_escalation'}:{step}.retry_delay_seconds": 0.3
    for step in STEPS
}
AFTERWARDS = timedelta(seconds=1)
"""When a delivery follows a sweep."""

ENDED_HOURS_AGO = (200, 60, 50, 30, 25, 22, 10)


def overdue_town(url: str) -> Town:
    """Officers of all units are late by all kinds of spans; nothing has been swept yet."""
    registry = Registry(url)
    found(registry)
    town = Town(registry, AWAKE)
    officers = sorted(OFFICERS)
    for officer in officers:
        town.enter_stay(f"stay-{officer}", Stay(f"{officer}-d1", officer, AWAKE - timedelta(days=30)))
    for place, hours in enumerate(ENDED_HOURS_AGO):
        ended, officer = AWAKE - timedelta(hours=hours), officers[place % len(officers)]
        one = Activity(OFFICERS[officer], {officer}, ended - timedelta(hours=1), ended, remote=hours == 60)
        town.enter_activity(f"activity-{hours}", one)
    town.enter_check(Check("be-o1-d1", "be-o1", AWAKE - timedelta(days=3), passed=False))
    town.store("sh1", "sh1-o1", None)
    town.move("ny-o2", "be")
    return town


@dataclass
class Watch:
    """A town and the name of the watch block over it."""

    town: Town
    block: DutyWatch
    name: str = field(default_factory=lambda: f"watch-{uuid4().hex[:8]}")

    def order(self, flow: str, *moments: At, **told: Any) -> Order:
        """What a victim is to do here."""
        now = told.pop("now", self.town.now) + (AFTERWARDS if flow == "deliver" else timedelta())
        told = {"now": now, "values": SMALL_BATCHES | HASTY} | told
        return Order(Path("/"), self.name, flow=flow, moments=moments, **told)

    def change(self, **settings: Any) -> None:
        """Keep the watch block with other settings."""
        for name, value in settings.items():
            setattr(self.block, name, value)
        keep_plain(self.block, self.name)

    def notices(self) -> list[Notice]:
        """Every notice, by number."""
        with self.town.registry.reading() as reading:
            return list(reading.exec(select(Notice).order_by(col(Notice.number))))

    def told_of(self, event: Event) -> Counter[str]:
        """How often the ledger says it, by the numbers of the notices."""
        numbers = {one.id: one.number for one in self.notices()}
        with self.town.registry.reading() as reading:
            subjects = reading.exec(select(LedgerEntry.subject_id).where(col(LedgerEntry.event) == event.value))
            return Counter(numbers[subject] for subject in subjects)

    def assert_sound(self) -> None:
        """What holds at every moment."""
        assert verify(self.town.registry).problems == []
        rows = verify_rows(self.town.registry).problems
        assert rows == [], rows

    def assert_all_told(self, now: datetime | None = None) -> None:
        """Everyone who must hear of anything by now has been told it, once, in notices that are queued."""
        model = self.town.model
        model.settle()
        wanted = {line for key in model.duties for line in model.to_tell(key, now or self.town.now)[0]}
        assert self.town.lines().keys() == wanted
        assert self.town.rows().keys() == model.duties.keys()
        with self.town.registry.reading() as reading:
            by_notice = Counter(reading.exec(select(NoticeLine.notice_id)))
            unfinished = reading.exec(select(Sweep).where(col(Sweep.finished_at).is_(None))).all()
        assert sum(by_notice.values()) == len(wanted)
        assert {one.id for one in self.notices()} == by_notice.keys()
        assert {one.state for one in self.notices()} == {NoticeState.QUEUED}
        assert self.told_of(Event.NOTICE_QUEUED) == Counter(one.number for one in self.notices())
        assert unfinished == []
        self.assert_sound()


NewWatch = Callable[..., Watch]


def watch_over(town: Town, url: str, **channels: str) -> Watch:
    """A watch whose notices go by these channels, in this order, kept where runs look for it."""
    addresses = {name: SecretStr(address) for name, address in channels.items()}
    notifier = LeaderNotifier(channels=addresses, routes=[Route(channels=list(channels))], seconds=1.0)
    watched = DutyWatch(registry=RegistryDatabase(url=SecretStr(url)), notifier=notifier if channels else None)
    watch = Watch(town, watched)
    keep_plain(watch.block, watch.name)
    return watch

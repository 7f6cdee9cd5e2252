"""One sweep being worked on: the registry, whose rules hold where, and what is counted on the way (Art. 16, 20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from blocks.duty_watch import DutyWatch
from registry.act import Act
from registry.database import Registry
from registry.queries.organisation import organisation_at
from registry.tables.notices import DEADLINES
from registry.transitions import notices
from regulation.errors import ConfigurationError
from tasks.holders import holding, is_dead
from tasks.rules import rules_of

Now = Callable[[], datetime]

ACTOR = "system:escalation"


class SweepWork:
    """What the steps of a sweep share. `counts` become the sweep's own; `refused` are the units without a sound policy,
    by id, whose duties wait."""

    def __init__(self, watch: DutyWatch, registry: Registry, sweep_id: UUID, now: Now) -> None:
        self.watch = watch
        self.registry = registry
        self.sweep_id = sweep_id
        self.now = now
        self.started_at = now()
        self.counts: Counter[str] = Counter()
        self.refused: dict[UUID, ConfigurationError] = {}
        with registry.reading() as reading:
            self.organisation = organisation_at(reading, self.started_at)
        self.rules = rules_of(watch.policy.policies(), self.organisation)

    @property
    def all_refused(self) -> bool:
        """Whether no unit at all has a sound policy: then nobody's duties are watched."""
        return bool(self.refused) and self.refused.keys() >= self.organisation.units.keys()

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction of the sweep. Raises `ActionDenied` when another sweep has taken this one's work over."""
        with self.registry.acting(ACTOR, self.now()) as act:
            notices.beat(act, self.sweep_id)
            yield act


@contextmanager
def sweep_work(watch: DutyWatch, now: Now) -> Iterator[SweepWork | None]:
    """Begin a sweep; None while another one is at work, for two would only wait for each other.

    A sweep that is killed is taken over by the next one.
    """
    registry = watch.registry.open()
    try:
        with holding() as holder:
            with registry.acting(ACTOR, now()) as act:
                sweep_id = notices.begin_sweep(act, DEADLINES, holder, holder_is_dead=is_dead)
            yield None if sweep_id is None else SweepWork(watch, registry, sweep_id, now)
    finally:
        registry.dispose()

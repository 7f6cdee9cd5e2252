"""One sweep over terms being worked on: the registry, the vault, whose rules hold where, what is counted (Art. 18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from blocks.archive import Archive
from registry.act import Act
from registry.database import Registry
from registry.queries.organisation import AnyUnit, organisation_at
from registry.tables.notices import RETENTION
from registry.transitions import notices
from regulation.errors import ConfigurationError
from regulation.vocabulary import UnitLevel
from tasks.holders import holding, is_dead
from tasks.rules import rules_of

Now = Callable[[], datetime]

ACTOR = "system:retention"


class RetentionWork:
    """What the steps of a sweep share. `refused` are the units without a sound policy, whose terms wait.

    `dry_run`: the disposals that the sweep starts only say what they would do.
    """

    def __init__(self, archive: Archive, registry: Registry, sweep_id: UUID, now: Now, *, dry_run: bool) -> None:
        self.archive = archive
        self.registry = registry
        self.sweep_id = sweep_id
        self.now = now
        self.dry_run = dry_run
        self.started_at = now()
        self.counts: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.refused: dict[UUID, ConfigurationError] = {}
        with registry.reading() as reading:
            self.organisation = organisation_at(reading, self.started_at)
        self.rules = rules_of(archive.policy.policies(), self.organisation)

    @property
    def authorities(self) -> list[AnyUnit]:
        """The enforcement units, by code; and whatever stands above them and may hold footage itself."""
        units = [one for one in self.organisation.units.values() if one.level is not UnitLevel.DEPARTMENT]
        return sorted(units, key=lambda one: one.code)

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction of the sweep. Raises `ActionDenied` when another sweep has taken this one's work over."""
        with self.registry.acting(ACTOR, self.now()) as act:
            notices.beat(act, self.sweep_id)
            yield act


@contextmanager
def retention_work(archive: Archive, now: Now, *, dry_run: bool) -> Iterator[RetentionWork | None]:
    """Begin a sweep; None while another one is at work. A sweep that is killed is taken over by the next one."""
    registry = archive.registry.open()
    try:
        with holding() as holder:
            with registry.acting(ACTOR, now()) as act:
                sweep_id = notices.begin_sweep(act, RETENTION, holder, holder_is_dead=is_dead)
            yield None if sweep_id is None else RetentionWork(archive, registry, sweep_id, now, dry_run=dry_run)
    finally:
        registry.dispose()

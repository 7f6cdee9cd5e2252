"""One audit or reconciliation being worked on: registry, vault, whose rules hold where, what is counted (Art. 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from blocks.archive import Archive
from blocks.vault import EvidenceVault
from registry.act import Act
from registry.database import Registry
from registry.queries.organisation import organisation_at
from registry.tables.fixity import FIXITY, RECONCILIATION
from registry.transitions import notices
from regulation.errors import ConfigurationError
from regulation.fixity import Due, due_again
from regulation.policy import CITY_POLICY, Policy
from tasks.holders import holding, is_dead
from tasks.rules import rules_of

Now = Callable[[], datetime]

ACTOR = "system:fixity"
BEAT_EVERY = timedelta(seconds=30)
"""Between signs of life, well within what a sweep is waited for: one large original takes minutes to read."""


class FixityWork:
    """What the steps share. `left` are the bytes that may still be read tonight."""

    def __init__(self, archive: Archive, registry: Registry, sweep_id: UUID, now: Now, budget: int) -> None:
        self.archive = archive
        self.registry = registry
        self.sweep_id = sweep_id
        self.now = now
        self.left = budget
        self.started_at = self._beat_at = now()
        self.counts: Counter[str] = Counter()
        with registry.reading() as reading:
            self.organisation = organisation_at(reading, self.started_at)
        self._rules = rules_of(archive.policy.policies(), self.organisation)

    @property
    def vault(self) -> EvidenceVault:
        """Where the originals are."""
        return self.archive.vault

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction. Raises `ActionDenied` when another run has taken this one's work over."""
        with self.registry.acting(ACTOR, self.now()) as act:
            notices.beat(act, self.sweep_id)
            yield act
        self._beat_at = act.at

    def beat(self) -> None:
        """A sign of life where the last one is a while ago. Raises as `acting` does."""
        if self.now() - self._beat_at >= BEAT_EVERY:
            with self.acting():
                pass

    def due_again(self, unit_id: UUID, at: datetime) -> Due:
        """When an original of the unit, read at `at`, is due again."""
        zone = self.organisation.zone(unit_id)
        months = self._policy(unit_id).value("fixity_period_months", at.astimezone(zone).date())
        return due_again(at, zone, months)

    def _policy(self, unit_id: UUID) -> Policy:
        """The unit's; where that is not sound the city's: nothing stays unread for a slip in a file."""
        try:
            return self._rules.policy_of(unit_id)
        except ConfigurationError:
            return CITY_POLICY


def audit_work(archive: Archive, now: Now, budget: int) -> AbstractContextManager[FixityWork | None]:
    """Begin an audit that may read `budget` bytes; None while another one is at work. One that is killed is taken over
    by the next."""
    return _begun(archive, FIXITY, now, budget)


def reconciliation_work(archive: Archive, now: Now) -> AbstractContextManager[FixityWork | None]:
    """Begin a reconciliation, likewise."""
    return _begun(archive, RECONCILIATION, now, 0)


@contextmanager
def _begun(archive: Archive, kind: str, now: Now, budget: int) -> Iterator[FixityWork | None]:
    registry = archive.registry.open()
    try:
        with holding() as holder:
            with registry.acting(ACTOR, now()) as act:
                sweep_id = notices.begin_sweep(act, kind, holder, holder_is_dead=is_dead)
            yield None if sweep_id is None else FixityWork(archive, registry, sweep_id, now, budget)
    finally:
        registry.dispose()

"""One disposal list being followed: what the registry says of it, the vault, the time (Art. 18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from prefect import task

from blocks.archive import Archive
from registry.act import Act
from registry.database import Registry
from registry.queries.disposal import list_numbered
from registry.queries.organisation import organisation_at
from registry.tables import DisposalList
from registry.transitions import disposal
from registry.transitions.duties import Rules
from regulation.disposal import ARTICLE
from regulation.disposal_states import ListState
from regulation.errors import ActionDenied
from tasks.rules import rules_of
from tasks.steps import RETRIED

ACTOR = "system:disposal"


@dataclass(slots=True)
class DisposalWork:
    """A list, and everything that carrying it out needs. `counts` says what was done in this run."""

    archive: Archive
    registry: Registry
    number: str
    now: Callable[[], datetime]
    dry_run: bool
    rules: Rules
    counts: dict[str, int] = field(default_factory=dict)

    def read(self) -> DisposalList:
        """The list as it stands. Raises `ActionDenied` where there is none of this number."""
        with self.registry.reading() as reading:
            found = list_numbered(reading.connection(), self.number)
            if found is None:
                raise ActionDenied("There is no disposal list of this number.", article=ARTICLE, subject=self.number)
            return reading.get_one(DisposalList, found.id)

    @property
    def list_id(self) -> UUID:
        """The list's id."""
        return self.read().id

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction."""
        with self.registry.acting(ACTOR, self.now()) as act:
            yield act


@contextmanager
def disposal_work(
    archive: Archive, number: str, now: Callable[[], datetime], *, dry_run: bool
) -> Iterator[DisposalWork]:
    """The list of this number."""
    registry = archive.registry.open()
    try:
        with registry.reading() as reading:
            rules = rules_of(archive.policy.policies(), organisation_at(reading, now()))
        yield DisposalWork(archive, registry, number, now, dry_run, rules)
    finally:
        registry.dispose()


@task(**RETRIED, name="look-into-list")
def look_into(work: DisposalWork) -> DisposalList:
    """What was decided so far, as the registry has it; noted, so that a change nobody followed is found."""
    row = work.read()
    with work.acting() as act:
        disposal.follow(act, row.id, row.changed_at)
    return row


def is_decided(row: DisposalList, at: datetime) -> bool:
    """Whether the list may be carried out now: every word given, its time of grace over; or it was begun."""
    if row.state is ListState.DESTROYING:
        return True
    return row.state is ListState.GRACE and row.grace_until is not None and row.grace_until <= at

"""One conversion being followed: what the registry says of it, the vault, its folder, the time (Art. 19)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from prefect import task

from blocks.archive import Archive
from registry.act import Act
from registry.bulk import AnyRow
from registry.database import Registry
from registry.queries.conversion import conversion_numbered
from registry.queries.organisation import organisation_at
from registry.transitions import conversion
from registry.transitions.duties import Rules
from regulation.conversion_states import ARTICLE, ConversionState
from regulation.errors import ActionDenied, ConfigurationError
from tasks.rules import rules_of
from tasks.steps import RETRIED

ACTOR = "system:conversion"


@dataclass(slots=True)
class ConversionWork:
    """A conversion, and everything that making it needs. `counts` says what was done in this run."""

    archive: Archive
    registry: Registry
    number: str
    now: Callable[[], datetime]
    rules: Rules
    counts: dict[str, int] = field(default_factory=dict)

    def read(self) -> AnyRow:
        """The conversion as it stands. Raises `ActionDenied` where none of this number was handed in."""
        with self.registry.reading() as reading:
            found = conversion_numbered(reading.connection(), self.number)
        if found is None or found.submitted_at is None:
            raise ActionDenied("No conversion of this number was handed in.", article=ARTICLE, subject=self.number)
        return found

    @property
    def id(self) -> UUID:
        """The conversion's id."""
        found: UUID = self.read().id
        return found

    @property
    def packages(self) -> Path:
        """The folder of all packages. Raises `ConfigurationError` where none is set."""
        if self.archive.packages is None:
            raise ConfigurationError("There is no folder for packages.", subject="custody-archive: packages")
        return self.archive.packages

    @property
    def folder(self) -> Path:
        """The folder of this conversion alone. Raises as `packages` does."""
        return self.packages / self.number

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The only run that works in the folder: another one waits until this one has ended, however it ends."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction."""
        with self.registry.acting(ACTOR, self.now()) as act:
            yield act


@contextmanager
def conversion_work(archive: Archive, number: str, now: Callable[[], datetime]) -> Iterator[ConversionWork]:
    """The conversion of this number."""
    registry = archive.registry.open()
    try:
        with registry.reading() as reading:
            rules = rules_of(archive.policy.policies(), organisation_at(reading, now()))
        yield ConversionWork(archive, registry, number, now, rules)
    finally:
        registry.dispose()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversion stands, and its row."""

    state: ConversionState
    row: AnyRow


@task(**RETRIED, name="look-into-conversion")
def look_into(work: ConversionWork) -> Standing:
    """What was decided so far, as the registry has it; noted, so that a change nobody followed is found."""
    row = work.read()
    with work.acting() as act:
        conversion.follow(act, row.id, row.changed_at)
    return Standing(row.state, row)

"""A city whose footage is due, and really kept in a vault (Art. 18)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from blocks.vault import EvidenceVault, SecondDigest
from registry import queries
from registry.database import Registry
from registry.tables import DockSession, Recording, Unit
from registry.transitions import directory
from registry.transitions.directory import ActivityEntry
from registry.transitions.docking import TakenIn
from regulation.vocabulary import ActivityKind
from tests.fixtures.access import with_footage
from tests.fixtures.custody import FLOOR, City, founded, sha
from tests.fixtures.disposal import Disposal, with_keeper
from tests.fixtures.duties import with_leaders
from tests.fixtures.vaults import intake, store_bytes

DUE = ("due-1", "due-2", "due-3", "due-4", "due-5")
THEIRS = ("theirs-1", "theirs-2")
EVERYTHING = frozenset({*DUE, *THEIRS, "held", "coming", "video", "photo", "sound", "other"})
NAMES = {sha(name): name for name in EVERYTHING}
"""The originals' names by their digests: an original's content is its name."""


@dataclass
class KeepingCity(City):
    """A city whose files are really stored, each with its name as content."""

    vault: EvidenceVault = field(kw_only=True)
    folder: Path = field(kw_only=True)

    def store(self, session: DockSession, *names: str) -> list[Recording]:
        with self.registry.reading() as reading:
            code = reading.get_one(Unit, session.unit_id).code
        items = {item.shown_name: item.id for item in self.scan(session, *names)}
        self.register(session, [self._kept(items[name], name, code) for name in names])
        return self.recordings(session)

    def _kept(self, item_id: UUID, name: str, code: str) -> TakenIn:
        wanted = intake(unit_code=code, until=FLOOR)
        one = store_bytes(self.vault, self.folder, name.encode(), wanted, SecondDigest.SM3)
        held = one.held
        return TakenIn(item_id, one.sha256, one.sm3, one.size, held.key, held.version, held.retain_until)


def due_city(registry: Registry, vault: EvidenceVault, folder: Path) -> Disposal:
    """Much of what units xf and jt have is due, one of it is held back; one more comes to its end within a month, and
    is kept longer than it was locked for; and there is what nobody has filed."""
    folder.mkdir()
    made = with_keeper(with_footage(with_leaders(founded(KeepingCity(registry, vault=vault, folder=folder)))))
    city = made.city
    made.seal_filed("xf-1", *DUE, "held")
    _inspection(city, "jt-1", "jt", "B1")
    made.seal_filed("jt-1", *THEIRS, unit="jt")
    city.wait(days=32)
    _inspection(city, "xf-3", "xf", "A1")
    made.seal_filed("xf-3", "coming")
    made.later()
    city.settle_duties()
    made.hold("held")
    return made


def _inspection(city: City, number: str, unit: str, officer: str) -> None:
    ended = city.now - timedelta(hours=2)
    entry = ActivityEntry(number, unit, ActivityKind.INSPECTION, "某路", (officer,), ended - timedelta(hours=1), ended)
    with city.act() as act:
        directory.enter_activities(act, [entry])
        city.activities[number] = queries.activities_by_number(act.session, [number])[number].id


def decide(made: Disposal) -> None:
    """What is due in unit xf is listed, every word about the list is given, and its time of grace is over."""
    made.list_due()
    made.decide_all()
    made.city.wait(days=8)

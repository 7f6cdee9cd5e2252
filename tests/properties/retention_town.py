"""A town whose footage is kept and let go, three times over: a registry, a vault of real files, and a plain model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlmodel import col, select

from blocks.folder_store import FolderStore
from blocks.vault import Intake, SecondDigest
from registry import queries
from registry.database import Registry
from registry.queries.disposal import items_in
from registry.queries.retention import held
from registry.queries.vault_locks import stale_in_vault
from registry.tables import DisposalItem, DisposalList, DisposalStep, ItemOutcome, Recording, RecordingState
from registry.transitions import directory, disposal, docking, filing, retention
from registry.transitions.directory import ActivityEntry, AppointmentEntry, PersonEntry, UnitEntry
from registry.transitions.disposal import Doomed, LetGo
from registry.transitions.docking import Probed, TakenIn
from registry.transitions.duties import Rules
from registry.transitions.retention import ToldVault
from regulation.disposal import DisposalStage
from regulation.disposal_states import ItemState
from regulation.errors import ActionDenied
from regulation.expiry import floor_until
from regulation.filing import FilingDecision, Outcome
from regulation.layers import Layer, PolicyLayer, Provision
from regulation.parameters import CITY
from regulation.policy import Policy
from regulation.retention import may_go_from
from regulation.vocabulary import ActivityKind, MediaKind, Role, UnitLevel
from tests.fixtures.access import Access
from tests.fixtures.custody import City
from tests.fixtures.duties import Duties
from tests.properties.access_model import Model as People
from tests.properties.access_model import Office
from tests.properties.access_town import PowerCutError
from tests.properties.retention_model import Footage, Model, Version

START = datetime(2026, 8, 31, 3, tzinfo=UTC)
"""A month end: six months later there is no such day."""

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
UNITS = {
    "city": (None, UnitLevel.CITY, "Asia/Shanghai"),
    "xf": ("city", UnitLevel.UNIT, "Asia/Shanghai"),
    "xfw": ("xf", UnitLevel.DEPARTMENT, "America/New_York"),
    "jt": ("city", UnitLevel.UNIT, "Asia/Shanghai"),
}
BODIES = {"xf": "xf", "xfw": "xf", "jt": "jt"}
HOMES = {
    **dict.fromkeys(("xf-o1", "xf-o2", "xf-o3", "xf-admin", "xf-admin2", "xf-lead", "xf-first"), "xf"),
    **dict.fromkeys(("jt-o1", "jt-o2", "jt-admin", "jt-first"), "jt"),
    "watch": "city",
}
LEADERS = {
    "xf-admin": ("xf", Role.DEVICE_ADMINISTRATOR),
    "xf-admin2": ("xf", Role.DEVICE_ADMINISTRATOR),
    "xf-lead": ("xf", Role.SUPERVISING_LEADER),
    "xf-first": ("xf", Role.PRINCIPAL_LEADER),
    "jt-admin": ("jt", Role.DEVICE_ADMINISTRATOR),
    "jt-first": ("jt", Role.PRINCIPAL_LEADER),
    "watch": ("city", Role.SUPERVISOR),
}
PEOPLE = sorted(HOMES)
SPELL = (9, date(2027, 1, 15), date(2027, 2, 15))
VERSIONS = [Version(), Version(routine=12), Version(silent=3), Version(routine=8), Version(spell=SPELL)]


def policies() -> list[Policy]:
    """The versions as layers: a superior's, or the unit's own where it is only stricter."""
    layers: list[list[tuple[str, int, date, date | None]]] = [
        [],
        [("routine_retention_months", 12, LONG_AGO.date(), None)],
        [(f"{kind}_retention_months", 3, LONG_AGO.date(), None) for kind in ("hearing", "service", "dispute")],
        [("routine_retention_months", 8, LONG_AGO.date(), None)],
        [("routine_retention_months", *SPELL)],
    ]
    made = []
    for place, values in enumerate(layers):
        own = Layer.UNIT if place == 3 else Layer.SECTOR_SUPERIOR
        provisions = tuple(Provision(name, value, "Art. 1", since, to) for name, value, since, to in values)
        layer = PolicyLayer(own, f"{place}号", provisions, unit="xf" if own is Layer.UNIT else None, source="x")
        made.append(Policy([CITY, layer] if values else [CITY]))
    return made


POLICIES = policies()


def found(registry: Registry) -> None:
    """Enter the town as it stands before anything happens."""
    with registry.acting("system:test", LONG_AGO) as act:
        units = [UnitEntry(code, code, level, parent, zone) for code, (parent, level, zone) in UNITS.items()]
        directory.enter_units(act, units)
        directory.enter_people(act, [PersonEntry(number, "某", unit) for number, unit in HOMES.items()])
        offices = [AppointmentEntry(number, *office, LONG_AGO) for number, office in LEADERS.items()]
        directory.enter_appointments(act, offices)


@dataclass
class RetentionTown:
    """What happens is entered in the registry and the vault and told to the model, in the same breath."""

    registry: Registry
    folder: Path
    city: City = field(init=False)
    vault: FolderStore = field(init=False)
    model: Model = field(init=False)
    access: Access = field(init=False)
    recordings: dict[str, UUID] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)
    fuse: int = 0

    def __post_init__(self) -> None:
        self.city = City(self.registry, START)
        parents = {code: parent for code, (parent, _, _) in UNITS.items()}
        offices = [Office(number, unit, role.value, LONG_AGO) for number, (unit, role) in LEADERS.items()]
        zones = {code: ZoneInfo(zone) for code, (_, _, zone) in UNITS.items()}
        self.model = Model(People(parents, HOMES, {}, offices), zones, VERSIONS, BODIES)
        self.model.in_force = dict.fromkeys(BODIES, 0)
        with self.registry.reading() as reading:
            self.city.people = {one: row.id for one, row in queries.people_by_number(reading, PEOPLE).items()}
        self.ids = {code: self.city.unit_id(code) for code in UNITS}
        self.codes = {one: code for code, one in self.ids.items()}
        self.access = Access(Duties(self.city), self.recordings)
        self.vault = FolderStore(self.folder / "vault", immutable=False, buffers=4)
        self.vault.prepare()
        event.listen(self.registry.engine, "before_cursor_execute", self._burn)

    @property
    def now(self) -> datetime:
        return self.city.now

    @property
    def rules(self) -> Rules:
        return Rules(lambda unit: POLICIES[self.model.in_force.get(self.codes[unit], 0)], lambda day: day.weekday() < 5)

    def name_of(self, recording_id: UUID) -> str:
        return next(name for name, one in self.recordings.items() if one == recording_id)

    # -- acts, refused or not, cut off or not

    def _burn(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if self.fuse and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.fuse -= 1
            if not self.fuse:
                raise PowerCutError

    @contextmanager
    def cut_off_after(self, writes: int) -> Iterator[None]:
        self.fuse = writes
        try:
            yield
        finally:
            self.fuse = 0

    def goes(self, do: Callable[[Any], Any], cut: int = 0) -> bool:
        """Do it in one act; whether it came about. With `cut` the power fails at that many writes, and it is done
        again: then nothing of the first time is there."""
        entries = self.city.entries()
        try:
            with self.cut_off_after(cut), self.city.act() as act:
                do(act)
        except PowerCutError:
            assert self.city.entries() == entries
            return self.goes(do)
        except ActionDenied:
            assert self.city.entries() == entries
            return False
        return True

    # -- footage

    def take_in(self, unit: str, kind: str | None, case: str | None) -> None:
        name = f"footage-{next(self.numbers)}"
        source = self.folder / name
        source.write_bytes(name.encode())
        floor = floor_until(self.now, self.model.zones[unit], 6)
        descriptor = os.open(source, os.O_RDONLY)
        intake = Intake(uuid4(), unit, self.now.year, self.now.month, floor)
        stored = self.vault.store(descriptor, intake, second=SecondDigest.NONE, progress=lambda _count: None)
        os.close(descriptor)
        session = self.city.open(f"/dock/{name}", unit)
        [item] = self.city.scan(session, name)
        kept = stored.held
        taken = TakenIn(
            item.id, stored.sha256, None, stored.size, kept.key, kept.version, kept.retain_until, ItemOutcome.STORED
        )
        self.city.register(session, [taken])
        [recording] = self.city.recordings(session)
        if kind is not None:
            self.enter_activity(name, unit, kind, case)
        officer = self.city.people["jt-o1" if unit == "jt" else "xf-o1"]
        probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=officer, ended_at=self.now)
        outcome = Outcome.UNFILED if kind is None else Outcome.FILED
        with self.city.act() as act:
            docking.record_probes(act, session.id, [probed])
            decision = FilingDecision(recording.id, outcome, self.city.activities.get(name), ())
            filing.file_recordings(act, session.id, [decision], rules=self.rules)
        self.city.seal(session)
        self.recordings[name], self.keys[name] = recording.id, kept.key
        self.model.footage[name] = Footage(unit, self.now, kind, case)
        self.city.settle_duties(self.rules)

    def enter_activity(self, name: str, unit: str, kind: str, case: str | None) -> None:
        """New, or corrected."""
        officer = "jt-o1" if unit == "jt" else "xf-o1"
        one = self.model.footage.get(name)
        started = (self.now if one is None else one.ended) - timedelta(hours=2)
        ended = started + timedelta(hours=1)
        entry = ActivityEntry(name, unit, ActivityKind(kind), "某处", (officer,), started, ended, case_number=case)
        with self.city.act() as act:
            directory.enter_activities(act, [entry])
        with self.registry.reading() as reading:
            self.city.activities[name] = queries.activities_by_number(reading, [name])[name].id

    # -- the nightly sweep

    def settle(self, batch: int, most: int, cut: int) -> bool:
        """Terms worked out anew; whether the sweep came to its end."""
        versions = {self.ids[code]: POLICIES[place].version for code, place in self.model.in_force.items()}
        self.goes(lambda act: retention.touch_other_policies(act, versions), cut)
        for _ in range(most):
            done: list[UUID] = []

            def some(act: Any, done: list[UUID] = done) -> None:
                done[:] = retention.touched_terms(act, batch)
                retention.settle_terms(act, done, self.rules)
                retention.untouch_terms(act, done)

            assert self.goes(some, cut)
            if not done:
                return True
            self.model.settle([self.name_of(one) for one in done], self.now)
        return False

    def align(self) -> None:
        """The vault is told what to hold and how long to lock."""
        with self.registry.reading() as reading:
            rows = stale_in_vault(reading.connection(), 100)
            wanted = held(reading.connection(), [row.recording_id for row in rows])
        told = []
        for row in rows:
            hold = row.recording_id in wanted or row.due_on is None
            now = self.vault.set_legal_hold(row.vault_key, row.vault_version, hold)
            if row.due_on is not None:
                until = may_go_from(row.due_on, ZoneInfo(row.zone))
                if now.retain_until is None or until > now.retain_until:
                    now = self.vault.extend_retention(row.vault_key, row.vault_version, until)
            told.append(ToldVault(row.recording_id, now.legal_hold, now.retain_until))
        self.goes(lambda act: retention.note_vault(act, told))

    def list_due(self, unit: str, most: int, cut: int) -> None:
        def lists(act: Any) -> None:
            disposal.list_due(act, {self.ids[unit]: most}, self.rules)

        assert self.goes(lists, cut)

    # -- lists

    def lists(self) -> dict[str, DisposalList]:
        with self.registry.reading() as reading:
            return {one.number: one for one in reading.exec(select(DisposalList).order_by(col(DisposalList.id)))}

    def standing(self, list_id: UUID, *states: ItemState) -> set[str]:
        with self.registry.reading() as reading:
            rows = items_in(reading.connection(), list_id, *(states or (ItemState.LISTED,)))
        return {self.name_of(row.recording_id) for row in rows}

    def items(self, list_id: UUID) -> list[DisposalItem]:
        with self.registry.reading() as reading:
            return list(reading.exec(select(DisposalItem).where(col(DisposalItem.list_id) == list_id)))

    def steps(self, list_id: UUID, stage: DisposalStage) -> list[DisposalStep]:
        """Those that wait."""
        with self.registry.reading() as reading:
            query = select(DisposalStep).where(
                col(DisposalStep.list_id) == list_id,
                col(DisposalStep.stage) == stage,
                col(DisposalStep.closed_at).is_(None),
            )
            return list(reading.exec(query.order_by(col(DisposalStep.position))))

    # -- carrying out

    def destroy(self, doomed: list[Doomed]) -> list[LetGo]:
        said = {one.key: one for one in self.vault.destroy([one.vault_key for one in doomed], self.now)}
        return [LetGo(one.item_id, said[one.vault_key].gone, said[one.vault_key].problem) for one in doomed]

    def in_vault(self) -> set[str]:
        names = {key: name for name, key in self.keys.items()}
        return {names[one.key] for one in self.vault.listed()}

    def disposed(self) -> set[str]:
        with self.registry.reading() as reading:
            query = select(Recording.id).where(col(Recording.state) == RecordingState.DISPOSED)
            return {self.name_of(one) for one in reading.exec(query)}

    # -- people

    def enter_office(self, one: Office) -> None:
        entry = AppointmentEntry(one.person, one.unit, Role(one.role), one.since, one.until, acting=True)
        with self.city.act() as act:
            directory.enter_appointments(act, [entry])
        if one not in self.model.people.offices:
            self.model.people.offices.append(one)

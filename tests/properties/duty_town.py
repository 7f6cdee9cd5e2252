"""A town whose units lie in three time zones, kept twice: in a registry, and as a plain model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from blocks.policy_layers import policies_from
from registry import queries
from registry.database import Registry
from registry.tables import DeviceCustody, Duty, NoticeLine
from registry.transitions import directory, docking
from registry.transitions.checks import record_check
from registry.transitions.directory import (
    ActivityEntry,
    AppointmentEntry,
    CustodyEntry,
    DeviceEntry,
    PersonEntry,
    UnitEntry,
)
from registry.transitions.docking import Probed
from registry.transitions.filing import answer_filing
from regulation.filing import FilingDecision, Outcome
from regulation.vocabulary import ActivityKind, MediaKind, RemoteReason, Role, UnitLevel
from tests.fixtures.custody import City
from tests.fixtures.duties import Duties
from tests.properties.duty_model import Activity, Check, Footage, Key, Line, Model, Number, Office, Stay, is_working

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
UNITS = {
    "city": (None, "Asia/Shanghai"),
    "sh": ("city", "Asia/Shanghai"),
    "sh1": ("sh", "Asia/Shanghai"),
    "be": ("city", "Europe/Berlin"),
    "ny": ("city", "America/New_York"),
}
WORKING = ("sh1", "be", "ny")
OFFICERS = {f"{unit}-o{place}": unit for unit in WORKING for place in (1, 2)}
LEADERS = {
    "sh1-admin": ("sh1", Role.DEVICE_ADMINISTRATOR),
    "sh1-head": ("sh1", Role.DEPARTMENT_HEAD),
    "sh-leader": ("sh", Role.SUPERVISING_LEADER),
    "be-admin": ("be", Role.DEVICE_ADMINISTRATOR),
    "be-head": ("be", Role.DEPARTMENT_HEAD),
    "ny-leader": ("ny", Role.SUPERVISING_LEADER),
    "first": ("city", Role.PRINCIPAL_LEADER),
}
"""ny has neither administrator nor head, and nobody supervises the city: above the first there is nobody."""

DEVICES = {f"{officer}-d{place}": unit for officer, unit in OFFICERS.items() for place in (1, 2)}
LEVELS = {"city": UnitLevel.CITY, "sh1": UnitLevel.DEPARTMENT}


def found(registry: Registry) -> None:
    """Enter the town as it stands before anything happens."""
    people = {**OFFICERS, **{number: unit for number, (unit, _) in LEADERS.items()}}
    with registry.acting("system:test", LONG_AGO) as act:
        units = [
            UnitEntry(code, code, LEVELS.get(code, UnitLevel.UNIT), parent, zone)
            for code, (parent, zone) in UNITS.items()
        ]
        directory.enter_units(act, units)
        directory.enter_people(act, [PersonEntry(number, "某", unit) for number, unit in people.items()])
        held = [AppointmentEntry(number, *office, LONG_AGO) for number, office in LEADERS.items()]
        directory.enter_appointments(act, held)
        directory.enter_devices(act, [DeviceEntry(number, unit) for number, unit in DEVICES.items()])


def _chain(code: str) -> list[str]:
    above = UNITS[code][0]
    return [code, *(_chain(above) if above is not None else ())]


SPANS = {
    "upload": "upload_hours",
    "filing": "filing_hours",
    "return-report": "return_report_hours",
    "device-recall": "device_recall_days",
    "device-replacement": "device_replacement_days",
}


def _layer(one: Number) -> str:
    """The document as its unit or superior writes it."""
    ladder = f"{one.kind}_{one.step}_hours".replace("-", "_")
    whose = 'layer = "sector-superior"' if one.unit is None else f'layer = "unit"\nunit = "{one.unit}"'
    measure = (
        "" if one.step or one.kind == "upload" else f'measure = "{"working days" if one.working_days else "hours"}"\n'
    )
    name = SPANS[one.kind] if one.step is None else ladder
    return (
        f'{whose}\ndocument = "某办法"\n[parameters.{name}]\nvalue = {one.value}\n'
        f'valid_from = {one.since}\narticle = "Art. 1"\n{measure}'
    )


@dataclass
class Town:
    """What happens is entered in the registry and told to the model, in the same breath."""

    registry: Registry
    now: datetime
    model: Model = field(init=False)
    duties: Duties = field(init=False)
    ids: dict[str, UUID] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        zones = {code: ZoneInfo(zone) for code, (_, zone) in UNITS.items()}
        homes = OFFICERS | {number: unit for number, (unit, _) in LEADERS.items()}
        self.model = Model({code: parent for code, (parent, _) in UNITS.items()}, zones, dict(homes), dict(DEVICES))
        self.model.offices = [Office(number, *office, LONG_AGO) for number, office in LEADERS.items()]
        with self.registry.reading() as reading:
            self.ids |= {number: one.id for number, one in queries.people_by_number(reading, homes).items()}
            self.ids |= {number: one.id for number, one in queries.devices_by_number(reading, DEVICES).items()}
        self.duties = Duties(City(self.registry, self.now), is_working_day=is_working)

    def rule(self, documents: Sequence[Number], unsound: Collection[str] = ()) -> None:
        """Give the units their policies; those of the `unsound` ones cannot be read."""
        layers = [*map(_layer, documents), *(f'layer = "unit"\nunit = "{code}"' for code in unsound)]
        policies = policies_from((f"layer {place}", text) for place, text in enumerate(layers))
        assert len(policies.problems(_chain(code) for code in UNITS)) == len(unsound)
        chains = {self.duties.city.unit_id(code): _chain(code) for code in UNITS}
        self.duties.policy_of = lambda unit: policies.of(chains[unit])
        self.model.documents = tuple(documents)
        self.model.waiting = {code for code in UNITS if set(_chain(code)) & set(unsound)}

    def restart(self) -> None:
        """Everything that a process remembers is gone."""
        url = str(self.registry.engine.url)
        self.registry.dispose()
        self.registry = self.duties.city.registry = Registry(url)

    def set_clock(self, now: datetime) -> None:
        self.now = self.duties.city.now = now

    # -- what happens

    def enter_activity(self, name: str, one: Activity) -> None:
        """New, ended, corrected or returned from."""
        entry = ActivityEntry(
            name,
            one.unit,
            ActivityKind.INSPECTION,
            "某处",
            tuple(sorted(one.officers)),
            one.started,
            one.ended,
            remote_reason=RemoteReason.OTHER_PLACE if one.remote else None,
            returned_at=one.returned,
        )
        with self.duties.city.act() as act:
            directory.enter_activities(act, [entry])
        if one.returned is not None and one.reported is None:
            one.reported = self.now
        self.model.activities[name] = one
        with self.registry.reading() as reading:
            self.ids[name] = queries.activities_by_number(reading, [name])[name].id

    def enter_stay(self, name: str, one: Stay) -> None:
        """A recorder issued, or returned."""
        with self.duties.city.act() as act:
            directory.enter_custody(act, [CustodyEntry(one.device, one.person, one.issued, one.returned)])
        self.model.stays[name] = one
        query = select(DeviceCustody).where(
            col(DeviceCustody.device_id) == self.ids[one.device], col(DeviceCustody.issued_at) == one.issued
        )
        with self.registry.reading() as reading:
            self.ids[name] = reading.exec(query).one().id

    def enter_check(self, one: Check) -> None:
        """A check before use."""
        name = f"check-{next(self.numbers)}"
        with self.duties.city.act() as act:
            row = record_check(act, self.ids[one.device], self.ids[one.by], checked_at=one.at, works=one.passed)
            self.ids[name] = row.id
        self.model.checks[name] = one

    def store(self, unit: str, officer: str, activity: str | None, wireless: bool = False) -> None:
        """Footage sealed now, from a dock or over the air; filed under an activity, or under none."""
        city, name = self.duties.city, f"footage-{next(self.numbers)}"
        with city.act() as act:
            session = docking.open_session(act, unit_code=unit, source=f"/dock/{name}", wireless=wireless)
        [recording] = city.store(session, name)
        probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=self.ids[officer])
        outcome = Outcome.UNFILED if activity is None else Outcome.FILED
        decision = FilingDecision(recording.id, outcome, None if activity is None else self.ids[activity], ())
        with city.act() as act:
            docking.record_probes(act, session.id, [probed])
            docking.file_recordings(act, session.id, [decision], rules=self.duties.rules)
        city.seal(session)
        self.ids[name], self.ids[f"session of {name}"] = recording.id, session.id
        filed = None if activity is None else self.now
        self.model.footage[name] = Footage(unit, officer, self.now, activity, filed, activity is None, wireless)

    def confirm(self, name: str) -> None:
        """Who made the footage says that it has arrived; the first time counts."""
        one = self.model.footage[name]
        with self.duties.city.act() as act:
            docking.confirm_arrival(act, self.ids[f"session of {name}"], self.ids[one.officer])
        one.confirmed = one.confirmed or self.now

    def answer(self, name: str, activity: str) -> None:
        """The officer says what the footage belongs to."""
        one = self.model.footage[name]
        with self.duties.city.act() as act:
            answer_filing(act, self.ids[name], self.ids[activity], self.ids[one.officer])
        one.activity, one.filed = activity, self.now

    def enter_office(self, one: Office, acting: bool = False) -> None:
        """An appointment, or its end."""
        entry = AppointmentEntry(one.person, one.unit, Role(one.role), one.since, one.until, acting)
        with self.duties.city.act() as act:
            directory.enter_appointments(act, [entry])
        if one not in self.model.offices:
            self.model.offices.append(one)

    def leave(self, number: str) -> None:
        """Today is the last day."""
        unit = self.model.homes[number]
        today = self.now.astimezone(self.model.zones[unit]).date()
        with self.duties.city.act() as act:
            directory.enter_people(act, [PersonEntry(number, "某", unit, left_on=today)])
        self.model.left[number] = today

    def move(self, number: str, unit: str) -> None:
        """To another unit, from now on."""
        with self.duties.city.act() as act:
            directory.enter_people(act, [PersonEntry(number, "某", unit)])
        self.model.homes[number], self.model.moved[number] = unit, self.now

    # -- what the registry has

    def rows(self) -> dict[Key, Duty]:
        """Every duty by what the model calls it."""
        names = {found: name for name, found in self.ids.items()}
        return {
            (one.kind.value, names[one.subject_id], one.owed_by_id and names[one.owed_by_id]): one
            for one in self.duties.all()
        }

    def lines(self) -> dict[Line, NoticeLine]:
        """Everything ever told."""
        names, keys = (
            {found: name for name, found in self.ids.items()},
            {row.id: key for key, row in self.rows().items()},
        )
        with self.registry.reading() as reading:
            rows = reading.exec(select(NoticeLine)).all()
        return {
            Line(
                keys[row.duty_id],
                row.step.value,
                names[row.person_id],
                row.role and row.role.value,
                row.instead_of and row.instead_of.value,
                row.planned_at,
                row.due_at,
            ): row
            for row in rows
        }

    def after(self, **span: float) -> datetime:
        return self.now + timedelta(**span)

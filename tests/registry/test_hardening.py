"""The service's own role on PostgreSQL does everything the transitions do, and cannot undo anything (Art. 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry.database import Registry
from registry.hardening import harden
from registry.ledger import Event, verify, verify_rows
from registry.transitions import directory, docking, filing
from registry.types import new_id
from regulation.errors import ConfigurationError
from regulation.filing import FilingDecision, Outcome
from tests.fixtures.custody import ACTIVITIES, APPOINTMENTS, CITY_RULES, CUSTODY, DEVICES, MORNING, PEOPLE, UNITS, City

pytestmark = pytest.mark.servers


@pytest.fixture
def owner(make_postgresql: Callable[[], str]) -> Iterator[Registry]:
    registry = Registry(make_postgresql())
    yield registry
    registry.dispose()


@pytest.fixture
def role(owner: Registry) -> Iterator[str]:
    name = f"service_{uuid4().hex[:8]}"
    run(owner, f"CREATE ROLE {name} LOGIN")
    yield name
    run(owner, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


@pytest.fixture
def service(owner: Registry, role: str) -> Iterator[Registry]:
    harden(owner, role)
    harden(owner, role)
    url = make_url(owner.engine.url).set(username=role)
    registry = Registry(url.render_as_string(hide_password=False))
    yield registry
    registry.dispose()


def run(registry: Registry, *statements: str) -> None:
    with registry.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_service_does_its_work(service: Registry) -> None:
    service.check()
    city = City(service)
    with city.act() as act:
        for _ in range(2):
            directory.enter_units(act, UNITS)
            directory.enter_people(act, PEOPLE)
            directory.enter_appointments(act, APPOINTMENTS)
            directory.enter_devices(act, DEVICES)
            directory.enter_custody(act, CUSTODY)
        directory.enter_activities(act, ACTIVITIES)
        directory.enter_activities(act, [ACTIVITIES[0]])
        changed = type(ACTIVITIES[0])("xf-1", "xf", ACTIVITIES[0].kind, "x", ("A2",), MORNING)
        directory.enter_activities(act, [changed])
    session = city.open()
    [recording] = city.store(session, "a")
    with city.act() as act:
        decision = FilingDecision(recording.id, Outcome.UNFILED, None, ())
        docking.file_recordings(act, session.id, [decision], rules=CITY_RULES)
    with service.reading() as reading:
        person = reading.connection().execute(text("SELECT id FROM person WHERE number = 'A3'")).scalar_one()
        activity = reading.connection().execute(text("SELECT id FROM activity WHERE number = 'xf-1'")).scalar_one()
    with city.act() as act:
        filing.answer_filing(act, recording.id, activity, person)
    city.seal(session)
    with city.act() as act:
        docking.record_wiped(act, session.id, [item.id for item in city.items(session)])

    assert verify(service).problems == []
    assert verify_rows(service).problems == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET actor = 'x'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_entry_fixed ON ledger_entry",
        "DROP TABLE ledger_entry",
        "CREATE OR REPLACE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "UPDATE recording SET sha256 = repeat('0', 64)",
        "UPDATE recording SET vault_key = 'x'",
        "DELETE FROM recording",
        "DELETE FROM dock_item",
        "UPDATE file_receipt SET document = ''",
        "DELETE FROM file_receipt",
        "DELETE FROM person",
        "DELETE FROM duty",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE public.mine (id int)",
    ],
)
def test_the_service_cannot(service: Registry, statement: str) -> None:
    with pytest.raises(ConfigurationError, match="lacks a right"), service.acting("system:test", MORNING) as act:
        act.record(Event.ITEM_WIPED, "item", new_id(), {})
        act.connection.execute(text(statement))


def test_the_service_may_append_to_the_ledger_and_read_it(service: Registry, role: str) -> None:
    with service.reading() as reading:
        granted = reading.connection().execute(
            text(
                "SELECT privilege_type FROM information_schema.role_table_grants "
                "WHERE table_name = 'ledger_entry' AND grantee = :r"
            ),
            {"r": role},
        )
        assert sorted(granted.scalars()) == ["INSERT", "SELECT"]


def test_a_role_that_could_lift_the_guards_is_no_service_role(owner: Registry, role: str) -> None:
    with pytest.raises(ConfigurationError, match="superuser or owns"):
        harden(owner, "postgres")
    run(owner, f"ALTER TABLE ledger_entry OWNER TO {role}")
    with pytest.raises(ConfigurationError, match="superuser or owns"):
        harden(owner, role)
    run(owner, "ALTER TABLE ledger_entry OWNER TO postgres")


def test_a_role_must_exist(owner: Registry) -> None:
    with pytest.raises(ConfigurationError, match="no such role") as refused:
        harden(owner, "nobody'; DROP TABLE unit; --")
    assert refused.value.subject == "nobody'; DROP TABLE unit; --"


def test_sqlite_has_no_roles(make_sqlite: Callable[[], str]) -> None:
    registry = Registry(make_sqlite())
    with pytest.raises(ConfigurationError, match="only PostgreSQL"):
        harden(registry, "service")
    registry.dispose()

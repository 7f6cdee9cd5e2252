"""The service's own role on PostgreSQL does everything the transitions do, and cannot undo anything (Art. 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry.database import Registry
from registry.hardening import harden
from registry.ledger import Event, verify, verify_rows
from registry.tables import RecordingState
from registry.transitions import directory, docking, filing
from registry.types import new_id
from regulation.disposal import DisposalStage
from regulation.errors import ActionDenied, ConfigurationError
from regulation.filing import FilingDecision, Outcome
from tests.fixtures.custody import ACTIVITIES, APPOINTMENTS, CITY_RULES, CUSTODY, DEVICES, MORNING, PEOPLE, UNITS, City
from tests.fixtures.disposal import Disposal
from tests.registry.test_terms import superior

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


# What somebody with the service's password may try against the retention of footage (Art. 18)


@pytest.fixture
def registry(service: Registry) -> Registry:
    """What the small city's fixtures stand on."""
    return service


@pytest.fixture
def disposing(disposal_city: Disposal) -> Disposal:
    """The small city over the hardened role, with a list that waits for its approval."""
    made = disposal_city
    made.case("案-1")
    made.use("案-1", "video")
    made.hold("photo")
    made.later()
    made.list_due()
    made.appraise()
    made.submit()
    return made


def test_the_service_goes_through_retention_and_disposal(disposing: Disposal) -> None:
    disposing.case("案-1", date(2026, 12, 1), 1)
    disposing.case("案-1")
    disposing.settle()
    disposing.lift(disposing.hold("sound"))
    disposing.change_policy(superior(7, "service_retention_months"))
    disposing.settle()
    disposing.restore("old", keep_until=date(2028, 1, 1))
    disposing.settle()
    disposing.approve()
    disposing.witness()
    disposing.city.wait(days=7)
    disposing.finish(disposing.begin(), "locked")
    disposing.retry()
    assert disposing.finish(disposing.go_on())
    disposing.city.settle_duties()
    assert disposing.states()["older"] is RecordingState.DISPOSED
    assert disposing.problems() == []


LACKING = [
    "DELETE FROM hold",
    "DELETE FROM hold_item",
    "DELETE FROM case_use",
    "DELETE FROM disposal_item",
    "DELETE FROM term_extension",
    "DELETE FROM retention_term",
    "UPDATE disposal_decision SET verdict = 'approved'",
    "UPDATE disposal_decision SET person_id = list_id",
    "UPDATE disposal_item SET due_on = '2020-01-01'",
    "UPDATE disposal_item SET recording_id = list_id",
    "UPDATE disposal_step SET person_id = list_id",
    "UPDATE hold SET placed_at = now()",
    "UPDATE hold_item SET recording_id = hold_id",
    "UPDATE term_extension SET until = '2020-01-01'",
    "UPDATE term_change_item SET instead_of = '2020-01-01'",
    "UPDATE case_use SET recording_id = case_id",
    "UPDATE retention_term SET unit_id = recording_id",
    "TRUNCATE hold_item",
    "ALTER TABLE recording DISABLE TRIGGER recording_disposed",
    "DROP TRIGGER disposal_item_carried_out ON disposal_item",
    "CREATE OR REPLACE FUNCTION custody_recording_disposed() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
]
REFUSED_BY_A_DOOR = [
    "UPDATE recording SET state = 'disposed'",
    "UPDATE recording SET retain_until = '2020-01-01'",
    "UPDATE disposal_item SET state = 'destroying'",
    "UPDATE disposal_item SET state = 'destroyed'",
]
NAMED = {
    # what the role may write, and the ledger does not bear out
    "UPDATE hold SET lifted_at = now(), lifted_by_id = placed_by_id, lift_reason = 'x'": "hold",
    "UPDATE case_file SET closed_on = '2020-01-01', keep_years = 1, document = 'x'": "case_file",
    "UPDATE disposal_item SET appraisal = 'keep'": "disposal_item",
    "UPDATE disposal_list SET state = 'done', closed_at = now()": "disposal_list",
    "INSERT INTO term_change (id, unit_id, policy_version, found_at, decided_at, decided_by_id, verdict, reason) "
    "SELECT gen_random_uuid(), unit_id, 'x', now(), now(), placed_by_id, 'allowed', 'x' FROM hold": "term_change",
}


def test_what_somebody_with_its_password_tries_is_refused_or_named(disposing: Disposal) -> None:
    service = disposing.city.registry
    for statement in LACKING:
        with pytest.raises(ConfigurationError, match="lacks a right"), service.acting("system:test", MORNING) as act:
            act.connection.execute(text(statement))
    for statement in REFUSED_BY_A_DOOR:
        with pytest.raises(ActionDenied, match="refuses"), service.acting("system:test", MORNING) as act:
            act.connection.execute(text(statement))
    assert disposing.problems() == []
    for statement, table in NAMED.items():
        with service.acting("system:test", MORNING) as act:
            act.connection.execute(text(statement))
        assert table in {one.table for one in verify_rows(service).problems}, statement


def test_decisions_made_up_with_its_password_let_it_go_and_are_named(disposing: Disposal) -> None:
    """The database believes an approval and two witnesses that the desk never heard of; the ledger does not."""
    steps = [(uuid4(), stage, who) for stage, who in (("witness", "A1"), ("witness", "A2"))]
    with disposing.city.act() as act:
        for place, (step_id, stage, who) in enumerate(steps, start=7):
            step = (
                "INSERT INTO disposal_step (id, list_id, position, stage, person_id, opened_at) "
                "VALUES (:s, :l, :p, :g, :w, now())"
            )
            known = {"s": step_id, "l": disposing.list_id(), "p": place, "g": stage, "w": disposing.person(who)}
            act.connection.execute(text(step), known)
        waiting = disposing.step(DisposalStage.APPROVAL)
        for step_id, verdict, who in (
            (waiting, "approved", "L3"),
            *((step_id, "witnessed", who) for step_id, _, who in steps),
        ):
            decision = (
                "INSERT INTO disposal_decision (step_id, list_id, person_id, passed, verdict, reason, items, "
                "items_sha256, policy_version, at) SELECT :s, list_id, :w, passed, :v, 'x', items, items_sha256, "
                "policy_version, now() "
                "FROM disposal_decision WHERE verdict = 'submitted'"
            )
            act.connection.execute(text(decision), {"s": step_id, "w": disposing.person(who), "v": verdict})
        act.connection.execute(text("UPDATE disposal_list SET state = 'grace', grace_until = '2027-06-01'"))
    disposing.finish(disposing.begin())
    assert disposing.states()["old"] is RecordingState.DISPOSED
    named = {(one.table, one.row_id) for one in verify_rows(disposing.city.registry).problems}
    assert named >= {("disposal_decision", one) for one in (waiting, *(step_id for step_id, _, _ in steps))}
    assert ("disposal_list", disposing.list_id()) in named

"""What the database itself refuses of terms, holds and disposal lists, whoever asks (Art. 7, 18)."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from registry.database import Registry
from registry.migrations.guards import FIXED_0009
from registry.transitions import disposal
from regulation.policy import CITY_POLICY
from tests.fixtures.custody import City, sha
from tests.fixtures.disposal import Disposal
from tests.registry.test_access_guards import B1, JT, LATER, LONG_AGO, NOBODY, changes
from tests.registry.test_guards import is_refused, run
from tests.registry.test_terms import superior

OLD = f"(SELECT id FROM recording WHERE sha256 = '{sha('old')}')"
VIDEO = f"(SELECT id FROM recording WHERE sha256 = '{sha('video')}')"


@pytest.fixture
def used(disposal_city: Disposal) -> City:
    """Every table has rows; of two lists one is carried out, the other was just opened."""
    made = disposal_city
    made.seal_filed("xf-1", "next")
    made.city.settle_duties()
    made.rules = type(made.rules)(lambda _unit: superior(7), made.rules.is_working_day)
    made.settle()
    made.change_policy(CITY_POLICY)
    made.settle()
    made.case("案-1")
    made.use("案-1", "video")
    made.lift(made.hold("photo"))
    made.hold("photo")
    made.city.now = made.city.now.replace(year=2027, month=7)
    made.list_due(most=2)
    names = sorted(made.listed())
    made.restore(names[0])
    made.decide_all()
    made.city.wait(days=7)
    made.finish(made.begin())
    with made.city.act() as act:
        disposal.certify(
            act, made.list_id(), document="{}", key_id="k", signature="c", paper_key="p", paper_sha256="0" * 64
        )
    made.list_due()
    return made.city


REFUSED = [
    *changes("case_file", id=NOBODY, number="'x'", unit_id=JT, entered_by_id=B1, entered_at=LONG_AGO),
    *changes("case_use", recording_id=OLD, person_id=B1, reason="'x'", at=LONG_AGO),
    *changes("retention_term", unit_id=JT),
    *changes("term_extension", id=NOBODY, recording_id=VIDEO, until="'2027-01-01'", reason="'x'", at=LONG_AGO),
    *changes("term_change", id=NOBODY, unit_id=JT, policy_version="'x'", found_at=LONG_AGO),
    *changes("term_change_item", due_on="'2020-01-01'", instead_of="'2020-01-01'"),
    *changes("hold", id=NOBODY, number="'x'", unit_id=JT, kind="'other'", reason="'x'", document="'x'"),
    *changes("hold", placed_by_id=B1, placed_at=LONG_AGO),
    *changes("hold", "WHERE case_id IS NULL", case_id="(SELECT id FROM case_file)"),
    *changes("hold", "WHERE lifted_at IS NOT NULL", lifted_at="NULL", lifted_by_id=B1, lift_reason="'x'"),
    *changes("hold_item", recording_id=VIDEO, at=LONG_AGO),
    *changes("disposal_list", id=NOBODY, unit_id=JT, opened_at=LONG_AGO),
    *changes("disposal_list", "WHERE state = 'done'", number="'x'", state="'grace'", closed_at="NULL"),
    *changes("disposal_list", "WHERE grace_until IS NOT NULL", grace_until=LONG_AGO),
    "UPDATE disposal_list SET grace_until = NULL WHERE grace_until IS NOT NULL",
    *changes("disposal_item", "WHERE state = 'dropped'", state="'listed'"),
    *changes(
        "disposal_item",
        retention_class="'none'",
        article="'x'",
        trigger="'received'",
        trigger_on="'2000-01-01'",
        due_on="'2000-01-01'",
        policy_version="'x'",
    ),
    *changes("disposal_step", "WHERE closed_at IS NULL", person_id=B1, opened_at=LONG_AGO),
    "UPDATE disposal_step SET position = position + 9",
    *changes("disposal_step", "WHERE closed_at IS NOT NULL", closed_at="NULL"),
    *changes("disposal_decision", person_id=B1, role="'officer'", verdict="'approved'", reason="'x'", items="0"),
    *changes("disposal_decision", items_sha256="'x'", policy_version="'x'", at=LONG_AGO),
    *changes("disposal_certificate", document="'x'", signature="'x'", paper_sha256="'x'", issued_at=LONG_AGO),
    *(f"DELETE FROM {table}" for table in FIXED_0009),
    # A recording that was destroyed is so for good, and never was anything but sealed before.
    *changes("recording", "WHERE state = 'disposed'", state="'sealed'"),
    *changes("recording", "WHERE state = 'disposed'", state="'verified'"),
]
ALLOWED = [
    "UPDATE case_file SET closed_on = '2027-01-01', keep_years = 3, permanent = (1 = 0)",
    f"UPDATE hold SET lifted_at = {LATER}, lifted_by_id = {B1}, lift_reason = 'x' WHERE lifted_at IS NULL",
    f"UPDATE term_extension SET ended_at = {LATER} WHERE ended_at IS NULL",
    f"UPDATE term_change SET decided_at = {LATER}, verdict = 'refused' WHERE decided_at IS NULL",
    "UPDATE retention_term SET due_on = '2030-01-01', told = 3, held_in_vault = (1 = 1)",
    f"UPDATE disposal_list SET followed_at = {LATER}",
    f"UPDATE disposal_step SET closed_at = {LATER} WHERE closed_at IS NULL",
    "DELETE FROM term_touch",
]


def test_what_was_said_of_an_original_is_not_unsaid(used: City) -> None:
    assert [one for one in REFUSED if not is_refused(used.registry, one)] == []
    for statement in ALLOWED:
        run(used.registry, statement)


def test_nothing_of_it_is_replaced_unseen(used: City) -> None:
    if used.registry.engine.dialect.name != "sqlite":
        for table in FIXED_0009:
            with pytest.raises(DBAPIError):
                run(used.registry, f"INSERT INTO {table} SELECT * FROM {table}")
        return
    for table, word in product(FIXED_0009, ("REPLACE", "IGNORE", "FAIL")):
        with pytest.raises(IntegrityError, match=r"refused \(Art\. (7|18)\)"):
            run(used.registry, f"INSERT OR {word} INTO {table} SELECT * FROM {table} LIMIT 1")


# The doors


def shut(registry: Registry, statement: str) -> bool:
    try:
        run(registry, statement)
    except IntegrityError as error:
        return "refused (Art. 18)" in str(error)
    return False


def new_item(state: str, of_list: str, recording: str = VIDEO) -> str:
    columns = "retention_class, article, trigger, trigger_on, due_on, policy_version"
    return (
        f"INSERT INTO disposal_item (id, list_id, recording_id, state, {columns}) SELECT "
        f"'0199aaaa00007000800000000000ffff', (SELECT id FROM disposal_list WHERE state = '{of_list}'), {recording}, "
        f"'{state}', {columns} FROM disposal_item LIMIT 1"
    )


def test_no_recording_is_disposed_of_but_by_an_item_that_is_being_destroyed(used: City) -> None:
    for name in ("video", "photo", "next"):
        assert shut(used.registry, f"UPDATE recording SET state = 'disposed' WHERE sha256 = '{sha(name)}'")


def test_nothing_is_put_on_a_list_that_was_handed_in_or_as_anything_but_listed(used: City) -> None:
    assert shut(used.registry, new_item("listed", "done"))
    for state in ("destroying", "failed", "destroyed", "dropped"):
        assert shut(used.registry, new_item(state, "appraisal"))
    run(used.registry, new_item("listed", "appraisal"))


def test_what_is_gone_is_not_being_destroyed_again(used: City) -> None:
    assert shut(used.registry, "UPDATE disposal_item SET state = 'destroying' WHERE state = 'dropped'")
    assert shut(used.registry, "UPDATE disposal_item SET state = 'destroying' WHERE state = 'destroyed'")


def test_no_item_is_destroyed_without_every_decision(used: City) -> None:
    listed = "UPDATE disposal_item SET state = '{}' WHERE state = 'listed'"
    assert shut(used.registry, listed.format("destroying"))
    assert shut(used.registry, listed.format("destroyed"))
    # Not even on a list that says of itself that it is being carried out.
    run(used.registry, "UPDATE disposal_list SET state = 'destroying' WHERE state = 'appraisal'")
    assert shut(used.registry, listed.format("destroying"))
    decided = (
        "INSERT INTO disposal_decision (step_id, list_id, person_id, verdict, reason, items, items_sha256, passed, "
        "policy_version, at) SELECT (SELECT id FROM disposal_step WHERE closed_at IS NULL), "
        "(SELECT id FROM disposal_list WHERE state = 'destroying'), person_id, verdict, reason, items, items_sha256, "
        "passed, policy_version, at FROM disposal_decision WHERE verdict = 'approved'"
    )
    run(used.registry, decided)
    assert shut(used.registry, listed.format("destroying"))  # approved, and witnessed by nobody


def test_a_temporary_table_is_not_looked_at_instead(used: City) -> None:
    if used.registry.engine.dialect.name == "sqlite":
        return  # it has no search path
    with used.registry.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE disposal_item AS SELECT * FROM public.disposal_item")
        connection.exec_driver_sql(f"UPDATE pg_temp.disposal_item SET recording_id = {VIDEO}, state = 'destroying'")
        with pytest.raises(IntegrityError, match=r"refused \(Art\. 18\)"):
            connection.exec_driver_sql(f"UPDATE recording SET state = 'disposed' WHERE sha256 = '{sha('video')}'")

"""What waits to be settled, and small questions that only flows ask (Art. 15, 16)."""

from __future__ import annotations

from datetime import timedelta

from registry.queries.dock_sessions import interrupted_sessions
from registry.queries.docks import is_wireless
from registry.tables import DockSession
from registry.transitions import docking, docks, duties
from registry.types import new_id
from regulation.duties import DutyKind
from tests.fixtures.custody import City, sha
from tests.fixtures.duties import Duties
from tests.registry.test_duties import store


def test_what_waits_is_gone_through_in_order_and_in_parts(city: City) -> None:
    ids = sorted(new_id() for _ in range(5))
    with city.act() as act:
        duties.touch(act, DutyKind.FILING, ids)
        duties.touch(act, DutyKind.FILING, ids[:2])  # twice does no harm
        assert duties.touched(act, DutyKind.FILING, None, 2) == ids[:2]
        assert duties.touched(act, DutyKind.FILING, ids[1], 9) == ids[2:]
        duties.untouch(act, DutyKind.FILING, ids[:4])
        assert duties.touched(act, DutyKind.FILING, None, 9) == ids[4:]
        assert set(duties.touched(act, DutyKind.UPLOAD, None, 9)) == set(city.activities.values())


def test_what_could_be_filed_by_itself_is_nobodys_to_file(duty_city: Duties) -> None:
    session = store(duty_city.city, "xf-1", "A1")
    with duty_city.city.registry.reading() as reading:
        opened = reading.get_one(DockSession, session)
    with duty_city.city.act() as act:
        duties.touch(act, DutyKind.FILING, [one.id for one in duty_city.city.recordings(opened)])
    duty_city.settle()
    assert duty_city.all(DutyKind.FILING) == []


def test_sessions_that_nobody_works_on_any_more(city: City) -> None:
    session = city.open()
    with city.act() as act:
        docking.take_lease(act, session.id, "one", timedelta(minutes=5))
    with city.registry.reading() as reading:
        assert interrupted_sessions(reading, city.now) == []
        assert [one.id for one in interrupted_sessions(reading, city.now + timedelta(minutes=5))] == [session.id]


def test_what_comes_under_a_token_for_the_air_is_wireless(city: City) -> None:
    with city.act() as act:
        tokens = [
            docks.issue_token(act, name=name, unit_code="xf", token_hash=sha(name), wireless=name == "air")
            for name in ("air", "cable")
        ]
    with city.registry.reading() as reading:
        assert [is_wireless(reading, one.id) for one in tokens] == [True, False]

"""What the review of upper limits names, and what it does not: whatever something keeps (Art. 18)."""

from __future__ import annotations

from datetime import timedelta

from registry.queries.overlong import limits_of, overlong
from registry.tables import Unit
from registry.tables.fixity import FIXITY
from registry.transitions import fixity, notices
from registry.transitions.fixity import Finding
from regulation.incidents import IncidentKind
from tests.fixtures.disposal import AFTER_TERM, Disposal


def named(city: Disposal) -> int:
    at = city.city.now
    with city.city.registry.reading() as session:
        units = [session.get_one(Unit, city.city.unit_id("xf"))]
        limits, unsound = limits_of(units, city.rules.policy_of, at)
        assert not unsound
        return overlong(session, limits, at)[1]


def test_what_is_there_long_after_its_term_is_named_unless_something_keeps_it(disposal_city: Disposal) -> None:
    disposal_city.settle()
    disposal_city.later()
    assert named(disposal_city) == 0  # over, and not for long
    disposal_city.later(AFTER_TERM + timedelta(days=40))
    assert named(disposal_city) == 2
    disposal_city.hold("old")
    assert named(disposal_city) == 1
    found = Finding(IncidentKind.MISSING, disposal_city.city.unit_id("xf"), disposal_city.recording("older"), "k", "")
    with disposal_city.city.act() as act:
        sweep = notices.begin_sweep(act, FIXITY, "test", lambda _holder: True)
        assert sweep is not None
        fixity.open_found(act, sweep, [found])
    assert named(disposal_city) == 0

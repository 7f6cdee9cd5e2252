"""What was destroyed by decision: its page is a tombstone, and nobody asks for it or looks at it any more (Art. 18)."""

from __future__ import annotations

import pytest

from registry.queries.access_grants import opened_part
from registry.queries.access_offer import offered, recent_activities
from registry.tables import Look, RecordingState
from registry.transitions import access
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from tests.fixtures.custody import sha
from tests.fixtures.disposal import Disposal, DisposalDesk


def test_its_page_is_a_tombstone(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.destroy()
    administrator = disposal_desk.browser("A3")
    place = f"/recordings/{disposal_desk.recording('old')}"
    page = administrator.open(place)
    for text in (
        "业已销毁",
        "2027-06-09",
        number,
        "同意销毁",
        "L3",
        "监销确认",
        "A1",
        "销毁证明尚未出具",
        "2027-05-23",
    ):
        assert text in page, text
    for name in ('name="marking"', 'name="kind"', 'name="case_number"', "待列入销毁清册"):
        assert name not in page
    assert "destroyed by decision" in administrator.open(f"{place}?lang=en")
    administrator.open("/tokens")
    for said in ({"do": "hold", "kind": "legal"}, {"do": "use", "case_number": "x"}):
        assert administrator.fill(place, reason="x", **said).status_code == 422
    assert administrator.get(f"{place}/trail.json").status_code == 200


def test_a_recording_on_a_list_names_it(disposal_desk: DisposalDesk) -> None:
    number = disposal_desk.open_list()
    place = f"/recordings/{disposal_desk.recording('old')}"
    page = disposal_desk.browser("A3").open(place)
    assert f"已列入销毁清册 {number}" in page
    assert f'href="/disposals/{number}"' in page
    assert f'href="/disposals/{number}"' not in disposal_desk.browser("A1").open(place), "it is not shown to them"


def test_it_is_neither_offered_nor_asked_for(disposal_city: Disposal) -> None:
    disposal_city.later()
    disposal_city.list_due()
    disposal_city.decide_all()
    disposal_city.city.wait(days=8)
    doomed = disposal_city.begin()
    draft = disposal_city.access.draft("A1", "old")
    registry = disposal_city.city.registry
    for _ in range(2):
        with registry.reading() as reading:
            assert disposal_city.recording("old") not in [one.id for one in offered(reading, "xf-1")]
        with pytest.raises(FieldDenied, match="until it is destroyed"):
            disposal_city.access.submit(draft, "A1")
        disposal_city.finish(doomed)
    with registry.reading() as reading:
        assert recent_activities(reading, [disposal_city.city.unit_id("xf")]) == []


def lost(disposal_city: Disposal, name: str) -> None:
    """As if it had been destroyed meanwhile: an open request keeps it, so no act of ours brings this about."""
    disposed = f"UPDATE recording SET state = '{RecordingState.DISPOSED}' WHERE sha256 = '{sha(name)}'"
    disposal_city.city.tamper("recording", disposed)


def test_a_request_for_it_ends_as_unavailable(disposal_city: Disposal) -> None:
    request = disposal_city.access.ask("A1", "old")
    lost(disposal_city, "old")
    disposal_city.access.decide(request, "L2")
    assert disposal_city.access.state(request) is RequestState.UNAVAILABLE
    assert disposal_city.access.grant(request) is None


def test_a_request_for_it_and_another_gives_the_other(disposal_city: Disposal) -> None:
    request = disposal_city.access.ask("A1", "old", "older")
    lost(disposal_city, "old")
    disposal_city.access.decide(request, "L2")
    assert set(disposal_city.access.granted(request)) == {disposal_city.recording("older")}


def test_a_grant_shows_nothing_of_it(disposal_city: Disposal) -> None:
    made = disposal_city.access
    request = made.ask("A1", "old", asked=None)
    made.decide(request, "L2")
    view = made.look(request, "old", "A1")
    grant, recording = made.grant(request), disposal_city.recording("old")
    assert grant is not None
    lost(disposal_city, "old")
    with disposal_city.city.registry.reading() as reading:
        assert opened_part(reading, grant.id, recording) is None
    with pytest.raises(ActionDenied, match="not granted"):
        made.look(request, "old", "A1")
    with disposal_city.city.act() as act, pytest.raises(ActionDenied, match="no leave"):
        access.note_look(act, view, disposal_city.person("A1"), Look.PLAY, 1.0)

"""An officer says where a recording belongs, a leader excuses what cannot be done, with the keyboard alone.

Art. 15, 16.
"""

from __future__ import annotations

import pytest

from desk.words import say
from regulation.duties import DutyKind, DutyState
from tests.desk.test_duties import away, duty_about, filing_of, state, waiting
from tests.fixtures.walking import Walk

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_recording_is_filed_and_another_excused(walk: Walk, size: str, language: str) -> None:
    counter = walk.counter
    mine, hopeless = waiting(counter.access.city, "xf-1", "xf-2"), waiting(counter.access.city)
    filing, excused = (duty_about(counter, DutyKind.FILING, one) for one in (mine, hopeless))
    officer = walk.inside("A2", size, language)
    officer.press("a[href='/duties']")
    officer.look("duties")
    officer.press(f"a[href='/duties/{filing.id}']")
    officer.look("duty-filing")
    officer.press("form:has(input[value=xf-2]) button")
    officer.see(say("事实登记后自动办结，无须在此销号。", language))  # type: ignore[arg-type]
    leader = walk.inside("L2", size, language)
    leader.open(f"/duties/{excused.id}")
    leader.tick("summary >> nth=-1")
    leader.write("#excuse-reason", "误触录制，与执法活动无关。")
    leader.look("duty-excusing")
    leader.press("form:has(#excuse-reason) button")
    leader.see(say("已准予免除", language))  # type: ignore[arg-type]
    leader.look("duty-excused")
    assert (officer.refused, leader.refused) == ([], [])
    assert filing_of(counter, mine)[1] == counter.access.city.activities["xf-2"]
    assert state(counter, excused) is DutyState.EXCUSED


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_who_was_away_reports_the_return(walk: Walk, size: str, language: str) -> None:
    counter = walk.counter
    report = away(counter)
    officer = walk.inside("A2", size, language)
    officer.open(f"/duties/{report.id}")
    officer.look("duty-return")
    officer.choose_time("#return-returned_at", "2026-11-23T07:30")
    officer.press("form:has(#return-returned_at) button")
    officer.look("duty-return-refused")
    officer.choose_time("#return-returned_at", "2026-11-23T16:30")
    officer.press("form:has(#return-returned_at) button")
    assert state(counter, report) is DutyState.MET
    officer.open(f"/duties/{report.id}")
    officer.see(say("已履行", language))  # type: ignore[arg-type]
    officer.look("duty-returned")
    refusals = [one for one in officer.refused if "422" not in one]
    assert refusals == []

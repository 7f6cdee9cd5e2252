"""An officer explains why nothing was recorded, leaders take note, with the keyboard alone (Art. 12, 13)."""

from __future__ import annotations

import pytest

from desk.words import say
from tests.fixtures.unrecorded import before_desk
from tests.fixtures.walking import Walk

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_officer_explains_and_leaders_take_note(walk: Walk, size: str, language: str) -> None:
    silence = before_desk(walk.counter)
    officer = walk.inside("A1", size, language)
    officer.press("a[href='/activities']")
    officer.look("activities")
    officer.press(f"a[href='/activities/{silence.activity}']")
    officer.tick("summary >> nth=0")
    officer.page.select_option("#manner", "spoken")
    officer.write("#report-reason", "执法记录仪电池耗尽，更换电池后继续记录。")
    officer.look("activity-explaining")
    officer.press("form:has(#gap) button")
    officer.tick("summary >> nth=1")
    officer.page.select_option("#ground", "12(4)")
    officer.write("#exempt-reason", "当事人住所内涉及个人隐私，依据当事人的书面要求。")
    officer.write("#exempt-document", "当事人签名的书面说明1份")
    officer.press("form:has(#ground) button")
    for who, button in (("L2", "form:has(input[value=acknowledge]) button"), ("L3", "button[value=approved]")):
        leader = walk.inside(who, size, language)
        leader.open("/inbox")
        leader.look(f"inbox-activities-{who}")
        leader.press("a[href^='/activities/']:has(b)")
        if who == "L3":
            leader.write("textarea[name=reason]", "情况属实，依据充分。")
        leader.look(f"activity-{who}")
        leader.press(button)
        assert leader.refused == []
    officer.open(f"/activities/{silence.activity}")
    officer.see(say("同意免予记录", language))  # type: ignore[arg-type]
    officer.look("activity-seen")
    assert officer.refused == []
    assert silence.problems() == []

"""A conversion walked through in a real browser, with the keyboard alone, on a phone and at a desk (Art. 19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.words import Language, say
from registry.tables import Origin
from registry.transitions.conversion import Output, enter_reading
from regulation.conversion_states import ConversionState
from tests.fixtures.access import Access
from tests.fixtures.conversion import CASE, with_grant
from tests.fixtures.conversion_desk import ConversionDesk, open_conversion_desk
from tests.fixtures.custody import sha
from tests.fixtures.walking import Walk, Walker

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])
CLIP = {
    "asked": [65, 190], "actual": [64.0, 191.2], "form": "mp4", "tool": "PyAV 15.0.0 / libavformat 61.7.100",
    "streams": [[0, "h264", 3000, "a" * 64], [1, "aac", 5000, "b" * 64]],
}  # fmt: skip


@pytest.fixture
def desk(access_city: Access, walk: Walk, tmp_path: Path) -> ConversionDesk:
    """Footage of twelve minutes and a photo, as they are in life, granted to A1."""
    converting = with_grant(access_city)
    for name, facts in (
        ("video", "duration_seconds = 754, size = 437123456"),
        ("photo", "duration_seconds = NULL, size = 4123456"),
    ):
        converting.city.tamper("recording", f"UPDATE recording SET {facts} WHERE sha256 = '{sha(name)}'")
    return open_conversion_desk(converting, walk.counter, tmp_path / "packages")


def write_down(desk: ConversionDesk, officer: Walker) -> str:
    """From the grant to a conversion that is handed in, a slip of the pen on the way; gives its number."""
    one = desk.recording("video")
    officer.open("/conversions")
    officer.look("conversions")
    officer.press("ul.cards a[href^='/conversions/new']")
    officer.look("conversion-new")
    officer.write("#-case", CASE)
    officer.write("#-cause", "未经批准擅自占用城市道路")
    officer.tick(f"input[name=recording][value='{one}']")
    officer.write(f"[id='proves-{one}']", "当事人经责令改正后拒不改正")
    officer.write(f"[id='start-{one}']", "1:05")
    officer.write(f"[id='end-{one}']", "3:10")
    officer.tick(f"[id='item-{one}'] summary")
    officer.write(f"[id='muted-{one}']", "100至104秒")
    officer.write("#-checker", "A2")
    officer.press("button[value=submit]")
    assert officer.page.locator(f"[id='wrong-muted-{one}']").count() == 1
    assert officer.page.input_value(f"[id='start-{one}']") == "1:05", "what was typed is still there"
    officer.look("conversion-wrong")
    officer.write(f"[id='muted-{one}']", "100-104")
    officer.press("button[value=submit]")
    return officer.page.inner_text("h1")


@SIZES
@LANGUAGES
def test_written_down_extracted_checked_signed_and_verified(
    desk: ConversionDesk, walk: Walk, size: str, language: Language
) -> None:
    officer = walk.inside("A1", size, language)
    number = write_down(desk, officer)
    (row,) = desk.converting.all()
    assert row.number == number
    officer.write("#reason", "从保管库原件提取")
    officer.press("button[value=extract]")
    officer.see(say("制作中", language))
    (item,) = desk.converting.items(row.id)
    unmade = Output(item.id, "protected", 1, {"asked": [65, 190]}, problem="声音无法解码")
    desk.made(row.id, Output(item.id, "clip", 1, CLIP, 71_000_000, sha("clip")), unmade)
    desk.converting.transcribe(
        row.id, "video", (66.0, 71.5, "执法人员", "请出示证件。"), (72.0, 75.0, "当事人", "没有带。"),
        origin=Origin.MACHINE,
    )  # fmt: skip
    _check(walk.inside("A2", size, language), number, desk.recording("video"))
    leader = walk.inside("L2", size, language)
    leader.open("/inbox")
    leader.look("conversion-inbox")
    leader.press(f"a[href='/conversions/{number}']")
    leader.look("conversion-sign")
    leader.write("#reason", "同意")
    leader.press("button[value=sign]")
    assert desk.converting.state(row.id) is ConversionState.PACKING
    desk.pack(row.id, 2)
    with desk.converting.city.act() as act:
        enter_reading(act, row.id, 1, 1, is_same=True, problem=None)
        enter_reading(act, row.id, 1, 2, is_same=False, problem="data/originals/001.mp4: 内容不符 differs")
    officer.open(f"/conversions/{number}")
    officer.look("conversion-issued")
    keeper = walk.inside("A3", size, language)
    keeper.open("/conversions/register")
    keeper.see(number)
    keeper.look("conversion-register")
    _verify(walk.walker(size, language), f"/evidence/{row.id.hex}", language)


def _check(checker: Walker, number: str, recording: str) -> None:
    checker.open(f"/conversions/{number}")
    checker.look("conversion-check")
    checker.press(f"a[href='/conversions/{number}/transcripts/{recording}']")
    checker.look("conversion-transcript")
    checker.press("button[value=confirm]")
    checker.see(say("已确认", checker.language))  # type: ignore[arg-type]
    checker.press(f"a[href='/conversions/{number}']")
    checker.write("#reason", "与原件一致")
    checker.press("button[value=check]")


def _verify(anybody: Walker, place: str, language: Language) -> None:
    anybody.open(place)
    anybody.look("evidence")
    anybody.write("#sha256", sha("video"))
    anybody.press("main button")
    anybody.see(say("一致：这是本证据包的", language))
    anybody.look("evidence-found")

"""The statement as a paper: what it says, that it says it exactly, and that any archive reads it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from registry.tables.recordings import Condition
from regulation.clock import Basis
from regulation.conversion import Carrier
from regulation.errors import ActionDenied, ConfigurationError
from regulation.stated import ChainEvent, ClockFact, Derivative, DerivedKind, Named, Span, StatedDevice, Transcript
from regulation.statement import Method, Statement
from regulation.vocabulary import ActivityKind, MediaKind
from tasks.statement import words
from tasks.statement.paper import statement_paper
from tests.fixtures.papers import codes_on, told_by
from tests.fixtures.statements import ADDRESS, BEGAN, SPOKEN, correction, digest, pictures, recording, statement, still

RARE = "㛃龑𬱖喆𰻞䶮"


def paper(made: Statement, language: Any = "zh", **named: Any) -> bytes:
    return statement_paper(made, language, pictures(made), **named)


def told(made: Statement, language: Any = "zh") -> str:
    """What it says, without blanks and without the numbers of pages."""
    return re.sub(r"—\d+—", "", told_by(paper(made, language)))


def ordinary(*command: str | Path) -> str:
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paper") / "statement.pdf"
    path.write_bytes(paper(statement()))
    return path


def test_others_tools_read_it(usual: Path) -> None:
    assert "No syntax or stream encoding errors" in ordinary("qpdf", "--check", usual)
    text = squeezed(ordinary("pdftotext", "-layout", usual, "-"))
    for said in (
        "执法音像资料证据说明",
        "数据来源",
        "提取人",
        "提取时间",
        "制作人",
        "证明对象",
        "李样本（执法证号JS-06-1031）",
    ):
        assert said in text, said


def test_it_claims_pdf_a_2b_and_embeds_every_font(usual: Path) -> None:
    metadata = PdfReader(usual).trailer["/Root"]["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    fonts = ordinary("pdffonts", usual).splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes yes yes ", line) for line in fonts), fonts


def test_a_page_is_laid_out_as_an_official_document(usual: Path) -> None:
    reader = PdfReader(usual)
    width, height = (float(one) * 25.4 / 72 for one in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    box = re.search(
        r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>示例市城市管理局<', ordinary("pdftotext", "-bbox", "-l", "1", usual, "-")
    )
    assert box is not None
    assert float(box[2]) >= 37 / 25.4 * 72 - 2
    numbers = [re.findall(r"— \d+ —", page.extract_text()) for page in reader.pages]
    assert numbers == [[f"— {place} —"] for place in range(1, len(reader.pages) + 1)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_but_the_page_number_leaves_the_type_area(language: str, tmp_path: Path) -> None:
    path, mm = tmp_path / "statement.pdf", 72 / 25.4
    path.write_bytes(paper(statement(3), language))
    pages = ordinary("pdftotext", "-bbox", path, "-").split("<page ")[1:]
    assert len(pages) > 2
    for place, page in enumerate(pages, start=1):
        words_on = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page)
        corners = [(*map(float, word[:4]), word[4]) for word in words_on]
        below = [word for *_, bottom, word in corners if bottom > (297 - 35) * mm + 4]
        assert below == ["—", str(place), "—"]
        for left, top, right, _, word in corners:
            # The blank half of a bracket or a full stop may stand outside: its ink does not.
            before, after = (9 if word[0] in "〔（“《" else 1), (9 if word[-1] in "〕）”》。，、；：" else 1)
            assert left >= 28 * mm - before and right <= (210 - 26) * mm + after and top >= 37 * mm - 4, (place, word)


def test_page_numbers_stand_outside(usual: Path) -> None:
    middle = 210 / 25.4 * 72 / 2
    for place, is_right in ((1, True), (2, False)):
        page = ordinary("pdftotext", "-bbox", "-f", str(place), "-l", str(place), usual, "-")
        found = re.findall(rf'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>{place}<', page)
        lowest = max(found, key=lambda at: float(at[1]))
        assert (float(lowest[0]) > middle) is is_right


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_gives_the_same(language: str) -> None:
    made = correction()
    assert paper(made, language) == paper(made, language)
    assert paper(replace(made, case_cause="另一案由"), language) != paper(made, language)


def test_it_tells_all_that_courts_ask_for() -> None:
    text = told(statement(2))
    first = statement(2).recordings[0]
    for said in (
        *("一、基本情况", "二、证明对象", "三、资料清单", "四、来源和制作情况", "五、记录中断情况", "六、免予记录情况"),
        *("七、关键画面", "八、声音内容文字记录", "九、保管经过", "十、核验方法"),
        *("示城管罚立〔2026〕117号", "某某建材经营部擅自占用城市道路堆放物料", first.proves),
        "执法记录仪DSJ-A0417（示例科技X5）；原文件名20261120000001_JS-06-1024.MP4",
        "王示例（执法证号JS-06-1024），示例市城市管理局执法大队",
        "2026年11月20日09:05:12至09:11:12；设备所示为2026年11月20日09:04:59至09:10:59",
        "相差+13.0秒（标准时间减设备时间）（2026年11月20日15:05:12读取）",
        "采集批次CJ-2026-0311；入库2026年11月20日15:05:12；封存2026年11月20日15:09:12；接收回执HZ-2026-0311",
        "申请范围00:01:05–00:01:35；实际范围00:01:04.064–00:01:36.096；各流内容与原始文件一致，未重新编码",
        *("734,003,201", first.sha256, first.sm3 or "", digest("clip 1"), digest("h264 1"), digest("proof")),
        *("更换电池后继续记录", "无说明", "第十二条第（四）项", "当事人住所内涉及个人隐私。"),
        *("资料100:00:43.500", "看清楚了。", "以下文字由机器识别生成，经李样本", "资料2含有声音，未附文字记录。"),
        "完整性校验无误2次（账簿第8300条）",
        *(
            "附件：1.资料1声音内容文字记录",
            "提取人（签名）：",
            "制作人（签名）：",
            "复核人（签名）：",
            "签发人（签名）：",
        ),
        *("（印章）", ADDRESS, "DVD±R光盘（一次写入），一式2份"),
    ):
        assert said in text, said
    assert "草稿" not in text


def test_it_tells_the_same_in_english() -> None:
    text = told(correction(), "en")
    for said in (
        "Statement of Recordings Used as Evidence",
        "This statement corrects and supersedes statement 示城管证转〔2026〕39号 of 23 November 2026.",
        *("4. Where they come from and how they were made", "What it proves", "China Standard Time (UTC+8)"),
        "true time minus its time is +13.0 s",
        "Art. 12(4)",
        *("said aloud when recording resumed (recording 2)", "Seen: 钱假设", "Approved by: 钱假设"),
        *("Recognised by a machine, confirmed by 李样本", "There is none.", "read again and found whole, 2 times"),
    ):
        assert squeezed(said) in text, said


def test_a_correction_names_what_it_supersedes_and_why() -> None:
    text = told(correction())
    assert "本说明为更正件，取代原证据说明（示城管证转〔2026〕39号，2026年11月23日）。" in text
    assert "更正原因：原说明资料2的制作人姓名有误。" in text


def test_what_nobody_signed_is_marked_as_a_draft_on_every_page() -> None:
    for language, mark in (("zh", "草稿"), ("en", "DRAFT")):
        made = paper(statement(2, signatory=None), language)
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
        assert len(pages) > 3
        assert all(mark in squeezed(page) for page in pages)


def test_a_digest_is_whole_on_one_page_and_can_be_copied() -> None:
    made = statement(40)
    shown = [page.extract_text() for page in PdfReader(io.BytesIO(paper(made))).pages]
    for one in made.recordings:
        (where,) = [page for page in shown if one.sha256 in page]
        assert f"SM3 {one.sm3}\n" in where
        assert (one.path or "") in squeezed(where)


def test_no_digest_is_longer_than_its_line(usual: Path) -> None:
    lines = ordinary("pdftotext", "-layout", usual, "-").splitlines()
    assert any(statement().recordings[4].sha256 in line for line in lines)


def test_rare_characters_are_printed_as_they_are(tmp_path: Path) -> None:
    made = statement(
        1, recordings=(recording(1, officer=Named(f"张{RARE}", "JS-06-1024"), proves=RARE),), unit_name=f"{RARE}局"
    )
    path = tmp_path / "rare.pdf"
    path.write_bytes(paper(made))
    text = squeezed(ordinary("pdftotext", path, "-"))
    assert f"张{RARE}" in text
    assert f"{RARE}局" in text


def test_names_in_other_scripts_are_printed(tmp_path: Path) -> None:
    names = ("محمد علي", "דוד כהן", "Ąžuolas Đặng", "Иван Петров", "Ελένη")
    for name in names:
        made = statement(1, recordings=(recording(1, officer=Named(name, "JS-06-1024")),))
        path = tmp_path / "name.pdf"
        path.write_bytes(paper(made))
        text = ordinary("pdftotext", path, "-")
        assert set(name.split()) <= set(re.sub(r"[\u200e\u200f\u202a-\u202e（，,]", " ", text).split()), name


@pytest.mark.parametrize(
    ("character", "code"),
    [("\U00030000", "U+30000"), ("😀", "U+1F600"), ("\x07", "U+0007"), ("\u202e", "U+202E"), ("བ", "U+0F56")],
)
def test_a_character_that_no_font_has_is_an_error_that_names_it(character: str, code: str) -> None:
    made = statement(2, recordings=(recording(1), recording(2, officer=Named(f"张{character}", "JS-06-1024"))))
    with pytest.raises(ActionDenied) as denied:
        paper(made)
    assert denied.value.subject == "recordings[1].officer.name"
    assert code in denied.value.message
    assert denied.value.article == "Art. 19"


def test_a_folder_of_further_fonts_adds_characters(tmp_path: Path) -> None:
    made = statement(1, case_cause="▲◆ ⠓")
    with pytest.raises(ActionDenied, match=r"U\+2813"):
        paper(made)
    shutil.copy("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", tmp_path)
    assert "⠓" in told_by(paper(made, fonts=(tmp_path,)))


def test_a_file_that_is_no_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font at all")
    with pytest.raises(ConfigurationError) as wrong:
        paper(statement(1), fonts=(tmp_path,))
    assert wrong.value.subject == "broken.ttf"


def test_nothing_that_is_said_becomes_markup() -> None:
    said = '#read("/etc/passwd") *x* $y$ \\ #panic("x") <b> {{ }} @a'
    assert squeezed(said) in told(statement(1, case_cause=said))


def test_one_recording() -> None:
    text = told(statement(1, attachments=(), gaps=(), exemptions=()))
    assert "将执法音像资料1件转化至存储媒介" in text
    assert "资料清单" in text
    assert "提取人（签名）：" in text


def test_five_hundred_recordings(tmp_path: Path) -> None:
    made = statement(500)
    path = tmp_path / "many.pdf"
    path.write_bytes(paper(made))
    text = ordinary("pdftotext", "-layout", path, "-")
    assert all(one.sha256 in text for one in made.recordings)
    assert "资料500" in squeezed(text)


def test_what_has_no_recorder_or_no_time_of_its_own_says_where_both_come_from() -> None:
    photo = recording(
        1,
        media_kind=MediaKind.PHOTO,
        device=None,
        source_note="当事人当场提交的手机照片",
        claimed=None,
        corrected=Span(BEGAN),
        time_note="据执法活动记录认定",
        container=None,
        derivatives=(Derivative(DerivedKind.PROTECTED, path="data/p.png", size=1, sha256="0" * 64),),
    )
    text = told(statement(1, recordings=(photo,)))
    assert "数据来源当事人当场提交的手机照片；原文件名" in text
    assert "制作时间2026年11月20日09:05:12；据执法活动记录认定" in text
    assert "完整，可以播放" in text
    assert "保护性副本–" in text


def test_a_picture_may_stand_in_it_twice() -> None:
    twice = statement(1, recordings=(recording(1, stills=(still(1, 1), still(1, 1))),))
    assert told(twice).count("资料100:00:43.500") == 2


def test_very_long_texts_run_over_pages_and_lose_nothing() -> None:
    long = "".join(f"第{place}句话说明现场情况。" for place in range(400))
    made = statement(
        1,
        recordings=(recording(1, proves=long, note=long, transcript=replace(SPOKEN, lines=SPOKEN.lines * 200)),),
        case_cause=long[:1500],
    )
    text = told(made)
    assert "第399句话" in text
    assert text.count("看清楚了。") == 200


def test_what_is_not_known_is_a_dash_and_never_an_error() -> None:
    bare = recording(
        1,
        proves="",
        path=None,
        device=None,
        officer=None,
        unit_name=None,
        activity=None,
        claimed=None,
        corrected=None,
        clock=None,
        session_number=None,
        receipt_number=None,
        received_at=None,
        sealed_at=None,
        container=None,
        shown_name=None,
        sm3=None,
        chain=(),
        condition="new-word",
    )
    made = replace(
        statement(1, recordings=(bare,), attachments=(), gaps=(), exemptions=(), verification_url=None),
        **dict.fromkeys(
            ("case_number", "case_cause", "requester", "extractor", "extracted_at", "method", "checker"), None
        ),
        checked_at=None,
        signatory=None,
    )
    for language in ("zh", "en"):
        text = told(made, language)
        assert "–" in text
        assert "None" not in text
        assert "new-word" in text
    assert "原始文件存于专用存储器，未随附" in told(made)
    assert "保管经过" not in told(made)


def test_damage_and_what_could_not_be_made_are_stated() -> None:
    lost = Derivative(DerivedKind.CLIP, asked=(10.0, None), not_made="文件在此处损坏")
    text = told(
        statement(
            1,
            recordings=(
                recording(
                    1,
                    condition="damaged",
                    note="末尾12秒不可读",
                    derivatives=(lost,),
                    clock=ClockFact(0.0, Basis.ASSUMED),
                    device=StatedDevice("DSJ-B2"),
                ),
            ),
        )
    )
    assert "有损坏，部分内容不能播放；格式mov,mp4(h264,aac)；末尾12秒不可读" in text
    assert "申请范围00:00:10–结束；未能制作：文件在此处损坏" in text
    assert "设备时钟未经测定" in text


def test_why_something_could_not_be_made_is_said_in_the_readers_language() -> None:
    lost = Derivative(DerivedKind.SOUND, not_made="there is no sound in it")
    made = statement(1, recordings=(recording(1, derivatives=(lost,)),))
    assert "未能制作：其中没有声音" in told(made)
    assert "there" not in told(made)
    assert "notmade:thereisnosoundinit" in told(made, "en")


def test_a_transcript_says_who_vouches_for_it() -> None:
    cases = {
        "以下文字由机器识别生成，未经人工确认，仅供参考。": replace(SPOKEN, confirmed_by=None),
        "以下文字为人工记录。": Transcript(SPOKEN.lines),
        "声音中没有可以记录的语言内容。": replace(SPOKEN, lines=()),
    }
    for said, transcript in cases.items():
        assert said in told(statement(1, recordings=(recording(1, transcript=transcript),)))


def test_a_picture_that_is_absent_or_none_is_named() -> None:
    made = statement(1, recordings=(recording(1, stills=(still(1, 1),)),))
    with pytest.raises(ActionDenied, match="not there") as denied:
        statement_paper(made, "zh", {})
    assert denied.value.subject == "1-1"
    with pytest.raises(ActionDenied, match="neither PNG nor JPEG"):
        statement_paper(made, "zh", {"1-1": b"<svg/>"})
    with pytest.raises(ActionDenied, match="cannot be set"):
        statement_paper(made, "zh", {"1-1": b"\xff\xd8\xff broken"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_code_is_read_and_leads_to_its_verification(language: str) -> None:
    assert codes_on(paper(statement(1), language)) == [ADDRESS]
    assert codes_on(paper(statement(1, verification_url=None), language)) == []


def test_pictures_are_in_it(usual: Path) -> None:
    listed = ordinary("pdfimages", "-list", usual).splitlines()[2:]
    assert sum("jpeg" in line for line in listed) == 6


@pytest.mark.parametrize(
    ("table", "of"),
    [
        (words.MEDIA, MediaKind),
        (words.DERIVED, DerivedKind),
        (words.METHODS, Method),
        (words.CARRIERS, Carrier),
        (words.ACTIVITIES, ActivityKind),
        (words.CLOCKS, Basis),
        (words.CHAIN, ChainEvent),
    ],
)
def test_there_is_a_word_for_everything(table: Any, of: Any) -> None:
    assert set(table) == set(of)
    assert all(set(one) == {"zh", "en"} for one in table.values())


def test_there_is_a_word_for_every_condition_of_the_registry() -> None:
    assert set(words.CONDITIONS) == {one.value for one in Condition}

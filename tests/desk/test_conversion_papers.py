"""What is taken along of a conversion: drafts and signed statements, and the files of its package (Art. 19)."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from hashlib import sha256
from html import unescape

import pytest

from registry.transitions import conversion
from regulation.conversion import Carrier
from regulation.conversion_states import ConversionState
from tests.fixtures.conversion_desk import ENGLISH, IMAGE, PAPER, ConversionDesk
from tests.fixtures.papers import told_by

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def test_a_draft_says_what_is_entered_now(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.to_sign("video")
    place, leader = conversion_desk.place(one), conversion_desk.browser("L2")
    assert "附文字说明草稿" in leader.open(place)
    paper = leader.get(f"{place}/statement.zh.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert "案-2026-7" in told_by(paper.content)
    assert leader.get(f"{place}/statement.en.docx").content.startswith(b"PK")
    assert leader.get(f"{place}/statement.json").json() == {}
    assert leader.get(f"{place}/statement.fr.pdf").status_code == 422


def test_a_draft_that_lacks_something_is_a_page_that_lists_it(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.converting.draft("video")
    officer = conversion_desk.browser("A1")
    page = officer.open(f"{conversion_desk.place(one)}/statement.zh.pdf", 409)
    assert "提取时间" in page
    assert "资料1" not in page
    assert "time of extraction" in officer.open(f"{conversion_desk.place(one)}/statement.en.docx?lang=en", 409)


def test_the_signed_statement_is_that_of_the_vault(conversion_desk: ConversionDesk) -> None:
    one, officer = conversion_desk.issued("video"), conversion_desk.browser("A1")
    place = conversion_desk.place(one)
    assert officer.get(f"{place}/statement.zh.pdf").content == PAPER
    assert officer.get(f"{place}/statement.en.pdf").content == ENGLISH
    signed = officer.get(f"{place}/statement.json").json()
    assert signed["signature"] == "c2ln"
    assert json.loads(signed["document"])["files"]
    assert officer.get(f"{place}/statement.zh.docx").status_code == 404, "nobody edits what is signed"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_another_paper_than_was_signed_is_not_shown(conversion_desk: ConversionDesk, language: str) -> None:
    one, vault = conversion_desk.issued("video"), conversion_desk.counter.vault
    key = next(key for key in vault.held if key.endswith(f".{language}.pdf"))
    vault.held[key] = b"%PDF-1.7 forged"
    answer = conversion_desk.browser("A1").get(f"{conversion_desk.place(one)}/statement.{language}.pdf")
    assert answer.status_code == 409
    assert b"forged" not in answer.content


def test_without_its_doors_a_page_says_so(conversion_desk: ConversionDesk) -> None:
    draft, one = conversion_desk.converting.draft("photo"), conversion_desk.issued("video")
    conversion_desk.doors(draft_paper=None, packages=None, paper=None)
    officer, number = conversion_desk.browser("A1"), conversion_desk.number(one)
    officer.open(f"{conversion_desk.place(draft)}/statement.zh.pdf", 503)
    page = officer.open(f"/conversions/{number}")
    assert "/discs/" not in page
    officer.open(f"/conversions/{number}/statement.zh.pdf", 503)
    officer.open(f"/conversions/{number}/discs/1/{number}.iso", 503)


def test_the_package_is_downloaded_by_who_handles_it(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video", discs=2)
    number = conversion_desk.number(one)
    name = f"{number}-2of2"
    place = f"/conversions/{number}/discs/2"
    for who in ("A1", "A2", "A3", "L2"):
        browser = conversion_desk.browser(who)
        assert f"{place}/{name}.iso" in browser.open(f"/conversions/{number}")
        answer = browser.get(f"{place}/{name}.iso")
        assert answer.status_code == 200
        assert sha256(answer.content).digest() == sha256(IMAGE).digest()
        assert f'filename="{name}.iso"' in answer.headers["Content-Disposition"]
    assert browser.get(f"{place}/{name}.iso.sha256").text == f"{sha256(IMAGE).hexdigest()}  {name}.iso\n"
    assert browser.get(f"{place}/{name}.label.pdf").headers["Content-Type"] == "application/pdf"
    overseer = conversion_desk.browser("L3")
    assert "/discs/" not in overseer.open(f"/conversions/{number}")
    assert overseer.get(f"{place}/{name}.iso").status_code == 403


def test_a_download_that_broke_off_goes_on(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video", carrier=Carrier.ZIP)
    number, officer = conversion_desk.number(one), conversion_desk.browser("A1")
    place = f"/conversions/{number}/discs/1/{number}.zip"
    answer = officer.get(place, headers={"Range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, IMAGE[100:200])
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(IMAGE)}"
    assert officer.get(place, headers={"Range": f"bytes={len(IMAGE)}-"}).status_code == 416
    assert officer.get(place).headers["Content-Type"] == "application/zip"


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fsecret.txt",
        "%2Fetc%2Fpasswd",
        "..",
        "{number}.zip",
        "{number}.iso%00.sha256",
        "{number}.iso/../../secret.txt",
        "manifest-sha256.txt",
        "..%5Csecret.txt",
        "%2e%2e/{number}.iso",
    ],
)
def test_an_address_names_no_place(conversion_desk: ConversionDesk, name: str) -> None:
    one = conversion_desk.issued("video")
    (conversion_desk.packages / "secret.txt").write_text("secret")
    (conversion_desk.packages / conversion_desk.number(one) / "secret.txt").write_text("secret")
    number = conversion_desk.number(one)
    answer = conversion_desk.browser("A1").get(f"/conversions/{number}/discs/1/{name.format(number=number)}")
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert conversion_desk.browser("A1").get(f"/conversions/{number}/discs/9/{number}.iso").status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    number = conversion_desk.number(one)
    image = conversion_desk.packages / number / "package-1" / f"{number}.iso"
    elsewhere = conversion_desk.packages.parent / "elsewhere"
    elsewhere.write_bytes(IMAGE)
    image.unlink()
    image.symlink_to(elsewhere)
    conversion_desk.browser("A1").open(f"/conversions/{number}/discs/1/{number}.iso", 503)


def test_a_file_that_is_not_what_was_issued_is_not_handed_out(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    number, officer = conversion_desk.number(one), conversion_desk.browser("A1")
    image = conversion_desk.packages / number / "package-1" / f"{number}.iso"
    image.write_bytes(IMAGE + b"!")
    officer.open(f"/conversions/{number}/discs/1/{number}.iso", 409)
    image.unlink()
    officer.open(f"/conversions/{number}/discs/1/{number}.iso", 503)


def test_what_was_recalled_is_not_handed_out_any_more(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    number, leader = conversion_desk.number(one), conversion_desk.browser("L2")
    leader.open(f"/conversions/{number}")
    leader.press(f"/conversions/{number}", do="recall", reason="内容有误")
    assert conversion_desk.converting.state(one) is ConversionState.WITHDRAWN
    leader.open(f"/conversions/{number}/discs/1/{number}.iso", 410)
    assert leader.get(f"/conversions/{number}/statement.zh.pdf").content == PAPER, "what was signed stays readable"


def test_what_was_withdrawn_unsigned_has_no_statement(conversion_desk: ConversionDesk) -> None:
    one, officer = conversion_desk.converting.submitted("video"), conversion_desk.browser("A1")
    place = conversion_desk.place(one)
    officer.open(place)
    assert "已撤回" in officer.press(place, do="withdraw")
    assert officer.fill(place, do="withdraw").status_code == 422
    officer.open(f"{place}/statement.zh.pdf", 404)


def test_a_folder_is_copied_by_hand_and_has_a_label(conversion_desk: ConversionDesk) -> None:
    one, officer = conversion_desk.issued("video", carrier=Carrier.FOLDER), conversion_desk.browser("A1")
    number = conversion_desk.number(one)
    page = officer.open(f"/conversions/{number}")
    assert "由执法记录仪管理员复制到移动存储介质" in page
    assert f"{number}.iso" not in page
    officer.get(f"/conversions/{number}/discs/1/{number}.label.pdf").raise_for_status()
    officer.open(f"/conversions/{number}/discs/1/{number}.iso", 404)


def test_a_package_whose_files_are_gone_is_neither_downloaded_nor_issued_again(conversion_desk: ConversionDesk) -> None:
    one, leader = conversion_desk.issued("video"), conversion_desk.browser("L2")
    number, place = conversion_desk.number(one), conversion_desk.place(one)
    assert "同意补发" in leader.open(place)
    with conversion_desk.converting.city.act() as act:
        assert not conversion.clear(act, one, timedelta(days=90))
    conversion_desk.converting.city.wait(days=91)
    with conversion_desk.converting.city.act() as act:
        assert conversion.clear(act, one, timedelta(days=90))
    leader = conversion_desk.browser("L2")
    page = leader.open(place)
    assert "证据包的文件已按期清理" in page
    assert "同意补发" not in page
    assert "/discs/" not in page
    refused = leader.fill(place, do="reissue", copies="1", reason="二审法院需要")
    assert refused.status_code == 422
    assert "请另办一件证据转换更正本件" in unescape(refused.text)
    leader.open(f"{place}/discs/1/{number}.iso", 410)
    assert conversion_desk.converting.problems() == []


def test_what_is_not_there_is_not_issued_again_though_nobody_cleared_it(conversion_desk: ConversionDesk) -> None:
    one, leader = conversion_desk.issued("video"), conversion_desk.browser("L2")
    place = conversion_desk.place(one)
    shutil.rmtree(conversion_desk.packages / conversion_desk.number(one))
    leader.open(place)
    refused = leader.fill(place, do="reissue", copies="1", reason="二审法院需要")
    assert "convert anew" in refused.text or "请另办一件证据转换更正本件" in unescape(refused.text)
    assert "补发 1 份" not in leader.open(place)

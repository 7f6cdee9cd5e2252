"""Whoever holds a package learns whether it is in force and whether it is genuine, and nothing else (Art. 19)."""

from __future__ import annotations

from hashlib import sha256
from html import unescape
from uuid import UUID, uuid4

import httpx
import pytest

from tests.fixtures.conversion import CASE
from tests.fixtures.conversion_desk import ENGLISH, IMAGE, PAPER, ConversionDesk
from tests.fixtures.counter import BASE
from tests.fixtures.custody import sha
from tests.fixtures.desks import InProcess

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


def anybody(desk: ConversionDesk) -> httpx.Client:
    """Somebody who has not signed in, and never was here."""
    return httpx.Client(transport=InProcess(desk.counter.app, "192.0.2.99"), base_url=BASE)


def shown(desk: ConversionDesk, conversion_id: UUID, **query: str) -> str:
    answer = anybody(desk).get(f"/evidence/{conversion_id.hex}", params=query)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_a_package_in_force_is_shown_to_anybody_without_a_name_or_a_case(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    page = shown(conversion_desk, one)
    assert "有效" in page
    for told in (conversion_desk.number(one), sha("manifest 1"), sha256(IMAGE).hexdigest(), "key-1", "DVD±R"):
        assert told in page
    for hidden in (
        CASE,
        "占道经营",
        "甲",
        "乙",
        str(conversion_desk.converting.person("A1")),
        "现场执法过程",
        "data/originals",
    ):
        assert hidden not in page
    assert "It is in force." in shown(conversion_desk, one, lang="en")


def test_it_is_kept_out_of_search_engines_and_loads_nothing(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    answer = anybody(conversion_desk).get(f"/evidence/{one.hex}")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.text.replace('http-equiv="', "")
    assert "Set-Cookie" not in answer.headers


def test_what_was_never_issued_and_what_is_not_there_look_alike(conversion_desk: ConversionDesk) -> None:
    somebody, one = anybody(conversion_desk), conversion_desk.to_sign("video")
    addresses = [one.hex, uuid4().hex, str(one), one.hex.upper(), "x", "0" * 32, f"{one.hex}0"]
    answers = [somebody.get(f"/evidence/{address}") for address in addresses]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    withdrawn = conversion_desk.converting.submitted("photo")
    officer = conversion_desk.browser("A1")
    officer.open(conversion_desk.place(withdrawn))
    officer.press(conversion_desk.place(withdrawn), do="withdraw")
    assert somebody.get(f"/evidence/{withdrawn.hex}").text == answers[0].text


@pytest.mark.parametrize(
    ("digest", "what"),
    [
        (sha("manifest 2"), "tagmanifest-sha256.txt"),
        (sha("sums 1"), "校验清单"),
        (sha256(IMAGE).hexdigest(), "映像文件"),
        (sha256(PAPER).hexdigest(), "附文字说明（PDF）"),
        (sha256(ENGLISH).hexdigest(), "附文字说明（英文译本）"),
        (sha("video"), "资料或者附件"),
        (f" {sha('video').upper()[:32]} {sha('video')[32:]}\n", "资料或者附件"),
    ],
)
def test_a_digest_of_the_package_is_known(conversion_desk: ConversionDesk, digest: str, what: str) -> None:
    one = conversion_desk.issued("video", discs=2)
    page = shown(conversion_desk, one, sha256=digest)
    assert "一致：这是本证据包的" in page
    assert what in page.partition("一致：")[2][:120]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (sha("another"), "没有找到"),
        ("abc", "这不是 SHA-256"),
        ("<script>alert(1)</script>", "这不是 SHA-256"),
        ("证" * 64, "这不是 SHA-256"),
        (sha("video")[:63], "这不是 SHA-256"),
    ],
)
def test_any_other_is_not(conversion_desk: ConversionDesk, typed: str, answer: str) -> None:
    one = conversion_desk.issued("video")
    said = anybody(conversion_desk).get(f"/evidence/{one.hex}", params={"sha256": typed})
    assert answer in said.text
    assert "一致：" not in said.text
    assert "<script>" not in said.text


def test_what_was_recalled_says_so(conversion_desk: ConversionDesk) -> None:
    one, leader = conversion_desk.issued("video"), conversion_desk.browser("L2")
    leader.open(conversion_desk.place(one))
    leader.press(conversion_desk.place(one), do="recall", reason="当事人张某的身份有误")
    page = shown(conversion_desk, one, sha256=sha("video"))
    assert "已收回" in page
    assert "但该证据包已不再有效" in page
    assert "张某" not in page


def test_what_was_corrected_leads_to_what_counts(conversion_desk: ConversionDesk) -> None:
    one = conversion_desk.issued("video")
    later = conversion_desk.converting.draft("video", supersedes=conversion_desk.number(one), correction="案由有误")
    assert conversion_desk.number(later) not in shown(conversion_desk, one), "until it is issued nobody knows of it"
    conversion_desk.converting.submit(later)
    conversion_desk.converting.extract(later)
    conversion_desk.made(later)
    conversion_desk.converting.check(later)
    conversion_desk.converting.sign(later)
    conversion_desk.pack(later)
    page = shown(conversion_desk, one)
    assert "已更正" in page
    assert f"/evidence/{later.hex}" in page
    assert conversion_desk.number(later) in page
    assert "案由有误" not in page

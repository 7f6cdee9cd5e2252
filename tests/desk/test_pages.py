"""Pages for people: receipts open to whoever was given the link, to nobody else, and without scripts (Art. 16)."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from blocks.receipt_link import GOOD_FOR, opens, receipt_link
from deployments.bootstrap import BLOCK_TYPES
from tests.fixtures.desks import NOW, PAGES_KEY, InProcess, Site

NUMBER = "R-chengguan-2026-00001"
OTHER = "R-chengguan-2026-00002"


@pytest.fixture
def browser(site: Site) -> httpx.Client:
    for number in (NUMBER, OTHER):
        folder = site.desk.receipts / number
        folder.mkdir(parents=True)
        (folder / "receipt.html").write_text(f"<!doctype html><title>回执 {number}</title>", encoding="utf-8")
        (folder / "receipt.json").write_text(json.dumps({"document": number}))
    return httpx.Client(transport=InProcess(site.app), base_url="http://desk")


def place_of(number: str = NUMBER, secret: str = PAGES_KEY) -> str:
    parts = urlsplit(receipt_link("http://desk", number, secret, NOW))
    return f"{parts.path}?{parts.query}"


def test_a_link_opens_the_page_and_the_signed_text(browser: httpx.Client) -> None:
    page = browser.get(place_of())
    signed = browser.get(place_of().replace("?", "/receipt.json?"))

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "回执 R-chengguan-2026-00001" in page.text
    assert signed.json() == {"document": NUMBER}
    assert signed.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "place",
    [
        f"/receipts/{NUMBER}",
        f"/receipts/{NUMBER}?key=",
        f"/receipts/{NUMBER}?key=x",
        f"/receipts/{NUMBER}?key=x.y.z",
        f"/receipts/{NUMBER}?key=%00%ff",
        place_of(OTHER).replace(OTHER, NUMBER),
        place_of(secret="another secret"),
        place_of()[:-1],
        place_of() + "x",
        place_of().replace("?key=", "?key=x."),
        f"/receipts/{NUMBER}/receipt.json",
        place_of(OTHER).replace(OTHER, f"{NUMBER}/receipt.json"),
        "/receipts/R-chengguan-2026-99999",
        "/receipts/..%2f..%2fregistry.db",
        "/receipts/%2e%2e",
        "/receipts/R-chengguan-2026-00001%00",
        "/receipts/R-chengguan-2026-00001%0a",
        "/receipts/" + "x" * 5000,
    ],
)
def test_without_its_link_nothing_opens_and_nothing_is_told(browser: httpx.Client, place: str) -> None:
    answer = browser.get(place)

    assert answer.status_code in (403, 404)
    assert "回执 R-" not in answer.text
    if answer.status_code == 403:
        assert "此链接不完整或已过期" in answer.text
        assert "This link is not complete, or has expired" in answer.text


def test_links_expire(site: Site, browser: httpx.Client) -> None:
    site.clock[0] = NOW + GOOD_FOR
    assert browser.get(place_of()).status_code == 200
    site.clock[0] += timedelta(seconds=2)
    assert browser.get(place_of()).status_code == 403


def test_a_receipt_that_is_not_laid_out_yet_is_asked_for_again(browser: httpx.Client) -> None:
    answer = browser.get(place_of("R-chengguan-2026-00003"))

    assert answer.status_code == 404
    assert "The receipt is not laid out yet" in answer.text


@pytest.mark.parametrize("place", ["/", "/health", "/nowhere", f"/receipts/{NUMBER}", place_of(), "/intake/sessions/x"])
def test_browsers_are_told_to_run_nothing_and_keep_nothing(browser: httpx.Client, place: str) -> None:
    headers = browser.get(place).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_the_front_page_says_what_this_is(browser: httpx.Client) -> None:
    page = browser.get("/").text

    assert "执法音像资料管理" in page
    assert "Custody of enforcement footage" in page
    assert "<script" not in page


def test_health(site: Site, browser: httpx.Client) -> None:
    assert browser.get("/health").json()["status"] == "ok"

    for path in (site.spool / "batches", site.spool / "incoming", site.spool / "ready", site.spool):
        path.rmdir()
    assert browser.get("/health").status_code == 503


@pytest.mark.parametrize("place", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_that_loads_scripts_from_elsewhere(browser: httpx.Client, place: str) -> None:
    assert browser.get(place).status_code == 404


@pytest.mark.parametrize("number", ["", "x", "../up", "R-chengguan-2026-1", "R-A-2026-00001", "R-a-2026-00001?x"])
def test_links_are_made_for_receipts_only(number: str) -> None:
    with pytest.raises(ValueError, match="receipt"):
        receipt_link("http://desk", number, PAGES_KEY, NOW)


def test_a_link_is_not_good_before_it_was_made() -> None:
    key = place_of().partition("?key=")[2]

    assert opens(key, NUMBER, PAGES_KEY, NOW)
    assert not opens(key, NUMBER, PAGES_KEY, NOW - timedelta(seconds=1))


def test_every_block_type_has_an_icon_that_prefect_s_pages_may_show(browser: httpx.Client) -> None:
    for block_type in BLOCK_TYPES:
        answer = browser.get(f"/icons/{block_type.get_block_type_slug()}.svg")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert browser.get("/icons/..%2Fpages.svg").status_code == 404

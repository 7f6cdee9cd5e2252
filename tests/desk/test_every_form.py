"""Every form of every page that somebody reaches, filled with what nobody means: an answer, never a failure, and what
was typed never becomes markup (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from registry.ledger import verify, verify_rows
from tests.desk.test_api import program, token_of
from tests.desk.test_api_schema import CASE, conversion_places, real_places
from tests.fixtures.counter import BASE, Browser, Counter
from tests.fixtures.disposal import Disposal

MARKUP = "<b class=x>\"'&"
HOSTILE = (
    MARKUP,
    "\0",
    "9" * 400,
    "-1",
    "٣",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59",
    "a\u202eb\U0010ffff",
    "案" * 2_500,
)
BEGIN = (
    "/inbox", "/duties", "/requests", "/register", "/people", "/tokens", "/disposals", "/holds", "/cases", "/incidents",
    "/conversions", "/terms/changes", "/terms/review", "/new-request", "/new-request?activity=xf-1", "/new-person",
    "/conversions/new", "/holds/new", "/cases/new",
)  # fmt: skip
LEFT_OUT = ("/sign-out", "/language")
MOST_PAGES = 60


@dataclass
class Formed:
    """A form as a browser sees it: where it goes, its fields with what stands in them, its buttons."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The forms and the links of a page."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__()
        self.place, self.forms, self.links = place, list[Formed](), list[str]()
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "a" and of.get("href", "").startswith("/"):
            self.links.append(of["href"])
        if tag == "form":
            self.forms.append(Formed(of.get("action") or self.place, of.get("method", "get").lower()))
        if not self.forms:
            return
        form, name = self.forms[-1], of.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.fields.setdefault(self._select, [of.get("value", "")])
        elif tag == "button" and name:
            form.buttons.append((name, of.get("value", "")))
        elif (tag == "input" and name) or tag == "textarea":
            kind = of.get("type", "text")
            if kind not in ("hidden", "checkbox", "radio"):
                form.typed.add(name)
            if kind not in ("checkbox", "radio") or name not in form.fields:
                form.fields[name] = [of.get("value", "")]


def sent(form: Formed, text: str) -> Iterator[dict[str, list[str]]]:
    """What is sent for each of its buttons with this text in whatever is typed."""
    for name, value in form.buttons or [("", "")]:
        filled = form.fields | {key: [text] for key in form.typed}
        yield filled | ({name: [value]} if name else {})


def pages(browser: Browser) -> Iterator[Page]:
    """What is reached from the beginnings, each place once."""
    waiting, seen = list(BEGIN), set(BEGIN)
    while waiting and len(seen) < MOST_PAGES + len(BEGIN):
        place = waiting.pop(0)
        answer = browser.get(place)
        assert answer.status_code < 500, (place, answer.status_code)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = Page(place, answer.text)
        yield page
        fresh = [one for one in dict.fromkeys(page.links) if one not in seen and not one.startswith(LEFT_OUT)]
        seen.update(fresh)
        waiting += fresh


@pytest.mark.parametrize("who", ["A1", "A2", "A3", "L3"])
def test_no_form_breaks_and_nothing_typed_becomes_markup(disposal_city: Disposal, counter: Counter, who: str) -> None:
    officer = program(counter, token_of(counter, "A1")[0])
    disposal_city.case(CASE)
    conversion_places(counter, officer, real_places(counter, officer)["grant"])
    disposal_city.later()
    disposal_city.list_due()
    browser = counter.browser(who)
    tried: set[tuple[str, str]] = set()
    for page in pages(browser):
        for form in page.forms:
            place = form.action.split("?")[0]
            if form.action.startswith(LEFT_OUT) or (place, str(sorted(form.fields))) in tried:
                continue
            tried.add((place, str(sorted(form.fields))))
            for text in HOSTILE:
                for fields in sent(form, text):
                    answer = (
                        browser.post(form.action, data=fields, headers={"Origin": BASE})
                        if form.method == "post"
                        else browser.get(form.action, params={name: one[0][:600] for name, one in fields.items()})
                    )
                    assert answer.status_code < 500, (form.action, fields, answer.status_code)
                    assert MARKUP[:10] not in answer.text, (form.action, fields)
    assert len(tried) >= 5, tried
    for name in ("/inbox", "/requests", "/register", "/people"):
        assert MARKUP[:10] not in browser.get(name).text
    assert verify(counter.access.city.registry).problems == []
    assert verify_rows(counter.access.city.registry).problems == []

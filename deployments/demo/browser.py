"""A person with a browser, as the demo plays them: fills in the forms that the desk shows, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pyotp

PASSWORD = "demo-password-2026"  # noqa: S105  of people who do not exist


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and what it holds already."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """The forms of a page, and the sources of what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.sources: list[str] = []
        self.code = ""
        self._in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, their inputs, and sources."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag in ("input", "textarea") and self.forms and "name" in given:
            self.forms[-1].fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif "src" in given:
            self.sources.append(given["src"])
        self._in_code = tag == "code"

    def handle_data(self, data: str) -> None:
        """Note the key that is shown beside the picture."""
        if self._in_code and not self.code:
            self.code = data


@dataclass(slots=True)
class Page:
    """A page as it came."""

    address: str
    text: str
    forms: list[Form]
    sources: list[str]
    code: str

    def form(self, part: str) -> Form:
        """The form whose address has `part` in it."""
        return next(one for one in self.forms if part in one.action)


class Person:
    """Somebody before the desk at `base`."""

    def __init__(self, base: str, number: str, now: float) -> None:
        self.number = number
        self.secret = ""
        self._now = now
        self._client = httpx.Client(base_url=base, follow_redirects=True, trust_env=False, timeout=30)

    def open(self, place: str) -> Page:
        """Look at a page."""
        return _page(self._client.get(place))

    def send(self, page: Page, form: Form, **filled: str | list[str]) -> Page:
        """Fill in a form and send it."""
        data: Mapping[str, str | list[str]] = {**form.fields, **filled}
        return _page(self._client.post(form.action or page.address, data=data))

    def enrol(self, place: str) -> None:
        """Choose a password and an authenticator."""
        page = self.open(place)
        self.secret = page.code
        self.send(page, page.forms[0], password=PASSWORD, again=PASSWORD, code=self._code())

    def sign_in(self, place: str) -> Page:
        """Come to a page that asks who it is."""
        page = self.open(place)
        return self.send(page, page.form("/sign-in"), number=self.number, password=PASSWORD, code=self._code())

    def bytes_of(self, place: str) -> bytes:
        """What is behind a source of a page."""
        return self._client.get(place).content

    def leave(self) -> None:
        """Close the browser."""
        self._client.close()

    def _code(self) -> str:
        return pyotp.TOTP(self.secret).at(int(self._now))


def _page(answer: httpx.Response) -> Page:
    answer.raise_for_status()
    forms = _Forms()
    forms.feed(answer.text)
    return Page(str(answer.url), answer.text, forms.forms, forms.sources, forms.code)

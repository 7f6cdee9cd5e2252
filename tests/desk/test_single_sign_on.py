"""A city's single sign-on: whoever it names is let in, and nobody whom it does not prove (Art. 17)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from desk.provider import Provider, ProviderSettings
from desk.single_sign_on import BACK, SingleSignOn
from registry.transitions.directory import PersonEntry, enter_people
from tests.fixtures.counter import BASE, Browser, Counter
from tests.servers.oidc import CLIENT, SECRET, OidcProvider

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.fixture
def provider(counter: Counter) -> Iterator[OidcProvider]:
    """A provider that the desk knows; its clock is the city's."""
    made = OidcProvider(lambda: counter.access.city.now.timestamp())
    known(counter, made)
    yield made
    made.stop()


def known(counter: Counter, provider: OidcProvider, **more: Any) -> None:
    settings = ProviderSettings(provider.issuer, CLIENT, SECRET, **more)
    single = SingleSignOn(Provider(settings, f"{BASE}{BACK}"))
    desk = counter.app.state.desk
    counter.app.state.desk = replace(desk, doors=replace(desk.doors, single_sign_on=single))


def leave(browser: Browser, to: str = "/requests", **more: str) -> str:
    """Press the button; where it leads."""
    answer = browser.post("/sign-in/single", data={"to": to, **more}, headers={"Origin": BASE})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def vouched(place: str) -> str:
    """What the provider answers there: the address to go back to, on the desk."""
    answer = httpx.get(place, trust_env=False)
    assert answer.status_code == 302
    return str(answer.headers["Location"]).removeprefix(BASE)


def come_in(counter: Counter, browser: Browser) -> httpx.Response:
    return browser.get(vouched(leave(browser)))


def is_inside(browser: Browser) -> bool:
    return 'id="password"' not in browser.open("/requests")


def test_whoever_it_names_is_let_in_and_goes_on_to_where_they_wanted(counter: Counter, provider: OidcProvider) -> None:
    browser = Browser(counter.app)
    assert "使用统一身份认证登录" in browser.open("/requests")
    answer = come_in(counter, browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/requests")
    assert is_inside(browser)
    assert "甲" in browser.open("/requests")
    person = counter.access.person("A1")
    assert counter.access.city.events(person)[-1] == "person.signed-in"


def test_what_was_typed_comes_along(counter: Counter, provider: OidcProvider) -> None:
    browser = counter.browser("A1")
    browser.open("/new-request?activity=xf-1")
    counter.access.city.wait(hours=1)
    page = browser.fill("/new-request", activity="xf-1", purpose="很长的用途说明").text
    kept = page.split('name="kept" value="')[1].split('"')[0]
    answer = browser.get(vouched(leave(browser, kept=kept)))
    assert "很长的用途说明" in answer.text


@pytest.mark.parametrize("user", ["nobody", "", " ", "A" * 33, None, 17, ["A1"], "A1\0"])
def test_who_is_not_in_the_directory_is_not_let_in(counter: Counter, provider: OidcProvider, user: Any) -> None:
    provider.user = user
    browser = Browser(counter.app)
    assert come_in(counter, browser).status_code == 403
    assert not is_inside(browser)


def test_who_left_is_not_let_in(counter: Counter, provider: OidcProvider) -> None:
    with counter.access.city.act() as act:
        day = (counter.access.city.now - timedelta(days=1)).date()
        enter_people(act, [PersonEntry("A1", "甲", "xf", left_on=day)])
    assert come_in(counter, Browser(counter.app)).status_code == 403


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for somebody else": {"aud": "another desk"},
    "for others too": {"aud": [CLIENT, "another desk"]},
    "another's nonce": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "too old": {"exp": 1},
    "not valid yet": {"nbf": 1 << 33},
    "no end": {"exp": None},
    "another party": {"azp": "another desk"},
    "a hash of another token": {"at_hash": "AAAA"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_proves_nothing_opens_nothing(
    counter: Counter, provider: OidcProvider, lie: dict[str, Any]
) -> None:
    def twist(claims: dict[str, Any]) -> None:
        claims.update(lie)
        for name in [name for name, value in lie.items() if value is None]:
            del claims[name]

    provider.twist_claims = twist
    browser = Browser(counter.app)
    answer = come_in(counter, browser)
    assert answer.status_code == 403
    assert "未能确认您的身份" in answer.text
    assert not is_inside(browser)


def unsigned(said: dict[str, Any]) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    said["id_token"] = f"{header}.{said['id_token'].split('.')[1]}."


def cut(said: dict[str, Any]) -> None:
    said["id_token"] = said["id_token"][:-8]


def missing(said: dict[str, Any]) -> None:
    del said["id_token"]


@pytest.mark.parametrize("twist", [unsigned, cut, missing])
def test_a_token_without_the_providers_signature_opens_nothing(
    counter: Counter, provider: OidcProvider, twist: Any
) -> None:
    provider.twist_token = twist
    assert come_in(counter, Browser(counter.app)).status_code == 403


def test_a_token_signed_with_what_others_know_opens_nothing(counter: Counter, provider: OidcProvider) -> None:
    provider.signing, provider.algorithm = OctKey.import_key(SECRET), "HS256"
    assert come_in(counter, Browser(counter.app)).status_code == 403
    provider.signing, provider.algorithm = RSAKey.generate_key(2048), "RS256"
    assert come_in(counter, Browser(counter.app)).status_code == 403


def test_the_provider_may_change_its_key(counter: Counter, provider: OidcProvider) -> None:
    assert come_in(counter, Browser(counter.app)).status_code == 303
    provider.new_key()
    counter.access.city.wait(minutes=2)
    assert come_in(counter, Browser(counter.app)).status_code == 303


def test_an_answer_is_taken_once_by_the_browser_that_asked(counter: Counter, provider: OidcProvider) -> None:
    browser = Browser(counter.app)
    back = vouched(leave(browser))
    assert Browser(counter.app).get(back).status_code == 403  # somebody was lured there
    assert browser.get(back).status_code == 303
    assert Browser(counter.app).get(back).status_code == 403
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("change", [{"state": "guessed"}, {"code": "guessed"}, {"code": ""}, {"iss": "https://evil"}])
def test_a_forged_answer_opens_nothing(counter: Counter, provider: OidcProvider, change: dict[str, str]) -> None:
    browser = Browser(counter.app)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(vouched(leave(browser))).query).items()}
    assert browser.get(BACK, params=asked | change).status_code == 403
    assert not is_inside(browser)


def test_an_answer_that_comes_late_opens_nothing(counter: Counter, provider: OidcProvider) -> None:
    browser = Browser(counter.app)
    back = vouched(leave(browser))
    counter.access.city.wait(minutes=11)
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize("place", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://evil.example/x", 7, None]
)
def test_nothing_outside_the_providers_address_is_asked(
    counter: Counter, provider: OidcProvider, place: str, to: Any
) -> None:
    provider.twist_metadata = lambda said: said.update({place: to})
    answer = Browser(counter.app).post("/sign-in/single", data={"to": "/requests"})
    assert answer.status_code == 503
    assert provider.asked == ["/realms/city/.well-known/openid-configuration"]


def test_nobody_follows_where_the_provider_sends_the_desk(counter: Counter, provider: OidcProvider) -> None:
    provider.moved_to = "http://127.0.0.1:1/elsewhere"
    assert Browser(counter.app).post("/sign-in/single", data={}).status_code == 503


def test_a_provider_that_is_down_is_said_and_passwords_go_on(counter: Counter, provider: OidcProvider) -> None:
    provider.stop()
    assert Browser(counter.app).post("/sign-in/single", data={}).status_code == 503
    assert is_inside(counter.browser("A1"))


def test_how_well_somebody_proved_who_they_are_counts_where_it_is_asked(
    counter: Counter, provider: OidcProvider
) -> None:
    known(counter, provider, acr="two-factors")
    assert come_in(counter, Browser(counter.app)).status_code == 403
    provider.twist_claims = lambda claims: claims.update(acr="two-factors")
    assert come_in(counter, Browser(counter.app)).status_code == 303


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_leads_nowhere_else(counter: Counter, provider: OidcProvider, to: str) -> None:
    browser = Browser(counter.app)
    assert browser.get(vouched(leave(browser, to))).headers["Location"] == "/inbox"


def test_another_sites_form_does_not_start_it(counter: Counter, provider: OidcProvider) -> None:
    answer = Browser(counter.app).post("/sign-in/single", data={}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_without_a_provider_there_is_no_way(counter: Counter) -> None:
    assert "使用统一身份认证登录" not in Browser(counter.app).open("/requests")
    assert Browser(counter.app).post("/sign-in/single", data={}).status_code == 404
    assert Browser(counter.app).get(BACK).status_code == 404

"""Where people reach what listens on this machine (Art. 17, 20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployments.automations import block_of
from deployments.bootstrap import blocks_of, vault_address
from deployments.home import Home
from deployments.settings import Settings, read_settings
from regulation.errors import ConfigurationError


def home_with(monkeypatch: pytest.MonkeyPatch, folder: Path, **more: str) -> Home:
    """A home in `folder`, of an environment that says `more`."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CUSTODY_HOME", str(folder / "home"))
    for name, value in more.items():
        monkeypatch.setenv(f"CUSTODY_{name.upper()}", value)
    return Home(read_settings())


def test_what_people_are_sent_leads_through_the_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = home_with(monkeypatch, tmp_path, public_url="https://zfjly.example", pages_port="4444")
    home.prepare()
    addresses = {name: block.pages_url for name, block in blocks_of(home).items()}  # type: ignore[attr-defined]
    assert set(addresses.values()) == {"https://zfjly.example"}
    assert len(addresses) == 3


def test_a_prefect_on_this_machine_needs_no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = home_with(monkeypatch, tmp_path, public_url="https://zfjly.example", pages_port="4444")
    assert alerts_of(home) == "http://127.0.0.1:4444/alerts"
    there = home_with(monkeypatch, tmp_path, prefect_api="https://prefect.example/api")
    assert alerts_of(there) == "https://zfjly.example/alerts"


def alerts_of(home: Home) -> str:
    """Where Prefect tells the desk of what is wrong."""
    url = block_of(home).url
    return url if isinstance(url, str) else url.get_secret_value()


def test_without_a_proxy_the_pages_are_where_they_listen() -> None:
    settings = Settings(host="127.0.0.1", pages_port=4201)
    assert settings.pages_url == settings.listening_url == "http://127.0.0.1:4201"


@pytest.mark.parametrize("told", ["https://zfjly.example", "https://zfjly.example/", " https://zfjly.example:8443 "])
def test_an_address_is_kept_without_its_slash(told: str) -> None:
    assert Settings(public_url=told).pages_url == told.strip().rstrip("/")


@pytest.mark.parametrize(
    "told",
    [
        "zfjly.example",
        "ftp://zfjly.example",
        "https://",
        "https://zfjly.example/desk",
        "https://zfjly.example?x=1",
        "https://zfjly.example#top",
        "https://me:word@zfjly.example",
        "javascript:alert(1)",
        "https://zfjly.example:port",
    ],
)
def test_what_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("CUSTODY_PUBLIC_URL", told)
    with pytest.raises(ConfigurationError) as wrong:
        read_settings()
    assert wrong.value.subject == "CUSTODY_PUBLIC_URL"


@pytest.mark.parametrize("name", ["dock_roots", "policy_files"])
def test_a_list_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="It is a list") as refusal:
        home_with(monkeypatch, tmp_path, **{name: "/srv/dock"})
    assert refusal.value.subject == f"CUSTODY_{name.upper()}"


@pytest.mark.parametrize(
    ("told", "region", "address"),
    [
        ("http://s3.example:9000", "us-east-1", "http://s3.example:9000"),
        ("", "eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
        ("", "cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_without_a_server_the_bucket_is_at_aws(told: str, region: str, address: str) -> None:
    settings = Settings(vault="s3", s3_endpoint=told, s3_region=region)
    assert vault_address(settings) == f"{address}/custody-originals"

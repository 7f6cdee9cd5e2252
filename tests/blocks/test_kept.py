"""Blocks as they are kept: without secrets, for their owner alone, under names that lead nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.archive import Archive
from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.duty_watch import DutyWatch
from blocks.kept import changed_fields, content_of, keep, kept, secrets_in
from blocks.leader_notifier import LeaderNotifier, Route
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from regulation.errors import ConfigurationError

PATH = "blocks/custody-dock-station/default.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY", "HEARTBEAT_URL"):
        monkeypatch.setenv(f"CUSTODY_{name}", f"plain-{name}")
    for name in ("receipt-key.pem", "pages-key"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(f"plain-{name}")
    return tmp_path


def registry() -> RegistryDatabase:
    return RegistryDatabase(url=SecretStr("env:CUSTODY_DATABASE_URL"))


def vault() -> S3Vault:
    keys = {name: SecretStr(f"env:CUSTODY_S3_{name.upper()}") for name in ("access_key", "secret_key")}
    return S3Vault(endpoint_url="https://s3.example", bucket="originals", **keys)


def station(**settings: object) -> DockStation:
    told = {"unit_code": "xf", "registry": registry(), "vault": vault(), "receipt_folder": Path("/receipts")}
    key = ReceiptKey(private_key=SecretStr("file:receipt-key.pem"))
    return DockStation(**{**told, "receipt_key": key, "pages_key": SecretStr("file:pages-key"), **settings})


def archive() -> Archive:
    return Archive(
        registry=registry(), vault=vault(), receipt_key=ReceiptKey(private_key=SecretStr("file:receipt-key.pem"))
    )


def watch() -> DutyWatch:
    channels = {"web": SecretStr("env:CUSTODY_HEARTBEAT_URL")}
    return DutyWatch(
        registry=registry(),
        notifier=LeaderNotifier(channels=channels, routes=[Route(channels=["web"], unit="xf")], per_minute={"web": 3}),
        heartbeat_url=SecretStr("env:CUSTODY_HEARTBEAT_URL"),
    )


def test_what_is_kept_comes_back_whole_and_holds_no_secret(home: Path) -> None:
    for block in (station(), station(vault=DirectoryVault(root=home / "vault")), watch(), archive()):
        keep(block, "default")
        back = kept(type(block), "default")

        assert content_of(back) == content_of(block) and changed_fields(back, block) == []
        assert [field for field, _ in secrets_in(back)] == [field for field, _ in secrets_in(block)]
        text = "".join(path.read_text() for path in (home / "blocks").rglob("*.json"))
        assert "plain-" not in text and "env:CUSTODY_DATABASE_URL" in text


def test_a_named_block_is_the_kept_one(home: Path) -> None:
    keep(station(), "default")
    keep(watch(), "default")
    keep(archive(), "default")

    assert isinstance(DockStation.named("default").vault, S3Vault)
    assert DutyWatch.named("default").notifier is not None
    assert Archive.named("default").vault == vault()


def test_it_is_the_owner_s_alone_and_refused_when_it_is_not(home: Path) -> None:
    keep(station(), "default")
    file = home / PATH
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0

    file.chmod(0o660)
    with pytest.raises(ConfigurationError, match="Others can read or change"):
        DockStation.named("default")


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (RegistryDatabase(url=SecretStr("plain")), "custody-registry/default: url"),
        (station(registry=RegistryDatabase(url=SecretStr("plain"))), "custody-dock-station/default: registry.url"),
        (station(pages_key=SecretStr("plain")), "custody-dock-station/default: pages_key"),
        (LeaderNotifier(channels={"web": SecretStr("json://x/")}), "custody-leader-notifier/default: channels.web"),
    ],
)
def test_a_secret_itself_is_refused_naming_block_and_field(
    home: Path, block: RegistryDatabase | DockStation | LeaderNotifier, field: str
) -> None:
    with pytest.raises(ConfigurationError, match="holds no secret") as refused:
        keep(block, "default")

    assert refused.value.subject == field
    assert not (home / "blocks").exists()


def test_a_secret_that_is_not_where_it_is_said_to_be_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTODY_S3_SECRET_KEY")

    with pytest.raises(ConfigurationError, match="CUSTODY_S3_SECRET_KEY is not set"):
        keep(station(), "default")


@pytest.mark.parametrize("name", ["..", "../x", "a/b", "", "A", "x" * 65, "-x", "x\n", "default.json", "甲"])
def test_a_name_from_a_run_leads_nowhere(home: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="lower-case letters"):
        DockStation.named(name)


def test_none_kept_says_what_to_do(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="custody blocks"):
        DockStation.named("unknown")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"unit_code": 7}'])
def test_one_that_cannot_be_read_says_so(home: Path, content: str) -> None:
    keep(station(), "default")
    (home / PATH).write_text(content)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        DockStation.named("default")


def test_one_of_another_kind_is_none(home: Path) -> None:
    keep(station(), "default")
    (home / "blocks" / "custody-archive").mkdir()
    (home / PATH).rename(home / "blocks" / "custody-archive" / "default.json")

    with pytest.raises(ConfigurationError):
        DockStation.named("default")


def test_changed_fields_are_named(home: Path) -> None:
    changed = station(wipe_allowed=True, vault=DirectoryVault(root=Path("/elsewhere")))

    assert changed_fields(changed, station()) == ["vault", "wipe_allowed"]
    assert json.dumps(content_of(changed))

"""Secrets by reference: followed to the environment, the home and the notifier file, and to nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.secret_reference import is_reference, revealed
from regulation.errors import ConfigurationError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("CUSTODY_HOME", str(folder))
    return folder


def private(path: Path, content: str = "s3cret", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_variable_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_TEST_SECRET", "s3cret")

    assert revealed(SecretStr("env:CUSTODY_TEST_SECRET")) == "s3cret"


@pytest.mark.parametrize("name", ["PATH", "AWS_SECRET_ACCESS_KEY", "custody_x", "CUSTODY_", "CUSTODY_X Y", "CUSTODY_ä"])
def test_no_other_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")

    with pytest.raises(ConfigurationError, match="CUSTODY_…") as refused:
        revealed(SecretStr(f"env:{name}"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTODY_TEST_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("CUSTODY_TEST_SECRET", value)

    with pytest.raises(ConfigurationError, match="CUSTODY_TEST_SECRET is not set"):
        revealed(SecretStr("env:CUSTODY_TEST_SECRET"))


def test_a_file_right_in_the_home(home: Path) -> None:
    private(home / "pages-key")

    assert revealed(SecretStr("file:pages-key")) == "s3cret"


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/b", "..", ".x", "a..b", "x\0", "x\n", "A", "~", "%2e%2e/x", "x.pem/../y"]
)
def test_no_way_leads_out_of_the_home(name: str, home: Path) -> None:
    private(home.parent / "x")

    with pytest.raises(ConfigurationError, match="right in the home"):
        revealed(SecretStr(f"file:{name}"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_file_that_others_may_open_is_refused(mode: int, home: Path) -> None:
    private(home / "key", mode=mode)

    with pytest.raises(ConfigurationError, match="chmod 600"):
        revealed(SecretStr("file:key"))


def test_neither_links_nor_pipes_nor_folders_are_followed(home: Path) -> None:
    (home / "link").symlink_to(private(home.parent / "elsewhere"))
    os.mkfifo(home / "pipe", 0o600)
    (home / "folder").mkdir(mode=0o700)

    for name in ("link", "pipe", "folder", "missing"):
        with pytest.raises(ConfigurationError):
            revealed(SecretStr(f"file:{name}"))


def test_without_a_home_no_file_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTODY_HOME")

    with pytest.raises(ConfigurationError, match="custody worker"):
        revealed(SecretStr("file:pages-key"))


def test_a_channel_of_the_notifier_file_and_what_the_environment_says_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODY_TEST_ADDRESS", "json://b/")
    file = tmp_path / "notifier.toml"
    file.write_text('[channels]\nmail = "json://a/ env:CUSTODY_TEST_ADDRESS"\nodd = 7\nother = "env:PATH"\n')

    assert revealed(SecretStr(f"channel:{file}#mail")) == "json://a/ json://b/"
    for channel in ("none", "odd", "other"):
        with pytest.raises(ConfigurationError):
            revealed(SecretStr(f"channel:{file}#{channel}"))


@pytest.mark.parametrize("content", ["", "channels = 7", "[channels", "root:x:0:0"])
def test_of_another_file_nothing_is_told(content: str, tmp_path: Path) -> None:
    file = private(tmp_path / "notifier.toml", content)

    with pytest.raises(ConfigurationError) as refused:
        revealed(SecretStr(f"channel:{file}#mail"))
    assert not content or content not in str(refused.value)
    with pytest.raises(ConfigurationError):
        revealed(SecretStr(f"channel:{tmp_path}/nowhere#mail"))


@pytest.mark.parametrize(
    "plain", ["", "s3cret", "sqlite:///x", "-----BEGIN PRIVATE KEY-----", "json://x/", "env:", "file: x"]
)
def test_what_is_no_reference_is_the_secret_itself(plain: str) -> None:
    assert not is_reference(plain)
    assert revealed(SecretStr(plain)) == plain

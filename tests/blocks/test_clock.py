"""The clock: real unless a file moves it, and then moved for everybody who reads that file."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocks import clock
from regulation.errors import ConfigurationError

SECOND = timedelta(seconds=5)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock"
    monkeypatch.setenv(clock.SETTING, str(path))
    return path


def ahead() -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_without_a_file_named_the_time_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.SETTING, raising=False)

    assert abs(ahead()) < SECOND
    assert clock.now().tzinfo is UTC


def test_the_file_moves_the_time_and_is_read_again_when_it_changes(file: Path) -> None:
    file.write_text("3600\n")
    assert abs(ahead() - timedelta(hours=1)) < SECOND

    file.write_text("7200.5")
    os.utime(file, ns=(1, 1))
    assert abs(ahead() - timedelta(hours=2)) < SECOND


def test_a_file_that_did_not_change_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("3600")
    clock.now()
    monkeypatch.setattr(Path, "read_text", lambda *_a, **_k: pytest.fail("read again"))

    assert abs(ahead() - timedelta(hours=1)) < SECOND


@pytest.mark.parametrize("text", ["", "soon", "-1", "nan", "inf", "1e300", "+26h", "十"])
def test_a_file_that_holds_no_offset_is_named(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=str(file)) as refused:
        clock.now()
    assert refused.value.subject == "CUSTODY_CLOCK_FILE"


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        clock.now()

"""The log tells no token, no name, no link: whatever happens (Art. 17)."""

from __future__ import annotations

import logging

import pytest

from tests.fixtures.desks import Site, manifest

NAME = "SL000001_张三.mp4".encode()


def test_an_unforeseen_error_is_logged_by_kind_and_place_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dock = site.dock()
    batch = dock.open()

    def fail(*_: object) -> None:
        raise RuntimeError(f"{NAME.decode()} {dock.token}")

    monkeypatch.setattr("desk.uploads.Uploads.create", fail)
    answer = dock.create(batch, NAME, 1)

    assert answer.status_code == 500
    assert dock.token not in answer.text
    assert "RuntimeError at " in caplog.text
    assert __file__ in caplog.text
    assert "张三" not in caplog.text
    assert dock.token not in caplog.text


def test_an_ordinary_day_logs_no_names_and_no_tokens(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    dock = site.dock()
    batch = dock.open()
    place = dock.push(batch, NAME, b"content")
    dock.append(place, b"wrong", 0)
    site.stranger().post("/intake/sessions")
    dock.post(f"/intake/sessions/{batch}/complete", json=manifest({NAME: b"other"}))
    dock.post(f"/intake/sessions/{batch}/complete", json=manifest({NAME: b"content"}))

    told = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    for secret in (dock.token, "张三", "SL000001", "guessed"):
        assert secret not in told

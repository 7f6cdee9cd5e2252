"""Only docks with a live token are let in, and guessing is slowed down."""

from __future__ import annotations

import pytest

from registry.transitions.docks import revoke_token
from tests.fixtures.desks import MakeSite, Site


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer guessed",
        "Basic token-of-gate-0123456789abcdef",
        "token-of-gate-0123456789abcdef",
        "Bearer  token-of-gate-0123456789abcdef",
        "Bearer token-of-gate-0123456789abcde",
        "Bearer " + "x" * 100_000,
        "Bearer \u00e9\u00ff",
    ],
)
def test_nobody_else_is_let_in(site: Site, header: str | None) -> None:
    site.dock()
    stranger = site.stranger()
    del stranger.headers["Authorization"]
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}

    answer = stranger.post("/intake/sessions", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="intake"'
    assert list(site.desk.spool.batches()) == []


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("POST", "/intake/sessions"),
        ("GET", "/intake/sessions/{batch}"),
        ("DELETE", "/intake/sessions/{batch}"),
        ("POST", "/intake/sessions/{batch}/complete"),
        ("POST", "/intake/sessions/{batch}/files"),
        ("HEAD", "/intake/sessions/{batch}/files/{file}"),
        ("PATCH", "/intake/sessions/{batch}/files/{file}"),
        ("DELETE", "/intake/sessions/{batch}/files/{file}"),
    ],
)
def test_every_door_asks_for_the_token(site: Site, method: str, place: str) -> None:
    dock = site.dock()
    batch = dock.open()
    file = dock.create(batch, b"a", 1).headers["Location"].rpartition("/")[2]
    headers = {"Tus-Resumable": "1.0.0"}

    answer = site.stranger().request(method, place.format(batch=batch, file=file), headers=headers)

    assert answer.status_code == 401


def test_a_revoked_token_opens_nothing_any_more_even_half_way(site: Site) -> None:
    dock = site.dock()
    batch = dock.open()
    place = dock.create(batch, b"a", 2).headers["Location"]
    assert dock.append(place, b"a", 0).status_code == 204

    with site.registry.acting("test", site.clock[0]) as act:
        revoke_token(act, name="gate")

    assert dock.append(place, b"b", 1).status_code == 401
    assert dock.get(f"/intake/sessions/{batch}").status_code == 401


def test_failures_from_one_address_are_slowed_down_but_docks_known_there_are_not(make_site: MakeSite) -> None:
    site = make_site(failed_tokens=3, failed_within_seconds=60.0)
    dock, late = site.dock("gate"), site.dock("yard")
    dock.open()
    for guess in range(3):
        assert site.stranger(f"guess {guess}").post("/intake/sessions").status_code == 401

    refused = site.stranger("guess 4").post("/intake/sessions")

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert late.post("/intake/sessions").status_code == 429, "never seen before: it cannot be told from a guess"
    assert dock.post("/intake/sessions").status_code == 201
    assert site.stranger("guess 5", address="192.0.2.2").post("/intake/sessions").status_code == 401


def test_patience_comes_back(make_site: MakeSite) -> None:
    site = make_site(failed_tokens=2, failed_within_seconds=0.0)
    for guess in range(5):
        assert site.stranger(f"guess {guess}").post("/intake/sessions").status_code == 401

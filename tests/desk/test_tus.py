"""The tus protocol 1.0.0, as a dock meets it (Art. 16)."""

from __future__ import annotations

import fcntl
import hashlib
import os
from typing import Any

import anyio
import httpx
import pytest

import desk.uploads
from desk.uploads import Uploads
from tests.fixtures.desks import TUS, Dock, MakeSite, Site, b64

CONTENT = os.urandom(300_000)


def begun(site: Site, length: int = len(CONTENT)) -> tuple[Dock, str, str]:
    dock = site.dock()
    batch = dock.open()
    return dock, batch, dock.create(batch, b"DCIM/a.mp4", length).headers["Location"]


def test_says_what_it_can_do(site: Site) -> None:
    answer = site.stranger().options("/intake/sessions/x/files")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,checksum,termination"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer.headers["Tus-Max-Size"]) > 0


def test_a_file_comes_in_pieces_and_lies_whole_in_the_dump(site: Site) -> None:
    dock, batch, place = begun(site)

    assert dock.offset(place) == 0
    for start in range(0, len(CONTENT), 70_000):
        piece = CONTENT[start : start + 70_000]
        assert not (site.spool / "incoming" / batch / "DCIM").exists(), "a part of a file lies in the dump"
        answer = dock.append(place, piece, start)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(start + len(piece)))

    assert (site.spool / "incoming" / batch / "DCIM" / "a.mp4").read_bytes() == CONTENT
    assert dock.state(batch)["files"][0]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert list(site.spool.rglob("*.part")) == []


def test_head_tells_offset_length_and_metadata(site: Site) -> None:
    dock, _, place = begun(site)
    dock.append(place, CONTENT[:1000], 0)

    answer = dock.head(place, headers=TUS)

    assert answer.headers["Upload-Offset"] == "1000"
    assert answer.headers["Upload-Length"] == str(len(CONTENT))
    assert answer.headers["Upload-Metadata"] == f"filename {b64(b'DCIM/a.mp4')}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize("digest", [hashlib.sha256(b"else").digest(), b"", b"short"])
def test_a_wrong_checksum_appends_nothing(site: Site, digest: bytes) -> None:
    dock, _, place = begun(site)
    dock.append(place, CONTENT[:1000], 0)

    answer = dock.append(place, CONTENT[1000:], 1000, f"sha256 {b64(digest)}")

    assert answer.status_code == 460
    assert dock.offset(place) == 1000
    assert next(site.spool.rglob("*.part")).read_bytes() == CONTENT[:1000]
    assert dock.append(place, CONTENT[1000:], 1000).status_code == 204


def test_sha1_is_taken_as_the_protocol_demands(site: Site) -> None:
    dock, _, place = begun(site)

    assert dock.append(place, CONTENT[:9], 0, f"sha1 {b64(hashlib.sha1(CONTENT[:9]).digest())}").status_code == 204
    assert dock.append(place, CONTENT[9:], 9, f"sha1 {b64(hashlib.sha1(b'else').digest())}").status_code == 460


@pytest.mark.parametrize("checksum", ["md5 AAAA", "sha256", "sha256 not/base64!", "AAAA"])
def test_a_checksum_nobody_can_check_is_refused(site: Site, checksum: str) -> None:
    dock, _, place = begun(site)

    assert dock.append(place, CONTENT, 0, checksum).status_code in (400, 460)
    assert dock.offset(place) == 0


@pytest.mark.parametrize("offset", [1, 299_999, 300_000, 10**12])
def test_a_wrong_offset_is_refused_and_the_right_one_told(site: Site, offset: int) -> None:
    dock, _, place = begun(site)

    answer = dock.append(place, b"x", offset)

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "0")


def test_a_replayed_piece_changes_nothing(site: Site) -> None:
    dock, batch, place = begun(site)
    dock.append(place, CONTENT[:1000], 0)

    assert dock.append(place, CONTENT[:1000], 0).status_code == 409
    assert dock.append(place, CONTENT[1000:], 1000).status_code == 204
    assert dock.append(place, CONTENT[1000:], 1000).status_code == 409
    assert dock.append(place, b"", len(CONTENT), None).status_code == 204
    assert (site.spool / "incoming" / batch / "DCIM" / "a.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("declared", [True, False])
def test_more_than_was_announced_is_refused_and_none_of_it_kept(site: Site, declared: bool) -> None:
    dock, _, place = begun(site, length=100)
    headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}

    body: Any = b"x" * 101 if declared else iter([b"x" * 60, b"x" * 41])
    answer = dock.patch(place, headers=headers, content=body)

    assert answer.status_code == 413
    assert dock.offset(place) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Tus-Resumable": ""}, 412),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "0x10"}, 400),
        ({"Upload-Offset": "٣"}, 400),
        ({"Upload-Offset": ""}, 400),
        ({"Upload-Offset": "9" * 30}, 400),
    ],
)
def test_malformed_appends_are_refused(site: Site, headers: dict[str, str], status: int) -> None:
    dock, _, place = begun(site)
    right = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    encoded = {name: value.encode() for name, value in {**right, **headers}.items()}

    assert dock.patch(place, headers=encoded, content=b"x").status_code == status
    assert dock.offset(place) == 0


@pytest.mark.parametrize(
    ("length", "metadata"),
    [
        ("", "filename YQ=="),
        ("-1", "filename YQ=="),
        ("1e3", "filename YQ=="),
        ("9" * 19, "filename YQ=="),
        ("1", ""),
        ("1", "name YQ=="),
        ("1", "filename not!base64"),
        ("1", "filename YQ==,filename YQ=="),
        ("1", "filename YQ==,modified " + b64(b"yesterday")),
        ("1", "filename YQ==,modified " + b64(b"1" * 30)),
        ("1", ",,,"),
    ],
)
def test_malformed_creations_are_refused(site: Site, length: str, metadata: str) -> None:
    dock = site.dock()
    batch = dock.open()
    headers = {**TUS, "Upload-Length": length, "Upload-Metadata": metadata}

    assert dock.post(f"/intake/sessions/{batch}/files", headers=headers).status_code == 400
    assert dock.state(batch)["files"] == []


def test_creating_again_finds_the_file_as_far_as_it_has_come(site: Site) -> None:
    dock, batch, place = begun(site)
    dock.append(place, CONTENT[:1000], 0)

    again = dock.create(batch, b"DCIM/a.mp4", len(CONTENT))

    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (place, "1000")
    assert dock.create(batch, b"DCIM/a.mp4", 5).status_code == 409
    assert len(dock.state(batch)["files"]) == 1


def test_an_empty_file_is_whole_at_once(site: Site) -> None:
    dock = site.dock()
    batch = dock.open()

    place = dock.create(batch, b"empty.jpg", 0).headers["Location"]

    assert (site.spool / "incoming" / batch / "empty.jpg").read_bytes() == b""
    assert dock.append(place, b"", 0, None).status_code == 204


@pytest.mark.parametrize("sent", [0, 1000, len(CONTENT)])
def test_a_terminated_file_is_gone(site: Site, sent: int) -> None:
    dock, batch, place = begun(site)
    if sent:
        dock.append(place, CONTENT[:sent], 0)

    assert dock.delete(place, headers=TUS).status_code == 204
    assert dock.head(place, headers=TUS).status_code == 404
    assert dock.delete(place, headers=TUS).status_code == 404
    assert [path for path in (site.spool / "incoming" / batch).rglob("*") if path.is_file()] == []
    assert dock.create(batch, b"DCIM/a.mp4", 5).headers["Upload-Offset"] == "0"


def test_methods_may_be_said_in_a_header_but_only_the_protocols_own(site: Site) -> None:
    dock, _, place = begun(site)
    headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}

    assert dock.post(place, headers={**headers, "X-HTTP-Method-Override": "PATCH"}, content=CONTENT).status_code == 204
    assert dock.post(place, headers={**TUS, "X-HTTP-Method-Override": "PUT"}).status_code == 405
    assert dock.post(place, headers={**TUS, "X-HTTP-Method-Override": "DELETE"}).status_code == 204


@pytest.mark.parametrize("file", ["0" * 32, "0" * 31, "%2e%2e", "%2e%2e%2fbatch", "batch", "A" * 32])
def test_files_that_are_not_there(site: Site, file: str) -> None:
    dock = site.dock()
    batch = dock.open()

    for method in ("HEAD", "PATCH", "DELETE"):
        answer = dock.request(method, f"/intake/sessions/{batch}/files/{file}", headers=TUS)
        assert answer.status_code in (404, 405)


def broken_off(site: Site, place: str, pieces: list[bytes], headers: dict[str, str], *, silent: bool = False) -> int:
    """A PATCH whose dock vanishes, or falls silent, before its body is whole; returns the status answered."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        if silent:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http", "method": "PATCH", "path": place, "raw_path": place.encode(), "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1), "http_version": "1.1", "scheme": "http", "server": ("desk", 80),
    }  # fmt: skip
    anyio.run(site.app, scope, receive, send)
    return statuses[0]


def patch_headers(dock: Dock, **more: str) -> dict[str, str]:
    content_type = "application/offset+octet-stream"
    bearer = f"Bearer {dock.token}"
    return {**TUS, "Authorization": bearer, "Content-Type": content_type, "Upload-Offset": "0", **more}


def test_what_came_before_a_break_is_kept(site: Site) -> None:
    dock, _, place = begun(site)

    assert broken_off(site, place, [CONTENT[:500], CONTENT[500:900]], patch_headers(dock)) == 408

    assert dock.offset(place) == 900
    assert dock.append(place, CONTENT[900:], 900).status_code == 204


def test_what_came_before_a_break_is_dropped_where_a_checksum_was_to_speak_for_it(site: Site) -> None:
    dock, _, place = begun(site)
    checksum = {"Upload-Checksum": f"sha256 {b64(hashlib.sha256(CONTENT).digest())}"}

    assert broken_off(site, place, [CONTENT[:900]], patch_headers(dock, **checksum)) == 408

    assert dock.offset(place) == 0
    assert dock.append(place, CONTENT, 0).status_code == 204


def test_a_dock_that_falls_silent_does_not_hold_its_file(make_site: MakeSite) -> None:
    site = make_site(quiet_seconds=0.05)
    dock, _, place = begun(site)

    assert broken_off(site, place, [CONTENT[:900]], patch_headers(dock), silent=True) == 408
    assert dock.append(place, CONTENT[900:], 900).status_code == 204


def test_two_at_once_on_one_file_and_the_second_is_told_to_wait(site: Site) -> None:
    dock, batch_id, place = begun(site)
    batch = next(site.desk.spool.batches())
    with site.desk.uploads.alone(batch, place.rpartition("/")[2]):
        answer = dock.append(place, CONTENT, 0)
        assert (answer.status_code, answer.headers["Retry-After"]) == (423, "1")
        assert dock.delete(place, headers=TUS).status_code == 423
        assert dock.offset(place) == 0

    assert dock.append(place, CONTENT, 0).status_code == 204
    assert (site.spool / "incoming" / batch_id / "DCIM" / "a.mp4").read_bytes() == CONTENT


def test_a_race_of_patches_appends_once(site: Site) -> None:
    dock, batch, place = begun(site)
    transport = httpx.ASGITransport(site.app)
    headers = patch_headers(dock)
    statuses: list[int] = []

    async def race() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:

            async def one() -> None:
                statuses.append((await client.patch(place, headers=headers, content=CONTENT)).status_code)

            async with anyio.create_task_group() as group:
                for _ in range(8):
                    group.start_soon(one)

    anyio.run(race)

    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 409, 423}
    assert (site.spool / "incoming" / batch / "DCIM" / "a.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["_sha256", "_write", "place"])
def test_killed_while_it_is_finished_a_file_is_finished_later(
    site: Site, monkeypatch: pytest.MonkeyPatch, step: str, moment: str
) -> None:
    """All bytes had come, then the server died: HEAD says so, and the manifest has the file finished."""
    dock, batch, place = begun(site)
    dock.append(place, CONTENT[:-1], 0)
    finish, real = Uploads.finish, getattr(desk.uploads, step)

    def dying(*arguments: Any, **more: Any) -> None:
        if moment == "after":
            real(*arguments, **more)
        raise KeyboardInterrupt

    def finish_and_die(*arguments: Any) -> Any:
        with monkeypatch.context() as death:
            death.setattr(desk.uploads, step, dying)
            return finish(*arguments)

    with monkeypatch.context() as death:
        death.setattr(Uploads, "finish", finish_and_die)
        with pytest.raises(BaseException):  # noqa: B017 - however the death is wrapped
            dock.append(place, CONTENT[-1:], len(CONTENT) - 1)

    assert dock.offset(place) == len(CONTENT)
    assert dock.state(batch)["files"][0]["sha256"] is None
    assert dock.complete(batch, {b"DCIM/a.mp4": CONTENT}).status_code == 200
    ready = site.spool / "ready" / "chengguan" / batch
    assert [path.read_bytes() for path in ready.rglob("*") if path.is_file()] == [CONTENT]


def test_killed_after_it_was_placed_a_file_can_still_be_deleted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    dock, batch, place = begun(site)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr("desk.uploads.replace", dying_at_the_hash(desk.uploads.replace, die))
        with pytest.raises(BaseException):  # noqa: B017 - however the death is wrapped
            dock.append(place, CONTENT, 0)
    lying = site.spool / "incoming" / batch / "DCIM" / "a.mp4"
    assert lying.read_bytes() == CONTENT

    with lying.open("rb") as held:  # as by the request that is just finishing it
        fcntl.flock(held, fcntl.LOCK_EX)
        assert dock.delete(place, headers=TUS).status_code == 423
    assert dock.delete(place, headers=TUS).status_code == 204
    assert not lying.exists()


def dying_at_the_hash(real: Any, die: Any) -> Any:
    """`replace` as it is, until it is to say that a file is whole."""
    return lambda upload, **change: die() if "sha256" in change else real(upload, **change)


def test_a_power_cut_that_lost_what_was_known_of_a_file_costs_sending_it_again(site: Site) -> None:
    """Files lie in the dump that no record tells of: one is sent again and takes its place, one is not and goes."""
    dock = site.dock()
    batch = dock.open()
    for name in (b"again.mp4", b"never.mp4", b"kept.mp4"):
        dock.push(batch, name, b"first")
    for record in site.spool.rglob("files/*.json"):
        if b64(b"kept.mp4") not in record.read_text():
            record.write_text("")

    assert dock.complete(batch, {b"again.mp4": b"2nd", b"kept.mp4": b"first"}).status_code == 409
    dock.push(batch, b"again.mp4", b"2nd")
    assert dock.complete(batch, {b"again.mp4": b"2nd", b"kept.mp4": b"first"}).status_code == 200

    ready = site.spool / "ready" / "chengguan" / batch
    assert {path.name: path.read_bytes() for path in ready.iterdir()} == {"again.mp4": b"2nd", "kept.mp4": b"first"}

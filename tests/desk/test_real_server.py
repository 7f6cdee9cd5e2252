"""The desk as `custody up` starts it: killed at any moment, spoken to by another's client, quiet in its log."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import time
from io import BytesIO
from threading import Thread

import pytest
from tusclient.client import TusClient

from tests.desk.test_names import files_of
from tests.fixtures.desks import TUS, Dock, Installation, b64, manifest
from tests.fixtures.patience import wait_until

pytestmark = pytest.mark.servers

CONTENT = os.urandom(3_000_000)
NAME = "DCIM/SL000001_张三.mp4".encode()


def half_a_patch(dock: Dock, place: str, offset: int, sent: int, *, checksum: bool) -> socket.socket:
    """A PATCH of all the rest of which only `sent` bytes have gone; the connection stays open."""
    rest = CONTENT[offset:]
    lines = [
        f"PATCH {place} HTTP/1.1", "Host: desk", f"Authorization: Bearer {dock.token}",
        "Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream",
        f"Upload-Offset: {offset}", f"Content-Length: {len(rest)}",
    ]  # fmt: skip
    if checksum:
        lines.append(f"Upload-Checksum: sha256 {b64(hashlib.sha256(rest).digest())}")
    connection = socket.create_connection(("127.0.0.1", dock.base_url.port or 80))
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + rest[:sent])
    return connection


def wait_for_part(installation: Installation, more_than: int) -> None:
    """Until the server has written something of the request on its way."""
    spool = installation.home / "spool"
    wait_until(lambda: any(part.stat().st_size > more_than for part in spool.rglob("*.part")), "nothing was written")


@pytest.mark.parametrize("checksum", [True, False], ids=["checksum", "no checksum"])
def test_killed_in_the_middle_of_a_patch_the_dock_goes_on_by_head(installation: Installation, checksum: bool) -> None:
    installation.start()
    dock = installation.dock()
    batch = dock.open()
    place = dock.create(batch, NAME, len(CONTENT), 1_700_000_000_000_000_000).headers["Location"]
    dock.append(place, CONTENT[:1000], 0)

    connection = half_a_patch(dock, place, 1000, 2_200_000, checksum=checksum)
    wait_for_part(installation, more_than=1000)
    assert dock.append(place, CONTENT[1000:], 1000).status_code == 423, "the file is held while it is written"
    installation.kill()
    connection.close()
    installation.start()

    offset = dock.offset(place)
    assert offset == 1000 if checksum else 1000 <= offset <= 2_201_000
    assert dock.append(place, CONTENT[offset:], offset).status_code == 204
    assert dock.post(f"/intake/sessions/{batch}/complete", json=manifest({NAME: CONTENT})).status_code == 200
    assert files_of(installation.home / "spool" / "ready" / "chengguan" / batch) == {NAME: CONTENT}


def test_killed_again_and_again_at_any_moment_every_file_arrives_once(installation: Installation) -> None:
    """A dock that only ever asks how far it is and goes on, and a server that dies under it again and again."""
    chance = random.Random(16)
    files = {b"DCIM/%03d.bin" % number: chance.randbytes(chance.randrange(200_000)) for number in range(60)}
    installation.start()
    dock = installation.dock()
    batch = dock.open("k" * 32)
    deaths = 0
    done = False

    def murder() -> None:
        nonlocal deaths
        while not done and deaths < 4:
            time.sleep(chance.uniform(0.05, 0.4))
            if done:
                return
            installation.kill()
            deaths += 1
            installation.start()

    murderer = Thread(target=murder)
    murderer.start()
    try:
        patiently(dock, batch, files)
    finally:
        done = True
        murderer.join()

    assert deaths > 1
    assert files_of(installation.home / "spool" / "ready" / "chengguan" / batch) == files
    with installation.registry() as registry, registry.reading() as reading:
        assert len(reading.connection().exec_driver_sql("SELECT id FROM dock_session").all()) == 1


TRIES = 2_400
"""Of a twentieth of a second each: on a busy machine a server takes its time to come up again."""


def patiently(dock: Dock, batch: str, files: dict[bytes, bytes]) -> None:
    """Send and complete, trying each step until it is done."""

    def insist(step: str, *arguments: object) -> int:
        for _ in range(TRIES):
            try:
                status = int(getattr(dock, step)(*arguments).status_code)
            except OSError:
                status = 0
            except Exception as error:
                assert type(error).__module__.startswith("httpx"), error
                status = 0
            if status not in (0, 423):
                return status
            time.sleep(0.05)
        raise AssertionError(step)

    for name, content in files.items():
        offset = 0
        while insist("create", batch, name, len(content)) == 201:
            offset = int(again(dock, batch, name, len(content)))
            if offset == len(content):
                break
            insist("append", place_of(dock, batch, name, len(content)), content[offset:], offset)
    assert insist("complete", batch, files) == 200


def again(dock: Dock, batch: str, name: bytes, length: int) -> str:
    return ask(dock, batch, name, length)["Upload-Offset"]


def place_of(dock: Dock, batch: str, name: bytes, length: int) -> str:
    return ask(dock, batch, name, length)["Location"]


def ask(dock: Dock, batch: str, name: bytes, length: int) -> dict[str, str]:
    """The headers of the file's creation, found again if need be."""
    for _ in range(TRIES):
        try:
            answer = dock.create(batch, name, length)
            if answer.status_code == 201:
                return {key: answer.headers[key] for key in ("Upload-Offset", "Location")}
        except Exception as error:
            assert type(error).__module__.startswith("httpx"), error
        time.sleep(0.05)
    raise AssertionError("no answer")


def test_a_client_we_did_not_write_is_understood(installation: Installation) -> None:
    """tuspy, in pieces with SHA-1 checksums, and going on with a file it finds begun."""
    installation.start()
    dock = installation.dock()
    batch = dock.open()
    client = TusClient(
        f"{installation.url}/intake/sessions/{batch}/files", headers={"Authorization": f"Bearer {dock.token}"}
    )
    options = {"chunk_size": 500_000, "metadata": {"filename": "DCIM/a.mp4"}, "upload_checksum": True}

    first = client.uploader(file_stream=BytesIO(CONTENT), **options)
    first.upload_chunk()
    first.upload_chunk()
    second = client.uploader(file_stream=BytesIO(CONTENT), url=first.url, **options)
    assert second.offset == 1_000_000
    second.upload()

    assert dock.post(f"/intake/sessions/{batch}/complete", json=manifest({b"DCIM/a.mp4": CONTENT})).status_code == 200
    assert files_of(installation.home / "spool" / "ready" / "chengguan" / batch) == {b"DCIM/a.mp4": CONTENT}


def test_the_servers_log_tells_no_token_no_name_no_link(installation: Installation) -> None:
    installation.start()
    dock = installation.dock()
    batch = dock.open()
    place = dock.push(batch, NAME, CONTENT)
    dock.head(place, headers=TUS)
    dock.get("/receipts/R-chengguan-2026-00001?key=looks-like-a-key")
    half_a_patch(dock, place, 0, 10, checksum=False).close()
    with socket.create_connection(("127.0.0.1", installation.port)) as rude:
        rude.sendall(f"GARBAGE {dock.token}\r\n\r\n".encode())
        rude.recv(1000)
    installation.stop()

    log = installation.log.read_text()
    assert "Application startup complete" in log
    for secret in (dock.token, "SL000001", "张三", "looks-like-a-key", batch):
        assert secret not in log

"""A dock far away: sends a dump whatever happens in between, and wipes by the signed receipt alone (Art. 16)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blocks.signing import key_id_of, new_private_key, public_key_of, read_private_key
from deployments.dock_client import Sent, key_of, send
from deployments.dock_wiping import RECEIPT_KIND, Begun, wipe
from deployments.dock_wire import Wire
from registry.transitions.docks import revoke_token
from regulation.errors import ActionDenied, ConfigurationError, FixityError, Unavailable
from tasks.dump import Dump, Entry
from tests.desk.test_names import files_of
from tests.fixtures.desks import InProcess, MakeSite, Site

MTIME = 1_700_000_000_123_456_789


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump of a few files, one of them longer than a piece."""
    folder = tmp_path / "recorder"
    for name, size in (("DCIM/a.mp4", 50_000), ("DCIM/现场 1.jpg", 3), ("empty.wav", 0), ("b\nc\udcff.bin", 70_000)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(hashlib.shake_128(os.fsencode(name)).digest(size))
        os.utime(path, ns=(MTIME, MTIME))
    return folder


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.dock_client.CHUNK", 16_000)
    monkeypatch.setattr("deployments.dock_wire._FIRST_PAUSE", 0.0)


class Through(httpx.BaseTransport):
    """A way to the desk on which something can happen; remembers the bytes of files it carried."""

    def __init__(self, site: Site, happens: Callable[[int, httpx.Request], httpx.Request] | None = None) -> None:
        self._way, self._happens = InProcess(site.app), happens
        self.requests = 0
        self.carried = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self._happens is not None:
            request = self._happens(self.requests, request)
        if request.method == "PATCH":
            self.carried += len(request.read())
        return self._way.handle_request(request)


def wire_of(site: Site, way: httpx.BaseTransport | None = None, token: str | None = None) -> Wire:
    token = token or "token-of-gate-0123456789abcdef"
    return Wire("http://desk", token, patience_seconds=0.5, clear_text=True, transport=way or InProcess(site.app))


def send_all(wire: Wire, folder: Path) -> Sent:
    with Dump(folder) as dump:
        return send(wire, dump, folder, list(dump.entries()), lambda done: None)


def ready(site: Site, sent: Sent) -> Path:
    return site.spool / "ready" / "chengguan" / sent.state["batch"]


def test_the_dump_arrives_byte_for_byte_with_its_names_and_times(site: Site, dump: Path) -> None:
    site.dock()
    told: list[int] = []

    with wire_of(site) as wire, Dump(dump) as opened:
        sent = send(wire, opened, dump, list(opened.entries()), told.append)

    assert sent.left == ()
    assert files_of(ready(site, sent)) == files_of(dump)
    times = {path.stat().st_mtime_ns for path in ready(site, sent).rglob("*") if path.is_file()}
    assert times == {MTIME}
    assert max(told) == sum(len(content) for content in files_of(dump).values())


def test_cut_off_at_any_request_the_next_run_goes_on(site: Site, dump: Path) -> None:
    """The link breaks for good at the 1st, 2nd, … request; in the end all has gone over the wire about once."""
    site.dock()
    size = sum(len(content) for content in files_of(dump).values())
    carried, sent, cut = 0, None, 0
    while sent is None:
        cut += 1

        def breaks(number: int, request: httpx.Request, cut: int = cut) -> httpx.Request:
            if number > cut:
                raise httpx.ConnectError("gone")
            return request

        way = Through(site, breaks)
        try:
            with wire_of(site, way) as wire:
                wire._patience = 0.0
                sent = send_all(wire, dump)
        except Unavailable:
            pass
        carried += way.carried

    assert cut > 5
    assert files_of(ready(site, sent)) == files_of(dump)
    assert size <= carried <= size + 4 * 16_000
    assert len(list(site.desk.spool.batches())) == 1


def test_a_link_that_stutters_is_borne(site: Site, dump: Path) -> None:
    site.dock()

    def stutters(number: int, request: httpx.Request) -> httpx.Request:
        if number % 3 == 0:
            raise httpx.ReadTimeout("late")
        return request

    with wire_of(site, Through(site, stutters)) as wire:
        assert files_of(ready(site, send_all(wire, dump))) == files_of(dump)


def test_answers_that_are_lost_are_asked_for_again(site: Site, dump: Path) -> None:
    """Each request is carried out, but every other answer is lost."""
    site.dock()

    class Deaf(Through):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            if self.requests % 2:
                raise httpx.ReadError("lost")
            return answer

    with wire_of(site, Deaf(site)) as wire:
        assert files_of(ready(site, send_all(wire, dump))) == files_of(dump)


def test_bytes_damaged_on_the_way_are_sent_again(site: Site, dump: Path) -> None:
    site.dock()

    def damages(number: int, request: httpx.Request) -> httpx.Request:
        if request.method != "PATCH" or number % 3:
            return request
        body = bytearray(request.read())
        body[0] ^= 1
        return httpx.Request("PATCH", request.url, headers=request.headers, content=bytes(body))

    with wire_of(site, Through(site, damages)) as wire:
        assert files_of(ready(site, send_all(wire, dump))) == files_of(dump)


def test_a_way_that_damages_everything_is_given_up(site: Site, dump: Path) -> None:
    site.dock()

    def damages(number: int, request: httpx.Request) -> httpx.Request:
        if request.method != "PATCH":
            return request
        return httpx.Request("PATCH", request.url, headers=request.headers, content=b"x" * len(request.read()))

    with wire_of(site, Through(site, damages)) as wire, pytest.raises(Unavailable, match="as they are sent"):
        send_all(wire, dump)


def test_a_file_the_spool_holds_otherwise_is_sent_again(site: Site, dump: Path) -> None:
    site.dock()
    spoiled = []

    def spoils(number: int, request: httpx.Request) -> httpx.Request:
        if request.url.path.endswith("/complete") and not spoiled:
            for record in (site.spool / "batches").rglob("files/*.json"):
                found = json.loads(record.read_text())
                if found["length"] == 50_000:
                    spoiled.append(record.write_text(json.dumps({**found, "sha256": "0" * 64})))
        return request

    with wire_of(site, Through(site, spoils)) as wire:
        assert files_of(ready(site, send_all(wire, dump))) == files_of(dump)
    assert spoiled


def test_what_is_no_file_or_cannot_be_read_stays_and_is_told(site: Site, dump: Path) -> None:
    site.dock()
    (dump / "link.mp4").symlink_to("/etc/passwd")
    os.mkfifo(dump / "pipe")
    readable = files_of_regular(dump)

    with wire_of(site) as wire:
        sent = send_all(wire, dump)

    assert files_of(ready(site, sent)) == readable
    assert sorted(sent.left) == ["link.mp4: symbolic link", "pipe: named pipe"]


def files_of_regular(folder: Path) -> dict[bytes, bytes]:
    return {
        os.fsencode(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("change", ["grows", "shrinks", "is rewritten"])
def test_a_file_that_changes_while_it_is_sent_stays_and_the_rest_goes(site: Site, dump: Path, change: str) -> None:
    site.dock()
    path = dump / "DCIM" / "a.mp4"

    def changes(number: int, request: httpx.Request) -> httpx.Request:
        if request.method == "PATCH" and path.stat().st_mtime_ns == MTIME:
            size = {"grows": 60_000, "shrinks": 10, "is rewritten": 50_000}[change]
            path.write_bytes(b"x" * size)
        return request

    with wire_of(site, Through(site, changes)) as wire:
        sent = send_all(wire, dump)

    arrived = files_of(ready(site, sent))
    assert set(files_of(dump)) - set(arrived) == {b"DCIM/a.mp4"}
    assert len(sent.left) == 1
    assert sent.left[0].startswith("DCIM/a.mp4: it ")


def test_a_second_run_over_a_dump_that_was_sent_sends_nothing(site: Site, dump: Path) -> None:
    site.dock()
    with wire_of(site) as wire:
        first = send_all(wire, dump)
    way = Through(site)

    with wire_of(site, way) as wire:
        again = send_all(wire, dump)

    assert again.state["batch"] == first.state["batch"]
    assert way.carried == 0


def test_an_empty_dump_is_not_sent(site: Site, tmp_path: Path) -> None:
    site.dock()
    (tmp_path / "nothing").mkdir()

    with wire_of(site) as wire, pytest.raises(ActionDenied, match="no file"):
        send_all(wire, tmp_path / "nothing")


def test_refusals_are_told_at_once(make_site: MakeSite, dump: Path) -> None:
    site = make_site(batch_bytes=1000)
    site.dock()
    with wire_of(site) as wire, pytest.raises(ActionDenied, match="at most 1000 bytes"):
        send_all(wire, dump)
    with site.registry.acting("test", site.clock[0]) as act:
        revoke_token(act, name="gate")
    with wire_of(site) as wire, pytest.raises(ActionDenied, match="live dock token"):
        send_all(wire, dump)


def test_a_server_that_never_answers_is_given_up_after_patience(site: Site, dump: Path) -> None:
    def never(number: int, request: httpx.Request) -> httpx.Request:
        raise httpx.ConnectError("refused")

    with wire_of(site, Through(site, never)) as wire, pytest.raises(Unavailable, match="ConnectError"):
        wire._patience = 0.05
        send_all(wire, dump)


@pytest.mark.parametrize("url", ["http://custody.example", "http://10.0.0.1:4201", "ftp://custody.example"])
def test_the_token_is_not_sent_in_clear_text(url: str) -> None:
    with pytest.raises(ConfigurationError, match="clear text"):
        Wire(url, "t")


def test_the_token_is_not_sent_to_another_server(site: Site) -> None:
    with wire_of(site) as wire, pytest.raises(ActionDenied, match="another"):
        wire.ask("GET", "http://elsewhere/intake")


def test_the_key_changes_with_any_change_of_the_dump(tmp_path: Path) -> None:
    entry = Entry(b"a", 1, 2)
    key = key_of(tmp_path, [entry])

    assert key_of(tmp_path, [entry]) == key
    others = [[], [Entry(b"b", 1, 2)], [Entry(b"a", 3, 2)], [Entry(b"a", 1, 3)], [entry, Entry(b"b", 0, 0)]]
    assert key not in {key_of(tmp_path, entries) for entries in others}
    assert key != key_of(tmp_path / "else", [entry])


# Wiping


def sealed(folder: Path, pem: str, names: dict[bytes, bytes] | None = None, **otherwise: Any) -> dict[str, Any]:
    """The state of a batch whose receipt names every file of `folder`; `names`: stored name by the dock's."""
    key = read_private_key(pem)
    renamed = names or {}
    document = json.dumps(
        {
            "kind": RECEIPT_KIND,
            "session": "DS-chengguan-2026-00001",
            "may_be_wiped": [
                {
                    "raw_name": renamed.get(name, name).hex(),
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                for name, content in files_of(folder).items()
            ],
            **otherwise,
        }
    )
    return {
        "session": "DS-chengguan-2026-00001",
        "renamed": [
            {"name": base64.b64encode(name).decode(), "stored_as": base64.b64encode(stored).decode()}
            for name, stored in renamed.items()
        ],
        "receipt": {"signed": {"document": document, "signature": sign(key, document)}},
    }


def sign(key: Ed25519PrivateKey, document: str) -> dict[str, str]:
    signature = base64.b64encode(key.sign(document.encode())).decode()
    return {"key_id": key_id_of(public_key_of(key)), "ed25519": signature}


def wipe_all(folder: Path, state: dict[str, Any], public_key: str) -> list[str]:
    with Dump(folder) as dump:
        return wipe(dump, state, public_key, lambda done: None)


PEM = new_private_key()
PUBLIC = public_key_of(read_private_key(PEM))


def test_what_the_receipt_names_is_wiped_and_nothing_else(dump: Path) -> None:
    state = sealed(dump, PEM)
    (dump / "later.mp4").write_bytes(b"recorded since")

    assert wipe_all(dump, state, PUBLIC) == []

    assert files_of(dump) == {b"later.mp4": b"recorded since"}


def test_files_that_are_not_what_the_receipt_says_stay(dump: Path) -> None:
    state = sealed(dump, PEM)
    (dump / "DCIM" / "a.mp4").write_bytes(b"x" * 50_000)
    with (dump / "empty.wav").open("ab") as file:
        file.write(b"more")

    left = wipe_all(dump, state, PUBLIC)

    assert set(files_of(dump)) == {b"DCIM/a.mp4", b"empty.wav"}
    assert sorted(line.split(":")[0] for line in left) == ["DCIM/a.mp4", "empty.wav"]


def test_names_the_server_could_not_keep_are_known_again(dump: Path) -> None:
    state = sealed(dump, PEM, {b"DCIM/a.mp4": b"a.mp4~0123"})

    assert wipe_all(dump, state, PUBLIC) == []
    assert files_of(dump) == {}


def test_without_the_right_signature_nothing_is_wiped(dump: Path) -> None:
    before = files_of(dump)
    forged = sealed(dump, new_private_key())
    altered = sealed(dump, PEM)
    altered["receipt"]["signed"]["document"] += " "
    another = sealed(dump, PEM, session="DS-chengguan-2026-00002")
    other_kind = sealed(dump, PEM, kind="bodycam-custody/grant/1")

    for state in (forged, altered, another, other_kind):
        with pytest.raises(FixityError):
            wipe_all(dump, state, PUBLIC)
    assert files_of(dump) == before


@pytest.mark.parametrize("name", [b"../outside.mp4", b"/etc/hostname", b"link/outside.mp4"])
def test_a_receipt_cannot_reach_out_of_the_dump(dump: Path, name: bytes) -> None:
    outside = dump.parent / "outside.mp4"
    outside.write_bytes(b"keep me")
    (dump / "link").symlink_to(dump.parent)
    line = {"raw_name": name.hex(), "size": 7, "sha256": hashlib.sha256(b"keep me").hexdigest()}

    wipe_all(dump, sealed(dump, PEM, may_be_wiped=[line]), PUBLIC)

    assert outside.read_bytes() == b"keep me"


def test_a_receipt_begun_with_is_remembered_until_done(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    state = sealed(dump, PEM)

    assert Begun(dump).state() is None
    Begun(dump).keep(state)
    assert Begun(dump).state() == state
    assert Begun(tmp_path / "other").state() is None
    Begun(dump).done()
    assert Begun(dump).state() is None

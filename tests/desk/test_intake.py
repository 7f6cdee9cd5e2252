"""A batch's life: opened by a dock, closed by its manifest, let through as a dump, ended by a receipt (Art. 16)."""

from __future__ import annotations

import errno
import os
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from blocks.receipt_link import opens
from desk.documents import read_document
from desk.housekeeping import tidy
from desk.spool import working_on
from desk.uploads import Uploads
from registry.queries.docks import first_session_of
from registry.tables import DockSession, LedgerEntry
from registry.transitions import docking
from tests.desk.test_names import files_of
from tests.fixtures.desks import PAGES_KEY, TUS, Dock, MakeSite, Site, b64, manifest

FILES = {b"DCIM/a.mp4": b"a" * 70_000, b"DCIM/b.jpg": b"b", b"sound/c.wav": b""}


def filled(dock: Dock, files: dict[bytes, bytes] | None = None) -> str:
    """An open batch with `files`."""
    batch = dock.open()
    for name, content in (FILES if files is None else files).items():
        dock.push(batch, name, content)
    return batch


def sessions(site: Site) -> list[DockSession]:
    with site.registry.reading() as reading:
        return list(reading.exec(select(DockSession)))


def test_a_completed_batch_is_the_dump_byte_for_byte(site: Site) -> None:
    dock = site.dock()
    batch = dock.open()
    for number, (name, content) in enumerate(FILES.items()):
        dock.push(batch, name, content, 1_700_000_000_123_456_789 + number)

    answer = dock.complete(batch, FILES)

    ready = site.spool / "ready" / "chengguan" / batch
    assert answer.status_code == 200
    assert files_of(ready) == FILES
    assert [(ready / os.fsdecode(name)).stat().st_mtime_ns for name in FILES] == [
        1_700_000_000_123_456_789 + number for number in range(3)
    ]
    assert not (site.spool / "incoming" / batch).exists()


def test_the_dumps_session_is_open_in_the_docks_name_before_the_dump_is_seen(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    dock = site.dock(unit="shuiwu")
    batch = filled(dock)
    seen = []
    rename = Path.rename

    def look_first(path: Path, target: Path) -> Path:
        if path.parent.name == "incoming":
            seen.extend(sessions(site))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", look_first)
    answer = dock.complete(batch, FILES)

    [session] = seen
    assert session.source == str(site.spool / "ready" / "shuiwu" / batch)
    assert session.opened_by == f"dock:{dock.token_id}"
    assert answer.json()["session"] == session.number
    assert session.number.startswith("DS-shuiwu-2026-")


def test_nothing_is_let_through_before_the_manifest(site: Site) -> None:
    filled(site.dock())

    assert not list((site.spool / "ready").rglob("*"))
    assert sessions(site) == []


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({**FILES, b"DCIM/b.jpg": b"c"}, b"DCIM/b.jpg"),
        ({**FILES, b"DCIM/b.jpg": b"bb"}, b"DCIM/b.jpg"),
        ({**FILES, b"more.mp4": b"x"}, b"more.mp4"),
        ({b"DCIM/a.mp4": FILES[b"DCIM/a.mp4"], b"sound/c.wav": b""}, b"DCIM/b.jpg"),
    ],
    ids=["hash", "size", "missing", "unnamed"],
)
def test_what_is_not_as_the_manifest_says_is_named_and_nothing_let_through(
    site: Site, said: dict[bytes, bytes], named: bytes
) -> None:
    dock = site.dock()
    batch = filled(dock)

    answer = dock.complete(batch, said)

    assert answer.status_code == 409
    assert (answer.json()["file"], answer.json()["article"]) == (b64(named), "Art. 16")
    assert dock.state(batch)["state"] == "open"
    assert sessions(site) == []
    assert dock.complete(batch, FILES).status_code == 200


def test_an_unfinished_file_is_named(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    place = dock.create(batch, b"long.mp4", 10).headers["Location"]
    dock.append(place, b"12345", 0)
    whole = {**FILES, b"long.mp4": b"1234567890"}

    assert dock.complete(batch, whole).json()["file"] == b64(b"long.mp4")

    dock.append(place, b"67890", 5)
    assert dock.complete(batch, whole).status_code == 200


def test_a_file_that_vanished_from_the_spool_is_named_and_can_be_sent_again(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    (site.spool / "incoming" / batch / "DCIM" / "b.jpg").unlink()

    assert dock.complete(batch, FILES).json()["file"] == b64(b"DCIM/b.jpg")

    place = next(one["location"] for one in dock.state(batch)["files"] if one["name"] == b64(b"DCIM/b.jpg"))
    assert dock.delete(place, headers=TUS).status_code == 204
    dock.push(batch, b"DCIM/b.jpg", b"b")
    assert dock.complete(batch, FILES).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"files": []}',
        b'{"files": 1}',
        b'{"files": [1]}',
        b'{"files": [{"name": "YQ==", "size": -1, "sha256": "' + b"0" * 64 + b'"}]}',
        b'{"files": [{"name": "YQ==", "size": true, "sha256": "' + b"0" * 64 + b'"}]}',
        b'{"files": [{"name": "YQ==", "size": 1, "sha256": "00"}]}',
        b'{"files": [{"name": "!", "size": 1, "sha256": "' + b"0" * 64 + b'"}]}',
        b'{"files": [' + b"[" * 50_000 + b"]" * 50_000 + b"]}",
        b"\xff\xfe",
    ],
)
def test_malformed_manifests_are_refused(site: Site, body: bytes) -> None:
    dock = site.dock()
    batch = filled(dock)

    answer = dock.post(f"/intake/sessions/{batch}/complete", content=body)

    assert answer.status_code == 400
    assert dock.state(batch)["state"] == "open"


def test_a_manifest_that_names_a_file_twice_is_refused(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    twice = manifest(FILES)
    twice["files"].append(twice["files"][0])

    assert dock.post(f"/intake/sessions/{batch}/complete", json=twice).status_code == 400


def test_an_endless_manifest_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.intake._LONGEST_MANIFEST", 1000)
    dock = site.dock()

    assert dock.post(f"/intake/sessions/{filled(dock)}/complete", content=b" " * 1001).status_code == 413


def test_completing_again_changes_nothing(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    first = dock.complete(batch, FILES)

    assert dock.complete(batch, FILES).json() == first.json()
    assert dock.complete(batch, {b"DCIM/b.jpg": b"b"}).status_code == 409
    assert len(sessions(site)) == 1


def test_a_complete_batch_takes_no_more(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    place = dock.state(batch)["files"][0]["location"]
    dock.complete(batch, FILES)

    assert dock.create(batch, b"more.mp4", 1).status_code == 409
    assert dock.append(place, b"x", 0).status_code == 409
    assert dock.delete(place, headers=TUS).status_code == 409
    assert dock.delete(f"/intake/sessions/{batch}").status_code == 409
    assert files_of(site.spool / "ready" / "chengguan" / batch) == FILES


@pytest.mark.parametrize("where", ["desk.intake.docking.open_session", "pathlib.Path.rename"])
def test_killed_while_it_is_handed_over_a_batch_is_handed_over_later(
    site: Site, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    dock = site.dock()
    batch = filled(dock)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr(where, die)
        with pytest.raises(BaseException):  # noqa: B017 - however the death is wrapped
            dock.complete(batch, FILES)
    assert dock.state(batch)["state"] == "complete"

    tidy(site.desk)

    assert dock.state(batch)["state"] == "taking-in"
    assert files_of(site.spool / "ready" / "chengguan" / batch) == FILES
    assert len(sessions(site)) == 1
    assert dock.complete(batch, FILES).status_code == 200


def test_the_same_key_gives_the_same_batch_to_the_same_dock_only(site: Site) -> None:
    dock, other = site.dock("gate"), site.dock("yard")
    key = "k" * 32

    batch = dock.open(key)

    assert dock.open(key) == batch
    assert dock.open("l" * 32) != batch
    assert other.open(key) != batch
    assert dock.post("/intake/sessions", headers={"Idempotency-Key": "../../etc"}).status_code == 400
    assert dock.post("/intake/sessions", headers={"Idempotency-Key": key}).json() == {
        "batch": batch,
        "upload_url": f"/intake/sessions/{batch}/files",
    }


def test_a_discarded_batch_is_gone(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)

    assert dock.delete(f"/intake/sessions/{batch}").status_code == 204
    assert dock.get(f"/intake/sessions/{batch}").status_code == 404
    assert [path for path in site.spool.rglob("*") if path.is_file()] == []


def test_no_dock_reaches_anothers_batch(site: Site) -> None:
    """Not of another unit, not of its own: a batch is its dock's."""
    owner = site.dock("gate")
    batch = filled(owner)
    place = owner.state(batch)["files"][0]["location"]

    for other in (site.dock("yard"), site.dock("harbour", unit="shuiwu")):
        answers = [
            other.get(f"/intake/sessions/{batch}"),
            other.delete(f"/intake/sessions/{batch}"),
            other.complete(batch, FILES),
            other.create(batch, b"more.mp4", 1),
            other.head(place, headers=TUS),
            other.append(place, b"x", 0),
            other.delete(place, headers=TUS),
        ]
        assert {answer.status_code for answer in answers} == {404}
        own = filled(other)
        file = place.rpartition("/")[2]
        assert other.head(f"/intake/sessions/{own}/files/{file}", headers=TUS).status_code == 404
    assert files_of(site.spool / "incoming" / batch) == FILES


@pytest.mark.parametrize(
    "batch", ["..", "%2e%2e", "%2e%2e%2fbatches", "{id}", "urn:uuid:{id}", "{id}/", "{ID}", "x" * 9]
)
def test_batches_are_found_by_their_id_alone(site: Site, batch: str) -> None:
    dock = site.dock()
    own = dock.open()
    wanted = batch.replace("{id}", own).replace("{ID}", own.upper())

    answer = dock.get(f"/intake/sessions/{wanted}")

    assert answer.status_code == (200 if batch == "{id}" else answer.status_code)
    assert answer.status_code in ((200,) if batch == "{id}" else (307, 404, 405))


def test_quotas_of_files_and_bytes(make_site: MakeSite) -> None:
    site = make_site(batch_files=2, batch_bytes=1000)
    dock = site.dock()
    batch = dock.open()

    assert dock.create(batch, b"a", 600).status_code == 201
    assert dock.create(batch, b"b", 401).status_code == 413
    assert dock.create(batch, b"b", 400).status_code == 201
    assert dock.create(batch, b"c", 0).status_code == 413
    assert dock.create(batch, b"a", 600).status_code == 201, "a file that is there already costs nothing"


def test_quotas_outlive_a_restart_and_a_deleted_file_frees_its_share(make_site: MakeSite) -> None:
    site = make_site(batch_files=2, batch_bytes=1000)
    dock = site.dock()
    batch = dock.open()
    place = dock.create(batch, b"a", 600).headers["Location"]
    restarted = Uploads(site.desk.limits)
    object.__setattr__(site.desk, "uploads", restarted)

    assert dock.create(batch, b"b", 401).status_code == 413
    dock.delete(place, headers=TUS)
    assert dock.create(batch, b"b", 1000).status_code == 201


def test_a_dock_opens_only_so_many_batches(make_site: MakeSite) -> None:
    site = make_site(open_batches=2)
    dock = site.dock()
    first = filled(dock)
    dock.open()

    assert dock.post("/intake/sessions").status_code == 429
    assert site.dock("yard").post("/intake/sessions").status_code == 201
    dock.complete(first, FILES)
    assert dock.post("/intake/sessions").status_code == 201


Usage = namedtuple("Usage", "total used free")


def test_a_file_that_has_no_room_is_refused_at_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    dock = site.dock()
    batch = dock.open()
    monkeypatch.setattr("desk.uploads.shutil.disk_usage", lambda _: Usage(0, 0, 99))

    assert dock.create(batch, b"a", 100).status_code == 507
    assert dock.create(batch, b"a", 99).status_code == 201


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_keeps_what_was_acknowledged(
    site: Site, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    dock = site.dock()
    batch = dock.open()
    place = dock.create(batch, b"a", 100).headers["Location"]
    dock.append(place, b"x" * 60, 0)

    def full(*_: object) -> int:
        raise OSError(code, "no more")

    with monkeypatch.context() as filled_up:
        filled_up.setattr(os, "pwrite", full)
        answer = dock.append(place, b"y" * 40, 60)

    assert (answer.status_code, "Retry-After" in answer.headers) == (507, True)
    assert dock.offset(place) == 60
    assert dock.append(place, b"y" * 40, 60).status_code == 204


def test_a_failing_disk_is_told_without_names(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    dock = site.dock()
    batch = dock.open()
    place = dock.create(batch, b"zhang.mp4", 1).headers["Location"]

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "broken", "zhang.mp4")

    monkeypatch.setattr(os, "pwrite", broken)
    answer = dock.append(place, b"y", 0)

    assert (answer.status_code, answer.json()["detail"]) == (500, "The server's disk failed: EIO.")


def seal(site: Site, batch: str) -> str:
    """What the flow does to the session of a batch, without the flow; returns the receipt's number."""
    with site.registry.acting("test", site.clock[0]) as act:
        session = first_session_of(act.session, str(site.spool / "ready" / "chengguan" / batch))
        assert session is not None
        number = session.number.replace("DS-", "R-", 1)
        docking.seal_session(act, session.id, receipt_number=number, document='{"kind":"…"}', key_id="k", signature="s")
        return number


def test_once_sealed_the_state_carries_the_receipt_and_a_link_that_opens_it(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    dock.complete(batch, FILES)
    assert dock.state(batch)["state"] == "taking-in"

    number = seal(site, batch)

    state = dock.state(batch)
    assert state["state"] == "sealed"
    assert state["receipt"]["number"] == number
    assert state["receipt"]["signed"] == {
        "document": '{"kind":"…"}',
        "signature": {"key_id": "k", "ed25519": "s"},
    }
    address, _, key = state["receipt"]["link"].partition("?key=")
    assert address == f"https://custody.example/receipts/{number}"
    assert opens(key, number, PAGES_KEY, site.clock[0])


def test_the_receipt_is_the_first_sessions_even_if_what_it_left_was_looked_at_again(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    dock.complete(batch, FILES)
    number = seal(site, batch)
    site.clock[0] += timedelta(minutes=1)
    with site.registry.acting("watch", site.clock[0]) as act:
        docking.open_session(act, unit_code="chengguan", source=str(site.spool / "ready" / "chengguan" / batch))

    assert dock.state(batch)["receipt"]["number"] == number


def age(site: Site, batch: str, days: int) -> None:
    """Make a batch look untouched for so long, by the desk's clock."""
    then = (site.clock[0] - timedelta(days=days)).timestamp()
    for path in (site.spool / "batches" / batch, site.spool / "batches" / batch / "files"):
        os.utime(path, (then, then))


def test_idle_batches_are_forgotten_and_others_are_not(site: Site) -> None:
    dock = site.dock()
    idle, busy = filled(dock), filled(dock)
    for batch, days in ((idle, 15), (busy, 13)):
        age(site, batch, days)

    tidy(site.desk)

    assert dock.get(f"/intake/sessions/{idle}").status_code == 404
    assert not (site.spool / "incoming" / idle).exists()
    assert files_of(site.spool / "incoming" / busy) == FILES


def test_a_sealed_batch_is_forgotten_when_old_but_never_files_nobody_wiped(site: Site) -> None:
    dock = site.dock()
    wiped, kept, waiting = (filled(dock) for _ in range(3))
    for batch in (wiped, kept, waiting):
        dock.complete(batch, FILES)
        age(site, batch, 100)
    seal(site, wiped)
    seal(site, kept)
    for path in list((site.spool / "ready" / "chengguan" / wiped).rglob("*.*")):
        path.unlink()

    tidy(site.desk)
    assert (site.spool / "ready" / "chengguan" / wiped).exists(), "sealed only now"
    site.clock[0] += timedelta(days=15)
    tidy(site.desk)

    assert not (site.spool / "ready" / "chengguan" / wiped).exists()
    assert not (site.spool / "batches" / wiped).exists()
    for batch in (kept, waiting):
        assert files_of(site.spool / "ready" / "chengguan" / batch) == FILES
        assert read_document(site.spool / "batches" / batch / "manifest.json") is not None


def test_tidying_leaves_what_is_being_worked_on(site: Site) -> None:
    dock = site.dock()
    batch = filled(dock)
    age(site, batch, 100)
    [held] = site.desk.spool.batches()
    with working_on(held):
        tidy(site.desk)

    assert dock.state(batch)["state"] == "open"


def test_a_removal_that_was_cut_short_is_finished_at_the_next_start(site: Site) -> None:
    left = site.spool / "batches" / ".gone-x"
    left.mkdir()
    (left / "batch.json").write_text("{}")

    site.desk.spool.prepare()

    assert not left.exists()


def test_the_ledger_tells_no_names(site: Site) -> None:
    dock = site.dock()
    dock.complete(filled(dock), FILES)

    with site.registry.reading() as reading:
        said = [entry.facts for entry in reading.exec(select(LedgerEntry))]

    assert not any("DCIM" in facts or "gate" in facts or dock.token in facts for facts in said)

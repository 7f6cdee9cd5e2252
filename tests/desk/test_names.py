"""Names are data: none is refused storage, none leads out of the dump, each comes back as it was (Art. 7)."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.names import escaped, parts_of
from tests.fixtures.desks import Site, b64

ORDINARY = [
    b"a.mp4",
    b"DCIM/100MEDIA/a b.jpg",
    "录像/现场 1.mp4".encode(),
    b"\xff\xfe\x80.avi",
    b"new\nline\ttab.wav",
    b"...",
    b"..a/.b",
    b"back\\slash",
    b"C:\\x.mp4",
    b"-rf",
    b"%2e%2e%2fup",
    "rtl\u202egpj.exe".encode(),
    b"x" * 255,
    b"/".join([b"d"] * 64),
    b"?a=b#c;d&e",
    b"'\"<script>",
]

IMPOSSIBLE = [
    b"",
    b"/",
    b"/etc/passwd",
    b"..",
    b".",
    b"../up.mp4",
    b"a/../../up.mp4",
    b"a/..",
    b"a//b",
    b"a/",
    b"./a",
    b"nul\0byte",
    b"x" * 256,
    b"/".join([b"d"] * 65),
    b"a/" * 3000 + b"b",
]


def files_of(folder: Path) -> dict[bytes, bytes]:
    """Contents by relative name, byte for byte."""
    root = os.fsencode(folder)
    found = {}
    for place, _, names in os.walk(root):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found


@pytest.mark.parametrize("name", ORDINARY)
def test_a_name_that_can_be_a_path_is_kept_byte_for_byte(site: Site, name: bytes) -> None:
    dock = site.dock()
    batch = dock.open()

    dock.push(batch, name, b"content")
    answer = dock.complete(batch, {name: b"content"})

    assert answer.json()["renamed"] == []
    assert files_of(site.spool / "ready" / "chengguan" / batch) == {name: b"content"}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_name_that_cannot_be_a_path_is_stored_under_another_which_is_told(site: Site, name: bytes) -> None:
    dock = site.dock()
    batch = dock.open()
    around = files_of(site.root / "spool" / "incoming")

    dock.push(batch, name, b"content")

    assert files_of(site.root / "spool" / "incoming").keys() - around.keys() != set()
    answer = dock.complete(batch, {name: b"content"})
    [renamed] = answer.json()["renamed"]
    assert renamed["name"] == b64(name)
    stored = base64.b64decode(renamed["stored_as"])
    assert b"/" not in stored
    assert len(stored) <= 255
    assert files_of(site.spool / "ready" / "chengguan" / batch) == {stored: b"content"}


def test_names_that_exclude_each_other_are_all_stored(site: Site) -> None:
    """A file cannot be a folder too; a dock whose file system lets names differ only so loses nothing."""
    dock = site.dock()
    batch = dock.open()
    files = {b"a": b"1", b"a/b": b"2", b"c/d": b"3", b"c": b"4", b"..": b"5", b"/..": b"6"}

    for name, content in files.items():
        dock.push(batch, name, content)
    answer = dock.complete(batch, files)

    renamed = {base64.b64decode(one["name"]): base64.b64decode(one["stored_as"]) for one in answer.json()["renamed"]}
    assert set(renamed) == {b"a/b", b"c", b"..", b"/.."}
    expected = {renamed.get(name, name): content for name, content in files.items()}
    assert files_of(site.spool / "ready" / "chengguan" / batch) == expected


def test_no_name_takes_the_place_of_an_escaped_one(site: Site) -> None:
    dock = site.dock()
    batch = dock.open()
    dock.push(batch, b"..", b"first")
    stored = next(iter(files_of(site.spool / "incoming" / batch)))

    dock.push(batch, stored, b"other")

    assert dock.complete(batch, {b"..": b"first", stored: b"other"}).status_code == 200
    assert sorted(files_of(site.spool / "ready" / "chengguan" / batch).values()) == [b"first", b"other"]


def test_a_link_in_the_way_is_never_followed(site: Site) -> None:
    dock = site.dock()
    batch = dock.open()
    outside = site.root / "outside"
    outside.mkdir()
    (site.spool / "incoming" / batch / "DCIM").symlink_to(outside)
    (site.spool / "incoming" / batch / "a.mp4").symlink_to(outside / "made.mp4")

    dock.push(batch, b"DCIM/b.mp4", b"content")
    dock.push(batch, b"a.mp4", b"content")

    assert dock.complete(batch, {b"DCIM/b.mp4": b"content", b"a.mp4": b"content"}).status_code == 200
    assert list(outside.iterdir()) == []
    assert sorted(files_of(site.spool / "ready" / "chengguan" / batch).values()) == [b"content", b"content"]
    assert not any(path.is_symlink() for path in (site.spool / "ready" / "chengguan" / batch).rglob("*"))


def test_addresses_do_not_tell_names(site: Site) -> None:
    dock = site.dock()
    one, other = dock.open(), dock.open()

    first = dock.create(one, b"SL000001_zhang.mp4", 1).headers["Location"].rpartition("/")[2]
    second = dock.create(other, b"SL000001_zhang.mp4", 1).headers["Location"].rpartition("/")[2]

    assert first != second, "the same name has the same id everywhere: it could be guessed"


@given(st.binary(max_size=400) | st.lists(st.sampled_from([b"..", b".", b"", b"a", b"\0", b"/", b"//"])).map(b"/".join))
@settings(max_examples=500, deadline=None)
def test_any_bytes_become_a_place_beneath_the_dump(raw_name: bytes) -> None:
    parts = parts_of(raw_name)
    if parts is None:
        parts = (escaped(raw_name, "0" * 32),)
    else:
        assert b"/".join(parts) == raw_name
    assert all(part not in (b"", b".", b"..") and b"/" not in part and b"\0" not in part for part in parts)
    assert all(len(part) <= 255 for part in parts)
    base = b"/dump"
    assert os.path.normpath(os.path.join(base, *parts)).startswith(base + b"/")


@given(st.dictionaries(st.binary(max_size=60), st.binary(max_size=20), min_size=1, max_size=8))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_names_together_are_stored_each_with_its_content(site: Site, files: dict[bytes, bytes]) -> None:
    dock = site.dock(f"gate-{uuid4().hex}")
    batch = dock.open()
    for name, content in files.items():
        dock.push(batch, name, content)

    answer = dock.complete(batch, files)

    assert answer.status_code == 200, answer.text
    renamed = {base64.b64decode(one["name"]): base64.b64decode(one["stored_as"]) for one in answer.json()["renamed"]}
    stored = files_of(site.spool / "ready" / "chengguan" / batch)
    assert stored == {renamed.get(name, name): content for name, content in files.items()}

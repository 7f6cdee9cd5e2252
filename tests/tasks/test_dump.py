"""The dump reader: names are data, links are not followed, nothing outside is reached."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regulation.errors import ActionDenied
from tasks.dump import Dump, shown

HOSTILE = {
    b"a\nb.mp4": "a\\u{000a}b.mp4",
    b"\x1b[2Jclear.mp4": "\\u{001b}[2Jclear.mp4",
    "\u202egpj.exe".encode(): "\\u{202e}gpj.exe",
    b"\xff\xfe.mp4": "\\xff\\xfe.mp4",
    b"..\\..\\x": "..\\\\..\\\\x",
    "执法 记录.mp4".encode(): "执法 记录.mp4",
    b"%2e%2e": "%2e%2e",
}


@pytest.mark.parametrize(("raw", "safe"), HOSTILE.items())
def test_a_name_is_shown_without_anything_that_acts(raw: bytes, safe: str) -> None:
    assert shown(raw) == safe


def test_different_names_are_shown_differently() -> None:
    twins = [b"\\xff", b"\xff", b"\\u{202e}", "\u202e".encode(), "e\u0301".encode(), "\u00e9".encode()]
    assert len({shown(raw) for raw in twins}) == len(twins)


def test_every_entry_is_listed_once_whatever_it_is_called(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    names = [*HOSTILE, b"x" * 255, b"-rf", b" ", b"...", b"CON.mp4"]
    for name in names:
        with open(folder + b"/" + name, "wb") as file:
            file.write(name)
    with Dump(tmp_path) as dump:
        entries = list(dump.entries())
        assert sorted(entry.raw_name for entry in entries) == sorted(names)
        for entry in entries:
            descriptor = dump.open(entry.raw_name)
            assert os.read(descriptor, 300) == entry.raw_name
            os.close(descriptor)


def test_links_pipes_and_sockets_are_told_and_not_followed(tmp_path: Path) -> None:
    dump_folder, outside = tmp_path / "dump", tmp_path / "outside"
    dump_folder.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (dump_folder / "file-link").symlink_to(outside / "secret")
    (dump_folder / "folder-link").symlink_to(outside)
    (dump_folder / "loop").symlink_to(dump_folder)
    os.mkfifo(dump_folder / "pipe")
    with Dump(dump_folder) as dump:
        refused = {entry.raw_name: entry.refused for entry in dump.entries()}
        assert refused == {
            b"file-link": "symbolic link",
            b"folder-link": "symbolic link",
            b"loop": "symbolic link",
            b"pipe": "named pipe",
        }
        for name in (b"file-link", b"folder-link/secret", b"pipe"):
            with pytest.raises(OSError):
                dump.open(name)


def test_a_folder_swapped_for_a_link_after_the_scan_is_not_followed(tmp_path: Path) -> None:
    dump_folder, outside = tmp_path / "dump", tmp_path / "outside"
    (dump_folder / "sub").mkdir(parents=True)
    (dump_folder / "sub" / "a").write_text("a")
    outside.mkdir()
    (outside / "a").write_text("secret")
    with Dump(dump_folder) as dump:
        (dump_folder / "sub" / "a").unlink()
        (dump_folder / "sub").rmdir()
        (dump_folder / "sub").symlink_to(outside)
        with pytest.raises(OSError):
            dump.open(b"sub/a")


def test_a_file_swapped_after_it_was_read_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("read")
    with Dump(tmp_path) as dump:
        descriptor = dump.open(b"a")
        (tmp_path / "other").write_text("never read")
        (tmp_path / "other").replace(tmp_path / "a")
        with pytest.raises(ActionDenied, match="not the one that was checked"):
            dump.remove(b"a", descriptor)
        os.close(descriptor)
    assert (tmp_path / "a").read_text() == "never read"


def test_very_deep_folders_are_walked(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(600):
        os.mkdir("deep-enough", dir_fd=descriptor)
        below = os.open("deep-enough", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    with Dump(tmp_path) as dump:
        (entry,) = dump.entries()
        os.close(dump.open(entry.raw_name))


def test_a_dump_that_is_no_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(ActionDenied, match="cannot be opened as a folder"), Dump(path):
            pass

"""ZIP and disc image: read by the programs that courts have, above 4 GiB, and the same from the same."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from regulation.errors import ActionDenied, ConfigurationError, FixityError
from tasks.packing import image as imaging
from tasks.packing.bag import BagFacts, paths_in, write_bag
from tasks.packing.discs import EVERY, MEDIA, index_file, medium_called, split
from tasks.packing.files import PackageFile, of_bytes
from tasks.packing.image import SECTOR, volume_label, write_image
from tasks.packing.sealing import Sealer
from tasks.packing.zipping import write_zip
from tests.fixtures.packing import AT, NUMBER, UNIT, new_key, recordings

SEALER = Sealer(new_key())
RARE = "data/recordings/王𬱖㛃_对话（一）é.mp4"
LONG = "data/recordings/" + "执法记录仪现场录像" * 6 + "结尾.mp4"  # 60 characters, 172 bytes


def make_bag(folder: Path, payload: list[PackageFile], name: str = "EC") -> Path:
    write_bag(folder / name, payload, BagFacts(UNIT, NUMBER, AT), SEALER.tags(), SEALER.seal)
    return folder / name


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    payload = [*recordings(5_000, 0, SECTOR), of_bytes(RARE, b"rare"), of_bytes(LONG, b"long")]
    return make_bag(tmp_path, payload)


def run(*command: str | Path, folder: Path | None = None) -> str:
    done = subprocess.run([str(one) for one in command], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    return done.stdout.decode()


def assert_same(one: Path, other: Path) -> None:
    assert paths_in(one) == paths_in(other)
    for path in paths_in(one):
        assert (one / path).read_bytes() == (other / path).read_bytes(), path


READERS = {
    "7-Zip, UDF": ["7z", "x", "-tudf", "-o{target}", "{source}"],
    "7-Zip, ISO 9660 with Joliet": ["7z", "x", "-tiso", "-o{target}", "{source}"],
    "xorriso, Rock Ridge": ["xorriso", "-osirrox", "on", "-indev", "{source}", "-extract", "/", "{target}"],
    "bsdtar, Rock Ridge": ["bsdtar", "-xf", "{source}", "-C", "{target}"],
    "bsdtar, Joliet": ["bsdtar", "-xf", "{source}", "-C", "{target}", "--options", "iso9660:!rockridge"],
}


def extract(reader: str, source: Path, target: Path) -> None:
    target.mkdir()
    run(*(word.format(source=source, target=target) for word in READERS[reader]))
    subprocess.run(["chmod", "-R", "u+w", target], check=True)


@pytest.mark.parametrize("reader", READERS)
def test_every_directory_of_an_image_has_every_file_by_its_name(bag: Path, tmp_path: Path, reader: str) -> None:
    size, digest = write_image(bag, tmp_path / "EC.iso", AT, "EC")
    content = (tmp_path / "EC.iso").read_bytes()
    assert (size, digest) == (len(content), hashlib.sha256(content).hexdigest())
    extract(reader, tmp_path / "EC.iso", tmp_path / "out")
    assert_same(bag, tmp_path / "out")


@pytest.mark.parametrize("reader", READERS)
def test_five_hundred_recordings_are_all_in_every_directory(tmp_path: Path, reader: str) -> None:
    bag = make_bag(tmp_path, recordings(*range(500)))
    write_image(bag, tmp_path / "EC.iso", AT, "EC")
    extract(reader, tmp_path / "EC.iso", tmp_path / "out")
    assert_same(bag, tmp_path / "out")


def test_plain_names_are_those_that_old_systems_read(bag: Path, tmp_path: Path) -> None:
    write_image(bag, tmp_path / "EC.iso", AT, "EC")
    listed = run("isoinfo", "-f", "-i", tmp_path / "EC.iso").splitlines()
    assert "/DATA/RECORDINGS/001.MP4;1" in listed
    assert all(set(line) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./;") for line in listed)


def test_the_same_bag_and_time_give_the_same_image(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_image(bag, tmp_path / "1.iso", AT, "EC")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        time.sleep(1.1)  # the clock's second is another
        assert write_image(bag, tmp_path / "2.iso", AT, "EC") == first
        assert write_image(bag, tmp_path / "3.iso", AT + timedelta(seconds=1), "EC") != first
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (tmp_path / "1.iso").read_bytes() == (tmp_path / "2.iso").read_bytes()
    assert imaging.udf.random is __import__("random")  # and pycdlib has its clock back
    assert imaging.dates.time is time


def test_a_file_that_shrinks_meanwhile_stops_the_image(
    bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shrinking(inode: object) -> int:
        os.truncate(bag / RARE, 1)
        return place(inode)

    place = imaging._place
    monkeypatch.setattr(imaging, "_place", shrinking)
    with pytest.raises(FixityError, match="became shorter") as raised:
        write_image(bag, tmp_path / "EC.iso", AT, "EC")
    assert raised.value.subject == RARE
    assert not list(tmp_path.glob("EC.iso*"))


@pytest.mark.parametrize(
    ("text", "ending", "label"),
    [
        ("EC-2026-00042", "_2", "EC_2026_00042_2"),
        ("证字〔2026〕42号", "", "2026_42"),
        ("证", "_1", "EVIDENCE_1"),
        ("A" * 40, "_12", f"{'A' * 13}_12"),
    ],
)
def test_a_volume_is_called_by_the_number(text: str, ending: str, label: str) -> None:
    assert volume_label(text, ending) == label
    assert len(label) <= 16


# ---- ZIP


def test_a_zip_holds_every_file_by_its_name(bag: Path, tmp_path: Path) -> None:
    digest = write_zip(bag, tmp_path / "EC.zip", AT)
    assert hashlib.sha256((tmp_path / "EC.zip").read_bytes()).hexdigest() == digest
    for number, command in enumerate((["7z", "x", "-o{}"], ["bsdtar", "-xf", "-C", "{}"])):
        out = tmp_path / f"out{number}"
        out.mkdir()
        words = [word.format(out) for word in command]
        source = [tmp_path / "EC.zip"]
        run(*(words + source if words[0] == "7z" else words[:2] + source + words[2:]))
        assert_same(bag, out / "EC")
    with zipfile.ZipFile(tmp_path / "EC.zip") as made:
        assert made.testzip() is None
        assert {one.compress_type for one in made.infolist()} == {zipfile.ZIP_STORED}
        assert {one.date_time for one in made.infolist()} == {(2026, 11, 25, 2, 30, 0)}


def test_the_same_bag_and_time_give_the_same_zip(bag: Path, tmp_path: Path) -> None:
    assert write_zip(bag, tmp_path / "1.zip", AT) == write_zip(bag, tmp_path / "2.zip", AT)
    assert write_zip(bag, tmp_path / "3.zip", AT + timedelta(hours=1)) != write_zip(bag, tmp_path / "4.zip", AT)


# ---- above 4 GiB

MIB = 1 << 20
HUGE = (4 << 30) + (100 << 20) + 12_345
MARKS = {0: b"beginning", (4 << 30) - SECTOR - 4: b"where ISO 9660 begins a second extent", HUGE - 3: b"end"}


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder like a bag's with a file of 4.1 GiB that takes no room."""
    folder = tmp_path_factory.mktemp("huge") / "EC"
    (folder / "data").mkdir(parents=True)
    with (folder / "data/长.mp4").open("wb") as opened:
        opened.truncate(HUGE)
        for place, mark in MARKS.items():
            opened.seek(place)
            opened.write(mark)
    (folder / "data/z.txt").write_bytes(b"behind it")
    (folder / "tagmanifest-sha256.txt").write_bytes(b"")
    yield folder
    (folder / "data/长.mp4").unlink()


def digest_of(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


@pytest.fixture(scope="module")
def expected() -> str:
    """The digest of the huge file, worked out without reading it."""

    def pieces() -> Iterator[bytes]:
        for start in range(0, HUGE, MIB):
            piece = bytearray(min(MIB, HUGE - start))
            for place, mark in MARKS.items():
                for at, byte in enumerate(mark, place):
                    if start <= at < start + len(piece):
                        piece[at - start] = byte
            yield bytes(piece)

    return digest_of(pieces())


def piped(*command: str | Path) -> str:
    with subprocess.Popen([str(one) for one in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        return digest_of(iter(lambda: running.stdout.read(1 << 20), b""))  # type: ignore[union-attr]


def test_a_recording_above_four_gigabytes_is_whole_in_every_directory(
    huge: Path, expected: str, tmp_path: Path
) -> None:
    """Multi-extent in ISO 9660, one file in UDF, which 7-Zip takes by itself."""
    image = tmp_path / "EC.iso"
    write_image(huge, image, AT, "EC")
    try:
        assert piped("7z", "x", "-so", image, "data/长.mp4") == expected
        assert piped("bsdtar", "-xOf", image, "data/长.mp4") == expected
        listed = run("7z", "l", "-slt", image, "data/长.mp4")
        assert f"Size = {HUGE}" in listed
        extents = run("isoinfo", "-l", "-i", image)
        assert extents.count("MP4;1") == 2, extents
        assert run("bsdtar", "-xOf", image, "data/z.txt") == "behind it"
    finally:
        image.unlink()


def test_a_recording_above_four_gigabytes_is_whole_in_a_zip(huge: Path, expected: str, tmp_path: Path) -> None:
    made = tmp_path / "EC.zip"
    write_zip(huge, made, AT)
    try:
        assert piped("bsdtar", "-xOf", made, "EC/data/长.mp4") == expected
        with zipfile.ZipFile(made) as opened:
            assert opened.getinfo("EC/data/长.mp4").file_size == HUGE
            assert opened.read("EC/data/z.txt") == b"behind it"
    finally:
        made.unlink()


# ---- which file on which disc


def sparse(name: str, size: int) -> PackageFile:
    return PackageFile(f"data/{name}", size, "0" * 64, lambda: iter(()))


def test_recordings_stay_in_order_and_every_disc_is_filled_as_far_as_that_allows() -> None:
    items = [sparse(f"{place}.mp4", size) for place, size in enumerate([300, 300, 50, 300, 600, 10, 10])]
    scaled = [replace(one, size=one.size << 20) for one in items]
    discs = split(MEDIA["cd-r"], [sparse("statement", 1 << 20)], scaled)
    assert [[one.path for one in disc] for disc in discs] == [
        ["data/0.mp4", "data/1.mp4", "data/2.mp4"],
        ["data/3.mp4"],
        ["data/4.mp4", "data/5.mp4", "data/6.mp4"],
    ]


def test_without_recordings_there_is_one_disc() -> None:
    assert split(MEDIA["cd-r"], [], []) == split(MEDIA["usb"], [], []) == [[]]


def test_a_drive_takes_everything() -> None:
    items = [sparse("a", 1 << 45), sparse("b", 1 << 45)]
    assert split(MEDIA["usb"], [], items) == [items]


@pytest.mark.parametrize(
    ("size", "medium", "takes"),
    [
        (800 << 20, "cd-r", "DVD±R 4.7 GB (dvd-r)"),
        (5 << 30, "dvd-r", "DVD±R DL 8.5 GB (dvd-r-dl)"),
        (9 << 30, "cd-r", "BD-R 25 GB (bd-r)"),
        (30 << 30, "m-disc", "BD-R DL 50 GB (bd-r-dl)"),
        (60 << 30, "bd-r-dl", "USB drive (usb)"),
    ],
)
def test_what_no_disc_takes_is_named_with_the_smallest_medium_that_does(size: int, medium: str, takes: str) -> None:
    with pytest.raises(ActionDenied) as raised:
        split(MEDIA[medium], [], [sparse("small", 1), sparse("录像.mp4", size)])
    assert raised.value.subject == "data/录像.mp4"
    assert raised.value.article == "Art. 19"
    assert f"{size:,} bytes" in raised.value.message
    assert takes in raised.value.message


def test_a_statement_that_fills_the_disc_is_named() -> None:
    with pytest.raises(ActionDenied, match=r"dvd-r\)") as raised:
        split(MEDIA["cd-r"], [sparse("statement.pdf", 800 << 20)], [])
    assert raised.value.subject == "data/statement.pdf"


def test_an_unknown_medium_is_named() -> None:
    assert medium_called("bd-r").capacity == 24_220_008_448
    with pytest.raises(ConfigurationError, match="cd-r, dvd-r"):
        medium_called("floppy")


@pytest.mark.parametrize(("count", "size"), [(1, 1), (500, 1), (300, 10_001), (20, 1 << 20)])
def test_an_image_never_takes_more_than_was_counted(tmp_path: Path, count: int, size: int) -> None:
    """Held against images that were made, with names as long as can be."""
    items = [
        replace(one, path=f"data/{'录' * 40}/{place:04d}{'像' * 56}.mp4")
        for place, one in enumerate(recordings(*[size] * count))
    ]
    common = [index_file([], [items])]
    made, _ = write_image(make_bag(tmp_path, [*common, *items]), tmp_path / "EC.iso", AT, "EC")
    tight = replace(MEDIA["cd-r"], capacity=made)
    try:
        assert len(split(tight, common, items)) > 1
    except ActionDenied as denied:
        assert "does not fit" in denied.message


def test_the_index_names_every_file_with_its_disc() -> None:
    items = recordings(1, 2, 3)
    content = b"".join(index_file([of_bytes('data/"a", b.json', b"{}")], [items[:2], items[2:]]).pieces())
    assert content.startswith("\ufefffile,size".encode())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(row[0], row[3]) for row in rows[1:]] == [
        ('data/"a", b.json', EVERY),
        (items[0].path, "1"),
        (items[1].path, "1"),
        (items[2].path, "2"),
    ]
    assert [row[2] for row in rows[2:]] == [one.sha256 for one in items]
    assert rows[2][1] == "1"

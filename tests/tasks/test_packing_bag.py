"""The bag and its signature: every tool that reads bags reads ours, and nothing half-made stays."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import bagit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.timestamp_authority import TimestampAuthority
from regulation.errors import ActionDenied, FixityError, Unavailable
from tasks.packing.bag import BagFacts, decoded_path, encoded_path, info_text, paths_in, write_bag
from tasks.packing.files import PIECE, PackageFile, of_bytes, of_file
from tasks.packing.names import LONGEST_NAME, check_paths, safe_name, trouble_of, units
from tasks.packing.sealing import Sealer
from tests.corpus.names import NAMES
from tests.fixtures.packing import AT, NUMBER, UNIT, new_key, recordings
from tests.servers.timestamps import TimestampServer

FACTS = BagFacts(UNIT, NUMBER, AT)
SEALER = Sealer(new_key())


def write(folder: Path, payload: list[PackageFile], sealer: Sealer = SEALER, facts: BagFacts = FACTS) -> Path:
    bag = folder / "EC"
    write_bag(bag, payload, facts, sealer.tags(), sealer.seal)
    return bag


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command.split(), cwd=folder, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in paths_in(folder)}


@pytest.mark.parametrize("count", [0, 1, 500])
def test_every_tool_finds_it_whole(tmp_path: Path, count: int) -> None:
    bag = write(tmp_path, [of_bytes("data/index.csv", b"x\n"), *recordings(*[1_000] * count)])
    bagit.Bag(str(bag)).validate()
    for kind in ("sha256", "sha512"):
        for name in (f"manifest-{kind}.txt", f"tagmanifest-{kind}.txt"):
            done = run(f"{kind}sum -c --strict {name}", bag)
            assert done.returncode == 0, done.stdout + done.stderr
    assert run("sha256sum -c --strict signature/SHA256SUMS", bag).returncode == 0
    assert not list(tmp_path.rglob("*.part"))


def test_an_empty_payload_is_a_bag_too(tmp_path: Path) -> None:
    bagit.Bag(str(write(tmp_path, []))).validate()


def test_the_same_gives_the_same_to_the_byte_and_the_second(tmp_path: Path) -> None:
    payload = recordings(3 * PIECE + 1, 0, 5)
    one, other = (write(tmp_path / name, payload) for name in ("one", "other"))
    assert contents(one) == contents(other)
    times = {path.stat().st_mtime_ns for bag in (one, other) for path in [bag, *bag.rglob("*")]}
    assert times == {int(AT.timestamp()) * 10**9}


def test_the_signature_is_checked_with_openssl_alone(tmp_path: Path) -> None:
    bag = write(tmp_path, recordings(10))
    assert (bag / "signature/tagmanifest-sha256.txt.sig").stat().st_size == 64
    command = (
        "openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha256.txt "
        "-sigfile signature/tagmanifest-sha256.txt.sig"
    )
    assert "Signature Verified Successfully" in run(command, bag).stdout
    assert not (bag / "signature/tagmanifest-sha256.txt.tsr").exists()


@pytest.fixture
def stamping(timestamp_server: TimestampServer) -> Iterator[TimestampAuthority]:
    timestamp_server.status, timestamp_server.twist = 200, lambda answer: answer
    yield TimestampAuthority(url=timestamp_server.url, certificates=f"a comment\n{timestamp_server.certificates}")
    timestamp_server.status = 200


def test_the_timestamp_is_checked_with_openssl_alone(tmp_path: Path, stamping: TimestampAuthority) -> None:
    bag = write(tmp_path, recordings(10), replace(SEALER, authority=stamping))
    command = (
        "openssl ts -verify -data tagmanifest-sha256.txt -in signature/tagmanifest-sha256.txt.tsr "
        "-CAfile signature/authority.pem"
    )
    done = run(command, bag)
    assert "Verification: OK" in done.stdout + done.stderr
    assert (bag / "signature/authority.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    assert run("sha256sum -c --strict signature/SHA256SUMS", bag).returncode == 0
    bagit.Bag(str(bag)).validate()


def test_without_an_answer_of_the_authority_there_is_no_package(
    tmp_path: Path, stamping: TimestampAuthority, timestamp_server: TimestampServer
) -> None:
    timestamp_server.status = 503
    with pytest.raises(Unavailable):
        write(tmp_path, recordings(10), replace(SEALER, authority=stamping))
    assert not (tmp_path / "EC").exists()


class Read:
    """A recording that says how often it was read."""

    def __init__(self) -> None:
        self.times = 0
        self.file = replace(recordings(5)[0], pieces=self.pieces)

    def pieces(self) -> Iterator[bytes]:
        self.times += 1
        yield from recordings(5)[0].pieces()


@pytest.fixture
def waiting(tmp_path: Path, stamping: TimestampAuthority, timestamp_server: TimestampServer) -> Read:
    """A bag is written, and its authority was silent twice."""
    made = Read()
    timestamp_server.status = 503
    for _ in range(2):
        with pytest.raises(Unavailable):
            write(tmp_path, [made.file], replace(SEALER, authority=stamping))
    timestamp_server.status = 200
    return made


def test_what_waits_for_its_timestamp_is_not_written_again(
    tmp_path: Path, waiting: Read, stamping: TimestampAuthority
) -> None:
    bag = write(tmp_path, [waiting.file], replace(SEALER, authority=stamping))
    assert waiting.times == 1
    bagit.Bag(str(bag)).validate()
    assert run("sha256sum -c --strict signature/SHA256SUMS", bag).returncode == 0
    assert [one.name for one in tmp_path.iterdir()] == ["EC"]
    times = {path.stat().st_mtime_ns for path in [bag, *bag.rglob("*")]}
    assert times == {int(AT.timestamp()) * 10**9}


def test_what_waits_and_is_of_other_files_is_written_anew(
    tmp_path: Path, waiting: Read, stamping: TimestampAuthority
) -> None:
    bag = write(tmp_path, recordings(7, 8), replace(SEALER, authority=stamping))
    assert [name for name in contents(bag) if "recordings" in name] == [one.path for one in recordings(7, 8)]
    bagit.Bag(str(bag)).validate()


def test_what_was_changed_while_it_waited_is_named_and_goes(
    tmp_path: Path, waiting: Read, stamping: TimestampAuthority
) -> None:
    (tmp_path / "EC.unsealed" / waiting.file.path).write_bytes(b"other")
    with pytest.raises(FixityError, match="when it was written") as raised:
        write(tmp_path, [waiting.file], replace(SEALER, authority=stamping))
    assert raised.value.subject == waiting.file.path
    assert list(tmp_path.iterdir()) == []


WRONG: dict[str, tuple[PackageFile, str]] = {
    "another digest": (
        replace(of_bytes("data/a.mp4", b"abc"), sha256="0" * 64),
        f"must have {'0' * 64}",
    ),
    "shorter": (replace(of_bytes("data/a.mp4", b"abc"), size=4), "3 instead of 4 bytes"),
    "longer": (replace(of_bytes("data/a.mp4", b"abc"), size=2), "more than 2 bytes"),
    "endless": (PackageFile("data/a.mp4", 5, None, lambda: iter(lambda: b"x" * 100, b"")), "more than 5 bytes"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_as_recorded_is_named_and_nothing_stays(tmp_path: Path, what: str) -> None:
    file, said = WRONG[what]
    with pytest.raises(FixityError, match=said) as raised:
        write(tmp_path, [*recordings(100), file])
    assert (raised.value.subject, raised.value.article) == ("data/a.mp4", "Art. 7")
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"x"
        raise Unavailable("The vault is gone.")

    with pytest.raises(Unavailable):
        write(tmp_path, [PackageFile("data/a", 5, None, failing)])
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "EC.unsealed.part/data/old.mp4"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    assert "data/old.mp4" not in contents(write(tmp_path, recordings(1)))
    assert [one.name for one in tmp_path.iterdir()] == ["EC"]


def test_a_bag_is_never_written_over(tmp_path: Path) -> None:
    bag = write(tmp_path, recordings(1))
    before = contents(bag)
    with pytest.raises(OSError):
        write(tmp_path, recordings(2))
    assert contents(bag) == before


def _peak(folder: Path, answer: Connection) -> None:
    source = folder / "long.mp4"
    with source.open("wb") as opened:
        opened.truncate(400 << 20)
    write(folder, [of_file("data/long.mp4", source)])
    lines = Path("/proc/self/status").read_text().splitlines()
    answer.send(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) << 10)


def test_a_long_recording_takes_no_more_memory(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_peak, args=(tmp_path, theirs))
    child.start()
    assert ours.recv() < 300 << 20
    child.join()


# ---- bag-info.txt


def test_bag_info_says_who_what_when(tmp_path: Path) -> None:
    facts = replace(FACTS, disc=2, discs=3)
    bag = write(tmp_path, recordings(1_500_000), facts=facts)
    info = bagit.Bag(str(bag)).info
    assert info["Source-Organization"] == UNIT
    assert info["External-Identifier"] == info["Bag-Group-Identifier"] == NUMBER
    assert info["Bagging-Date"] == "2026-11-25"
    assert info["Payload-Oxum"] == "1500000.1"
    assert info["Bag-Size"] == "1.5 MB"
    assert info["Bag-Count"] == "2 of 3"


def test_long_values_are_folded_and_line_ends_do_not_escape(tmp_path: Path) -> None:
    long = " ".join(["word"] * 60)
    text = info_text([("Long", long), ("Sly", "a\nBag-Count: 9 of 9\r\n b")])
    assert max(len(line) for line in text.splitlines()) <= 79
    bag = write(tmp_path, [], facts=replace(FACTS, organization=f"{long}\nBag-Count: 9 of 9"))
    info = bagit.Bag(str(bag)).info
    assert info["Source-Organization"].split() == f"{long} Bag-Count: 9 of 9".split()
    assert "Bag-Count" not in info


# ---- names


@given(st.text(max_size=200), st.text(max_size=20))
def test_any_name_of_a_device_becomes_one_that_a_package_can_have(stem: str, extension: str) -> None:
    name = safe_name(stem, extension)
    assert trouble_of(f"data/recordings/{name}") is None, name
    assert units(name) <= LONGEST_NAME


def test_the_names_of_the_corpus_become_names() -> None:
    for raw in NAMES:
        name = safe_name(os.fsdecode(raw))
        assert trouble_of(f"data/{name}") is None, name


KEPT = {
    ("现场录像 2026-11-25", "mp4"): "现场录像 2026-11-25.mp4",
    ("王𬱖", "MP4"): "王𬱖.MP4",
    ("../../etc/passwd", ""): "_.._etc_passwd",
    ("CON", "mp4"): "_CON.mp4",
    ("com1.txt", ""): "_com1.txt",
    ("100%", "mp4"): "100_.mp4",
    ("a\u202egpj", "exe"): "a_gpj.exe",
    ("", ""): "_",
    ("...", "mp4"): "_.mp4",
    ("~x", ""): "_~x",
    ("-rf", ""): "_-rf",
    ("e\u0301", ""): "é",
}


@pytest.mark.parametrize("given", KEPT)
def test_a_name_stays_as_readable_as_it_can(given: tuple[str, str]) -> None:
    assert safe_name(*given) == KEPT[given]


REFUSED = {
    "data/a\nb": "U+000A",
    "data/a%b": "U+0025",
    "data/a\u202eb": "U+202E",
    "data/a\\b": "U+005C",
    "data/nul.mp4": "Windows keeps the name nul",
    "data/a.": "ends with a space or a dot",
    "data/ a": "begins with a space",
    "data//a": "empty or dots",
    "data/../a": "empty or dots",
    "data/e\u0301": "NFC",
    f"data/{'x' * 65}": "longer than 64",
    f"data/{'x' * 60}/{'x' * 60}": "longer than 120",
}


@pytest.mark.parametrize("path", REFUSED)
def test_an_unsafe_path_is_refused_by_name(tmp_path: Path, path: str) -> None:
    with pytest.raises(ActionDenied, match=REFUSED[path].replace("+", r"\+")) as raised:
        write(tmp_path, [of_bytes(path, b"")])
    assert raised.value.subject == path
    assert list(tmp_path.iterdir()) == []


def test_paths_that_windows_takes_for_one_are_refused() -> None:
    with pytest.raises(ActionDenied, match="cannot tell it from data/A"):
        check_paths(["data/A", "data/a"])
    with pytest.raises(ActionDenied, match="there are two"):
        check_paths(["data/a", "data/a"])
    with pytest.raises(ActionDenied, match="stands where"):
        check_paths(["data/a", "data/A/b"])


def test_payload_lies_below_data(tmp_path: Path) -> None:
    with pytest.raises(ActionDenied, match="does not begin with data/"):
        write(tmp_path, [of_bytes("recordings/a", b"")])


def test_paths_are_encoded_as_the_rfc_says() -> None:
    assert encoded_path("data/100%\r\n.mp4") == "data/100%25%0D%0A.mp4"
    for path in ("data/100%\r\n", "data/%0A", "data/%250A"):
        assert decoded_path(encoded_path(path)) == path


def test_every_digest_is_of_the_bytes(tmp_path: Path) -> None:
    payload = recordings(PIECE * 2 + 7)
    bag = write(tmp_path, payload)
    content = b"".join(payload[0].pieces())
    assert (bag / payload[0].path).read_bytes() == content
    for kind in ("sha256", "sha512"):
        line = f"{hashlib.new(kind, content).hexdigest()}  {payload[0].path}\n"
        assert (bag / f"manifest-{kind}.txt").read_text() == line

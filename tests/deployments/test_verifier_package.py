"""Evidence packages as a court's clerk checks them: by the one file that lies on the disc, and by ordinary tools."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import bagit
import pytest

from deployments.verifier import verify as verifier
from tasks.packing.discs import MEDIA
from tasks.packing.package import pack
from tests.fixtures.packing import AT, URL, Evidence, contents_of, evidence_in, new_key, recordings, statement_of
from tests.servers.timestamps import TimestampServer


@pytest.fixture(scope="module")
def evidence(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, timestamp_server: TimestampServer
) -> Iterator[Evidence]:
    with evidence_in(tmp_path_factory.mktemp("evidence"), sqlite_template, timestamp_server) as made:
        yield made


@pytest.fixture(scope="module")
def bag(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evidence.pack(tmp_path_factory.mktemp("packed")).discs[0].bag


@pytest.fixture
def copy(bag: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bag, tmp_path / bag.name))


def verify(place: Path, *options: str, program: Path = Path(verifier.__file__)) -> subprocess.CompletedProcess[str]:
    """As a clerk runs it: an isolated Python, nothing of ours in reach."""
    command = [sys.executable, "-I", "-S", str(program), str(place), *options]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def outcome(place: Path) -> tuple[int, str]:
    """The same in this process, without openssl: hundreds of starts would take minutes."""
    report, said = verifier.Report(), io.StringIO()
    with contextlib.redirect_stdout(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr(verifier.shutil, "which", lambda name: None)
        try:
            verifier.check_path(verifier.Checker(report, None, None, None), place)
        except (
            verifier.Unreadable,
            verifier.zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
        ) as broken:
            report.bad(place.name, str(broken))
    return report.wrong, said.getvalue()


def test_a_package_is_sound_by_the_program_that_lies_in_it(bag: Path) -> None:
    done = verify(bag, program=bag / "verify.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("SOUND\n")
    for said in (
        "tagmanifest-sha256.txt 签名有效 · signed with key",
        "tagmanifest-sha256.txt existed at",
        "is recording",
        "说明与 3 个文件一致 · the statement agrees with 3 files",
        "(recording.verified",
        "! not checked: whose key",
    ):
        assert said in done.stdout, done.stdout
    assert not list(bag.rglob("__pycache__"))


def test_a_disc_is_checked_where_it_is_mounted(bag: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", "."], cwd=bag, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{bag.name}:" in done.stdout


def test_known_keys_and_certificates_leave_nothing_to_trust(evidence: Evidence, bag: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(str(evidence.authority.certificates))
    known = ("--public-key", evidence.key.public_key, "--ca", str(tmp_path / "ca.pem"))
    done = verify(bag, *known)
    assert done.returncode == 0
    assert "not checked: wh" not in done.stdout.replace("not checked: when entry", "")


def test_a_package_that_a_stranger_signed_is_told_by_the_published_key(evidence: Evidence, tmp_path: Path) -> None:
    made = evidence.pack(tmp_path, signer=new_key())
    done = verify(made.discs[0].bag, "--public-key", evidence.key.public_key)
    assert done.returncode == 1
    assert "✗ public_key: the file names another key" in done.stdout
    assert "signature/tagmanifest-sha256.txt.sig: 签名无效" in done.stdout


# ---- one byte flipped in every file

SHA256SUM = "sha256sum -c --strict --quiet {}"
TOOLS: dict[str, str | None] = {
    "bagit": None,
    "payload": SHA256SUM.format("manifest-sha256.txt"),
    "tags": SHA256SUM.format("tagmanifest-sha256.txt"),
    "sums": SHA256SUM.format("signature/SHA256SUMS"),
    "signature": "openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha256.txt "
    "-sigfile signature/tagmanifest-sha256.txt.sig",
    "timestamp": "openssl ts -verify -data tagmanifest-sha256.txt -in signature/tagmanifest-sha256.txt.tsr "
    "-CAfile signature/authority.pem",
}
FINDERS: dict[str, set[str]] = {
    "data/": {"bagit", "payload"},
    "bagit.txt": {"bagit", "tags"},
    "bag-info.txt": {"bagit", "tags"},
    "README.txt": {"bagit", "tags"},
    "verify.py": {"bagit", "tags"},
    "manifest-sha256.txt": {"bagit", "payload", "tags"},
    "manifest-sha512.txt": {"bagit", "tags"},
    "tagmanifest-sha256.txt": {"bagit", "tags", "sums", "signature", "timestamp"},
    "tagmanifest-sha512.txt": {"bagit", "sums"},
    "signature/public-key.pem": {"bagit", "tags", "signature"},
    "signature/authority.pem": {"bagit", "tags", "timestamp"},
    "signature/tagmanifest-sha256.txt.sig": {"sums", "signature"},
    "signature/tagmanifest-sha256.txt.tsr": {"sums", "timestamp"},
    "signature/SHA256SUMS": {"sums"},
}
"""Which ordinary tools find a byte flipped in the middle of each file. verify.py finds each of them.

Of the timestamp it is the last byte, within the authority's signature: in a certificate of the authority's that the
answer carries along openssl does not look at each byte, and for that SHA256SUMS is there."""


def flip(path: Path, place: int | None = None) -> bytes:
    """Flip a bit; returns what was there."""
    before = path.read_bytes()
    changed = bytearray(before)
    place = len(changed) // 2 if place is None else place
    changed[place] ^= 0x01
    path.write_bytes(bytes(changed))
    return before


def finds(tool: str, bag: Path) -> bool:
    command = TOOLS[tool]
    if command is None:
        try:
            bagit.Bag(str(bag)).validate()
        except (bagit.BagError, UnicodeDecodeError):
            return True
        return False
    return subprocess.run(command.split(), cwd=bag, capture_output=True, check=False).returncode != 0


def test_every_tool_finds_a_sound_package_sound(bag: Path) -> None:
    assert [tool for tool in TOOLS if finds(tool, bag)] == []


def test_a_flipped_byte_in_any_file_is_found_by_the_tools_that_are_named(copy: Path) -> None:
    for path in sorted(one for one in copy.rglob("*") if one.is_file()):
        name = path.relative_to(copy).as_posix()
        expected = FINDERS["data/" if name.startswith("data/") else name]
        before = flip(path, path.stat().st_size - 1 if path.suffix == ".tsr" else None)
        assert outcome(copy)[0], name
        assert {tool for tool in TOOLS if finds(tool, copy)} == expected, name
        path.write_bytes(before)
    assert outcome(copy)[0] == 0


def test_a_flipped_byte_anywhere_in_the_small_files_is_found(copy: Path) -> None:
    unseen = []
    small = [one for one in copy.rglob("*") if one.is_file() and one.name != "verify.py"]
    for path in sorted(small):
        size = path.stat().st_size
        for place in {0, size - 1, *range(0, size, size // 4 + 1)}:
            before = flip(path, place)
            if not outcome(copy)[0]:
                unseen.append((path.name, place))
            path.write_bytes(before)
    assert unseen == []


# ---- other damage, each told by name

DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a recording is gone": (
        lambda bag: (bag / "data/recordings/first_现场.mp4").unlink(),
        "first_现场.mp4: 缺失 · missing",
    ),
    "a file more in the payload": (
        lambda bag: (bag / "data/more.txt").write_text("x"),
        "data/more.txt: 清单之外的文件",
    ),
    "a file more beside it": (lambda bag: (bag / "more.txt").write_text("x"), "more.txt: 清单之外的文件"),
    "a file more in the signature": (lambda bag: (bag / "signature/x").write_text("x"), "signature/x: 清单之外的文件"),
    "two recordings swapped": (
        lambda bag: (
            (bag / "data/recordings/first_现场.mp4").rename(bag / "x"),
            (bag / "data/recordings/second_现场.mp4").rename(bag / "data/recordings/first_现场.mp4"),
            (bag / "x").rename(bag / "data/recordings/second_现场.mp4"),
        ),
        "first_现场.mp4: 与 manifest-sha256.txt、manifest-sha512.txt 不一致",
    ),
    "a recording is a link": (
        lambda bag: (
            (bag / "data/recordings/first_现场.mp4").rename(bag.parent / "x"),
            (bag / "data/recordings/first_现场.mp4").symlink_to(bag.parent / "x"),
        ),
        "无法读取 · it cannot be read (it is a link)",
    ),
    "no signature": (lambda bag: (bag / "signature/tagmanifest-sha256.txt.sig").unlink(), "签名无效"),
    "no key": (lambda bag: (bag / "signature/public-key.pem").unlink(), "signature/public-key.pem: 缺失"),
    "no signature folder": (lambda bag: shutil.rmtree(bag / "signature"), "signature/public-key.pem: 缺失"),
    "a timestamp taken away": (
        lambda bag: (bag / "signature/tagmanifest-sha256.txt.tsr").unlink(),
        "SHA256SUMS: 不一致",
    ),
    "a timestamp taken away by who has the key": (
        lambda bag: (
            (bag / "signature/tagmanifest-sha256.txt.tsr").unlink(),
            (bag / "signature/SHA256SUMS").write_bytes(
                b"".join((bag / "signature/SHA256SUMS").read_bytes().splitlines(keepends=True)[:-1])
            ),
        ),
        "signature/tagmanifest-sha256.txt.tsr: 缺失",
    ),
    "a list that is in no list": (
        lambda bag: (bag / "manifest-md5.txt").write_text(
            "".join(
                f"{hashlib.md5(one.read_bytes()).hexdigest()}  {one.relative_to(bag).as_posix()}\n"
                for one in (bag / "data").rglob("*")
                if one.is_file()
            )
        ),
        "manifest-md5.txt: 清单之外的文件",
    ),
    "a name that moves the cursor": (
        lambda bag: (bag / "data/\x1b[2Jx").write_text("x"),
        "data/\ufffd[2Jx: 清单之外的文件",
    ),
    "no declaration": (lambda bag: (bag / "bagit.txt").unlink(), "bagit.txt: 不是 BagIt 1.0"),
    "no lists": (lambda bag: [one.unlink() for one in bag.glob("*manifest*")], "没有清单 · there is no manifest"),
    "files to be fetched": (lambda bag: (bag / "fetch.txt").write_text(""), "fetch.txt"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_told_by_name(copy: Path, what: str) -> None:
    act, wanted = DAMAGE[what]
    act(copy)
    done = verify(copy)
    assert done.returncode == 1
    assert wanted in done.stdout, done.stdout
    assert "Traceback" not in done.stderr


def rewritten(copy: Path, edit: Callable[[Path], object], evidence: Evidence) -> None:
    """Change a file and make all lists and the signature anew, as who has the key could."""
    edit(copy)
    payload = sorted(one.relative_to(copy).as_posix() for one in (copy / "data").rglob("*") if one.is_file())
    for kind in ("sha256", "sha512"):
        done = subprocess.run([f"{kind}sum", *payload], cwd=copy, capture_output=True, check=True)
        (copy / f"manifest-{kind}.txt").write_bytes(done.stdout)
    (copy / "bag-info.txt").write_text(f"External-Identifier: {evidence.contents.number}\n")
    listed = ["bagit.txt", "bag-info.txt", "README.txt", "verify.py", *(one.name for one in copy.glob("manifest*"))]
    listed += ["signature/public-key.pem"]
    (copy / "signature/authority.pem").unlink()
    for kind in ("sha256", "sha512"):
        done = subprocess.run([f"{kind}sum", *listed], cwd=copy, capture_output=True, check=True)
        (copy / f"tagmanifest-{kind}.txt").write_bytes(done.stdout)
    signed = (copy / "tagmanifest-sha256.txt").read_text()
    (copy / "signature/tagmanifest-sha256.txt.sig").write_bytes(verifier.from_base64(evidence.key.sign(signed)))
    (copy / "signature/tagmanifest-sha256.txt.tsr").unlink()
    names = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "signature/tagmanifest-sha256.txt.sig"]
    done = subprocess.run(["sha256sum", *names], cwd=copy, capture_output=True, check=True)
    (copy / "signature/SHA256SUMS").write_bytes(done.stdout)


def edit_json(name: str, change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def edit(bag: Path) -> None:
        told = json.loads((bag / name).read_text())
        change(told)
        (bag / name).write_text(json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n")

    return edit


STATEMENT = "data/statement/statement.json"
INSIDE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a statement about another file": (
        edit_json(STATEMENT, lambda told: told["files"][0].update(sha256="0" * 64)),  # type: ignore[index]
        f"{STATEMENT}: 与文件不一致",
    ),
    "a statement about a file that is not here": (
        edit_json(STATEMENT, lambda told: told["files"][0].update(path="data/none.mp4")),  # type: ignore[index]
        f"{STATEMENT}: 所列文件缺失",
    ),
    "a statement without its list": (
        edit_json(STATEMENT, lambda told: told.pop("files")),
        "statement: 无法核验",
    ),
    "a proof of which an entry was altered": (
        edit_json("data/proofs/first.json", lambda told: told["entries"][0].update(actor="x")),  # type: ignore[index]
        "content: altered",
    ),
    "an index that leaves a file out": (
        lambda bag: (bag / "data/index.csv").write_bytes(
            b"".join((bag / "data/index.csv").read_bytes().splitlines(keepends=True)[:-1])
        ),
        "data/clips/first_片段.mp4: data/index.csv 未列入本件",
    ),
}


@pytest.mark.parametrize("what", INSIDE)
def test_what_contradicts_itself_is_found_though_all_lists_agree(copy: Path, evidence: Evidence, what: str) -> None:
    edit, wanted = INSIDE[what]
    rewritten(copy, lambda bag: (edit(bag), None if "index" in what else make_index(bag)), evidence)
    wrong, said = outcome(copy)
    assert wrong
    assert wanted in said, said


def make_index(bag: Path) -> None:
    """A list of what is there now."""
    rows = [b"file,size,sha256,disc\r\n"]
    for one in sorted((bag / "data").rglob("*")):
        if one.is_file() and one.name != "index.csv":
            row = f"{one.relative_to(bag).as_posix()},{one.stat().st_size},{verifier.file_digest(one)},1\r\n"
            rows.append(row.encode())
    (bag / "data/index.csv").write_bytes(b"".join(rows))


def test_a_package_made_anew_by_who_has_the_key_is_sound_again(copy: Path, evidence: Evidence) -> None:
    rewritten(copy, make_index, evidence)
    assert outcome(copy)[0] == 0  # so that the tests above find what they say and nothing else


# ---- ZIP, image, several discs


@pytest.fixture(scope="module")
def zipped(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    container = evidence.pack(tmp_path_factory.mktemp("zipped"), "file").discs[0].container
    assert container is not None
    return container


def test_a_zip_is_checked_without_unpacking(zipped: Path) -> None:
    done = verify(zipped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "与 EC-2026-00042.zip.sha256 一致" in done.stdout
    assert "the statement agrees with 3 files" in done.stdout


@pytest.mark.parametrize("medium", ["file", "cd-r"])
def test_a_flipped_byte_anywhere_in_a_container_is_found(evidence: Evidence, tmp_path: Path, medium: str) -> None:
    """Also by ``sha256sum -c``, which reads the same line."""
    container = evidence.pack(tmp_path, medium).discs[0].container
    assert container is not None
    size = container.stat().st_size
    heads = (0, 4, 30, size - 1, size - 22, 16 * 2048, 16 * 2048 + 40, 17 * 2048, 256 * 2048, 257 * 2048 + 1)
    with container.open("rb+") as opened:
        for place in sorted({*(one for one in heads if one < size), *range(0, size, size // 25)}):
            flip_in(opened, place)
            report = verifier.Report()
            with contextlib.redirect_stdout(io.StringIO()):
                verifier.check_beside(report, container)
            assert report.wrong == 1, place
            line = subprocess.run(
                ["sha256sum", "-c", "--status", f"{container.name}.sha256"], cwd=tmp_path, check=False
            )
            assert line.returncode == 1, place
            flip_in(opened, place)
    assert verify(container).returncode == 0


def flip_in(opened: io.BufferedRandom, place: int) -> None:
    opened.seek(place)
    value = opened.read(1)[0] ^ 0x10
    opened.seek(place)
    opened.write(bytes([value]))
    opened.flush()


def test_content_altered_in_a_zip_is_found_without_its_digest(zipped: Path, tmp_path: Path) -> None:
    alone = Path(shutil.copy(zipped, tmp_path / zipped.name))
    assert verify(alone).returncode == 0
    content = alone.read_bytes()
    place = content.index(b".mp4firstPK") + 4
    alone.write_bytes(content[:place] + b"F" + content[place + 1 :])
    done = verify(alone)
    assert done.returncode == 1
    assert "first_现场.mp4: 无法读取" in done.stdout
    assert "! not checked: EC-2026-00042.zip.sha256" in done.stdout


def test_a_cut_zip_is_told(zipped: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(zipped.read_bytes()[:-100])
    done = verify(cut)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_of_an_image_alone_nothing_can_be_said(evidence: Evidence, tmp_path: Path) -> None:
    container = evidence.pack(tmp_path, "cd-r").discs[0].container
    assert container is not None
    assert verify(container).returncode == 0
    container.with_name(f"{container.name}.sha256").unlink()
    done = verify(container)
    assert done.returncode == 2
    assert "mount it" in done.stdout


@pytest.fixture
def discs(evidence: Evidence, tmp_path: Path) -> Path:
    """A set of three, on a medium that is as small as the test needs."""
    items = recordings(3_000_000, 3_000_000, 3_000_000)
    contents = contents_of(items, [statement_of(items), *evidence.contents.common[1:3]])
    small = replace(MEDIA["cd-r"], capacity=8_500_000)
    pack(tmp_path / "set", contents, small, evidence.key, evidence.authority, AT, url=URL)
    return tmp_path / "set"


def test_several_discs_are_checked_together(discs: Path) -> None:
    done = verify(discs)
    assert done.returncode == 0, done.stdout
    assert "EC-2026-00042：3 件同属一套" in done.stdout
    assert done.stdout.count(".iso 与") == 3
    assert "2 个文件在其他件" in done.stdout


def test_a_disc_that_is_not_there_is_named(discs: Path) -> None:
    shutil.rmtree(discs / "EC-2026-00042-2of3")
    done = verify(discs)
    assert done.returncode == 0
    assert "缺第 2 of 3 件" in done.stdout


def test_a_disc_of_another_making_is_told(discs: Path, evidence: Evidence) -> None:
    disc = discs / "EC-2026-00042-2of3"
    with (disc / "data/index.csv").open("ab") as opened:
        opened.write(b"data/x,1,2,3\r\n")
    wrong, said = outcome(discs)
    assert wrong
    assert "各件的 data/index.csv 不同" in said


# ---- a bag by the rules of RFC 8493, each case on its own

HELLO = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"  # of "hello\n"
CASES: dict[str, tuple[dict[str, str], str | None]] = {
    "as small as can be": ({}, None),
    "upper case digests": ({"manifest-sha256.txt": f"{HELLO.upper()}  data/hello\n"}, None),
    "one space or a tab": ({"manifest-sha256.txt": f"{HELLO}\tdata/hello\n"}, None),
    "a space before the colon": (
        {"bagit.txt": "BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n"},
        "bagit.txt",
    ),
    "a byte order mark": ({"bagit.txt": "\ufeffBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"}, "bagit.txt"),
    "another version": ({"bagit.txt": "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"}, "bagit.txt"),
    "a line less": ({"bagit.txt": "BagIt-Version: 1.0\n"}, "bagit.txt"),
    "not all manifests list all files": ({"data/more": "x", "manifest-sha512.txt": ""}, "data/"),
    "listed twice, differently": (
        {"manifest-sha256.txt": f"{HELLO}  data/hello\n{'0' * 64}  data/hello\n"},
        "manifest",
    ),
    "listed twice, alike": ({"manifest-sha256.txt": f"{HELLO}  data/hello\n" * 2}, "manifest"),
    "a digest of another length": ({"manifest-sha256.txt": f"{HELLO[:-2]}  data/hello\n"}, "manifest"),
    "no digest at all": ({"manifest-sha256.txt": "data/hello\n"}, "manifest"),
    "a path out of the bag": ({"manifest-sha256.txt": f"{HELLO}  data/../../hello\n"}, "manifest"),
    "an absolute path": ({"manifest-sha256.txt": f"{HELLO}  /data/hello\n"}, "manifest"),
    "a path in a home": ({"manifest-sha256.txt": f"{HELLO}  ~/hello\n"}, "manifest"),
    "a path on a drive": ({"manifest-sha256.txt": f"{HELLO}  C:/hello\n"}, "manifest"),
    "a backslash": ({"manifest-sha256.txt": f"{HELLO}  data\\hello\n"}, "manifest"),
    "a payload list beside the payload": ({"manifest-sha256.txt": f"{HELLO}  hello\n", "hello": "hello\n"}, "manifest"),
    "an altered file": ({"data/hello": "hallo\n"}, "data/hello"),
    "encoded characters": (
        {"manifest-sha256.txt": f"{HELLO}  data/hello\n{HELLO}  data/100%25%0A\n", "data/100%\n": "hello\n"},
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bag_is_judged_by_the_rules(tmp_path: Path, case: str) -> None:
    files, wrong_at = CASES[case]
    usual = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "manifest-sha256.txt": f"{HELLO}  data/hello\n",
        "data/hello": "hello\n",
    }
    listed = "".join(f"{sha(text)}  {name}\n" for name, text in (usual | files).items() if "/" not in name)
    for name, text in (usual | files | {"tagmanifest-sha256.txt": listed}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    report, said = verifier.Report(), io.StringIO()
    with contextlib.redirect_stdout(said):
        package = verifier.Package(verifier.Checker(report, None, None, None), verifier.InFolder(tmp_path), tmp_path)
        assert package.check_lists() is (wrong_at is None), said.getvalue()
    if wrong_at is not None:
        assert f"✗ {wrong_at}" in said.getvalue()


SUITE = Path(__file__).parents[1] / "foreign" / "bagit-conformance-suite.tar.xz"
"""The Library of Congress' BagIt conformance suite, in the public domain: commit 9ab4870 of
github.com/LibraryOfCongress/bagit-conformance-suite; packed, so that no checkout changes its line ends."""


def foreign_bags() -> list[str]:
    with tarfile.open(SUITE) as suite:
        return sorted(one.name for one in suite if one.isdir() and one.name.count("/") == 2)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    with tarfile.open(SUITE) as packed:
        packed.extractall(folder, filter="data")
    return folder


def test_all_of_the_conformance_suite_is_here() -> None:
    found = Counter(tuple(name.split("/")[:2]) for name in foreign_bags())
    assert (found["v1.0", "valid"], found["v1.0", "invalid"]) == (1, 4)
    assert found.total() == 60


@pytest.mark.parametrize("foreign", foreign_bags())
def test_the_conformance_suite_is_judged_as_it_says(foreign: str, suite: Path, tmp_path: Path) -> None:
    """Bags of BagIt 1.0, which alone we write; older ones are refused, whatever else is wrong with them."""
    version, kind, _ = foreign.split("/")
    report, said, bag = verifier.Report(), io.StringIO(), verifier.InFolder(suite / foreign)
    with contextlib.redirect_stdout(said):
        package = verifier.Package(verifier.Checker(report, None, None, None), bag, tmp_path)
        package.check_info()
        is_valid = package.check_lists() and not report.wrong
    assert is_valid is ((version, kind) == ("v1.0", "valid")), said.getvalue()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_names_that_a_mac_takes_apart_are_the_same_names(tmp_path: Path) -> None:
    composed, apart = "data/é.mp4", "data/e\u0301.mp4"
    (tmp_path / "data").mkdir()
    (tmp_path / apart).write_bytes(b"hello\n")
    (tmp_path / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (tmp_path / "manifest-sha256.txt").write_text(f"{HELLO}  {composed}\n")
    report = verifier.Report()
    package = verifier.Package(verifier.Checker(report, None, None, None), verifier.InFolder(tmp_path), tmp_path)
    package.check_lists()
    assert package.digests[composed]["sha256"] == HELLO

"""The stand-alone verifier, as an auditor runs it: a copy of one file, an isolated Python, nothing of ours in reach."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlmodel import Session

from blocks.receipt_key import ReceiptKey
from blocks.signing import new_private_key
from deployments.verifier import verify as verifier
from registry.database import Registry
from registry.ledger.chain import canonical_json
from registry.transitions import directory
from tasks.anchoring.export import Exporter
from tests.fixtures.anchors import Anchored, archive_in
from tests.fixtures.custody import UNITS, City
from tests.servers.timestamps import TimestampServer

FILE = Path(verifier.__file__)


@dataclass
class Exports:
    """A proof and a ledger of three stamped nights and one unstamped, and who signed them."""

    proof: str
    ledger: str
    bare_proof: str  # without the authority's certificates, so that openssl is not asked
    key: ReceiptKey
    authority: TimestampServer

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.bare_proof)
        return told


@pytest.fixture(scope="module")
def exports(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, timestamp_server: TimestampServer
) -> Iterator[Exports]:
    folder = tmp_path_factory.mktemp("exports")
    shutil.copyfile(sqlite_template, folder / "registry.db")
    url = f"sqlite:///{folder / 'registry.db'}"
    city = City(Registry(url))
    with city.act() as act:
        directory.enter_units(act, UNITS)
    timestamp_server.status, timestamp_server.twist = 200, lambda answer: answer
    with archive_in(folder, url, timestamp_server) as archive:
        anchored = Anchored(city, archive, timestamp_server)
        session = city.open()
        recording = city.store(session, "recorded", "another")[0]
        anchored.run()
        anchored.grow(3)
        anchored.run()
        city.seal(session)
        timestamp_server.status = 503
        anchored.run()
        anchored.grow(3)
        timestamp_server.status = 200
        anchored.archive.timestamps, authority = None, anchored.archive.timestamps
        anchored.run()
        anchored.archive.timestamps = authority
        anchored.grow(1)
        assert anchored.run()["stamped"] == 3
        key = archive.receipt_key
        assert key is not None

        def proof(reading: Session, certificates: str | None) -> str:
            return Exporter(key, certificates, city.now).proof(reading, recording.id)

        with city.registry.reading() as reading:
            ledger = "".join(Exporter(key, timestamp_server.certificates, city.now).ledger(reading))
            yield Exports(
                proof(reading, timestamp_server.certificates), ledger, proof(reading, None), key, timestamp_server
            )
    city.registry.dispose()


@dataclass
class Auditor:
    """A folder far away from the project, with a copy of the verifier."""

    folder: Path

    def run(self, path: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "verify.py", path, *options]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    def write(self, name: str, content: str) -> str:
        (self.folder / name).write_bytes(content.encode())
        return name


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    shutil.copy(FILE, tmp_path / "verify.py")
    return Auditor(tmp_path)


def first_wrong(text: str) -> str:
    return next((line[2:] for line in text.splitlines() if line.startswith("✗")), "")


def test_it_needs_one_file_of_an_old_python_and_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_sound_proof_is_sound_and_what_rests_on_the_file_itself_is_said(auditor: Auditor, exports: Exports) -> None:
    done = auditor.run(auditor.write("proof.json", exports.proof))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("SOUND\n")
    assert "entry 7 (recording.verified" in done.stdout
    assert "openssl finds it signed" in done.stdout
    assert f"! not checked: whose key {exports.key.key_id} is" in done.stdout
    assert "! not checked: whether the timestamp authority's certificates are genuine" in done.stdout


def test_with_what_is_known_from_elsewhere_nothing_rests_on_the_file(auditor: Auditor, exports: Exports) -> None:
    auditor.write("ca.pem", exports.authority.certificates)
    known = ("--public-key", exports.key.public_key, "--ca", "ca.pem")
    for name, content in (("proof.json", exports.proof), ("ledger.jsonl", exports.ledger)):
        done = auditor.run(auditor.write(name, content), *known)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "not checked: wh" not in done.stdout.replace("not checked: when entries", "")


def test_without_openssl_or_certificates_it_says_what_to_do(auditor: Auditor, exports: Exports) -> None:
    done = auditor.run(auditor.write("proof.json", exports.bare_proof))
    assert done.returncode == 0
    assert "do openssl ts -verify -data anchor-00000001.json -in anchor-00000001.tsr -CAfile" in done.stdout


def test_what_is_extracted_checks_by_hand(auditor: Auditor, exports: Exports) -> None:
    auditor.run(auditor.write("proof.json", exports.proof), "--extract", "out")
    out = auditor.folder / "out"
    assert {"anchor-00000001.json", "anchor-00000001.tsr", "authority.pem"} <= {path.name for path in out.iterdir()}
    command = "openssl ts -verify -data anchor-00000001.json -in anchor-00000001.tsr -CAfile authority.pem"
    by_hand = subprocess.run(command.split(), cwd=out, capture_output=True, text=True, check=False)
    assert "Verification: OK" in by_hand.stdout + by_hand.stderr


def test_the_way_by_hand_that_is_written_down_works(auditor: Auditor, exports: Exports) -> None:
    page = (FILE.parents[2] / "docs" / "explanation" / "proof.md").read_text(encoding="utf-8")
    auditor.write("by_hand.py", page.partition("```python\n")[2].partition("```")[0])
    for edit, wanted in ((lambda told: None, "7 True True"), (EDITS["an entry's facts"][0], "7 False False")):
        told = exports.told()
        edit(told)
        auditor.write("proof.json", json.dumps(told))
        command = [sys.executable, "-I", "by_hand.py"]
        done = subprocess.run(command, cwd=auditor.folder, capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[0] == wanted, done.stderr


def test_another_authority_does_not_pass(auditor: Auditor, exports: Exports, tmp_path: Path) -> None:
    stranger = TimestampServer(tmp_path / "stranger")
    stranger.stop()
    auditor.write("ca.pem", stranger.certificates)
    done = auditor.run(auditor.write("proof.json", exports.proof), "--ca", "ca.pem")
    assert done.returncode == 1
    assert first_wrong(done.stdout).startswith("anchor 1, timestamp: openssl refuses it")


def edited(told: dict[str, Any], *path: str | int, to: Any) -> None:
    at: Any = told
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to


def anchor_said(told: dict[str, Any], **changed: Any) -> None:
    anchor = told["anchors"][0]
    anchor["document"] = canonical_json(json.loads(anchor["document"]) | changed)


EDITS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "an entry's actor": (lambda told: edited(told, "entries", 0, "actor", to="x"), "entry 7, content: altered"),
    "an entry's facts": (lambda told: edited(told, "entries", 0, "facts", to="{}"), "entry 7, content: altered"),
    "an entry's time": (lambda told: edited(told, "entries", 0, "at", to="2020"), "entry 7, content: altered"),
    "an entry's hash": (lambda told: edited(told, "entries", 0, "hash", to="0" * 64), "entry 7, hash: altered"),
    "an entry's path": (
        lambda told: edited(told, "entries", 0, "proof", "path", 0, to="0" * 64),
        "entry 7, proof: it is not under",
    ),
    "a path cut short": (lambda told: told["entries"][0]["proof"]["path"].pop(), "entry 7, proof: it is not under"),
    "an entry's number": (lambda told: edited(told, "entries", 0, "seq", to=8), "entry 8, content or hash: altered"),
    "an entry's anchor": (lambda told: edited(told, "entries", 0, "proof", "anchor", to=9), "entry 7, proof: anchor 9"),
    "an anchor's root": (lambda told: anchor_said(told, root="0" * 64), "anchor 1, signature: the document is not"),
    "an anchor's time": (lambda told: anchor_said(told, made_at="2020"), "anchor 1, signature: the document is not"),
    "an anchor's signature": (
        lambda told: edited(told, "anchors", 0, "signature", "ed25519", to="A" * 86 + "=="),
        "anchor 1, signature: the document is not",
    ),
    "timestamps swapped": (
        lambda told: edited(told, "anchors", 0, "token", to=told["anchors"][-1]["token"]),
        "anchor 1, timestamp: swapped",
    ),
    "a timestamp cut": (
        lambda told: edited(told, "anchors", 0, "token", to=told["anchors"][0]["token"][:400]),
        "anchor 1, timestamp: altered",
    ),
    "the recording's digest": (
        lambda told: edited(told, "recording", "sha256", to="0" * 64),
        "recording, sha256: it is not what the ledger says",
    ),
    "another recording": (lambda told: edited(told, "recording", "id", to="x"), "entry 7, subject_id: it speaks of"),
    "an entry left out": (lambda told: told["entries"].pop(), "signature: the file as a whole"),
    "the rules": (lambda told: edited(told, "rules", "tree", to="x"), "signature: the file as a whole"),
    "something of another kind": (lambda told: edited(told, "entries", to=7), "proof.json: altered: something is"),
    "something gone": (lambda told: told.pop("anchors"), "proof.json: altered: something is missing"),
}


@pytest.mark.parametrize("what", EDITS)
def test_the_first_altered_thing_of_a_proof_is_named(auditor: Auditor, exports: Exports, what: str) -> None:
    edit, wanted = EDITS[what]
    told = exports.told()
    edit(told)
    content = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    done = auditor.run(auditor.write("proof.json", content))
    assert done.returncode == 1
    assert first_wrong(done.stdout).startswith(wanted), done.stdout
    assert "Traceback" not in done.stderr


def test_a_forger_with_a_key_of_their_own_is_told_by_the_published_one(auditor: Auditor, exports: Exports) -> None:
    forger = ReceiptKey(private_key=SecretStr(new_private_key()))
    told = exports.told() | {"public_key": forger.public_key}
    told["anchors"] = [anchor | {"signature": signed(forger, anchor["document"])} for anchor in told["anchors"]]
    del told["signature"]
    told["signature"] = signed(forger, canonical_json(told))
    content = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    done = auditor.run(auditor.write("proof.json", content), "--public-key", exports.key.public_key)
    assert done.returncode == 1
    assert first_wrong(done.stdout).startswith("public_key: the file names another key")


def signed(key: ReceiptKey, text: str) -> dict[str, str]:
    return {"key_id": key.key_id, "ed25519": key.sign(text)}


def outcome(folder: Path, name: str, content: bytes) -> int:
    """What the verifier ends with, in this process: hundreds of starts of Python would take minutes."""
    (folder / name).write_bytes(content)
    report = verifier.Report()
    try:
        verifier.Checker(report, None, None, None).check_file(folder / name)
    except (verifier.Unreadable, AttributeError, IndexError, KeyError, TypeError, ValueError):
        report.wrong += 1
    return report.wrong


@pytest.mark.parametrize("kind", ["proof.json", "ledger.jsonl"])
def test_a_flipped_bit_anywhere_is_found(exports: Exports, tmp_path: Path, kind: str) -> None:
    content = (exports.bare_proof if kind == "proof.json" else without_certificates(exports)).encode()
    assert outcome(tmp_path, kind, content) == 0
    unseen = []
    for place in range(0, len(content), len(content) // 150):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        if not outcome(tmp_path, kind, bytes(changed)):
            unseen.append(place)
    assert unseen == []


def without_certificates(exports: Exports) -> str:
    """The ledger as it would be exported without an authority's certificates."""
    lines = exports.ledger.splitlines(keepends=True)
    head = canonical_json(json.loads(lines[0]) | {"certificates": None}) + "\n"
    body = [head, *lines[1:-1]]
    end = json.loads(lines[-1])["end"] | {"sha256": verifier.sha256_of("".join(body))}
    return "".join(body) + canonical_json({"end": end, "signature": signed(exports.key, canonical_json(end))}) + "\n"


@given(data=st.data())
def test_bytes_flipped_cut_or_put_in_are_found(exports: Exports, tmp_path_factory: Any, data: st.DataObject) -> None:
    content = exports.bare_proof.encode()
    place = data.draw(st.integers(0, len(content) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "put in", "truncate"]))
    piece = data.draw(st.binary(min_size=1, max_size=3))
    changed = {
        "flip": content[:place] + bytes([content[place] ^ (piece[0] or 1)]) + content[place + 1 :],
        "cut": content[:place] + content[place + 1 :],
        "put in": content[:place] + piece + content[place:],
        "truncate": content[:place],
    }[how]
    assert outcome(tmp_path_factory.getbasetemp(), "changed.json", changed) > 0


def entry_lines(lines: list[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.startswith('{"entry"')]


def anchor_lines(lines: list[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.startswith('{"anchor"')]


def swap(lines: list[str], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def swap_tokens(lines: list[str]) -> None:
    one, other = anchor_lines(lines)[:2]
    first, second = json.loads(lines[one]), json.loads(lines[other])
    first["anchor"]["token"], second["anchor"]["token"] = second["anchor"]["token"], first["anchor"]["token"]
    lines[one], lines[other] = canonical_json(first) + "\n", canonical_json(second) + "\n"


LEDGER: dict[str, tuple[Callable[[list[str]], object], str]] = {
    "edited": (
        lambda lines: lines.__setitem__(3, lines[3].replace('"actor":"', '"actor":"x')),
        "entry 3, content or hash: altered",
    ),
    "deleted": (lambda lines: lines.pop(3), "entry 3, seq: removed, inserted or moved: entry 4"),
    "inserted": (lambda lines: lines.insert(3, lines[3]), "entry 4, seq: removed, inserted or moved: entry 3"),
    "reordered": (lambda lines: swap(lines, 3, 4), "entry 3, seq: removed, inserted or moved: entry 4"),
    "truncated": (lambda lines: lines.__delitem__(slice(-3, None)), "end: the file was cut short"),
    "an anchor deleted": (lambda lines: lines.pop(anchor_lines(lines)[1]), "anchor 3, number: anchor 2 should"),
    "timestamps swapped": (swap_tokens, "anchor 1, timestamp: swapped"),
    "no JSON": (lambda lines: lines.__setitem__(3, "{\n"), "ledger.jsonl: line 4 was altered"),
    "lines after the end": (lambda lines: lines.append(lines[3]), "ledger.jsonl: line"),
}


@pytest.mark.parametrize("what", LEDGER)
def test_the_first_altered_thing_of_a_ledger_is_named(auditor: Auditor, exports: Exports, what: str) -> None:
    edit, wanted = LEDGER[what]
    lines = exports.ledger.splitlines(keepends=True)
    edit(lines)
    done = auditor.run(auditor.write("ledger.jsonl", "".join(lines)))
    assert done.returncode == 1
    assert first_wrong(done.stdout).startswith(wanted), done.stdout
    assert "Traceback" not in done.stderr


def test_a_package_is_checked_as_a_whole(auditor: Auditor, exports: Exports) -> None:
    package = auditor.folder / "package"
    (package / "data").mkdir(parents=True)
    (package / "data" / "proof.json").write_text(exports.proof, encoding="utf-8", newline="")
    (package / "data" / "0001.mp4").write_bytes(b"recorded")
    (package / "notes.json").write_text("{}")
    done = auditor.run("package")
    assert done.returncode == 0, done.stdout
    assert "0001.mp4 is recording" in done.stdout

    (package / "data" / "0001.mp4").write_bytes(b"RECORDED")
    done = auditor.run("package")
    assert (done.returncode, first_wrong(done.stdout).partition(":")[0]) == (1, "0001.mp4")

    (package / "data" / "0001.mp4").unlink()
    done = auditor.run("package")
    assert done.returncode == 0
    assert "its file is not in the folder" in done.stdout


@pytest.mark.parametrize(("path", "status"), [("nowhere.json", 2), ("verify.py", 1), (".", 1)])
def test_what_is_no_proof_is_refused_in_words(auditor: Auditor, path: str, status: int) -> None:
    done = auditor.run(path)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


# RFC 8032, 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
        "55141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
        "00d291612bb0c00",
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=["empty", "one byte"])
def test_the_published_signatures_hold(vector: tuple[str, str, str]) -> None:
    key, message, signature = map(bytes.fromhex, vector)
    assert verifier.is_signed(message, signature, key)
    assert not verifier.is_signed(message + b"x", signature, key)
    too_large = int.from_bytes(signature[32:], "little") + verifier.ORDER
    assert not verifier.is_signed(message, signature[:32] + too_large.to_bytes(32, "little"), key)


@given(st.binary(max_size=200), st.integers(0, 64 * 8 - 1))
def test_signatures_of_a_known_library_hold_and_flipped_ones_do_not(message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.generate()
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verifier.is_signed(message, signature, key)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verifier.is_signed(message, bytes(flipped), key)


@pytest.mark.parametrize("key", [b"", b"\xff" * 32, b"\x02" + b"\0" * 31, b"\x01" + b"\0" * 30 + b"\x80"])
def test_a_key_that_is_no_point_signs_nothing(key: bytes) -> None:
    assert not verifier.is_signed(b"", b"\0" * 64, key)


@pytest.mark.parametrize("text", ["AB==", "AA", "A===", "AA==\n", "Á"])
def test_base64_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        verifier.from_base64(text)
    assert verifier.from_base64(b64encode(b"\x00").decode()) == b64decode("AA==")

#!/usr/bin/env python3
"""Check a proof, a ledger export or an evidence package of custody, offline: ``python verify.py FILE_OR_FOLDER``.

This one file needs Python 3.9 or newer and nothing else: no network, no database, no part of the system that wrote
what it checks. It is meant to be read. In this order it has

  1. what is said at the end          4. Ed25519 signatures (RFC 8032)
  2. the hash of a ledger entry       5. timestamps (RFC 3161)
  3. Merkle trees (RFC 6962)          6. proofs, ledgers, folders
                                      7. evidence packages (BagIt 1.0, RFC 8493)

An evidence package is given as its folder (a mounted disc), as its ZIP, or as a folder with several of them.

``--public-key`` is the installation's key as published elsewhere, ``--ca`` the certificates of the timestamp authority:
without them the file's own are used, which proves only that the file agrees with itself, and it says so. ``--extract``
writes anchors and timestamps into a folder, for checking them with ``sha256sum`` and ``openssl`` by hand.

Ends with 0 when all is well, 1 when something is not, 2 when there is nothing that could be checked.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

# ------------------------------------------------------------------------------------ 1. what is said at the end


class Report:
    """What was found, in order; the first thing that is wrong is the one to look at first."""

    def __init__(self) -> None:
        self.wrong = 0
        self.checked = 0
        self._said: set[str] = set()

    def well(self, what: str) -> None:
        self.checked += 1
        print(shown(f"✓ {what}"))

    def bad(self, where: str, what: str) -> None:
        self.wrong += 1
        print(shown(f"✗ {where}: {what}"))

    def open(self, what: str) -> None:
        """Something that this program could not check, once."""
        if what not in self._said:
            self._said.add(what)
            print(shown(f"! not checked: {what}"))


def shown(text: str) -> str:
    """Without what could move a terminal's cursor: names come from the package."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


class Unreadable(Exception):  # noqa: N818
    """The file is not one of ours, or was damaged so that nothing in it can be read."""


class NothingToCheck(Exception):  # noqa: N818
    """There is nothing here that this program can check; the text says what to do."""


# ------------------------------------------------------------------------------------ 2. the hash of a ledger entry

HASHED = (
    "actor", "article", "at", "event", "facts", "previous_hash", "seq", "subject_id", "subject_kind", "unit_id",
)  # fmt: skip


def canonical(value: Any) -> str:
    """The one way a value is written as JSON: keys sorted, no spaces, nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def entry_hash(entry: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON object of the entry's other ten fields; `facts` is a text within it."""
    return sha256_of(canonical({name: entry[name] for name in HASHED}))


# ------------------------------------------------------------------------------------ 3. Merkle trees (RFC 6962)


def leaf_of(entry_hash: str) -> bytes:
    """A leaf is the raw 32 bytes of an entry's hash behind a zero byte, hashed."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf; it keeps the roots of its full subtrees only."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def add(self, entry_hash: str) -> None:
        node, size = leaf_of(entry_hash), self.size
        while size & 1:
            node, size = node_of(self._full.pop(), node), size >> 1
        self._full.append(node)
        self.size += 1

    def root(self) -> str:
        *left, node = self._full
        for sibling in reversed(left):
            node = node_of(sibling, node)
        return node.hex()


def root_by_path(entry_hash: str, index: int, size: int, path: list[str]) -> str | None:
    """The root that a proof leads to from leaf `index` of `size` (RFC 9162, 2.1.3.2); None where it leads nowhere."""
    node, place, last = leaf_of(entry_hash), index, size - 1
    for sibling in path:
        if last == 0 or not is_digest(sibling):
            return None
        if place & 1 or place == last:
            node = node_of(bytes.fromhex(sibling), node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_of(node, bytes.fromhex(sibling))
        place, last = place >> 1, last >> 1
    return node.hex() if last == 0 and 0 <= index < size else None


# ------------------------------------------------------------------------------------ 4. Ed25519 signatures (RFC 8032)

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z


def add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def point_from(raw: bytes) -> Point | None:
    """The point that 32 bytes stand for; None where they stand for none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(raw) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_from((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `public_key`."""
    key, r = point_from(public_key), point_from(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or len(signature) != 64 or s >= ORDER or BASE is None:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    left, right = times(s, BASE), add(r, times(int.from_bytes(digest, "little") % ORDER, key))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def from_base64(text: str) -> bytes:
    """Strictly: no other text stands for the same bytes."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not written as base64 is")
    return raw


def key_id_of(public_key: str) -> str:
    return hashlib.sha256(from_base64(public_key)).hexdigest()[:16]


def signature_holds(text: str, signature: Any, public_key: str) -> bool:
    """Whether {"key_id": …, "ed25519": …} signs the text as UTF-8."""
    try:
        named = signature["key_id"] == key_id_of(public_key)
        return named and is_signed(text.encode(), from_base64(signature["ed25519"]), from_base64(public_key))
    except (KeyError, TypeError, ValueError):
        return False


# ------------------------------------------------------------------------------------ 5. timestamps (RFC 3161)

SHA256_OID = bytes.fromhex("608648016503040201")


def elements(der: bytes) -> list[tuple[int, bytes]]:
    """The tag and the content of each element in a piece of DER."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(der[at : at + count], "big"), at + count
        if at + length > len(der):
            raise ValueError("cut short")
        found.append((tag, der[at : at + length]))
        at += length
    return found


def read_timestamp(token: bytes) -> tuple[str, datetime]:
    """The SHA-256 that an authority's answer (TimeStampResp) speaks of, and the time that it states."""
    ((_, answer),) = elements(token)
    (_, status), (_, content_info) = elements(answer)
    if elements(status)[0][1] != b"\x00":
        raise ValueError("it was not granted")
    (_, _), (_, explicit) = elements(content_info)
    ((_, signed_data),) = elements(explicit)
    (_, _), (_, wrapped) = elements(elements(signed_data)[2][1])
    ((_, octets),) = elements(wrapped)
    ((_, info),) = elements(octets)
    imprint, time = elements(info)[2][1], elements(info)[4][1].decode("ascii")
    (_, algorithm), (_, digest) = elements(imprint)
    if elements(algorithm)[0][1] != SHA256_OID:
        raise ValueError("its digest is not SHA-256")
    at = datetime.strptime(time.split(".")[0].rstrip("Z") + "+0000", "%Y%m%d%H%M%S%z")
    return digest.hex(), at


# ------------------------------------------------------------------------------------ 6. proofs, ledgers, folders


class Checker:
    """What is known from elsewhere than the file: the installation's key, the authority's certificates."""

    def __init__(self, report: Report, public_key: str | None, ca: Path | None, extract: Path | None) -> None:
        self.report = report
        self.public_key = public_key
        self.ca = ca
        self.extract = extract

    # ---- keys and timestamps

    def key_in(self, told: dict[str, Any]) -> str:
        """The key to check signatures with."""
        own = str(told["public_key"])
        if self.public_key is None:
            self.report.open(f"whose key {key_id_of(own)} is; compare it with the published one, or give --public-key")
            return own
        if own != self.public_key:
            self.report.bad("public_key", "the file names another key than the one given with --public-key")
        return self.public_key

    def certificates_in(self, told: dict[str, Any], folder: Path) -> Path | None:
        """The certificates to follow timestamps to, as a file."""
        if self.ca is not None:
            return self.ca.resolve()
        if not told.get("certificates"):
            return None
        digest = sha256_of(told["certificates"])
        self.report.open(
            f"whether the timestamp authority's certificates are genuine: they come from the file itself (SHA-256 "
            f"{digest}); compare them with the published ones, or give --ca"
        )
        path = folder / "authority.pem"
        path.write_bytes(told["certificates"].encode())
        return Path(path.name)

    def check_timestamp(
        self, what: str, name: str, document: bytes, token: bytes, folder: Path, ca: Path | None
    ) -> None:
        """The imprint and the time by this program, the signature by openssl where it is at hand. `what` was stamped,
        and `name` is what its file and, with another ending, its timestamp are called."""
        where = f"{what}, timestamp"
        try:
            digest, at = read_timestamp(token)
        except (ValueError, IndexError, OverflowError):
            self.report.bad(where, "altered: it cannot be read")
            return
        if digest != hashlib.sha256(document).hexdigest():
            self.report.bad(where, "swapped: it was given for another document")
            return
        stamp = f"{name.rpartition('.')[0]}.tsr"
        (folder / name).write_bytes(document)
        (folder / stamp).write_bytes(token)
        command = [
            *("openssl", "ts", "-verify", "-data", name, "-in", stamp),
            *("-CAfile", str(ca) if ca is not None else "CERTIFICATES.pem"),
            *("-attime", str(int(at.timestamp()))),
        ]
        said = f"{what} existed at {at:%Y-%m-%d %H:%M:%S} UTC, a timestamp says"
        if ca is None or shutil.which("openssl") is None:
            why = "the authority's certificates are not there" if ca is None else "there is no openssl here"
            self.report.open(f"{said}, but whether the authority signed it: {why}; do {shlex.join(command)}")
            return
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            self.report.well(f"{said}, and openssl finds it signed: {shlex.join(command)}")
        else:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            self.report.bad(where, f"openssl refuses it: {reason}; {shlex.join(command)}")

    # ---- anchors

    def check_anchor(self, told: Any, key: str, folder: Path, ca: Path | None) -> dict[str, Any]:
        """Signature and timestamp of one anchor; returns what its document says."""
        try:
            document = str(told["document"])
            said: dict[str, Any] = json.loads(document)
            number = int(said["number"])
            first, last = int(said["first_seq"]), int(said["last_seq"])
        except (KeyError, TypeError, ValueError):
            raise Unreadable("an anchor's document cannot be read") from None
        if said.get("format") != "custody-anchor-1" or canonical(said) != document or not 1 <= first <= last:
            self.report.bad(f"anchor {number}, document", "altered: it is not written as it must be")
        if not signature_holds(document, told.get("signature"), key) or said.get("public_key") != key:
            self.report.bad(f"anchor {number}, signature", "the document is not signed with the key: one was altered")
        if told.get("token") is not None:
            try:
                token = from_base64(told["token"])
            except (TypeError, ValueError):
                self.report.bad(f"anchor {number}, timestamp", "altered: it is not written as it must be")
            else:
                name = f"anchor-{number:08d}.json"
                self.check_timestamp(f"anchor {number}", name, document.encode(), token, folder, ca)
        return {**said, "sha256": sha256_of(document), "stamped": told.get("token") is not None}

    def check_link(self, said: dict[str, Any], before: dict[str, Any] | None) -> None:
        """That an anchor follows the one before it."""
        number = said["number"]
        if before is None:
            return
        if number != before["number"] + 1:
            self.report.bad(f"anchor {number}, number", f"anchor {before['number'] + 1} should stand here")
            return
        if said["previous"] != before["sha256"]:
            self.report.bad(f"anchor {number}, previous", f"it follows another anchor {before['number']} than this one")
        if said["first_seq"] != before["last_seq"] + 1:
            self.report.bad(f"anchor {number}, first_seq", f"it does not begin where anchor {before['number']} ends")

    def check_unstamped(self, anchors: list[dict[str, Any]]) -> None:
        """Anchors without a timestamp are vouched for by the next one that has one and follows from them."""
        waiting: list[dict[str, Any]] = []
        for place, said in enumerate(anchors):
            if waiting and said["number"] != anchors[place - 1]["number"] + 1:
                self.say_unstamped(waiting)
                waiting = []
            if not said["stamped"]:
                waiting.append(said)
                continue
            for one in waiting:
                self.report.well(
                    f"anchor {one['number']} was there before anchor {said['number']}, which follows from it"
                )
            waiting = []
        self.say_unstamped(waiting)

    def say_unstamped(self, anchors: list[dict[str, Any]]) -> None:
        for said in anchors:
            authority = said["timestamp_authority"]
            why = "no authority was set when it was made" if authority is None else f"{authority} had not answered"
            self.report.open(f"when anchor {said['number']} was there: it has no timestamp, {why}")

    # ---- a proof of one recording

    def check_proof(self, told: dict[str, Any], folder: Path) -> None:
        """Each entry by its hash and its way to an anchor's root; then what the recording is."""
        key, ca = self.key_in(told), self.certificates_in(told, folder)
        anchors: dict[int, dict[str, Any]] = {}
        for anchor in told["anchors"]:
            said = self.check_anchor(anchor, key, folder, ca)
            self.check_link(said, anchors.get(said["number"] - 1))
            anchors[said["number"]] = said
        self.check_unstamped(list(anchors.values()))
        for entry in told["entries"]:
            self.check_entry(entry, anchors)
        self.check_recording(told["recording"], told["entries"])
        unsigned = {name: value for name, value in told.items() if name != "signature"}
        if signature_holds(canonical(unsigned), told.get("signature"), key):
            self.report.well("the file as a whole is signed")
        else:
            self.report.bad("signature", "the file as a whole is not as it was signed")

    def check_entry(self, entry: dict[str, Any], anchors: dict[int, dict[str, Any]]) -> None:
        seq, found, stored, proof = entry["seq"], entry_hash(entry), entry["hash"], entry["proof"]
        if proof is None:
            if found != stored:
                self.report.bad(f"entry {seq}, content or hash", "altered: its hash is not that of its content")
            self.report.open(f"when entry {seq} was there: no anchor covers it yet")
            return
        anchor = anchors.get(proof["anchor"])
        if anchor is None:
            self.report.bad(f"entry {seq}, proof", f"anchor {proof['anchor']} is not in the file")
            return
        index, size = seq - anchor["first_seq"], anchor["last_seq"] - anchor["first_seq"] + 1
        by_content = root_by_path(found, index, size, proof["path"]) == anchor["root"]
        by_hash = is_digest(stored) and root_by_path(stored, index, size, proof["path"]) == anchor["root"]
        if by_content and by_hash:
            self.report.well(f"entry {seq} ({entry['event']}, {entry['at']}) is under anchor {anchor['number']}")
        elif by_content:
            self.report.bad(f"entry {seq}, hash", "altered: the content is the one that was anchored")
        elif by_hash:
            self.report.bad(f"entry {seq}, content", "altered: it is not the one that was anchored under its hash")
        elif found != stored:
            self.report.bad(f"entry {seq}, content or hash", "altered: its hash is not that of its content")
        else:
            where = f"anchor {anchor['number']}"
            self.report.bad(
                f"entry {seq}, proof", f"it is not under the root of {where}: entry, proof or root was altered"
            )

    def check_recording(self, recording: dict[str, Any], entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            if entry["subject_id"] != recording["id"]:
                self.report.bad(f"entry {entry['seq']}, subject_id", "it speaks of another recording")
        verified = [json.loads(entry["facts"]) for entry in entries if entry["event"] == "recording.verified"]
        for facts in verified:
            for name in ("sha256", "sm3", "size"):
                if facts.get(name) != recording.get(name):
                    self.report.bad(f"recording, {name}", "it is not what the ledger says was taken in")

    # ---- a whole ledger

    def check_ledger(self, path: Path, folder: Path) -> None:
        """Every line in its order: entries by hash and link, anchors by root and link, the end by all bytes before."""
        digest, tree, entries = hashlib.sha256(), Tree(), 0
        key, ca, head, ended = "", None, "0" * 64, False
        anchors: list[dict[str, Any]] = [{"number": 0, "sha256": "0" * 64, "last_seq": 0, "stamped": True}]
        for number, raw in enumerate(lines_of(path), 1):
            line = parsed(raw, f"line {number}")
            if ended:
                raise Unreadable(f"line {number} comes after the end")
            if number == 1:
                key, ca = self.key_in(line), self.certificates_in(line, folder)
            elif "entry" in line:
                entry = line["entry"]
                entries, head = entries + 1, self.check_next(entry, entries + 1, head)
                tree.add(head)
            elif "anchor" in line:
                said = self.check_anchor(line["anchor"], key, folder, ca)
                self.check_link(said, anchors[-1])
                self.check_root(said, tree, entries, head)
                anchors.append(said)
                tree = Tree()
            else:
                self.check_end(line, key, digest.hexdigest(), entries, head)
                ended = True
            digest.update(raw)
        if not ended:
            self.report.bad("end", "the file was cut short: its last line is missing")
        self.check_unstamped(anchors)
        covered = anchors[-1]["last_seq"]
        if covered < entries:
            self.report.open(f"when entries {covered + 1} to {entries} were there: no anchor covers them yet")

    def check_next(self, entry: dict[str, Any], wanted: int, head: str) -> str:
        """One entry after the one before it; returns its hash, as it should be where it is not."""
        seq, found = entry["seq"], entry_hash(entry)
        if seq != wanted:
            self.report.bad(f"entry {wanted}, seq", f"removed, inserted or moved: entry {seq} is in its place")
        if entry["previous_hash"] != head:
            self.report.bad(f"entry {seq}, previous_hash", "it does not follow the entry before it")
        if entry["hash"] != found:
            self.report.bad(f"entry {seq}, content or hash", "altered: its hash is not that of its content")
        return entry["hash"] if is_digest(entry["hash"]) else found

    def check_root(self, said: dict[str, Any], tree: Tree, entries: int, head: str) -> None:
        number, size = said["number"], said["last_seq"] - said["first_seq"] + 1
        if (tree.size, entries) != (size, said["last_seq"]):
            self.report.bad(f"anchor {number}, last_seq", f"it covers {size} entries, here are {tree.size}")
        elif tree.root() != said["root"]:
            where = f"entries {said['first_seq']} to {said['last_seq']}"
            self.report.bad(f"anchor {number}, root", f"{where} are not those that were anchored")
        elif head != said["head"]:
            self.report.bad(f"anchor {number}, head", "it names another last entry")
        else:
            self.report.well(
                f"anchor {number} covers entries {said['first_seq']} to {said['last_seq']} as they are here"
            )

    def check_end(self, line: dict[str, Any], key: str, digest: str, entries: int, head: str) -> None:
        end = line["end"]
        for name, found in (("sha256", digest), ("entries", entries), ("head", head)):
            if end[name] != found:
                self.report.bad(f"end, {name}", f"what stands before it has {found}")
        if signature_holds(canonical(end), line.get("signature"), key):
            self.report.well(f"the file as a whole is signed: {entries} entries, head {head}")
        else:
            self.report.bad("end, signature", "the end of the file is not as it was signed")

    # ---- files and folders

    def check_file(self, path: Path) -> dict[str, Any] | None:
        """A proof, which is returned, or a ledger."""
        with tempfile.TemporaryDirectory() as temporary:
            folder = self.extract or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            if not begins_with(path, b"{\n"):
                self.check_ledger(path, folder)
                return None
            return self.check_proof_file(path.read_bytes(), path.name, folder)

    def check_proof_file(self, raw: bytes, name: str, folder: Path) -> dict[str, Any]:
        told = parsed(raw, name)
        if told.get("format") != "custody-proof-1":
            raise Unreadable("this is neither a proof nor a ledger of custody")
        if json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n" != raw:
            raise Unreadable("altered: it is not written as it must be")
        self.check_proof(told, folder)
        return told

    def check_folder(self, folder: Path) -> None:
        """Every proof and ledger in it, and every file that could be a recording which they speak of."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        ours = [path for path in files if path.suffix in (".json", ".jsonl") and is_ours(path)]
        recordings = []
        for path in ours:
            print(f"{path.relative_to(folder)}:")
            told = self.check_file(path)
            if told is not None:
                recordings.append(told["recording"])
        if not ours:
            raise Unreadable("there is no proof and no ledger of custody in this folder")
        for recording in recordings:
            self.find_recording(recording, [path for path in files if path not in ours])

    def find_recording(self, recording: dict[str, Any], files: list[Path]) -> None:
        alike = [path for path in files if path.stat().st_size == recording["size"]]
        for path in alike:
            if file_digest(path) == recording["sha256"]:
                self.report.well(f"{path.name} is recording {recording['id']}, byte for byte")
                return
        if alike:
            names = ", ".join(path.name for path in alike)
            self.report.bad(names, f"as long as recording {recording['id']}, but not what was taken in")
        else:
            self.report.open(f"recording {recording['id']} itself: its file is not in the folder")


def is_digest(text: Any) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def is_ours(path: Path) -> bool:
    """Whether it looks like a proof or a ledger, be it an altered one."""
    with path.open("rb") as opened:
        first = opened.read(16)
        begins = first.startswith((b'{\n "anchors"', b'{"certificates"'))
        return begins or any(b"custody-proof-" in line or b"custody-ledger-" in line for line in opened)


def begins_with(path: Path, start: bytes) -> bool:
    with path.open("rb") as opened:
        return opened.read(len(start)) == start


def lines_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        yield from opened


def file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        for piece in iter(lambda: opened.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def parsed(raw: bytes, where: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        told = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable(f"{where} was altered: it cannot be read") from None
    if not isinstance(told, dict):
        raise Unreadable(f"{where} is not one of custody")
    return told


# ------------------------------------------------------------------------------------ 7. evidence packages (RFC 8493)

LIST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
LINE = re.compile(r"([0-9a-fA-F]+)[ \t]+\*?(?:\./)?(.+)")
SIGNED, SIGNATURE = "tagmanifest-sha256.txt", "signature/tagmanifest-sha256.txt.sig"
STAMP, SUMS = "signature/tagmanifest-sha256.txt.tsr", "signature/SHA256SUMS"
SPKI = bytes.fromhex("302a300506032b6570032100")  # what stands before the 32 bytes of an Ed25519 key (RFC 8410)
BROKEN = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, csv.Error)


class InFolder:
    """The files of a package in a folder, by their paths with ``/``."""

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, root.resolve().name
        self.paths = sorted(one.relative_to(root).as_posix() for one in root.rglob("*") if not one.is_dir())

    def size(self, path: str) -> int:
        return (self.root / path).stat().st_size

    def open(self, path: str) -> IO[bytes]:
        if (self.root / path).is_symlink():
            raise OSError("it is a link")
        return (self.root / path).open("rb")


class InZip:
    """The files of a package in a ZIP, where they lie below one folder."""

    def __init__(self, path: Path) -> None:
        self.zip, self.name = zipfile.ZipFile(path), path.name
        names = [one.filename for one in self.zip.infolist() if not one.is_dir()]
        top = {name.partition("/")[0] for name in names}
        if len(top) != 1 or len(names) != len(set(names)) or any(one.compress_type for one in self.zip.infolist()):
            raise Unreadable("压缩包结构不符 · the ZIP holds more than one folder, a file twice, or is compressed")
        self.top = f"{top.pop()}/"
        self.paths = sorted(name[len(self.top) :] for name in names)

    def size(self, path: str) -> int:
        return self.zip.getinfo(self.top + path).file_size

    def open(self, path: str) -> IO[bytes]:
        return self.zip.open(self.top + path)


class Package:
    """One bag. What was found to be there is in `digests`, by path and algorithm, once `check_lists` was called."""

    def __init__(self, checker: Checker, place: InFolder | InZip, folder: Path) -> None:
        self.checker, self.report, self.place, self.folder = checker, checker.report, place, folder
        self.there = {unicodedata.normalize("NFC", path): path for path in place.paths}  # macOS takes characters apart
        self.digests: dict[str, dict[str, str]] = {}
        self.info: dict[str, str] = {}
        self.index: dict[str, tuple[int, str, str]] = {}
        self.key = ""

    def check(self) -> None:
        """All that can be said of one package by itself; what is too broken for one step is left to the next."""
        print(f"{self.place.name}:")
        steps = (self.check_info, self.check_lists, self.check_signature, self.check_index, self.check_statement)
        for step in (*steps, self.check_proofs):
            try:
                step()
            except (*BROKEN, Unreadable, AttributeError, IndexError, TypeError, ValueError) as broken:
                what = step.__name__.replace("check_", "")
                self.report.bad(what, f"无法核验 · altered: something is missing or of another kind ({broken})")

    def read(self, path: str) -> bytes:
        """A small file, whole; nothing where there is none."""
        if path not in self.there:
            return b""
        with self.place.open(self.there[path]) as opened:
            return opened.read()

    def text(self, path: str) -> str:
        try:
            return self.read(path).decode("utf-8")
        except ValueError:
            self.report.bad(path, "无法按 UTF-8 读取 · it is not UTF-8")
            return ""

    # ---- the lists and what they list

    def check_lists(self) -> bool:
        """The bag's structure and every digest in it, each file read once; whether all is well (RFC 8493, 3)."""
        before = self.report.wrong
        if self.read("bagit.txt") not in (
            b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8" + end for end in ENDS
        ):
            self.report.bad("bagit.txt", "不是 BagIt 1.0 的声明 · it does not declare BagIt 1.0 in UTF-8")
        lists = {name: self.listed(name) for name in self.there if LIST.fullmatch(name)}
        payload = [name for name in lists if name.startswith("manifest-")]
        if not payload:
            self.report.bad("manifest-*.txt", "没有清单 · there is no manifest")
        if "fetch.txt" in self.there or len(self.there) != len(self.place.paths):
            self.report.bad("fetch.txt", "文件不齐或重名 · files are to be fetched, or two have one name")
        for path in sorted({path for listed in lists.values() for path in listed} | set(self.there)):
            in_all = payload if path.startswith("data/") else []
            naming = {name: listed[path] for name, listed in lists.items() if path in listed}
            self.check_listed(path, naming, in_all)
        for name in sorted(lists if self.report.wrong == before else ()):
            count = len(lists[name])
            self.report.well(f"{name}：{count} 个文件一致 · {count} files agree")
        return self.report.wrong == before

    def listed(self, name: str) -> dict[str, str]:
        """The digests of a list, by path."""
        found: dict[str, str] = {}
        kind, algorithm = LIST.fullmatch(name).groups()  # type: ignore[union-attr]
        if algorithm not in hashlib.algorithms_available:
            self.report.open(f"{name}：本机没有该算法 · there is no {algorithm} here")
            return found
        for number, line in enumerate(self.text(name).splitlines(), 1):
            parts = LINE.fullmatch(line)
            path = unicodedata.normalize("NFC", re.sub("%(0[aAdD]|25)", decoded, parts[2])) if parts else ""
            if parts is None or len(parts[1]) != 2 * hashlib.new(algorithm).digest_size:
                self.report.bad(name, f"第 {number} 行不合格式 · line {number} is not one of a list")
            elif is_unsafe(path) or path.startswith("data/") != (kind is None):
                self.report.bad(name, f"第 {number} 行路径不当 · line {number} names a place it must not: {path!r}")
            elif path in found:
                self.report.bad(name, f"第 {number} 行重复 · line {number} lists {path} again")
            found[path] = parts[1].lower() if parts else ""
        return found

    def check_listed(self, path: str, wanted: dict[str, str], in_all: list[str]) -> None:
        """One file against every list that names it."""
        if path not in self.there:
            self.report.bad(path, f"缺失 · missing, though {'、'.join(wanted)} lists it")
            return
        if not wanted and not (path in (SIGNATURE, STAMP, SUMS) or path.startswith("tagmanifest-")):
            self.report.bad(path, "清单之外的文件 · it is in no list")
        unlisting = [name for name in in_all if name not in wanted] if wanted else []
        if unlisting:
            self.report.bad(path, f"{'、'.join(unlisting)} 未列入 · not in {', '.join(unlisting)}")
        algorithms = {name: LIST.fullmatch(name)[2] for name in wanted}  # type: ignore[index]
        try:
            self.digests[path] = self.hashed(self.there[path], {"sha256", *algorithms.values()})
        except BROKEN as failure:
            self.report.bad(path, f"无法读取 · it cannot be read ({failure})")
            return
        wrong = [name for name, digest in wanted.items() if self.digests[path][algorithms[name]] != digest]
        if wrong:
            self.report.bad(path, f"与 {'、'.join(wrong)} 不一致 · altered, or {', '.join(wrong)} was")

    def hashed(self, path: str, algorithms: set[str]) -> dict[str, str]:
        digests = {name: hashlib.new(name) for name in algorithms}
        with self.place.open(path) as opened:
            for piece in iter(lambda: opened.read(1 << 20), b""):
                for digest in digests.values():
                    digest.update(piece)
        return {name: digest.hexdigest() for name, digest in digests.items()}

    def check_info(self) -> None:
        for line in self.text("bag-info.txt").replace("\n ", " ").splitlines():
            label, _, value = line.partition(":")
            self.info[label.strip()] = " ".join(value.split())
        payload = [self.place.size(real) for path, real in self.there.items() if path.startswith("data/")]
        oxum = f"{sum(payload)}.{len(payload)}"
        if self.info.get("Payload-Oxum", oxum) != oxum:
            self.report.bad("bag-info.txt", f"数量或大小不符 · Payload-Oxum should be {oxum}")
        number, count = self.info.get("External-Identifier", "?"), self.info.setdefault("Bag-Count", "1 of 1")
        if not re.fullmatch(r"\d{1,4} of \d{1,4}", count):
            self.report.bad("bag-info.txt", f"件数不合格式 · Bag-Count cannot be {count!r}")
            self.info["Bag-Count"] = "1 of 1"
        print(shown(f"  编号 number {number} · 第几件 part {count} · {self.info.get('Source-Organization', '')}"))

    # ---- the signature

    def check_signature(self) -> None:
        """Over the list of all lists: raw Ed25519, and a timestamp where there is one."""
        pem, listed, signature = self.read("signature/public-key.pem"), self.read(SIGNED), self.read(SIGNATURE)
        body = b"".join(pem.splitlines()[1:-1])
        der = base64.b64decode(body)
        if pem != b"-----BEGIN PUBLIC KEY-----\n%b\n-----END PUBLIC KEY-----\n" % body or not der.startswith(SPKI):
            self.report.bad("signature/public-key.pem", "缺失或不合格式 · missing, or not an Ed25519 public key in PEM")
            return
        self.key = self.checker.key_in({"public_key": base64.b64encode(der[len(SPKI) :]).decode()})
        if listed and is_signed(listed, signature, from_base64(self.key)):
            self.report.well(f"{SIGNED} 签名有效 · signed with key {key_id_of(self.key)}")
        else:
            self.report.bad(SIGNATURE, f"签名无效 · {SIGNED} is not as it was signed, or the signature was altered")
        names = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt", SIGNATURE, STAMP]
        lines = [f"{hashlib.sha256(self.read(name)).hexdigest()}  {name}\n" for name in names if name in self.there]
        if self.read(SUMS) != "".join(lines).encode():
            self.report.bad(SUMS, f"不一致 · it, or one of {', '.join(names)}, was altered")
        if STAMP in self.there:
            ca = self.checker.certificates_in({"certificates": self.text("signature/authority.pem")}, self.folder)
            self.checker.check_timestamp(SIGNED, SIGNED, listed, self.read(STAMP), self.folder, ca)
        elif "signature/authority.pem" in self.there:
            self.report.bad(STAMP, "缺失 · missing, though the authority's certificates are here")
        else:
            self.report.open(f"{self.place.name} 何时签名：没有时间戳 · when it was signed: it has no timestamp")

    # ---- what the payload says of itself

    def check_index(self) -> None:
        """data/index.csv: what lies here agrees with it; what lies elsewhere it says."""
        rows = list(csv.reader(io.StringIO(self.text("data/index.csv").lstrip("\ufeff"), newline="")))
        self.index = {row[0]: (int(row[1]), row[2], row[3]) for row in rows[1:]}
        here = self.info.get("Bag-Count", "1 of 1").partition(" ")[0]
        before, mine = self.report.wrong, [path for path in self.index if self.index[path][2] in ("all", here)]
        for path in mine:
            self.check_named("data/index.csv", path, self.index[path][0], self.index[path][1])
        for path in sorted({one for one in self.there if one.startswith("data/")} - {*mine, "data/index.csv"}):
            self.report.bad(path, "data/index.csv 未列入本件 · data/index.csv does not say that it is here")
        if rows and self.report.wrong == before:
            self.report.well(f"data/index.csv：本件 {len(mine)} 个文件一致 · {len(mine)} files of this part agree")

    def check_named(self, where: str, path: str, size: int, digest: str) -> None:
        found = self.digests.get(path)
        if found is None:
            self.report.bad(where, f"所列文件缺失 · the file that it names is not here: {path}")
        elif found["sha256"] != digest or self.place.size(self.there[path]) != size:
            self.report.bad(where, f"与文件不一致 · it names another {path} than the one that is here")

    def check_statement(self) -> None:
        """The statement (附文字说明) speaks of the files that are here, or on another disc of the set."""
        name, before, elsewhere = "data/statement/statement.json", self.report.wrong, 0
        if name not in self.there:
            self.report.open("没有说明 · the statement: the package has none that a program can read")
            return
        files = parsed(self.read(name), name)["files"]
        for one in files:
            path, size, digest = one["path"], one["size"], one["sha256"]
            if path not in self.there and self.index.get(path, ())[:2] == (size, digest):
                elsewhere += 1
            else:
                self.check_named(name, path, size, digest)
        if elsewhere:
            self.report.open(f"说明所列 {elsewhere} 个文件在其他件 · {elsewhere} of its files are on other discs")
        if self.report.wrong == before:
            here = len(files) - elsewhere
            self.report.well(f"说明与 {here} 个文件一致 · the statement agrees with {here} files")

    def check_proofs(self) -> None:
        """Each proof of a recording, and the recording by its digest."""
        by_digest = {found["sha256"]: path for path, found in self.digests.items() if path.startswith("data/")}
        for path in sorted(one for one in self.there if one.startswith("data/proofs/") and one.endswith(".json")):
            print(f"  {path}:")
            told = self.checker.check_proof_file(self.read(path), path, self.folder)
            original = told["recording"]["sha256"]
            if told["public_key"] != self.key:
                self.report.open(f"{path} 由另一密钥签名 · it is signed with another key than the package")
            if original in by_digest:
                self.report.well(
                    f"{by_digest[original]} 即该资料 · is recording {told['recording']['id']}, byte for byte"
                )
            else:
                discs = [row[2] for row in self.index.values() if row[1] == original] or ["none"]
                self.report.open(f"{path} 的原件不在本件 · its recording is not here, but on part {discs[0]}")


ENDS = (b"", b"\n", b"\r\n")


def decoded(code: re.Match[str]) -> str:
    """Line ends and the percent sign are written as codes in lists, nothing else is."""
    return chr(int(code[1], 16))


def is_unsafe(path: str) -> bool:
    """Whether a path leads, or could lead, out of the package."""
    return path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path or path[1:2] == ":" or not path


def is_package(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("bagit.txt", "manifest-sha256.txt", SIGNED))


def check_path(checker: Checker, path: Path) -> None:
    """A package, several of them, an image, or a proof, a ledger or a folder with some."""
    if path.suffix == ".iso":
        check_beside(checker.report, path)
        said = f"{path.name} 的内容 · what is in it: mount it, or open it with 7-Zip, and check the folder"
        if checker.report.checked + checker.report.wrong == 0:
            raise NothingToCheck(said)
        checker.report.open(said)
    elif path.suffix == ".zip":
        check_beside(checker.report, path)
        check_packages(checker, [path])
    elif path.is_dir() and is_package(path):
        check_packages(checker, [path])
    elif path.is_dir() and (parts := [one for one in sorted(path.iterdir()) if one.is_dir() and is_package(one)]):
        zips = [one for one in sorted(path.glob("*.zip")) if one.with_suffix("") not in parts]
        for sums in sorted(path.glob("*.sha256")):
            check_beside(checker.report, sums.with_suffix(""))
        check_packages(checker, [*parts, *zips])
    else:
        (checker.check_folder if path.is_dir() else checker.check_file)(path)


def check_beside(report: Report, path: Path) -> None:
    """An image or a ZIP against the .sha256 that lies beside it."""
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file() or not path.is_file():
        report.open(f"{beside.name} 及其文件不全 · {path.name} as a whole: it or its .sha256 is not here")
    elif beside.read_bytes() != f"{file_digest(path)}  {path.name}\n".encode():
        report.bad(path.name, f"与 {beside.name} 不一致 · it, or {beside.name}, was altered")
    else:
        report.well(f"{path.name} 与 {beside.name} 一致 · is as {beside.name} says")


def check_packages(checker: Checker, paths: list[Path]) -> None:
    """Each by itself, then as a set."""
    found = []
    for path in paths:
        with tempfile.TemporaryDirectory() as temporary:
            folder = checker.extract or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            found.append(Package(checker, InFolder(path) if path.is_dir() else InZip(path), folder))
            found[-1].check()
    for number in sorted({one.info.get("External-Identifier", "?") for one in found}):
        check_set(checker.report, number, [one for one in found if one.info.get("External-Identifier", "?") == number])


def check_set(report: Report, number: str, parts: list[Package]) -> None:
    """The parts of one package: all there, and of one making."""
    counts = {one.info.get("Bag-Count", "1 of 1") for one in parts}
    totals = {count.rpartition(" ")[2] for count in counts}
    wanted = {f"{part} of {total}" for total in totals for part in range(1, int(total) + 1)}
    if wanted - counts:
        report.open(
            f"{number} 缺第 {', '.join(sorted(wanted - counts))} 件 · these parts of the set, which are not here"
        )
    if len({one.read("data/index.csv") for one in parts}) > 1:
        report.bad(number, "各件的 data/index.csv 不同 · its parts are not of one making")
    elif len(parts) > 1:
        report.well(f"{number}：{len(parts)} 件同属一套 · {len(parts)} parts of one package")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a proof, a ledger or an evidence package of custody, offline.")
    parser.add_argument("path", type=Path, help="file or folder")
    parser.add_argument("--public-key", help="the installation's published key, base64")
    parser.add_argument("--ca", type=Path, help="PEM file with the timestamp authority's published certificates")
    parser.add_argument("--extract", type=Path, help="write anchors and timestamps into this folder")
    asked = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # consoles that know no ✓
    if asked.ca is not None and not asked.ca.is_file():
        parser.error(f"{asked.ca} is not there")
    report = Report()
    checker = Checker(report, asked.public_key, asked.ca, asked.extract)
    try:
        check_path(checker, asked.path)
    except (Unreadable, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as unreadable:
        report.bad(str(asked.path), str(unreadable))
    except NothingToCheck as nothing:
        print(f"! {nothing}")
        return 2
    except OSError as failure:
        print(f"{asked.path} cannot be read: {failure.strerror}", file=sys.stderr)
        return 2
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as broken:
        report.bad(str(asked.path), f"altered: something is missing or of another kind ({broken})")
    print("WRONG" if report.wrong else "SOUND")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

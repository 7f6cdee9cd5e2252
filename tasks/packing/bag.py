"""A bag: the payload under ``data/``, lists of its digests, lists of those lists (BagIt 1.0, RFC 8493)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from regulation.errors import ActionDenied, FixityError, Unavailable
from tasks.packing.files import PackageFile, of_bytes, of_file
from tasks.packing.names import check_paths
from tasks.packing.writing import Writer, Written, completed_folder, finished_folder

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
ALGORITHMS = ("sha256", "sha512")
TAG_MANIFEST = "tagmanifest-sha256.txt"
UNSEALED = ".unsealed"
"""What the name of a bag ends with that is written and waits for its seal."""
_LINE = 79  # RFC 8493, 2.2.2: longer lines of bag-info.txt should be folded
_UNITS = ("B", "KB", "MB", "GB", "TB")

Seal = Callable[[Path, Writer], None]
"""Signs a bag: is given the folder with everything but the signature, and writes that into it."""


@dataclass(frozen=True, slots=True)
class BagFacts:
    """What bag-info.txt says: who sends it, its number, the day in the unit's zone, and its place in a set."""

    organization: str
    number: str
    at: datetime
    disc: int = 1
    discs: int = 1

    def lines(self, payload: Sequence[PackageFile]) -> list[tuple[str, str]]:
        """Labels and values, in order."""
        size = sum(one.size for one in payload)
        group = [("Bag-Group-Identifier", self.number), ("Bag-Count", f"{self.disc} of {self.discs}")]
        return [
            ("Source-Organization", self.organization),
            ("External-Identifier", self.number),
            ("External-Description", "执法音像资料证据包 Evidence package of law enforcement footage"),
            ("Bagging-Date", self.at.date().isoformat()),
            ("Bag-Size", _told_size(size)),
            ("Payload-Oxum", f"{size}.{len(payload)}"),
            *(group if self.discs > 1 else ()),
        ]


def write_bag(
    final: Path, payload: Sequence[PackageFile], facts: BagFacts, tags: Sequence[PackageFile], seal: Seal
) -> None:
    """Write the bag `final`, which must not be there: `payload` under ``data/``, the further tag files `tags`, and what
    `seal` adds.

    Every file is read once. Raises `ActionDenied` where a path cannot be in a package, `FixityError`, naming the file,
    where one is not what it must be (Art. 7, 19), and `OSError`; then nothing is left. Where only `seal` fails, what is
    written waits beside for the next try, which reads it once more before it is named.
    """
    check_bag_paths(payload, tags)
    unsealed = final.with_name(final.name + UNSEALED)
    waited = _is_of(unsealed, payload, facts, tags)
    if not waited:
        shutil.rmtree(unsealed, ignore_errors=True)
        _write_unsealed(unsealed, payload, facts, tags)
    with completed_folder(unsealed, final, facts.at, waits_for=Unavailable):
        with Writer(facts.at) as writer:
            seal(unsealed, writer)
        if waited:
            _check_payload(unsealed, payload)


def _write_unsealed(
    unsealed: Path, payload: Sequence[PackageFile], facts: BagFacts, tags: Sequence[PackageFile]
) -> None:
    with finished_folder(unsealed, facts.at) as folder, Writer(facts.at) as writer:
        (folder / "data").mkdir()
        held = _written(writer, folder, payload)
        head = [
            of_bytes("bagit.txt", DECLARATION),
            of_bytes("bag-info.txt", info_text(facts.lines(payload)).encode()),
            *(of_bytes(f"manifest-{name}.txt", manifest_text(held, name)) for name in ALGORITHMS),
        ]
        listed = _written(writer, folder, [*head, *tags])
        _written(
            writer, folder, [of_bytes(f"tagmanifest-{name}.txt", manifest_text(listed, name)) for name in ALGORITHMS]
        )


def is_same(bag: Path, payload: Sequence[PackageFile], facts: BagFacts, tags: Sequence[PackageFile]) -> bool:
    """Whether the lists of the bag that is there name just these files. Raises `OSError`."""
    listed = read_manifest(bag / "manifest-sha256.txt")
    tagged = read_manifest(bag / TAG_MANIFEST)
    return (
        listed == {one.path: one.known_digest() for one in payload}
        and (bag / "bag-info.txt").read_bytes() == info_text(facts.lines(payload)).encode()
        and all(tagged.get(one.path) == one.known_digest() for one in tags)
    )


def _is_of(unsealed: Path, payload: Sequence[PackageFile], facts: BagFacts, tags: Sequence[PackageFile]) -> bool:
    """Whether what waits for its seal is of these files, and no seal was begun in it."""
    lists = (f"{kind}-{name}.txt" for kind in ("manifest", "tagmanifest") for name in ALGORITHMS)
    whole = ["bagit.txt", "bag-info.txt", *lists, *(one.path for one in (*payload, *tags))]
    return unsealed.exists() and paths_in(unsealed) == sorted(whole) and is_same(unsealed, payload, facts, tags)


def _check_payload(bag: Path, payload: Sequence[PackageFile]) -> None:
    """Raise `FixityError`, naming the first file that is not on the disk as it was written."""
    for one in payload:
        if of_file(one.path, bag / one.path).known_digest() != one.known_digest():
            raise FixityError("It is not what it was when it was written.", article="Art. 7", subject=one.path)


def check_bag_paths(payload: Iterable[PackageFile], tags: Iterable[PackageFile]) -> None:
    """Raise `ActionDenied`, naming the first file whose path a package cannot have."""
    payload, tags = list(payload), list(tags)
    check_paths(one.path for one in (*payload, *tags))
    for one in payload:
        if not one.path.startswith(PAYLOAD):
            raise ActionDenied(f"Its path does not begin with {PAYLOAD}.", article="Art. 19", subject=one.path)


def _written(writer: Writer, folder: Path, files: Iterable[PackageFile]) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for one in files:
        target = folder / one.path
        target.parent.mkdir(parents=True, exist_ok=True)
        found[one.path] = writer.write(target, one)
    return found


def manifest_text(files: Mapping[str, Written], algorithm: str) -> bytes:
    """A manifest, by path; ``sha256sum -c`` reads it."""
    lines = (f"{getattr(files[path], algorithm)}  {encoded_path(path)}\n" for path in sorted(files))
    return "".join(lines).encode()


def encoded_path(path: str) -> str:
    """A path as a manifest has it: only line ends and the percent sign itself are encoded (RFC 8493, 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decoded_path(path: str) -> str:
    """The path that a manifest's line means."""
    for code, character in (("%0D", "\r"), ("%0d", "\r"), ("%0A", "\n"), ("%0a", "\n"), ("%25", "%")):
        path = path.replace(code, character)
    return path


def read_manifest(path: Path) -> dict[str, str]:
    """The digests of a manifest, by path. Raises `FixityError` where a line is none, and `OSError`."""
    return manifest_in(path.read_bytes().decode("utf-8", "replace"), path.name)


def manifest_in(text: str, subject: str) -> dict[str, str]:
    """The same of a manifest's text; `subject` is its name."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        digest, gap, name = line.partition("  ")
        if not gap or set(digest) - set("0123456789abcdef"):
            raise FixityError(f"Line {number} is not one of a manifest.", article="Art. 7", subject=subject)
        found[decoded_path(name)] = digest
    return found


def info_text(lines: Iterable[tuple[str, str]]) -> str:
    """bag-info.txt: one label a line, long values folded at spaces."""
    return "".join(_folded(f"{label}: {' '.join(value.split())}") + "\n" for label, value in lines)


def _folded(line: str) -> str:
    kept: list[str] = []
    for word in line.split(" "):
        if kept and len(kept[-1]) + 1 + len(word) <= _LINE:
            kept[-1] += f" {word}"
        else:
            kept.append(f"  {word}" if kept else word)
    return "\n".join(kept)


def _told_size(size: int) -> str:
    amount, place = float(size), 0
    while amount >= 1000 and place < len(_UNITS) - 1:
        amount, place = amount / 1000, place + 1
    return f"{amount:.1f} {_UNITS[place]}" if place else f"{size} B"


def paths_in(folder: Path) -> list[str]:
    """Every file below a folder, as a path with ``/``, sorted. Raises `OSError`."""
    return sorted(
        (Path(above) / name).relative_to(folder).as_posix() for above, _, names in os.walk(folder) for name in names
    )

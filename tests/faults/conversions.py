"""Conversions that wait to be made or packed: prepared once, copied for each moment; and all that came of one (Art.
19)."""

from __future__ import annotations

import json
import pickle
import re
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bagit import Bag
from pydantic import SecretStr
from sqlmodel import Session, col, select

from blocks.archive import Archive
from blocks.directory_vault import DirectoryVault
from blocks.registry_database import RegistryDatabase
from blocks.timestamp_authority import TimestampAuthority
from registry.database import Registry
from registry.ledger import Event, verify, verify_rows
from registry.tables import (
    Anchor,
    CaseUse,
    Conversion,
    ConversionDisc,
    ConversionOutput,
    ConversionStatement,
    ConversionStep,
    LedgerEntry,
    Notice,
    Person,
    Recording,
    RetentionTerm,
)
from regulation.access_terms import Range
from regulation.conversion import Asked, Box, Carrier, Cover
from regulation.conversion_states import ConversionState
from tests.faults.disposals import Copy, copy_of_file
from tests.faults.victims import At, Order
from tests.fixtures.access import Access, with_footage
from tests.fixtures.archives import archive_over
from tests.fixtures.conversion import Converting
from tests.fixtures.custody import City, founded
from tests.fixtures.duties import Duties, with_leaders
from tests.fixtures.packages import Evidence, verified
from tests.servers.timestamps import TimestampServer

VIDEO, PHOTO = "录像.mp4", "现场照片.jpg"
DERIVED = ("001-clip-1.mp4", "001-protected-1.mp4", "001-still-1.png")
"""What is made of the video."""

SMALL_PIECES: Mapping[str, Any] = {
    "tasks.packing.files:PIECE": 16 << 10,
    "tasks.packing.image:PIECE": 16 << 10,
    "blocks.folder_store:_PIECE": 16 << 10,
}
"""So small that a small recording has several."""


UNFINISHED = (".part", ".unsealed")
"""What the names end with of what is not whole, or not sealed yet."""


@dataclass
class Kept:
    """An archive in which one conversion is followed: its registry, the block, the number, the time it is there."""

    registry: Registry
    archive: Archive
    number: str
    now: datetime
    names: Mapping[str, str]
    name: str = field(default_factory=lambda: f"archive-{uuid4().hex[:8]}")

    def order(self, *moments: At, **told: Any) -> Order:
        """What a victim is to do here, a minute later than the one before, by the steps alone."""
        self.now += timedelta(minutes=1)
        archive = b64encode(pickle.dumps(self.archive)).decode()
        told = {"now": self.now, "values": SMALL_PIECES, "number": self.number, "archive": archive} | told
        return Order(Path("/"), self.name, flow="convert", moments=moments, **told)

    @property
    def folder(self) -> Path:
        """The conversion's own."""
        assert self.archive.packages is not None
        return self.archive.packages / self.number

    def converting(self) -> Converting:
        """The people in it, who act at the time that it is."""
        with self.registry.reading() as reading:
            people = {one.number: one.id for one in reading.exec(select(Person))}
            grant_id = reading.exec(select(Conversion.grant_id)).one()
        return Converting(Access(Duties(City(self.registry, self.now, people))), grant_id)

    def state(self) -> ConversionState:
        with self.registry.reading() as reading:
            return reading.exec(select(Conversion.state)).one()

    def story(self) -> dict[str, Any]:
        """Everything that came of it, without ids and times of day: what all ways to one end have in common."""
        with self.registry.reading() as reading:
            return _Story(reading, self).told()

    def named_files(self) -> dict[str, str]:
        """The SHA-256 of everything under the conversion's folder that has its name, by its path there."""
        paths = (one for one in self.folder.rglob("*") if one.is_file())
        found = {one.relative_to(self.folder): one for one in paths}
        return {
            str(path): _digest_of(one)
            for path, one in sorted(found.items())
            if path.name != ".lock" and not any(part.endswith(UNFINISHED) for part in path.parts)
        }

    def assert_sound(self) -> None:
        """What holds at every moment: the ledger is true, and what has its name is whole."""
        assert verify(self.registry).problems == []
        rows = verify_rows(self.registry).problems
        assert rows == [], rows
        for bag in self._bags():
            Bag(str(bag)).validate()
        for beside in self.folder.glob("package-*/*.sha256"):
            digest, name = beside.read_text().split()
            assert _digest_of(beside.with_name(name)) == digest, name
        for note in self.folder.glob("made-*/*.json"):
            told = json.loads(note.read_text(encoding="utf-8"))
            assert told["problem"] is None, told
            made = note.with_suffix(f".{told['facts']['form']}")
            assert (made.stat().st_size, _digest_of(made)) == (told["size"], told["sha256"]), made.name

    def _bags(self) -> Iterator[Path]:
        for one in self.folder.glob("package-*/*"):
            if one.is_dir() and not one.name.endswith(UNFINISHED):
                yield one

    def assert_made(self) -> None:
        """Everything was made once, and the checker is asked once."""
        self.assert_sound()
        assert self.state() is ConversionState.CHECKING
        assert tuple(one for one in self.named_files() if not one.endswith(".json")) == tuple(
            f"made-1/{one}" for one in DERIVED
        )
        self._assert_nothing_half()

    def assert_issued(self) -> None:
        """It was issued once: in the register, in the ledger, in the case; the package is whole and says what the
        register says of it."""
        self.assert_sound()
        assert self.state() is ConversionState.ISSUED
        with self.registry.reading() as reading:
            entries = Counter(one.event for one in reading.exec(select(LedgerEntry)))
            [statement] = reading.exec(select(ConversionStatement)).all()
            [disc] = reading.exec(select(ConversionDisc)).all()
            uses = Counter(one.recording_id for one in reading.exec(select(CaseUse)))
        assert entries[Event.CONVERSION_ISSUED.value] == 1
        assert entries[Event.RECORDING_CONVERTED.value] == entries[Event.RECORDING_USED.value] == len(self.names)
        assert sorted(uses.values()) == [1] * len(self.names)
        [bag] = self._bags()
        assert bag.name == disc.name
        assert _digest_of(bag / "tagmanifest-sha256.txt") == disc.tag_manifest_sha256
        assert _digest_of(bag.with_name(f"{bag.name}.iso")) == disc.image_sha256
        paper = b"".join(self.archive.vault.read(statement.paper_key, None))
        assert paper == (bag / "data/statement/statement.zh.pdf").read_bytes()
        assert statement.document == (bag / "data/statement/statement.json").read_text(encoding="utf-8")
        status, said = verified(bag)
        assert status == 0, said
        self._assert_nothing_half()

    def _assert_nothing_half(self) -> None:
        assert self.archive.packages is not None
        assert [str(one) for one in self.archive.packages.rglob("*.part")] == []


class _Story:
    def __init__(self, reading: Session, kept: Kept) -> None:
        self._reading = reading
        self._kept = kept
        recordings = self._all(Recording)
        self._names = {one.id: kept.names.get(one.sha256, one.sha256) for one in recordings}

    def told(self) -> dict[str, Any]:
        [row] = self._all(Conversion)
        steps = sorted(self._all(ConversionStep), key=lambda one: one.position)
        return {
            "conversion": (row.state, row.edition, row.problem, row.followed_at == row.changed_at),
            "steps": [(one.stage, one.closed_at is not None) for one in steps],
            "ledger": Counter(
                (one.event, self._names.get(one.subject_id, one.subject_kind)) for one in self._all(LedgerEntry)
            ),
            "outputs": sorted((one.kind, one.ordinal, one.sha256, one.problem) for one in self._outputs()),
            "discs": [(one.position, one.name, one.carrier) for one in self._all(ConversionDisc)],
            "statements": [_undated(one.paper_key) for one in self._all(ConversionStatement)],
            "uses": Counter(self._names[one.recording_id] for one in self._all(CaseUse)),
            "terms": {self._names[one.recording_id]: self._kept_as(one) for one in self._all(RetentionTerm)},
            "notices": Counter(self._notice(one) for one in self._all(Notice)),
            "anchors": [(one.number, one.kept_at is None, one.stamped_at is None) for one in self._all(Anchor)],
            "originals": self._originals(),
            "documents": self._documents(),
            "files": list(self._kept.named_files()),
        }

    def _all(self, table: type[Any]) -> list[Any]:
        return list(self._reading.exec(select(table).order_by(col(next(iter(table.__table__.primary_key))))))

    def _outputs(self) -> list[ConversionOutput]:
        return [one for one in self._all(ConversionOutput) if one.kind != "source"]

    @staticmethod
    def _kept_as(one: RetentionTerm) -> tuple[Any, ...]:
        return one.due_on, one.kept, one.held_in_vault, one.vault_stale

    def _notice(self, one: Notice) -> tuple[str, str]:
        return self._reading.get_one(
            Person, one.person_id
        ).number, f"{one.kind} {(one.subject or '').partition(':')[0]}"

    def _originals(self) -> dict[str, Any]:
        return {
            self._kept.names[one.key.rpartition("/")[2]]: (one.retain_until, one.legal_hold)
            for one in self._kept.archive.vault.originals()
        }

    def _documents(self) -> list[str]:
        assert isinstance(self._kept.archive.vault, DirectoryVault)
        root = self._kept.archive.vault.root
        found = (one for folder in ("statements", "anchors") for one in sorted((root / folder).rglob("*")))
        return [_undated(str(one.relative_to(root))) for one in found if one.is_file()]


def _undated(key: str) -> str:
    """A statement's key without the digest of its text, which names the time of an anchor."""
    return re.sub(r"-[0-9a-f]{16}\.", ".", key)


def _digest_of(path: Path) -> str:
    with path.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


@dataclass(frozen=True)
class Prepared:
    """A conversion that waits to be copied: its registry, the folder of vault and packages, and all that `Kept` has."""

    url: str
    folder: Path
    archive: Archive
    number: str
    now: datetime
    names: Mapping[str, str]
    copy: Copy

    def copied(self, folder: Path) -> Kept:
        """A copy of its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        url = self.copy(self.url)
        vault = DirectoryVault(root=folder / "vault", immutable=False)
        told = {"registry": RegistryDatabase(url=SecretStr(url)), "vault": vault, "packages": folder / "packages"}
        return Kept(Registry(url), self.archive.model_copy(update=told), self.number, self.now, self.names)


def prepare(
    folder: Path, template: str, samples: dict[str, bytes], authority: TimestampServer, copy: Copy = copy_of_file
) -> dict[str, Prepared]:
    """A conversion of which everything is to be made (``making``), and the same made, checked and signed
    (``packing``); `template` is the URL of an empty registry."""
    there = folder / "making"
    evidence = _evidence(there, copy(template), authority)
    evidence.take_in(VIDEO, PHOTO, samples=samples)
    evidence.grant(VIDEO, PHOTO)
    one = evidence.asked.submitted(items=_asked(evidence), carrier=Carrier.DVD)
    evidence.asked.extract(one)
    making = _left(evidence, one, copy)
    evidence.folder = folder / "packing"
    shutil.copytree(there, evidence.folder)
    _move_to(evidence, copy(making.url))
    assert evidence.carry_on(one) is ConversionState.CHECKING
    evidence.asked.check(one)
    evidence.asked.sign(one)
    return {"making": making, "packing": _left(evidence, one, copy)}


def _evidence(folder: Path, url: str, authority: TimestampServer) -> Evidence:
    vault = DirectoryVault(root=folder / "vault", immutable=False)
    vault.prepare()
    (folder / "packages").mkdir()
    archive = archive_over(url, vault)
    archive.timestamps = TimestampAuthority(url=authority.url, certificates=authority.certificates)
    archive.packages = folder / "packages"
    archive.pages_url = "https://desk.example"
    access = with_footage(with_leaders(founded(City(Registry(url)))))
    return Evidence(access, archive, "prepared", folder)


def _asked(evidence: Evidence) -> list[Asked]:
    part = Range(0.5, 1.5)
    video = Asked(
        evidence.access.recordings[VIDEO],
        "告知权利",
        original=False,
        part=part,
        stills=(0.6,),
        muted=(Range(0.5, 0.8),),
        covered=(Cover(part, Box(0.1, 0.1, 0.3, 0.3)),),
    )
    return [video, Asked(evidence.access.recordings[PHOTO], "现场状况")]


def _move_to(evidence: Evidence, url: str) -> None:
    """Go on over a copy of registry, vault and packages."""
    vault = DirectoryVault(root=evidence.folder / "vault", immutable=False)
    told = {"registry": RegistryDatabase(url=SecretStr(url)), "vault": vault, "packages": evidence.folder / "packages"}
    evidence.archive = evidence.archive.model_copy(update=told)
    evidence.city.registry = Registry(url)


def _left(evidence: Evidence, conversion_id: UUID, copy: Copy) -> Prepared:
    """As it stands now, nobody having it open."""
    url = evidence.archive.registry.url.get_secret_value()
    with evidence.city.registry.reading() as reading:
        digests = {one.id: one.sha256 for one in reading.exec(select(Recording))}
    names = {digests[id_]: name for name, id_ in evidence.access.recordings.items() if name in (VIDEO, PHOTO)}
    number, now = evidence.number(conversion_id), evidence.city.now
    found = Prepared(url, evidence.folder, evidence.archive, number, now, names, copy)
    evidence.city.registry.dispose()
    return found


NewKept = Callable[[str], Kept]

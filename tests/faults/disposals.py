"""Archives whose footage is due: prepared once, copied for each moment; and all that came of one (Art. 18)."""

from __future__ import annotations

import json
import pickle
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr
from sqlmodel import Session, col, select

from blocks.archive import Archive
from blocks.directory_vault import DirectoryVault
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from blocks.signing import check_signature, new_private_key
from registry.database import Registry
from registry.ledger import Event, verify, verify_rows
from registry.tables import (
    DisposalCertificate,
    DisposalItem,
    DisposalList,
    Duty,
    LedgerEntry,
    Notice,
    Person,
    Recording,
    RetentionTerm,
    Sweep,
    Unit,
)
from regulation.duties import DutyKind, DutyState
from tests.faults.due_city import DUE, EVERYTHING, NAMES, decide, due_city
from tests.faults.victims import At, Order
from tests.fixtures.custody import City, sha

LIST = "DL-xf-2027-00001"
"""The number of the list of what is due in unit xf."""

SMALL_BATCHES: Mapping[str, Any] = {
    "tasks.retention.terms:SETTLED_AT_ONCE": 5,
    "tasks.retention.terms:TOLD_AT_ONCE": 3,
    "tasks.retention.terms:ASKED_AT_ONCE": 1,
    "registry.transitions.disposal:begin_items.__defaults__": [2],
}
"""So small that a small city fills several."""


@dataclass
class Kept:
    """An archive: its registry, its vault, the block that names both, and the time it is there."""

    registry: Registry
    archive: Archive
    now: datetime
    name: str = field(default_factory=lambda: f"archive-{uuid4().hex[:8]}")

    def order(self, flow: str, *moments: At, **told: Any) -> Order:
        """What a victim is to do here, by the steps alone."""
        archive = b64encode(pickle.dumps(self.archive)).decode()
        told = {"now": self.now, "values": SMALL_BATCHES, "number": LIST, "archive": archive} | told
        return Order(Path("/"), self.name, flow=flow, moments=moments, **told)

    def originals(self) -> set[str]:
        """The names of all that stands in the vault."""
        return {self.name_of(one.key) for one in self.archive.vault.originals()}

    def name_of(self, key: str) -> str:
        """The name of the original under this key."""
        return NAMES[key.rpartition("/")[2]]

    def on_list(self) -> dict[str, str]:
        """The state of what stands on the list, by name."""
        with self.registry.reading() as reading:
            rows = reading.exec(select(Recording.sha256, DisposalItem.state).join(DisposalItem)).all()
        return {NAMES[digest]: state.value for digest, state in rows}

    def settle_duties(self) -> None:
        """What the sweep over deadlines does first."""
        City(self.registry, self.now).settle_duties()

    def failures(self) -> dict[str, DutyState]:
        """What became of the duties to see to what was not destroyed, by name."""
        of = select(Recording.sha256, Duty.state).join(DisposalItem).join(Duty, col(Duty.subject_id) == DisposalItem.id)
        with self.registry.reading() as reading:
            rows = reading.exec(of.where(Duty.kind == DutyKind.DELETION_FAILURE)).all()
        return {NAMES[digest]: state for digest, state in rows}

    def story(self) -> dict[str, Any]:
        """Everything that came of it, without ids and times of day: what all ways to one end have in common."""
        with self.registry.reading() as reading:
            return _Story(reading, self).told()

    def assert_sound(self) -> None:
        """What holds at every moment: the ledger is true, and only what a list named and was begun is gone."""
        assert verify(self.registry).problems == []
        rows = verify_rows(self.registry).problems
        assert rows == [], rows
        gone = EVERYTHING - self.originals()
        begun, entered = self.entered(Event.RECORDING_DESTROYING), self.entered(Event.RECORDING_DESTROYED)
        assert gone <= begun.keys()
        assert entered.keys() <= gone

    def assert_carried_out(self, *again: str) -> None:
        """Every original of the list is gone, once, and nothing else; one certificate, which is true. What was tried
        `again` was begun twice."""
        self.assert_sound()
        assert EVERYTHING - self.originals() == set(DUE)
        assert self.entered(Event.RECORDING_DESTROYING) == Counter(DUE + again)
        assert self.entered(Event.RECORDING_NOT_DESTROYED) == Counter(again)
        assert self.entered(Event.RECORDING_DESTROYED) == Counter(DUE)
        self.assert_certified()

    def assert_certified(self) -> None:
        """There is one certificate, signed, over exactly what was listed; its paper is in the vault, whole."""
        with self.registry.reading() as reading:
            [certificate] = reading.exec(select(DisposalCertificate)).all()
        check_signature(certificate.document, certificate.signature, self.archive.receipt_key.public_key)
        destroyed = json.loads(certificate.document)["destroyed"]
        assert sorted(one["sha256"] for one in destroyed) == sorted(sha(name) for name in DUE)
        paper = b"".join(self.archive.vault.read(certificate.paper_key, None))
        assert sha256(paper).hexdigest() == certificate.paper_sha256

    def entered(self, event: Event) -> Counter[str]:
        """How often the ledger says it of which original."""
        with self.registry.reading() as reading:
            return _Story(reading, self).entered(event)


class _Story:
    def __init__(self, reading: Session, kept: Kept) -> None:
        self._reading = reading
        self._kept = kept
        self._names = {one.id: NAMES[one.sha256] for one in reading.exec(select(Recording))}
        self._lists = {one.id: one.number for one in reading.exec(select(DisposalList))}
        self._notices = {one.id: self._notice(one) for one in reading.exec(select(Notice))}
        self._units = {one.id: one.code for one in reading.exec(select(Unit))}

    def told(self) -> dict[str, Any]:
        return {
            "ledger": self._ledger(),
            "notices": Counter(self._notices.values()),
            "lists": self._standing(),
            "terms": self._terms(),
            "states": {self._names[one.id]: (one.state, one.retain_until) for one in self._all(Recording)},
            "vault": self._vault(),
            "certificates": [one.number for one in self._all(DisposalCertificate)],
            "duties": Counter((one.kind, one.state) for one in self._all(Duty)),
            "sweeps under way": sum(one.finished_at is None for one in self._all(Sweep)),
        }

    def entered(self, event: Event) -> Counter[str]:
        return Counter({of: count for (said, of), count in self._ledger().items() if said == event.value})

    def _all(self, table: type[Any]) -> list[Any]:
        return list(self._reading.exec(select(table)))

    def _notice(self, one: Notice) -> tuple[str, str]:
        person = self._reading.get_one(Person, one.person_id).number
        subject = one.subject or ""
        about = next((number for id_, number in self._lists.items() if str(id_) in subject), "")
        return person, f"{subject.partition(':')[0]} {about or subject.rpartition(':')[2]}"

    def _ledger(self) -> Counter[tuple[str, str]]:
        known = {**self._names, **self._lists, **self._units}
        known |= {one: " ".join(words) for one, words in self._notices.items()}
        entries = self._reading.exec(select(LedgerEntry).where(col(LedgerEntry.event) != Event.SWEEP_FINISHED.value))
        return Counter((one.event, known.get(one.subject_id, one.subject_kind)) for one in entries)

    def _standing(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        items: dict[UUID, list[tuple[str, str]]] = {one: [] for one in self._lists}
        for one in self._all(DisposalItem):
            items[one.list_id].append((self._names[one.recording_id], one.state.value))
        return sorted((one.number, one.state.value, sorted(items[one.id])) for one in self._all(DisposalList))

    def _terms(self) -> dict[str, Any]:
        return {
            self._names[one.recording_id]: (
                one.due_on, one.kept, one.held_in_vault, one.vault_stale, one.told, self._lists.get(one.list_id)
            )
            for one in self._all(RetentionTerm)
        }  # fmt: skip

    def _vault(self) -> dict[str, Any]:
        return {
            NAMES[one.key.rpartition("/")[2]]: (one.retain_until, one.legal_hold)
            for one in self._kept.archive.vault.originals()
        }


Copy = Callable[[str], str]
"""Copies the database behind a URL; gives the URL of the copy."""


@dataclass(frozen=True)
class Prepared:
    """A city that waits to be copied: its registry, the folder of its vault, the time it is there."""

    url: str
    vault: Path
    now: datetime
    copy: Copy

    def copied(self, folder: Path) -> Kept:
        """A copy of its own, with a signing key of its own; its vault is `folder`."""
        shutil.copytree(self.vault, folder, dirs_exist_ok=True)
        return self.with_vault(DirectoryVault(root=folder, immutable=False))

    def with_vault(self, vault: DirectoryVault | S3Vault) -> Kept:
        """The same with a vault that holds the same."""
        url = self.copy(self.url)
        key = ReceiptKey(private_key=SecretStr(new_private_key()))
        archive = Archive(registry=RegistryDatabase(url=SecretStr(url)), vault=vault, receipt_key=key)
        return Kept(Registry(url), archive, self.now)


def prepare(folder: Path, template: str, copy: Copy) -> dict[str, Prepared]:
    """A city in which much is ``due``, and the same with a list that is ``decided``; `template` is the URL of an empty
    registry."""
    vault = DirectoryVault(root=folder / "vault", immutable=False)
    vault.prepare()
    due = copy(template)
    made = due_city(Registry(due), vault, folder / "sources")
    made.city.registry.dispose()
    found = {"due": Prepared(due, vault.root, made.city.now, copy)}
    decided = copy(due)
    made.city.registry = Registry(decided)
    decide(made)
    made.city.registry.dispose()
    return found | {"decided": Prepared(decided, vault.root, made.city.now, copy)}


def copy_of_file(url: str) -> str:
    """A copy of a SQLite registry that nobody has open."""
    file = Path(url.removeprefix("sqlite:///"))
    copy = file.with_name(f"{uuid4().hex}.db")
    shutil.copyfile(file, copy)
    return f"sqlite:///{copy}"


NewKept = Callable[[str], Kept]

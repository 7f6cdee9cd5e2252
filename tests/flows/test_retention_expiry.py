"""Terms and disposal as people run them: on a real Prefect server, with a real vault (Art. 18)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from sqlmodel import select

from blocks.archive import Archive
from blocks.signing import check_signature
from flows import retention_expiry, upload
from flows.retention_expiry import dispose_list, sweep_retention
from registry import ledger
from registry.queries import people_by_number
from registry.queries.disposal import certificate_of, list_numbered, open_step_of, steps_of_list
from registry.tables import DisposalItem, ItemOutcome, Recording, RecordingState
from registry.transitions import directory, disposal, holding
from registry.transitions.directory import AppointmentEntry, PersonEntry
from registry.transitions.holding import NewHold
from regulation.disposal import Appraisal, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ActionDenied
from regulation.expiry import LAST_LOCK
from regulation.holds import HoldKind
from regulation.vocabulary import Role
from tests.fixtures.custody import CITY_RULES
from tests.fixtures.kept import keep_plain
from tests.fixtures.stations import NOON, Scene
from tests.flows.test_upload import Samples, put, recorded

pytestmark = pytest.mark.servers

AFTER = datetime(2028, 1, 10, 18, 30, tzinfo=UTC)
"""Long after every lock: the vault's own clock is the machine's, the registry's is the test's."""

SEATS = {"P1": Role.PRINCIPAL_LEADER, "D1": Role.DEVICE_ADMINISTRATOR, "W1": Role.OFFICER, "W2": Role.OFFICER}


@dataclass
class Archived:
    """A station's archive, its clock, and the people whose word a list needs."""

    scene: Scene
    name: str
    people: dict[str, UUID]
    now: datetime = NOON
    suspended: list[str] = field(default_factory=list)

    def sweep(self, *, dry_run: bool = False) -> dict[str, int]:
        return sweep_retention(self.name, dry_run=dry_run)

    def dispose(self, number: str, *, dry_run: bool = False) -> str:
        return dispose_list(number, self.name, dry_run=dry_run)

    def number(self) -> str:
        return f"DL-chengguan-{self.now.year}-00001"

    def state(self) -> ListState:
        with self.scene.registry.reading() as reading:
            found = list_numbered(reading.connection(), self.number())
        assert found is not None
        state: ListState = found.state
        return state

    def decide(self) -> None:
        """Every word that the list needs, and its time of grace."""
        with self.scene.registry.reading() as reading:
            found = list_numbered(reading.connection(), self.number())
            assert found is not None
            recordings = [one.id for one in reading.exec(select(Recording))]
        registry = self.scene.registry
        with registry.acting("person:d1", self.now) as act:
            disposal.appraise(act, found.id, recordings, self.people["D1"], Appraisal.DISPOSE, "保存期满")
            disposal.submit(act, found.id, self.people["D1"], "已逐条鉴定", CITY_RULES)
        with registry.acting("person:p1", self.now) as act:
            step = open_step_of(act.connection, found.id, DisposalStage.APPROVAL)
            witnesses = [self.people["W1"], self.people["W2"]]
            disposal.approve(act, step.id, self.people["P1"], witnesses, "同意", CITY_RULES)
        for one in ("W1", "W2"):
            with registry.acting(f"person:{one}", self.now) as act:
                steps = steps_of_list(act.connection, found.id)
                mine = next(step.id for step in steps if step.person_id == self.people[one])
                disposal.witness(act, mine, self.people[one], "已核对", CITY_RULES)

    def sound(self) -> bool:
        return not ledger.verify(self.scene.registry).problems + ledger.verify_rows(self.scene.registry).problems


@pytest.fixture
def archived(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Archived:
    station, name = scene.station, f"archive-{uuid4().hex[:8]}"
    parts = {"registry": station.registry, "policy": station.policy, "vault": station.vault}
    keep_plain(Archive(**parts, receipt_key=station.receipt_key), name)
    with scene.registry.acting("system:test", NOON - timedelta(days=9)) as act:
        directory.enter_people(act, [PersonEntry(one, "某人", "chengguan") for one in SEATS])
        held = [AppointmentEntry(one, "chengguan", role, NOON - timedelta(days=9)) for one, role in SEATS.items()]
        directory.enter_appointments(act, held)
    with scene.registry.reading() as reading:
        people = {number: one.id for number, one in people_by_number(reading, SEATS).items()}
    made = Archived(scene, name, people)

    def now() -> datetime:
        made.now += timedelta(microseconds=1)
        return made.now

    monkeypatch.setattr(retention_expiry, "now", now)
    monkeypatch.setattr(upload, "now", now)
    # A run that no deployment started cannot suspend; one that a deployment did is seen in the scenarios.
    monkeypatch.setattr(retention_expiry, "suspend_flow_run", lambda key: made.suspended.append(key))
    return made


def dock(archived: Archived, samples: Samples) -> None:
    archived.scene.activity()
    put(archived.scene, samples["mp4"], recorded(5))
    put(archived.scene, samples["jpg"], recorded(6, "jpg"))
    upload.upload_dock_session(archived.scene.dump, station=archived.scene.name)


def test_half_a_year_later_it_goes_by_decision_and_leaves_its_proof(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    assert archived.sweep()["settled"] == 2
    archived.now = AFTER
    assert archived.sweep()["listed"] == 2
    number = archived.number()
    assert archived.dispose(number, dry_run=True) == "appraisal"

    archived.decide()
    assert archived.dispose(number, dry_run=True) == "grace"
    archived.now += timedelta(days=7)
    assert archived.dispose(number, dry_run=True) == "grace"
    assert len(archived.scene.originals()) == 2

    assert archived.dispose(number) == "done"
    assert archived.scene.originals() == []
    assert archived.sound()
    with archived.scene.registry.reading() as reading:
        states = {one.state for one in reading.exec(select(Recording))}
        found = list_numbered(reading.connection(), number)
        assert found is not None
        certificate = certificate_of(reading.connection(), found.id)
    assert states == {RecordingState.DISPOSED}
    assert certificate is not None
    check_signature(certificate.document, certificate.signature, archived.scene.station.receipt_key.public_key)
    document = json.loads(certificate.document)
    assert [one["verdict"] for one in document["decisions"]] == ["submitted", "approved", "witnessed", "witnessed"]
    assert len(document["destroyed"]) == 2
    paper = b"".join(archived.scene.station.vault.read(certificate.paper_key, None))
    assert paper.startswith(b"%PDF-")
    held = archived.scene.station.vault.check(certificate.paper_key, None)
    assert held is not None
    assert held.retain_until == LAST_LOCK
    with get_client(sync_client=True) as client:
        artifacts = {one.key: str(one.data) for one in client.read_latest_artifacts()}
    assert "DC-chengguan-2028-00001" in artifacts[f"disposal-{number.lower()}"]
    assert "某人" not in "".join(artifacts.values())


def test_made_up_parameters_destroy_nothing(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    archived.now = AFTER
    archived.sweep()
    with pytest.raises(ActionDenied, match="no disposal list"):
        archived.dispose("DL-chengguan-2028-99999")
    assert archived.dispose(archived.number()) == "appraisal"
    assert archived.dispose(archived.number()) == "appraisal"
    assert len(set(archived.suspended)) == 2
    assert len(archived.scene.originals()) == 2
    assert archived.state() is ListState.APPRAISAL


def test_a_list_that_nobody_answers_is_counted_as_kept_too_long(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    archived.now = AFTER
    assert archived.sweep()["overlong"] == 0  # they have just been listed
    archived.now += timedelta(days=32)
    assert archived.sweep()["overlong"] == 2


def test_what_is_held_in_the_time_of_grace_stays(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    archived.now = AFTER
    archived.sweep()
    archived.decide()
    archived.now += timedelta(days=7)
    with archived.scene.registry.reading() as reading:
        kept = reading.exec(select(Recording)).first()
    assert kept is not None
    with archived.scene.registry.acting("person:d1", archived.now) as act:
        holding.place_hold(act, NewHold(HoldKind.LEGAL, "复议", [kept.id]), archived.people["D1"])
    archived.sweep()
    assert archived.dispose(archived.number()) == "done"
    assert len(archived.scene.originals()) == 1
    held = archived.scene.station.vault.check(kept.vault_key, kept.vault_version)
    assert held is not None
    assert held.legal_hold
    assert archived.sound()


def test_what_was_destroyed_is_not_taken_in_again(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    archived.now = AFTER
    archived.sweep()
    archived.decide()
    archived.now += timedelta(days=7)
    archived.dispose(archived.number())
    upload.upload_dock_session(archived.scene.dump, station=archived.scene.name)
    lines = archived.scene.lines().values()
    assert {line.outcome for line in lines} == {ItemOutcome.DISPOSED}
    assert not any(line.may_be_wiped for line in lines)
    assert archived.scene.originals() == []
    assert archived.sound()


def test_what_the_vault_does_not_have_is_not_called_destroyed(archived: Archived, media_samples: Samples) -> None:
    dock(archived, media_samples)
    archived.now = AFTER
    archived.sweep()
    archived.decide()
    archived.now += timedelta(days=7)
    vault = archived.scene.station.vault
    originals, aside = vault.root / "originals", vault.root / "aside"
    originals.rename(aside)
    originals.mkdir()  # as if the disk were not mounted
    assert archived.dispose(archived.number()) == "destroying"
    with archived.scene.registry.reading() as reading:
        assert {one.state for one in reading.exec(select(DisposalItem))} == {ItemState.FAILED}
    originals.rmdir()
    aside.rename(originals)
    assert archived.dispose(archived.number()) == "done"
    assert archived.scene.originals() == []
    assert archived.sound()

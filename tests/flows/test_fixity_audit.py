"""Audits as people run them: on a real Prefect server, over real vaults (Art. 7)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from blocks.s3_control import Control
from blocks.s3_store import S3Store
from blocks.s3_vault import S3Vault
from registry.tables import CheckOutcome, NoticeKind, Resolution
from registry.transitions import fixity
from registry.transitions.notices import begin_sweep
from regulation.errors import Unavailable
from tests.fixtures.archives import Archived

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
pytestmark = pytest.mark.servers


def test_originals_that_are_as_they_were_verified_are_proved_and_not_read_again_soon(archived: Archived) -> None:
    archived.store("one", "two")
    archived.store("three", unit="jt")
    counts = archived.audit()
    assert (counts["enrolled"], counts["read"], counts["wrong"], counts["bytes"]) == (3, 3, 0, 11)
    assert archived.audit()["read"] == 0
    assert {one.outcome for one in archived.checks().values()} == {CheckOutcome.INTACT}
    assert archived.is_sound()


@ON_SQLITE
@pytest.mark.parametrize(
    ("damaged", "kind", "detail"),
    [(b"onE", "different", "sha256:"), (b"on", "wrong-size", "size:2"), (None, "missing", "other-versions:0")],
)
def test_damage_in_a_folder(archived: Archived, damaged: bytes | None, kind: str, detail: str) -> None:
    archived.store("one", "two")
    if damaged is None:
        archived.remove("one")
    else:
        archived.overwrite("one", damaged)
    counts = archived.audit()
    assert (counts["wrong"], counts["incidents"], counts["repaired"]) == (1, 1, 0)
    assert archived.found() == {(kind, "one")}
    assert archived.incidents()[0].detail.startswith(detail)
    archived.city.wait(days=200)
    assert archived.audit()["incidents"] == 0, "it is open already"
    assert len(archived.incidents()) == 1
    assert archived.is_sound()


@ON_SQLITE
def test_a_vault_that_is_not_there_proves_nothing_missing(archived: Archived) -> None:
    archived.store("one")
    root = archived.folder / "vault"
    root.rename(archived.folder / "unmounted")
    with pytest.raises(Unavailable, match="mounted"):
        archived.audit()
    assert archived.incidents() == []
    (archived.folder / "unmounted").rename(root)
    assert archived.audit()["read"] == 1


@ON_SQLITE
def test_the_night_reads_no_more_than_its_budget_and_the_next_goes_on(archived: Archived) -> None:
    for content in ("a" * 10, "b" * 10, "c" * 10, "d" * 10):
        archived.store(content)
    assert [archived.audit(budget=15)["read"] for _ in range(3)] == [2, 2, 0]
    archived.store("x" * 100)
    assert archived.audit(budget=15)["read"] == 1, "larger than a night, and read all the same"


@ON_SQLITE
def test_the_suspicious_are_read_whatever_they_cost_and_before_the_night(archived: Archived) -> None:
    archived.store("old")
    archived.audit()
    archived.store("new")
    with archived.city.act() as act:
        fixity.suspect(act, [archived.recording("old").id])
    archived.city.wait(hours=1)
    before = archived.checks()[archived.recording("old").id].checked_at
    assert archived.audit(suspects_only=True)["read"] == 1
    after = archived.checks()[archived.recording("old").id].checked_at
    assert before is not None
    assert after is not None
    assert after > before
    assert archived.checks()[archived.recording("new").id].checked_at is None


def test_what_is_damaged_is_put_back_from_the_second_vault_and_kept_beside_it(
    any_archived: Archived,
) -> None:
    archived, content = any_archived, "two" * 100
    archived.store("one", content)
    replica = archived.mirror("one", content)
    if isinstance(archived.vault, S3Vault):
        destroy(archived, content)
    else:
        archived.overwrite(content, b"damaged")
    counts = archived.audit()
    assert (counts["wrong"], counts["incidents"], counts["repaired"]) == (1, 1, 1)
    assert archived.checks()[archived.recording(content).id].outcome is CheckOutcome.INTACT, "read again at once"
    assert archived.audit()["wrong"] == 0
    if not isinstance(archived.vault, S3Vault):
        key = archived.kept[content].held.key
        assert (archived.folder / "vault" / "quarantine" / f"{key}.1").read_bytes() == b"damaged"
    assert archived.reconcile()["incidents"] == 0
    [incident] = archived.incidents()
    assert incident.repaired_at is not None
    with archived.city.act() as act:
        by = archived.city.people["A3"]
        fixity.close_incident(act, incident.number, by, Resolution.RESTORED, "由备份恢复")
    assert archived.is_sound()
    assert replica.check(archived.kept["one"].held.key, None) is not None


def destroy(archived: Archived, content: str) -> None:
    """As somebody could who may pass over a lock that only governs."""
    assert isinstance(archived.vault, S3Vault)
    held = archived.kept[content].held
    settings = S3Store(archived.vault._settings()).settings
    Control(settings).client.delete_object(
        Bucket=settings.bucket, Key=held.key, VersionId=held.version or "null", BypassGovernanceRetention=True
    )


@ON_SQLITE
def test_a_second_vault_that_has_other_bytes_mends_nothing(archived: Archived) -> None:
    archived.store("one")
    replica = archived.mirror("one")
    spoilt = replica.root / archived.kept["one"].held.key
    spoilt.chmod(0o600)
    spoilt.write_bytes(b"0ne")
    archived.overwrite("one", b"onE")
    assert archived.audit()["repaired"] == 0
    assert archived.path("one").read_bytes() == b"onE"
    spoilt.write_bytes(b"one")
    assert archived.audit()["repaired"] == 1, "the next night"
    assert archived.path("one").read_bytes() == b"one"


@ON_SQLITE
def test_what_is_right_by_itself_again_is_entered_so(archived: Archived) -> None:
    archived.store("one")
    archived.overwrite("one", b"onE")
    archived.audit()
    archived.overwrite("one", b"one")
    assert archived.audit()["repaired"] == 1
    assert not (archived.folder / "vault" / "quarantine").exists()


@ON_SQLITE
def test_the_administrator_sees_what_is_proved_and_is_alerted(archived: Archived) -> None:
    archived.store("one", "two")
    archived.store("three", unit="jt")
    archived.remove("one")
    archived.audit()
    shown = archived.artifact("fixity-audit")
    assert "66.7%" in shown
    assert "| `xf` | 2 |" in shown
    assert "data:image/svg+xml;base64," in shown
    [row] = json.loads(archived.artifact("open-incidents"))
    assert row["incident"] == "IN-xf-2026-00001"
    assert archived.kept["one"].held.key not in str(row)
    alerts = [one for one in archived.duties.notices() if one.kind is NoticeKind.ALERT]
    assert [one.subject for one in alerts] == ["original-disputed:IN-xf-2026-00001"]


def own_period(unit: str, months: int) -> str:
    about = f"""layer = "unit"\nunit = "{unit}"\ndocument = "x"\n[parameters.fixity_period_months]\n"""
    return f"""{about}value = {months}\nvalid_from = 2026-01-01\narticle = "Art. 2"\n"""


@ON_SQLITE
def test_a_unit_that_asks_for_more_is_read_more_often(archived: Archived) -> None:
    archived.archive.policy.layers = [own_period("jt", 3), own_period("xf", 99)]  # the second is not sound
    archived.archive.save(archived.name, overwrite=True)
    archived.store("one")
    archived.store("two", unit="jt")
    archived.audit()
    archived.city.wait(days=80)
    assert archived.audit()["read"] == 1
    archived.city.wait(days=70)
    assert archived.audit()["read"] == 2


@ON_SQLITE
def test_while_one_audit_is_at_work_another_does_nothing(archived: Archived) -> None:
    archived.store("one")
    with archived.city.act() as act:
        assert begin_sweep(act, "fixity-audit", "elsewhere:1:1:1") is not None
    assert archived.audit() == {}
    archived.city.now += timedelta(minutes=3)
    assert archived.audit()["read"] == 1, "the other one is dead"

"""Registry, vault and ledger held against each other, both ways, over real vaults (Art. 7, 18)."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from blocks.directory_vault import DirectoryVault
from blocks.s3_control import Control
from blocks.s3_settings import S3Settings
from blocks.s3_vault import S3Vault
from registry import ledger
from registry.tables import IncidentKind, RecordingState
from registry.transitions import fixity
from regulation.incidents import Resolution
from tests.fixtures.archives import FLOOR, Archived
from tests.fixtures.vaults import intake, make_mutable, store_bytes

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
ON_S3 = pytest.mark.parametrize("any_archived", ["ceph", "localstack"], indirect=True)
pytestmark = pytest.mark.servers

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def in_the_future(archived: Archived) -> None:
    """Past the day for which something may be on its way; the vault's own clock is the machine's."""
    archived.city.now = max(archived.city.now, datetime.now(UTC) + timedelta(days=2))


def bucket(archived: Archived) -> tuple[Control, S3Settings]:
    assert isinstance(archived.vault, S3Vault)
    settings = archived.vault._settings()
    return Control(settings), settings


def test_a_vault_that_agrees_has_no_incidents(any_archived: Archived) -> None:
    any_archived.store("one", "two")
    any_archived.store("three", unit="jt")
    in_the_future(any_archived)
    counts = any_archived.reconcile()
    assert (counts["compared"], counts["locks"], counts["incidents"]) == (3, 3, 0)
    assert any_archived.is_sound()


@ON_SQLITE
def test_what_is_wrong_in_a_folder_is_found_once(archived: Archived) -> None:
    archived.store("one", "two", "three", "four")
    archived.remove("one")
    archived.overwrite("two", b"tw")
    archived.overwrite("three", b"Three")  # of the same size: only reading tells
    orphan = store_bytes(archived.vault, archived.folder, b"orphan", intake(unit_code="xf", until=FLOOR))
    assert isinstance(archived.vault, DirectoryVault)
    stray = archived.vault.root / "originals" / "xf" / "stray.txt"
    stray.write_bytes(b"?")
    in_the_future(archived)

    assert archived.reconcile()["incidents"] == 4
    assert archived.found() == {("missing", "one"), ("wrong-size", "two"), ("orphan", None)}
    details = {one.detail for one in archived.incidents() if one.kind is IncidentKind.ORPHAN}
    assert details == {"versions:1,size:6", "foreign,size:1"}
    assert archived.reconcile()["incidents"] == 0
    assert stray.exists()
    assert archived.vault.check(orphan.held.key, None) is not None, "nothing is cleaned up"
    assert archived.audit()["incidents"] == 1, "the one that only reading tells"
    assert archived.is_sound()


@ON_SQLITE
def test_what_came_lately_may_be_on_its_way_into_the_registry(archived: Archived) -> None:
    store_bytes(archived.vault, archived.folder, b"on its way", intake(unit_code="xf", until=FLOOR))
    archived.city.now = datetime.now(UTC)
    assert archived.reconcile()["incidents"] == 0


@ON_SQLITE
def test_an_orphan_of_a_unit_that_nobody_knows_is_the_citys(archived: Archived) -> None:
    store_bytes(archived.vault, archived.folder, b"whose", intake(unit_code="nobody", until=FLOOR))
    in_the_future(archived)
    archived.reconcile()
    [incident] = archived.incidents()
    assert incident.unit_id == archived.city.unit_id("city")
    assert incident.number.startswith("IN-city-")


@ON_SQLITE
def test_what_somebody_has_explained_is_not_told_again(archived: Archived) -> None:
    store_bytes(archived.vault, archived.folder, b"known", intake(unit_code="xf", until=FLOOR))
    in_the_future(archived)
    archived.reconcile()
    with archived.city.act() as act:
        number = archived.incidents()[0].number
        fixity.close_incident(act, number, archived.city.people["L3"], Resolution.EXPLAINED, "试存文件")
    assert archived.reconcile()["incidents"] == 0


@ON_SQLITE
def test_a_lock_that_was_shortened_or_spoilt_is_found(archived: Archived) -> None:
    archived.store("one", "two", "three")
    now = archived.city.now.isoformat().encode()
    make_mutable(archived.folder / "vault")
    for name, value in (("one", now), ("two", b"?")):
        archived.path(name).chmod(0o600)
        os.setxattr(archived.path(name), "user.custody.retain_until", value)
    archived.reconcile()
    assert archived.found() == {("lock-shortened", "one"), ("lock-shortened", "two")}


@ON_SQLITE
@ON_S3
def test_what_is_wrong_in_a_bucket_is_found_once(any_archived: Archived) -> None:
    archived = any_archived
    archived.store("hidden", "put over", "gone", "whole")
    control, settings = bucket(archived)
    place = {name: {"Bucket": settings.bucket, "Key": stored.held.key} for name, stored in archived.kept.items()}
    control.client.delete_object(**place["hidden"])
    control.client.put_object(**place["put over"], Body=b"another", ContentMD5="sy1z5W7Jm8Xsj4OHHN5wig==")
    control.client.delete_object(
        **place["gone"], VersionId=archived.kept["gone"].held.version, BypassGovernanceRetention=True
    )
    store_bytes(archived.vault, archived.folder, b"orphan", intake(unit_code="xf", until=FLOOR))
    in_the_future(archived)
    assert archived.reconcile()["incidents"] == 4
    assert archived.found() == {
        ("marked-deleted", "hidden"),
        ("extra-version", "put over"),
        ("missing", "gone"),
        ("orphan", None),
    }
    assert archived.reconcile()["incidents"] == 0
    assert archived.audit()["wrong"] == 1, "what is hidden or put over can still be read"
    assert archived.is_sound()


@ON_SQLITE
@ON_S3
def test_a_lock_that_was_shortened_in_a_bucket_is_found(any_archived: Archived) -> None:
    any_archived.store("one", "two")
    control, settings = bucket(any_archived)
    held = any_archived.kept["one"].held
    control.client.put_object_retention(
        Bucket=settings.bucket,
        Key=held.key,
        VersionId=str(held.version),
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": FLOOR - timedelta(days=90)},
        BypassGovernanceRetention=True,
    )
    any_archived.reconcile()
    assert any_archived.found() == {("lock-shortened", "one")}


def test_registry_and_ledger_that_do_not_agree_are_told(archived: Archived) -> None:
    archived.store("one", "two", "three")
    one, two = archived.recording("one"), archived.recording("two")
    archived.city.tamper("recording", f"UPDATE recording SET size = 99 WHERE sha256 = '{one.sha256}'")
    unknown = f"'ledger-{two.id.hex[:8]}'"
    archived.city.tamper(
        "ledger_entry",
        f"UPDATE ledger_entry SET event = {unknown} WHERE event = 'recording.verified' AND subject_id = '{two.id.hex}'",
    )
    archived.reconcile()
    assert archived.found() == {("wrong-size", "one"), ("ghost", "one"), ("ghost", "two")}


@ON_SQLITE
def test_an_original_whose_row_is_gone_is_told(archived: Archived) -> None:
    archived.store("one", "two")
    gone = archived.recording("one")
    kept = archived.kept.pop("one")
    tables = ("dock_item", "recording", "term_touch", "filing_candidate", "retention_term")
    with archived.city.registry.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    for table in tables:
        column = {"recording": "id"}.get(table, "recording_id")
        archived.city.tamper(
            table, "PRAGMA defer_foreign_keys = ON", f"DELETE FROM {table} WHERE {column} = '{gone.id.hex}'"
        )
    in_the_future(archived)
    archived.reconcile()
    assert archived.found() == {("ghost", None), ("orphan", None)}
    assert archived.vault.check(kept.held.key, None) is not None


@ON_SQLITE
def test_what_was_disposed_of_must_be_gone(archived: Archived) -> None:
    archived.store("gone", "left")
    for name in ("gone", "left"):
        archived.city.tamper(
            "recording", f"UPDATE recording SET state = 'disposed' WHERE sha256 = '{archived.kept[name].sha256}'"
        )
    archived.remove("gone")
    assert archived.audit()["read"] == 0
    archived.reconcile()
    assert archived.found() == {("still-there", "left")}
    assert archived.recording("left").state is RecordingState.DISPOSED


@ON_SQLITE
def test_a_recording_disposed_of_after_it_was_enrolled_is_not_missed_and_never_read_again(archived: Archived) -> None:
    archived.store("one", "two")
    archived.audit()
    archived.city.tamper(
        "recording", f"UPDATE recording SET state = 'disposed' WHERE sha256 = '{archived.kept['one'].sha256}'"
    )
    archived.remove("one")
    archived.city.wait(days=200)
    assert archived.audit()["incidents"] == 0
    archived.city.wait(days=200)
    assert archived.audit()["read"] == 1
    told = ledger.verify_rows(archived.city.registry).problems
    assert {(one.table, one.column) for one in told} == {("recording", "state")}, "nobody decided that it goes"


@ON_SQLITE
def test_an_original_that_no_audit_had_heard_of_is_enrolled(archived: Archived) -> None:
    archived.store("one")
    assert archived.reconcile()["enrolled"] == 1
    assert len(archived.checks()) == 1

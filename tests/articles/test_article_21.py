"""Art. 21: whoever cuts, alters or destroys originals is refused, or found out; that it was wrong, a person says."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from blocks.s3_control import Control
from blocks.s3_vault import S3Vault
from registry import ledger
from registry.queries.retention import kept_by
from registry.tables import IncidentKind
from registry.transitions import fixity
from regulation.errors import ActionDenied
from regulation.incidents import Resolution
from regulation.retention import Kept
from tests.fixtures.archives import Archived
from tests.flows.test_reconciliation import bucket, in_the_future

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]
ORIGINAL, CUT = "the whole of it", b"the whole"
ANYWHERE = pytest.mark.parametrize("any_archived", ["directory", "ceph"], indirect=True)
ON_S3 = pytest.mark.parametrize("any_archived", ["ceph", "localstack"], indirect=True)


def cut(archived: Archived) -> None:
    """Put a part of the original in its place, as somebody could who has the vault's keys."""
    if not isinstance(archived.vault, S3Vault):
        archived.overwrite(ORIGINAL, CUT)
        return
    control, settings = bucket(archived)
    control.client.put_object(Bucket=settings.bucket, Key=archived.kept[ORIGINAL].held.key, Body=CUT)


def look(archived: Archived) -> None:
    """What a night and a Saturday look at."""
    in_the_future(archived)
    archived.audit()
    archived.reconcile()


# 21(2): cutting or altering originals


@ANYWHERE
def test_what_was_cut_is_found_and_kept_as_evidence(any_archived: Archived) -> None:
    archived = any_archived
    archived.store(ORIGINAL, "another")
    cut(archived)
    look(archived)
    [incident] = archived.incidents()
    expected = IncidentKind.EXTRA_VERSION if isinstance(archived.vault, S3Vault) else IncidentKind.WRONG_SIZE
    assert (incident.kind, incident.recording_id) == (expected, archived.recording(ORIGINAL).id)
    with archived.city.registry.reading() as reading:
        keepers = kept_by(reading.connection(), [incident.recording_id], archived.city.now)
    assert Kept.INCIDENT_OPEN in keepers[incident.recording_id], "it is not destroyed while that is open"


@ON_S3
def test_on_s3_the_original_is_still_there_beneath_what_was_put_over_it(any_archived: Archived) -> None:
    any_archived.store(ORIGINAL)
    cut(any_archived)
    held = any_archived.kept[ORIGINAL].held
    assert b"".join(any_archived.vault.read(held.key, held.version)) == ORIGINAL.encode()


ALTERED = {
    "sha256": "0" * 64,
    "sm3": "0" * 64,
    "size": 1,
    "vault_key": "elsewhere",
    "retain_until": "2026-11-24 00:00:00.000000",
}


@pytest.mark.parametrize("column", ALTERED)
def test_a_row_that_is_made_to_fit_is_refused_and_by_the_owner_of_the_database_named(
    archived: Archived, column: str
) -> None:
    archived.store(ORIGINAL)
    altered = f"UPDATE recording SET {column} = {ALTERED[column]!r}"
    with archived.city.registry.streaming() as connection, pytest.raises(DatabaseError):
        connection.execute(text(altered))
    archived.city.tamper("recording", altered)
    told = ledger.verify_rows(archived.city.registry).problems
    assert (told[0].table, told[0].column) == ("recording", column)


# 21(5): destroying a store


@ON_S3
def test_who_has_the_keys_of_the_store_destroys_nothing_that_is_locked(any_archived: Archived) -> None:
    archived = any_archived
    archived.store(ORIGINAL)
    control, settings = bucket(archived)
    held = archived.kept[ORIGINAL].held
    with pytest.raises(ClientError):
        control.client.delete_object(Bucket=settings.bucket, Key=held.key, VersionId=held.version)
    assert Control(settings).client.list_object_versions(Bucket=settings.bucket, Prefix=held.key)["Versions"]


def test_a_store_that_was_destroyed_is_told_original_by_original_and_put_back(archived: Archived) -> None:
    names = ("one", "two", "three")
    archived.store(*names)
    archived.mirror(*names)
    for name in names[:2]:
        archived.remove(name)
    look(archived)
    assert archived.found() == {("missing", "one"), ("missing", "two")}
    for name in names:
        assert archived.path(name).read_bytes() == name.encode()
    assert archived.is_sound()


# What the software never says


@ANYWHERE
def test_nothing_that_was_found_is_settled_but_by_a_person_with_a_reason(any_archived: Archived) -> None:
    archived = any_archived
    archived.store(ORIGINAL)
    cut(archived)
    for _ in range(3):
        look(archived)
    [incident] = archived.incidents()
    assert (incident.closed_at, incident.resolution) == (None, None)
    for by, reason, refusal in (("A1", "误操作", "settles an incident"), ("L3", " ", r"1 to 2000 characters.*Art\. 7")):
        with pytest.raises(ActionDenied, match=refusal), archived.city.act() as act:
            fixity.close_incident(act, incident.number, archived.city.people[by], Resolution.EXPLAINED, reason)

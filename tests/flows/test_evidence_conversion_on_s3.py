"""A conversion from end to end over buckets: originals read by their version, statements locked, originals held (Art.
18(2), 19)."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from bagit import Bag

from blocks.directory_vault import DirectoryVault
from blocks.s3_control import Control
from blocks.s3_store import S3Store
from blocks.s3_vault import S3Vault
from registry.queries.conversion import statement_of_conversion
from registry.tables import Recording
from regulation.access_terms import Range
from regulation.conversion import Asked, Carrier
from regulation.expiry import LAST_LOCK
from tests.fixtures.access import Access
from tests.fixtures.archives import FLOOR, archive_over, s3_vault
from tests.fixtures.following import put_back
from tests.fixtures.kept import keep_plain
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.s3 import Server, new_store

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]

NAME = "录像.mp4"


@pytest.fixture(params=["ceph", "localstack"])
def evidence(
    request: pytest.FixtureRequest, prefect_server: None, access_city: Access, database_url: str, tmp_path: Path
) -> Evidence:
    """The small city with a bucket, in which nothing is yet but what a test takes in."""
    server: Server = request.getfixturevalue(f"{request.param}_server")
    archive = archive_over(database_url, s3_vault(new_store(server)))
    archive.packages = tmp_path / "packages"
    name = f"archive-{uuid4().hex[:8]}"
    keep_plain(archive, name)
    return Evidence(access_city, archive, name, tmp_path)


def recording(evidence: Evidence) -> Recording:
    with evidence.city.registry.reading() as reading:
        return reading.get_one(Recording, evidence.access.recordings[NAME])


def test_originals_are_held_and_statements_locked(evidence: Evidence, media_samples: dict[str, bytes]) -> None:
    evidence.take_in(NAME, samples=media_samples)
    evidence.grant(NAME)
    item = Asked(evidence.access.recordings[NAME], "现场执法过程", part=Range(0.5, 1.5), stills=(1.0,))
    one = evidence.asked.submitted(items=[item], carrier=Carrier.DVD)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    Bag(str(bag)).validate()
    assert verified(bag)[0] == 0
    assert (bag / "data/originals/001 录像.mp4").read_bytes() == media_samples["mp4"]

    vault, kept = evidence.archive.vault, recording(evidence)
    held = vault.check(kept.vault_key, kept.vault_version)
    assert held is not None
    assert held.legal_hold

    with evidence.city.registry.reading() as reading:
        statement = statement_of_conversion(reading.connection(), one)
    assert statement is not None
    stem = statement.paper_key.removesuffix(".zh.pdf")
    papers = {f"{stem}.{ending}": f"statement.{ending}" for ending in ("json", "zh.pdf", "en.pdf")}
    for key, name in papers.items():
        locked = vault.check(key, None)
        assert locked is not None
        assert locked.retain_until == LAST_LOCK
        assert b"".join(vault.read(key, None)) == (bag / "data/statement" / name).read_bytes()
    assert evidence.asked.problems() == []


def test_an_original_put_back_as_another_version_goes_out(evidence: Evidence, media_samples: dict[str, bytes]) -> None:
    evidence.take_in(NAME, samples=media_samples)
    evidence.grant(NAME)
    before = recording(evidence)
    replica = DirectoryVault(root=evidence.folder / "replica", immutable=False)
    replica.prepare()
    replica.put_back(before.vault_key, iter([media_samples["mp4"]]), before.sha256, FLOOR)
    evidence.archive.replica = replica
    keep_plain(evidence.archive, evidence.name)
    destroy(evidence, before)
    put_back(evidence, NAME)

    one = evidence.asked.submitted(NAME)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    assert verified(bag)[0] == 0
    assert (bag / "data/originals/001 录像.mp4").read_bytes() == media_samples["mp4"]
    assert evidence.asked.problems() == []


def destroy(evidence: Evidence, one: Recording) -> None:
    """As somebody could who may pass over a lock that only governs."""
    assert isinstance(evidence.archive.vault, S3Vault)
    settings = S3Store(evidence.archive.vault._settings()).settings
    Control(settings).client.delete_object(
        Bucket=settings.bucket,
        Key=one.vault_key,
        VersionId=one.vault_version or "null",
        BypassGovernanceRetention=True,
    )

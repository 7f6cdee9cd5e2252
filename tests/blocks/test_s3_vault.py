"""What only a bucket does: locks, versions, markers, checksums that a server ignores, certificates (Art. 4, 7, 18)."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from prefect.blocks.core import Block

from blocks import s3_trial
from blocks.s3_abilities import _judge
from blocks.s3_control import Control
from blocks.s3_listing import listed
from blocks.s3_settings import MIB, Proof, S3Settings
from blocks.s3_store import S3Store
from blocks.s3_vault import S3Vault
from blocks.s3_wire import Wire
from blocks.vault import Ability, EvidenceVault, SecondDigest
from regulation.errors import ActionDenied, ConfigurationError, FixityError
from tests.fixtures.certificates import Authority
from tests.fixtures.memory import peak_of_storing
from tests.fixtures.s3 import PART, Server, new_store
from tests.fixtures.vaults import FLOOR, intake, random_bytes, store_bytes
from tests.servers.faulty_proxy import FaultyProxy

pytestmark = pytest.mark.servers

SIZES = [pytest.param(100 << 10, id="photo"), pytest.param(2 * PART + 1, id="video")]


@pytest.fixture
def vault(s3_server: Server) -> S3Store:
    return new_store(s3_server)


def bare(vault: S3Store) -> Control:
    """The bucket, past the vault."""
    return Control(vault.settings)


# --- locks ---


@pytest.mark.parametrize("size", SIZES)
def test_a_locked_original_cannot_be_deleted(vault: S3Store, tmp_path: Path, size: int) -> None:
    held = store_bytes(vault, tmp_path, random_bytes(size), intake(), SecondDigest.NONE).held
    assert held.version is not None
    client = bare(vault).client
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=vault.settings.bucket, Key=held.key, VersionId=held.version)
    assert vault.check(held.key, held.version) == held


def test_a_legal_hold_outlives_everything(vault: S3Store, tmp_path: Path) -> None:
    held = vault.put_document("statements/a.pdf", b"no floor of its own")
    vault.set_legal_hold(held.key, held.version, True)
    client = bare(vault).client
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=vault.settings.bucket, Key=held.key, VersionId=str(held.version))


@pytest.mark.parametrize("size", SIZES)
def test_a_delete_marker_is_noticed(vault: S3Store, tmp_path: Path, size: int) -> None:
    content = random_bytes(size)
    held = store_bytes(vault, tmp_path, content, intake(), SecondDigest.NONE).held
    bare(vault).client.delete_object(Bucket=vault.settings.bucket, Key=held.key)
    hidden = replace(held, marked_deleted=True)
    assert vault.check(held.key, held.version) == hidden
    assert vault.check(held.key, None) == hidden
    assert list(vault.originals()) == [hidden]
    assert b"".join(vault.read(held.key, held.version)) == content


def test_a_floor_between_two_seconds_is_the_next_second(vault: S3Store, tmp_path: Path) -> None:
    asked = intake(until=FLOOR + timedelta(microseconds=1))
    assert store_bytes(vault, tmp_path, b"x", asked).held.retain_until == FLOOR + timedelta(seconds=1)


def test_a_lock_the_server_forgot_is_set_when_the_intake_comes_again(vault: S3Store, tmp_path: Path) -> None:
    unlocked = S3Store(vault.settings, replace(vault.given, locks=False, lock_with_object=False, lock_with_parts=False))
    content, asked = random_bytes(PART + 1), intake()
    assert store_bytes(unlocked, tmp_path, content, asked, SecondDigest.NONE).held.retain_until is None
    again = store_bytes(vault, tmp_path, content, asked, SecondDigest.NONE)
    assert again.already_there
    assert again.held.retain_until == FLOOR


# --- versions ---


def test_a_file_that_changed_between_two_tries_is_another_version(vault: S3Store, tmp_path: Path) -> None:
    asked = intake()
    first = store_bytes(vault, tmp_path, random_bytes(PART + 1), asked, SecondDigest.NONE)
    second = store_bytes(vault, tmp_path, random_bytes(PART + 2), asked, SecondDigest.NONE)
    assert not second.already_there
    assert first.held.key == second.held.key
    assert first.held.version != second.held.version
    assert vault.check(first.held.key, first.held.version) == first.held
    assert vault.check(second.held.key, second.held.version) == second.held
    assert list(vault.originals()) == [second.held]


def test_lists_are_read_page_by_page(vault: S3Store, tmp_path: Path) -> None:
    for number in range(5):
        store_bytes(vault, tmp_path, str(number).encode(), intake(), SecondDigest.NONE)
    wire = Wire(vault.settings)
    whole, paged = list(listed(wire, "originals/")), list(listed(wire, "originals/", page_size=2))
    assert paged == whole
    assert len({each.key for each in paged}) == 5


def test_other_bytes_under_a_contents_key_are_noticed(vault: S3Store, tmp_path: Path) -> None:
    content = random_bytes(1000)
    held = store_bytes(vault, tmp_path, content, intake(), SecondDigest.NONE).held
    bare(vault).client.put_object(Bucket=vault.settings.bucket, Key=held.key, Body=random_bytes(1000))
    with pytest.raises(FixityError):
        store_bytes(vault, tmp_path, content, intake(), SecondDigest.NONE)


def test_an_unknown_version_is_gone(vault: S3Store, tmp_path: Path) -> None:
    held = store_bytes(vault, tmp_path, b"x", intake()).held
    other = store_bytes(vault, tmp_path, b"y", intake()).held
    assert vault.check(held.key, other.version) is None
    with pytest.raises(FixityError):
        list(vault.read(held.key, other.version))


@pytest.mark.parametrize("size", SIZES)
def test_every_proof_that_a_server_gives_is_enough(vault: S3Store, tmp_path: Path, size: int) -> None:
    named = {ability.name for ability in vault.given.abilities if ability.given}
    proofs = [proof for proof in Proof if proof.value in named]
    assert len(proofs) >= 2  # both servers here give two of the three
    for proof in proofs:
        proved = S3Store(vault.settings, replace(vault.given, proof=proof))
        content = random_bytes(size)
        held = store_bytes(proved, tmp_path, content, intake(), SecondDigest.NONE).held
        assert b"".join(proved.read(held.key, held.version)) == content


# --- what the server is found to do ---


def test_a_server_that_ignores_checksums_is_found_out(ceph_server: Server, localstack_server: Server) -> None:
    ignores, keeps = new_store(ceph_server).given, new_store(localstack_server).given
    assert (ignores.proof, keeps.proof) == (Proof.SIGNED_PAYLOAD, Proof.CHECKSUM)
    assert (ignores.conditional_put, keeps.conditional_put) == (False, True)
    assert (ignores.lock_with_parts, keeps.lock_with_parts) == (False, True)
    assert ignores.locks
    assert keeps.locks


def test_a_server_that_proves_nothing_is_refused(ceph_server: Server) -> None:
    careless = [Ability("integrity", False, True, "it takes anything")]
    with pytest.raises(ConfigurationError) as refused:
        _judge(ceph_server.settings(), careless)
    assert refused.value.subject == "endpoint_url"


def test_a_lock_that_ended_before_it_was_tried_is_tried_for_longer(
    s3_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_trial, "_LOCKED_FOR", (0, 4))
    vault = S3Store(s3_server.settings())
    assert {ability.name: ability.given for ability in vault.prepare()}["lock-holds"]


def test_a_trial_leaves_nothing_and_keeps_the_buckets_own_rules(vault: S3Store) -> None:
    client, bucket = bare(vault).client, vault.settings.bucket
    own = {"ID": "own", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 3}}
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [own]})
    vault.prepare()
    vault.prepare()
    rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert sorted(rule["ID"] for rule in rules) == ["custody-abort-unfinished-uploads", "own"]
    assert list(listed(Wire(vault.settings), "probe/")) == []


def test_a_bucket_without_object_lock_is_refused_unless_accepted(s3_server: Server, tmp_path: Path) -> None:
    settings = s3_server.settings()
    Control(settings).make_bucket(with_lock=False)
    with pytest.raises(ConfigurationError) as refused:
        S3Store(settings).prepare()
    assert refused.value.subject == "accepts_no_object_lock"

    accepting = S3Store(replace(settings, accepts_no_object_lock=True))
    told = {ability.name: ability.given for ability in accepting.prepare()}
    assert not told["object-lock"]
    for size in (1000, PART + 1):
        content = random_bytes(size)
        held = store_bytes(accepting, tmp_path, content, intake(), SecondDigest.NONE).held
        assert held.retain_until is None
        assert b"".join(accepting.read(held.key, held.version)) == content
    with pytest.raises(ConfigurationError):
        accepting.set_legal_hold(held.key, held.version, True)


def test_write_once_is_not_switched_off_by_the_way(s3_server: Server) -> None:
    with pytest.raises(ConfigurationError) as refused:
        S3Store(s3_server.settings(write_once=False)).prepare()
    assert refused.value.subject == "write_once"


def test_wrong_keys_are_a_wrong_setting_and_are_not_told(ceph_server: Server) -> None:
    settings = ceph_server.settings(secret_key="not-the-secret")
    with pytest.raises(ConfigurationError) as refused:
        S3Store(settings).prepare()
    assert refused.value.subject == "access_key"
    assert "not-the-secret" not in repr(settings) + str(refused.value) + repr(refused.value.__cause__)


@pytest.mark.parametrize(
    "address", ["", "localhost:9000", "ftp://localhost", "http://h:port", "http://h/path", "http://"]
)
def test_a_wrong_address_names_its_setting(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        S3Store(S3Settings(address, "bucket", "k", "s"))
    assert refused.value.subject == "endpoint_url"


# --- the block ---


def test_the_block_is_a_vault_that_tells_no_secret(localstack_server: Server, tmp_path: Path) -> None:
    block = S3Vault(
        endpoint_url=localstack_server.endpoint,
        bucket=localstack_server.settings().bucket,
        access_key=localstack_server.access_key,
        secret_key="very-secret",
        part_size=PART,
    )
    assert isinstance(block, EvidenceVault)
    assert isinstance(block, Block)
    assert "very-secret" not in repr(block) + str(block) + block.model_dump_json()
    block.prepare()
    stored = store_bytes(block, tmp_path, random_bytes(PART + 1), intake())
    copy = pickle.loads(pickle.dumps(block))
    assert list(copy.originals()) == [stored.held]


def test_floors_of_documents_can_be_set_once_known(vault: S3Store) -> None:
    held = vault.put_document("receipts/2026/r.json", b"{}")
    assert held.retain_until is None
    assert vault.extend_retention(held.key, held.version, FLOOR).retain_until == FLOOR
    with pytest.raises(ActionDenied):
        vault.extend_retention(held.key, held.version, FLOOR - timedelta(days=1))


# --- certificates ---


@pytest.fixture
def tls_proxy(ceph_server: Server, tmp_path: Path) -> Iterator[tuple[FaultyProxy, Path]]:
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("127.0.0.1"))
    with FaultyProxy(ceph_server.endpoint, context) as proxy:
        yield proxy, authority.certificate


def test_a_trusted_certificate_is_enough(
    ceph_server: Server, tls_proxy: tuple[FaultyProxy, Path], tmp_path: Path
) -> None:
    proxy, certificate = tls_proxy
    direct = new_store(ceph_server)
    trusting = replace(direct.settings, endpoint_url=proxy.endpoint, certificate_authorities=str(certificate))
    vault = S3Store(trusting, direct.given)
    content = random_bytes(2 * PART + 1)
    held = store_bytes(vault, tmp_path, content, intake(), SecondDigest.NONE).held
    assert b"".join(vault.read(held.key, held.version)) == content


def test_a_strange_certificate_is_refused(ceph_server: Server, tls_proxy: tuple[FaultyProxy, Path]) -> None:
    strange = replace(new_store(ceph_server).settings, endpoint_url=tls_proxy[0].endpoint)
    for ask in (lambda: S3Store(strange).prepare(), lambda: S3Store(strange).check("receipts/x", None)):
        with pytest.raises(ConfigurationError) as refused:
            ask()
        assert refused.value.subject == "certificate_authorities"


# --- memory ---


def test_memory_is_bounded_by_the_buffers(ceph_server: Server, tmp_path: Path) -> None:
    vault = new_store(ceph_server, part_size=16 * MIB, buffers=8)
    source = tmp_path / "source"
    with source.open("wb") as sparse:
        sparse.truncate(1 << 30)
    small = tmp_path / "small"
    small.write_bytes(b"x")
    before = peak_of_storing(None, small, vault.settings, vault.given)
    after = peak_of_storing(None, source, vault.settings, vault.given)
    assert after - before < 8 * 16 * MIB + 64 * MIB  # the buffers, and what the connections and threads take

"""The servers that files are moved to and rows are entered in: existing ones, started for the run and gone after it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from uuid import uuid4

import boto3
import psycopg
from botocore.config import Config

from registry.database import Registry
from tests.servers.ceph import CephGateway
from tests.servers.postgresql import PostgresServer, programs
from tests.servers.processes import free_port, start, stop, wait_until

NULL, CEPH = "null S3 server", "Ceph RGW"
_GIB = 1 << 30


@dataclass(frozen=True)
class S3:
    """A server, and a bucket on it. The null server remembers nothing, so it has no bucket to make."""

    name: str
    endpoint: str
    access_key: str
    secret_key: str
    bucket: str

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> S3:
        return cls(**json.loads(text))

    def make_bucket(self) -> None:
        """With Object Lock and versions, for every contestant alike: without them it would be another task."""
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        client.create_bucket(Bucket=self.bucket, ObjectLockEnabledForBucket=True)


@contextmanager
def null_s3(folder: Path) -> Iterator[S3]:
    """nginx, told to swallow bodies (null_s3.conf)."""
    home = folder / "null"
    home.mkdir()
    port, log = free_port(), home / "out.log"
    settings = Template(Path(__file__).with_name("null_s3.conf").read_text()).substitute(folder=home, port=port)
    (home / "nginx.conf").write_text(settings)
    process = start(["nginx", "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")], log)
    try:
        wait_until((home / "pid").exists, process, log, 20)
        yield S3(NULL, f"http://127.0.0.1:{port}", "bench", "bench-secret", "bench")
    finally:
        stop(process)
        shutil.rmtree(home)


@contextmanager
def ceph_s3(folder: Path) -> Iterator[S3]:
    """A new Ceph object store with its gateway, and a bucket on it."""
    gateway = CephGateway(folder / f"ceph-{uuid4().hex[:8]}", size=28 * _GIB)
    try:
        gateway.start()
        server = S3(CEPH, gateway.endpoint, gateway.access_key, gateway.secret_key, "bench")
        server.make_bucket()
        yield server
    finally:
        gateway.stop()


@contextmanager
def postgresql() -> Iterator[PostgresServer]:
    """A PostgreSQL that waits for its disk, as one in service does."""
    found = programs()
    if found is None:
        raise RuntimeError("no PostgreSQL here: run tests/servers/install.sh")
    server = PostgresServer(found, {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"})
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def database(engine: str, folder: Path, server: PostgresServer | None) -> Iterator[str]:
    """The URL of a fresh registry on ``sqlite`` or ``postgresql``; it is gone afterwards."""
    name = f"bench_{uuid4().hex[:10]}"
    if engine == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as home:
            yield _migrated(f"sqlite:///{home}/registry.db")
        return
    assert server is not None
    with psycopg.connect(server.url("postgres"), autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        try:
            yield _migrated(server.url(name))
        finally:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrated(url: str) -> str:
    registry = Registry(url)
    registry.migrate()
    registry.dispose()
    return url

"""The vault in an S3 bucket with Object Lock (Art. 4, 7, 16, 18).

What fits into one part is content-addressed; what is larger goes up in parts while it is being read for the first and
only time, and is kept under the id of its intake (docs/adr/0003-s3-keys.md). Either way the object is compared with
what was read, locked until its floor, and its lock read back, before `store` returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from threading import Lock

from prefect.blocks.core import Block
from pydantic import Field, PrivateAttr, SecretStr

from blocks.s3_settings import MIB, RetentionMode, S3Settings
from blocks.s3_store import S3Store
from blocks.secret_reference import revealed
from blocks.vault import Ability, Destroyed, Held, Intake, Listed, Progress, Rehashed, SecondDigest, Stored, Version


class S3Vault(Block):
    """Keeps originals in an S3 bucket with Object Lock, so that nobody can delete them before their floor."""

    _block_type_name = "Custody S3 vault"
    _block_type_slug = "custody-s3-vault"
    _description = (
        "Keeps original recordings in an S3 bucket with Object Lock (对象锁定保管库): nobody can change or delete them "
        "before their retention floor. What the server really does is tried at every start (Art. 4, 7, 16, 18)."
    )

    endpoint_url: str = Field(
        title="Address", description="Address of the S3 server (服务地址), such as https://s3.example.gov.cn"
    )
    bucket: str = Field(
        title="Bucket",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="Bucket of the originals (存储桶). Created with Object Lock and versioning if it is not there.",
    )
    region: str = Field(default="us-east-1", title="Region", description="Region the server signs for (区域).")
    access_key: SecretStr = Field(title="Access key", description="Access key of the vault's own account (访问密钥).")
    secret_key: SecretStr = Field(title="Secret key", description="Secret key of the vault's own account (密钥).")
    write_once: bool = Field(
        default=True,
        title="Write once",
        description="Lock every original until its retention floor (一次写入). Leave it on.",
    )
    accepts_no_object_lock: bool = Field(
        default=False,
        title="The unit accepts a bucket that cannot lock",
        description=(
            "In so many words: the unit accepts that the server does NOT protect originals in this bucket from "
            "deletion, and every report of the fixity audit says so. "
            "(本单位明确接受: 该存储桶不支持对象锁定, 服务器不能防止原始文件被删除.)"
        ),
    )
    retention_mode: RetentionMode = Field(
        default=RetentionMode.COMPLIANCE,
        title="Retention mode",
        description="compliance: nobody can shorten a lock. governance: a privileged account can; for trials only.",
    )
    part_size: int = Field(
        default=16 * MIB,
        ge=5 * MIB,
        le=512 * MIB,
        title="Part size",
        description="Bytes in a part. A file may have 10,000 parts: 16 MiB allow files of up to 156 GiB.",
    )
    buffers: int = Field(
        default=8,
        ge=2,
        le=64,
        title="Buffers",
        description="Buffers of one part each, shared by all files on their way up: they bound the vault's memory.",
    )
    timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        title="Time limit, in seconds",
        description="How long a silent connection is waited for before the request is repeated.",
    )
    certificate_authorities: str | None = Field(
        default=None,
        title="Certificate authorities",
        description="Path of a PEM file with the authorities to trust for this server, if not the system's own.",
    )

    _store: S3Store | None = PrivateAttr(default=None)

    def prepare(self) -> list[Ability]:
        """Create or check the bucket and try what the server really does; see `EvidenceVault.prepare`.

        Raises `ConfigurationError` where the bucket cannot lock (unless `accepts_no_object_lock`), where the server
        proves no integrity of what it takes, or where it refuses the keys; `Unavailable` where it does not answer.
        """
        return self._bucket.prepare()

    def store(self, descriptor: int, intake: Intake, *, second: SecondDigest, progress: Progress) -> Stored:
        """See `EvidenceVault.store`."""
        return self._bucket.store(descriptor, intake, second=second, progress=progress)

    def names_by_content(self, size: int) -> bool:
        """What goes up in one part is known before its first byte leaves; anything bigger is not."""
        return self._bucket.names_by_content(size)

    def check(self, key: str, version: str | None) -> Held | None:
        """See `EvidenceVault.check`. Raises `ConfigurationError` for what is no key of this vault."""
        return self._bucket.check(key, version)

    def read(self, key: str, version: str | None, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See `EvidenceVault.read`. Raises `FixityError` when nothing is held under the key."""
        return self._bucket.read(key, version, start, length)

    def rehash(self, key: str, version: str | None, progress: Progress) -> Rehashed:
        """See `EvidenceVault.rehash`."""
        return self._bucket.rehash(key, version, progress)

    def put_back(self, key: str, pieces: Iterator[bytes], sha256: str, retain_until: datetime) -> Held:
        """See `EvidenceVault.put_back`."""
        return self._bucket.put_back(key, pieces, sha256, retain_until)

    def extend_retention(self, key: str, version: str | None, until: datetime) -> Held:
        """See `EvidenceVault.extend_retention`."""
        return self._bucket.extend_retention(key, version, until)

    def set_legal_hold(self, key: str, version: str | None, on: bool) -> Held:
        """See `EvidenceVault.set_legal_hold`."""
        return self._bucket.set_legal_hold(key, version, on)

    def put_document(self, key: str, content: bytes, *, retain_until: datetime | None = None) -> Held:
        """See `EvidenceVault.put_document`."""
        return self._bucket.put_document(key, content, retain_until=retain_until)

    def originals(self, unit_code: str | None = None) -> Iterator[Held]:
        """See `EvidenceVault.originals`."""
        return self._bucket.originals(unit_code)

    def listed(self, unit_code: str | None = None) -> Iterator[Listed]:
        """See `EvidenceVault.listed`."""
        return self._bucket.listed(unit_code)

    def versions(self, key: str) -> list[Version]:
        """See `EvidenceVault.versions`."""
        return self._bucket.versions(key)

    def destroy(self, keys: Sequence[str], at: datetime) -> list[Destroyed]:
        """See `EvidenceVault.destroy`."""
        return self._bucket.destroy(keys, at)

    @property
    def _bucket(self) -> S3Store:
        """Made once a process: threads share its connections and buffers, a pickled block takes none along."""
        if self._store is None:
            with _making:
                if self._store is None:
                    self._store = S3Store(self._settings())
        return self._store

    def _settings(self) -> S3Settings:
        return S3Settings(
            endpoint_url=self.endpoint_url,
            bucket=self.bucket,
            access_key=revealed(self.access_key),
            secret_key=revealed(self.secret_key),
            region=self.region,
            write_once=self.write_once,
            accepts_no_object_lock=self.accepts_no_object_lock,
            retention_mode=self.retention_mode,
            part_size=self.part_size,
            buffers=self.buffers,
            timeout_seconds=self.timeout_seconds,
            certificate_authorities=self.certificate_authorities,
        )

    def __getstate__(self) -> dict[object, object]:
        state = super().__getstate__()
        private = state.get("__pydantic_private__") or {}
        return {**state, "__pydantic_private__": {**private, "_store": None}}


_making = Lock()

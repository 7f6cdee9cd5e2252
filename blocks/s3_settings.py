"""What `S3Vault` was told, for the modules below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from regulation.errors import ConfigurationError

MIB = 1 << 20
LARGEST_PART_NUMBER = 10_000  # S3's own limit
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class RetentionMode(StrEnum):
    """COMPLIANCE: nobody can shorten the lock. GOVERNANCE: an account with a special right can; for trials only."""

    COMPLIANCE = "compliance"
    GOVERNANCE = "governance"


class Proof(StrEnum):
    """How the server is made to prove that it received what was sent; the first that it gives is used."""

    CHECKSUM = "checksum"  # SHA-256 of an object, CRC64NVME of parts and of the whole they make
    SIGNED_PAYLOAD = "signed-payload"  # SHA-256 of every request's body, and the ETag made of the parts' ETags
    MD5 = "content-md5"  # MD5 of every request's body, and the ETag made of the parts' ETags


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Sizes in bytes, times in seconds. The keys never appear in a representation or a message."""

    endpoint_url: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    write_once: bool = True
    accepts_no_object_lock: bool = False
    retention_mode: RetentionMode = RetentionMode.COMPLIANCE
    part_size: int = 16 * MIB
    buffers: int = 8
    timeout_seconds: float = 60.0
    certificate_authorities: str | None = None

    def address(self) -> SplitResult:
        """Scheme, host and port of the server; raises `ConfigurationError` naming the setting that is wrong."""
        if not _BUCKET.fullmatch(self.bucket):
            raise ConfigurationError("This is no name of a bucket.", subject="bucket")
        try:
            address = urlsplit(self.endpoint_url)
            known = address.scheme in ("http", "https") and bool(address.hostname) and (address.port or 1) > 0
        except ValueError:
            known = False
        if not known or address.path not in ("", "/") or address.query or address.username:
            raise ConfigurationError(
                "The address must be like https://host:port, nothing more.", subject="endpoint_url"
            )
        return address

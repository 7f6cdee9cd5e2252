"""The bucket and its rules, through boto3: everything that is asked once a vault or a few times a large file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, SSLError

from blocks.s3_settings import S3Settings
from regulation.errors import ConfigurationError, CustodyError, FixityError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABORT_AFTER_DAYS = 7
_ABORT_RULE = "custody-abort-unfinished-uploads"
_PASSING = {"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout", "OperationAborted"}
_MISMATCHES = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"}


class Control:
    """Thread-safe. Every method raises `Unavailable` or `ConfigurationError` in boto3's stead."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self.bucket = settings.bucket

    @cached_property
    def client(self) -> S3Client:
        """boto3's own client: made when first needed, shared by threads."""
        settings = self._settings
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"mode": "standard", "total_max_attempts": 4},
            connect_timeout=settings.timeout_seconds,
            read_timeout=settings.timeout_seconds,
            max_pool_connections=16,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            proxies={},
        )
        session = boto3.session.Session(
            aws_access_key_id=settings.access_key,
            aws_secret_access_key=settings.secret_key,
            region_name=settings.region,
        )
        verify = settings.certificate_authorities or True
        return session.client("s3", endpoint_url=settings.endpoint_url, config=config, verify=verify)

    def make_bucket(self, *, with_lock: bool) -> None:
        """Create the bucket unless it is there."""
        client = self.client
        with asking("bucket"):
            if found(client.head_bucket, Bucket=self.bucket) is not None:
                return
            asked: dict[str, Any] = {"Bucket": self.bucket, "ObjectLockEnabledForBucket": with_lock}
            if self._settings.region != "us-east-1":
                asked["CreateBucketConfiguration"] = {"LocationConstraint": self._settings.region}
            try:
                client.create_bucket(**asked)
            except client.exceptions.BucketAlreadyOwnedByYou:
                return
            if not with_lock:
                client.put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"})

    def has_versions(self) -> bool:
        with asking("bucket"):
            return self.client.get_bucket_versioning(Bucket=self.bucket).get("Status") == "Enabled"

    def has_lock(self) -> bool:
        """Whether the bucket was made with Object Lock."""
        try:
            told = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except ClientError as refused:
            if _status(refused) in (400, 404, 405, 501):
                return False
            raise _translated(refused, "bucket") from refused
        except BotoCoreError as failure:
            raise _unanswered(failure) from failure
        return told.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"

    def abort_unfinished_uploads_after_days(self) -> bool:
        """See that the bucket drops the parts of uploads that never end; False where the server knows no such rule."""
        client = self.client
        try:
            told = found(client.get_bucket_lifecycle_configuration, Bucket=self.bucket)
            rules: list[Any] = list(told["Rules"]) if told else []
            if any("AbortIncompleteMultipartUpload" in rule and rule.get("Status") == "Enabled" for rule in rules):
                return True
            ours: Any = {
                "ID": _ABORT_RULE,
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_AFTER_DAYS},
            }
            client.put_bucket_lifecycle_configuration(
                Bucket=self.bucket, LifecycleConfiguration={"Rules": [*rules, ours]}
            )
        except ClientError:
            return False
        except BotoCoreError as failure:
            raise _unanswered(failure) from failure
        return True

    def remove_version(self, key: str, version: str | None) -> None:
        """Delete a version or a marker; what is locked stays."""
        with asking(key):
            try:
                self.client.delete_object(Bucket=self.bucket, Key=key, **of_version(version))
            except ClientError as refused:
                if _status(refused) != 403:
                    raise

    def begin_parts(self, key: str, **asked: Any) -> str:
        """Begin a multipart upload; returns its id."""
        with asking(key):
            return self.client.create_multipart_upload(Bucket=self.bucket, Key=key, **asked)["UploadId"]

    def abort_parts(self, key: str, upload: str) -> None:
        """Abort an upload of `key` unless it has ended."""
        with asking(key):
            found(self.client.abort_multipart_upload, Bucket=self.bucket, Key=key, UploadId=upload)

    def lock(self, key: str, version: str | None, mode: str, until: datetime) -> None:
        """Lock a version until `until`."""
        asked: Any = {"Mode": mode, "RetainUntilDate": until}
        with asking(key):
            self.client.put_object_retention(Bucket=self.bucket, Key=key, Retention=asked, **of_version(version))

    def hold(self, key: str, version: str | None, on: bool) -> None:
        """Place or lift the legal hold of a version."""
        with asking(key):
            self.client.put_object_legal_hold(
                Bucket=self.bucket, Key=key, LegalHold={"Status": "ON" if on else "OFF"}, **of_version(version)
            )


def of_version(version: str | None) -> dict[str, Any]:
    """The argument that addresses a version."""
    return {} if version is None else {"VersionId": version}


def found(ask: Any, **asked: Any) -> Any:
    """The answer to `ask`, None where the server says there is no such thing."""
    try:
        return ask(**asked)
    except ClientError as refused:
        if _status(refused) == 404:
            return None
        raise


@contextmanager
def asking(subject: str) -> Iterator[None]:
    """Turn boto3's errors into the project's own."""
    try:
        yield
    except ClientError as refused:
        raise _translated(refused, subject) from refused
    except BotoCoreError as failure:
        raise _unanswered(failure) from failure


def _status(refused: ClientError) -> int:
    return int(refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _translated(refused: ClientError, subject: str) -> CustodyError:
    code, status = str(refused.response.get("Error", {}).get("Code", "")), _status(refused)
    if status >= 500 or code in _PASSING:
        return Unavailable(f"The S3 server did not take the request: {status} {code}.", subject=subject)
    if code in _MISMATCHES:
        return FixityError(f"The S3 server has other bytes than were sent ({code}).", article="Art. 7", subject=subject)
    if code == "RequestTimeTooSkewed":
        return ConfigurationError("The clocks of this machine and of the S3 server differ too much.", subject="clock")
    if status in (401, 403):
        return ConfigurationError(f"The S3 server refuses these keys: {status} {code}.", subject="access_key")
    return ConfigurationError(f"The S3 server refuses what was asked: {status} {code}.", subject=subject)


def _unanswered(failure: BotoCoreError) -> CustodyError:
    if isinstance(failure, SSLError):
        return ConfigurationError("The server's certificate is not trusted.", subject="certificate_authorities")
    return Unavailable(f"The S3 server does not answer: {type(failure).__name__}.", subject="endpoint_url")

"""The trials: small objects below ``probe/``, removed at the end; locks are tried with a retention of seconds."""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from blocks.checksum import as_base64, crc64nvme
from blocks.s3_control import Control, of_version
from blocks.s3_listing import listed
from blocks.s3_objects import etag_of_parts, look
from blocks.s3_settings import Proof, S3Settings
from blocks.s3_wire import Wire, refusal
from blocks.vault import Ability
from regulation.errors import ConfigurationError

_FOLDER = "probe/"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # of a server that tells no time: it refuses such a lock
_LOCKED_FOR = (3, 10, 40)  # seconds: longer only where the server is so slow that a lock ends before it was tried
_FORGOTTEN_AFTER = timedelta(hours=1)
_CONTENT = b"a probe of the vault"
_OTHER = b"something else"


class Trial:
    def __init__(self, settings: S3Settings, control: Control, wire: Wire) -> None:
        self._settings = settings
        self._control = control
        self._client = control.client
        self._wire = wire
        self._prefix = f"{_FOLDER}{uuid4()}/"
        self._mode: Any = settings.retention_mode.value.upper()
        self._server_time = _LONG_AGO
        self._read_at = 0.0
        self._until = _LONG_AGO

    def run(self) -> list[Ability]:
        """Every trial, in the order in which people read them."""
        self._read_clock()
        required = self._settings.write_once and not self._settings.accepts_no_object_lock
        locks = self._locks(required)
        proofs = [
            _told(Proof.CHECKSUM.value, self._checksums(), "wrong checksums of objects, parts and wholes are refused"),
            _told(Proof.SIGNED_PAYLOAD.value, self._signed_payload(), "a body other than the signed one is refused"),
            _told(Proof.MD5.value, self._content_md5(), "a body with another MD5 is refused"),
        ]
        others = [
            _told("conditional-put", self._conditional_put(), "a second object under a key is refused if asked"),
            _told("object-attributes", self._attributes(), "GetObjectAttributes answers (not needed)"),
            _told(
                "aborts-unfinished",
                self._control.abort_unfinished_uploads_after_days(),
                "parts of uploads that never end are dropped after 7 days",
            ),
        ]
        return [*locks, *proofs, _integrity(proofs), *others]

    def clean(self) -> None:
        """Remove this trial's objects, and those of trials that died."""
        time.sleep(max(0.0, (self._until - self._now()).total_seconds() + 0.2))
        forgotten = self._now() - _FORGOTTEN_AFTER
        for each in list(listed(self._wire, _FOLDER)):
            if each.key.startswith(self._prefix) or each.modified < forgotten:
                self._control.remove_version(each.key, each.version)

    def _read_clock(self) -> None:
        answer = self._wire.send("HEAD", "")
        if answer.status >= 400:
            raise refusal(answer, "bucket")
        self._server_time, self._read_at = answer.server_time or _LONG_AGO, time.monotonic()

    def _now(self) -> datetime:
        """The server's time."""
        return self._server_time + timedelta(seconds=time.monotonic() - self._read_at)

    def _put(self, name: str, content: bytes = _CONTENT, **asked: Any) -> str | None:
        told = self._client.put_object(Bucket=self._control.bucket, Key=self._prefix + name, Body=content, **asked)
        return told.get("VersionId")

    def _refused(self, act: Callable[[], object], *statuses: int) -> bool:
        """Whether the server refuses the act with one of these statuses; what it cannot do at all counts as not."""
        try:
            act()
        except ClientError as refused:
            return int(refused.response["ResponseMetadata"]["HTTPStatusCode"]) in statuses
        return False

    # --- locks ---

    def _locks(self, required: bool) -> list[Ability]:
        kept = self._control.has_versions()
        lock = self._control.has_lock()
        with_object, holds = self._lock_on_object() if kept and lock else (False, False)
        with_parts = holds and self._lock_on_parts()
        return [
            Ability("versions", kept, required, _say(kept, "the bucket keeps versions")),
            Ability("object-lock", lock, required, _say(lock, "the bucket has Object Lock")),
            Ability("lock-holds", holds, required, _say(holds, "a locked version cannot be deleted")),
            _told("lock-with-object", with_object, "a lock asked for with an object is there at once"),
            _told("lock-with-parts", with_parts, "a lock asked for with an upload in parts is there at once"),
        ]

    def _lock_on_object(self) -> tuple[bool, bool]:
        """Whether a lock comes with the object, and whether it holds."""
        told = (False, False)
        for seconds in _LOCKED_FOR:
            self._lock_for(seconds)
            told = self._try_lock()
            if told[1] or self._now() < self._until:
                break
        return told

    def _lock_for(self, seconds: int) -> None:
        self._until = max(self._until, (self._now() + timedelta(seconds=seconds)).replace(microsecond=0))

    def _try_lock(self) -> tuple[bool, bool]:
        key = self._prefix + "lock"
        try:
            version = self._put("lock", ObjectLockMode=self._mode, ObjectLockRetainUntilDate=self._until)
        except ClientError:
            version = self._put("lock")
        at_once = self._is_locked(key, version)
        if not at_once:
            with suppress(ConfigurationError):
                self._control.lock(key, version, self._mode, self._until)
        held = self._is_locked(key, version)
        refused = self._refused(
            lambda: self._client.delete_object(Bucket=self._control.bucket, Key=key, **of_version(version)), 403
        )
        return at_once, held and refused and version is not None

    def _lock_on_parts(self) -> bool:
        key = self._prefix + "lock-parts"
        self._lock_for(_LOCKED_FOR[0])
        asked = {"ObjectLockMode": self._mode, "ObjectLockRetainUntilDate": self._until}
        try:
            upload = self._begin(key, **asked)
            part = self._part(key, upload)
            self._complete(key, upload, part)
        except ClientError:
            return False
        return self._is_locked(key, None)

    def _is_locked(self, key: str, version: str | None) -> bool:
        seen = look(self._wire, key, version)
        return seen is not None and seen.locked_until(self._settings.retention_mode, self._until)

    # --- proofs of integrity ---

    def _checksums(self) -> bool:
        return self._checksum_of_object() and self._checksum_of_parts()

    def _checksum_of_object(self) -> bool:
        right, wrong = (b64encode(hashlib.sha256(of).digest()).decode() for of in (_CONTENT, _OTHER))
        if not self._refused(lambda: self._put("sha256", ChecksumSHA256=wrong), 400):
            return False
        version = self._put("sha256", ChecksumSHA256=right)
        seen = look(self._wire, self._prefix + "sha256", version)
        return seen is not None and seen.sha256 == right

    def _checksum_of_parts(self) -> bool:
        key = self._prefix + "crc64nvme"
        right, wrong = (as_base64(crc64nvme(of)) for of in (_CONTENT, _OTHER))
        try:
            upload = self._begin(key, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT")
            if not self._refused(lambda: self._part(key, upload, ChecksumCRC64NVME=wrong), 400):
                return False
            part = self._part(key, upload, ChecksumCRC64NVME=right) | {"ChecksumCRC64NVME": right}
            whole = {"ChecksumType": "FULL_OBJECT"}
            if not self._refused(lambda: self._complete(key, upload, part, ChecksumCRC64NVME=wrong, **whole), 400):
                return False
            self._complete(key, upload, part, ChecksumCRC64NVME=right, **whole)
        except ClientError:
            return False
        seen = look(self._wire, key, None)
        return seen is not None and seen.crc64nvme == right

    def _signed_payload(self) -> bool:
        wrong = hashlib.sha256(_OTHER).hexdigest()
        answer = self._wire.send("PUT", self._prefix + "signed", body=_CONTENT, payload_sha256=wrong)
        return answer.status in (400, 403) and self._etag_of_parts()

    def _content_md5(self) -> bool:
        wrong = b64encode(hashlib.md5(_OTHER, usedforsecurity=False).digest()).decode()
        return self._refused(lambda: self._put("md5", ContentMD5=wrong), 400) and self._etag_of_parts()

    def _etag_of_parts(self) -> bool:
        """Whether the ETag of an upload in parts is made of the parts' ETags in their order."""
        key = self._prefix + "etag"
        try:
            upload = self._begin(key)
            part = self._part(key, upload)
            self._complete(key, upload, part)
        except ClientError:
            return False
        seen = look(self._wire, key, None)
        return seen is not None and seen.etag == etag_of_parts([str(part["ETag"])])

    # --- the rest ---

    def _conditional_put(self) -> bool:
        self._put("conditional", IfNoneMatch="*")
        return self._refused(lambda: self._put("conditional", _OTHER, IfNoneMatch="*"), 412)

    def _attributes(self) -> bool:
        ask = self._client.get_object_attributes
        try:
            ask(Bucket=self._control.bucket, Key=self._prefix + "conditional", ObjectAttributes=["ObjectSize"])
        except ClientError:
            return False
        return True

    def _begin(self, key: str, **asked: Any) -> str:
        return self._client.create_multipart_upload(Bucket=self._control.bucket, Key=key, **asked)["UploadId"]

    def _part(self, key: str, upload: str, **asked: Any) -> dict[str, Any]:
        told = self._client.upload_part(
            Bucket=self._control.bucket, Key=key, UploadId=upload, PartNumber=1, Body=_CONTENT, **asked
        )
        return {"PartNumber": 1, "ETag": told["ETag"]}

    def _complete(self, key: str, upload: str, part: Any, **asked: Any) -> None:
        self._client.complete_multipart_upload(
            Bucket=self._control.bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": [part]}, **asked
        )


def _integrity(proofs: list[Ability]) -> Ability:
    found = next((proof for proof in proofs if proof.given), None)
    if found is None:
        return Ability("integrity", False, True, "it takes bodies that are not what was sent, whatever is asked of it")
    return Ability("integrity", True, True, f"every body is proved to have arrived whole: {found.detail}")


def _told(name: str, given: bool, detail: str) -> Ability:
    return Ability(name, given, required=False, detail=_say(given, detail))


def _say(given: bool, detail: str) -> str:
    return detail if given else f"not so: {detail}"

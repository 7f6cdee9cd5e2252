"""Bodies on their way up: one object, or one part of a larger one, each proved to have arrived whole."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from blocks.checksum import as_base64, crc64nvme
from blocks.s3_objects import Sent, version_in
from blocks.s3_settings import Proof
from blocks.s3_wire import UNSIGNED, Wire, refusal
from regulation.errors import FixityError, Unavailable


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the server took it; `number` counts from 1, `etag` without quotes."""

    number: int
    size: int
    crc64nvme: int
    etag: str


def put_object(
    wire: Wire, key: str, body: memoryview | bytes, sha256: str, *, proof: Proof, lock: dict[str, str], once: bool
) -> tuple[str | None, Sent] | None:
    """Put a whole object under `key`; None where `once` was asked and something stands there already.

    The body's SHA-256 is known, so it is always signed, and told as a checksum to servers that keep it. Where the
    server does not know `once`, the request is not repeated: only the caller can look whether it arrived after all.
    Returns the version and what must be found there. Raises `FixityError` and whatever `Wire.send` raises.
    """
    digest = b64encode(bytes.fromhex(sha256)).decode("ascii")
    headers = {"x-amz-checksum-sha256": digest, **lock}
    if once:
        headers["if-none-match"] = "*"
    if proof is Proof.MD5:
        headers["content-md5"] = _md5(body)
    answer = wire.send("PUT", key, headers=headers, body=body, payload_sha256=sha256, repeatable=once)
    if answer.status == 412 and once:
        return None
    if answer.status != 200:
        raise refusal(answer, key)
    etag = answer.headers.get("etag", "").strip('"')
    return version_in(answer), Sent(len(body), etag=etag or None, sha256=digest)


def put_part(wire: Wire, key: str, upload: str, number: int, body: memoryview, proof: Proof) -> Part:
    """Send one part. Raises `FixityError` where it did not arrive as sent, `Unavailable` where the upload is gone."""
    checksum = crc64nvme(body)
    headers, payload = _proof_of_part(body, checksum, proof)
    query = {"partNumber": str(number), "uploadId": upload}
    answer = wire.send("PUT", key, query=query, headers=headers, body=body, payload_sha256=payload)
    if answer.code == "NoSuchUpload":
        raise Unavailable("The upload was ended by someone else.", subject=key)
    if answer.status != 200:
        raise refusal(answer, key)
    told = answer.headers.get("x-amz-checksum-crc64nvme")
    if proof is Proof.CHECKSUM and told not in (None, as_base64(checksum)):
        raise FixityError("The S3 server received another part than was sent.", article="Art. 7", subject=key)
    return Part(number, len(body), checksum, answer.headers.get("etag", "").strip('"'))


def _proof_of_part(body: memoryview, checksum: int, proof: Proof) -> tuple[dict[str, str], str]:
    """Headers and the signed digest of the body."""
    if proof is Proof.CHECKSUM:
        return {"x-amz-checksum-crc64nvme": as_base64(checksum)}, UNSIGNED
    if proof is Proof.SIGNED_PAYLOAD:
        return {}, hashlib.sha256(body).hexdigest()
    return {"content-md5": _md5(body)}, UNSIGNED


def _md5(body: memoryview | bytes) -> str:
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")

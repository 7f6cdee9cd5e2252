"""The timestamp authority: a third party that says when a document was there (RFC 3161)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

import httpx
from cryptography.x509 import Certificate, ObjectIdentifier, load_pem_x509_certificates
from prefect.blocks.core import Block
from pydantic import Field
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from blocks.timestamp_der import with_sorted_certificates
from regulation.errors import ConfigurationError, FixityError, Unavailable

_QUERY = "application/timestamp-query"
_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_MOST_BYTES = 1 << 20
"""Answers have a few thousand."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp: the authority's whole answer in DER, which `openssl ts -reply -in FILE -text` shows, and its time.
    `proved` is whether the signature was followed to the authority's certificates; without any it cannot be."""

    token: bytes
    at: datetime
    proved: bool


class TimestampAuthority(Block):
    """Asks for timestamps and checks them. Only digests leave the house."""

    _block_type_name = "Custody timestamp authority"
    _block_type_slug = "custody-timestamp-authority"
    _description = "Lets a third party say when the ledger stood as it does (可信时间戳), RFC 3161 with SHA-256."

    url: str = Field(
        title="Address", pattern=r"^https?://[^@?#\s]+$", description="Where requests are posted to (时间戳服务地址)."
    )
    certificates: str | None = Field(
        default=None,
        title="Certificates",
        description="PEM of the authority's root, and of those between. Without, signatures are not followed to it.",
    )
    policy: str | None = Field(
        default=None, title="Policy", pattern=r"^[0-9]+(\.[0-9]+)+$", description="Object identifier to insist on."
    )
    timeout_seconds: float = Field(default=20.0, gt=0, title="Time limit, in seconds")

    @property
    def name(self) -> str:
        """What anchors call the authority."""
        address = urlsplit(self.url)
        return f"{address.hostname}{address.path.rstrip('/')}"

    def stamp(self, document: bytes) -> Stamp:
        """A timestamp over the SHA-256 of `document`, checked.

        Raises `Unavailable` where there is no answer that could be one, `ConfigurationError` where the authority
        refuses the request, `FixityError` where the timestamp is for something else or not the authority's.
        """
        request = TimestampRequestBuilder().data(document).hash_algorithm(HashAlgorithm.SHA256).build()
        return self._checked(self._ask(request.as_bytes()), document, request.nonce)

    def check(self, token: bytes, document: bytes) -> Stamp:
        """The same for a timestamp that was got before. Raises `FixityError`."""
        try:
            return self._checked(token, document, None)
        except (Unavailable, ConfigurationError) as wrong:
            raise _wrong(wrong.message.rstrip(".")) from wrong

    def _ask(self, request: bytes) -> bytes:
        try:
            with httpx.stream(
                "POST", self.url, content=request, headers={"content-type": _QUERY}, timeout=self.timeout_seconds
            ) as answer:
                if answer.is_client_error:
                    raise ConfigurationError(
                        f"The timestamp authority refuses the request: {answer.status_code}.", subject=self.url
                    )
                answer.raise_for_status()
                return self._whole(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as silent:
            raise Unavailable(
                f"The timestamp authority does not answer: {type(silent).__name__}.", subject=self.url
            ) from silent

    def _whole(self, answer: httpx.Response) -> bytes:
        token = bytearray()
        for piece in answer.iter_bytes():
            token += piece
            if len(token) > _MOST_BYTES:
                raise Unavailable("The timestamp authority's answer has no end.", subject=self.url)
        return bytes(token)

    def _checked(self, token: bytes, document: bytes, nonce: int | None) -> Stamp:
        answer, roots = self._read(token), self._roots()
        stamp = imprinted(token, document)
        if nonce is not None and answer.tst_info.nonce != nonce:
            raise _wrong("it answers another request")
        if self.policy is not None and answer.tst_info.policy != ObjectIdentifier(self.policy):
            raise _wrong(f"its policy is {answer.tst_info.policy.dotted_string}")
        if not roots:
            return stamp
        try:
            VerifierBuilder(roots=roots).build().verify_message(answer, document)
        except (VerificationError, ValueError) as failure:
            raise _wrong(str(failure).rstrip(".")) from failure
        return replace(stamp, proved=True)

    def _read(self, token: bytes) -> TimeStampResponse:
        """Granted and whole."""
        try:
            answer = decode_timestamp_response(with_sorted_certificates(token))
            status = PKIStatus(answer.status)
        except ValueError as failure:
            raise Unavailable("The timestamp authority's answer is no timestamp.", subject=self.url) from failure
        if status is not PKIStatus.GRANTED:
            told = " ".join([status.name.lower(), *answer.status_string])
            raise ConfigurationError(f"The timestamp authority does not grant it: {told[:200]}.", subject=self.url)
        return answer

    def _roots(self) -> list[Certificate]:
        if not self.certificates:
            return []
        try:
            return list(dict.fromkeys(load_pem_x509_certificates(self.certificates.encode())))
        except ValueError:
            raise ConfigurationError("These are no certificates in PEM.", subject="certificates") from None


def imprinted(token: bytes, document: bytes) -> Stamp:
    """What a timestamp says that was got before, whoever signed it. Raises `FixityError` where it is none, or not over
    the SHA-256 of `document`."""
    try:
        info = decode_timestamp_response(with_sorted_certificates(token)).tst_info
        imprint = info.message_imprint
        algorithm, digest, at = imprint.hash_algorithm, imprint.message, info.gen_time
    except ValueError as failure:
        raise _wrong("it cannot be read") from failure
    if algorithm != _SHA256 or digest != sha256(document).digest():
        raise _wrong("it is for another document")
    return Stamp(token, at, proved=False)


def _wrong(why: str) -> FixityError:
    return FixityError(f"The timestamp does not hold: {why}.", article="Art. 7", subject="timestamp")

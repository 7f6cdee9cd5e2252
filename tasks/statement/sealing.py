"""A unit's electronic seal in the paper of a statement: PAdES, baseline B, with a timestamp baseline T (optional).

It needs the extra ``pades`` (pyHanko) and a certificate of the unit's (GB/T 9704 wants a seal; an electronic one is
valid under the Electronic Signature Law, Art. 14, if it is reliable: that is for the unit's authority to say). The seal
is added after the paper's bytes, which stay as they are, and shows no picture, so the paper stays PDF/A-2b.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12
from pydantic import SecretStr

from blocks.secret_reference import revealed
from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied, ConfigurationError, Unavailable

FIELD = "Seal"
"""The name of the signature's field."""


def can_seal() -> bool:
    """Whether the extra is installed."""
    try:
        import_module("pyhanko.sign.signers")
    except ImportError:
        return False
    return True


def seal_paper(
    paper: bytes, certificate: Path, secret: SecretStr, at: datetime, *, reason: str, authority_url: str | None = None
) -> bytes:
    """`paper` with a seal by the PKCS#12 file `certificate`, opened with `secret` (or what it refers to), which
    claims to be made `at`; with a timestamp (RFC 3161) of the authority at `authority_url`, if there is one.

    Raises `ConfigurationError` where the extra is absent, or the certificate cannot be opened or is not valid `at` that
    time; `Unavailable` where the authority does not answer; `ActionDenied` for what is no PDF, or is sealed already.
    """
    signers, errors = _module("signers"), _module("timestamps")
    signer = _signer(signers, certificate, secret, at)
    stamper = None if authority_url is None else errors.HTTPTimeStamper(authority_url, timeout=20)
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, reason=reason, md_algorithm="sha256", subfilter=_module("fields").SigSeedSubFilter.PADES
    )
    sealing = signers.PdfSigner(meta, signer=signer, timestamper=stamper)
    sealing.init_signing_session = _dated(sealing.init_signing_session, at)
    sealing.register_extensions = _not_at_all  # they would call it PDF 2.0, which PDF/A-2 is not
    try:
        made = sealing.sign_pdf(_writer(paper))
    except errors.TimestampRequestError as silent:
        raise Unavailable("The timestamp authority does not answer.", subject=authority_url) from silent
    sealed: bytes = made.getvalue()
    return sealed


def _module(name: str) -> Any:
    try:
        return import_module(f"pyhanko.sign.{name}")
    except ImportError as absent:
        raise ConfigurationError("To seal papers, install the extra `pades`.", subject="pades") from absent


def _dated(begin: Callable[..., Any], at: datetime) -> Callable[..., Any]:
    """The time is ours to say: pyHanko asks the system's clock."""

    def dated(*given: Any, **named: Any) -> Any:
        session = begin(*given, **named)
        session.system_time = at
        return session

    return dated


def _writer(paper: bytes) -> Any:
    reading = import_module("pyhanko.pdf_utils.misc")
    try:
        writer = import_module("pyhanko.pdf_utils.incremental_writer").IncrementalPdfFileWriter(io.BytesIO(paper))
        sealed = bool(writer.prev.embedded_signatures)
    except reading.PdfError as error:
        raise ActionDenied("This is no PDF that can be sealed.", article=ARTICLE) from error
    if sealed:
        raise ActionDenied("This paper is sealed already.", article=ARTICLE)
    writer._update_meta = _not_at_all  # it would write the metadata anew, and not as PDF/A wants them
    return writer


def _not_at_all(*_given: Any, **_named: Any) -> None:
    """Stands in the place of what pyHanko would change besides adding the seal."""


def _signer(signers: Any, certificate: Path, secret: SecretStr, at: datetime) -> Any:
    password = revealed(secret).encode()
    data, opened = _opened(certificate, password)
    held = opened.cert
    if held is None or opened.key is None:
        raise ConfigurationError("This file holds no certificate with its key.", subject=str(certificate))
    if not held.certificate.not_valid_before_utc <= at <= held.certificate.not_valid_after_utc:
        raise ConfigurationError("The certificate is not valid at this time.", subject=str(certificate))
    return signers.SimpleSigner.load_pkcs12_data(data, (), password)


def _opened(certificate: Path, password: bytes) -> tuple[bytes, PKCS12KeyAndCertificates]:
    try:
        data = certificate.read_bytes()
        return data, load_pkcs12(data, password)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "The certificate cannot be opened with this secret.", subject=str(certificate)
        ) from error

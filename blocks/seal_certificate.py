"""A unit's certificate for electronic seals in the papers of evidence (Art. 19; optional)."""

from __future__ import annotations

from pathlib import Path

from prefect.blocks.core import Block
from pydantic import Field, SecretStr


class SealCertificate(Block):
    """With one, the statement's paper carries a seal inside (PAdES); without, places for seals of wax and ink alone."""

    _block_type_name = "Custody seal certificate"
    _block_type_slug = "custody-seal-certificate"
    _description = "Seals the statement's paper electronically (电子印章); needs the extra `pades`."

    certificate: Path = Field(title="Certificate", description="PKCS#12 file with certificate and key.")
    secret: SecretStr = Field(title="Secret", description="What opens it.")
    authority_url: str | None = Field(
        default=None, title="Timestamp authority", description="Dates the seal (RFC 3161), if set."
    )

"""The archive: everything that keeping originals, proving them and letting them go needs (Art. 7, 18)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from prefect.blocks.core import Block
from pydantic import Field

from blocks.directory_vault import DirectoryVault
from blocks.kept import kept
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from blocks.seal_certificate import SealCertificate
from blocks.speech_to_text import SpeechToText
from blocks.timestamp_authority import TimestampAuthority
from blocks.unit_policy import UnitPolicy


class Archive(Block):
    """One for the whole system: what is kept where, and by which rules."""

    _block_type_name = "Custody archive"
    _block_type_slug = "custody-archive"
    _description = "Keeps originals as long as the law says and proves them (档案保管): registry, policy, vault."

    registry: RegistryDatabase = Field(title="Registry")
    policy: UnitPolicy = Field(title="Policy", default_factory=UnitPolicy)
    vault: DirectoryVault | S3Vault = Field(title="Vault")
    replica: DirectoryVault | S3Vault | None = Field(
        default=None,
        title="Second vault",
        description="Holds the same originals under the same keys; damaged ones are put back from it (备份保管库).",
    )
    receipt_key: ReceiptKey = Field(
        title="Signing key", description="Signs certificates and anchors, as it signs receipts."
    )
    packages: Path | None = Field(
        default=None,
        title="Packages",
        description="Folder in which evidence packages are put together and from which they are handed out (证据包).",
    )
    pages_url: str = Field(
        default="", title="Address of the desk", description="Where a court looks whether a package is in force."
    )
    timestamps: TimestampAuthority | None = Field(
        default=None, title="Timestamp authority", description="Without one, anchors say that they have no timestamp."
    )
    seal: SealCertificate | None = Field(
        default=None, title="Seal", description="Without one, papers have places for seals and carry none."
    )
    fonts: Path | None = Field(
        default=None, title="Fonts", description="Folder with further fonts, for rare characters of names (生僻字)."
    )
    speech: SpeechToText | None = Field(
        default=None, title="Speech to text", description="Without one, people write down what was said."
    )

    @classmethod
    def named(cls, name: str) -> Self:
        """The archive of this name that the installation keeps; what Prefect shows of it is only shown."""
        return kept(cls, name)

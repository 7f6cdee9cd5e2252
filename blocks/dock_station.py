"""The dock station: one place where recorders are docked, and everything a session there needs (Art. 16)."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Self

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.device_layouts import DEFAULT_LAYOUTS, DeviceLayout
from blocks.directory_vault import DirectoryVault
from blocks.kept import kept
from blocks.receipt_key import ReceiptKey
from blocks.receipt_link import receipt_link
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from blocks.secret_reference import revealed
from blocks.station_names import station_name
from blocks.unit_policy import UnitPolicy
from blocks.vault import SecondDigest
from regulation.errors import ActionDenied


class DockStation(Block):
    """A unit's dock. Whoever reaches the Prefect API can name any folder, so only those below `dock_roots` are read."""

    _block_type_name = "Custody dock station"
    _block_type_slug = "custody-dock-station"
    _description = (
        "A place where recorders are docked (采集工作站): its unit, folders, vault, registry and receipt key."
    )

    unit_code: str = Field(title="Unit", description="Code of the enforcement unit whose recorders are docked here.")
    dock_roots: list[Path] = Field(
        default_factory=list,
        title="Dock folders",
        description="Only dumps below these folders are taken in when a run is started from Prefect.",
    )
    registry: RegistryDatabase = Field(title="Registry")
    vault: DirectoryVault | S3Vault = Field(title="Vault")
    policy: UnitPolicy = Field(title="Policy", default_factory=UnitPolicy)
    receipt_key: ReceiptKey = Field(title="Receipt key")
    receipt_folder: Path = Field(title="Receipts", description="Folder for receipt.json and the receipt page.")
    pages_url: str | None = Field(
        default=None, title="Pages", description="Address of the pages that serve receipts, if they are served."
    )
    pages_key: SecretStr | None = Field(
        default=None, title="Key of the pages", description="Signs the links by which a receipt can be read."
    )
    wipe_allowed: bool = Field(
        default=False,
        title="Wiping allowed",
        description="Whether a run started from Prefect may wipe the recorder of what its receipt names.",
    )
    layouts: list[DeviceLayout] = Field(
        default_factory=lambda: list(DEFAULT_LAYOUTS),
        title="Device layouts",
        description="How recorders name their files; the first that fits is used.",
    )
    second_digest: SecondDigest = Field(
        default=SecondDigest.SM3, title="Second digest", description="Kept beside SHA-256: sm3 (GB/T 32905) or none."
    )
    files_at_once: int = Field(default=4, ge=1, le=64, title="Files at once")
    small_files_at_once: int = Field(
        default=32, ge=1, le=64, title="Small files at once", description="At most, where the vault takes its time."
    )
    probes_at_once: int = Field(default=2, ge=1, le=16, title="Probes at once")
    probe_seconds: float = Field(default=30.0, gt=0, title="Time limit of a probe, in seconds")
    settle_seconds: float = Field(
        default=3.0, ge=0, title="Settling time, in seconds", description="A file younger than this is looked at twice."
    )

    @classmethod
    def named(cls, name: str) -> Self:
        """The station of this name that the installation keeps; what Prefect shows of it is only shown."""
        return kept(cls, name)

    @classmethod
    def name_of(cls, unit_code: str) -> str:
        """The name under which this machine keeps a unit's station. Raises `ConfigurationError` where it keeps none."""
        own = station_name(None)
        if cls.named(own).unit_code == unit_code:
            return own
        name = station_name(unit_code)
        cls.named(name)
        return name

    def receipt_address(self, number: str, at: datetime) -> str | None:
        """The link under which receipt `number` can be read for a while from `at`; None where none are served."""
        if self.pages_url is None or self.pages_key is None:
            return None
        return receipt_link(self.pages_url, number, revealed(self.pages_key), at)

    def admitted(self, folder: Path) -> Path:
        """The real path of `folder`, refused unless it lies below one of the dock folders."""
        real = Path(os.path.realpath(folder))
        roots = [Path(os.path.realpath(root)) for root in self.dock_roots]
        if not any(real != root and real.is_relative_to(root) for root in roots):
            raise ActionDenied(
                "The folder is not below a dock folder of this station.", article="Art. 16", subject=str(folder)
            )
        return real

"""A dock station for a run: blocks made in memory, a unit in the registry, and no Prefect server anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bench.servers import NULL, S3
from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_abilities import Given
from blocks.s3_settings import Proof
from blocks.s3_store import S3Store
from blocks.s3_vault import S3Vault
from blocks.signing import new_private_key
from blocks.vault import SecondDigest
from registry.database import Registry
from registry.transitions import directory
from registry.transitions.directory import UnitEntry
from regulation.vocabulary import UnitLevel

UNIT = "chengguan"


def now() -> datetime:
    return datetime.now(UTC)


def enter_unit(registry: Registry) -> None:
    """The one row that a dock session must find."""
    with registry.acting("bench", now()) as act:
        directory.enter_units(act, [UnitEntry(UNIT, "示例局", UnitLevel.UNIT)])


def station(folder: Path, url: str, vault: DirectoryVault | S3Vault, second: str, **settings: Any) -> DockStation:
    """All settings as they come, but for what a run varies."""
    return DockStation(
        unit_code=UNIT,
        dock_roots=[folder],
        registry=RegistryDatabase(url=SecretStr(url)),
        vault=vault,
        receipt_key=ReceiptKey(private_key=SecretStr(new_private_key())),
        receipt_folder=folder / "receipts",
        second_digest=SecondDigest(second),
        settle_seconds=0,
        **settings,
    )


def s3_vault(server: S3) -> S3Vault:
    """The vault on `server`, tried; the null server would fail, so of it is taken for granted what AWS gives."""
    vault = s3_block(server)
    if server.name == NULL:
        given = Given(Proof.CHECKSUM, True, True, True, True, ())
        vault._store = S3Store(vault._settings(), given)
    else:
        vault.prepare()
    return vault


def s3_block(server: S3) -> S3Vault:
    """The vault on `server`, not tried yet."""
    return S3Vault(
        endpoint_url=server.endpoint,
        bucket=server.bucket,
        access_key=SecretStr(server.access_key),
        secret_key=SecretStr(server.secret_key),
    )

"""Blocks of this installation, registered with Prefect under their names. Import only after `Home.enter`."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from pathlib import Path

from prefect.blocks.core import Block
from pydantic import HttpUrl, SecretStr, ValidationError

from blocks.archive import Archive
from blocks.device_layouts import DEFAULT_LAYOUTS, DeviceLayout
from blocks.directory_vault import DirectoryVault
from blocks.dock_station import DockStation
from blocks.duty_watch import DutyWatch
from blocks.leader_notifier import LeaderNotifier
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from blocks.unit_policy import UnitPolicy
from deployments.home import Home, station_name
from deployments.notifier import notifier_of
from deployments.settings import Settings
from regulation.errors import ConfigurationError

BLOCK_TYPES: tuple[type[Block], ...] = (
    RegistryDatabase,
    DirectoryVault,
    S3Vault,
    UnitPolicy,
    ReceiptKey,
    DockStation,
    LeaderNotifier,
    DutyWatch,
    Archive,
)


def station_of(home: Home, *, unit: str | None = None, dock_roots: list[Path] | None = None) -> DockStation:
    """The station that the settings describe."""
    settings = home.settings
    return DockStation(
        unit_code=unit or settings.unit,
        dock_roots=settings.dock_roots if dock_roots is None else dock_roots,
        registry=RegistryDatabase(url=SecretStr(settings.registry_url)),
        vault=vault_of(settings),
        policy=policy_of(settings),
        receipt_key=ReceiptKey(private_key=SecretStr(home.receipt_key())),
        receipt_folder=settings.receipts,
        pages_url=settings.pages_url,
        pages_key=SecretStr(home.pages_key()),
        layouts=layouts_of(settings),
    )


def policy_of(settings: Settings) -> UnitPolicy:
    """The policy layers that the settings name."""
    return UnitPolicy(layers=[_text(path, "CUSTODY_POLICY_FILES") for path in settings.policy_files])


def watch_of(home: Home) -> DutyWatch:
    """The watch over duties that the settings describe. Raises `ConfigurationError` as `notifier_of` does."""
    return DutyWatch(
        registry=RegistryDatabase(url=SecretStr(home.settings.registry_url)),
        policy=policy_of(home.settings),
        notifier=notifier_of(home.settings),
        pages_url=home.settings.pages_url,
        pages_key=SecretStr(home.pages_key()),
        heartbeat_url=home.settings.heartbeat_url,
    )


def vault_of(settings: Settings) -> DirectoryVault | S3Vault:
    """The vault that the settings describe."""
    if settings.vault == "directory":
        return DirectoryVault(root=settings.vault_root, immutable=settings.vault_immutable)
    return S3Vault(
        endpoint_url=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        accepts_no_object_lock=settings.s3_accepts_no_object_lock,
    )


def layouts_of(settings: Settings) -> list[DeviceLayout]:
    """The layouts of `CUSTODY_LAYOUTS_FILE` (TOML, an array of tables `layout`) before the known ones."""
    if settings.layouts_file is None:
        return list(DEFAULT_LAYOUTS)
    try:
        tables = tomllib.loads(_text(settings.layouts_file, "CUSTODY_LAYOUTS_FILE")).get("layout", [])
        return [DeviceLayout.model_validate(table) for table in tables] + list(DEFAULT_LAYOUTS)
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        raise ConfigurationError(f"{settings.layouts_file}: {wrong}", subject="CUSTODY_LAYOUTS_FILE") from None


def _text(path: Path, setting: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.", subject=setting) from None


def register(home: Home, *, unit: str | None = None) -> DockStation:
    """Block types and this installation's documents, made or brought up to date; the vault prepared.

    Returns the station of `unit`, the installation's own by default.
    """
    _register_types(home)
    station = station_of(home, unit=unit)
    station.vault.prepare()
    station.registry.save("default", overwrite=True)
    station.vault.save("originals", overwrite=True)
    station.policy.save("default", overwrite=True)
    station.receipt_key.save("default", overwrite=True)
    station.save(station_name(unit), overwrite=True)
    return station


def register_watch(home: Home) -> DutyWatch:
    """The same for the watch over duties, apart because only whoever tells people needs the channels' secrets."""
    _register_types(home)
    watch = watch_of(home)
    if watch.notifier is None:
        _forget_notifier()
    else:
        watch.notifier.save("default", overwrite=True)
    watch.registry.save("default", overwrite=True)
    watch.policy.save("default", overwrite=True)
    watch.save("default", overwrite=True)
    return watch


def archive_of(home: Home) -> Archive:
    """The archive that the settings describe."""
    return Archive(
        registry=RegistryDatabase(url=SecretStr(home.settings.registry_url)),
        policy=policy_of(home.settings),
        vault=vault_of(home.settings),
        receipt_key=ReceiptKey(private_key=SecretStr(home.receipt_key())),
    )


def register_archive(home: Home) -> Archive:
    """The same for the archive."""
    _register_types(home)
    archive = archive_of(home)
    archive.save("default", overwrite=True)
    return archive


def _forget_notifier() -> None:
    """Without a notifier file there is no notifier."""
    with suppress(ValueError):  # there was none
        LeaderNotifier.delete("default")


def _register_types(home: Home) -> None:
    for block_type in BLOCK_TYPES:
        block_type._logo_url = HttpUrl(f"{home.settings.pages_url}/icons/{block_type.get_block_type_slug()}.svg")
        block_type.register_type_and_schema()

"""Blocks of this installation: kept in its home, and shown in Prefect under the same names. None holds a secret.

Import only after `talk_to`."""

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
from blocks.kept import keep
from blocks.leader_notifier import LeaderNotifier
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.s3_vault import S3Vault
from blocks.seal_certificate import SealCertificate
from blocks.speech_to_text import SpeechToText
from blocks.station_names import station_name
from blocks.timestamp_authority import TimestampAuthority
from blocks.unit_policy import UnitPolicy
from blocks.vault import Ability
from deployments.facts import reading
from deployments.home import PAGES_KEY, RECEIPT_KEY, Home
from deployments.notifier import notifier_of
from deployments.policies import policy_layers
from deployments.settings import Settings
from registry.queries.vaults import expects_originals
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
    TimestampAuthority,
    SealCertificate,
    SpeechToText,
    Archive,
)


def station_of(home: Home, *, unit: str | None = None, dock_roots: list[Path] | None = None) -> DockStation:
    """The station that the settings describe."""
    settings = home.settings
    return DockStation(
        unit_code=unit or settings.unit,
        dock_roots=settings.dock_roots if dock_roots is None else dock_roots,
        registry=registry_of(),
        vault=vault_of(settings),
        policy=policy_of(settings),
        receipt_key=ReceiptKey(private_key=_in_home(RECEIPT_KEY)),
        receipt_folder=settings.receipts,
        pages_url=settings.pages_url,
        pages_key=_in_home(PAGES_KEY),
        wipe_allowed=settings.wipe_allowed,
        layouts=layouts_of(settings),
    )


def registry_of() -> RegistryDatabase:
    """The registry of this installation."""
    return RegistryDatabase(url=_in_environment("CUSTODY_DATABASE_URL"))


def policy_of(settings: Settings) -> UnitPolicy:
    """The policy layers that the settings name."""
    layers = policy_layers(settings)
    return UnitPolicy(layers=[text for _, text in layers], files=[file for file, _ in layers])


def watch_of(home: Home) -> DutyWatch:
    """The watch over duties that the settings describe. Raises `ConfigurationError` as `notifier_of` does."""
    return DutyWatch(
        registry=registry_of(),
        policy=policy_of(home.settings),
        notifier=notifier_of(home.settings),
        pages_url=home.settings.pages_url,
        pages_key=_in_home(PAGES_KEY),
        heartbeat_url=_in_environment("CUSTODY_HEARTBEAT_URL") if home.settings.heartbeat_url else None,
    )


def vault_of(settings: Settings) -> DirectoryVault | S3Vault:
    """The vault that the settings describe."""
    if settings.vault == "directory":
        return DirectoryVault(root=settings.vault_root, immutable=settings.vault_immutable)
    return _s3_vault(settings, settings.s3_bucket)


def prepare_vault(home: Home) -> list[Ability]:
    """Make the vault that the settings describe ready to take originals in.

    Raises `ConfigurationError` or `Unavailable` where it is bare though the registry knows originals: on a disk that is
    not mounted, or under another name, whatever was put would be found by nobody.
    """
    vault = vault_of(home.settings)
    with reading(home) as session:
        expected = expects_originals(session, vault_address(home.settings))
    if expected and next(vault.listed(), None) is None:
        raise ConfigurationError(
            "The registry knows originals and this vault holds none: is its disk mounted, is it another folder or "
            "bucket? If it is lost, `custody vault lay-out` makes a new one.",
            article="Art. 7",
            subject="vault",
        )
    return vault.prepare()


def vault_address(settings: Settings) -> str:
    """Where the vault of the settings is: a folder's path, or a bucket with its server."""
    return str(settings.vault_root) if settings.vault == "directory" else f"{settings.s3_address}/{settings.s3_bucket}"


def replica_of(settings: Settings) -> DirectoryVault | S3Vault | None:
    """The second vault, where there is one."""
    if settings.replica_folder is not None:
        return DirectoryVault(root=settings.replica_folder, immutable=False)
    return _s3_vault(settings, settings.replica_bucket) if settings.replica_bucket else None


def _s3_vault(settings: Settings, bucket: str) -> S3Vault:
    return S3Vault(
        endpoint_url=settings.s3_address,
        bucket=bucket,
        region=settings.s3_region,
        access_key=_in_environment("CUSTODY_S3_ACCESS_KEY"),
        secret_key=_in_environment("CUSTODY_S3_SECRET_KEY"),
        accepts_no_object_lock=settings.s3_accepts_no_object_lock,
        certificate_authorities=None if settings.s3_certificates is None else str(settings.s3_certificates),
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


def archive_of(home: Home) -> Archive:
    """The archive that the settings describe."""
    return Archive(
        registry=registry_of(),
        policy=policy_of(home.settings),
        vault=vault_of(home.settings),
        replica=replica_of(home.settings),
        receipt_key=ReceiptKey(private_key=_in_home(RECEIPT_KEY)),
        timestamps=timestamps_of(home.settings),
        packages=home.settings.packages,
        seal=seal_of(home.settings),
        speech=SpeechToText(command=home.settings.speech_command) if home.settings.speech_command else None,
        pages_url=home.settings.pages_url,
        fonts=home.settings.fonts_folder,
    )


def seal_of(settings: Settings) -> SealCertificate | None:
    """The certificate that the settings name, if they do."""
    if settings.seal_certificate is None:
        return None
    return SealCertificate(
        certificate=settings.seal_certificate,
        secret=_in_environment("CUSTODY_SEAL_SECRET"),
        authority_url=settings.timestamp_url or None,
    )


def blocks_of(home: Home) -> dict[str, Block]:
    """The blocks that runs ask for, as the settings describe them; each by its slug and name."""
    made = (station_of(home), watch_of(home), archive_of(home))
    return {f"{block.get_block_type_slug()}/default": block for block in made}


def keep_blocks(home: Home) -> dict[str, Block]:
    """Keep them. Raises `ConfigurationError` naming the block and the secret that is not where it should be."""
    made = blocks_of(home)
    for block in made.values():
        keep(block, "default")
    return made


def register(home: Home, *, unit: str | None = None) -> DockStation:
    """This installation's station kept and shown in Prefect, made or brought up to date; the vault prepared.

    Returns the station of `unit`, the installation's own by default.
    """
    _register_types(home)
    station = station_of(home, unit=unit)
    prepare_vault(home)
    _show(station.registry, "default")
    _show(station.vault, "originals")
    _show(station.policy, "default")
    _show(station.receipt_key, "default")
    _keep_and_show(station, station_name(unit))
    return station


def register_watch(home: Home) -> DutyWatch:
    """The same for the watch over duties, apart because only whoever tells people needs the channels."""
    _register_types(home)
    watch = watch_of(home)
    if watch.notifier is None:
        _forget_notifier()
    else:
        _show(watch.notifier, "default")
    _show(watch.registry, "default")
    _show(watch.policy, "default")
    _keep_and_show(watch, "default")
    return watch


def timestamps_of(settings: Settings) -> TimestampAuthority | None:
    """The timestamp authority that the settings name, if they do."""
    if not settings.timestamp_url:
        return None
    file = settings.timestamp_certificates
    certificates = None if file is None else _text(file, "CUSTODY_TIMESTAMP_CERTIFICATES")
    try:
        return TimestampAuthority(
            url=settings.timestamp_url, certificates=certificates, policy=settings.timestamp_policy
        )
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = f"CUSTODY_TIMESTAMP_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise ConfigurationError(f"{first['msg']}.", subject=name) from None


def register_archive(home: Home) -> Archive:
    """The same for the archive."""
    _register_types(home)
    archive = archive_of(home)
    _keep_and_show(archive, "default")
    return archive


def _keep_and_show(block: Block, name: str) -> None:
    keep(block, name)
    _show(block, name)


def _show(block: Block, name: str) -> None:
    """So that people see in Prefect what is set; nobody takes it from there."""
    block.save(name, overwrite=True)


def _forget_notifier() -> None:
    """Without a notifier file there is no notifier."""
    with suppress(ValueError):  # there was none
        LeaderNotifier.delete("default")


def _in_environment(name: str) -> SecretStr:
    return SecretStr(f"env:{name}")


def _in_home(file: str) -> SecretStr:
    return SecretStr(f"file:{file}")


def _register_types(home: Home) -> None:
    for block_type in BLOCK_TYPES:
        block_type._logo_url = HttpUrl(f"{home.settings.pages_url}/icons/{block_type.get_block_type_slug()}.svg")
        block_type.register_type_and_schema()

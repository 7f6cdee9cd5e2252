"""Victims, and stations that several threads may make."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect.settings import get_current_settings
from sqlalchemy.engine import make_url

from registry.database import Registry
from tests.faults.copying import copying
from tests.faults.disposals import Copy, NewKept, Prepared, copy_of_file, prepare
from tests.faults.own_prefect import OwnPrefect
from tests.faults.victims import Victims
from tests.fixtures.databases import administer, started_postgres
from tests.fixtures.kept import keep_plain
from tests.fixtures.stations import Scene, build_scene
from tests.servers.postgresql import PostgresServer

NewScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def victims(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    """Victims on the session's Prefect server."""
    settings = get_current_settings()
    assert settings.api.url is not None
    quiet = {"PREFECT_API_URL": settings.api.url, "PREFECT_LOGGING_TO_API_ENABLED": "false"}
    made = Victims(tmp_path_factory.mktemp("victims"), quiet)
    yield made
    made.close()


@pytest.fixture(scope="session")
def own_prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPrefect]:
    """A system of our own with its server up."""
    made = OwnPrefect(tmp_path_factory.mktemp("own"))
    try:
        made.start_server()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def new_scene(
    prefect_server: None, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewScene]:
    """Makes stations, as `make_scene` does, for a whole module and from any thread."""
    made: list[Scene] = []

    def make(*, url: str | None = None, **settings: Any) -> Scene:
        name = f"station-{uuid4().hex[:8]}"
        folder = tmp_path_factory.mktemp(name, numbered=False)
        if url is None:
            shutil.copyfile(sqlite_template, folder / "registry.db")
            url = f"sqlite:///{folder / 'registry.db'}"
        scene = build_scene(
            folder, name, url, **({"probes_at_once": 1, "files_at_once": 2, "small_files_at_once": 2} | settings)
        )
        keep_plain(scene.station, name)
        made.append(scene)
        return scene

    yield make
    for scene in made:
        scene.registry.dispose()


@pytest.fixture(scope="session")
def prepared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    """The city whose footage is due, and the same with a list that was decided, on SQLite."""
    return prepare(tmp_path_factory.mktemp("prepared"), f"sqlite:///{sqlite_template}", copy_of_file)


@pytest.fixture(scope="module")
def new_kept(prepared: dict[str, Prepared], tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewKept]:
    """Makes archives, copies of what was prepared under that name, from any thread."""
    yield from copying(prepared, tmp_path_factory)


@pytest.fixture(scope="module")
def copy_on_postgres(own_postgres: PostgresServer) -> Copy:
    """Copies a registry on it that nobody has open."""

    def copy(url: str) -> str:
        name = f"custody_{uuid4().hex[:12]}"
        administer(own_postgres.url("postgres"), f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
        return own_postgres.url(name)

    return copy


@pytest.fixture(scope="module")
def empty_on_postgres(own_postgres: PostgresServer, copy_on_postgres: Copy) -> str:
    """The URL of an empty registry on it."""
    url = copy_on_postgres(own_postgres.url("template1"))
    registry = Registry(url)
    registry.migrate()
    registry.dispose()
    return url


@pytest.fixture(scope="module")
def new_kept_on_postgres(
    empty_on_postgres: str, copy_on_postgres: Copy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewKept]:
    """The same on a PostgreSQL that may be stopped."""
    prepared = prepare(tmp_path_factory.mktemp("prepared"), empty_on_postgres, copy_on_postgres)
    yield from copying(prepared, tmp_path_factory)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """One that may be stopped without disturbing others."""
    yield from started_postgres()


@pytest.fixture
def own_url(empty_on_postgres: str, copy_on_postgres: Copy) -> str:
    """A registry on it."""
    return copy_on_postgres(empty_on_postgres)

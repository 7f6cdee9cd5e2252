"""PostgreSQL stops in the middle of a session: waited for, or said clearly; and the next run finishes (Art. 16)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from registry.database import Registry
from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.promises import assert_all_done, contents_of
from tests.faults.victims import At, Order, Victims
from tests.fixtures.databases import started_postgres
from tests.servers.postgresql import PostgresServer

pytestmark = pytest.mark.servers

DOCKING = "registry.transitions.docking"
MOMENTS = (
    At("flows.upload:scan_dump", do="hold"),
    At("tasks.docking.take_in:_register", call=2, do="hold"),
    At(f"{DOCKING}:register_originals", "after", do="hold"),
    At(f"{DOCKING}:seal_session", "after", do="hold"),
    At("tasks.docking.wipe:_wipe", call=2, do="hold"),
)
"""Between two acts and in the middle of one."""


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """One that may be stopped without disturbing others."""
    yield from started_postgres()


@pytest.fixture
def url(own_postgres: PostgresServer) -> str:
    name = f"custody_{uuid4().hex[:12]}"
    engine = create_engine(own_postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    registry = Registry(own_postgres.url(name))
    registry.migrate()
    registry.dispose()
    return own_postgres.url(name)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_database_that_stays_away_is_said_clearly_and_the_next_run_finishes(
    moment: At,
    victims: Victims,
    new_scene: NewScene,
    media_samples: dict[str, bytes],
    own_postgres: PostgresServer,
    url: str,
) -> None:
    scene = new_scene(url=url)
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    victim = victims.start(Order(scene.dump, scene.name, wipe=True, moments=(moment,)))
    victim.wait_for()
    own_postgres.halt()
    victim.go_on()
    ended = victim.wait()
    own_postgres.start()

    assert (ended.error, ended.receipt) == ("Unavailable", None), ended
    again = victims.run(Order(scene.dump, scene.name, wipe=True))
    assert again.receipt is not None, again
    assert_all_done(scene, before)


@pytest.mark.parametrize("moment", [MOMENTS[2], MOMENTS[-1]], ids=str)
def test_a_database_that_comes_back_is_waited_for(
    moment: At,
    victims: Victims,
    new_scene: NewScene,
    media_samples: dict[str, bytes],
    own_postgres: PostgresServer,
    url: str,
) -> None:
    scene = new_scene(url=url)
    fill(scene.dump, media_samples)
    before = contents_of(scene.dump)
    missed = At("registry.failures:meaning_of", do="note")
    victim = victims.start(Order(scene.dump, scene.name, wipe=True, moments=(moment, missed)))
    victim.wait_for()
    own_postgres.halt()
    victim.go_on()
    victim.wait_for(1)
    own_postgres.start()

    ended = victim.wait()
    assert ended.receipt is not None, ended
    assert_all_done(scene, before)

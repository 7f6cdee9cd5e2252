"""PostgreSQL stops in the middle of a session: waited for, or said clearly; and the next run finishes (Art. 16)."""

from __future__ import annotations

import pytest

from tests.faults.conftest import NewScene
from tests.faults.dumps import fill
from tests.faults.promises import assert_all_done, contents_of
from tests.faults.victims import At, Order, Victims
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


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_database_that_stays_away_is_said_clearly_and_the_next_run_finishes(
    moment: At,
    victims: Victims,
    new_scene: NewScene,
    media_samples: dict[str, bytes],
    own_postgres: PostgresServer,
    own_url: str,
) -> None:
    scene = new_scene(url=own_url)
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
    own_url: str,
) -> None:
    scene = new_scene(url=own_url)
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

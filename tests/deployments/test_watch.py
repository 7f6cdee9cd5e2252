"""The folder watch: each dump is taken in once, whatever happened before (Art. 16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import ConnectError, Request, Response
from prefect.exceptions import PrefectHTTPStatusError

from deployments import watch as watching
from deployments.home import Home
from deployments.settings import Settings
from deployments.watch import Place, Watch, state_of
from registry.queries import dock_sessions
from registry.transitions import docking
from tests.fixtures.stations import NOON, MakeScene, Scene

pytestmark = pytest.mark.servers


@dataclass
class Watched:
    """A watch on a scene's dock folder whose runs go through the real flow, or are only counted."""

    scene: Scene
    watch: Watch
    runs: list[dict[str, Any]] = field(default_factory=list)
    working: bool = True

    def look(self) -> None:
        self.watch.run(once=True)


@pytest.fixture
def watched(make_scene: MakeScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    scene = make_scene()
    url = scene.station.registry.url
    home = Home(Settings(home=tmp_path / "home", database_url=url, unit="chengguan"))
    watch = Watch(home, [Place(scene.dock, None, wipe=False, settle_seconds=0.0)], deployed=False)
    found = Watched(scene, watch)
    flow = watching.upload_dock_session

    def run(folder: Path, *, station: str, wipe: bool) -> None:
        found.runs.append({"folder": folder, "station": station, "wipe": wipe})
        if found.working:
            flow(folder, station=scene.name, wipe=wipe)

    monkeypatch.setattr(watching, "upload_dock_session", run)
    monkeypatch.setattr(watching, "register", lambda home, unit=None: scene.station)
    yield found


def test_a_dump_that_appears_is_taken_in_once(watched: Watched) -> None:
    (watched.scene.dump / "a.txt").write_text("a")
    watched.look()
    watched.look()
    assert len(watched.runs) == 1
    assert len(watched.scene.originals()) == 1


def test_an_empty_folder_is_no_dump(watched: Watched) -> None:
    watched.look()
    assert watched.runs == []


def test_a_dump_that_changed_is_taken_in_again(watched: Watched) -> None:
    (watched.scene.dump / "a.txt").write_text("a")
    watched.look()
    (watched.scene.dump / "b.txt").write_text("b")
    watched.look()
    assert len(watched.runs) == 2
    assert len(watched.scene.originals()) == 2


def test_a_new_watch_knows_what_was_taken_in(watched: Watched) -> None:
    (watched.scene.dump / "a.txt").write_text("a")
    watched.look()
    watched.watch._seen.clear()
    watched.look()
    assert len(watched.runs) == 1


def test_a_run_that_died_is_begun_again_after_a_while_and_not_at_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    (watched.scene.dump / "a.txt").write_text("a")
    watched.working = False
    watched.look()
    watched.look()
    assert len(watched.runs) == 1
    (seen,) = watched.watch._seen.values()
    assert seen.started is not None
    seen.started -= watching.FIRST_PATIENCE_SECONDS
    watched.look()
    assert len(watched.runs) == 2
    assert seen.patience == 2 * watching.FIRST_PATIENCE_SECONDS


def test_a_dump_that_somebody_works_on_is_left_to_them(watched: Watched) -> None:
    scene = watched.scene
    (scene.dump / "a.txt").write_text("a")
    with scene.registry.acting("test", datetime.now(UTC)) as act:
        session = docking.open_session(act, unit_code="chengguan", source=str(scene.dump))
        assert docking.take_lease(act, session.id, "elsewhere:1:1", timedelta(minutes=5))
    watched.look()
    assert watched.runs == []


def test_one_dump_that_cannot_be_taken_in_does_not_stop_the_others(watched: Watched) -> None:
    other = watched.scene.dock / "another"
    other.mkdir()
    (other / "b.txt").write_text("b")
    (watched.scene.dump / "a.txt").write_text("a")
    with watched.scene.registry.acting("test", NOON) as act:
        docking.open_session(act, unit_code="chengguan", source=str(other))
    watched.look()
    assert {run["folder"].name for run in watched.runs} == {"another", "dump"}


def test_what_docks_pushed_is_taken_in_for_their_unit_and_wiped(watched: Watched, tmp_path: Path) -> None:
    batch = tmp_path / "ready" / "chengguan" / "batch-1"
    batch.mkdir(parents=True)
    (batch / "a.txt").write_text("a")
    with watched.scene.registry.acting("dock:1", NOON) as act:
        docking.open_session(act, unit_code="chengguan", source=str(batch))
    watched.watch._spool = tmp_path / "ready"
    watched.look()
    assert watched.runs == [{"folder": batch, "station": "unit-chengguan", "wipe": True}]
    assert list(batch.iterdir()) == []
    assert len(watched.scene.originals()) == 1


def test_the_outline_of_a_dump_is_what_its_scan_entered(watched: Watched) -> None:
    (watched.scene.dump / "a.txt").write_text("abc")
    (watched.scene.dump / "link").symlink_to("/etc/passwd")
    watched.look()
    with watched.scene.registry.reading() as reading:
        assert dock_sessions.last_sealed_state_of(reading, str(watched.scene.dump)) == state_of(watched.scene.dump)


@pytest.mark.parametrize(("by", "stays"), [("watch", True), ("operator:1000", False)])
def test_wiping_is_for_whoever_has_the_recorder_in_hand(
    make_scene: MakeScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str, stays: bool
) -> None:
    """Where the station does not let Prefect wipe, whoever typed the command may."""
    scene = make_scene(wipe_allowed=False)
    home = Home(Settings(home=tmp_path / "home", database_url=scene.station.registry.url, unit="chengguan"))
    flow = watching.upload_dock_session
    monkeypatch.setattr(
        watching, "upload_dock_session", lambda folder, *, station, wipe: flow(folder, station=scene.name, wipe=wipe)
    )
    monkeypatch.setattr(watching, "register", lambda home, unit=None: scene.station)
    (scene.dump / "a.txt").write_text("a")
    Watch(home, [Place(scene.dock, None, True, 0.0, by)], deployed=False).run(once=True)
    assert (scene.dump / "a.txt").exists() == stays


@pytest.mark.parametrize("failure", [ConnectError("refused"), PrefectHTTPStatusError, RuntimeError("a run that broke")])
def test_a_prefect_that_is_restarted_is_not_the_end_of_the_watch(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, failure: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (watched.scene.dump / "a.txt").write_text("a")
    if failure is PrefectHTTPStatusError:
        request = Request("GET", "http://localhost/api")
        failure = PrefectHTTPStatusError("503", request=request, response=Response(503, request=request))

    def broken(*_: object, **__: object) -> None:
        raise failure

    well = watching.upload_dock_session
    monkeypatch.setattr(watching, "upload_dock_session", broken)
    watched.look()
    assert f"({type(failure).__name__}); it is tried again" in " ".join(capsys.readouterr().err.split())
    assert watched.scene.originals() == []
    (seen,) = watched.watch._seen.values()
    assert seen.started is not None
    seen.started -= watching.FIRST_PATIENCE_SECONDS
    monkeypatch.setattr(watching, "upload_dock_session", well)
    watched.look()
    assert len(watched.scene.originals()) == 1


def test_a_dock_folder_that_is_taken_away_is_told_and_waited_for(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    away = watched.scene.dock.with_name("away")
    watched.scene.dock.rename(away)
    watched.look()
    assert "No such file or directory" in capsys.readouterr().err
    away.rename(watched.scene.dock)
    (watched.scene.dump / "a.txt").write_text("a")
    watched.look()
    assert len(watched.scene.originals()) == 1

"""kill -9 of a conversion's run at every act and between, while it makes and while it packs; then the same again (Art.
19)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulation.conversion_states import ConversionState
from tests.faults.conversions import PHOTO, VIDEO, Kept, NewKept, prepare
from tests.faults.copying import copying
from tests.faults.disposals import Copy
from tests.faults.fates import fates_of
from tests.faults.victims import At, Victims
from tests.fixtures.kept import keep_plain
from tests.fixtures.patience import wait_until
from tests.fixtures.processes import is_there
from tests.servers.timestamps import TimestampServer

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
APPEND = "registry.act:append"
CONVERSION = "registry.transitions.conversion"
ANCHORING = "registry.transitions.anchoring"
RETENTION = "registry.transitions.retention"
VAULT = "blocks.directory_vault:DirectoryVault"
DOCUMENT = "blocks.folder_store:FolderStore.put_document"
STAMP = "blocks.timestamp_authority:TimestampAuthority.stamp"
FLOW = "flows.evidence_conversion"
MAKE = "tasks.conversion.make"
CONTENTS = "tasks.conversion.contents"
ISSUE = "tasks.conversion.issue"
PACKAGE = "tasks.packing.package"
WRITING = "tasks.packing.writing"
DERIVE = f"{MAKE}:derive"

MAKING_ACTS, PACKING_ACTS = 4, 10
"""How many acts each has where nothing disturbs it."""

MAKING = (
    *(At(COMMIT, "after", call=act) for act in range(1, MAKING_ACTS + 1)),
    At("tasks.conversion.originals:Original.check", "after"),
    At("tasks.conversion.originals:Original.check", "after", call=2),
    *(At("tasks.conversion.originals:Original.part", "after", call=call, armed_by=DERIVE) for call in (1, 3)),
    *(At(DERIVE, "after", call=call) for call in (1, 2, 3)),
    *(At("pathlib:Path.replace", "after", call=call, armed_by=DERIVE) for call in (1, 2, 3, 6)),
    At(f"{MAKE}:_note"),
    At(f"{CONVERSION}:enter_outputs"),
    At(APPEND, "after", armed_by=f"{CONVERSION}:enter_outputs"),
    At(COMMIT, armed_by=f"{CONVERSION}:enter_outputs"),
    At(f"{FLOW}:publish_conversion"),
)
PACKING = (
    *(At(COMMIT, "after", call=act) for act in range(1, PACKING_ACTS + 1)),
    At(f"{ANCHORING}:make_anchor"),
    At(DOCUMENT, "after", armed_by=f"{ANCHORING}:make_anchor"),
    At(STAMP, "after"),
    At(f"{CONTENTS}:papers_of"),
    At(f"{CONTENTS}:_write", "after"),
    At(f"{CONTENTS}:_write", "after", call=5),
    At("pathlib:Path.rename", armed_by=f"{CONTENTS}:papers_of"),
    At("pathlib:Path.rename", "after", armed_by=f"{CONTENTS}:papers_of"),
    At(f"{PACKAGE}:write_bag"),
    At(f"{WRITING}:write_all", "after", call=3),
    At(f"{WRITING}:Writer.write", "after", call=9),
    At(f"{PACKAGE}:Sealer.seal"),
    At(STAMP, "after", call=2),
    At(f"{PACKAGE}:Sealer.seal", "after"),
    At("os:rename", armed_by=f"{PACKAGE}:write_bag"),
    At("os:rename", "after", armed_by=f"{PACKAGE}:write_bag"),
    At("os:rename", armed_by=f"{PACKAGE}:Sealer.seal"),
    At(f"{PACKAGE}:write_bag", "after"),
    At(f"{PACKAGE}:write_image"),
    At("tasks.packing.image:_Source.read", "after", call=3),
    At("os:replace", armed_by=f"{PACKAGE}:write_image"),
    At(f"{PACKAGE}:write_image", "after"),
    At("os:replace", armed_by=f"{PACKAGE}:write_small"),
    At(f"{PACKAGE}:write_small", "after"),
    At(f"{PACKAGE}:label_pdf", "after"),
    At(f"{PACKAGE}:write_small", "after", call=2),
    *(At(DOCUMENT, "after", call=call, armed_by=f"{ISSUE}:pack") for call in (1, 2, 3)),
    At("blocks.folder_store:publish", armed_by=f"{ISSUE}:pack"),
    At(f"{CONVERSION}:issue"),
    At(APPEND, "after", armed_by=f"{CONVERSION}:issue"),
    At(COMMIT, armed_by=f"{CONVERSION}:issue"),
    At(f"{FLOW}:hold_originals"),
    At(f"{RETENTION}:settle_terms", "after"),
    At(f"{VAULT}.set_legal_hold"),
    At(f"{VAULT}.set_legal_hold", "after"),
    At(COMMIT, armed_by=f"{RETENTION}:note_vault"),
    At(f"{FLOW}:publish_conversion"),
)
STATES = {"making": ConversionState.CHECKING, "packing": ConversionState.ISSUED}

Moment = tuple[str, At]
Fates = dict[Moment, Future[None]]
Stories = dict[str, dict[str, Any]]

MOMENTS: list[Moment] = [("making", one) for one in MAKING] + [("packing", one) for one in PACKING]


@pytest.fixture(scope="module")
def new_kept(
    prefect_server: None,
    sqlite_template: Path,
    media_samples: dict[str, bytes],
    timestamp_server: TimestampServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NewKept]:
    """Makes archives, copies of what was prepared under that name, from any thread."""
    timestamp_server.status = 200
    folder = tmp_path_factory.mktemp("conversions")
    prepared = prepare(folder, f"sqlite:///{sqlite_template}", media_samples, timestamp_server)
    yield from copying(prepared, tmp_path_factory)


@pytest.fixture(scope="module")
def new_kept_on_postgres(
    prefect_server: None,
    empty_on_postgres: str,
    copy_on_postgres: Copy,
    media_samples: dict[str, bytes],
    timestamp_server: TimestampServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NewKept]:
    """The same on PostgreSQL, where a killed act is rolled back by a server that lives on."""
    timestamp_server.status = 200
    folder = tmp_path_factory.mktemp("conversions")
    prepared = prepare(folder, empty_on_postgres, media_samples, timestamp_server, copy_on_postgres)
    yield from copying(prepared, tmp_path_factory)


@pytest.fixture(scope="module")
def undisturbed(victims: Victims, new_kept: NewKept) -> Stories:
    """What comes of each where nothing happens to it."""
    stories = {}
    for stage in STATES:
        kept = new_kept(stage)
        finish(stage, kept, victims)
        stories[stage] = kept.story()
    return stories


@pytest.fixture(scope="module")
def fates(request: pytest.FixtureRequest, victims: Victims, new_kept: NewKept, undisturbed: Stories) -> Iterator[Fates]:
    """All moments that were asked for, two at once."""
    yield from fates_of(request, lambda moment: suffer(moment, victims, new_kept, undisturbed))


def suffer(moment: Moment, victims: Victims, new_kept: NewKept, undisturbed: Stories) -> None:
    """Killed at the moment, and the same again."""
    stage, at = moment
    kept = new_kept(stage)
    killed(kept, victims, at)
    finish(stage, kept, victims)
    assert kept.story() == undisturbed[stage]


def killed(kept: Kept, victims: Victims, at: At) -> None:
    """Nothing that has its name by then is half, and it stays as it is."""
    ended = victims.run(kept.order(at))
    assert ended.killed, ended
    kept.assert_sound()


def finish(stage: str, kept: Kept, victims: Victims) -> None:
    """Run to the end. What had its name before is the same afterwards."""
    before = kept.named_files()
    again = victims.run(kept.order())
    assert (again.error, again.state) == (None, STATES[stage]), again
    after = kept.named_files()
    assert {name: after.get(name) for name in before} == before
    kept.assert_made() if stage == "making" else kept.assert_issued()


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[0]}, {moment[1]}")
def test_killed_and_run_again_it_is_made_and_issued_once(moment: Moment, fates: Fates) -> None:
    fates[moment].result()


@pytest.mark.parametrize("moment", MOMENTS[::6], ids=lambda moment: f"{moment[0]}, {moment[1]}")
def test_on_postgresql_the_same_comes_of_it(
    moment: Moment, victims: Victims, new_kept_on_postgres: NewKept, undisturbed: Stories
) -> None:
    suffer(moment, victims, new_kept_on_postgres, undisturbed)


@pytest.mark.parametrize(("stage", "acts"), [("making", MAKING_ACTS), ("packing", PACKING_ACTS)])
def test_there_are_no_more_acts_than_it_is_killed_after(
    stage: str, acts: int, victims: Victims, new_kept: NewKept
) -> None:
    ended = victims.run(new_kept(stage).order(At(COMMIT, "after", call=acts + 1)))
    assert (ended.killed, ended.error) == (False, None), ended


def test_what_nothing_disturbs_makes_everything_and_tells_each_person_once(undisturbed: Stories) -> None:
    made, issued = undisturbed["making"], undisturbed["packing"]
    assert [(kind, problem) for kind, _, _, problem in made["outputs"]] == [
        ("clip", None),
        ("protected", None),
        ("still", None),
    ]
    assert made["notices"]["A2", "conversion check"] == 1
    assert {person: count for (person, what), count in issued["notices"].items() if what == "conversion outcome"} == {
        "A1": 1,
        "A2": 1,
    }
    assert {name: held for name, (_, held) in issued["originals"].items()} == {VIDEO: True, PHOTO: True}
    assert sum(one.startswith("statements/") for one in issued["documents"]) == 3
    assert [one.rpartition("/")[2] for one in issued["files"] if "/data/" not in one and one.endswith(".iso")]


def test_killed_again_and_again_it_gets_there(victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("making")
    for at in (
        At("tasks.conversion.originals:Original.check", "after"),
        At(DERIVE, "after"),
        At("pathlib:Path.replace", "after", armed_by=DERIVE),
        At(f"{MAKE}:_note"),
        At(DERIVE, "after", call=2),
        At(f"{CONVERSION}:enter_outputs"),
    ):
        killed(kept, victims, at)
    finish("making", kept, victims)
    kept.now += timedelta(minutes=1)
    people = kept.converting()
    [one] = people.all()
    people.check(one.id)
    people.sign(one.id)
    for at in (
        At(f"{ANCHORING}:make_anchor", "after"),
        At(f"{CONTENTS}:papers_of"),
        At("pathlib:Path.rename", "after", armed_by=f"{CONTENTS}:papers_of"),
        At(f"{PACKAGE}:Sealer.seal", "after"),
        At(f"{PACKAGE}:write_bag", "after"),
        At("os:replace", armed_by=f"{PACKAGE}:write_image"),
        At(f"{PACKAGE}:write_image", "after"),
        At(f"{PACKAGE}:label_pdf", "after"),
        At(DOCUMENT, "after", call=2),
        At(COMMIT, armed_by=f"{CONVERSION}:issue"),
        At(f"{CONVERSION}:issue", "after"),
    ):
        killed(kept, victims, at)
    finish("packing", kept, victims)


@pytest.mark.parametrize(("stage", "at"), [("making", At(DERIVE, "after", call=2)), ("packing", At(STAMP, call=2))])
def test_the_same_as_prefect_runs_it(
    stage: str, at: At, victims: Victims, new_kept: NewKept, undisturbed: Stories
) -> None:
    kept = new_kept(stage)
    keep_plain(kept.archive, kept.name)
    ended = victims.run(kept.order(at, archive=None))
    assert ended.killed, ended
    kept.assert_sound()
    again = victims.run(kept.order(archive=None))
    assert (again.error, again.state) == (None, STATES[stage]), again
    assert kept.story() == undisturbed[stage]


def test_nothing_that_parses_media_outlives_a_killed_run(victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("making")
    run = victims.start(kept.order(At("tasks.conversion.originals:Original.part", do="hold", armed_by=DERIVE)))
    run.wait_for()
    servers = _children_of(run.process)
    [child] = _jobs_of(run.process)
    assert "tasks.deriving.worker" in Path(f"/proc/{child}/cmdline").read_text()
    assert run.kill().killed
    wait_until(lambda: not any(is_there(one) for one in (child, *servers)), "it is still there")


def _children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(one) for task in tasks for one in (task / "children").read_text().split()]


def _jobs_of(process: int) -> list[int]:
    """What the servers among its children have forked."""
    return [job for server in _children_of(process) for job in _children_of(server)]


@pytest.mark.parametrize("call", [1, 3])
def test_a_child_that_is_killed_is_no_word_about_the_recording(
    call: int, victims: Victims, new_kept: NewKept, undisturbed: Stories
) -> None:
    kept = new_kept("making")
    at = At("tasks.conversion.originals:Original.part", do="hold", call=call, armed_by=DERIVE)
    run = victims.start(kept.order(at))
    run.wait_for()
    [child] = _jobs_of(run.process)
    os.kill(child, signal.SIGKILL)
    run.go_on()
    ended = run.wait()
    assert (ended.error, ended.state) == (None, STATES["making"]), ended
    kept.assert_made()
    assert kept.story() == undisturbed["making"]


def test_servers_that_are_killed_are_started_anew(victims: Victims, new_kept: NewKept, undisturbed: Stories) -> None:
    kept = new_kept("making")
    run = victims.start(kept.order(At("tasks.conversion.originals:Original.part", do="hold", armed_by=DERIVE)))
    run.wait_for()
    for server in _children_of(run.process):
        os.kill(server, signal.SIGKILL)
    run.go_on()
    ended = run.wait()
    assert (ended.error, ended.state) == (None, STATES["making"]), ended
    assert kept.story() == undisturbed["making"]


FULL = (
    ("making", At(f"{MAKE}:_note", do="fill the disk")),
    ("packing", At(f"{CONTENTS}:_write", do="fill the disk", call=2)),
    ("packing", At(f"{WRITING}:Writer.write", do="fill the disk", call=5)),
    ("packing", At(f"{PACKAGE}:write_image", do="fill the disk")),
    ("packing", At(f"{PACKAGE}:write_small", do="fill the disk", call=2)),
)


@pytest.mark.parametrize("moment", FULL, ids=lambda moment: f"{moment[0]}, {moment[1]}")
def test_once_there_is_room_on_a_full_disk_the_next_run_finishes(
    moment: Moment, victims: Victims, new_kept: NewKept, undisturbed: Stories
) -> None:
    stage, at = moment
    kept = new_kept(stage)
    ended = victims.run(kept.order(at))
    assert ended.error is not None, ended
    kept.assert_sound()
    finish(stage, kept, victims)
    assert kept.story() == undisturbed[stage]


HELD = (
    *(("making", At(target, when, armed_by=armed, do="hold")) for target, when, armed in (
        (DERIVE, "before", None),
        (DERIVE, "after", None),
        ("pathlib:Path.replace", "after", DERIVE),
        (f"{MAKE}:_outputs", "after", None),
    )),
    *(("packing", At(target, when, armed_by=armed, do="hold")) for target, when, armed in (
        ("tasks.anchoring.steps:sound_stretch", "after", None),
        (f"{CONTENTS}:_write", "after", None),
        ("pathlib:Path.rename", "before", f"{CONTENTS}:papers_of"),
        (f"{WRITING}:Writer.write", "after", None),
        ("os:rename", "before", f"{PACKAGE}:write_bag"),
        ("os:replace", "before", f"{PACKAGE}:write_image"),
        (f"{ISSUE}:_keep_statement", "after", None),
        (f"{VAULT}.set_legal_hold", "before", None),
    )),
)  # fmt: skip


@pytest.mark.parametrize("moment", HELD, ids=lambda moment: f"{moment[0]}, {moment[1]}")
def test_two_runs_at_once_make_and_issue_it_once(
    moment: Moment, victims: Victims, new_kept: NewKept, undisturbed: Stories
) -> None:
    stage, at = moment
    kept = new_kept(stage)
    first = victims.start(kept.order(at))
    first.wait_for()
    # Where the first one works, the second one comes as far as the lock, and waits there.
    second = victims.start(kept.order(At("fcntl:flock", do="note"), At(f"{FLOW}:hold_originals", do="note")))
    while not (second.reached(0) or second.reached(1)):
        assert second.poll() is None or second.reached(0) or second.reached(1), second.poll()
        time.sleep(0.01)
    first.go_on()
    for ended in (first.wait(), second.wait()):
        assert (ended.error, ended.state) == (None, STATES[stage]), ended
    kept.assert_made() if stage == "making" else kept.assert_issued()
    assert kept.story() == undisturbed[stage]

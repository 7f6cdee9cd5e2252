"""kill -9 of the sweep over terms and of a list being carried out, at every act and between; then the same again
(Art. 18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from tests.faults.disposals import LIST, Kept, NewKept
from tests.faults.due_city import DUE, EVERYTHING, THEIRS
from tests.faults.fates import fates_of
from tests.faults.victims import At, Victims

pytestmark = pytest.mark.servers

COMMIT = "registry.act:Act.commit"
APPEND = "registry.act:append"
FLOW = "flows.retention_expiry"
DISPOSAL = "registry.transitions.disposal"
RETENTION = "registry.transitions.retention"
VAULT = "blocks.directory_vault:DirectoryVault"
LETTING_GO = "blocks.folder_destroying:LettingGo"
PAPER = "blocks.folder_store:FolderStore.put_document"

SWEEP_ACTS, CARRYING_ACTS = 13, 12
"""How many acts each has where nothing disturbs it."""

SWEEPING = (
    *(At(COMMIT, "after", call=act) for act in range(1, SWEEP_ACTS + 1)),
    At(APPEND, "after", armed_by=f"{RETENTION}:settle_terms"),
    At(f"{VAULT}.set_legal_hold", "after"),
    At(f"{VAULT}.extend_retention", "after"),
    At("os:replace", armed_by=f"{VAULT}.set_legal_hold"),
    At("os:replace", "after", armed_by=f"{VAULT}.set_legal_hold"),
    At(COMMIT, armed_by=f"{RETENTION}:note_vault"),
    At(COMMIT, call=2, armed_by=f"{RETENTION}:note_vault"),
    At(COMMIT, armed_by="tasks.retention.lists:tell_coming"),
    At(APPEND, "after", armed_by=f"{DISPOSAL}:list_due"),
    At("tasks.retention.lists:nudge_list"),
    At("tasks.retention.lists:nudge_list", "after"),
    At(f"{FLOW}:finish_sweep"),
    At(COMMIT, armed_by="registry.transitions.notices:finish_sweep"),
    At(f"{FLOW}:publish_sweep"),
)
CARRYING = (
    *(At(COMMIT, "after", call=act) for act in range(1, CARRYING_ACTS + 1)),
    At(COMMIT, armed_by=f"{DISPOSAL}:begin_list"),
    At(APPEND, "after", armed_by=f"{DISPOSAL}:begin_items"),
    At(f"{VAULT}.destroy"),
    At("blocks.folder_destroying:_unlink"),
    At("blocks.folder_destroying:_unlink", "after"),
    At("blocks.folder_destroying:_unlink", "after", call=2),
    At("blocks.folder_destroying:_unlink", "after", call=3),
    At("blocks.folder_destroying:_unlink", "after", call=5),
    At("blocks.folder_locks:FolderLocks.forget"),
    At("blocks.folder_locks:FolderLocks.forget", "after", call=2),
    At(f"{VAULT}.destroy", "after"),
    At(f"{VAULT}.destroy", "after", call=2),
    At(f"{VAULT}.destroy", "after", call=3),
    At(f"{DISPOSAL}:finish_items", "after"),
    At(APPEND, "after", armed_by=f"{DISPOSAL}:finish_items"),
    At(COMMIT, armed_by=f"{DISPOSAL}:finish_list"),
    At("tasks.disposal.certificate:typeset", "after"),
    At("blocks.folder_store:publish", armed_by=PAPER),
    At("blocks.folder_store:publish", "after", armed_by=PAPER),
    At(PAPER, "after"),
    At(f"{DISPOSAL}:certify", "after"),
    At(f"{FLOW}:publish_list"),
    At(f"{FLOW}:publish_list", "after"),
)
STAGES = {"retain": "due", "dispose": "decided"}

Moment = tuple[str, At]
Fates = dict[Moment, Future[None]]
Stories = dict[str, dict[str, Any]]

MOMENTS: list[Moment] = [("retain", one) for one in SWEEPING] + [("dispose", one) for one in CARRYING]


@pytest.fixture(scope="module")
def undisturbed(victims: Victims, new_kept: NewKept) -> Stories:
    """What comes of each where nothing happens to it."""
    stories = {}
    for flow, stage in STAGES.items():
        kept = new_kept(stage)
        assert victims.run(kept.order(flow)).error is None
        stories[flow] = kept.story()
    return stories


@pytest.fixture(scope="module")
def fates(request: pytest.FixtureRequest, victims: Victims, new_kept: NewKept, undisturbed: Stories) -> Iterator[Fates]:
    """All moments that were asked for, two at once."""
    yield from fates_of(request, lambda moment: suffer(moment, victims, new_kept, undisturbed))


def suffer(moment: Moment, victims: Victims, new_kept: NewKept, undisturbed: Stories) -> None:
    """Killed at the moment, and the same again."""
    flow, at = moment
    kept = new_kept(STAGES[flow])
    ended = victims.run(kept.order(flow, at))
    assert ended.killed, ended
    kept.assert_sound()
    finish(flow, kept, victims, undisturbed)


def finish(flow: str, kept: Kept, victims: Victims, undisturbed: Stories) -> None:
    """Run to the end, and all is as if nothing had happened."""
    again = victims.run(kept.order(flow))
    assert again.error is None, again
    if flow == "dispose":
        assert again.state == "done"
        kept.assert_carried_out()
    kept.assert_sound()
    assert kept.story() == undisturbed[flow]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[0]}, {moment[1]}")
def test_killed_and_run_again_nothing_is_lost_or_double(moment: Moment, fates: Fates) -> None:
    fates[moment].result()


@pytest.mark.parametrize(("flow", "acts"), [("retain", SWEEP_ACTS), ("dispose", CARRYING_ACTS)])
def test_there_are_no_more_acts_than_it_is_killed_after(
    flow: str, acts: int, victims: Victims, new_kept: NewKept
) -> None:
    ended = victims.run(new_kept(STAGES[flow]).order(flow, At(COMMIT, "after", call=acts + 1)))
    assert (ended.killed, ended.error) == (False, None), ended


def test_what_nothing_disturbs_tells_each_person_once_and_keeps_the_rest(undisturbed: Stories) -> None:
    swept, carried_out = undisturbed["retain"], undisturbed["dispose"]
    assert [(number, len(items)) for number, _, items in swept["lists"]] == [
        ("DL-jt-2027-00001", len(THEIRS)),
        (LIST, len(DUE)),
    ]
    told = {("A3", "due 1"), ("A3", f"appraise {LIST}"), ("B1", "appraise DL-jt-2027-00001")}
    assert swept["notices"] == Counter(told)
    assert {name for name, (_, is_held) in swept["vault"].items() if is_held} == EVERYTHING - {*DUE, *THEIRS, "coming"}
    outcome = {who for who, what in carried_out["notices"] if what == f"outcome {LIST}"}
    assert outcome == {"A1", "A2", "A3", "L3"}
    assert set(carried_out["notices"].values()) == {1}

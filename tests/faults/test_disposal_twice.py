"""The same list carried out by two processes, two sweeps over terms at once, and what changes between two tries
(Art. 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.transitions import directory
from registry.transitions.directory import PersonEntry
from tests.faults.disposals import Kept, NewKept
from tests.faults.victims import At, Victims

pytestmark = pytest.mark.servers

FLOW = "flows.retention_expiry"
COMMIT = "registry.act:Act.commit"
DISPOSAL = "registry.transitions.disposal"
RETENTION = "registry.transitions.retention"
VAULT = "blocks.directory_vault:DirectoryVault"

CARRYING = (
    At(f"{FLOW}:destroy_decided", do="hold"),
    At(f"{VAULT}.destroy", do="hold"),
    At("blocks.folder_destroying:_unlink", "after", do="hold"),
    At(f"{VAULT}.destroy", "after", do="hold"),
    At(f"{VAULT}.destroy", "after", call=3, do="hold"),
    At(f"{FLOW}:issue_certificate", do="hold"),
    At("tasks.disposal.certificate:typeset", "after", do="hold"),
    At("blocks.folder_store:publish", armed_by="tasks.disposal.certificate:typeset", do="hold"),
    At("blocks.folder_store:FolderStore.put_document", "after", do="hold"),
)
SWEEPING = (
    At(f"{FLOW}:settle_terms", do="hold"),
    At(f"{VAULT}.set_legal_hold", "after", do="hold"),
    At(f"{FLOW}:list_due", do="hold"),
    At(COMMIT, "after", armed_by=f"{DISPOSAL}:list_due", do="hold"),
    At(f"{FLOW}:finish_sweep", do="hold"),
)
LONG_SILENCE = timedelta(minutes=3)


@pytest.fixture(scope="module")
def swept(victims: Victims, new_kept: NewKept) -> dict[str, object]:
    """What comes of one sweep that nothing disturbs."""
    kept = new_kept("due")
    assert victims.run(kept.order("retain")).error is None
    return kept.story()


@pytest.mark.parametrize("moment", CARRYING, ids=str)
def test_a_list_carried_out_by_another_meanwhile_goes_once(moment: At, victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("decided")
    first = victims.start(kept.order("dispose", moment))
    first.wait_for()
    second = victims.start(kept.order("dispose"))
    if "_unlink" in moment.target:
        first.go_on()  # no lock of the vault changes while one goes: the other waits for it
    ended = second.wait()
    assert ended.state == "done", ended
    first.go_on()
    ended = first.wait()
    assert ended.state == "done", ended
    kept.assert_carried_out()


def test_two_that_carry_a_list_out_at_once_destroy_each_original_once(victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("decided")
    both = [victims.start(kept.order("dispose")) for _ in range(2)]
    assert {one.wait().state for one in both} == {"done"}
    kept.assert_carried_out()


@pytest.mark.parametrize("moment", SWEEPING, ids=str)
def test_of_two_sweeps_one_gives_way(moment: At, victims: Victims, new_kept: NewKept, swept: dict[str, object]) -> None:
    kept = new_kept("due")
    first = victims.start(kept.order("retain", moment))
    first.wait_for()
    assert victims.run(kept.order("retain")).counts == {}
    first.go_on()
    assert first.wait().counts
    kept.assert_sound()
    assert kept.story() == swept


@pytest.mark.parametrize("moment", SWEEPING, ids=str)
def test_a_sweep_that_was_silent_for_long_is_taken_over_and_does_nothing_more(
    moment: At, victims: Victims, new_kept: NewKept, swept: dict[str, object]
) -> None:
    kept = new_kept("due")
    first = victims.start(kept.order("retain", moment))
    first.wait_for()
    second = victims.run(replace(kept.order("retain"), now=kept.now + LONG_SILENCE))
    assert second.counts, second
    first.go_on()
    ended = first.wait()
    assert ended.error == "ActionDenied", ended
    kept.assert_sound()
    assert kept.story() == swept


def test_a_name_corrected_between_paper_and_certificate_does_not_hinder_it(victims: Victims, new_kept: NewKept) -> None:
    kept = new_kept("decided")
    at = At("blocks.folder_store:FolderStore.put_document", "after")
    assert victims.run(kept.order("dispose", at)).killed
    rename(kept, "A1", "更名")
    again = victims.run(kept.order("dispose"))
    assert again.state == "done", again
    kept.assert_carried_out()


def rename(kept: Kept, number: str, name: str) -> None:
    with kept.registry.acting("system:test", kept.now) as act:
        directory.enter_people(act, [PersonEntry(number, name, "xf")])

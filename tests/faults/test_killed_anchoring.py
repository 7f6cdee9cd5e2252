"""kill -9 of the anchoring at every step; then the same command again (Art. 7)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from registry.ledger import Event
from tests.faults.victims import At, Order, Victims
from tests.fixtures.anchors import Anchored
from tests.fixtures.kept import keep_plain

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]

COMMIT = "registry.act:Act.commit"
STORE = "blocks.folder_store:FolderStore.put_document"
STAMP = "blocks.timestamp_authority:TimestampAuthority.stamp"
MOMENTS = (
    At("registry.transitions.anchoring:make_anchor"),
    At("registry.transitions.anchoring:make_anchor", "after"),
    *(At(COMMIT, "after", call=act) for act in (1, 2, 3)),
    *(At(STORE, when, call=call) for call in (1, 2) for when in ("before", "after")),
    At("blocks.folder_store:publish", "after", armed_by=STORE),
    At("blocks.folder_store:publish", "after", armed_by=STAMP),
    At("registry.transitions.anchoring:keep_anchor", "after"),
    At(STAMP),
    At(STAMP, "after"),
    At("registry.transitions.anchoring:stamp_anchor", "after"),
    At("flows.ledger_anchor:publish_anchors"),
)


@pytest.fixture
def archive(anchored: Anchored) -> str:
    """The archive's name. A night lies behind it, and a day that is to be anchored."""
    anchored.grow()
    anchored.run()
    anchored.grow()
    name = f"archive-{uuid4().hex[:8]}"
    keep_plain(anchored.archive, name)
    return name


def order(anchored: Anchored, archive: str, *moments: At) -> Order:
    anchored.city.wait(seconds=10)
    return Order(Path("/"), archive, flow="anchor", now=anchored.city.now, moments=moments, values={})


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_killed_and_run_again_nothing_is_left_out_and_nothing_anchored_twice(
    moment: At, victims: Victims, anchored: Anchored, archive: str
) -> None:
    before = anchored.city.entries()
    ended = victims.run(order(anchored, archive, moment))
    assert ended.killed, ended
    assert not [one for one in anchored.problems() if "token" not in one]

    again = victims.run(order(anchored, archive))
    assert again.counts is not None, again
    first, second = anchored.anchors()
    assert (second.first_seq, second.last_seq) == (first.last_seq + 1, before)
    assert second.kept_at is not None
    assert second.stamped_at is not None
    said = [one.event for one in anchored.entries()[before:]]
    assert said == [Event.ANCHOR_MADE.value, Event.ANCHOR_KEPT.value, Event.ANCHOR_STAMPED.value]
    anchored.assert_sound()


def test_two_at_once_make_one_anchor(victims: Victims, anchored: Anchored, archive: str) -> None:
    held = victims.start(order(anchored, archive, At("registry.transitions.anchoring:make_anchor", do="hold")))
    held.wait_for()
    # It holds the turn to write: the other one waits for it, and finds that it came second.
    other = victims.start(order(anchored, archive))
    held.go_on()
    assert held.wait().counts is not None
    ended = other.wait()
    assert ended.counts is not None or ended.error == "ActionDenied", ended
    assert len(anchored.anchors()) == 2
    anchored.city.now += timedelta(seconds=1)
    assert victims.run(order(anchored, archive)).counts is not None
    anchored.assert_sound()

"""Anchoring: the ledger's newest stretch is checked, put under a root, signed, locked away and timestamped (Art. 7)."""

from __future__ import annotations

from blocks.archive import Archive
from blocks.clock import now
from flows.lifecycle import lifecycle
from tasks.anchoring.publish import publish_anchors
from tasks.anchoring.steps import anchor_stretch, keep_anchors, stamp_anchors
from tasks.anchoring.work import anchor_work


def _run_name() -> str:
    return f"anchor-{now():%Y-%m-%d-%H%M}"


@lifecycle(name="anchor-ledger", flow_run_name=_run_name)
def anchor_ledger(archive: str = "default") -> dict[str, int]:
    """Anchor what the ledger has gained since the newest anchor, if anything.

    Where that anchor no longer follows from the ledger, or the stretch after it is not sound, it refuses and fails,
    which the administrators are told of. Run twice, or killed anywhere and run again, no entry is left out and none is
    anchored twice.

    Args:
        archive: Name of the archive block.

    Returns:
        What was counted.
    """
    with anchor_work(Archive.named(archive), now) as work:
        anchor_stretch(work)
        keep_anchors(work)
        stamp_anchors(work)
        publish_anchors(work)
    return dict(work.counts)

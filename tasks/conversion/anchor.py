"""Anchor what the ledger says of the originals before it goes along, so that it can be proved (Art. 7, 19)."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from regulation.errors import CustodyError
from tasks.anchoring.steps import anchor_stretch, keep_anchors, stamp_anchors
from tasks.anchoring.work import anchor_work
from tasks.conversion.work import ConversionWork


@task(name="anchor-what-is-new", cache_policy=NO_CACHE)
def anchor_what_is_new(work: ConversionWork) -> None:
    """As the nightly anchoring does, now. Where it cannot, the package goes without: its proofs say which entries are
    not anchored yet, and why the ledger could not be is the nightly run's to tell."""
    try:
        with anchor_work(work.archive, work.now) as anchoring:
            anchor_stretch.fn(anchoring)
            keep_anchors.fn(anchoring)
            stamp_anchors.fn(anchoring)
    except CustodyError as refused:
        get_run_logger().warning("Not anchored before packing: %s", refused)

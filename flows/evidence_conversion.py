"""Evidence conversion: footage becomes evidence that a court can check by itself (Art. 19)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from prefect.flow_runs import suspend_flow_run

from blocks.archive import Archive
from blocks.clock import now
from flows.lifecycle import lifecycle
from regulation.conversion_states import AT_WORK, CLOSED, ConversionState
from tasks.conversion.anchor import anchor_what_is_new
from tasks.conversion.issue import hold_originals, issue_package
from tasks.conversion.make import make_derivatives
from tasks.conversion.publish import publish_conversion
from tasks.conversion.work import ConversionWork, Standing, conversion_work, look_into


@lifecycle(name="convert-evidence", flow_run_name="conversion-{conversion}")
def convert_evidence(conversion: str, archive: str = "default") -> str:
    """Follow one conversion until it is issued or withdrawn, suspended while people extract, check and sign.

    Nothing is decided here. Who extracts, checks or signs does so at the desk, signed in; what this makes is what they
    asked for. Resuming this run, or starting it with another number, only looks into the registry again.

    Args:
        conversion: Number of the conversion.
        archive: Name of the archive block.

    Returns:
        The conversion's state.
    """
    standing = carry_on(Archive.named(archive), conversion, now)
    if standing not in CLOSED:
        # A fresh key each time: a resume without a decision must suspend again.
        suspend_flow_run(key=uuid4().hex)
    return standing.value


def carry_on(archive: Archive, number: str, now: Callable[[], datetime]) -> ConversionState:
    """Look at a conversion, and make whatever was decided and is not made yet."""
    with conversion_work(archive, number, now) as work:
        standing = look_into(work)
        if standing.state in AT_WORK:
            with work.alone():
                standing = _make_or_pack(work)
        if standing.state is ConversionState.ISSUED:
            hold_originals(work)
        publish_conversion(work, standing)
    return standing.state


def _make_or_pack(work: ConversionWork) -> Standing:
    """What is left to be done, now that no other run does it."""
    standing = look_into(work)
    if standing.state is ConversionState.MAKING:
        make_derivatives(work)
        standing = look_into(work)
    if standing.state is ConversionState.PACKING:
        anchor_what_is_new(work)
        issue_package(work)
        standing = look_into(work)
    return standing

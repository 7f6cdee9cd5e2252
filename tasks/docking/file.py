"""File: each original under the activity it belongs to, or a duty for its officer to say (Art. 4, 15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from prefect import task
from sqlmodel import Session

from registry import queries
from registry.queries import intake
from registry.transitions import docking
from regulation.filing import ActivitySpan, RecordedSpan, file_recordings
from tasks.docking.work import DockWork
from tasks.steps import RETRIED


@task(**RETRIED, name="file-recordings")
def file_originals(work: DockWork) -> None:
    """File what fits one activity, open a duty for what fits none, ask about what fits several; never guess."""
    tolerance = work.policy.span("filing_overlap_tolerance_seconds", work.today())
    with work.registry.reading() as reading:
        spans = intake.spans_to_file(reading, work.session_id)
        activities = _activities(work, reading, spans, tolerance)
    decisions = file_recordings(spans, activities, tolerance=tolerance)
    with work.acting() as act:
        docking.file_recordings(act, work.session_id, decisions, rules=work.rules)


def _activities(
    work: DockWork, reading: Session, spans: Sequence[RecordedSpan], tolerance: timedelta
) -> list[ActivitySpan]:
    """The unit's activities in the time that the recordings cover."""
    starts = [span.start for span in spans if span.start is not None]
    ends = [span.end for span in spans if span.end is not None]
    if not starts or not ends:
        return []
    return queries.activities_overlapping(reading, work.unit_id, min(starts) - tolerance, max(ends) + tolerance)

"""Which activity a recording is filed under (Art. 4, 15).

An officer's recording fits an activity that they took part in when the two overlap in time. What fits exactly one is
filed there; what fits none is unfiled; what fits several is asked of a person, never guessed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NEVER = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _TICK * 2  # an open activity's end: later than any moment


class Outcome(StrEnum):
    FILED = "filed"  # exactly one activity fits
    UNFILED = "unfiled"  # none does, or officer or time are unknown
    ASKED = "asked"  # several do: a person must say


@dataclass(frozen=True, slots=True)
class RecordedSpan:
    """A recording as filing sees it: corrected times; a photo starts and ends at once.

    With only one of the two times known (a truncated file) the recording counts as that moment.
    """

    recording_id: UUID
    officer_id: UUID | None
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class ActivitySpan:
    """An activity as filing sees it; `end` is None while it is still going on."""

    activity_id: UUID
    officers: frozenset[UUID]
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An activity that fits, and for how many seconds it truly overlaps (0 where only the tolerance makes it fit)."""

    activity_id: UUID
    overlap_seconds: float


@dataclass(frozen=True, slots=True)
class FilingDecision:
    """`activity_id` is set when FILED; `candidates`, most overlap first, when ASKED."""

    recording_id: UUID
    outcome: Outcome
    activity_id: UUID | None
    candidates: tuple[Candidate, ...]


_Span = tuple[int, int, UUID]  # start, end, activity; in microseconds since 1970, exact where floats are not
_Moments = tuple[int, int, int]  # start, end, place in the list given


def file_recordings(
    recordings: Sequence[RecordedSpan], activities: Sequence[ActivitySpan], *, tolerance: timedelta
) -> list[FilingDecision]:
    """One decision a recording, in the order given (Art. 15).

    `tolerance` widens each activity at both ends: recorders are switched on a little early. An activity that truly
    overlaps is preferred to those that only the tolerance reaches. Raises `ValueError` for a time without a zone.
    """
    slack = tolerance // _TICK
    decisions = [FilingDecision(one.recording_id, Outcome.UNFILED, None, ()) for one in recordings]
    spans = _spans_by_officer(activities)
    for officer, moments in _moments_by_officer(recordings).items():
        for (start, end, place), fitting in _fits(moments, spans.get(officer, []), slack):
            decisions[place] = _decide(recordings[place].recording_id, start, end, fitting)
    return decisions


def _spans_by_officer(activities: Iterable[ActivitySpan]) -> dict[UUID, list[_Span]]:
    spans: dict[UUID, list[_Span]] = {}
    for activity in activities:
        end = _NEVER if activity.end is None else _ticks(activity.end)
        span = (_ticks(activity.start), end, activity.activity_id)
        for officer in activity.officers:
            spans.setdefault(officer, []).append(span)
    for officers_spans in spans.values():
        officers_spans.sort()
    return spans


def _moments_by_officer(recordings: Sequence[RecordedSpan]) -> dict[UUID, list[_Moments]]:
    """The recordings that can be matched at all, by officer; one that ends before it starts cannot."""
    moments: dict[UUID, list[_Moments]] = {}
    for place, one in enumerate(recordings):
        known = one.start or one.end
        if one.officer_id is None or known is None:
            continue
        start, end = _ticks(one.start or known), _ticks(one.end or known)
        if start <= end:
            moments.setdefault(one.officer_id, []).append((start, end, place))
    for officers_moments in moments.values():
        officers_moments.sort()
    return moments


def _fits(moments: Sequence[_Moments], spans: Sequence[_Span], slack: int) -> Iterator[tuple[_Moments, list[_Span]]]:
    """Each of one officer's recordings with the activities it fits; one sweep over both, sorted by start.

    `running` is a heap, first to end first, of the activities that began before the recording and are not yet over; all
    of it fits. To it come those that begin while the recording runs.
    """
    starts = [span[0] for span in spans]
    running: list[tuple[int, int]] = []
    begun = 0
    for one in moments:
        start, end, _ = one
        while begun < len(spans) and starts[begun] - slack <= start:
            heappush(running, (spans[begun][1], begun))
            begun += 1
        while running and running[0][0] + slack < start:
            heappop(running)
        fitting = [spans[index] for _, index in running]
        fitting.extend(spans[begun : bisect_right(starts, end + slack)])
        yield one, fitting


def _decide(recording_id: UUID, start: int, end: int, fitting: list[_Span]) -> FilingDecision:
    truly = [span for span in fitting if _overlaps(start, end, span)]
    chosen = truly if len(truly) == 1 else fitting
    if not chosen:
        return FilingDecision(recording_id, Outcome.UNFILED, None, ())
    if len(chosen) == 1:
        return FilingDecision(recording_id, Outcome.FILED, chosen[0][2], ())
    ranked = sorted((-_shared(start, end, span), span[2]) for span in chosen)
    candidates = tuple(Candidate(activity, max(0, -shared) / 1_000_000) for shared, activity in ranked)
    return FilingDecision(recording_id, Outcome.ASKED, None, candidates)


def _shared(start: int, end: int, span: _Span) -> int:
    """Shared microseconds; below zero it is the distance between the two."""
    return min(end, span[1]) - max(start, span[0])


def _overlaps(start: int, end: int, span: _Span) -> bool:
    """Without tolerance. Stretches that only touch do not overlap; a moment lies within a stretch, ends included."""
    shared = _shared(start, end, span)
    return shared > 0 or (shared == 0 and (start == end or span[0] == span[1]))


def _ticks(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone names no moment: {moment!r}")
    return (moment - _EPOCH) // _TICK

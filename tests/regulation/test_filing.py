"""Filing against the rule written out plainly, hostile times, and many at once (Art. 15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation import filing
from regulation.filing import ActivitySpan, Outcome, RecordedSpan, _shared, file_recordings

START = datetime(2026, 3, 2, tzinfo=UTC)
OFFICERS = [UUID(int=1), UUID(int=2), UUID(int=3)]
NO_TOLERANCE = timedelta(0)

minutes = st.integers(0, 60).map(lambda n: START + timedelta(minutes=n))
lengths = st.integers(0, 20).map(lambda n: timedelta(minutes=n))


@st.composite
def recordings(draw: st.DrawFn) -> RecordedSpan:
    start = draw(minutes)
    return RecordedSpan(uuid4(), draw(st.sampled_from([*OFFICERS, None])), start, start + draw(lengths))


@st.composite
def activities(draw: st.DrawFn) -> ActivitySpan:
    start = draw(minutes)
    end = draw(st.one_of(st.none(), lengths.map(lambda length: start + length)))
    return ActivitySpan(uuid4(), draw(st.frozensets(st.sampled_from(OFFICERS))), start, end)


def reaches(one: RecordedSpan, activity: ActivitySpan, tolerance: timedelta) -> bool:
    """Whether the two meet when the activity is widened; `one` has officer and times."""
    assert one.start is not None and one.end is not None
    in_time = activity.end is None or one.start <= activity.end + tolerance
    return one.officer_id in activity.officers and activity.start - tolerance <= one.end and in_time


def truly(one: RecordedSpan, activity: ActivitySpan) -> bool:
    """Whether they meet without widening, and not merely where one stretch ends and the other begins."""
    stretches = one.start != one.end and activity.start != activity.end
    touching = one.end == activity.start or one.start == activity.end
    return reaches(one, activity, NO_TOLERANCE) and not (stretches and touching)


@given(st.lists(recordings(), max_size=8), st.lists(activities(), max_size=8), st.integers(0, 5))
def test_as_the_rule_written_out_plainly(ones: list[RecordedSpan], all_: list[ActivitySpan], slack: int) -> None:
    tolerance = timedelta(minutes=slack)
    decisions = file_recordings(ones, all_, tolerance=tolerance)
    assert [decision.recording_id for decision in decisions] == [one.recording_id for one in ones]
    for one, decision in zip(ones, decisions, strict=True):
        exact = {a.activity_id for a in all_ if truly(one, a)}
        wide = {a.activity_id for a in all_ if reaches(one, a, tolerance)}
        fitting = exact if len(exact) == 1 else wide
        assert decision.outcome is [Outcome.UNFILED, Outcome.FILED, Outcome.ASKED][min(len(fitting), 2)]
        assert decision.activity_id == (next(iter(fitting)) if len(fitting) == 1 else None)
        assert {c.activity_id for c in decision.candidates} == (fitting if len(fitting) > 1 else set())
        overlaps = [c.overlap_seconds for c in decision.candidates]
        assert overlaps == sorted(overlaps, reverse=True) and all(seconds >= 0 for seconds in overlaps)


@given(st.lists(recordings(), max_size=8), st.lists(activities(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_things_come_decides_nothing(
    ones: list[RecordedSpan], all_: list[ActivitySpan], random: Random
) -> None:
    before = file_recordings(ones, all_, tolerance=timedelta(minutes=2))
    shuffled = random.sample(ones, len(ones))
    after = file_recordings(shuffled, random.sample(all_, len(all_)), tolerance=timedelta(minutes=2))
    assert {d.recording_id: d for d in after} == {d.recording_id: d for d in before}


def one_activity() -> ActivitySpan:
    return ActivitySpan(uuid4(), frozenset(OFFICERS), START, START + timedelta(hours=1))


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        (timedelta(minutes=5), None, Outcome.FILED),  # truncated: only its beginning is known
        (None, timedelta(minutes=5), Outcome.FILED),
        (timedelta(minutes=-5), None, Outcome.UNFILED),
        (timedelta(minutes=9), timedelta(minutes=5), Outcome.UNFILED),  # ends before it begins
        (datetime.min.replace(tzinfo=UTC) - START, datetime.max.replace(tzinfo=UTC) - START, Outcome.FILED),
    ],
)
def test_half_known_and_lying_times(start: timedelta | None, end: timedelta | None, outcome: Outcome) -> None:
    first, last = (None if one is None else START + one for one in (start, end))
    [decision] = file_recordings(
        [RecordedSpan(uuid4(), OFFICERS[0], first, last)], [one_activity()], tolerance=NO_TOLERANCE
    )
    assert decision.outcome is outcome


def test_a_microsecond_decides() -> None:
    activity = one_activity()
    assert activity.end is not None
    tick = timedelta(microseconds=1)
    tolerance = timedelta(seconds=120)
    moments = [activity.end + tolerance, activity.end + tolerance + tick]
    photos = [RecordedSpan(uuid4(), OFFICERS[0], moment, moment) for moment in moments]
    decided = [decision.outcome for decision in file_recordings(photos, [activity], tolerance=tolerance)]
    assert decided == [Outcome.FILED, Outcome.UNFILED]


def test_a_time_without_a_zone_is_refused() -> None:
    naive = RecordedSpan(uuid4(), OFFICERS[0], datetime(2026, 3, 2), datetime(2026, 3, 2, 1))
    with pytest.raises(ValueError, match="without a zone"):
        file_recordings([naive], [one_activity()], tolerance=NO_TOLERANCE)


def many(officers: int, activities: int) -> tuple[list[RecordedSpan], list[ActivitySpan]]:
    random = Random(1)
    people = [uuid4() for _ in range(officers)]
    starts = [START + timedelta(minutes=random.randrange(60 * 24 * 30)) for _ in range(activities + 5_000)]
    spans = [
        ActivitySpan(uuid4(), frozenset(random.sample(people, 2)), start, start + timedelta(minutes=30))
        for start in starts[:activities]
    ]
    ones = [RecordedSpan(uuid4(), random.choice(people), s, s + timedelta(minutes=9)) for s in starts[activities:]]
    return ones, spans


def test_five_thousand_recordings_meet_thousands_of_activities_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what fits is weighed: each recording against all of its officer's activities would be a million pairs."""
    ones, spans = many(officers=50, activities=5_000)
    spans.append(ActivitySpan(uuid4(), spans[0].officers, START, None))  # one left open must not slow the rest
    weighed = 0

    def counted(start: int, end: int, span: tuple[int, int, UUID]) -> int:
        nonlocal weighed
        weighed += 1
        return _shared(start, end, span)

    monkeypatch.setattr(filing, "_shared", counted)
    decisions = file_recordings(ones, spans, tolerance=timedelta(minutes=2))
    assert len(ones) == 5_000
    assert 1_000 < weighed < 10_000
    assert {decision.outcome for decision in decisions} == set(Outcome)

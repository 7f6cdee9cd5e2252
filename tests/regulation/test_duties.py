"""Duties: when they are due, what a pause does to that, and in which state they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.articles import article
from regulation.deadlines import is_late
from regulation.duties import OPEN, RULES, Clock, DutyKind, DutyState, Facts, due_at, state_at
from regulation.errors import ConfigurationError
from regulation.measures import SPANS
from regulation.parameters import PARAMETERS
from regulation.policy import CITY_POLICY

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def due(*pauses: tuple[float, float], kind: DutyKind = DutyKind.UPLOAD) -> float:
    """Hours from the start to the due time, with pauses given in hours from the start."""
    spans = tuple((START + begin * HOUR, START + until * HOUR) for begin, until in pauses)
    found = due_at(kind, Facts(Clock.ACTIVITY_ENDED, START, pauses=spans), CITY_POLICY, SHANGHAI, weekday)
    assert found is not None and found.tzinfo is UTC
    return (found - START) / HOUR


def test_every_kind_has_a_rule_with_an_article_and_a_limit() -> None:
    assert set(RULES) == set(DutyKind)
    for rule in RULES.values():
        assert article(int(rule.article.removeprefix("Art. ")))
        assert PARAMETERS[rule.span].measure in SPANS and PARAMETERS[rule.span].article == rule.article


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (DutyKind.UPLOAD, 24),
        (DutyKind.FILING, 72),
        (DutyKind.RETURN_REPORT, 72),
        (DutyKind.DEVICE_RECALL, 72),  # Monday to Thursday, the same time of day
        (DutyKind.DEVICE_REPLACEMENT, 24),
    ],
)
def test_how_long_each_kind_has(kind: DutyKind, hours: int) -> None:
    assert due(kind=kind) == hours


def test_nothing_is_due_while_the_clock_waits() -> None:
    assert due_at(DutyKind.UPLOAD, Facts(Clock.AWAITS_RETURN), CITY_POLICY, SHANGHAI, weekday) is None


def test_nothing_is_due_under_a_regulation_not_yet_in_force() -> None:
    early = Facts(Clock.ACTIVITY_ENDED, datetime(2022, 5, 22, 15, 59, tzinfo=UTC))
    with pytest.raises(ConfigurationError, match="in force"):
        due_at(DutyKind.UPLOAD, early, CITY_POLICY, SHANGHAI, weekday)
    first_day = Facts(Clock.ACTIVITY_ENDED, datetime(2022, 5, 22, 16, tzinfo=UTC))  # midnight at the unit
    assert due_at(DutyKind.UPLOAD, first_day, CITY_POLICY, SHANGHAI, weekday) is not None


@pytest.mark.parametrize(
    ("pauses", "hours"),
    [
        ([(2, 5)], 27),
        ([(-5, -2)], 24),  # over before it began
        ([(-5, 0)], 24),
        ([(-5, 3)], 27),  # counts from the start
        ([(24, 30)], 24),  # begins when it is due
        ([(30, 40)], 24),
        ([(23, 40)], 41),  # begun in time: counts whole
        ([(2, 5), (5, 6)], 28),
        ([(2, 5), (25, 30)], 32),  # the first moved the due time beyond the beginning of the second
        ([(2, 5), (27, 30)], 27),
        ([(3, 3)], 24),
    ],
)
def test_a_pause_moves_the_due_time_by_as_long_as_it_lasts_before_it(
    pauses: list[tuple[float, float]], hours: float
) -> None:
    assert due(*pauses) == hours


@pytest.mark.parametrize("hours", [(2, 1), (2, 5, 4, 6), (4, 6, 1, 2)])
def test_pauses_that_overlap_or_run_backwards_are_refused(hours: tuple[int, ...]) -> None:
    ends = [START + hour * HOUR for hour in hours]
    with pytest.raises(ValueError, match="do not overlap"):
        Facts(Clock.RETURNED, START, pauses=tuple(zip(ends[::2], ends[1::2], strict=True)))


def test_a_pause_or_a_start_without_a_zone_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        Facts(Clock.RETURNED, START, pauses=((naive, START),))
    with pytest.raises(ValueError, match="without a zone"):
        due_at(DutyKind.UPLOAD, Facts(Clock.RETURNED, naive), CITY_POLICY, SHANGHAI, weekday)


lengths = st.lists(st.integers(0, 60), min_size=2, max_size=8).filter(lambda ends: len(ends) % 2 == 0)


@given(lengths, st.sampled_from(DutyKind))
def test_pauses_only_ever_give_time_and_never_more_than_they_last(gaps: list[int], kind: DutyKind) -> None:
    ends = [float(sum(gaps[: place + 1]) - 30) for place in range(len(gaps))]
    pauses = list(zip(ends[::2], ends[1::2], strict=True))
    given_back = due(*pauses, kind=kind) - due(kind=kind)
    assert 0 <= given_back <= sum(until - begin for begin, until in pauses)


DUE = START + 24 * HOUR
PAUSE = (START + 2 * HOUR, START + 5 * HOUR)
TICK = timedelta(microseconds=1)
STATES = [
    # facts, due, now -> state
    (Facts(Clock.AWAITS_END), None, DUE, DutyState.WAITING),
    (Facts(Clock.AWAITS_RETURN, pauses=(PAUSE,)), None, PAUSE[0], DutyState.WAITING),
    (Facts(Clock.AWAITS_RETURN, met_at=START), None, DUE, DutyState.MET),
    (Facts(Clock.AWAITS_RETURN, excused_at=START), None, DUE, DutyState.EXCUSED),
    (Facts(Clock.RETURNED, START), DUE, START, DutyState.RUNNING),
    (Facts(Clock.RETURNED, START), DUE, DUE, DutyState.RUNNING),
    (Facts(Clock.RETURNED, START), DUE, DUE + TICK, DutyState.OVERDUE),
    (Facts(Clock.RETURNED, START, met_at=DUE), DUE, DUE + HOUR, DutyState.MET),
    (Facts(Clock.RETURNED, START, met_at=DUE + TICK), DUE, DUE + HOUR, DutyState.MET_LATE),
    (Facts(Clock.RETURNED, START, met_at=DUE + TICK, excused_at=DUE), DUE, DUE + HOUR, DutyState.EXCUSED),
    (Facts(Clock.RETURNED, START, pauses=(PAUSE,)), DUE, PAUSE[0] - TICK, DutyState.RUNNING),
    (Facts(Clock.RETURNED, START, pauses=(PAUSE,)), DUE, PAUSE[0], DutyState.PAUSED),
    (Facts(Clock.RETURNED, START, pauses=(PAUSE,)), DUE, PAUSE[1] - TICK, DutyState.PAUSED),
    (Facts(Clock.RETURNED, START, pauses=(PAUSE,)), DUE, PAUSE[1], DutyState.RUNNING),
    (Facts(Clock.RETURNED, START, met_at=PAUSE[0], pauses=(PAUSE,)), DUE, PAUSE[0], DutyState.MET),
    (Facts(Clock.RETURNED, START, pauses=((DUE + HOUR, DUE + 2 * HOUR),)), DUE, DUE + HOUR, DutyState.PAUSED),
]


@pytest.mark.parametrize(("facts", "due_", "now", "state"), STATES)
def test_in_which_state_a_duty_stands(facts: Facts, due_: datetime | None, now: datetime, state: DutyState) -> None:
    assert state_at(facts, due_, now) is state


def test_the_table_knows_every_state() -> None:
    assert {row[3] for row in STATES} == set(DutyState)
    assert set(DutyState) - set(OPEN) == {DutyState.MET, DutyState.MET_LATE, DutyState.EXCUSED}


@given(st.timedeltas(-48 * HOUR, 48 * HOUR))
def test_late_is_late_in_both_places(after: timedelta) -> None:
    met = state_at(Facts(Clock.RETURNED, START, met_at=DUE + after), DUE, DUE + 99 * HOUR)
    still = state_at(Facts(Clock.RETURNED, START), DUE, DUE + after)
    assert (met is DutyState.MET_LATE) is (still is DutyState.OVERDUE) is is_late(DUE + after, DUE)


def test_when_a_pause_ends() -> None:
    facts = Facts(Clock.RETURNED, START, pauses=(PAUSE, (DUE, DUE + HOUR)))
    assert facts.paused_until(DUE) == DUE + HOUR
    assert facts.paused_until(PAUSE[0]) == PAUSE[1]
    assert facts.paused_until(PAUSE[1]) is None

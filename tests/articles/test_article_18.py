"""Art. 18: how long footage is kept.

(1) Routine inspection: at least six months. Calendar months, whole days in the unit's zone, from the end of the
recording; the day of expiry is still kept. (2) Used as evidence: as long as the case file. Of several classes the
longest counts. Where the text is silent, or a fact is missing, nothing is destroyed.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from regulation.errors import ConfigurationError
from regulation.expiry import expiry_day, floor_until
from regulation.parameters import CITY
from regulation.policy import CITY_POLICY, Policy, layer_from
from regulation.retention import (
    CaseFile,
    Extension,
    Footage,
    Kept,
    RetentionClass,
    Term,
    Trigger,
    is_over,
    may_go_from,
    term_of,
)
from regulation.vocabulary import ActivityKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = timedelta(microseconds=1)

MONTH_ENDS = [
    (date(2025, 1, 31), date(2025, 7, 31)),
    (date(2025, 2, 28), date(2025, 8, 28)),
    (date(2024, 2, 29), date(2024, 8, 29)),
    (date(2025, 3, 31), date(2025, 9, 30)),
    (date(2025, 4, 30), date(2025, 10, 30)),
    (date(2025, 5, 31), date(2025, 11, 30)),
    (date(2025, 6, 30), date(2025, 12, 30)),
    (date(2025, 7, 31), date(2026, 1, 31)),
    (date(2025, 8, 31), date(2026, 2, 28)),
    (date(2025, 8, 30), date(2026, 2, 28)),
    (date(2025, 8, 29), date(2026, 2, 28)),
    (date(2025, 8, 28), date(2026, 2, 28)),
    (date(2023, 8, 31), date(2024, 2, 29)),
    (date(2023, 8, 29), date(2024, 2, 29)),
    (date(2099, 8, 31), date(2100, 2, 28)),  # 2100 is no leap year
    (date(2025, 9, 30), date(2026, 3, 30)),
    (date(2025, 10, 31), date(2026, 4, 30)),
    (date(2025, 11, 30), date(2026, 5, 30)),
    (date(2025, 12, 31), date(2026, 6, 30)),
]


@pytest.mark.parametrize(("ended_on", "expires_on"), MONTH_ENDS)
def test_six_months_from_every_month_end(ended_on: date, expires_on: date) -> None:
    assert expiry_day(ended_on, 6) == expires_on


@pytest.mark.parametrize(
    ("ended_at", "zone", "until"),
    [
        # the whole expiry day is kept, by the unit's calendar
        (datetime(2025, 8, 31, 10, tzinfo=SHANGHAI), SHANGHAI, datetime(2026, 3, 1, tzinfo=SHANGHAI)),
        (datetime(2025, 8, 31, 23, 59, 59, tzinfo=SHANGHAI), SHANGHAI, datetime(2026, 3, 1, tzinfo=SHANGHAI)),
        # half an hour of New Year in Shanghai is still the old year in UTC
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), SHANGHAI, datetime(2026, 7, 2, tzinfo=SHANGHAI)),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), UTC, datetime(2026, 7, 1, tzinfo=UTC)),
        # summer time between the two days moves neither
        (datetime(2026, 1, 15, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 7, 16, tzinfo=BERLIN)),
        (datetime(2026, 4, 30, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 10, 31, tzinfo=BERLIN)),
        # the clocks go back on the expiry day itself: it has 25 hours, all kept
        (datetime(2026, 4, 25, 12, tzinfo=BERLIN), BERLIN, datetime(2026, 10, 26, tzinfo=BERLIN)),
    ],
)
def test_the_lock_ends_at_local_midnight_after_the_expiry_day(
    ended_at: datetime, zone: ZoneInfo, until: datetime
) -> None:
    locked_until = floor_until(ended_at, zone, CITY_POLICY.value("routine_retention_months", date(2026, 1, 1)))
    assert locked_until == until
    assert locked_until.tzinfo is UTC


def test_a_recording_over_midnight_counts_from_its_end() -> None:
    started = datetime(2026, 3, 1, 23, 50, tzinfo=SHANGHAI)
    assert floor_until(started + timedelta(minutes=20), SHANGHAI, 6) - floor_until(started, SHANGHAI, 6) == timedelta(1)


def test_a_time_without_a_zone_starts_no_term() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        floor_until(datetime(2026, 3, 1), SHANGHAI, 6)


def last_day_reached(ended_on: date, months: int) -> date:
    """The oracle walks: month by month to the target, then day by day while it lasts and the day's number allows."""
    year, month = ended_on.year, ended_on.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = date(year, month, 1)
    while day.day < ended_on.day and (day + timedelta(days=1)).month == month:
        day += timedelta(days=1)
    return day


@given(st.dates(date(2000, 1, 1), date(2200, 12, 31)), st.integers(1, 400))
def test_every_day_and_term_as_a_walk_over_the_calendar_has_it(ended_on: date, months: int) -> None:
    assert expiry_day(ended_on, months) == last_day_reached(ended_on, months)


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])
MOMENTS = st.datetimes(datetime(2022, 5, 23), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, ZONES, st.integers(1, 120))
def test_the_expiry_day_is_kept_to_its_last_moment_and_not_beyond(ended_at: datetime, name: str, months: int) -> None:
    zone = ZoneInfo(name)
    expires_on = expiry_day(ended_at.astimezone(zone).date(), months)
    until = floor_until(ended_at, zone, months)
    assert (until - MOMENT).astimezone(zone).date() <= expires_on < until.astimezone(zone).date()


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)), ZONES)
def test_what_ended_later_is_never_locked_for_less(ended_at: datetime, later: timedelta, name: str) -> None:
    zone = ZoneInfo(name)
    assert floor_until(ended_at, zone, 6) <= floor_until(ended_at + later, zone, 6)


def test_a_hundred_thousand_days_as_another_calendar_has_them() -> None:
    """python-dateutil, which counts months by itself; a plain loop, for to draw so many examples takes minutes."""
    draw = random.Random(18)
    first, last = date(2000, 1, 1).toordinal(), date(2199, 12, 31).toordinal()
    for _ in range(100_000):
        ended_on, months = date.fromordinal(draw.randint(first, last)), draw.randint(1, 600)
        assert expiry_day(ended_on, months) == ended_on + relativedelta(months=months)


# The class: by the kind of activity, and by use

TODAY = date(2026, 6, 1)
ENDED = datetime(2026, 3, 31, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
ROUTINE = Footage(is_sealed=True, kind=ActivityKind.INSPECTION, ended_at=ENDED, received_at=ENDED + timedelta(hours=3))
OPEN, PERMANENT = CaseFile(), CaseFile(permanent=True)


def term(footage: Footage, policy: Policy = CITY_POLICY, today: date = TODAY, zone: ZoneInfo = SHANGHAI) -> Term:
    return term_of(footage, policy, zone, today)


def case(closed_on: date, years: int) -> CaseFile:
    return CaseFile(closed_on, years)


def test_routine_inspection_six_months_from_the_end_of_the_recording() -> None:
    found = term(ROUTINE)
    assert found == Term(
        RetentionClass.ROUTINE, "Art. 18(1)", Trigger.RECORDING_ENDED, date(2026, 3, 31), date(2026, 9, 30)
    )
    assert may_go_from(date(2026, 9, 30), SHANGHAI) == datetime(2026, 10, 1, tzinfo=SHANGHAI)
    assert [is_over(found.due_on, day) for day in (date(2026, 9, 30), date(2026, 10, 1))] == [False, True]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        # made in a case: kept as its file is
        (ActivityKind.SUMMARY_PENALTY, Kept.NO_CASE),
        (ActivityKind.INVESTIGATION, Kept.NO_CASE),
        (ActivityKind.ENFORCEMENT, Kept.NO_CASE),
        # the text is silent
        (ActivityKind.HEARING_OF_PARTIES, Kept.NO_TERM),
        (ActivityKind.SERVICE_OF_DOCUMENTS, Kept.NO_TERM),
        (ActivityKind.DISPUTE_PRONE, Kept.NO_TERM),
    ],
)
def test_every_other_kind_has_no_day_on_which_it_may_go(kind: ActivityKind, kept: Kept) -> None:
    found = term(replace(ROUTINE, kind=kind), today=date(2099, 1, 1))
    assert (found.due_on, found.kept) == (None, kept)
    assert not is_over(found.due_on, date(2999, 1, 1))


def test_what_is_neither_sealed_nor_filed_has_none_either() -> None:
    assert term(replace(ROUTINE, is_sealed=False)).kept is Kept.UNVERIFIED
    assert term(replace(ROUTINE, kind=None)).kept is Kept.UNFILED
    assert term(replace(ROUTINE, kind=None, cases=(case(TODAY, 1),))).kept is Kept.UNFILED


@pytest.mark.parametrize("kind", [kind for kind in ActivityKind if kind is not ActivityKind.INSPECTION])
def test_evidence_is_kept_as_long_as_the_case_file(kind: ActivityKind) -> None:
    found = term(replace(ROUTINE, kind=kind, cases=(case(date(2026, 5, 20), 10),)))
    assert found == Term(
        RetentionClass.EVIDENCE, "Art. 18(2)", Trigger.CASE_CLOSED, date(2026, 5, 20), date(2036, 5, 20)
    )


def test_a_case_file_closed_on_a_leap_day() -> None:
    filed = replace(ROUTINE, kind=ActivityKind.INVESTIGATION, cases=(case(date(2028, 2, 29), 1),))
    assert term(filed).due_on == date(2029, 2, 28)
    assert term(replace(filed, cases=(case(date(2028, 2, 29), 4),))).due_on == date(2032, 2, 29)


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        (OPEN, Kept.CASE_OPEN),
        (PERMANENT, Kept.CASE_PERMANENT),
        (CaseFile(TODAY, permanent=True), Kept.CASE_PERMANENT),
        (CaseFile(closed_on=TODAY), Kept.CASE_OPEN),  # nobody has said how long its file is kept
        (CaseFile(years=10), Kept.CASE_OPEN),
        (CaseFile(known=False), Kept.CASE_UNKNOWN),
    ],
)
def test_a_case_that_is_open_permanent_or_unknown_has_no_end(file: CaseFile, kept: Kept) -> None:
    for kind in ActivityKind:
        for others in ((), (case(date(2020, 1, 1), 1),)):
            found = term(replace(ROUTINE, kind=kind, cases=(*others, file)))
            assert (found.due_on, found.kept, found.retention_class) == (None, kept, RetentionClass.EVIDENCE)


def test_closed_opened_again_and_closed_again_it_counts_from_the_last() -> None:
    days = [
        term(replace(ROUTINE, kind=ActivityKind.ENFORCEMENT, cases=(file,))).due_on
        for file in (case(date(2026, 4, 1), 5), CaseFile(None, 5), case(date(2026, 5, 31), 5))
    ]
    assert days == [date(2031, 4, 1), None, date(2031, 5, 31)]


@pytest.mark.parametrize(
    ("cases", "due_on", "trigger"),
    [
        # routine alone would be 30 September
        ((case(date(2020, 1, 1), 1),), date(2026, 9, 30), Trigger.RECORDING_ENDED),
        ((case(date(2025, 9, 29), 1),), date(2026, 9, 30), Trigger.RECORDING_ENDED),
        ((case(date(2025, 10, 1), 1),), date(2026, 10, 1), Trigger.CASE_CLOSED),
        ((case(date(2025, 10, 1), 1), case(date(2020, 5, 5), 30)), date(2050, 5, 5), Trigger.CASE_CLOSED),
        ((case(date(2020, 5, 5), 30), case(date(2025, 10, 1), 1)), date(2050, 5, 5), Trigger.CASE_CLOSED),
    ],
)
def test_of_several_classes_the_longest(cases: tuple[CaseFile, ...], due_on: date, trigger: Trigger) -> None:
    found = term(replace(ROUTINE, cases=cases))
    assert (found.due_on, found.trigger) == (due_on, trigger)


# From when it counts

HAVANA, KATHMANDU, APIA = (ZoneInfo(name) for name in ("America/Havana", "Asia/Kathmandu", "Pacific/Apia"))


@pytest.mark.parametrize(("ended_on", "expires_on"), MONTH_ENDS)
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, HAVANA, KATHMANDU, APIA])
def test_every_month_end_in_every_zone_from_its_first_moment_to_its_last(
    ended_on: date, expires_on: date, zone: ZoneInfo
) -> None:
    night = datetime(ended_on.year, ended_on.month, ended_on.day, tzinfo=zone)
    for at in (night, night + timedelta(hours=23, minutes=59)):
        footage = replace(ROUTINE, ended_at=at, received_at=at + timedelta(days=1))
        assert term(footage, zone=zone, today=ended_on).due_on == expires_on


def test_an_activity_over_midnight_counts_from_the_day_its_recording_ended() -> None:
    before = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
    ends = [before, before + MOMENT]
    days = [term(replace(ROUTINE, ended_at=at, received_at=at + timedelta(hours=9))).due_on for at in ends]
    assert days == [date(2026, 8, 28), date(2026, 9, 1)]


RECEIVED = datetime(2026, 4, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize("ended_at", [None, RECEIVED + MOMENT, datetime(2099, 1, 1, tzinfo=UTC)])
def test_an_end_that_is_not_known_or_lies_after_the_receipt_counts_from_the_receipt(ended_at: datetime | None) -> None:
    found = term(replace(ROUTINE, ended_at=ended_at, received_at=RECEIVED))
    assert (found.trigger, found.trigger_on, found.due_on) == (Trigger.RECEIVED, date(2026, 4, 2), date(2026, 10, 2))


# Whose number counts, and when (Art. 23)


def superior(months: int, name: str = "routine_retention_months", more: str = "", unit: str = "") -> str:
    layer = "unit" if unit else "sector-superior"
    return f"""
        layer = "{layer}"
        document = "部执法规〔2026〕1号"
        {f'unit = "{unit}"' if unit else ""}
        [parameters.{name}]
        value = {months}
        valid_from = 2026-01-01
        article = "Art. 11"
        {more}
    """


def policy(*texts: str) -> Policy:
    return Policy([CITY, *(layer_from(tomllib.loads(text), source="layer.toml") for text in texts)])


def test_a_superior_may_set_a_term_where_the_text_is_silent() -> None:
    hearing = replace(ROUTINE, kind=ActivityKind.HEARING_OF_PARTIES)
    found = term(hearing, policy(superior(24, "hearing_retention_months")))
    assert (found.retention_class, found.due_on) == (RetentionClass.OTHER, date(2028, 3, 31))
    assert term(hearing, policy(superior(24, "service_retention_months"))).kept is Kept.NO_TERM
    # the case file's time still counts where it is the longer
    filed = replace(hearing, cases=(case(date(2026, 5, 1), 5),))
    assert term(filed, policy(superior(24, "hearing_retention_months"))).due_on == date(2031, 5, 1)


def test_a_unit_may_keep_longer_and_no_shorter() -> None:
    assert term(ROUTINE, policy(superior(12, unit="xf"))).due_on == date(2027, 3, 31)
    for months, name in ((5, "routine_retention_months"), (24, "hearing_retention_months")):
        with pytest.raises(ConfigurationError) as refused:
            policy(superior(months, name, unit="xf"))
        assert (refused.value.subject, refused.value.article) == (f"layer.toml: {name}", "Art. 23")
    with pytest.raises(ConfigurationError):
        policy(superior(24), superior(12, unit="xf"))


def test_a_term_that_is_shortened_later_was_promised_longer() -> None:
    """The longest that was in force on any day since the recording ended; and a longer one counts at once."""
    spell = policy(superior(12, more="valid_to = 2026-04-30"))
    assert term(ROUTINE, spell).due_on == date(2027, 3, 31)
    after = replace(ROUTINE, ended_at=datetime(2026, 5, 1, 2, tzinfo=UTC), received_at=datetime(2026, 5, 2, tzinfo=UTC))
    assert term(after, spell).due_on == date(2026, 11, 1)
    later = policy(superior(12).replace("2026-01-01", "2026-07-01"))
    assert [term(ROUTINE, later, day).due_on for day in (date(2026, 6, 30), date(2026, 7, 1))] == [
        date(2026, 9, 30),
        date(2027, 3, 31),
    ]


# Kept by somebody's word


def test_a_decision_to_keep_lengthens_and_never_shortens() -> None:
    for until, due_on in (
        (date(2026, 9, 29), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 10, 1)),
        (None, None),
    ):
        found = term(replace(ROUTINE, extensions=(Extension(until),)))
        assert found.due_on == due_on
        assert found.kept is (None if due_on else Kept.APPRAISED)
    both = (Extension(date(2030, 1, 1)), Extension(None), Extension(date(2028, 1, 1)))
    assert term(replace(ROUTINE, extensions=both)).kept is Kept.APPRAISED
    assert term(replace(ROUTINE, extensions=(both[0], both[2]))).due_on == date(2030, 1, 1)
    assert term(replace(ROUTINE, kind=None, extensions=(Extension(date(2030, 1, 1)),))).kept is Kept.UNFILED

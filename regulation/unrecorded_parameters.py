"""The numbers of what was not recorded (Art. 12, 13): all chosen, for the text says *promptly*."""

from __future__ import annotations

from regulation.definitions import since_issue
from regulation.measures import Measure, Strictness

UNRECORDED = (
    since_issue(
        "exemption_record_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 12",
        "From the activity's end to the work record of why recording was stopped.",
        "The text says promptly; the same day's span as for the footage itself in Art. 16.",
        either=True,
    ),
    since_issue(
        "exemption_review_days",
        3,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 12",
        "From the work record of an exemption to the principal leader's review of it.",
        "The text sets no time; half a working week, as for the other answers of leaders.",
        either=True,
    ),
    since_issue(
        "interruption_report_hours",
        24,
        Measure.HOURS,
        Strictness.LOWER,
        "Art. 13",
        "From the interruption to the written report to the department head.",
        "The text says promptly; the same day's span as for the footage itself in Art. 16.",
        either=True,
    ),
    since_issue(
        "interruption_notice_days",
        3,
        Measure.WORKING_DAYS,
        Strictness.LOWER,
        "Art. 13",
        "From the report of an interruption to the head of the department taking note of it.",
        "The text sets no time; half a working week, as for the other answers of leaders.",
        either=True,
    ),
    since_issue(
        "gap_tolerance_seconds",
        5,
        Measure.SECONDS,
        Strictness.LOWER,
        "Art. 13",
        "How long nothing may be recorded in the course of an activity before the statement of evidence names a gap.",
        "The text sets no time; a recorder needs a second or two from one file to the next.",
    ),
)
"""Exemptions and interruptions, in the order of the articles."""

"""Reports of interruptions and exemptions, against the ledger.

Art. 12, 13: whoever has a gap explained, or an activity excused, behind the registry's back is found out.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import NOT_SO, Check, entry_about, row_problem, stream, unit_problem, vanished
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import ExemptionRecord, InterruptionReport

MODELS = (InterruptionReport, ExemptionRecord)
"""Whose rows are compared here."""

_report, _exemption = table_of(InterruptionReport), table_of(ExemptionRecord)


def _reports(connection: Connection) -> Iterator[RowProblem | None]:
    """Each gap is explained by whom and as the ledger says, and was seen exactly when it says."""
    for row in stream(connection, select(_report).order_by(_report.c.id)):
        entry = entry_about(connection, Event.INTERRUPTION_REPORTED, row.id)
        stated = {
            "activity_id": str(row.activity_id),
            "started_at": time_text(row.started_at),
            "ended_at": time_text(row.ended_at),
            "recording_id": None if row.recording_id is None else str(row.recording_id),
            "person_id": str(row.person_id),
            "manner": row.manner.value,
            "reason_sha256": digest_of(row.reason),
        }
        yield (
            row_problem("interruption_report", row.id, entry, stated, row.at)
            or unit_problem("interruption_report", row, entry)
            or _seen(connection, row)
        )


def _seen(connection: Connection, row: AnyRow) -> RowProblem | None:
    entry = entry_about(connection, Event.INTERRUPTION_SEEN, row.id)
    if entry is None:
        is_unseen = (row.seen_by_id, row.seen_as, row.seen_at) == (None, None, None)
        return None if is_unseen else RowProblem("interruption_report", row.id, "seen_at", NOT_SO)
    stated = {"person_id": str(row.seen_by_id), "role": None if row.seen_as is None else row.seen_as.value}
    return row_problem("interruption_report", row.id, entry, stated, row.seen_at)


def _exemptions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each exemption was entered and reviewed by whom, and as, the ledger says."""
    for row in stream(connection, select(_exemption).order_by(_exemption.c.id)):
        entry = entry_about(connection, Event.EXEMPTION_ENTERED, row.id)
        stated = {
            "activity_id": str(row.activity_id),
            "person_id": str(row.person_id),
            "ground": row.ground.value,
            "reason_sha256": digest_of(row.reason),
            "document_sha256": digest_of(row.document),
        }
        yield (
            row_problem("exemption_record", row.id, entry, stated, row.at)
            or unit_problem("exemption_record", row, entry)
            or _reviewed(connection, row)
        )


def _reviewed(connection: Connection, row: AnyRow) -> RowProblem | None:
    entry = entry_about(connection, Event.EXEMPTION_REVIEWED, row.id)
    if entry is None:
        said = (row.review, row.review_reason, row.reviewed_by_id, row.reviewed_as, row.reviewed_at)
        return None if set(said) == {None} else RowProblem("exemption_record", row.id, "reviewed_at", NOT_SO)
    stated = {
        "person_id": str(row.reviewed_by_id),
        "role": None if row.reviewed_as is None else row.reviewed_as.value,
        "review": None if row.review is None else row.review.value,
        "reason_sha256": digest_of(row.review_reason),
    }
    return row_problem("exemption_record", row.id, entry, stated, row.reviewed_at)


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was reported or entered still has its row."""
    yield from vanished(connection, Event.INTERRUPTION_REPORTED, _report)
    yield from vanished(connection, Event.EXEMPTION_ENTERED, _exemption)


CHECKS: tuple[Check, ...] = (_reports, _exemptions, _vanished)

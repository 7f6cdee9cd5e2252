"""The rows against the ledger: what the registry says today must be what the ledger says happened (Art. 7, 16)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection, String, and_, case, cast, func, or_, select

from registry.bulk import AnyRow, table_of
from registry.ledger import (
    access_rows,
    conversion_rows,
    device_rows,
    disposal_rows,
    filing_rows,
    fixity_rows,
    retention_rows,
    seat_rows,
    told,
    unrecorded_rows,
)
from registry.ledger.chain import digest_of
from registry.ledger.comparing import AT_ONCE, UNKNOWN, Check, entries_of, facts_in, names, stream, told_by, vanished
from registry.ledger.events import Event
from registry.ledger.reports import MOST, Progress, RowProblem, RowReport
from registry.tables import (
    TAKEN_IN,
    DockItem,
    DockSession,
    FileReceipt,
    ItemOutcome,
    Recording,
    RecordingState,
    SessionState,
)

if TYPE_CHECKING:
    from registry.database import Registry

_ELSEWHERE = (
    seat_rows, told, device_rows, filing_rows, access_rows, retention_rows, disposal_rows, fixity_rows, conversion_rows,
    unrecorded_rows,
)  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}")
_AS_VERIFIED = ("size", "sha256", "sm3", "vault_key", "vault_version")


def verify_rows(registry: Registry, progress: Progress | None = None) -> RowReport:
    """Compare recordings, items, sessions, receipts, recorders, who kept them, activities, markings, seats,
    credentials, notices, decisions, grants, viewings, case files, holds, disposal lists, readings, incidents,
    conversions, interruptions and exemptions with their ledger entries.

    Memory stays the same, however many there are.

    It takes the ledger at its word: check that with `verify`. Raises `Unavailable` when the database does not answer.
    """
    rows, problems = 0, list[RowProblem]()
    with registry.streaming() as connection:
        _plan_for_all_rows(connection)
        total = _count(connection)
        for problem in (one for check in _CHECKS for one in check(connection)):
            rows += 1
            if problem is not None and len(problems) < MOST:
                problems.append(problem)
            if progress is not None and rows % AT_ONCE == 0:
                progress(rows, max(rows, total))
    return RowReport(rows, problems)


def originals_against_ledger(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recording against what was verified, and each that was verified against the recordings."""
    _plan_for_all_rows(connection)
    yield from _originals(connection)
    yield from _vanished_originals(connection)


def _plan_for_all_rows(connection: Connection) -> None:
    """PostgreSQL plans a streamed query for its first rows to come soon; here all are wanted, which loops over loops
    would never deliver."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1.0")


def _count(connection: Connection) -> int:
    models = [model for one in _ELSEWHERE for model in one.MODELS]
    counts = [
        select(func.count()).select_from(table_of(model)).scalar_subquery()
        for model in (Recording, FileReceipt, DockSession, DockItem, *models)
    ]
    return sum(connection.execute(select(*counts)).one())


def _originals(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recording's facts are those with which it was verified."""
    recording = table_of(Recording)
    entry, verified = entries_of(Event.RECORDING_VERIFIED, "entry")
    kept = [told_by(connection, recording.c[name]).label(name) for name in ("id", "session_id", "retain_until")]
    elsewhere = recording.c.unit_id.is_distinct_from(entry.c.unit_id).label("elsewhere")
    at_another_time = recording.c.received_at.is_distinct_from(entry.c.at).label("at_another_time")
    query = (
        select(*(recording.c[name] for name in _AS_VERIFIED), *kept, elsewhere, at_another_time, entry.c.facts)
        .select_from(recording.outerjoin(entry, and_(entry.c.subject_id == recording.c.id, verified)))
        .order_by(recording.c.id)
    )
    for row in stream(connection, query):
        yield _original_problem(row)


def _original_problem(row: AnyRow) -> RowProblem | None:
    found = _difference(row)
    return None if found is None else RowProblem("recording", UUID(row.id), *found)


def _difference(row: AnyRow) -> tuple[str, str] | None:
    """Which column is not what the ledger says, and in which way."""
    if row.facts is None:
        return "id", UNKNOWN
    facts = facts_in(row.facts)
    for column, value in zip(_AS_VERIFIED, row, strict=False):
        if value != facts.get(column):
            return column, "it is not what the ledger says was verified"
    if row.session_id != facts.get("session_id"):
        return "session_id", "the ledger says another session brought it in"
    if row.elsewhere:
        return "unit_id", "the ledger says it is another unit's"
    if row.at_another_time:
        return "received_at", "the ledger says it was received at another time"
    floor = facts.get("retain_until")
    if floor is not None and (row.retain_until is None or row.retain_until < floor):
        return "retain_until", "it is earlier than the floor in the ledger"
    return None


def _vanished_originals(connection: Connection) -> Iterator[RowProblem | None]:
    """Each original that was verified still has its row."""
    yield from vanished(connection, Event.RECORDING_VERIFIED, table_of(Recording))


def _wrongly_sealed_originals(connection: Connection) -> Iterator[RowProblem | None]:
    """A recording is sealed exactly when the ledger says so."""
    recording = table_of(Recording)
    entry, sealed = entries_of(Event.RECORDING_SEALED, "entry")
    sealed_at = case((recording.c.state != RecordingState.VERIFIED, recording.c.sealed_at))
    query = (
        select(recording.c.id)
        .select_from(recording.outerjoin(entry, and_(entry.c.subject_id == recording.c.id, sealed)))
        .where(sealed_at.is_distinct_from(entry.c.at))
        .order_by(recording.c.id)
    )
    for row in stream(connection, query):
        yield RowProblem("recording", row.id, "state", "the ledger says otherwise")


def _receipts(connection: Connection) -> Iterator[RowProblem | None]:
    """Each receipt is the one that was issued, and names the content of every item that may be wiped."""
    receipt = table_of(FileReceipt)
    entry, issued = entries_of(Event.RECEIPT_ISSUED, "entry")
    query = (
        select(receipt, entry.c.facts)
        .select_from(receipt.outerjoin(entry, and_(entry.c.subject_id == receipt.c.id, issued)))
        .order_by(receipt.c.id)
    )
    # One receipt at a time: its document lists a whole session.
    for row in stream(connection, query, at_once=1):
        yield _receipt_problem(connection, row)


def _receipt_problem(connection: Connection, row: AnyRow) -> RowProblem | None:
    facts = facts_in(row.facts)
    stated = {
        "number": row.number,
        "session_id": str(row.session_id),
        "key_id": row.key_id,
        "signature": row.signature,
        "document_sha256": digest_of(row.document),
    }
    for column, value in stated.items():
        if facts.get(column) != value:
            return RowProblem("file_receipt", row.id, column, "it is not what the ledger says was issued")
    item, recording = table_of(DockItem).c, table_of(Recording).c
    listed = connection.execute(
        select(recording.sha256)
        .join(table_of(DockItem), recording.id == item.recording_id)
        .where(item.session_id == row.session_id, item.outcome.in_(TAKEN_IN))
    )
    if set(listed.scalars()) - set(_DIGEST.findall(row.document)):
        return RowProblem("file_receipt", row.id, "document", "it does not name everything that may be wiped")
    return None


def _sessions(connection: Connection) -> Iterator[RowProblem | None]:
    """A session is sealed exactly when the ledger says so, and then has a receipt."""
    session, receipt = table_of(DockSession), table_of(FileReceipt)
    entry, sealed = entries_of(Event.SESSION_SEALED, "entry")
    query = (
        select(session.c.id, session.c.state, session.c.sealed_at, entry.c.at, receipt.c.id.label("receipt_id"))
        .select_from(
            session.outerjoin(entry, and_(entry.c.subject_id == session.c.id, sealed)).outerjoin(
                receipt, receipt.c.session_id == session.c.id
            )
        )
        .order_by(session.c.id)
    )
    for row in stream(connection, query):
        yield _session_problem(row)


def _session_problem(row: AnyRow) -> RowProblem | None:
    if (row.sealed_at if row.state is SessionState.SEALED else None) != row.at:
        return RowProblem("dock_session", row.id, "state", "the ledger says otherwise")
    if (row.receipt_id is None) != (row.at is None):
        return RowProblem("file_receipt", row.id, "session_id", "receipt and seal of the session do not agree")
    return None


def _items(connection: Connection) -> Iterator[RowProblem | None]:
    """What counts as taken in, or as wiped, does so because of an entry."""
    item = table_of(DockItem)
    original, verified = entries_of(Event.RECORDING_VERIFIED, "original")
    double, duplicated = entries_of(Event.ITEM_DUPLICATED, "double")
    gone, wiped = entries_of(Event.ITEM_WIPED, "gone")
    query = (
        select(
            cast(item.c.id, String).label("id"),  # as text: a UUID object for each would take longer than all the rest
            item.c.outcome,
            cast(item.c.recording_id, String).label("recording_id"),
            item.c.wiped_at,
            original.c.facts.label("original_facts"),
            double.c.facts.label("double_facts"),
            gone.c.at.label("gone_at"),
        )
        .select_from(
            item.outerjoin(original, and_(original.c.subject_id == item.c.recording_id, verified))
            .outerjoin(double, and_(double.c.subject_id == item.c.id, duplicated))
            .outerjoin(gone, and_(gone.c.subject_id == item.c.id, wiped))
        )
        .where(or_(item.c.outcome.in_(TAKEN_IN), item.c.wiped_at.is_not(None), gone.c.at.is_not(None)))
        .order_by(item.c.id)
    )
    for item_id, entries in groupby(stream(connection, query), key=lambda row: row.id):
        yield _item_problem(item_id, list(entries))


def _item_problem(item_id: str, entries: list[AnyRow]) -> RowProblem | None:
    row = entries[0]
    if row.wiped_at != row.gone_at:
        return RowProblem("dock_item", UUID(item_id), "wiped_at", "the ledger says otherwise")
    if row.outcome is ItemOutcome.STORED:
        vouched = names(row.original_facts, "item_id", item_id)
    else:
        vouched = row.outcome is ItemOutcome.DUPLICATE and any(
            names(one.double_facts, "recording_id", row.recording_id) for one in entries
        )
    if vouched:
        return None
    return RowProblem("dock_item", UUID(item_id), "outcome", "no ledger entry says it was taken in")


_CHECKS: tuple[Check, ...] = (
    _originals,
    _vanished_originals,
    _wrongly_sealed_originals,
    _receipts,
    _sessions,
    _items,
    *(check for one in _ELSEWHERE for check in one.CHECKS),
)

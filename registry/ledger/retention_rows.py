"""Case files, what is used in them, holds, and how long something is kept by somebody's word, against the ledger.

Art. 18: whoever shortens a case file's time or removes a hold behind the registry's back is found out.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, and_, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of, time_text
from registry.ledger.comparing import (
    GONE,
    NOT_SO,
    UNKNOWN,
    Check,
    entries_of,
    entry_about,
    facts_in,
    id_in,
    row_problem,
    stream,
    texts_in,
    unit_problem,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    CaseFile,
    CaseUse,
    DisposalItem,
    Hold,
    HoldItem,
    Recording,
    TermChange,
    TermChangeItem,
    TermExtension,
)

MODELS = (CaseFile, CaseUse, Hold, TermChange, TermExtension)
"""Whose rows are compared here."""

_case, _use, _hold, _hold_item = table_of(CaseFile), table_of(CaseUse), table_of(Hold), table_of(HoldItem)
_change, _change_item = table_of(TermChange), table_of(TermChangeItem)
_extension, _item, _recording = table_of(TermExtension), table_of(DisposalItem), table_of(Recording)


def _cases(connection: Connection) -> Iterator[RowProblem | None]:
    """Each case file was entered under its number, in its unit, and is as it was changed last."""
    for row in stream(connection, select(_case).order_by(_case.c.id)):
        entered = entry_about(connection, Event.CASE_ENTERED, row.id)
        named = {"person_id": str(row.entered_by_id), "number_sha256": digest_of(row.number)}
        newest = entry_about(connection, Event.CASE_CHANGED, row.id) or entered
        stated = {
            "closed_on": None if row.closed_on is None else row.closed_on.isoformat(),
            "keep_years": row.keep_years,
            "permanent": row.permanent,
            "document_sha256": digest_of(row.document),
        }
        yield (
            row_problem("case_file", row.id, entered, named, row.entered_at)
            or row_problem("case_file", row.id, newest, stated, row.changed_at)
            or unit_problem("case_file", row, entered)
        )


def _uses(connection: Connection) -> Iterator[RowProblem | None]:
    """Each recording that is used in a case is so by whose word and why the ledger says."""
    for row in stream(connection, select(_use).order_by(_use.c.id)):
        entry = entry_about(connection, Event.RECORDING_USED, row.recording_id, row.case_id)
        stated = {"person_id": str(row.person_id), "reason_sha256": digest_of(row.reason)}
        yield row_problem("case_use", row.id, entry, stated, row.at)


def _holds(connection: Connection) -> Iterator[RowProblem | None]:
    """Each hold was placed by whom, why and over what the ledger says, and is lifted exactly when it says."""
    for row in stream(connection, select(_hold).order_by(_hold.c.id)):
        placed = entry_about(connection, Event.HOLD_PLACED, row.id)
        stated = {
            "person_id": str(row.placed_by_id),
            "kind": row.kind.value,
            "case_id": None if row.case_id is None else str(row.case_id),
            "reason_sha256": digest_of(row.reason),
            "document_sha256": digest_of(row.document),
        }
        yield (
            row_problem("hold", row.id, placed, stated, row.placed_at)
            or unit_problem("hold", row, placed)
            or _lifting(connection, row)
            or _over(connection, row, placed)
        )


def _lifting(connection: Connection, row: AnyRow) -> RowProblem | None:
    return _ending(row, "hold", "lifted", entry_about(connection, Event.HOLD_LIFTED, row.id), row.lift_reason)


def _ending(row: AnyRow, table: str, word: str, entry: AnyRow | None, reason: str | None) -> RowProblem | None:
    """What is over is so when, by whom and why the ledger says; and nothing else is."""
    at, by = getattr(row, f"{word}_at"), getattr(row, f"{word}_by_id")
    if entry is None:
        return None if (at, by, reason) == (None, None, None) else RowProblem(table, row.id, f"{word}_at", NOT_SO)
    stated = {"person_id": str(by), "reason_sha256": digest_of(reason)}
    return row_problem(table, row.id, entry, stated, at)


def _over(connection: Connection, row: AnyRow, placed: AnyRow | None) -> RowProblem | None:
    """What was named is; of a case, whatever came to it later is as well."""
    said = set(texts_in(facts_in(None if placed is None else placed.facts).get("recordings")))
    query = select(_hold_item.c.recording_id).where(_hold_item.c.hold_id == row.id)
    there = {str(one) for one in connection.execute(query).scalars()}
    if said - there or (row.case_id is None and there - said):
        return RowProblem("hold_item", row.id, "recording_id", NOT_SO)
    return None


def _changes(connection: Connection) -> Iterator[RowProblem | None]:
    """What was said of a policy that releases footage earlier, by whom, of how many recordings."""
    for row in stream(connection, select(_change).order_by(_change.c.id)):
        entry = entry_about(connection, Event.TERMS_SHORTENED, row.id)
        if entry is None:
            is_open = (row.verdict, row.decided_by_id, row.decided_at, row.reason) == (None, None, None, None)
            yield None if is_open else RowProblem("term_change", row.id, "verdict", UNKNOWN)
            continue
        stated = {
            "person_id": str(row.decided_by_id),
            "verdict": None if row.verdict is None else row.verdict.value,
            "policy": row.policy_version,
            "reason_sha256": digest_of(row.reason),
        }
        yield row_problem("term_change", row.id, entry, stated, row.decided_at) or unit_problem(
            "term_change", row, entry
        )


def _extensions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each decision to keep was made of an item of a list (`registry.ledger.disposal_rows` knows by whose word), and is
    over exactly when the ledger says."""
    for row in stream(connection, select(_extension).order_by(_extension.c.id)):
        made = select(_item.c.id).where(
            _item.c.recording_id == row.recording_id,
            _item.c.dropped_at == row.at,
            _item.c.dropped_by_id == row.person_id,
        )
        if connection.execute(made).first() is None:
            yield RowProblem("term_extension", row.id, "id", UNKNOWN)
            continue
        entry = entry_about(connection, Event.EXTENSION_ENDED, row.recording_id, row.id)
        yield _ending(row, "term_extension", "ended", entry, row.end_reason)


def _locks(connection: Connection) -> Iterator[RowProblem | None]:
    """Each original is locked no shorter than the vault answered."""
    entry, extended = entries_of(Event.RECORDING_EXTENDED, "entry")
    query = select(_recording.c.id, _recording.c.retain_until, entry.c.facts)
    query = query.select_from(entry.join(_recording, _recording.c.id == entry.c.subject_id)).where(extended)
    for row in stream(connection, query.order_by(entry.c.seq)):
        told = str(facts_in(row.facts).get("retain_until"))
        shorter = row.retain_until is None or time_text(row.retain_until) < told
        yield RowProblem("recording", row.id, "retain_until", NOT_SO) if shorter else None


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was entered, held back or decided still has its row."""
    for event, table, there in (
        (Event.CASE_ENTERED, "case_file", lambda entry: _case.c.id == entry.subject_id),
        (Event.HOLD_PLACED, "hold", lambda entry: _hold.c.id == entry.subject_id),
        (Event.TERMS_SHORTENED, "term_change", lambda entry: _change.c.id == entry.subject_id),
        (Event.RECORDING_USED, "case_use", _is_use),
    ):
        entry, of_event = entries_of(event, "entry")
        query = select(entry.c.subject_id, entry.c.facts).where(of_event).order_by(entry.c.seq)
        for row in stream(connection, query):
            if connection.execute(select(1).where(there(row))).first() is None:
                yield RowProblem(table, row.subject_id, "id", GONE)


def _is_use(entry: AnyRow) -> ColumnElement[bool]:
    return and_(_use.c.recording_id == entry.subject_id, _use.c.case_id == id_in(entry.facts, "case_id"))


CHECKS: tuple[Check, ...] = (_cases, _uses, _holds, _changes, _extensions, _locks, _vanished)

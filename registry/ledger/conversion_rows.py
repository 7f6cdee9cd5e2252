"""Conversions against the ledger: who asked, extracted, checked and signed, and what was handed out (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import digest_of
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
)
from registry.ledger.conversion_content import content_digest, outputs_of
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    Conversion,
    ConversionDecision,
    ConversionDisc,
    ConversionReading,
    ConversionReissue,
    ConversionStatement,
    ConversionTranscript,
    ConversionVerdict,
)
from regulation.conversion_states import ConversionState

MODELS = (
    Conversion,
    ConversionDecision,
    ConversionTranscript,
    ConversionStatement,
    ConversionReissue,
    ConversionReading,
)
"""Whose rows are compared here; items, outputs and media with their conversions."""

_conversion, _decision = table_of(Conversion), table_of(ConversionDecision)
_transcript, _statement = table_of(ConversionTranscript), table_of(ConversionStatement)
_disc, _reading, _reissue = table_of(ConversionDisc), table_of(ConversionReading), table_of(ConversionReissue)

VERDICTS: Mapping[ConversionVerdict, Event] = {
    ConversionVerdict.EXTRACTED: Event.CONVERSION_EXTRACTED,
    ConversionVerdict.CHECKED: Event.CONVERSION_CHECKED,
    ConversionVerdict.SIGNED: Event.CONVERSION_SIGNED,
    ConversionVerdict.RETURNED: Event.CONVERSION_RETURNED,
}
"""As what each answer is entered."""


def _decisions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each answer is the one that was entered, about exactly that."""
    for row in stream(connection, select(_decision).order_by(_decision.c.step_id)):
        entry = entry_about(connection, VERDICTS[row.verdict], row.conversion_id, row.step_id)
        stated = {
            "edition": row.edition,
            "person_id": str(row.person_id),
            "role": None if row.role is None else row.role.value,
            "passed": row.passed,
            "verdict": row.verdict.value,
            "content_sha256": row.content_sha256,
            "reason_sha256": digest_of(row.reason),
            "policy": row.policy_version,
        }
        yield row_problem("conversion_decision", row.step_id, entry, stated, row.at)


_NEEDS: Mapping[ConversionState, tuple[Event, ...]] = {
    ConversionState.DRAFT: (),
    ConversionState.EXTRACTION: (Event.CONVERSION_SUBMITTED,),
    ConversionState.MAKING: (Event.CONVERSION_EXTRACTED,),
    ConversionState.CHECKING: (Event.CONVERSION_MADE,),
    ConversionState.SIGNING: (Event.CONVERSION_CHECKED,),
    ConversionState.PACKING: (Event.CONVERSION_SIGNED,),
    ConversionState.ISSUED: (Event.CONVERSION_ISSUED,),
    ConversionState.WITHDRAWN: (),
    ConversionState.SUPERSEDED: (Event.CONVERSION_ISSUED, Event.CONVERSION_SUPERSEDED),
}
"""What must have been said for a conversion to be in a state."""

_SETTLED = (ConversionState.SIGNING, ConversionState.PACKING, ConversionState.ISSUED, ConversionState.SUPERSEDED)


def _conversions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each conversion is the one that was handed in, where its answers have brought it, and what was checked."""
    for row in stream(connection, select(_conversion).order_by(_conversion.c.id), at_once=1):
        yield _of_people(connection, row) or _of_state(connection, row) or _of_content(connection, row)


def _of_people(connection: Connection, row: AnyRow) -> RowProblem | None:
    if row.submitted_at is None:
        return None
    entry = entry_about(connection, Event.CONVERSION_SUBMITTED, row.id)
    if entry is None:
        return RowProblem("conversion", row.id, "id", UNKNOWN)
    stated = {"requester_id": str(row.requester_id), "grant_id": str(row.grant_id)}
    if row.state is not ConversionState.DRAFT:  # a draft that was sent back may say something else by now
        stated |= {
            "extractor_id": str(row.extractor_id),
            "checker_id": str(row.checker_id),
            "case_id": str(row.case_id),
            "cause_sha256": str(digest_of(row.cause)),
        }
    return row_problem("conversion", row.id, entry, stated, row.submitted_at)


def _of_state(connection: Connection, row: AnyRow) -> RowProblem | None:
    if any(entry_about(connection, one, row.id) is None for one in _NEEDS[row.state]):
        return RowProblem("conversion", row.id, "state", NOT_SO)
    issued = entry_about(connection, Event.CONVERSION_ISSUED, row.id)
    if row.issued_at != (None if issued is None else issued.at):
        return RowProblem("conversion", row.id, "issued_at", NOT_SO)
    ended = entry_about(connection, Event.CONVERSION_WITHDRAWN, row.id) or entry_about(
        connection, Event.CONVERSION_RECALLED, row.id
    )
    if (row.state is ConversionState.WITHDRAWN) != (ended is not None):
        return RowProblem("conversion", row.id, "state", NOT_SO)
    if issued is not None and row.recalled_by_id is not None and ended is not None:
        stated = {"person_id": str(row.recalled_by_id), "reason_sha256": digest_of(row.recall_reason)}
        return row_problem("conversion", row.id, ended, stated, ended.at)
    return None


def _of_content(connection: Connection, row: AnyRow) -> RowProblem | None:
    """What was checked is what is there, and what was made is what the run said it made."""
    made = entry_about(connection, Event.CONVERSION_MADE, row.id)
    if made is not None and facts_in(made.facts).get("edition") == row.edition:
        there = sorted([one.kind, one.ordinal, one.sha256, one.problem is None] for one in outputs_of(connection, row))
        if sorted(facts_in(made.facts).get("outputs", [])) != there:
            return RowProblem("conversion_output", row.id, "sha256", NOT_SO)
    if row.state not in _SETTLED:
        return None
    checked = entry_about(connection, Event.CONVERSION_CHECKED, row.id)
    if checked is None or facts_in(checked.facts).get("content_sha256") != content_digest(connection, row):
        return RowProblem("conversion_item", row.id, "content", "it is not what was checked")
    return None


def _statements(connection: Connection) -> Iterator[RowProblem | None]:
    """Each statement and each medium is the one that was issued."""
    for row in stream(connection, select(_statement).order_by(_statement.c.id), at_once=1):
        entry = entry_about(connection, Event.CONVERSION_ISSUED, row.conversion_id)
        told = ("name", "tag_manifest_sha256", "sums_sha256", "image_sha256")
        media = select(_disc).where(_disc.c.conversion_id == row.conversion_id).order_by(_disc.c.position)
        stated = {
            "document_sha256": digest_of(row.document),
            "paper_sha256": row.paper_sha256,
            "english_sha256": row.english_sha256,
            "key_id": row.key_id,
            "signature": row.signature,
            "discs": [[getattr(one, name) for name in told] for one in connection.execute(media)],
        }
        yield row_problem("conversion_statement", row.id, entry, stated, row.issued_at)


def _transcripts(connection: Connection) -> Iterator[RowProblem | None]:
    """Each transcript is the one that was entered, and confirmed by whom the ledger says."""
    for row in stream(connection, select(_transcript).order_by(_transcript.c.id), at_once=1):
        entry = entry_about(connection, Event.TRANSCRIPT_ENTERED, row.conversion_id, row.id)
        stated = {
            "recording": str(row.recording_id),
            "person_id": str(row.entered_by_id),
            "origin": row.origin.value,
            "lines_sha256": digest_of(row.lines),
        }
        yield (
            row_problem("conversion_transcript", row.id, entry, stated, row.entered_at)
            or _confirmation(connection, row, entry)
        )


def _confirmation(connection: Connection, row: AnyRow, entered: AnyRow | None) -> RowProblem | None:
    if entered is not None and facts_in(entered.facts).get("confirmed"):
        said: tuple[Any, ...] = (row.entered_at, str(row.entered_by_id))
    else:
        entry = entry_about(connection, Event.TRANSCRIPT_CONFIRMED, row.conversion_id, row.id)
        said = (None, None) if entry is None else (entry.at, facts_in(entry.facts).get("person_id"))
    if (row.confirmed_at, row.confirmed_by_id and str(row.confirmed_by_id)) != said:
        return RowProblem("conversion_transcript", row.id, "confirmed_at", NOT_SO)
    return None


def _reissues(connection: Connection) -> Iterator[RowProblem | None]:
    """More copies were allowed by whom and why the ledger says."""
    for row in stream(connection, select(_reissue).order_by(_reissue.c.id)):
        entry = entry_about(connection, Event.CONVERSION_REISSUED, row.conversion_id, row.id)
        stated = {"person_id": str(row.person_id), "copies": row.copies, "reason_sha256": digest_of(row.reason)}
        yield row_problem("conversion_reissue", row.id, entry, stated, row.at)


def _readings(connection: Connection) -> Iterator[RowProblem | None]:
    """Each medium was read back when, and with what result, the ledger says."""
    query = select(_reading, _disc.c.conversion_id, _disc.c.position).join_from(
        _reading, _disc, _disc.c.id == _reading.c.disc_id
    )
    for row in stream(connection, query.order_by(_reading.c.id)):
        entry = entry_about(connection, Event.CONVERSION_READ, row.conversion_id, row.id)
        stated = {"disc": row.position, "copy": row.copy_number, "is_same": row.is_same}
        yield row_problem("conversion_reading", row.id, entry, stated, row.read_at)


_KEPT: tuple[tuple[Event, Table, str, str | None], ...] = (
    (Event.CONVERSION_SUBMITTED, _conversion, "id", None),
    *((event, _decision, "step_id", "step_id") for event in VERDICTS.values()),
    (Event.CONVERSION_ISSUED, _statement, "conversion_id", None),
    (Event.TRANSCRIPT_ENTERED, _transcript, "id", "transcript_id"),
    (Event.CONVERSION_REISSUED, _reissue, "id", "reissue_id"),
    (Event.CONVERSION_READ, _reading, "id", "reading_id"),
)


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was handed in, decided, issued and read back still has its row."""
    for event, table, column, fact in _KEPT:
        entry, of_event = entries_of(event, "entry")
        for row in stream(connection, select(entry.c.subject_id, entry.c.facts).where(of_event).order_by(entry.c.seq)):
            if fact is not None and fact not in facts_in(row.facts):
                continue  # sent back by its run, which answers no step
            about = row.subject_id if fact is None else id_in(row.facts, fact)
            if connection.execute(select(1).where(table.c[column] == about)).first() is None:
                yield RowProblem(table.name, about, "id", GONE)


CHECKS: tuple[Check, ...] = (
    _decisions,
    _conversions,
    _statements,
    _transcripts,
    _reissues,
    _readings,
    _vanished,
)

"""What was made for a conversion, and what was said in its recordings (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import canonical_json, digest_of
from registry.queries.conversion import items_of_conversion, outputs_of
from registry.tables import ConversionOutput, ConversionTranscript, Origin
from registry.transitions.conversion.common import ask, change, conversion_of, tell_ledger, tell_people
from registry.transitions.conversion.shapes import Output
from registry.types import new_id
from regulation.access_terms import FieldDenied
from regulation.conversion import ConversionStage
from regulation.conversion_states import ARTICLE, ConversionEvent, ConversionState
from regulation.errors import ActionDenied

_transcript = table_of(ConversionTranscript)

MOST_LINES = 20_000
LONGEST_LINE = 2_000

WRITABLE = (ConversionState.DRAFT, ConversionState.EXTRACTION, ConversionState.MAKING, ConversionState.CHECKING)
"""Until it is checked, what was said can still be written down."""


def enter_outputs(act: Act, conversion_id: UUID, outputs: Sequence[Output]) -> None:
    """Enter what the run has made, or why it could not; then the checker is asked. Entered already: nothing.

    Raises `ActionDenied` where nothing is being made and nothing was.
    """
    row = conversion_of(act, conversion_id)
    if row.state is not ConversionState.MAKING:
        if outputs_of(act.connection, row) or row.state is ConversionState.CHECKING:
            return
        raise ActionDenied("Nothing is being made here now.", article=ARTICLE, subject=row.number)
    insert_rows(act.connection, ConversionOutput, [_output(row, one, act) for one in outputs])
    facts = {
        "edition": row.edition,
        "outputs": [[one.kind, one.ordinal, one.sha256, one.problem is None] for one in outputs],
    }
    tell_ledger(act, Event.CONVERSION_MADE, row, facts)
    change(act, row, ConversionEvent.MADE)
    ask(act, row, ConversionStage.CHECK, row.checker_id)
    tell_people(act, "check", row, [row.checker_id])


def _output(row: AnyRow, one: Output, act: Act) -> dict[str, Any]:
    return {
        "id": new_id(),
        "conversion_id": row.id,
        "edition": row.edition,
        "item_id": one.item_id,
        "kind": one.kind,
        "ordinal": one.ordinal,
        "facts": dict(one.facts),
        "size": one.size,
        "sha256": one.sha256,
        "problem": storable(one.problem),
        "made_at": act.at,
    }


Line = tuple[float, float, str, str]
"""When somebody begins and ends to speak, in seconds of the recording; who; and what they say."""


def enter_transcript(
    act: Act, conversion_id: UUID, recording_id: UUID, by: UUID, origin: Origin, lines: Iterable[Line]
) -> UUID:
    """Enter what is said in a recording; it stands in place of what was entered before. Written by hand it is the word
    of who wrote it; anything else waits for somebody's confirmation. Gives its id.

    Raises `ActionDenied` for who takes no part in it and once it is checked, `FieldDenied` for lines that cannot be.
    """
    row = _writable(act, conversion_id, by)
    if recording_id not in {one.recording_id for one in items_of_conversion(act.connection, row)}:
        raise FieldDenied("recording", "This recording is not a part of it.", ARTICLE)
    text = canonical_json([_line(one) for one in _counted(lines)])
    is_own = origin is Origin.WRITTEN
    written = {
        "id": new_id(),
        "conversion_id": row.id,
        "recording_id": recording_id,
        "origin": origin,
        "lines": text,
        "entered_by_id": by,
        "entered_at": act.at,
        "confirmed_by_id": by if is_own else None,
        "confirmed_at": act.at if is_own else None,
    }
    insert_rows(act.connection, ConversionTranscript, [written])
    facts = {
        "transcript_id": written["id"],
        "recording": recording_id,
        "person_id": by,
        "origin": origin.value,
        "lines_sha256": digest_of(text),
        "confirmed": is_own,
    }
    tell_ledger(act, Event.TRANSCRIPT_ENTERED, row, facts)
    entered: UUID = written["id"]
    return entered


def _writable(act: Act, conversion_id: UUID, by: UUID) -> AnyRow:
    row = conversion_of(act, conversion_id)
    if by not in (row.requester_id, row.extractor_id, row.checker_id):
        raise ActionDenied("Only who takes part in it writes down what was said.", article=ARTICLE, subject=row.number)
    if row.state not in WRITABLE:
        raise ActionDenied("It was checked already: send it back first.", article=ARTICLE, subject=row.number)
    return row


def _counted(lines: Iterable[Line]) -> list[Line]:
    found = list(lines)
    if len(found) > MOST_LINES:
        raise FieldDenied("lines", f"A transcript has at most {MOST_LINES} lines.", ARTICLE)
    return sorted(found, key=lambda one: one[:2])


def _line(one: Line) -> list[Any]:
    start, end, speaker, text = one
    if not 0 <= start < end < float("inf"):
        raise FieldDenied("lines", f"A line begins at 0 or later and ends after it begins: {start}, {end}.", ARTICLE)
    if not text.strip() or len(text) > LONGEST_LINE or len(speaker) > LONGEST_LINE:
        raise FieldDenied("lines", f"A line has 1 to {LONGEST_LINE} characters: second {start}.", ARTICLE)
    return [round(start, 3), round(end, 3), storable(speaker.strip()), storable(text.strip())]


def confirm_transcript(act: Act, transcript_id: UUID, by: UUID) -> None:
    """Say that a transcript which was imported or made by a machine is what is heard. Raises as `enter_transcript`
    does; confirmed already: nothing."""
    one = act.connection.execute(select(_transcript).where(_transcript.c.id == transcript_id)).one_or_none()
    if one is None:
        raise ActionDenied("There is no such transcript.", article=ARTICLE, subject=str(transcript_id))
    row = _writable(act, one.conversion_id, by)
    if one.confirmed_at is not None:
        return
    confirmed = {"id": one.id, "confirmed_by_id": by, "confirmed_at": act.at}
    update_rows(act.connection, ConversionTranscript, [confirmed])
    facts = {
        "transcript_id": one.id,
        "recording": one.recording_id,
        "person_id": by,
        "lines_sha256": digest_of(one.lines),
    }
    tell_ledger(act, Event.TRANSCRIPT_CONFIRMED, row, facts)

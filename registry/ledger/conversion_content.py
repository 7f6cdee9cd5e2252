"""Exactly what an answer to a conversion's step is about (Art. 19)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from registry.bulk import AnyRow, table_of
from registry.ledger.chain import canonical_json
from registry.tables import ConversionItem, ConversionOutput, ConversionTranscript

_item, _output, _transcript = table_of(ConversionItem), table_of(ConversionOutput), table_of(ConversionTranscript)


def content_digest(connection: Connection, row: AnyRow) -> str:
    """A SHA-256 of everything an answer is about: what is asked, for which case and medium, what was said in it, and
    what was made. Whatever of it changes afterwards, the answer was to something else."""
    told = {
        "conversion": str(row.id),
        "edition": row.edition,
        "case": str(row.case_id),
        "cause": row.cause,
        "carrier": row.carrier.value,
        "copies": row.copies,
        "supersedes": None if row.supersedes_id is None else str(row.supersedes_id),
        "correction": row.correction,
        "items": [_item_content(one) for one in items_of_conversion(connection, row)],
        "outputs": [
            [one.position, one.kind, one.ordinal, one.sha256, one.problem, one.facts]
            for one in outputs_of(connection, row)
        ],
        "transcripts": [
            [str(one.recording_id), one.origin.value, one.lines, one.confirmed_at is not None]
            for one in transcripts_of(connection, row.id).values()
        ],
    }
    return sha256(canonical_json(told).encode()).hexdigest()


def _item_content(one: AnyRow) -> list[Any]:
    part = [one.start_second, one.end_second]
    return [one.position, str(one.recording_id), one.original, *part, one.proves, one.marks]


def items_of_conversion(connection: Connection, row: AnyRow) -> list[AnyRow]:
    """What its last edition asks, in order."""
    query = select(_item).where(_item.c.conversion_id == row.id, _item.c.edition == row.edition)
    return list(connection.execute(query.order_by(_item.c.position)))


def outputs_of(connection: Connection, row: AnyRow) -> list[AnyRow]:
    """What was made for its last edition, by item and place."""
    query = (
        select(_output, _item.c.position)
        .join_from(_output, _item, _item.c.id == _output.c.item_id)
        .where(_output.c.conversion_id == row.id, _output.c.edition == row.edition)
    )
    return list(connection.execute(query.order_by(_item.c.position, _output.c.kind, _output.c.ordinal)))


def transcripts_of(connection: Connection, conversion_id: UUID) -> dict[UUID, AnyRow]:
    """The transcript that counts for each recording: the newest."""
    query = select(_transcript).where(_transcript.c.conversion_id == conversion_id)
    rows = connection.execute(query.order_by(_transcript.c.entered_at, _transcript.c.id))
    return {row.recording_id: row for row in rows}

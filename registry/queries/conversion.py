"""Conversions: what is asked, who answers now, and exactly what an answer is about (Art. 19)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.ledger.conversion_content import content_digest, items_of_conversion, outputs_of, transcripts_of
from registry.ledger.events import Event
from registry.queries.access import deciders_over, gone_among
from registry.tables import (
    Conversion,
    ConversionDecision,
    ConversionDisc,
    ConversionReading,
    ConversionReissue,
    ConversionStatement,
    ConversionStep,
    LedgerEntry,
)
from regulation.access import Deciders
from regulation.access_terms import Range
from regulation.conversion import SIGNATORY, Asked, ConversionStage, asked_from
from regulation.conversion_states import AT_WORK

_conversion, _step, _entry = table_of(Conversion), table_of(ConversionStep), table_of(LedgerEntry)
_decision, _statement = table_of(ConversionDecision), table_of(ConversionStatement)
_disc, _reading, _reissue = table_of(ConversionDisc), table_of(ConversionReading), table_of(ConversionReissue)

__all__ = [
    "answerers_of", "asked_of", "cleared_at", "content_digest", "conversion_numbered", "conversion_row",
    "decisions_of_conversion", "discs_of", "items_of_conversion", "kept_since", "lines_of", "open_conversions",
    "open_step_of_conversion", "outputs_of", "readings_of", "reissues_of", "signatories_of", "signers_of",
    "statement_of_conversion", "steps_of_conversion", "to_follow_conversions", "transcripts_of",
]  # fmt: skip


def conversion_row(connection: Connection, conversion_id: UUID) -> AnyRow | None:
    """The conversion with this id."""
    return connection.execute(select(_conversion).where(_conversion.c.id == conversion_id)).one_or_none()


def conversion_numbered(connection: Connection, number: str) -> AnyRow | None:
    """The conversion with this number."""
    return connection.execute(select(_conversion).where(_conversion.c.number == number)).one_or_none()


def asked_of(item: AnyRow) -> Asked:
    """An item as the rule sees it."""
    part = Range(item.start_second, item.end_second)
    return asked_from(item.recording_id, item.proves, part, item.marks, original=item.original)


def steps_of_conversion(connection: Connection, conversion_id: UUID) -> list[AnyRow]:
    """Its steps, in their order."""
    query = select(_step).where(_step.c.conversion_id == conversion_id)
    return list(connection.execute(query.order_by(_step.c.position)))


def open_step_of_conversion(connection: Connection, conversion_id: UUID) -> AnyRow | None:
    """The step that waits for its answer; there is at most one."""
    steps = steps_of_conversion(connection, conversion_id)
    return next((one for one in steps if one.closed_at is None), None)


def decisions_of_conversion(connection: Connection, conversion_id: UUID) -> list[AnyRow]:
    """What was said of it, in order."""
    query = select(_decision, _step.c.position, _step.c.stage).join_from(
        _decision, _step, _step.c.id == _decision.c.step_id
    )
    return list(connection.execute(query.where(_decision.c.conversion_id == conversion_id).order_by(_step.c.position)))


def signers_of(session: Session, row: AnyRow, at: datetime) -> Deciders:
    """Who may sign at the moment `at`: the head of the department, but nobody who asked, extracts or checks; then it
    goes one seat up."""
    aside = {row.extractor_id, row.checker_id}
    return deciders_over(session, SIGNATORY, row.unit_id, aside, at, asking=row.requester_id)


def answerers_of(session: Session, row: AnyRow, step: AnyRow, at: datetime) -> Collection[UUID]:
    """Who may answer the step at the moment `at`."""
    if step.stage is ConversionStage.SIGNATURE:
        return signers_of(session, row, at).people
    gone = gone_among(session, [step.person_id], at)
    return () if gone else (step.person_id,)


def signatories_of(connection: Connection, conversion_id: UUID) -> set[UUID]:
    """Who signed it."""
    query = select(_decision.c.person_id).where(
        _decision.c.conversion_id == conversion_id, _decision.c.verdict == "signed"
    )
    return set(connection.execute(query).scalars())


def statement_of_conversion(connection: Connection, conversion_id: UUID) -> AnyRow | None:
    """The statement of an issued conversion."""
    return connection.execute(select(_statement).where(_statement.c.conversion_id == conversion_id)).one_or_none()


def discs_of(connection: Connection, conversion_id: UUID) -> list[AnyRow]:
    """Its media, in order."""
    query = select(_disc).where(_disc.c.conversion_id == conversion_id)
    return list(connection.execute(query.order_by(_disc.c.position)))


def readings_of(connection: Connection, conversion_id: UUID) -> list[AnyRow]:
    """When its media were read back, and what came of it."""
    query = select(_reading, _disc.c.position, _disc.c.name).join_from(
        _reading, _disc, _disc.c.id == _reading.c.disc_id
    )
    return list(connection.execute(query.where(_disc.c.conversion_id == conversion_id).order_by(_reading.c.read_at)))


def reissues_of(connection: Connection, conversion_id: UUID) -> list[AnyRow]:
    """When more copies of it were allowed."""
    query = select(_reissue).where(_reissue.c.conversion_id == conversion_id)
    return list(connection.execute(query.order_by(_reissue.c.at)))


def kept_since(connection: Connection, row: AnyRow) -> datetime | None:
    """From when on the files of a closed conversion are kept to be handed out: its end, or when more copies of it were
    last allowed. None where it is open."""
    closed: datetime | None = row.closed_at
    again = [one.at for one in reissues_of(connection, row.id)]
    return closed if closed is None else max([closed, *again])


def cleared_at(connection: Connection, conversion_id: UUID) -> datetime | None:
    """When its files were removed from where it was packed, as the ledger has it; None where they were not."""
    query = select(_entry.c.at).where(
        _entry.c.subject_id == conversion_id, _entry.c.event == Event.CONVERSION_CLEARED.value
    )
    found: datetime | None = connection.execute(query.order_by(_entry.c.seq).limit(1)).scalar_one_or_none()
    return found


def to_follow_conversions(connection: Connection, before: datetime) -> list[AnyRow]:
    """Conversions that have something to make, and those on which something changed that their run has not seen; as far
    as they changed `before` a moment."""
    unseen = or_(_conversion.c.followed_at.is_(None), _conversion.c.followed_at < _conversion.c.changed_at)
    submitted = _conversion.c.submitted_at.is_not(None)
    waits = or_(_conversion.c.state.in_(AT_WORK), unseen)
    query = select(_conversion).where(submitted, waits, _conversion.c.changed_at <= before)
    return list(connection.execute(query.order_by(_conversion.c.created_at)))


def open_conversions(connection: Connection) -> list[AnyRow]:
    """Those that were handed in and are not closed, the oldest first."""
    query = select(_conversion).where(_conversion.c.closed_at.is_(None), _conversion.c.submitted_at.is_not(None))
    return list(connection.execute(query.order_by(_conversion.c.created_at)))


def lines_of(transcript: AnyRow) -> Iterable[list[Any]]:
    """The lines of a transcript: start, end, speaker, text."""
    lines: list[list[Any]] = json.loads(transcript.lines)
    return lines

"""A conversion being written down, handed in and taken back (Art. 17, 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import gone_among
from registry.queries.conversion import (
    asked_of,
    content_digest,
    conversion_numbered,
    items_of_conversion,
)
from registry.queries.destroying import being_destroyed
from registry.queries.retention import case_numbered
from registry.tables import Conversion, ConversionItem, Person, Recording, RecordingState, Unit
from registry.transitions.access.common import opened_for
from registry.transitions.conversion.common import (
    ask,
    change,
    close_open_step,
    conversion_of,
    taking_part,
    tell_ledger,
    tell_people,
)
from registry.transitions.conversion.shapes import NewConversion
from registry.transitions.numbers import next_number
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.conversion import MOST_ITEMS, Asked, ConversionStage, check_copies, check_item, check_people, marks_of
from regulation.conversion_states import ARTICLE, ConversionEvent, ConversionState
from regulation.errors import ActionDenied

_recording = table_of(Recording)


def enter_conversion(act: Act, new: NewConversion, by: UUID) -> UUID:
    """Write a conversion down as a draft; gives its id. `by` is the officer to whom the footage was granted.

    Raises `ActionDenied` (Art. 17) where the grant is not theirs, not live, or does not open the footage, `FieldDenied`
    for entries that cannot be.
    """
    person = act.session.get_one(Person, by)
    written = _checked(act, new, by)
    conversion_id = new_id()
    row = {
        "id": conversion_id,
        "number": next_number(act, "EC", act.session.get_one(Unit, person.unit_id)),
        "unit_id": person.unit_id,
        "requester_id": by,
        "grant_id": new.grant_id,
        "supersedes_id": _superseded(act, new, by),
        "state": ConversionState.DRAFT,
        "edition": 1,
        "created_at": act.at,
        "changed_at": act.at,
        **written,
    }
    insert_rows(act.connection, Conversion, [row])
    insert_rows(act.connection, ConversionItem, _items(conversion_id, 1, _parts(act, new, by)))
    return conversion_id


def amend_conversion(act: Act, conversion_id: UUID, new: NewConversion, by: UUID) -> None:
    """Write a draft down anew; what it said before stays as an older edition. Its grant and what it corrects stay as
    they are. Raises as `enter_conversion` does, and `ActionDenied` for others' drafts and what is none."""
    row = _own(act, conversion_id, by)
    if row.state is not ConversionState.DRAFT:
        raise ActionDenied("Only a draft can be changed.", article=ARTICLE, subject=row.number)
    kept = replace(new, grant_id=row.grant_id)
    edition = row.edition + 1
    written = {"id": row.id, "edition": edition, "changed_at": act.at, **_checked(act, kept, by)}
    update_rows(act.connection, Conversion, [written])
    insert_rows(act.connection, ConversionItem, _items(row.id, edition, _parts(act, kept, by)))


def _checked(act: Act, new: NewConversion, by: UUID) -> dict[str, Any]:
    case = case_numbered(act.connection, new.case.strip())
    if case is None:
        raise FieldDenied(
            "case", "There is no case file with this number: the device administrator enters it.", ARTICLE
        )
    _check_people(act, by, new.extractor_id, new.checker_id)
    correction = None if new.supersedes is None else check_text("correction", new.correction or "", ARTICLE)
    return {
        "case_id": case.id,
        "cause": storable(check_text("cause", new.cause, ARTICLE)),
        "carrier": new.carrier,
        "copies": new.copies,
        "extractor_id": new.extractor_id,
        "checker_id": new.checker_id,
        "correction": storable(correction),
    }


def _check_people(act: Act, requester: UUID, extractor: UUID, checker: UUID) -> None:
    named = {extractor, checker}
    known = set(act.connection.execute(select(table_of(Person).c.id).where(table_of(Person).c.id.in_(named))).scalars())
    check_people(requester, extractor, checker, known - gone_among(act.session, named, act.at))


def _superseded(act: Act, new: NewConversion, by: UUID) -> UUID | None:
    if new.supersedes is None:
        return None
    found = conversion_numbered(act.connection, new.supersedes.strip())
    if found is None or found.state is not ConversionState.ISSUED or found.requester_id != by:
        raise FieldDenied("supersedes", "Only a conversion of one's own that was issued can be corrected.", ARTICLE)
    superseded: UUID = found.id
    return superseded


def _parts(act: Act, new: NewConversion, by: UUID) -> list[Asked]:
    """What is asked of each recording, within what was granted of it."""
    if not 0 < len(new.items) <= MOST_ITEMS:
        raise FieldDenied("recordings", f"A conversion names 1 to {MOST_ITEMS} recordings.", ARTICLE)
    query = select(_recording.c.id, _recording.c.duration_seconds, _recording.c.state)
    ids = {one.recording_id for one in new.items}
    found = {row.id: row for row in rows_among(act.connection, query, _recording.c.id, ids)}
    return [_part(act, new, one, by, found) for one in new.items]


def _part(act: Act, new: NewConversion, one: Asked, by: UUID, found: dict[UUID, AnyRow]) -> Asked:
    row = found.get(one.recording_id)
    if row is None or row.state is not RecordingState.SEALED:
        raise FieldDenied("recordings", f"There is no such sealed recording: {one.recording_id}.", ARTICLE)
    grant, granted = opened_for(act.session, new.grant_id, one.recording_id, by, act.at)
    check_copies(new.copies, grant.copies)
    asked = one.within(granted)
    check_item(asked, granted, row.duration_seconds)
    return replace(asked, proves=check_text("proves", asked.proves, ARTICLE))


def _items(conversion_id: UUID, edition: int, items: Sequence[Asked]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "conversion_id": conversion_id,
            "edition": edition,
            "position": position,
            "recording_id": one.recording_id,
            "original": one.original,
            "start_second": one.part.start,
            "end_second": one.part.end,
            "proves": storable(one.proves),
            "marks": marks_of(one),
        }
        for position, one in enumerate(items, 1)
    ]


def submit_conversion(act: Act, conversion_id: UUID, by: UUID) -> None:
    """Hand the draft in: from now on the named extractor is to take the footage out.

    Raises `ActionDenied` for others' drafts and what is none, where the grant does not open the footage any more (Art.
    17) and for footage whose destruction has begun; `FieldDenied` for people who left meanwhile.
    """
    row = _own(act, conversion_id, by)
    check_granted(act, row)
    _check_people(act, by, row.extractor_id, row.checker_id)
    change(act, row, ConversionEvent.SUBMITTED, submitted_at=act.at, problem=None)
    facts = {
        "edition": row.edition,
        "requester_id": by,
        "extractor_id": row.extractor_id,
        "checker_id": row.checker_id,
        "case_id": row.case_id,
        "grant_id": row.grant_id,
        "content_sha256": content_digest(act.connection, row),
        "cause_sha256": digest_of(row.cause),
    }
    tell_ledger(act, Event.CONVERSION_SUBMITTED, row, facts)
    ask(act, row, ConversionStage.EXTRACTION, row.extractor_id)
    tell_people(act, "extract", row, [row.extractor_id])


def check_granted(act: Act, row: AnyRow) -> None:
    """Raise `ActionDenied` or `FieldDenied` unless every item is within a grant of the requester's that is live now,
    and there to be had."""
    items = items_of_conversion(act.connection, row)
    going = being_destroyed(act.session, [one.recording_id for one in items])
    query = select(_recording.c.id, _recording.c.duration_seconds)
    lengths = {
        one.id: one.duration_seconds
        for one in rows_among(act.connection, query, _recording.c.id, {item.recording_id for item in items})
    }
    for item in items:
        grant, granted = opened_for(act.session, row.grant_id, item.recording_id, row.requester_id, act.at)
        check_copies(row.copies, grant.copies)
        check_item(asked_of(item), granted, lengths[item.recording_id])
        if item.recording_id in going:
            raise ActionDenied("Its destruction has begun.", article="Art. 18", subject=str(item.recording_id))


def withdraw_conversion(act: Act, conversion_id: UUID, by: UUID) -> None:
    """Take it back before it is signed. Raises `ActionDenied` for others' and for what is signed or closed."""
    row = _own(act, conversion_id, by)
    change(act, row, ConversionEvent.WITHDRAWN)
    close_open_step(act, row)
    tell_ledger(act, Event.CONVERSION_WITHDRAWN, row, {"person_id": by})
    tell_people(act, "outcome", row, taking_part(row) - {by})


def _own(act: Act, conversion_id: UUID, by: UUID) -> AnyRow:
    row = conversion_of(act, conversion_id)
    if row.requester_id != by:
        raise ActionDenied("This conversion is somebody else's.", article=ARTICLE, subject=row.number)
    return row

"""Case files, and what is used as evidence in them: it is kept as long as the file (Art. 18(2))."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import authority_of, roles_over
from registry.queries.organisation import unit_by_code, unit_chain
from registry.queries.retention import case_numbered, recordings_of_case
from registry.tables import CaseFile, CaseUse, Unit
from registry.transitions.retention.common import being_destroyed, check_over, originals_named
from registry.transitions.retention.touching import touch_terms
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text, is_legible
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, check_case
from regulation.retention import LONGEST_YEARS

_use = table_of(CaseUse)
_CHANGING = ("document", "closed_on", "keep_years", "permanent")


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """A case file as it is entered. `closed_on` is empty while the case is open; `keep_years` is how long the file is
    kept from then, empty for one that is `permanent` and where nobody has said so yet; `document` is by whose word."""

    number: str
    unit: str
    closed_on: date | None = None
    keep_years: int | None = None
    permanent: bool = False
    document: str | None = None


def enter_case(act: Act, entry: CaseEntry, by: UUID) -> UUID:
    """Enter a case file, or change what is entered: it is closed, opened again, kept longer. Gives its id; the same
    again changes nothing.

    Raises `ActionDenied` for who may not, `FieldDenied` for what cannot be.
    """
    unit = unit_by_code(act.session, entry.unit)
    if unit is None:
        raise FieldDenied("unit", "There is no such unit.", ARTICLE)
    check_case(roles_over(act.session, by, unit_chain(act.session, unit.id), act.at))
    _check(act, entry, unit)
    row = {
        "document": storable(entry.document),
        "closed_on": entry.closed_on,
        "keep_years": entry.keep_years,
        "permanent": entry.permanent,
    }
    known = case_numbered(act.connection, entry.number)
    authority_id = authority_of(act.session, unit.id)
    if known is None:
        return _enter(act, entry, authority_id, row, by)
    return _change(act, known, authority_id, row, by)


def _check(act: Act, entry: CaseEntry, unit: Unit) -> None:
    if not is_legible(entry.number, 64):
        raise FieldDenied("number", "A number has 1 to 64 characters, each of which shows.", ARTICLE)
    if entry.permanent and entry.keep_years is not None:
        raise FieldDenied("keep_years", "A permanent file is not kept for a number of years.", ARTICLE)
    if entry.keep_years is not None and not 1 <= entry.keep_years <= LONGEST_YEARS:
        raise FieldDenied("keep_years", f"A file is kept 1 to {LONGEST_YEARS} years, or it is permanent.", ARTICLE)
    if entry.closed_on is not None and entry.closed_on > act.at.astimezone(ZoneInfo(unit.zone)).date():
        raise FieldDenied("closed_on", "A case is not closed in the future.", ARTICLE)
    if entry.closed_on is not None or entry.permanent or entry.keep_years is not None:
        check_text("document", entry.document or "", ARTICLE)


def _enter(act: Act, entry: CaseEntry, unit_id: UUID, row: dict[str, Any], by: UUID) -> UUID:
    case_id = new_id()
    named = {"id": case_id, "number": entry.number, "unit_id": unit_id, **row}
    insert_rows(act.connection, CaseFile, [named | {"entered_by_id": by, "entered_at": act.at, "changed_at": act.at}])
    _tell(act, Event.CASE_ENTERED, case_id, unit_id, row, by, number_sha256=digest_of(named["number"]))
    touch_terms(act, recordings_of_case(act.connection, case_id))
    return case_id


def _change(act: Act, known: AnyRow, authority_id: UUID, row: dict[str, Any], by: UUID) -> UUID:
    if known.unit_id != authority_id:
        raise FieldDenied("number", "Another unit has a case file with this number.", ARTICLE)
    if any(getattr(known, name) != row[name] for name in _CHANGING):
        update_rows(act.connection, CaseFile, [{"id": known.id, **row, "changed_at": act.at}])
        _tell(act, Event.CASE_CHANGED, known.id, known.unit_id, row, by)
        touch_terms(act, recordings_of_case(act.connection, known.id))
    case_id: UUID = known.id
    return case_id


def _tell(act: Act, event: Event, case_id: UUID, unit_id: UUID, row: dict[str, Any], by: UUID, **more: Any) -> None:
    closed_on = row["closed_on"]
    facts = {
        "person_id": by,
        "closed_on": None if closed_on is None else closed_on.isoformat(),
        "keep_years": row["keep_years"],
        "permanent": row["permanent"],
        "document_sha256": digest_of(row["document"]),
        **more,
    }
    act.record(event, "case_file", case_id, facts, unit_id=unit_id, article="Art. 18(2)")


def use_in_case(act: Act, number: str, recording_ids: Collection[UUID], by: UUID, reason: str) -> None:
    """Enter that recordings are used as evidence in the case: from now on they are kept as its file is. Used there
    already: nothing. It is not taken back, for it may have been used.

    Raises `ActionDenied` for unknown cases and recordings, for those whose destruction is under way and for who may
    not, `FieldDenied` without a reason.
    """
    case = case_numbered(act.connection, number)
    if case is None:
        raise ActionDenied("There is no case file with this number.", article=ARTICLE, subject=number)
    said = storable(check_text("reason", reason, ARTICLE))
    begun = being_destroyed(act, recording_ids)
    originals = originals_named(act, recording_ids)
    for one in originals:
        check_over(act, one, by)
        if one.id in begun:
            raise ActionDenied("Its destruction has begun.", article=ARTICLE, subject=str(one.id))
    enter_use(act, case.id, originals, by, said)


def enter_use(act: Act, case_id: UUID, originals: Collection[AnyRow], by: UUID, reason: str) -> None:
    """The same where it was decided elsewhere that they are used, such as by the signature under a conversion."""
    ids = [one.id for one in originals]
    used = select(_use.c.recording_id).where(_use.c.case_id == case_id)
    known = {row.recording_id for row in rows_among(act.connection, used, _use.c.recording_id, ids)}
    for one in originals:
        if one.id not in known:
            _use_one(act, case_id, one, by, reason)
    touch_terms(act, ids)


def _use_one(act: Act, case_id: UUID, one: AnyRow, by: UUID, reason: str) -> None:
    row = {"id": new_id(), "case_id": case_id, "recording_id": one.id, "person_id": by, "reason": reason, "at": act.at}
    insert_rows(act.connection, CaseUse, [row])
    facts = {"case_id": case_id, "person_id": by, "reason_sha256": digest_of(reason)}
    act.record(Event.RECORDING_USED, "recording", one.id, facts, unit_id=one.unit_id, article="Art. 18(2)")

"""Holds: recordings held back from disposal until the principal leader lets go of them (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import authority_of, roles_over
from registry.queries.organisation import unit_chain
from registry.queries.retention import case_numbered, recordings_of_case
from registry.tables import Hold, HoldItem, Recording, RecordingState, Unit
from registry.transitions.disposal.dropping import drop_held
from registry.transitions.numbers import next_number
from registry.transitions.retention.common import being_destroyed, check_over, originals_named
from registry.transitions.retention.touching import touch_terms
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.errors import ActionDenied
from regulation.holds import ARTICLE, HoldKind, check_lift

_hold, _item, _recording = table_of(Hold), table_of(HoldItem), table_of(Recording)


@dataclass(frozen=True, slots=True)
class NewHold:
    """What is to be held back and why: recordings by their ids, or all of a case, what is filed there later too."""

    kind: HoldKind
    reason: str
    recording_ids: Collection[UUID] = ()
    case_number: str | None = None
    document: str | None = None


def place_hold(act: Act, new: NewHold, by: UUID) -> str:
    """Hold recordings back; gives the hold's number. What stands on a disposal list is taken off it.

    Raises `ActionDenied` for who may not, unknown recordings, those of several units, and those whose destruction is
    under way; `FieldDenied` without a reason. Of a case, whatever is still there is held back.
    """
    reason = storable(check_text("reason", new.reason, ARTICLE))
    case = _case_of(act, new, by)
    named = originals_named(act, new.recording_ids) if new.recording_ids or case is None else []
    unit = _unit_of(act, named, case)
    for one in named:
        check_over(act, one, by)
    if begun := being_destroyed(act, (one.id for one in named)):
        raise ActionDenied("Its destruction has begun.", article=ARTICLE, subject=str(min(begun)))
    ids = sorted({one.id for one in named} | _still_there(act, case))
    hold_id, number, document = new_id(), next_number(act, "HD", unit), storable(new.document)
    row = {
        "id": hold_id,
        "number": number,
        "unit_id": unit.id,
        "kind": new.kind,
        "case_id": None if case is None else case.id,
        "reason": reason,
        "document": document,
        "placed_by_id": by,
        "placed_at": act.at,
    }
    insert_rows(act.connection, Hold, [row])
    insert_rows(act.connection, HoldItem, [{"hold_id": hold_id, "recording_id": one, "at": act.at} for one in ids])
    facts = {
        "person_id": by,
        "kind": new.kind.value,
        "case_id": row["case_id"],
        "recordings": [str(one) for one in ids],
        "reason_sha256": digest_of(reason),
        "document_sha256": digest_of(document),
    }
    act.record(Event.HOLD_PLACED, "hold", hold_id, facts, unit_id=unit.id, article=ARTICLE)
    drop_held(act, ids)
    touch_terms(act, ids)
    return number


def _case_of(act: Act, new: NewHold, by: UUID) -> AnyRow | None:
    """The case, if `by` has a role in its unit; another unit's is as if there were none."""
    if new.case_number is None:
        return None
    case = case_numbered(act.connection, new.case_number)
    if case is None or not roles_over(act.session, by, unit_chain(act.session, case.unit_id), act.at):
        raise FieldDenied("case_number", "There is no case file with this number.", ARTICLE)
    return case


def _unit_of(act: Act, rows: Collection[AnyRow], case: AnyRow | None) -> Unit:
    """The enforcement unit whose recordings are held back: one, for one leader lets go of them again."""
    ids = {authority_of(act.session, one.unit_id) for one in rows} | ({case.unit_id} if case is not None else set())
    if len(ids) != 1:
        raise ActionDenied("A hold is over the recordings of one unit.", article=ARTICLE, subject="recordings")
    return act.session.get_one(Unit, ids.pop())


def _still_there(act: Act, case: AnyRow | None) -> set[UUID]:
    """What there is of the case: what was destroyed before, or is being, does not keep the rest from being held."""
    ids = set() if case is None else set(recordings_of_case(act.connection, case.id))
    there = select(_recording.c.id).where(_recording.c.state != RecordingState.DISPOSED)
    found = {row.id for row in rows_among(act.connection, there, _recording.c.id, ids)}
    return found - being_destroyed(act, found)


def lift_hold(act: Act, number: str, by: UUID, reason: str) -> None:
    """Let go of what a hold names; other holds of it remain.

    Raises `ActionDenied` for an unknown or lifted hold and for who may not, `FieldDenied` without a reason.
    """
    row = act.connection.execute(select(_hold).where(_hold.c.number == number)).one_or_none()
    if row is None or row.lifted_at is not None:
        raise ActionDenied("There is no such hold, or it was lifted already.", article=ARTICLE, subject=number)
    check_lift(roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at))
    said = storable(check_text("reason", reason, ARTICLE))
    lifted = {"id": row.id, "lifted_by_id": by, "lifted_at": act.at, "lift_reason": said}
    update_rows(act.connection, Hold, [lifted])
    facts = {"person_id": by, "reason_sha256": digest_of(said)}
    act.record(Event.HOLD_LIFTED, "hold", row.id, facts, unit_id=row.unit_id, article=ARTICLE)
    query = select(_item.c.recording_id).where(_item.c.hold_id == row.id)
    touch_terms(act, act.connection.execute(query).scalars().all())

"""Taking originals off a list before it is carried out: by a hold, by a person, or because something keeps them now
(Art. 18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.disposal import items_in, taking_part
from registry.tables import DisposalItem, TermExtension, Unit
from registry.transitions.disposal.common import drop, list_of, roles_on, tell_ledger
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.disposal import ARTICLE, check_restore
from regulation.disposal_states import RESTORABLE, ItemState
from regulation.errors import ActionDenied
from regulation.retention import LONGEST_YEARS, Kept

_item = table_of(DisposalItem)


def drop_held(act: Act, recording_ids: Collection[UUID]) -> None:
    """Take whatever was just held back off its list; what the vault did not let go of, too."""
    query = select(_item).where(_item.c.state.in_((ItemState.LISTED, ItemState.FAILED)))
    by_list: defaultdict[UUID, list[AnyRow]] = defaultdict(list)
    for item in rows_among(act.connection, query, _item.c.recording_id, recording_ids):
        by_list[item.list_id].append(item)
    for list_id, items in by_list.items():
        drop_kept(act, list_of(act, list_id), items, dict.fromkeys((one.recording_id for one in items), Kept.HELD))


def drop_kept(act: Act, row: AnyRow, items: Collection[AnyRow], why: dict[UUID, Kept]) -> int:
    """Take items off that something keeps; `why` is what, by recording. Gives how many."""
    count = 0
    for reason in dict.fromkeys(why.values()):
        kept = [one for one in items if why.get(one.recording_id) is reason]
        facts = {"recordings": sorted(str(one.recording_id) for one in kept), "why": reason.value}
        tell_ledger(act, Event.DISPOSAL_RESTORED, row, facts)
        count += drop(act, row, kept, dropped_why=reason)
    return count


def restore(
    act: Act, list_id: UUID, recording_ids: Collection[UUID], by: UUID, reason: str, keep_until: date | None = None
) -> None:
    """Take originals off a list, and keep them until a day or without an end.

    Raises `ActionDenied` once the list is being carried out, for what does not stand on it and for who may not;
    `FieldDenied` without a reason and for a day that lies behind.
    """
    row = list_of(act, list_id)
    check_restore(by, taking_part(act.connection, list_id), roles_on(act, row, by))
    if row.state not in RESTORABLE:
        raise ActionDenied("It is too late: the list is being carried out, or is over.", article=ARTICLE)
    items = [one for one in items_in(act.connection, list_id, ItemState.LISTED) if one.recording_id in recording_ids]
    if not items or len(items) != len(set(recording_ids)):
        raise ActionDenied("This does not stand on the list.", article=ARTICLE, subject="recordings")
    said = storable(check_text("reason", reason, ARTICLE))
    keep(act, row, items, by, said, keep_until)
    facts = {
        "person_id": by,
        "recordings": sorted(str(one.recording_id) for one in items),
        "keep_until": None if keep_until is None else keep_until.isoformat(),
        "reason_sha256": digest_of(said),
    }
    tell_ledger(act, Event.DISPOSAL_RESTORED, row, facts)
    drop(act, row, items, dropped_by_id=by, reason=said)


def keep(act: Act, row: AnyRow, items: Collection[AnyRow], by: UUID, reason: str, until: date | None) -> None:
    """Enter the decision to keep these originals of a list. Raises `FieldDenied` for a day that is not ahead, or beyond
    any file's term: the vault would lock it until then, and nobody could take it back."""
    today = act.at.astimezone(ZoneInfo(act.session.get_one(Unit, row.unit_id).zone)).date()
    if until is not None and until <= today:
        raise FieldDenied("keep_until", "This day lies behind.", ARTICLE)
    if until is not None and until.year > today.year + LONGEST_YEARS:
        raise FieldDenied(
            "keep_until", f"Beyond {LONGEST_YEARS} years it is kept without an end: name no day.", ARTICLE
        )
    rows = [
        {
            "id": new_id(),
            "recording_id": one.recording_id,
            "until": until,
            "reason": reason,
            "person_id": by,
            "at": act.at,
        }
        for one in items
    ]
    insert_rows(act.connection, TermExtension, rows)

"""Appraisal (鉴定): the administrator looks at each original whose term is over and says what becomes of it.

Art. 18.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, storable, update_rows
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.disposal import approvers_of, items_in, open_step_of
from registry.tables import DisposalItem, DisposalVerdict
from registry.transitions.disposal.common import answer, ask, change, drop, list_of, roles_on, tell_ledger, tell_people
from registry.transitions.disposal.dropping import keep
from registry.transitions.duties.settling import Rules
from regulation.access_terms import FieldDenied, check_text
from regulation.disposal import ARTICLE, SEATS, Appraisal, DisposalStage, check_appraise
from regulation.disposal_states import ItemState, ListEvent, ListState
from regulation.errors import ActionDenied


def appraise(
    act: Act,
    list_id: UUID,
    recording_ids: Collection[UUID],
    by: UUID,
    appraisal: Appraisal,
    reason: str,
    keep_until: date | None = None,
) -> None:
    """Say of originals on the list that they are destroyed, or kept: until a day, or without an end.

    What is kept leaves the list. Until the list is handed in something else can be said of what stands on it still.
    Raises `ActionDenied` for who may not and once it was handed in, `FieldDenied` for what cannot be.
    """
    row = _appraisable(act, list_id, by)
    items = [one for one in items_in(act.connection, list_id, ItemState.LISTED) if one.recording_id in recording_ids]
    if not items or len(items) != len(set(recording_ids)):
        raise ActionDenied("This does not stand on the list.", article=ARTICLE, subject="recordings")
    if (appraisal is Appraisal.EXTEND) != (keep_until is not None):
        raise FieldDenied("keep_until", "Name a day to keep it until, and no day for anything else.", ARTICLE)
    said = storable(check_text("reason", reason, ARTICLE))
    _write(act, items, by, appraisal, said)
    facts = {
        "person_id": by,
        "appraisal": appraisal.value,
        "recordings": sorted(str(one.recording_id) for one in items),
        "keep_until": None if keep_until is None else keep_until.isoformat(),
        "reason_sha256": digest_of(said),
    }
    tell_ledger(act, Event.DISPOSAL_APPRAISED, row, facts)
    if appraisal is not Appraisal.DISPOSE:
        keep(act, row, items, by, said, keep_until)
        drop(act, row, items, dropped_by_id=by)


def _appraisable(act: Act, list_id: UUID, by: UUID) -> AnyRow:
    row = list_of(act, list_id)
    check_appraise(roles_on(act, row, by))
    if row.state is not ListState.APPRAISAL:
        raise ActionDenied("This list was handed in already.", article=ARTICLE, subject=row.number)
    return row


def _write(act: Act, items: Collection[AnyRow], by: UUID, appraisal: Appraisal, reason: str) -> None:
    said = {"appraisal": appraisal, "appraised_by_id": by, "appraised_at": act.at, "reason": reason}
    update_rows(act.connection, DisposalItem, [{"id": one.id} | said for one in items])


def submit(act: Act, list_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Hand the list in for approval: everything that still stands on it is to be destroyed.

    Raises `ActionDenied` for who may not, and while something on it is not appraised; `FieldDenied` without a reason.
    """
    row = _appraisable(act, list_id, by)
    items = items_in(act.connection, list_id, ItemState.LISTED)
    if any(one.appraisal is not Appraisal.DISPOSE for one in items):
        raise ActionDenied("Something on the list is not appraised yet.", article=ARTICLE, subject=row.number)
    step = open_step_of(act.connection, list_id, DisposalStage.APPRAISAL)
    assert step is not None
    answer(act, step, row, by, DisposalVerdict.SUBMITTED, reason, rules, role=SEATS[DisposalStage.APPRAISAL])
    change(act, row, ListEvent.SUBMITTED)
    ask(act, row, DisposalStage.APPROVAL)
    tell_people(act, "approve", row, approvers_of(act.session, row, act.at).people)

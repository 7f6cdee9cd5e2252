"""Policies that are not sound: whoever administers the units that wait for them hears of it, once (Art. 14, 23)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from prefect import task

from registry.queries.duties import last_sound_sweep
from registry.queries.notices import alerted_since
from registry.queries.organisation import administrators_in
from registry.tables.notices import DEADLINES, NoticeKind
from registry.transitions import notices
from tasks.escalation.work import SweepWork
from tasks.steps import RETRIED

UNSOUND = "policy-unsound"


@task(**RETRIED, name="tell-of-faults")
def tell_of_faults(work: SweepWork) -> None:
    """Alert the administrators of each fault in the policies that stops a ladder: when it begins, not each sweep."""
    work.counts["refused_units"] = len(work.refused)
    work.counts["refused_all"] = int(work.all_refused)
    faults: defaultdict[str, list[UUID]] = defaultdict(list)
    for unit_id, refusal in work.refused.items():
        faults[str(refusal)].append(unit_id)
    for fault, unit_ids in faults.items():
        _alert(work, fault, unit_ids)


def _alert(work: SweepWork, fault: str, unit_ids: Sequence[UUID]) -> None:
    subject = f"{UNSOUND}:{_topmost(work, unit_ids)}/{hashlib.sha256(fault.encode()).hexdigest()[:8]}"
    with work.acting() as act:
        since = last_sound_sweep(act.session, DEADLINES)
        if not alerted_since(act.session, subject, since):
            people = {one for unit in unit_ids for one in administrators_in(work.organisation, unit, act.at)}
            notices.queue_notices(act, NoticeKind.ALERT, people, subject)


def _topmost(work: SweepWork, unit_ids: Sequence[UUID]) -> str:
    """The code of the highest unit that the fault stops."""
    highest = min(unit_ids, key=lambda unit: (len(work.organisation.chain(unit)), work.organisation.units[unit].code))
    return str(work.organisation.units[highest].code)

"""Which activity a recording belongs to: found, asked, answered (Art. 4, 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.queries.organisation import holdings_of, unit_chain
from registry.queries.unrecorded import officers_of
from registry.tables import (
    Activity,
    Filing,
    FilingCandidate,
    Recording,
)
from registry.transitions.dock_session import session_of
from registry.transitions.duties import Rules, settle, touch
from registry.transitions.retention.touching import touch_terms
from regulation.authority import FilingQuestion, check_answer_filing
from regulation.duties import DutyKind
from regulation.errors import ActionDenied
from regulation.filing import FilingDecision, Outcome

_FILING = {Outcome.FILED: Filing.FILED, Outcome.UNFILED: Filing.UNFILED, Outcome.ASKED: Filing.ASKED}
_EVENT = {
    Outcome.FILED: Event.RECORDING_FILED,
    Outcome.UNFILED: Event.RECORDING_UNFILED,
    Outcome.ASKED: Event.RECORDING_ASKED,
}


def file_recordings(act: Act, session_id: UUID, filings: Sequence[FilingDecision], *, rules: Rules) -> None:
    """Enter where the session's recordings belong, of those still pending; the same decision again changes nothing.

    What could not be filed, because nothing fits or several do, becomes a duty of its officer, due as `rules` say.
    Raises `ActionDenied` for recordings of another session or already filed otherwise (Art. 15).
    """
    session = session_of(act, session_id)
    wanted = {one.recording_id: one for one in filings}
    now = _recordings_of(act, session_id, wanted)
    decided = [one for one in wanted.values() if not _is_repeated(now[one.recording_id], one)]
    update_rows(act.connection, Recording, [_row_of(act, one) for one in decided])
    _insert_candidates(act, decided)
    for one in decided:
        act.record(
            _EVENT[one.outcome],
            "recording",
            one.recording_id,
            _facts_of(one),
            unit_id=session.unit_id,
            article="Art. 15",
        )
    settle(act, DutyKind.FILING, [one.recording_id for one in decided if one.outcome is not Outcome.FILED], rules)
    touch(act, DutyKind.UPLOAD, [one.activity_id for one in decided if one.activity_id is not None])
    touch_terms(act, [one.recording_id for one in decided])


def answer_filing(act: Act, recording_id: UUID, activity_id: UUID, by: UUID) -> None:
    """Enter the answer of person `by`: the recording belongs to the activity. That meets the filing duty, and may meet
    one of upload; the next sweep settles both.

    Raises `ActionDenied` (Art. 15) unless `by` may answer at the act's time, when recording or activity do not exist,
    and when the recording is already filed under another activity.
    """
    recording = act.session.get(Recording, recording_id, populate_existing=True)
    if recording is None or act.session.get(Activity, activity_id) is None:
        raise ActionDenied("there is no such recording or activity", article="Art. 15", subject=str(recording_id))
    check_answer_filing(by, _question(act, recording, activity_id), holdings_of(act.session, by), act.at)
    if recording.filing is Filing.FILED:
        if recording.activity_id != activity_id:
            raise ActionDenied("it is filed under another activity", article="Art. 15", subject=str(recording_id))
        return
    recording.filing, recording.activity_id, recording.filed_at = Filing.FILED, activity_id, act.at
    act.session.flush()
    facts = {"activity_id": activity_id, "person_id": by}
    act.record(Event.RECORDING_FILED, "recording", recording_id, facts, unit_id=recording.unit_id, article="Art. 15")
    touch(act, DutyKind.FILING, [recording_id])
    touch(act, DutyKind.UPLOAD, [activity_id])
    touch_terms(act, [recording_id])


def _row_of(act: Act, one: FilingDecision) -> dict[str, Any]:
    filed_at = act.at if one.outcome is Outcome.FILED else None
    return {
        "id": one.recording_id,
        "filing": _FILING[one.outcome],
        "activity_id": one.activity_id,
        "filed_at": filed_at,
    }


def _recordings_of(act: Act, session_id: UUID, recording_ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    recording, wanted = table_of(Recording), set(recording_ids)
    query = select(*(recording.c[name] for name in ("id", "filing", "activity_id")))
    query = query.where(recording.c.session_id == session_id)
    found = {row.id: row for row in rows_among(act.connection, query, recording.c.id, wanted)}
    for missing in wanted - found.keys():
        raise ActionDenied("this recording is not of the dock session", subject=str(missing))
    return found


def _is_repeated(now: AnyRow, one: FilingDecision) -> bool:
    if now.filing is Filing.PENDING:
        return False
    if (now.filing, now.activity_id) == (_FILING[one.outcome], one.activity_id):
        return True
    raise ActionDenied("its filing is already decided otherwise", article="Art. 15", subject=str(one.recording_id))


def _facts_of(one: FilingDecision) -> Mapping[str, Any]:
    if one.outcome is Outcome.FILED:
        return {"activity_id": one.activity_id}
    if one.outcome is Outcome.ASKED:
        return {"candidates": [candidate.activity_id for candidate in one.candidates]}
    return {}


def _insert_candidates(act: Act, decided: Iterable[FilingDecision]) -> None:
    rows = [
        {
            "recording_id": one.recording_id,
            "activity_id": candidate.activity_id,
            "overlap_seconds": candidate.overlap_seconds,
        }
        for one in decided
        for candidate in one.candidates
    ]
    insert_rows(act.connection, FilingCandidate, rows)


def _question(act: Act, recording: Recording, activity_id: UUID) -> FilingQuestion:
    return FilingQuestion(
        activity_officers=officers_of(act.connection, activity_id),
        recording_officer=recording.officer_id,
        unit_chain=frozenset(unit_chain(act.session, recording.unit_id)),
    )

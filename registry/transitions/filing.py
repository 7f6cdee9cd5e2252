"""Which activity a recording belongs to: found, asked, answered (Art. 4, 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.queries.organisation import holdings_of, unit_chain
from registry.tables import (
    Activity,
    ActivityOfficer,
    Duty,
    DutyKind,
    DutyState,
    Filing,
    FilingCandidate,
    Recording,
    Unit,
)
from registry.transitions.docking.common import session_of
from registry.types import new_id
from regulation.authority import FilingQuestion, check_answer_filing
from regulation.deadlines import filing_due
from regulation.errors import ActionDenied
from regulation.filing import FilingDecision, Outcome
from regulation.policy import CITY_POLICY, Policy

_FILING = {Outcome.FILED: Filing.FILED, Outcome.UNFILED: Filing.UNFILED, Outcome.ASKED: Filing.ASKED}
_EVENT = {
    Outcome.FILED: Event.RECORDING_FILED,
    Outcome.UNFILED: Event.RECORDING_UNFILED,
    Outcome.ASKED: Event.RECORDING_ASKED,
}


def file_recordings(
    act: Act, session_id: UUID, filings: Sequence[FilingDecision], *, policy: Policy = CITY_POLICY
) -> None:
    """Enter where the session's recordings belong, of those still pending; the same decision again changes nothing.

    What could not be filed, because nothing fits or several do, becomes a duty of its officer, due as `policy` says.
    Raises `ActionDenied` for recordings of another session or already filed otherwise (Art. 15).
    """
    session = session_of(act, session_id)
    wanted = {one.recording_id: one for one in filings}
    now = _recordings_of(act, session_id, wanted)
    decided = [one for one in wanted.values() if not _is_repeated(now[one.recording_id], one)]
    rows = [{"id": one.recording_id, "filing": _FILING[one.outcome], "activity_id": one.activity_id} for one in decided]
    update_rows(act.connection, Recording, rows)
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
    _open_duties(act, [now[one.recording_id] for one in decided if one.outcome is not Outcome.FILED], policy)


def answer_filing(act: Act, recording_id: UUID, activity_id: UUID, by: UUID) -> None:
    """Enter the answer of person `by`: the recording belongs to the activity. The filing duty is met.

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
    recording.filing, recording.activity_id = Filing.FILED, activity_id
    act.session.flush()
    facts = {"activity_id": activity_id, "person_id": by}
    act.record(Event.RECORDING_FILED, "recording", recording_id, facts, unit_id=recording.unit_id, article="Art. 15")
    _meet_duty(act, recording_id)


def _recordings_of(act: Act, session_id: UUID, recording_ids: Iterable[UUID]) -> dict[UUID, AnyRow]:
    recording, unit = table_of(Recording), table_of(Unit)
    wanted = set(recording_ids)
    columns = ("id", "unit_id", "officer_id", "received_at", "filing", "activity_id")
    query = (
        select(*(recording.c[name] for name in columns), unit.c.zone)
        .join_from(recording, unit, unit.c.id == recording.c.unit_id)
        .where(recording.c.session_id == session_id)
    )
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


def _open_duties(act: Act, recordings: Iterable[AnyRow], policy: Policy) -> None:
    duties = [_duty_of(act, recording, policy) for recording in recordings]
    insert_rows(act.connection, Duty, duties)
    for duty in duties:
        facts = {
            "kind": DutyKind.FILING.value,
            "recording_id": duty["subject_id"],
            "owed_by_id": duty["owed_by_id"],
            "due_at": duty["due_at"],
            "policy": policy.version,
        }
        act.record(Event.DUTY_OPENED, "duty", duty["id"], facts, unit_id=duty["unit_id"], article="Art. 15")


def _duty_of(act: Act, recording: AnyRow, policy: Policy) -> dict[str, Any]:
    local_day = recording.received_at.astimezone(ZoneInfo(recording.zone)).date()
    return {
        "id": new_id(),
        "kind": DutyKind.FILING,
        "article": "Art. 15",
        "subject_id": recording.id,
        "unit_id": recording.unit_id,
        "owed_by_id": recording.officer_id,
        "opened_at": act.at,
        "due_at": filing_due(recording.received_at, policy, local_day),
        "state": DutyState.RUNNING,
    }


def _question(act: Act, recording: Recording, activity_id: UUID) -> FilingQuestion:
    officer = table_of(ActivityOfficer).c
    officers = act.connection.execute(select(officer.person_id).where(officer.activity_id == activity_id))
    return FilingQuestion(
        activity_officers=frozenset(officers.scalars()),
        recording_officer=recording.officer_id,
        unit_chain=frozenset(unit_chain(act.session, recording.unit_id)),
    )


def _meet_duty(act: Act, recording_id: UUID) -> None:
    duty = table_of(Duty)
    met = act.connection.execute(
        duty.update()
        .where(duty.c.kind == DutyKind.FILING, duty.c.subject_id == recording_id, duty.c.state == DutyState.RUNNING)
        .values(state=DutyState.MET, met_at=act.at)
        .returning(duty.c.id, duty.c.unit_id)
    ).one_or_none()
    if met is not None:
        facts = {"kind": DutyKind.FILING.value, "recording_id": recording_id}
        act.record(Event.DUTY_MET, "duty", met.id, facts, unit_id=met.unit_id, article="Art. 15")

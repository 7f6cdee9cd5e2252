"""Disposal lists against the ledger: who decided, of what, and what became of each original (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, select

from registry.bulk import AnyRow, rows_among, table_of
from registry.ledger.chain import canonical_json, digest_of
from registry.ledger.comparing import (
    GONE,
    NOT_SO,
    Check,
    entries_of,
    entry_about,
    facts_in,
    id_in,
    row_problem,
    stream,
    texts_in,
)
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.tables import (
    DisposalCertificate,
    DisposalDecision,
    DisposalItem,
    DisposalList,
    DisposalStep,
    DisposalVerdict,
    LedgerEntry,
    Recording,
    RecordingState,
    TermExtension,
)
from regulation.disposal import WITNESSES, Appraisal
from regulation.disposal_states import ItemState, ListState

MODELS = (DisposalList, DisposalDecision, DisposalCertificate)
"""Whose rows are compared here; items with their lists."""

_list, _item, _step = table_of(DisposalList), table_of(DisposalItem), table_of(DisposalStep)
_decision, _certificate = table_of(DisposalDecision), table_of(DisposalCertificate)
_recording, _extension, _entry = table_of(Recording), table_of(TermExtension), table_of(LedgerEntry)

_VERDICTS: Mapping[DisposalVerdict, Event] = {
    DisposalVerdict.SUBMITTED: Event.DISPOSAL_SUBMITTED,
    DisposalVerdict.APPROVED: Event.DISPOSAL_APPROVED,
    DisposalVerdict.REFUSED: Event.DISPOSAL_REFUSED,
    DisposalVerdict.WITNESSED: Event.DISPOSAL_WITNESSED,
}


def _decisions(connection: Connection) -> Iterator[RowProblem | None]:
    """Each answer is the one that was entered, of exactly those items; and who witnessed had been named."""
    query = select(_decision, _step.c.person_id.label("named")).join_from(
        _decision, _step, _step.c.id == _decision.c.step_id
    )
    for row in stream(connection, query.order_by(_decision.c.step_id)):
        entry = entry_about(connection, _VERDICTS[row.verdict], row.list_id, row.step_id)
        stated = {
            "person_id": str(row.person_id),
            "role": None if row.role is None else row.role.value,
            "passed": row.passed,
            "verdict": row.verdict.value,
            "items": row.items,
            "items_sha256": row.items_sha256,
            "reason_sha256": digest_of(row.reason),
            "policy": row.policy_version,
        }
        yield row_problem("disposal_decision", row.step_id, entry, stated, row.at) or _naming(connection, row)


def _naming(connection: Connection, row: AnyRow) -> RowProblem | None:
    if row.verdict is not DisposalVerdict.WITNESSED:
        return None
    named = any(
        entry_about(connection, event, row.list_id, row.named) is not None
        for event in (Event.DISPOSAL_APPROVED, Event.DISPOSAL_WITNESS_REPLACED)
    )
    if row.named == row.person_id and named:
        return None
    return RowProblem("disposal_step", row.step_id, "person_id", "the ledger says another witness was named")


# A list with its items


@dataclass(slots=True)
class _Drop:
    """That an item was taken off: when, and by whom and until when it is kept, or which rule did so."""

    at: Any
    restored: bool
    person: str | None
    why: str | None
    reason: str | None
    until: str | None


@dataclass(slots=True)
class _Told:
    """What the ledger says of one list. Said of items by recording: what was said last, and how they were dropped."""

    entries: dict[str, list[AnyRow]] = field(default_factory=dict)
    said: dict[str, AnyRow] = field(default_factory=dict)
    drops: dict[str, _Drop] = field(default_factory=dict)

    def hear(self, entry: AnyRow, everything: Collection[str]) -> None:
        """Take in the next entry about the list, whose items are `everything`."""
        event, facts = entry.event, facts_in(entry.facts)
        named = everything if event == Event.DISPOSAL_REFUSED else texts_in(facts.get("recordings"))
        self.entries.setdefault(event, []).append(entry)
        if event == Event.DISPOSAL_APPRAISED:
            self.said |= dict.fromkeys(named, entry)
        if event not in _DROPPING or facts.get("appraisal") == Appraisal.DISPOSE:
            return
        said = [facts.get(name) for name in ("person_id", "why", "reason_sha256", "keep_until")]
        drop = _Drop(entry.at, event == Event.DISPOSAL_RESTORED, *said)
        for one in named:
            self.drops.setdefault(one, drop)

    def has(self, event: Event, times: int = 1) -> bool:
        return len(self.entries.get(event, ())) >= times


_DROPPING = (Event.DISPOSAL_APPRAISED, Event.DISPOSAL_RESTORED, Event.DISPOSAL_REFUSED)


_DECIDED = ((Event.DISPOSAL_APPROVED, 1), (Event.DISPOSAL_WITNESSED, WITNESSES))
_NEEDS: Mapping[ListState, tuple[tuple[Event, int], ...]] = {
    ListState.APPRAISAL: (),
    ListState.APPROVAL: ((Event.DISPOSAL_SUBMITTED, 1),),
    ListState.WITNESSING: ((Event.DISPOSAL_APPROVED, 1),),
    ListState.GRACE: _DECIDED,
    ListState.DESTROYING: _DECIDED,
    ListState.DONE: (*_DECIDED, (Event.DISPOSAL_FINISHED, 1)),
    ListState.REFUSED: ((Event.DISPOSAL_REFUSED, 1),),
    ListState.EMPTIED: (),
}
"""What must have been said for a list to be in a state."""


def _lists(connection: Connection) -> Iterator[RowProblem | None]:
    """Each list is the one that was opened, and where its answers have brought it; each item has ended as it should."""
    for row in stream(connection, select(_list).order_by(_list.c.id), at_once=1):
        items = list(connection.execute(select(_item).where(_item.c.list_id == row.id).order_by(_item.c.id)))
        told = _Told()
        query = select(_entry).where(_entry.c.subject_id == row.id).order_by(_entry.c.seq)
        for entry in connection.execute(query):
            told.hear(entry, [str(one.recording_id) for one in items])
        yield _list_problem(row, items, told)
        yield from _items(connection, items, told)


def _list_problem(row: AnyRow, items: Collection[AnyRow], told: _Told) -> RowProblem | None:
    lines = sorted([str(one.recording_id), str(one.due_on)] for one in items)
    stated = {"items": len(items), "items_sha256": sha256(canonical_json(lines).encode()).hexdigest()}
    opened = told.entries.get(Event.DISPOSAL_LISTED, [None])[0]
    if problem := row_problem("disposal_list", row.id, opened, stated, row.opened_at):
        return problem
    done, refused = told.has(Event.DISPOSAL_FINISHED), told.has(Event.DISPOSAL_REFUSED)
    over = done == (row.state is ListState.DONE) and refused == (row.state is ListState.REFUSED)
    emptied = row.state is not ListState.EMPTIED or all(one.state is ItemState.DROPPED for one in items)
    if not (over and emptied and all(told.has(*one) for one in _NEEDS[row.state])):
        return RowProblem("disposal_list", row.id, "state", NOT_SO)
    return None


_FATES = {
    Event.RECORDING_DESTROYING.value: (ItemState.DESTROYING, "begun_at"),
    Event.RECORDING_NOT_DESTROYED.value: (ItemState.FAILED, "failed_at"),
    Event.RECORDING_DESTROYED.value: (ItemState.DESTROYED, "destroyed_at"),
}
"""What each entry about an original on a list makes of its item, and where the item has the time."""


def _items(connection: Connection, items: Collection[AnyRow], told: _Told) -> Iterator[RowProblem | None]:
    recordings = {one.recording_id for one in items}
    query = select(_entry).where(_entry.c.event.in_(_FATES))
    fates: dict[str, list[AnyRow]] = {}
    for entry in sorted(rows_among(connection, query, _entry.c.subject_id, recordings), key=lambda one: one.seq):
        fates.setdefault(str(facts_in(entry.facts).get("item_id")), []).append(entry)
    kept: dict[tuple[str, Any, str], AnyRow] = {
        (str(one.recording_id), one.at, str(one.person_id)): one
        for one in rows_among(connection, select(_extension), _extension.c.recording_id, recordings)
    }
    for row in items:
        drop = told.drops.get(str(row.recording_id))
        wrong = _said_problem(row, told, drop) or _fate_problem(row, fates.get(str(row.id), []), drop)
        if wrong is not None:
            yield RowProblem("disposal_item", row.id, wrong, NOT_SO)
        elif drop is not None and drop.person is not None:
            extension = kept.get((str(row.recording_id), drop.at, drop.person))
            yield _extension_problem(row, extension, drop)
        else:
            yield None


def _said_problem(row: AnyRow, told: _Told, drop: _Drop | None) -> str | None:
    """Which column about what was said of an item is not what the ledger has."""
    entry = told.said.get(str(row.recording_id))
    facts = {} if entry is None else facts_in(entry.facts)
    if (row.appraisal and row.appraisal.value) != facts.get("appraisal"):
        return "appraisal"
    if (row.appraised_by_id and str(row.appraised_by_id)) != facts.get("person_id"):
        return "appraised_by_id"
    if row.appraised_at != (entry and entry.at):
        return "appraised_at"
    restored = drop is not None and drop.restored and drop.person is not None
    reason = drop.reason if drop is not None and restored else facts.get("reason_sha256")
    return None if digest_of(row.reason) == reason else "reason"


def _fate_problem(row: AnyRow, entries: Collection[AnyRow], drop: _Drop | None) -> str | None:
    """Which column about what became of an item is not what the ledger has."""
    state, times = ItemState.LISTED, dict[str, Any]()
    for entry in entries:
        state, column = _FATES[entry.event]
        times[column] = times.get(column, entry.at) if state is ItemState.FAILED else entry.at
    if drop is not None and state is not ItemState.DESTROYED:
        state = ItemState.DROPPED
    if row.state is not state:
        return "state"
    for _, column in _FATES.values():
        if getattr(row, column) != times.get(column):
            return column
    dropped = (row.dropped_at, row.dropped_by_id and str(row.dropped_by_id), row.dropped_why and row.dropped_why.value)
    return None if dropped == ((None,) * 3 if drop is None else (drop.at, drop.person, drop.why)) else "dropped_at"


def _extension_problem(row: AnyRow, extension: AnyRow | None, drop: _Drop) -> RowProblem | None:
    if extension is None:
        return RowProblem("term_extension", row.recording_id, "id", GONE)
    until = None if extension.until is None else extension.until.isoformat()
    if until != drop.until:
        return RowProblem("term_extension", extension.id, "until", NOT_SO)
    return (
        None
        if digest_of(extension.reason) == drop.reason
        else RowProblem("term_extension", extension.id, "reason", NOT_SO)
    )


# What is left


def _wrongly_disposed(connection: Connection) -> Iterator[RowProblem | None]:
    """A recording is `disposed` exactly when the ledger says that it was destroyed."""
    entry, destroyed = entries_of(Event.RECORDING_DESTROYED, "entry")
    joined = _recording.outerjoin(entry, and_(entry.c.subject_id == _recording.c.id, destroyed))
    is_disposed = _recording.c.state == RecordingState.DISPOSED
    query = select(_recording.c.id).select_from(joined).where(is_disposed != entry.c.seq.is_not(None))
    for row in stream(connection, query.order_by(_recording.c.id)):
        yield RowProblem("recording", row.id, "state", "it is not what the ledger says became of it")


def _certificates(connection: Connection) -> Iterator[RowProblem | None]:
    """Each certificate is the one that was issued."""
    for row in stream(connection, select(_certificate).order_by(_certificate.c.id), at_once=1):
        entry = entry_about(connection, Event.DISPOSAL_CERTIFIED, row.list_id)
        stated = {
            "number": row.number,
            "document_sha256": digest_of(row.document),
            "key_id": row.key_id,
            "signature": row.signature,
            "paper_sha256": row.paper_sha256,
        }
        yield row_problem("disposal_certificate", row.id, entry, stated, row.issued_at)


def _vanished(connection: Connection) -> Iterator[RowProblem | None]:
    """Whatever was opened, decided and certified still has its row."""
    for event, table, name in (
        (Event.DISPOSAL_LISTED, _list, "id"),
        *((event, _decision, "step_id") for event in _VERDICTS.values()),
        (Event.DISPOSAL_CERTIFIED, _certificate, "list_id"),
    ):
        entry, of_event = entries_of(event, "entry")
        for row in stream(connection, select(entry.c.subject_id, entry.c.facts).where(of_event).order_by(entry.c.seq)):
            about = id_in(row.facts, "step_id") if name == "step_id" else row.subject_id
            if connection.execute(select(1).where(table.c[name] == about)).first() is None:
                yield RowProblem(table.name, about, "id", GONE)


CHECKS: tuple[Check, ...] = (_decisions, _lists, _wrongly_disposed, _certificates, _vanished)

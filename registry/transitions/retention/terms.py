"""Terms brought to what the facts and the policy say (Art. 18, 23).

A term follows from facts and may become shorter with them: a recording is filed, a case is closed. What it does not
follow into a shorter term by itself is another policy: that is listed first and waits for the principal leader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, inserting, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import canonical_json
from registry.queries.access import authority_of
from registry.queries.retention import Original, held, originals_of, promised_before, terms_among
from registry.tables import (
    Hold,
    HoldItem,
    PolicySeen,
    RecordingState,
    RetentionTerm,
    Shortened,
    TermChange,
    TermChangeItem,
)
from registry.transitions.duties.settling import Rules
from registry.transitions.retention.touching import touch_found_terms
from registry.types import new_id
from regulation.errors import ConfigurationError
from regulation.expiry import lockable
from regulation.policy import Policy
from regulation.retention import Kept, Term, may_go_from, no_earlier, outlasts_locks, term_of

_term, _seen, _change = table_of(RetentionTerm), table_of(PolicySeen), table_of(TermChange)
_change_item, _hold, _hold_item = table_of(TermChangeItem), table_of(Hold), table_of(HoldItem)


@dataclass(slots=True)
class SettledTerms:
    """How many terms were new, changed, and would be shorter by another policy; the recordings that wait for a sound
    policy of their unit."""

    opened: int = 0
    changed: int = 0
    shorter: int = 0
    refused: dict[UUID, ConfigurationError] = field(default_factory=dict)
    waiting: set[UUID] = field(default_factory=set)

    def add(self, other: SettledTerms) -> None:
        """Count `other` in."""
        self.opened += other.opened
        self.changed += other.changed
        self.shorter += other.shorter
        self.refused |= other.refused
        self.waiting |= other.waiting


def settle_terms(act: Act, recording_ids: Iterable[UUID], rules: Rules) -> SettledTerms:
    """Work out how long each of these recordings is kept, as the facts have it at the act's time.

    Asked again it changes nothing. Those of a unit whose policy is not sound are left as they are, and named in
    `waiting`; disposed ones are left for good.
    """
    ids = list(dict.fromkeys(recording_ids))
    settling = _Settling(act, terms_among(act.connection, ids), done=SettledTerms())
    originals = [one for one in originals_of(act.connection, ids) if one.state is not RecordingState.DISPOSED]
    _hold_back(act, originals)
    settling.held = held(act.connection, ids)
    settling.promised = promised_before(act.connection, ids)
    for one in originals:
        try:
            policy = rules.policy_of(one.unit_id)
            settling.settle(one, term_of(one.footage, policy, one.zone, one.day_at(act.at)), policy)
        except ConfigurationError as refusal:
            settling.done.refused[one.unit_id] = refusal
            settling.done.waiting.add(one.recording_id)
    settling.write()
    return settling.done


def _hold_back(act: Act, originals: Iterable[Original]) -> None:
    """Whatever came to a case that is held back is held back with it."""
    by_case: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for one in originals:
        for case_id in one.case_ids:
            by_case[case_id].add(one.recording_id)
    query = select(_hold.c.id, _hold.c.case_id).where(_hold.c.lifted_at.is_(None))
    rows = []
    for hold in rows_among(act.connection, query, _hold.c.case_id, by_case):
        known = _already(act, _hold_item, _hold_item.c.hold_id == hold.id, by_case[hold.case_id])
        new = sorted(by_case[hold.case_id] - known)
        rows += [{"hold_id": hold.id, "recording_id": recording_id, "at": act.at} for recording_id in new]
    insert_rows(act.connection, HoldItem, rows)


def _already(act: Act, table: Table, condition: ColumnElement[bool], recording_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these recordings have their row under `condition`; what is kept for good is not written twice."""
    query = select(table.c.recording_id).where(condition)
    return {row.recording_id for row in rows_among(act.connection, query, table.c.recording_id, recording_ids)}


@dataclass(slots=True)
class _Settling:
    """The rows to write, gathered."""

    act: Act
    known: dict[UUID, AnyRow]
    done: SettledTerms
    held: set[UUID] = field(default_factory=set)
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    shorter: dict[tuple[UUID, str], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    promised: Mapping[tuple[UUID, str], date | None] = field(default_factory=dict)
    allowed: dict[tuple[UUID, str], bool] = field(default_factory=dict)
    lines: dict[UUID, list[list[Any]]] = field(default_factory=lambda: defaultdict(list))

    def settle(self, one: Original, term: Term, policy: Policy) -> None:
        now = self.known.get(one.recording_id)
        version = policy.version
        if now is not None and self._is_shortened(now, term, policy):
            self._ask_first(one, now, term, policy)
            term, version = _term_in(now), now.policy_version
        elif (one.recording_id, version) in self.promised:
            term = no_earlier(term, self.promised[one.recording_id, version])
        row = _row_of(term, version) | self._standing_in_vault(one, term, now)
        if now is None:
            self.done.opened += 1
            named = {"recording_id": one.recording_id, "unit_id": one.unit_id}
            self.new.append(named | row | {"settled_at": self.act.at, "told": 0})
        elif any(getattr(now, name) != value for name, value in row.items()):
            self.done.changed += 1
            told = {"settled_at": self.act.at, "told": _told(now, term)}
            self.changed.append({"recording_id": one.recording_id} | row | told)
        else:
            return
        self.lines[one.unit_id].append(_line(one, term, version))

    def _is_shortened(self, now: AnyRow, term: Term, policy: Policy) -> bool:
        """Whether another policy than the one the term goes by would let the recording go earlier."""
        if now.policy_version == policy.version or term.due_on is None:
            return False
        earlier = now.kept is Kept.NO_TERM if now.due_on is None else term.due_on < now.due_on
        return earlier and not self._is_allowed(authority_of(self.act.session, now.unit_id), policy.version)

    def _is_allowed(self, authority_id: UUID, version: str) -> bool:
        asked = (authority_id, version)
        if asked not in self.allowed:
            query = select(_change.c.verdict).where(
                _change.c.unit_id == authority_id, _change.c.policy_version == version
            )
            self.allowed[asked] = self.act.connection.execute(query).scalar_one_or_none() is Shortened.ALLOWED
        return self.allowed[asked]

    def _ask_first(self, one: Original, now: AnyRow, term: Term, policy: Policy) -> None:
        authority = authority_of(self.act.session, one.unit_id)
        row = {"recording_id": one.recording_id, "due_on": term.due_on, "instead_of": now.due_on}
        self.shorter[authority, policy.version].append(row)
        self.done.shorter += 1

    def _standing_in_vault(self, one: Original, term: Term, now: AnyRow | None) -> dict[str, Any]:
        """What the vault was told and whether it is to be told anything: to hold what is held and whatever outlasts
        its lock, to lock the rest no shorter than its term."""
        told = now is not None and now.held_in_vault
        endless = one.footage.is_sealed and outlasts_locks(term.due_on, one.zone)
        wanted = one.recording_id in self.held or endless
        lengthens = term.due_on is not None and _locked_for_less(one, term.due_on)
        return {"held_in_vault": told, "vault_stale": wanted != told or lengthens}

    def write(self) -> None:
        insert_rows(self.act.connection, RetentionTerm, self.new)
        update_rows(self.act.connection, RetentionTerm, self.changed, "recording_id")
        for (unit_id, version), rows in self.shorter.items():
            _list_shorter(self.act, unit_id, version, rows)
        for unit_id, lines in self.lines.items():
            digest = sha256(canonical_json(sorted(lines)).encode()).hexdigest()
            facts = {"terms": len(lines), "sha256": digest}
            self.act.record(Event.TERMS_SETTLED, "unit", unit_id, facts, unit_id=unit_id, article="Art. 18")


def _row_of(term: Term, version: str) -> dict[str, Any]:
    return {
        "retention_class": term.retention_class,
        "article": term.article,
        "trigger": term.trigger,
        "trigger_on": term.trigger_on,
        "due_on": term.due_on,
        "kept": term.kept,
        "policy_version": version,
    }


def _term_in(row: AnyRow) -> Term:
    return Term(row.retention_class, row.article, row.trigger, row.trigger_on, row.due_on, row.kept)


def _line(one: Original, term: Term, version: str) -> list[Any]:
    """A term as the ledger's digest has it."""
    due_on = None if term.due_on is None else term.due_on.isoformat()
    return [str(one.recording_id), term.retention_class.value, due_on, term.kept and term.kept.value, version]


def _told(now: AnyRow, term: Term) -> int:
    """Notices of what is coming begin anew with another day."""
    return now.told if now.due_on == term.due_on else 0


def _locked_for_less(one: Original, due_on: date) -> bool:
    return one.retain_until is not None and one.retain_until < lockable(may_go_from(due_on, one.zone))


def _list_shorter(act: Act, unit_id: UUID, version: str, rows: list[dict[str, Any]]) -> None:
    query = select(_change.c.id).where(_change.c.unit_id == unit_id, _change.c.policy_version == version)
    change_id = act.connection.execute(query).scalar_one_or_none()
    if change_id is None:
        change_id = new_id()
        insert_rows(
            act.connection,
            TermChange,
            [{"id": change_id, "unit_id": unit_id, "policy_version": version, "found_at": act.at}],
        )
    known = _already(act, _change_item, _change_item.c.change_id == change_id, [row["recording_id"] for row in rows])
    items = [{"change_id": change_id} | row for row in rows if row["recording_id"] not in known]
    insert_rows(act.connection, TermChangeItem, items)


def touch_other_policies(act: Act, versions: dict[UUID, str]) -> None:
    """Have every term worked out anew in the units whose policy is another than the last time; `versions` is the policy
    of each unit."""
    seen = {row.unit_id: row.policy_version for row in act.connection.execute(select(_seen))}
    for unit_id, version in versions.items():
        if seen.get(unit_id) == version:
            continue
        others = select(_term.c.recording_id).where(_term.c.unit_id == unit_id, _term.c.policy_version != version)
        touch_found_terms(act, others)
        row = {"unit_id": unit_id, "policy_version": version}
        statement = inserting(act.connection, _seen).values(row)
        act.connection.execute(statement.on_conflict_do_update(index_elements=["unit_id"], set_=row))

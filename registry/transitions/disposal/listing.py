"""Disposal lists are opened for what is due (Art. 18): each original with the term that let it come this far."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from registry.act import Act
from registry.bulk import insert_rows, rows_among, table_of, update_rows
from registry.ledger import Event
from registry.ledger.chain import canonical_json
from registry.queries.access import gone_among, units_upward
from registry.queries.organisation import AnyUnit, holders_at, units_of_authority
from registry.queries.retention import KEEPERS, Original, kept_by, originals_of, overdue_terms, terms_among
from registry.tables import DisposalItem, DisposalList, RetentionTerm, Unit
from registry.transitions.disposal.common import ask, list_of, tell_ledger, tell_people
from registry.transitions.duties.settling import Rules
from registry.transitions.numbers import next_number
from registry.transitions.retention.terms import settle_terms
from registry.types import new_id
from regulation.disposal import SEATS, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ConfigurationError
from regulation.recipients import Roster
from regulation.retention import Kept, Term, is_over, term_of

CHUNK = 1_000
_unit = table_of(Unit)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was opened: its number, and how many originals stand on it; how many are kept though their terms are
    over, by what keeps them."""

    number: str | None
    items: int
    kept: dict[Kept, int]


def judge(act: Act, ids: Collection[UUID], rules: Rules) -> tuple[dict[UUID, tuple[Original, Term]], dict[UUID, Kept]]:
    """Of these recordings, those that may go at the act's time, with their terms; and of the others why they may not.

    What was worked out before lets nothing go: facts, holds and policy are asked anew. But where it has a later day, or
    none, that stands: a policy that releases earlier waits for the principal leader (Art. 23). Raises
    `ConfigurationError` where a unit's policy is not sound.
    """
    known = terms_among(act.connection, ids)
    may_go: dict[UUID, tuple[Original, Term]] = {}
    kept = {one: why[0] for one, why in kept_by(act.connection, ids, act.at).items()}
    for one in originals_of(act.connection, [each for each in ids if each not in kept]):
        today = one.day_at(act.at)
        term = term_of(one.footage, rules.policy_of(one.unit_id), one.zone, today)
        if term.kept is not None:
            kept[one.recording_id] = term.kept
        elif is_over(term.due_on, today) and is_over(known[one.recording_id].due_on, today):
            may_go[one.recording_id] = one, term
        else:
            kept[one.recording_id] = Kept.IN_TERM
    return may_go, kept


def list_due(act: Act, unit: AnyUnit, rules: Rules, most: int) -> Listed:
    """Open a list of up to `most` originals of the unit and its departments whose terms are over and that nothing
    keeps. Without any there is no list."""
    found: list[tuple[Original, Term]] = []
    counts: dict[Kept, int] = {}
    after: tuple[date, UUID] | None = None
    units = units_of_authority(act.session, unit.id)
    # The latest day that any of them has; each original is judged by its own unit's.
    zones = {row.zone for row in rows_among(act.connection, select(_unit.c.zone), _unit.c.id, units)}
    today = max(act.at.astimezone(ZoneInfo(zone)).date() for zone in zones)
    while len(found) < most:
        rows = overdue_terms(act.connection, units, today, after, CHUNK)
        if not rows:
            break
        after = rows[-1].due_on, rows[-1].recording_id
        ids = [row.recording_id for row in rows]
        may_go, kept = _judged(act, ids, rules)
        # What the rule keeps longer than was worked out before: a provision has come into force since.
        settle_terms(act, [one for one, why in kept.items() if why not in KEEPERS], rules)
        found += [may_go[one] for one in ids if one in may_go][: most - len(found)]
        for why in kept.values():
            counts[why] = counts.get(why, 0) + 1
        if len(rows) < CHUNK:
            break
    return Listed(_open(act, unit, found, rules) if found else None, len(found), counts)


def _judged(act: Act, ids: list[UUID], rules: Rules) -> tuple[dict[UUID, tuple[Original, Term]], dict[UUID, Kept]]:
    """As `judge`; what waits for a sound policy is not listed."""
    try:
        may_go, kept = judge(act, ids, rules)
    except ConfigurationError:
        return {}, dict.fromkeys(ids, Kept.NO_TERM)
    return may_go, kept


def _open(act: Act, unit: AnyUnit, found: list[tuple[Original, Term]], rules: Rules) -> str:
    list_id, number = new_id(), next_number(act, "DL", unit)
    row = {
        "id": list_id,
        "number": number,
        "unit_id": unit.id,
        "state": ListState.APPRAISAL,
        "opened_at": act.at,
        "changed_at": act.at,
    }
    insert_rows(act.connection, DisposalList, [row])
    insert_rows(act.connection, DisposalItem, [_item(list_id, one, term, rules) for one, term in found])
    terms = [{"recording_id": one.recording_id, "list_id": list_id} for one, _ in found]
    update_rows(act.connection, RetentionTerm, terms, "recording_id")
    lines = sorted([str(one.recording_id), str(term.due_on)] for one, term in found)
    facts = {"items": len(found), "items_sha256": sha256(canonical_json(lines).encode()).hexdigest()}
    opened = list_of(act, list_id)
    tell_ledger(act, Event.DISPOSAL_LISTED, opened, facts)
    ask(act, opened, DisposalStage.APPRAISAL)
    tell_people(act, "appraise", opened, seat_of_unit(act, unit.id, DisposalStage.APPRAISAL))
    return number


def _item(list_id: UUID, one: Original, term: Term, rules: Rules) -> dict[str, object]:
    return {
        "id": new_id(),
        "list_id": list_id,
        "recording_id": one.recording_id,
        "retention_class": term.retention_class,
        "article": term.article,
        "trigger": term.trigger,
        "trigger_on": term.trigger_on,
        "due_on": term.due_on,
        "policy_version": rules.policy_of(one.unit_id).version,
        "state": ItemState.LISTED,
    }


def seat_of_unit(act: Act, unit_id: UUID, stage: DisposalStage) -> list[UUID]:
    """Who sits where the stage is answered in a unit, or one seat up where nobody does."""
    chain = [unit.id for unit in units_upward(act.session, unit_id)]
    holdings = holders_at(act.session, chain, act.at)
    gone = gone_among(act.session, {one.person_id for one in holdings}, act.at)
    told = Roster(chain, holdings, act.at, gone).told(SEATS[stage])
    return [one.person_id for one in told if one.person_id is not None]

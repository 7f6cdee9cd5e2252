"""Disposal lists are opened for what is due (Art. 18): each original with the term that let it come this far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, update_rows
from registry.ledger import Event
from registry.ledger.chain import canonical_json
from registry.queries.access import gone_among, units_upward
from registry.queries.organisation import AnyUnit, Organisation, holders_at, organisation_at
from registry.queries.retention import (
    KEEPERS,
    count_overdue,
    kept_by,
    originals_of,
    overdue_terms,
    terms_among,
)
from registry.tables import DisposalItem, DisposalList, RetentionTerm
from registry.transitions.disposal.common import ask_first, tell_ledger, tell_people
from registry.transitions.duties.settling import Rules
from registry.transitions.numbers import next_of_each
from registry.transitions.retention.terms import settle_terms
from registry.types import new_id
from regulation.authority import Holding
from regulation.disposal import SEATS, DisposalStage
from regulation.disposal_states import ItemState, ListState
from regulation.errors import ConfigurationError
from regulation.recipients import Roster
from regulation.retention import Kept, Term, is_over, term_of

TOGETHER = 5_000
"""Originals that are looked at together; and that one act lists, unless a single list has more."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was opened: its number, and how many originals stand on it; how many are kept though their terms are
    over, by what keeps them."""

    number: str | None
    items: int
    kept: Mapping[Kept, int]


def judge(act: Act, ids: Collection[UUID], rules: Rules) -> tuple[dict[UUID, Term], dict[UUID, Kept]]:
    """Of these recordings, those that may go at the act's time, with their terms; and of the others why they may not.

    What was worked out before lets nothing go: facts, holds and policy are asked anew. But where it has a later day, or
    none, that stands: a policy that releases earlier waits for the principal leader (Art. 23). Raises
    `ConfigurationError` where a unit's policy is not sound.
    """
    known = terms_among(act.connection, ids)
    return _judge(act, {one: known[one].due_on for one in ids}, rules)


def _judge(act: Act, due: Mapping[UUID, date | None], rules: Rules) -> tuple[dict[UUID, Term], dict[UUID, Kept]]:
    """As `judge`, of recordings with the last days that were worked out for them before."""
    may_go: dict[UUID, Term] = {}
    kept = {one: why[0] for one, why in kept_by(act.connection, due.keys(), act.at).items()}
    for one in originals_of(act.connection, [each for each in due if each not in kept]):
        today = one.day_at(act.at)
        term = term_of(one.footage, rules.policy_of(one.unit_id), one.zone, today)
        if term.kept is not None:
            kept[one.recording_id] = term.kept
        elif is_over(term.due_on, today) and is_over(due[one.recording_id], today):
            may_go[one.recording_id] = term
        else:
            kept[one.recording_id] = Kept.IN_TERM
    return may_go, kept


def due_together(session: Session, most: Mapping[UUID, int], at: datetime) -> Iterator[dict[UUID, int]]:
    """Of these enforcement units, with how many originals a list of each may name, those that have anything whose term
    is over at the moment `at`; those together whose lists one act opens."""
    city = organisation_at(session, at)
    waiting = Counter[UUID]()
    for unit_id, terms in count_overdue(session.connection(), city.units.values(), at).items():
        waiting[city.deciding(unit_id)] += terms
    together, items = dict[UUID, int](), 0
    for unit_id in [one for one in most if waiting[one]]:
        items += min(waiting[unit_id], most[unit_id])
        if together and items > TOGETHER:
            yield together
            together, items = {}, min(waiting[unit_id], most[unit_id])
        together[unit_id] = most[unit_id]
    if together:
        yield together


@dataclass(slots=True)
class _List:
    """A list that is opened if anything is found for it."""

    unit: AnyUnit
    most: int
    id: UUID = field(default_factory=new_id)
    items: list[dict[str, Any]] = field(default_factory=list)
    kept: Counter[Kept] = field(default_factory=Counter)

    @property
    def unit_id(self) -> UUID:
        return self.unit.id

    @property
    def facts(self) -> dict[str, Any]:
        """What the ledger has of it."""
        lines = sorted([str(one["recording_id"]), str(one["due_on"])] for one in self.items)
        return {"items": len(lines), "items_sha256": sha256(canonical_json(lines).encode()).hexdigest()}


def list_due(act: Act, most: Mapping[UUID, int], rules: Rules) -> dict[UUID, Listed]:
    """Open a list for each of these enforcement units, of up to so many originals of it and its departments as `most`
    says, whose terms are over and that nothing keeps. Without any there is no list."""
    city = organisation_at(act.session, act.at)
    lists = {unit_id: _List(city.units[unit_id], count) for unit_id, count in most.items()}
    list_of_unit = {one: lists[decides] for one in city.units if (decides := city.deciding(one)) in lists}
    after: tuple[date, UUID] | None = None
    while units := [city.units[unit] for unit, one in list_of_unit.items() if len(one.items) < one.most]:
        rows = overdue_terms(act.connection, units, act.at, after, TOGETHER)
        may_go, kept = _judged(act, rows, rules)
        # What the rule keeps longer than was worked out before: a provision has come into force since.
        settle_terms(act, [one for one, why in kept.items() if why not in KEEPERS], rules)
        for row in rows:
            into = list_of_unit[row.unit_id]
            if row.recording_id in kept:
                into.kept[kept[row.recording_id]] += 1
            elif len(into.items) < into.most:
                into.items.append(_item(into.id, row, may_go[row.recording_id], rules))
        if len(rows) < TOGETHER:
            break
        after = rows[-1].due_on, rows[-1].recording_id
    numbers = _open(act, [one for one in lists.values() if one.items], city)
    return {unit_id: Listed(numbers.get(unit_id), len(one.items), one.kept) for unit_id, one in lists.items()}


def _judged(act: Act, rows: Iterable[AnyRow], rules: Rules) -> tuple[dict[UUID, Term], dict[UUID, Kept]]:
    """As `judge`, of terms that are over; what waits for a sound policy of its unit is not listed."""
    sound = {unit_id: _is_sound(rules, unit_id) for unit_id in {row.unit_id for row in rows}}
    may_go, kept = _judge(act, {row.recording_id: row.due_on for row in rows if sound[row.unit_id]}, rules)
    return may_go, kept | {row.recording_id: Kept.NO_TERM for row in rows if not sound[row.unit_id]}


def _is_sound(rules: Rules, unit_id: UUID) -> bool:
    try:
        rules.policy_of(unit_id)
    except ConfigurationError:
        return False
    return True


def _open(act: Act, lists: Collection[_List], city: Organisation) -> dict[UUID, str]:
    """Open these lists; gives their numbers by unit."""
    if not lists:
        return {}
    numbers = next_of_each(act, "DL", [one.unit for one in lists])
    opened = {"state": ListState.APPRAISAL, "opened_at": act.at, "changed_at": act.at}
    rows = [{"id": one.id, "number": numbers[one.unit_id], "unit_id": one.unit_id, **opened} for one in lists]
    insert_rows(act.connection, DisposalList, rows)
    items = [item for one in lists for item in one.items]
    insert_rows(act.connection, DisposalItem, items)
    update_rows(act.connection, RetentionTerm, items, "recording_id", only=["list_id"])
    ask_first(act, [one.id for one in lists], DisposalStage.APPRAISAL)
    for one in lists:
        tell_ledger(act, Event.DISPOSAL_LISTED, one, one.facts)
        chain = city.chain(one.unit_id)
        seat = _seat(chain, city.holdings(chain), act.at, city.gone, DisposalStage.APPRAISAL)
        tell_people(act, "appraise", one, seat)
    return numbers


def _item(list_id: UUID, row: AnyRow, term: Term, rules: Rules) -> dict[str, Any]:
    return {
        "id": new_id(),
        "list_id": list_id,
        "recording_id": row.recording_id,
        "retention_class": term.retention_class,
        "article": term.article,
        "trigger": term.trigger,
        "trigger_on": term.trigger_on,
        "due_on": term.due_on,
        "policy_version": rules.policy_of(row.unit_id).version,
        "state": ItemState.LISTED,
    }


def seat_of_unit(act: Act, unit_id: UUID, stage: DisposalStage) -> list[UUID]:
    """Who sits where the stage is answered in a unit, or one seat up where nobody does."""
    chain = [unit.id for unit in units_upward(act.session, unit_id)]
    holdings = holders_at(act.session, chain, act.at)
    gone = gone_among(act.session, {one.person_id for one in holdings}, act.at)
    return _seat(chain, holdings, act.at, gone, stage)


def _seat(
    chain: Sequence[UUID], holdings: Iterable[Holding], at: datetime, gone: Collection[UUID], stage: DisposalStage
) -> list[UUID]:
    told = Roster(chain, holdings, at, gone).told(SEATS[stage])
    return [one.person_id for one in told if one.person_id is not None]

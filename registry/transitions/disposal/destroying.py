"""Carrying a list out: begun in the registry before the vault lets go of anything, finished only once nothing of an
original is left (Art. 18).

An item that was begun is not stopped any more; killed in between, the next run goes on with it. What is still only
listed, and what the vault did not let go of, is judged once more, by facts, holds and policy of that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, rows_among, storable, table_of, update_rows
from registry.ledger import Event
from registry.queries.disposal import decisions_on, digest_of_items, items_in, taking_part
from registry.queries.fixity import given_up
from registry.tables import DisposalItem, DisposalVerdict, Recording, RecordingState
from registry.transitions.disposal.common import change, list_of, tell_ledger, tell_people
from registry.transitions.disposal.dropping import drop_kept
from registry.transitions.disposal.listing import judge
from registry.transitions.duties.settling import Rules
from registry.transitions.duties.touching import touch
from regulation.disposal import ARTICLE, WITNESSES
from regulation.disposal_states import ItemState, ListEvent, ListState
from regulation.duties import DutyKind
from regulation.errors import ActionDenied, FixityError

AT_ONCE = 1_000

_item, _recording = table_of(DisposalItem), table_of(Recording)


@dataclass(frozen=True, slots=True)
class Doomed:
    """An original that the vault is to let go of now. `may_be_gone`: it was begun before, so that the vault may have
    let go of it already; or a leader has given it up as lost (Art. 7). Of any other the vault must have something."""

    item_id: UUID
    recording_id: UUID
    vault_key: str
    may_be_gone: bool


@dataclass(frozen=True, slots=True)
class LetGo:
    """What the vault said of one: it is gone with every version, or why not."""

    item_id: UUID
    is_gone: bool
    problem: str | None = None


def begin_list(act: Act, list_id: UUID) -> None:
    """Have the list carried out from now on; begun already, or carried out by another run meanwhile, nothing changes,
    and neither where nothing is left on it.

    Raises `ActionDenied` before its time of grace is over and without every decision, `FixityError` where it is not the
    list that was approved.
    """
    row = list_of(act, list_id)
    if row.state in (ListState.DESTROYING, ListState.DONE, ListState.EMPTIED):
        return
    if row.state is not ListState.GRACE or row.grace_until is None or row.grace_until > act.at:
        raise ActionDenied("Its time of grace is not over, or it was not decided.", article=ARTICLE, subject=row.number)
    check_decided(act, row)
    change(act, row, ListEvent.BEGUN)


def check_decided(act: Act, row: AnyRow) -> None:
    """Raise `ActionDenied` unless the list was approved and witnessed by different people, `FixityError` where what
    stands on it is not what they saw."""
    decided = decisions_on(act.connection, row.id)
    approved = [one for one in decided if one.verdict is DisposalVerdict.APPROVED]
    witnessed = [one for one in decided if one.verdict is DisposalVerdict.WITNESSED]
    people = {one.person_id for one in witnessed}
    if len(approved) != 1 or len(people) < WITNESSES or approved[0].person_id in people:
        raise ActionDenied("It lacks an approval or its witnesses.", article=ARTICLE, subject=row.number)
    seen = {digest_of_items(act.connection, row.id, answers)[1] for answers in range(1, len(decided) + 1)}
    for one in (*approved, *witnessed):
        if one.items_sha256 not in seen:
            raise FixityError("The list is not the one that was decided about.", article=ARTICLE, subject=row.number)


def begin_items(act: Act, list_id: UUID, rules: Rules, limit: int = AT_ONCE) -> list[Doomed]:
    """Up to `limit` originals that the vault is to let go of: those begun before and not finished, then those listed,
    after a last look; what something keeps by now is taken off the list.

    Raises as `begin_list` does.
    """
    row = list_of(act, list_id)
    if row.state is not ListState.DESTROYING:
        return []
    check_decided(act, row)
    begun = items_in(act.connection, list_id, ItemState.DESTROYING)[:limit]
    resumed = bool(begun)
    while not begun and (listed := items_in(act.connection, list_id, ItemState.LISTED)[:limit]):
        begun = _begin(act, row, rules, listed)
    ids = [one.recording_id for one in begun]
    keys, lost = _keys(act, ids), given_up(act.connection, ids)
    return [
        Doomed(one.id, one.recording_id, keys[one.recording_id].vault_key, resumed or one.recording_id in lost)
        for one in begun
    ]


def _begin(act: Act, row: AnyRow, rules: Rules, items: Sequence[AnyRow]) -> list[AnyRow]:
    may_go, kept = judge(act, [one.recording_id for one in items], rules)
    drop_kept(act, row, items, kept)
    going = [one for one in items if one.recording_id in may_go]
    _mark_begun(act, row, going)
    return going


def retry_failed(act: Act, list_id: UUID, rules: Rules) -> int:
    """Have the vault asked once more about what it did not let go of, after a last look; gives how many. What something
    keeps by now is taken off the list: the vault has it still.

    Raises as `begin_list` does.
    """
    row = list_of(act, list_id)
    if row.state is not ListState.DESTROYING:
        return 0
    check_decided(act, row)
    return len(_begin(act, row, rules, items_in(act.connection, list_id, ItemState.FAILED)))


def _mark_begun(act: Act, row: AnyRow, items: Sequence[AnyRow]) -> None:
    begun = [{"id": one.id, "state": ItemState.DESTROYING, "begun_at": act.at} for one in items]
    update_rows(act.connection, DisposalItem, begun)
    for one in items:
        facts = {"list_id": row.id, "item_id": one.id}
        act.record(
            Event.RECORDING_DESTROYING, "recording", one.recording_id, facts, unit_id=row.unit_id, article=ARTICLE
        )


def _keys(act: Act, recording_ids: Iterable[UUID]) -> Mapping[UUID, AnyRow]:
    columns = ("id", "vault_key", "sha256", "size")
    query = _recording.select().with_only_columns(*(_recording.c[name] for name in columns))
    return {row.id: row for row in rows_among(act.connection, query, _recording.c.id, recording_ids)}


def finish_items(act: Act, list_id: UUID, answers: Sequence[LetGo]) -> None:
    """Enter what the vault said. What is gone is `disposed`, its row the only thing left of it; what is not is a
    failure that somebody must see to. Said again, nothing changes."""
    row = list_of(act, list_id)
    said = {one.item_id: one for one in answers}
    begun = [one for one in items_in(act.connection, list_id, ItemState.DESTROYING) if one.id in said]
    gone = [one for one in begun if said[one.id].is_gone]
    _enter_gone(act, row, gone)
    _enter_failed(act, row, [(one, said[one.id].problem) for one in begun if not said[one.id].is_gone])
    touch(act, DutyKind.DELETION_FAILURE, [one.id for one in begun])


def _enter_gone(act: Act, row: AnyRow, items: Sequence[AnyRow]) -> None:
    facts_of = _keys(act, [one.recording_id for one in items])
    states = [{"id": one.recording_id, "state": RecordingState.DISPOSED} for one in items]
    update_rows(act.connection, Recording, states)
    ended = [{"id": one.id, "state": ItemState.DESTROYED, "destroyed_at": act.at} for one in items]
    update_rows(act.connection, DisposalItem, ended)
    for one in items:
        original = facts_of[one.recording_id]
        facts = {"list_id": row.id, "item_id": one.id, "sha256": original.sha256, "size": original.size}
        act.record(
            Event.RECORDING_DESTROYED, "recording", one.recording_id, facts, unit_id=row.unit_id, article=ARTICLE
        )


def _enter_failed(act: Act, row: AnyRow, items: Sequence[tuple[AnyRow, str | None]]) -> None:
    failed = [
        {"id": one.id, "state": ItemState.FAILED, "failed_at": one.failed_at or act.at, "problem": storable(problem)}
        for one, problem in items
    ]
    update_rows(act.connection, DisposalItem, failed)
    for one, _ in items:
        facts = {"list_id": row.id, "item_id": one.id}
        act.record(
            Event.RECORDING_NOT_DESTROYED, "recording", one.recording_id, facts, unit_id=row.unit_id, article=ARTICLE
        )


_UNFINISHED = (ItemState.LISTED, ItemState.DESTROYING, ItemState.FAILED)


def finish_list(act: Act, list_id: UUID) -> bool:
    """Enter that the list was carried out, once nothing on it is left to do; gives whether it is."""
    row = list_of(act, list_id)
    if row.state is not ListState.DESTROYING or items_in(act.connection, list_id, *_UNFINISHED):
        return row.state is ListState.DONE
    change(act, row, ListEvent.FINISHED)
    destroyed = len(items_in(act.connection, list_id, ItemState.DESTROYED))
    tell_ledger(act, Event.DISPOSAL_FINISHED, row, {"destroyed": destroyed})
    tell_people(act, "outcome", row, taking_part(act.connection, list_id))
    return True

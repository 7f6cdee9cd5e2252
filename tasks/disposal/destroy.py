"""Destroy what a list names, by decision alone: begun in the registry, done in the vault, looked at, entered (Art. 18).

The only place in the whole software where an original is let go of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from prefect import task

from registry.queries.disposal import items_in
from registry.transitions import disposal
from registry.transitions.disposal import Doomed, LetGo
from regulation.disposal_states import ItemState
from tasks.disposal.work import DisposalWork
from tasks.progress import Progress
from tasks.steps import RETRIED

if TYPE_CHECKING:
    from blocks.vault import Destroyed

LONGEST_PROBLEM = 500


@task(**RETRIED, name="destroy-decided")
def destroy_decided(work: DisposalWork) -> None:
    """Carry the list out, a batch at a time. Killed anywhere and run again, it goes on with what was begun.

    Raises `ActionDenied` unless every decision is there and the time of grace is over, `FixityError` where the list is
    not the one that was decided about.
    """
    list_id = work.list_id
    with work.acting() as act:
        disposal.begin_list(act, list_id)
        disposal.retry_failed(act, list_id, work.rules)
    with work.registry.reading() as reading:
        left = len(items_in(reading.connection(), list_id, ItemState.LISTED, ItemState.DESTROYING))
    progress = Progress("Destroying", left, "files", f"destroy-{work.number.lower()}")
    while True:
        with work.acting() as act:
            doomed = disposal.begin_items(act, list_id, work.rules)
        if not doomed:
            break
        answers = _let_go(work, doomed)
        with work.acting() as act:
            disposal.finish_items(act, list_id, answers)
        gone = sum(one.is_gone for one in answers)
        work.counts["destroyed"] = work.counts.get("destroyed", 0) + gone
        work.counts["failed"] = work.counts.get("failed", 0) + len(answers) - gone
        progress.advance(len(answers))
        progress.tell()
    progress.tell(finished=True)
    with work.acting() as act:
        disposal.finish_list(act, list_id)


def _let_go(work: DisposalWork, doomed: Sequence[Doomed]) -> list[LetGo]:
    said = work.archive.vault.destroy([one.vault_key for one in doomed], work.now())
    by_key = {one.key: one for one in said}
    return [_answer(one, by_key[one.vault_key]) for one in doomed]


def _answer(one: Doomed, said: Destroyed) -> LetGo:
    if said.gone and not said.removed and not one.may_be_gone:
        # A disk that is not mounted has nothing either: that is no destruction, and nobody would ever look again.
        return LetGo(one.item_id, False, "the vault does not have it")
    problem = None if said.gone else (said.problem or f"{len(said.left)} versions are left")[:LONGEST_PROBLEM]
    return LetGo(one.item_id, said.gone, problem)

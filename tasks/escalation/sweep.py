"""The steps of a sweep: settle what facts have changed, climb the ladders, queue the notices (Art. 16, 20).

Each works in batches, an act each, so that a sweep killed anywhere has lost nothing and the next one goes on.
"""

from __future__ import annotations

from uuid import UUID

from prefect import task

from registry.queries.duties import not_yet_due, open_by_state
from registry.queries.notices import dead_letters
from registry.queries.organisation import organisation_at
from registry.transitions import duties, notices
from regulation.duties import DutyKind
from tasks.escalation.work import ACTOR, SweepWork
from tasks.steps import RETRIED

SETTLED_AT_ONCE = 5_000


@task(**RETRIED, name="settle-duties")
def settle_duties(work: SweepWork) -> None:
    """Open, re-time and meet duties as the facts have it that changed since the last sweep."""
    done = duties.Settled()
    for kind in DutyKind:
        after: UUID | None = None
        while subjects := _settle_some(work, kind, after, done):
            after = subjects[-1]
    work.refused |= done.refused
    work.counts.update(opened=done.opened, changed=done.changed, met=done.met, overdue=done.overdue)
    work.counts.update(waiting_for_policy=len(done.waiting))


def _settle_some(work: SweepWork, kind: DutyKind, after: UUID | None, done: duties.Settled) -> list[UUID]:
    with work.acting() as act:
        subjects = duties.touched(act, kind, after, SETTLED_AT_ONCE)
        settled = duties.settle(act, kind, subjects, work.rules)
        duties.untouch(act, kind, set(subjects) - settled.waiting)
    done.add(settled)
    return subjects


@task(**RETRIED, name="climb-ladders")
def climb_ladders(work: SweepWork) -> None:
    """Tell everyone who must hear of a duty now; who that is, is asked at that moment."""
    climber = duties.Climber(work.rules, notices.Gathering(work.sweep_id))
    done = duties.Climbed()
    while True:
        with work.acting() as act:
            batch = climber.climb(act, organisation_at(act.session, act.at))
        done.add(batch)
        if not batch.considered:
            break
    work.refused |= climber.refused
    work.counts.update(
        considered=done.considered,
        overdue=done.overdue,
        lines=done.lines,
        untold=done.untold,
        behind_seconds=int(done.behind.total_seconds()),
    )


@task(**RETRIED, name="queue-notices")
def queue_notices(work: SweepWork) -> None:
    """One notice a person, with all they must hear of; from here on the delivery has them."""
    while True:
        with work.acting() as act:
            queued = notices.queue_gathered(act, work.sweep_id)
        if not queued:
            break
        work.counts.update(notices=queued)


@task(**RETRIED, name="finish-sweep")
def finish_sweep(work: SweepWork) -> None:
    """Enter what was counted, the duties that were considered and are not yet due among it."""
    with work.registry.reading() as reading:
        work.counts["not_yet_due"] = not_yet_due(reading, work.now())
        work.counts["notices_dead"] = dead_letters(reading)
        for state, count in open_by_state(reading).items():
            work.counts[f"open_{state.value}"] = count
    with work.registry.acting(ACTOR, work.now()) as act:
        notices.finish_sweep(act, work.sweep_id, work.counts)

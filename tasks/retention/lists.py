"""Say what is coming, list what is due, and have each list followed by its run (Art. 18)."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import task
from prefect.cache_policies import NO_CACHE

from registry.queries.disposal import to_follow
from registry.transitions import disposal
from registry.transitions.retention.telling import tell_coming
from regulation.errors import ConfigurationError
from tasks.cases import this_minute
from tasks.disposal.nudge import nudge_list
from tasks.retention.work import RetentionWork
from tasks.steps import RETRIED


@task(**RETRIED, name="announce-coming")
def announce_coming(work: RetentionWork) -> None:
    """Tell each unit's administrators what ends in a month, a week, a day."""
    for unit in work.authorities:
        try:
            with work.acting() as act:
                told = tell_coming(act, unit, work.rules)
        except ConfigurationError as refusal:
            work.refused[unit.id] = refusal
            continue
        work.counts.update(coming=sum(one.originals for one in told))


@task(**RETRIED, name="list-due")
def list_due(work: RetentionWork) -> None:
    """Open disposal lists of whatever is due and kept by nothing; a list is no longer than somebody can read."""
    with work.registry.reading() as reading:
        together = list(disposal.due_together(reading, _most_items(work), work.now()))
    for most in together:
        with work.acting() as act:
            listed = disposal.list_due(act, most, work.rules)
        for one in listed.values():
            work.counts.update(lists=one.number is not None, listed=one.items)
            work.kept.update({why.value: count for why, count in one.kept.items()})


def _most_items(work: RetentionWork) -> dict[UUID, int]:
    """How many originals a list of each unit may name; a unit whose policy is not sound is left out, and told."""
    found = {}
    for unit in work.authorities:
        today = work.now().astimezone(ZoneInfo(unit.zone)).date()
        try:
            found[unit.id] = work.rules.policy_of(unit.id).value("disposal_most_items", today)
        except ConfigurationError as refusal:
            work.refused[unit.id] = refusal
    return found


@task(name="start-disposals", cache_policy=NO_CACHE)
def start_disposals(work: RetentionWork) -> None:
    """Have each list on which something changed, or whose time of grace is over, looked at by its run. Nothing is
    decided by that: the run asks the registry."""
    with work.registry.reading() as reading:
        waiting = to_follow(reading.connection(), work.now())
    for row in waiting:
        if not nudge_list(row.number, this_minute(work.now()), dry_run=work.dry_run):
            return
        work.counts.update(lists_followed=1)

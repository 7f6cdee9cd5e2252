"""One sweep being worked on: the registry, whose rules hold where, and what is counted on the way (Art. 16, 20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from blocks.duty_watch import DutyWatch
from blocks.unit_policy import UnitPolicies
from blocks.working_days import mainland_working_day
from registry.act import Act
from registry.database import Registry
from registry.queries.organisation import Organisation, organisation_at
from registry.tables.notices import DEADLINES
from registry.transitions import notices
from registry.transitions.duties import Rules
from regulation.errors import ConfigurationError
from regulation.policy import Policy
from tasks.holders import holding, is_dead

Now = Callable[[], datetime]

ACTOR = "system:escalation"


class SweepWork:
    """What the steps of a sweep share. `counts` become the sweep's own; `refused` are the units without a sound policy,
    by id, whose duties wait."""

    def __init__(self, watch: DutyWatch, registry: Registry, sweep_id: UUID, now: Now) -> None:
        self.watch = watch
        self.registry = registry
        self.sweep_id = sweep_id
        self.now = now
        self.started_at = now()
        self.counts: Counter[str] = Counter()
        self.refused: dict[UUID, ConfigurationError] = {}
        with registry.reading() as reading:
            self.organisation = organisation_at(reading, self.started_at)
        self.rules = rules_of(watch.policy.policies(), self.organisation)

    @contextmanager
    def acting(self) -> Iterator[Act]:
        """One transaction of the sweep. Raises `ActionDenied` when another sweep has taken this one's work over."""
        with self.registry.acting(ACTOR, self.now()) as act:
            notices.beat(act, self.sweep_id)
            yield act


def rules_of(policies: UnitPolicies, organisation: Organisation) -> Rules:
    """Whose rules hold in which unit of the organisation."""
    return rules_by(policies, lambda unit_id: [organisation.units[one].code for one in organisation.chain(unit_id)])


def rules_by(policies: UnitPolicies, codes_upward: Callable[[UUID], list[str]]) -> Rules:
    """Whose rules hold in which unit, of which the codes upward are asked for; once a unit, sound or not."""
    known: dict[UUID, Policy | ConfigurationError] = {}

    def policy_of(unit_id: UUID) -> Policy:
        if unit_id not in known:
            try:
                known[unit_id] = policies.of(codes_upward(unit_id))
            except ConfigurationError as refusal:
                known[unit_id] = refusal
        found = known[unit_id]
        if isinstance(found, ConfigurationError):
            raise found
        return found

    return Rules(policy_of, mainland_working_day)


@contextmanager
def sweep_work(watch: DutyWatch, now: Now) -> Iterator[SweepWork | None]:
    """Begin a sweep; None while another one is at work, for two would only wait for each other.

    A sweep that is killed is taken over by the next one. Raises `ConfigurationError` where a superior's layer of the
    policy, which holds for every unit, is not sound.
    """
    registry = watch.registry.open()
    try:
        with holding() as holder:
            with registry.acting(ACTOR, now()) as act:
                sweep_id = notices.begin_sweep(act, DEADLINES, holder, holder_is_dead=is_dead)
            yield None if sweep_id is None else SweepWork(watch, registry, sweep_id, now)
    finally:
        registry.dispose()

"""By which rules a unit's duties and footage are judged: its own policy, and the mainland's working days (Art. 23)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from blocks.unit_policy import UnitPolicies
from blocks.working_days import mainland_working_day
from registry.queries.organisation import Organisation
from registry.transitions.duties import Rules
from regulation.errors import ConfigurationError
from regulation.policy import Policy


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

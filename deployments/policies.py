"""The policy layers that the settings name, and whether they are sound; nothing of Prefect (Art. 14, 23)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from blocks.policy_layers import UnitPolicies, policies_from
from deployments.facts import reading
from deployments.home import Home
from deployments.settings import Settings
from registry.queries import units_by_code
from registry.queries.access import codes_upward
from regulation.errors import ConfigurationError

SETTING = "CUSTODY_POLICY_FILES"


def policy_layers(settings: Settings) -> list[tuple[str, str]]:
    """Each layer's file and text. Raises `ConfigurationError` for a file that cannot be read."""
    layers = []
    for path in settings.policy_files:
        try:
            layers.append((str(path), path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as wrong:
            why = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8"
            raise ConfigurationError(f"{path} cannot be read: {why}.", subject=SETTING) from None
    return layers


def check_policies(home: Home) -> UnitPolicies:
    """The policies of this installation, each unit's. Raises `ConfigurationError` naming file, key and article where
    one is not sound: a gap, a ladder on which those above hear first, a name that there is none of."""
    policies, problems = looked_at(home)
    for problem in problems:
        raise problem
    return policies


def looked_at(home: Home) -> tuple[UnitPolicies, list[ConfigurationError]]:
    """The policies of this installation and everything that is wrong with them."""
    policies = policies_from(policy_layers(home.settings))
    with reading(home) as session:
        return policies, policies.problems(_chains(session))


def strangers(home: Home, policies: UnitPolicies) -> list[str]:
    """The codes of units that layers are for and the registry does not know: those layers hold for nobody."""
    with reading(home) as session:
        known = units_by_code(session)
    return sorted(code for code in policies.own if code not in known)


def _chains(session: Session) -> Iterable[list[str]]:
    return [codes_upward(session, unit.id) for unit in units_by_code(session).values()]

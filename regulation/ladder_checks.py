"""A ladder is climbed from below: nobody hears of a duty before those beneath them do (Art. 5, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise, product

from regulation.duties import DutyKind
from regulation.ladder import Step, hours_name
from regulation.layers import PolicyLayer, Provision
from regulation.parameters import IN_FORCE_FROM, PARAMETERS
from regulation.policy_checks import effective, refusal, shown

_AFTER = (Step.DEPARTMENT_HEAD, Step.SUPERVISING_LEADER, Step.PRINCIPAL_LEADER)
"""The steps whose times are set one by one; the reminder is before the due time and these after it by their bounds."""


def check_ladder(layers: Sequence[PolicyLayer]) -> None:
    """Refuse layers that together would tell a leader before those below, on any day and for any kind of duty.

    The layers are sound each by itself and the city's is whole. Two steps at the same moment may be.
    """
    for kind, (lower, upper) in product(DutyKind, pairwise(_AFTER)):
        names = hours_name(kind, lower), hours_name(kind, upper)
        for day in _days_of_change(layers, names):
            _check_pair(layers, names, day)


def _check_pair(layers: Sequence[PolicyLayer], names: tuple[str, str], day: date) -> None:
    set_by = [found for found in (effective(layers, name, day) for name in names) if found is not None]
    (_, earlier), (_, later) = set_by
    if earlier.value > later.value:
        layer, provision = max(set_by, key=lambda found: layers.index(found[0]))
        article = PARAMETERS[provision.name].article
        raise refusal(layer.source, provision.name, _out_of_order(earlier, later, day), article)


def _days_of_change(layers: Sequence[PolicyLayer], names: tuple[str, str]) -> set[date]:
    """Every day on which one of the values may begin to be another."""
    days = {IN_FORCE_FROM}
    for provision in (one for layer in layers for name in names for one in layer.of(name)):
        days.add(provision.valid_from)
        if provision.valid_to is not None and provision.valid_to < date.max:
            days.add(provision.valid_to + timedelta(days=1))
    return days


def _out_of_order(earlier: Provision, later: Provision, day: date) -> str:
    told = [f"{one.name} ({shown(PARAMETERS[one.name].measure, one.value)})" for one in (earlier, later)]
    return f"On {day} {told[0]} would come after {told[1]}; who is above hears after those below."

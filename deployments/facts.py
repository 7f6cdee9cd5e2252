"""The registry of a home for the length of a command, and the people and things that a command names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from deployments.home import Home
from deployments.operator import operator
from registry.act import Act
from registry.database import Registry
from registry.queries import (
    activities_by_number,
    devices_by_number,
    person_by_number,
    session_by_number,
    unit_by_code,
    unit_subtree,
)
from registry.tables import Activity, Unit
from regulation.errors import ActionDenied, ConfigurationError

if TYPE_CHECKING:
    from registry.transitions.duties import Rules


@contextmanager
def registry_of(home: Home) -> Iterator[Registry]:
    """The home's registry. Raises `ConfigurationError` where its schema is another one."""
    registry = Registry(home.settings.registry_url)
    try:
        registry.check()
        yield registry
    finally:
        registry.dispose()


@contextmanager
def reading(home: Home) -> Iterator[Session]:
    """One view of the home's registry."""
    with registry_of(home) as registry, registry.reading() as session:
        yield session


@contextmanager
def acting(home: Home) -> Iterator[Act]:
    """One act of whoever types the command, at the home's time."""
    with registry_of(home) as registry, registry.acting(operator(), home.now()) as act:
        yield act


def rules_at(home: Home, session: Session) -> Rules:
    """What duties are judged by now: the policy of each unit, looked up as it is asked for, and the mainland's working
    days."""
    from deployments.bootstrap import policy_of
    from registry.queries.access import codes_upward
    from tasks.rules import rules_by

    return rules_by(policy_of(home.settings).policies(), partial(codes_upward, session))


def person_id(session: Session, number: str) -> UUID:
    """Who has this certificate number. Raises `ActionDenied` where nobody has."""
    found = person_by_number(session, number)
    if found is None:
        raise ActionDenied("Nobody has this certificate number.", subject=number)
    return found.id


def device_id(session: Session, number: str) -> UUID:
    """The recorder of this number. Raises `ActionDenied` where there is none."""
    found = devices_by_number(session, [number]).get(number)
    if found is None:
        raise ActionDenied("There is no recorder of this number.", article="Art. 7", subject=number)
    return found.id


def session_id(session: Session, number: str) -> UUID:
    """The dock session of this number. Raises `ActionDenied` where there is none."""
    found = session_by_number(session, number)
    if found is None:
        raise ActionDenied("There is no dock session of this number.", article="Art. 16", subject=number)
    return found.id


def activity_of(session: Session, number: str) -> Activity:
    """The activity of this number. Raises `ActionDenied` where there is none."""
    found = activities_by_number(session, [number]).get(number)
    if found is None:
        raise ActionDenied("There is no activity of this number.", article="Art. 16", subject=number)
    return found


def unit_of(session: Session, code: str) -> Unit:
    """The unit of this code. Raises `ActionDenied` where there is none."""
    found = unit_by_code(session, code)
    if found is None:
        raise ActionDenied("No unit has this code.", subject=code)
    return found


def units_below(session: Session, code: str) -> list[UUID]:
    """The unit of this code and those below it."""
    return unit_subtree(session, unit_of(session, code).id)


def moment_of(option: str, text: str, zone: ZoneInfo) -> datetime:
    """What `option` says: a day, at its beginning, or a moment, by the wall clock of `zone` where it names no other.

    Raises `ConfigurationError` naming the option where it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for the first and the last day that a calendar knows
        subject = f"{option} {text}"
        raise ConfigurationError("Say a day such as 2026-12-01, or 2026-12-01T14:00.", subject=subject) from None

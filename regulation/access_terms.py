"""What a requester asks for and a leader gives: how long, how many looks and copies, how much of it (Art. 17).

A leader may give less than was asked, never more; of several who must agree the narrowest counts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from functools import reduce
from math import isfinite
from typing import TYPE_CHECKING
from uuid import UUID

from regulation.access import ARTICLE
from regulation.errors import ActionDenied

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from regulation.policy import Policy

LONGEST_TEXT = 2_000
"""Characters of a purpose or a reason."""
MOST_ITEMS = 500
"""Recordings in one request: a large case, which a leader can still look through."""


@dataclass(frozen=True, slots=True)
class Terms:
    """From when until when, and how often: `views` is how many times a viewing may be opened, `copies` how many copies
    may be handed out; without copies it is for viewing only."""

    valid_from: datetime
    valid_until: datetime
    views: int
    copies: int


@dataclass(frozen=True, slots=True)
class Range:
    """The part of a recording, in seconds from its beginning; without an end, to its end."""

    start: float = 0.0
    end: float | None = None

    def within(self, whole: Range) -> bool:
        """Whether it is no more than `whole`."""
        ends_in_time = whole.end is None or (self.end is not None and self.end <= whole.end)
        return whole.start <= self.start and ends_in_time

    def overlap(self, other: Range) -> Range | None:
        """What is in both; None where nothing is."""
        ends = [one.end for one in (self, other) if one.end is not None]
        start, end = max(self.start, other.start), min(ends, default=None)
        return None if end is not None and end <= start else Range(start, end)


class FieldDenied(ActionDenied):
    """An entry of a form that cannot be: `field` names it, so that the message can stand beside it."""

    def __init__(self, field: str, message: str, article: str = ARTICLE) -> None:
        super().__init__(message, article=article, subject=field)
        self.field = field


def check_text(field: str, text: str, article: str = ARTICLE) -> str:
    """`text` without the blanks around it. Raises `FieldDenied` when it is empty or longer than `LONGEST_TEXT`."""
    trimmed = text.strip()
    if not 0 < len(trimmed) <= LONGEST_TEXT:
        raise FieldDenied(field, f"Say it in 1 to {LONGEST_TEXT} characters.", article)
    return trimmed


def is_legible(number: str, longest: int) -> bool:
    """Whether people can read `number` out: 1 to `longest` characters, each of which shows, no blanks around them."""
    shows = number.isprintable() and "\ufffd" not in number
    return 0 < len(number) <= longest and shows and number == number.strip()


def check_range(asked: Range, duration: float | None) -> None:
    """Raise `FieldDenied` for a part of a recording that is none: backwards, before its beginning, or after its end."""
    end = asked.end
    is_finite = isfinite(asked.start) and (end is None or isfinite(end))
    if not is_finite or asked.start < 0 or (end is not None and end <= asked.start):
        raise FieldDenied("range", "A part begins at 0 or later and ends after it begins.")
    if duration is not None and asked.start >= duration:
        raise FieldDenied("range", "The recording is over before this part begins.")


def check_asked(asked: Terms, policy: Policy, zone: tzinfo, now: datetime) -> None:
    """Raise `FieldDenied` for terms that cannot be asked for: over before they begin or begun, longer than the policy
    allows, or more looks or copies than it allows."""
    today = now.astimezone(zone).date()
    if asked.valid_until <= max(asked.valid_from, now):
        raise FieldDenied("valid_until", "It ends before it begins, or is over already.")
    longest = policy.span("access_longest_hours", today)
    if asked.valid_until - max(asked.valid_from, now) > longest:
        raise FieldDenied("valid_until", f"Access is granted for at most {longest.total_seconds() / 3600:.0f} hours.")
    _check_count("views", asked.views, 1, policy.value("access_most_views", today))
    _check_count("copies", asked.copies, 0, policy.value("access_most_copies", today))


def _check_count(field: str, count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        raise FieldDenied(field, f"It must be {least} to {most}.")


def check_given(given: Terms, asked: Terms) -> None:
    """Raise `FieldDenied` for terms that give more than was asked, or nothing at all."""
    if given.valid_from < asked.valid_from:
        raise FieldDenied("valid_from", "It begins before what was asked for.")
    if not given.valid_from < given.valid_until <= asked.valid_until:
        raise FieldDenied("valid_until", "It must end after it begins and no later than what was asked for.")
    _check_count("views", given.views, 1, asked.views)
    _check_count("copies", given.copies, 0, asked.copies)


def narrowest(terms: Iterable[Terms]) -> Terms:
    """What all of `terms`, of which there is at least one, allow. It may be over before it begins."""
    return reduce(_narrower, terms)


def _narrower(one: Terms, other: Terms) -> Terms:
    pick = {"valid_from": max}
    return Terms(
        **{
            field.name: pick.get(field.name, min)(getattr(one, field.name), getattr(other, field.name))
            for field in fields(Terms)
        }
    )


@dataclass(frozen=True, slots=True)
class Given:
    """What one step gives: its terms, and of each item the part that may be seen; an item not named may not."""

    terms: Terms
    parts: Mapping[UUID, Range]


def granted(asked: Mapping[UUID, Range], steps: Iterable[tuple[Iterable[UUID], Given | None]]) -> Mapping[UUID, Range]:
    """Of the items `asked` for, the parts that every step which names them gives; a step that denied gave None."""
    left: dict[UUID, Range] = dict(asked)
    for item_ids, given in steps:
        for item_id in item_ids:
            part = None if given is None else given.parts.get(item_id)
            both = None if part is None or item_id not in left else left[item_id].overlap(part)
            if both is None:
                left.pop(item_id, None)
            else:
                left[item_id] = both
    return left

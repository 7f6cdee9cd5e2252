"""Times as people read and type them, in their unit's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from regulation.access import ARTICLE
from regulation.access_terms import FieldDenied


def shown_time(at: datetime | None, zone: str) -> str:
    """``2026-11-24 09:30``; nothing for no time."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def typed_time(at: datetime, zone: str) -> str:
    """A time as an input of the type ``datetime-local`` takes it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def read_time(field: str, text: str, zone: str, article: str = ARTICLE) -> datetime:
    """What somebody typed. Raises `FieldDenied` for what is no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldDenied(field, "This is not a time.", article) from None


def read_number(field: str, text: str) -> int:
    """A number somebody typed. Raises `FieldDenied` for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise FieldDenied(field, "This is not a number.")
    return int(text)


def length(seconds: float | None) -> str:
    """``3:05`` or ``1:02:03``; nothing for no length."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

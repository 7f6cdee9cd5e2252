"""What a notice about somebody's own way in has to tell (Art. 17)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from registry.tables import AccountChange, Person


@dataclass(frozen=True, slots=True)
class AccountNews:
    """What happened to how the reader signs in; `by_number` is the certificate number of who did it, empty where it was
    done with an invitation, at the console, or by wrong tries."""

    change: AccountChange
    by_number: str | None


def account_news(session: Session, subject: str | None) -> AccountNews:
    """What the notice with this subject, ``<change>:<person>``, tells."""
    change, _, by = (subject or "").partition(":")
    who = session.get(Person, UUID(by)) if by else None
    return AccountNews(AccountChange(change), None if who is None else who.number)

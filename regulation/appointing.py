"""Who keeps the list of people and appointments at the desk, and whose word an appointment takes (Art. 6, 17).

The articles name the seats and not who fills them; what is chosen here keeps anybody from making themselves, or a
friend, the leader who approves. Pure functions over roles given as data.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ARTICLE = "Art. 6"

MANAGERS = (Role.DEVICE_ADMINISTRATOR, Role.PRINCIPAL_LEADER, Role.SUPERVISOR)
"""Who keeps the list of people of their units (chosen)."""

_HEADS = (Role.PRINCIPAL_LEADER, Role.SUPERVISOR)


def needs_confirmation(role: Role) -> bool:
    """Whether an appointment takes a second person's word: to every seat but an officer's, who decides nothing."""
    return role is not Role.OFFICER


def confirmers(role: Role) -> tuple[Role, ...]:
    """Whose word an appointment to `role` takes, in the unit or above it. The head of a unit is confirmed by the
    supervision above; that one by nobody at the desk: it is imported, as the first seats of an installation are."""
    if role is Role.SUPERVISOR:
        return ()
    return (Role.SUPERVISOR,) if role is Role.PRINCIPAL_LEADER else _HEADS


def check_manage(person: UUID, concerned: UUID | None, roles: Collection[Role]) -> None:
    """Raise `ActionDenied` unless `person`, who holds `roles` over the unit, keeps the list there; nobody enters
    anything about themself. `concerned` is None for somebody new."""
    if person == concerned:
        raise ActionDenied("Nobody changes what is entered about themself.", article=ARTICLE, subject=str(person))
    if not any(role in MANAGERS for role in roles):
        raise ActionDenied(
            "Only the device administrator or the head of the unit does this.", article=ARTICLE, subject=str(person)
        )


def check_change(roles: Collection[Role], held: Collection[Role]) -> None:
    """Raise `ActionDenied` where somebody with `roles` may not move, send away or let in anew whoever holds `held`: who
    sits where things are decided is changed by the heads alone, or an administrator could sit there in their name."""
    seats = [role for role in held if needs_confirmation(role)]
    if not all(any(role in confirmers(seat) for role in roles) for seat in seats):
        raise ActionDenied("They hold a seat: only the head above it does this.", article=ARTICLE)


def check_confirm(person: UUID, proposed_by: UUID, concerned: UUID, role: Role, roles: Collection[Role]) -> None:
    """Raise `ActionDenied` unless `person`, who holds `roles` over the unit, may confirm or refuse an appointment to
    `role`: not who proposed it, and not whom it is about."""
    if person in (proposed_by, concerned):
        raise ActionDenied("Somebody else confirms it: not who proposed it, nor whom it is about.", article=ARTICLE)
    if not any(one in confirmers(role) for one in roles):
        raise ActionDenied("Only the head above this seat confirms it.", article=ARTICLE, subject=str(person))

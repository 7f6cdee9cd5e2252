"""Who holds an original back from disposal, and who lets go of it again (Art. 18; chosen, for the text is silent)."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ARTICLE = "Art. 18"


class HoldKind(StrEnum):
    CASE = "case"  # 案件需要
    LEGAL = "legal"  # 诉讼、复议、监察
    DISPUTE = "dispute"  # 投诉、信访争议
    OTHER = "other"  # 其他


OVERSEERS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.DEPARTMENT_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.CONFIDENTIALITY_REVIEWER,
    Role.SUPERVISOR,
)
"""Who may hold back what the units below their seat made; what is kept and what goes is open to them (chosen)."""

LIFTERS = (Role.PRINCIPAL_LEADER, Role.SUPERVISOR)
"""Who may let go of it again."""

CASE_KEEPERS = (Role.DEVICE_ADMINISTRATOR, Role.DEPARTMENT_HEAD, *LIFTERS)
"""Who keeps the case files of the units below their seat."""


def check_place(person: UUID, officers: Collection[UUID | None], roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 18) unless `person` may hold footage back: one of the `officers` who made it, and
    whoever has a role over it, for a hold only protects."""
    if person not in officers and not any(role in OVERSEERS for role in roles):
        raise ActionDenied("Only who made footage, or has a role over it, may hold it back.", article=ARTICLE)


def check_lift(roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 18) unless a hold, or a decision to keep without an end, may be lifted with these
    roles: by the principal leader, or by the supervision above."""
    if not any(role in LIFTERS for role in roles):
        raise ActionDenied("Only the principal leader may lift what holds footage back.", article=ARTICLE)


def check_case(roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 18) unless a case file may be entered or changed with these roles: closing one starts
    the term of all its footage."""
    if not any(role in CASE_KEEPERS for role in roles):
        raise ActionDenied(
            "Only the device administrator, the department head or a leader above keeps case files.", article=ARTICLE
        )

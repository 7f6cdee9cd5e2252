"""Who decides that an original may go (Art. 18): appraisal, approval, two witnesses, a time of grace.

The text sets how long footage is kept and says nothing of how it ends. What stands here is chosen after the practice
of archives (鉴定、审批、监销): nothing goes but by the word of identified people, each in their seat at that moment,
none of them in two places; and anybody who stands near may take it back until it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

ARTICLE = "Art. 18"

WITNESSES = 2
"""How many see to it that what was approved is what is destroyed, and nothing else (监销, chosen)."""


class DisposalStage(StrEnum):
    """The stages of a list, in the order in which they are gone through."""

    APPRAISAL = "appraisal"  # 鉴定
    APPROVAL = "approval"  # 审批
    WITNESS = "witness"  # 监销


SEATS: Mapping[DisposalStage, Role] = MappingProxyType(
    {
        DisposalStage.APPRAISAL: Role.DEVICE_ADMINISTRATOR,
        DisposalStage.APPROVAL: Role.PRINCIPAL_LEADER,
        DisposalStage.WITNESS: Role.OFFICER,
    }
)
"""Whose word each stage takes. Witnesses are named: `Role.OFFICER` stands for anybody in office."""


class Appraisal(StrEnum):
    """What whoever appraises says of one original."""

    DISPOSE = "dispose"  # 销毁
    EXTEND = "extend"  # 延长保存
    KEEP = "keep"  # 续存: without an end


RESTORERS = (
    Role.DEVICE_ADMINISTRATOR,
    Role.DEPARTMENT_HEAD,
    Role.SUPERVISING_LEADER,
    Role.PRINCIPAL_LEADER,
    Role.SUPERVISOR,
)
"""Who may stop a disposal in the units below their seat."""


def check_appraise(roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 18) unless a list may be appraised with these roles, held in its unit or above."""
    if SEATS[DisposalStage.APPRAISAL] not in roles:
        raise ActionDenied("Only the unit's device administrator appraises a disposal list.", article=ARTICLE)


def check_witnesses(named: Collection[UUID], decided: Collection[UUID], in_office: Collection[UUID]) -> None:
    """Raise `FieldDenied` (Art. 18) unless `named` are two different people `in_office`, neither of whom has
    `decided` anything on the list."""
    if len(set(named)) != WITNESSES or len(named) != WITNESSES:
        raise FieldDenied("witnesses", "Two different people witness a disposal.", ARTICLE)
    if set(named) & set(decided):
        raise FieldDenied("witnesses", "Who appraised or approves a list does not witness it.", ARTICLE)
    if not set(named) <= set(in_office):
        raise FieldDenied("witnesses", "A witness is somebody in office.", ARTICLE)


def check_restore(person: UUID, taking_part: Collection[UUID], roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 18) unless `person` may take something off a list: whoever takes part in it, and
    whoever holds a role over it, for that only protects (chosen)."""
    if person not in taking_part and not any(role in RESTORERS for role in roles):
        raise ActionDenied("Only who takes part in a disposal, or has a role over it, may stop it.", article=ARTICLE)


def check_shorten(roles: Collection[Role]) -> None:
    """Raise `ActionDenied` (Art. 23) unless a policy that releases footage earlier than before may be let into force
    with these roles: nobody's floor is shortened without the principal leader's word (chosen)."""
    if Role.PRINCIPAL_LEADER not in roles:
        raise ActionDenied("Only the principal leader lets a shorter term into force.", article="Art. 23")

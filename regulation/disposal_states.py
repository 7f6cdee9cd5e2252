"""The states of a disposal list and what leads from one to the next (Art. 18)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from regulation.disposal import ARTICLE
from regulation.errors import ActionDenied


class ListState(StrEnum):
    APPRAISAL = "appraisal"  # 待鉴定
    APPROVAL = "approval"  # 待审批
    WITNESSING = "witnessing"  # 待监销确认
    GRACE = "grace"  # 等待期: all of it can still be restored
    DESTROYING = "destroying"  # 销毁中
    DONE = "done"  # 已销毁
    REFUSED = "refused"  # 不予批准
    EMPTIED = "emptied"  # 已撤销: nothing is left on it, nothing of it was destroyed


class ListEvent(StrEnum):
    SUBMITTED = "submitted"  # 提交审批
    APPROVED = "approved"  # 批准
    REFUSED = "refused"  # 不予批准
    WITNESSED = "witnessed"  # 监销人均已确认
    BEGUN = "begun"  # 等待期满
    FINISHED = "finished"  # 销毁完毕
    EMPTIED = "emptied"  # 全部撤出


class ItemState(StrEnum):
    LISTED = "listed"  # 在册
    DROPPED = "dropped"  # 已撤出
    DESTROYING = "destroying"  # 销毁中: begun, and not to be stopped any more
    FAILED = "failed"  # 销毁失败: the vault did not let go of it
    DESTROYED = "destroyed"  # 已销毁


ON_A_LIST = (ItemState.LISTED, ItemState.DESTROYING, ItemState.FAILED)
"""An original that stands on a list in one of these states stands on no other."""

CLOSED = (ListState.DONE, ListState.REFUSED, ListState.EMPTIED)
"""Nothing more happens to a list."""

RESTORABLE = (ListState.APPRAISAL, ListState.APPROVAL, ListState.WITNESSING, ListState.GRACE)
"""What stands on the list can still be taken off it."""

_TRANSITIONS: tuple[tuple[tuple[ListState, ...], ListEvent, ListState], ...] = (
    ((ListState.APPRAISAL,), ListEvent.SUBMITTED, ListState.APPROVAL),
    ((ListState.APPROVAL,), ListEvent.APPROVED, ListState.WITNESSING),
    ((ListState.APPROVAL,), ListEvent.REFUSED, ListState.REFUSED),
    ((ListState.WITNESSING,), ListEvent.WITNESSED, ListState.GRACE),
    ((ListState.GRACE,), ListEvent.BEGUN, ListState.DESTROYING),
    ((ListState.DESTROYING,), ListEvent.FINISHED, ListState.DONE),
    ((*RESTORABLE, ListState.DESTROYING), ListEvent.EMPTIED, ListState.EMPTIED),
)

NEXT: Mapping[tuple[ListState, ListEvent], ListState] = MappingProxyType(
    {(state, event): after for states, event, after in _TRANSITIONS for state in states}
)
"""What each event makes of each state; what is not here does not happen."""


def after(state: ListState, event: ListEvent) -> ListState:
    """The state that `event` leads to. Raises `ActionDenied` (Art. 18) where it cannot happen."""
    if (state, event) not in NEXT:
        raise ActionDenied(f"A disposal list that is {state} cannot be {event}.", article=ARTICLE)
    return NEXT[state, event]

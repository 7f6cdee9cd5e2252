"""The states of a request for access and what leads from one to the next (Art. 17)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from regulation.access import ARTICLE
from regulation.errors import ActionDenied


class RequestState(StrEnum):
    DRAFT = "draft"  # 草稿: being written, or sent back with a question
    PENDING = "pending"  # 待审批
    IN_REVIEW = "in-review"  # 审批中: some step is decided, another is not
    APPROVED = "approved"  # 已批准
    PARTLY_APPROVED = "partly-approved"  # 部分批准
    DENIED = "denied"  # 不予批准
    WITHDRAWN = "withdrawn"  # 已撤回
    EXPIRED = "expired"  # 已失效: its time passed undecided, or unused
    FULFILLED = "fulfilled"  # 已办结: used, and over
    UNAVAILABLE = "unavailable"  # 无法提供: there is no such footage any more
    REVOKED = "revoked"  # 已撤销


class RequestEvent(StrEnum):
    SUBMITTED = "submitted"  # 提交
    SENT_BACK = "sent-back"  # 退回补正
    STEP_DECIDED = "step-decided"
    GRANTED = "granted"  # 批准
    GRANTED_PARTLY = "granted-partly"  # 部分批准
    DENIED = "denied"  # 不予批准
    WITHDRAWN = "withdrawn"  # 撤回
    LAPSED = "lapsed"  # 逾期失效
    COMPLETED = "completed"  # 办结
    LOST = "lost"  # 资料灭失
    REVOKED = "revoked"  # 撤销


ASKED = (RequestState.PENDING, RequestState.IN_REVIEW)
"""Somebody is to decide."""

GRANTED = (RequestState.APPROVED, RequestState.PARTLY_APPROVED)
"""A grant came of it that may still be used."""

CLOSED = tuple(state for state in RequestState if state not in (RequestState.DRAFT, *ASKED, *GRANTED))
"""Nothing more happens to it."""

_OPEN = (RequestState.DRAFT, *ASKED)

_TRANSITIONS: tuple[tuple[tuple[RequestState, ...], RequestEvent, RequestState], ...] = (
    ((RequestState.DRAFT,), RequestEvent.SUBMITTED, RequestState.PENDING),
    (ASKED, RequestEvent.SENT_BACK, RequestState.DRAFT),
    (ASKED, RequestEvent.STEP_DECIDED, RequestState.IN_REVIEW),
    (ASKED, RequestEvent.GRANTED, RequestState.APPROVED),
    (ASKED, RequestEvent.GRANTED_PARTLY, RequestState.PARTLY_APPROVED),
    (ASKED, RequestEvent.DENIED, RequestState.DENIED),
    (_OPEN, RequestEvent.WITHDRAWN, RequestState.WITHDRAWN),
    ((*_OPEN, *GRANTED), RequestEvent.LAPSED, RequestState.EXPIRED),
    (GRANTED, RequestEvent.COMPLETED, RequestState.FULFILLED),
    ((*ASKED, *GRANTED), RequestEvent.LOST, RequestState.UNAVAILABLE),
    (GRANTED, RequestEvent.REVOKED, RequestState.REVOKED),
)

NEXT: Mapping[tuple[RequestState, RequestEvent], RequestState] = MappingProxyType(
    {(state, event): after for states, event, after in _TRANSITIONS for state in states}
)
"""What each event makes of each state; what is not here does not happen."""


def can_happen(state: RequestState, event: RequestEvent) -> bool:
    """Whether `event` can happen to a request in `state`."""
    return (state, event) in NEXT


def after(state: RequestState, event: RequestEvent) -> RequestState:
    """The state that `event` leads to. Raises `ActionDenied` (Art. 17) where it cannot happen."""
    if not can_happen(state, event):
        raise ActionDenied(f"A request that is {state} cannot be {event}.", article=ARTICLE)
    return NEXT[state, event]

"""The states of an evidence conversion and what leads from one to the next (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from regulation.errors import ActionDenied

ARTICLE = "Art. 19"


class ConversionState(StrEnum):
    DRAFT = "draft"  # 草稿: being written, or sent back
    EXTRACTION = "extraction"  # 待提取: the named extractor is to take the footage out
    MAKING = "making"  # 制作中: clips, sound, stills and copies are being made
    CHECKING = "checking"  # 待复核
    SIGNING = "signing"  # 待签发
    PACKING = "packing"  # 封装中: signed, the package is being put together
    ISSUED = "issued"  # 已签发
    WITHDRAWN = "withdrawn"  # 已撤回
    SUPERSEDED = "superseded"  # 已更正: another conversion stands in its place


class ConversionEvent(StrEnum):
    SUBMITTED = "submitted"  # 提交
    EXTRACTED = "extracted"  # 提取
    MADE = "made"  # 制作完毕
    CHECKED = "checked"  # 复核通过
    SIGNED = "signed"  # 签发
    ISSUED = "issued"  # 封装完毕
    RETURNED = "returned"  # 退回
    WITHDRAWN = "withdrawn"  # 撤回: nothing was issued
    RECALLED = "recalled"  # 收回: what was issued does not count any more
    SUPERSEDED = "superseded"  # 更正


CLOSED = (ConversionState.ISSUED, ConversionState.WITHDRAWN, ConversionState.SUPERSEDED)
"""Nobody is to do anything any more; what was issued can still be recalled or corrected."""

OPEN = tuple(state for state in ConversionState if state not in CLOSED)
"""What it names is kept until it is closed."""

AT_WORK = (ConversionState.MAKING, ConversionState.PACKING)
"""Its run has something to make; in the other open states people have something to decide."""

_RETURNABLE = (
    ConversionState.EXTRACTION,
    ConversionState.MAKING,
    ConversionState.CHECKING,
    ConversionState.SIGNING,
    ConversionState.PACKING,
)
_WITHDRAWABLE = (
    ConversionState.DRAFT,
    ConversionState.EXTRACTION,
    ConversionState.CHECKING,
    ConversionState.SIGNING,
)

_TRANSITIONS: tuple[tuple[tuple[ConversionState, ...], ConversionEvent, ConversionState], ...] = (
    ((ConversionState.DRAFT,), ConversionEvent.SUBMITTED, ConversionState.EXTRACTION),
    ((ConversionState.EXTRACTION,), ConversionEvent.EXTRACTED, ConversionState.MAKING),
    ((ConversionState.MAKING,), ConversionEvent.MADE, ConversionState.CHECKING),
    ((ConversionState.CHECKING,), ConversionEvent.CHECKED, ConversionState.SIGNING),
    ((ConversionState.SIGNING,), ConversionEvent.SIGNED, ConversionState.PACKING),
    ((ConversionState.PACKING,), ConversionEvent.ISSUED, ConversionState.ISSUED),
    (_RETURNABLE, ConversionEvent.RETURNED, ConversionState.DRAFT),
    (_WITHDRAWABLE, ConversionEvent.WITHDRAWN, ConversionState.WITHDRAWN),
    ((ConversionState.ISSUED,), ConversionEvent.RECALLED, ConversionState.WITHDRAWN),
    ((ConversionState.ISSUED,), ConversionEvent.SUPERSEDED, ConversionState.SUPERSEDED),
)

NEXT: Mapping[tuple[ConversionState, ConversionEvent], ConversionState] = MappingProxyType(
    {(state, event): after for states, event, after in _TRANSITIONS for state in states}
)
"""What each event makes of each state; what is not here does not happen."""


def after(state: ConversionState, event: ConversionEvent) -> ConversionState:
    """The state that `event` leads to. Raises `ActionDenied` (Art. 19) where it cannot happen."""
    if (state, event) not in NEXT:
        raise ActionDenied(f"A conversion that is {state} cannot be {event}.", article=ARTICLE)
    return NEXT[state, event]

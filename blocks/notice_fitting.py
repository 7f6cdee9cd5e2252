"""What of a notice fits into a channel that takes only so much."""

from __future__ import annotations

from collections.abc import Callable

PARAGRAPH = "\n\n"
LEFT_OUT = "……"


def in_bytes(text: str) -> int:
    """The measure of channels that count bytes, not letters."""
    return len(text.encode())


def fitted(whole: str, short: str, limit: int, measure: Callable[[str], int] = len) -> str:
    """`whole` where it fits; else without the paragraphs before the last, latest first; else `short`."""
    if measure(whole) <= limit:
        return whole
    *kept, last = whole.split(PARAGRAPH)
    while len(kept) > 1:
        kept.pop()
        cut = PARAGRAPH.join([*kept, LEFT_OUT, last])
        if measure(cut) <= limit:
            return cut
    return short

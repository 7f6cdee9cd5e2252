"""Lists a page at a time."""

from __future__ import annotations

ON_A_PAGE = 50


def page_asked(text: str) -> int:
    """The number of the page that an address names; the first for anything else."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def first_of(page: int) -> int:
    """How many rows come before a page."""
    return (page - 1) * ON_A_PAGE


def pages_in(total: int) -> int:
    """How many pages there are; an empty list has one."""
    return max(1, -(-total // ON_A_PAGE))

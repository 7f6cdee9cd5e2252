"""Two sorted streams side by side, against a plain union of sets (Art. 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.vault import Listed
from tasks.fixity.pairing import pairs

KEYS = st.lists(st.sampled_from("abcdef"), max_size=8).map(sorted)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    vault_key: str


def listed(key: str) -> Listed:
    return Listed(key, None, 1, False, True, NOW, False)


@given(KEYS, KEYS)
def test_every_key_that_either_side_knows_comes_once_with_all_of_it(ours: list[str], theirs: list[str]) -> None:
    found = list(pairs((Row(key) for key in ours), (listed(key) for key in theirs)))  # type: ignore[misc]
    assert [one.key for one in found] == sorted({*ours, *theirs})
    assert Counter({one.key: len(one.rows) for one in found if one.rows}) == Counter(ours)
    assert Counter({one.key: len(one.listed) for one in found if one.listed}) == Counter(theirs)


def test_keys_in_another_order_are_never_taken_for_missing() -> None:
    with pytest.raises(ValueError, match="order"):
        list(pairs((), map(listed, "ba")))


def test_no_more_is_read_of_either_side_than_what_comes_next() -> None:
    read: list[str] = []

    def endless() -> Iterator[Listed]:
        for number in range(1_000_000):
            read.append(f"{number:07d}")
            yield listed(read[-1])

    found = pairs((), endless())
    assert [next(found).key for _ in range(3)] == ["0000000", "0000001", "0000002"]
    assert len(read) <= 6

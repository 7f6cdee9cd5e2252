"""Sentences that are kept in English, in Chinese: as a whole, or by a pattern with what is filled in (Art. 19)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def in_chinese(sentence: str, whole: Mapping[str, str], patterns: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """The Chinese of the sentence; one that has none is quoted as it is."""
    if sentence in whole:
        return whole[sentence]
    for pattern, chinese in patterns:
        if found := pattern.fullmatch(sentence):
            return found.expand(chinese)
    return sentence

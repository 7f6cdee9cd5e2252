"""Articles as people cite them: ``Art. 18(2)`` and 第十八条第（二）项."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["zh", "en"]

_DIGITS = "零一二三四五六七八九"
_CITED = re.compile(r"Art\. ([0-9]{1,2})(?:\(([0-9]{1,2})\))?")


def cite(article: str, language: Language) -> str:
    """The article in the language. Raises `ValueError` for what is no article."""
    found = _CITED.fullmatch(article)
    if found is None:
        raise ValueError(f"{article!r} is no article")
    if language == "en":
        return article
    item = f"第（{numeral(int(found[2]))}）项" if found[2] else ""
    return f"第{numeral(int(found[1]))}条{item}"


def numeral(number: int) -> str:
    """A number below 100 in Chinese."""
    tens, ones = divmod(number, 10)
    ten = {0: "", 1: "十"}.get(tens, f"{_DIGITS[tens]}十")
    return f"{ten}{_DIGITS[ones] if ones or not tens else ''}"

"""Numbers, times and names as people read them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from regulation.citing import numeral
from tasks.notices.words import PHRASES, ZONES, Language

_LOOKALIKES = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "[]()<>{}*`#!|\\~@"})
"""Signs of markup and of mentions to their wide forms, which every reader knows and no program obeys."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ADDRESS = re.compile(r"(?<=[0-9A-Za-z])\.(?=[0-9A-Za-z])")


def phrase(key: str, language: Language, **facts: object) -> str:
    """One of `PHRASES`, filled in."""
    return PHRASES[key][language].format(**facts)


def plain(value: str) -> str:
    """A name from outside, on one line: never markup, a mention or a link, nor what turns the order of letters."""
    seen = "".join(" " if letter.isspace() else letter for letter in value)
    seen = "".join(letter for letter in seen if unicodedata.category(letter) not in _UNSEEN)
    return _ADDRESS.sub("．", " ".join(seen.split()).replace("://", "：//")).translate(_LOOKALIKES)


def article(cited: str, language: Language) -> str:
    """``Art. 16`` as people cite it: 第十六条."""
    number = int(cited.removeprefix("Art. ").split("(")[0])
    return phrase("article", language, number=numeral(number) if language == "zh" else number)


def span(length: timedelta, language: Language) -> str:
    """A duration: minutes below an hour, hours below two days, then days and hours. Parts of the least are dropped."""
    minutes = int(abs(length) / timedelta(minutes=1))
    hours, days = minutes // 60, minutes // 60 // 24
    if minutes == 0:
        return phrase("moment", language)
    if hours == 0:
        return _count("minute", minutes, language)
    if hours < 48:
        return _count("hour", hours, language)
    rest = hours - days * 24
    return " ".join([_count("day", days, language), *([_count("hour", rest, language)] if rest else [])])


def _count(unit: str, count: int, language: Language) -> str:
    return phrase(unit if count == 1 else f"{unit}s", language, count=count)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time in the unit's zone, to the minute."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def zone_name(zone: ZoneInfo, language: Language) -> str:
    """What people call the zone."""
    return ZONES[zone.key][language] if zone.key in ZONES else zone.key

"""Links to notices: the reader's own, for who is told what is not for everybody (Art. 20)."""

from __future__ import annotations

import re
from datetime import datetime

from blocks.page_link import key_opens, page_key

NOTICE_NUMBER = re.compile(r"N-[a-z0-9]{1,32}-[0-9]{4}-[0-9]{5,9}")


def notice_link(base_url: str, number: str, secret: str, at: datetime) -> str:
    """The address of notice `number` below `base_url` (the desk's), good for a while from the aware time `at`.

    Raises `ValueError` for what is no notice's number.
    """
    if not NOTICE_NUMBER.fullmatch(number):
        raise ValueError("not a notice's number")
    return f"{base_url.rstrip('/')}/notices/{number}?key={page_key('notice', number, secret, at)}"


def opens(key: str, number: str, secret: str, at: datetime) -> bool:
    """Whether `key`, from a link, opens notice `number` at the aware time `at`."""
    return key_opens("notice", key, number, secret, at)

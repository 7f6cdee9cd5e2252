"""Links to receipts: whoever holds one may read that one receipt until the link expires, and nothing else.

A receipt names a recorder's files, and their names can name an officer; so a receipt's number, which can be counted
up, opens nothing by itself. No Prefect here: the desk uses this module as well.
"""

from __future__ import annotations

import re
from datetime import datetime

from blocks.page_link import GOOD_FOR, key_opens, page_key

__all__ = ["GOOD_FOR", "RECEIPT_NUMBER", "opens", "receipt_link"]

RECEIPT_NUMBER = re.compile(r"R-[a-z0-9]{1,32}-[0-9]{4}-[0-9]{5,9}")


def receipt_link(base_url: str, number: str, secret: str, at: datetime) -> str:
    """The address of receipt `number` below `base_url` (the desk's), good for `GOOD_FOR` from the aware time `at`.

    Raises `ValueError` for what is no receipt's number.
    """
    if not RECEIPT_NUMBER.fullmatch(number):
        raise ValueError("not a receipt's number")
    return f"{base_url.rstrip('/')}/receipts/{number}?key={page_key('receipt', number, secret, at)}"


def opens(key: str, number: str, secret: str, at: datetime) -> bool:
    """Whether `key`, from a link, opens receipt `number` at the aware time `at`."""
    return key_opens("receipt", key, number, secret, at)

"""Links to receipts: whoever holds one may read that one receipt until the link expires, and nothing else.

A receipt names a recorder's files, and their names can name an officer; so a receipt's number, which can be counted
up, opens nothing by itself. No Prefect here: the desk uses this module as well.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

RECEIPT_NUMBER = re.compile(r"R-[a-z0-9]{1,32}-[0-9]{4}-[0-9]{5,9}")
GOOD_FOR = timedelta(days=90)
"""As long as a quarter's inspection may take to follow a link."""


class _Signer(TimestampSigner):
    """Signs at a time that is passed in."""

    def __init__(self, secret: str, at: datetime) -> None:
        super().__init__(secret, salt="receipt-link", key_derivation="hmac", digest_method=hashlib.sha256)
        self._now = int(at.timestamp())

    def get_timestamp(self) -> int:
        return self._now


def receipt_link(base_url: str, number: str, secret: str, at: datetime) -> str:
    """The address of receipt `number` below `base_url` (the desk's), good for `GOOD_FOR` from the aware time `at`.

    Raises `ValueError` for what is no receipt's number.
    """
    if not RECEIPT_NUMBER.fullmatch(number):
        raise ValueError("not a receipt's number")
    key = _Signer(secret, at).sign(number).decode("ascii").removeprefix(f"{number}.")
    return f"{base_url.rstrip('/')}/receipts/{number}?key={key}"


def opens(key: str, number: str, secret: str, at: datetime) -> bool:
    """Whether `key`, from a link, opens receipt `number` at the aware time `at`."""
    try:
        signed = _Signer(secret, at).unsign(f"{number}.{key}", max_age=int(GOOD_FOR.total_seconds()))
    except BadSignature:
        return False
    return signed == number.encode()

"""Links to pages of the desk: whoever holds one may open that one page until the link expires, and nothing else.

No Prefect here: the desk uses this module as well.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner

GOOD_FOR = timedelta(days=90)
"""As long as a quarter's inspection may take to follow a link."""


class _Signer(TimestampSigner):
    """Signs at a time that is passed in, for one kind of page."""

    def __init__(self, secret: str, page: str, at: datetime) -> None:
        super().__init__(secret, salt=f"{page}-link", key_derivation="hmac", digest_method=hashlib.sha256)
        self._now = int(at.timestamp())

    def get_timestamp(self) -> int:
        return self._now


def page_key(page: str, number: str, secret: str, at: datetime) -> str:
    """The key that opens the page about `number` of the kind `page`, such as ``receipt``, from the aware time `at`."""
    return _Signer(secret, page, at).sign(number).decode("ascii").removeprefix(f"{number}.")


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages about one kind of thing. `name` is what the thing is called, such as ``receipt``; `number` how its
    numbers are written."""

    name: str
    number: re.Pattern[str]

    def link(self, base_url: str, number: str, secret: str, at: datetime) -> str:
        """The address of the page about `number` below `base_url` (the desk's), good for `GOOD_FOR` from the aware time
        `at`. Raises `ValueError` for what is no such number."""
        if not self.number.fullmatch(number):
            raise ValueError(f"not a {self.name}'s number")
        return f"{base_url.rstrip('/')}/{self.name}s/{number}?key={page_key(self.name, number, secret, at)}"

    def opens(self, key: str, number: str, secret: str, at: datetime) -> bool:
        """Whether `key`, from a link, opens the page about `number` at the aware time `at`."""
        try:
            signed = _Signer(secret, self.name, at).unsign(f"{number}.{key}", max_age=int(GOOD_FOR.total_seconds()))
        except BadSignature:
            return False
        return signed == number.encode()

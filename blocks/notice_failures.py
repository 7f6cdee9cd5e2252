"""Why a channel did not take a notice, in words that hold neither an address nor a name nor a key.

Apprise answers yes or no and writes the rest into its log, where addresses and payloads stand as well. While a notice
is sent, that log is read here and goes nowhere else. What is read only explains a failure; nothing is decided by it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import local

from apprise import logger as _apprise_logger

_TALKATIVE = (_apprise_logger, logging.getLogger("urllib3.connectionpool"))
"""Loggers that write down addresses and what is sent to them."""


class Failure(StrEnum):
    """The kinds of failure."""

    UNREADABLE = "unreadable"  # the address of the channel is none
    UNFIT = "number-unfit"  # the certificate number cannot stand in an address
    UNREACHABLE = "unreachable"  # no connection
    TIMED_OUT = "timed-out"
    ANSWERED = "answered"  # an HTTP status that is no success
    MAIL_REFUSED = "mail-refused"  # an SMTP code
    REFUSED = "refused"  # a chat robot's own error code, under a status of success
    FAILED = "failed"  # for a reason the channel does not tell


@dataclass(frozen=True, slots=True)
class Sent:
    """Whether a channel took a notice, and if not, why."""

    ok: bool
    failure: Failure | None = None
    code: int | None = None

    @property
    def reason(self) -> str:
        """The failure with its code, for the registry and for an administrator; empty where there is none."""
        known = [str(part) for part in (self.failure, self.code) if part is not None]
        return " ".join(known)


TAKEN = Sent(True)

_SIGNS: tuple[tuple[re.Pattern[str], Failure], ...] = (
    (re.compile(r"error=(\d{3})\b"), Failure.ANSWERED),
    (re.compile(r"Socket Exception: .*timed out", re.DOTALL | re.IGNORECASE), Failure.TIMED_OUT),
    (re.compile(r"Socket Exception: .*\((\d{3}), b?['\"]", re.DOTALL), Failure.MAIL_REFUSED),
    (re.compile(r"Socket Exception: "), Failure.UNREACHABLE),
)
"""What Apprise writes when it fails, the more telling first."""


def failure_in(lines: list[str]) -> Sent:
    """The failure that the log of one send tells of."""
    for sign, failure in _SIGNS:
        for found in filter(None, map(sign.search, lines)):
            code = int(found.group(1)) if sign.groups else None
            return Sent(False, failure, code)
    return Sent(False, Failure.FAILED)


class _Reader(logging.Filter):
    """Keeps what a thread that sends writes, and lets nothing of it through."""

    def __init__(self) -> None:
        super().__init__()
        self.of_thread = local()

    def filter(self, record: logging.LogRecord) -> bool:
        lines: list[str] | None = getattr(self.of_thread, "lines", None)
        if lines is None:
            return record.levelno >= logging.getLogger().getEffectiveLevel()
        lines.append(record.getMessage())
        return False


_reader = _Reader()
for _talkative in _TALKATIVE:
    _talkative.addFilter(_reader)
_apprise_logger.setLevel(logging.DEBUG)


@contextmanager
def overheard() -> Iterator[list[str]]:
    """The lines that Apprise writes in this thread meanwhile; no handler sees them."""
    lines: list[str] = []
    _reader.of_thread.lines = lines
    try:
        yield lines
    finally:
        del _reader.of_thread.lines

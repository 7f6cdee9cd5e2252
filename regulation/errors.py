"""The acts that the software refuses, in four families.

A breach of the regulation seen in the world is data (`regulation.findings.Finding`); an act the software will not do is
one of these exceptions. Every one can explain itself to a person through `diagnostics()`: what, where, which article.
"""

from __future__ import annotations


class CustodyError(Exception):
    """An act refused. `message` is a whole sentence for a person; `article` is cited as ``Art. 16``; `subject` names
    the file, field, setting or id it is about."""

    def __init__(self, message: str, *, article: str | None = None, subject: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.article = article
        self.subject = subject

    def diagnostics(self) -> dict[str, str]:
        """What a page, a log line or a command line shows: kind, message and, where known, subject and article."""
        shown = {"kind": type(self).__name__, "message": self.message}
        if self.subject is not None:
            shown["subject"] = self.subject
        if self.article is not None:
            shown["article"] = self.article
        return shown

    def __str__(self) -> str:
        where = f"{self.subject}: " if self.subject is not None else ""
        law = f" ({self.article})" if self.article is not None else ""
        return f"{where}{self.message}{law}"


class ActionDenied(CustodyError):  # noqa: N818  # it is not an error to be denied
    """The regulation or the registry's state does not allow the act. Never retried."""


class FixityError(CustodyError):
    """Bytes are not what was recorded of them. Never retried: quarantine and alert."""


class Unavailable(CustodyError):  # noqa: N818  # nor to be unavailable
    """Something outside did not answer. The only family that is retried."""


class ConfigurationError(CustodyError):
    """A setting is missing or wrong. Raised at start, naming the setting."""

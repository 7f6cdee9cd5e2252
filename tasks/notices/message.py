"""A notice in the forms that channels take: text, markdown, HTML (Art. 16, 20)."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from blocks.notice_message import Message
from tasks.notices.digest import Alert, Content, Digest, Trial
from tasks.notices.layout import Sheet
from tasks.notices.sheet import alert_sheet, digest_sheet, sheet_of, trial_sheet
from tasks.notices.speech import phrase
from tasks.notices.words import Language

__all__ = ["Language", "Message", "alert_message", "digest_message", "message_about", "trial_message"]


_pages = Environment(
    loader=PackageLoader("tasks.notices", "templates"),
    autoescape=select_autoescape(["html.j2"], default_for_string=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""Text and markdown are no HTML; what comes from outside is `plain` in all three."""


def digest_message(digest: Digest, language: Language) -> Message:
    """What a sweep tells one person."""
    return _message(digest_sheet(digest, language))


def alert_message(alert: Alert, language: Language) -> Message:
    """What an administrator is told of the service."""
    return _message(alert_sheet(alert, language))


def trial_message(trial: Trial, language: Language) -> Message:
    """What shows that a channel works."""
    return _message(trial_sheet(trial, language))


def message_about(content: Content, language: Language) -> Message:
    """Whichever of them it is."""
    return _message(sheet_of(content, language))


def _message(sheet: Sheet) -> Message:
    number = phrase("number", sheet.language, number=sheet.number)
    text, markdown, html = (
        _pages.get_template(f"notice.{form}.j2").render(sheet=sheet, number=number).strip()
        for form in ("txt", "md", "html")
    )
    return Message(sheet.number, sheet.title, text, markdown, html, short=f"{sheet.link_words} {sheet.link}")

"""How a notice is laid out, whatever it tells: a lead, cards, and what closes it."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.notices.speech import phrase
from tasks.notices.words import Language


@dataclass(frozen=True, slots=True)
class Card:
    """One matter: what it is, how pressing, its facts by their labels, remarks, and what to do."""

    heading: str
    subject: str
    pressing: str
    is_overdue: bool
    facts: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is said."""

    number: str
    language: Language
    title: str
    headline: str
    lead: tuple[str, ...]
    cards: tuple[Card, ...]
    closing: tuple[str, ...]
    link: str
    link_words: str

    @property
    def colon(self) -> str:
        """What stands between a label and a fact."""
        return phrase("colon", self.language)


def title_of(what: str, number: str, language: Language) -> str:
    """What a locked screen may show: counts, articles and the notice's number."""
    return f"{phrase('brand', language)}{what}{number}"

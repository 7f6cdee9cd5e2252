"""Notices about evidence conversions (Art. 19)."""

from __future__ import annotations

from collections.abc import Iterator

from regulation.conversion_states import ARTICLE
from tasks.notices.conversion_words import ASKS, CONVERSIONS, DOES
from tasks.notices.digest import ConversionAsk, Converting
from tasks.notices.layout import Card, Sheet, title_of
from tasks.notices.speech import article, moment, phrase, plain, zone_name
from tasks.notices.words import Language


def conversion_sheet(told: Converting, language: Language) -> Sheet:
    """What waits for the reader's word, or what became of it; what it is about is only said after signing in."""
    headline = ASKS[told.ask][language]
    return Sheet(
        number=told.notice_number,
        language=language,
        title=title_of(f"{headline} {told.conversion} ", told.notice_number, language),
        headline=headline,
        lead=(),
        cards=(_card(told, language),),
        closing=() if told.ask is ConversionAsk.OUTCOME else (phrase("conversion-silence", language),),
        link=told.link,
        link_words=phrase("disposal-open", language),
    )


def _card(told: Converting, language: Language) -> Card:
    return Card(
        heading=f"{phrase('conversion', language)} {plain(told.conversion)}",
        subject=plain(told.unit_name),
        pressing=CONVERSIONS[told.state][language],
        is_overdue=False,
        facts=tuple(_facts(told, language)),
        remarks=(),
        what_to_do=DOES[told.ask][language],
    )


def _facts(told: Converting, language: Language) -> Iterator[tuple[str, str]]:
    yield phrase("access-recordings", language), str(told.recordings)
    at = phrase("at", language, at=moment(told.at, told.zone), zone=zone_name(told.zone, language))
    yield phrase("conversion-since", language), at
    yield phrase("basis", language), article(ARTICLE, language)

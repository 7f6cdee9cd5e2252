"""Notices about disposal lists, and about terms that are going to end (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterator

from regulation.disposal import ARTICLE
from tasks.notices.digest import DisposalAsk, Disposing
from tasks.notices.disposal_words import ASKS, DOES, LISTS
from tasks.notices.layout import Card, Sheet, title_of
from tasks.notices.speech import article, moment, phrase, plain, zone_name
from tasks.notices.words import Language


def disposal_sheet(told: Disposing, language: Language) -> Sheet:
    """What waits for the reader's word, or what became of it; what stands on a list is only said after signing in."""
    headline = ASKS[told.ask][language]
    return Sheet(
        number=told.notice_number,
        language=language,
        title=title_of(f"{headline} {told.disposal_list} ", told.notice_number, language),
        headline=headline,
        lead=(),
        cards=(_card(told, language),),
        closing=(phrase("disposal-silence", language),) if told.ask in _ASKING else (),
        link=told.link,
        link_words=phrase("disposal-open", language),
    )


_ASKING = (DisposalAsk.APPRAISE, DisposalAsk.APPROVE, DisposalAsk.WITNESS)


def _card(told: Disposing, language: Language) -> Card:
    heading = phrase("disposal-terms" if told.ask is DisposalAsk.DUE else "disposal-list", language)
    return Card(
        heading=f"{heading} {plain(told.disposal_list)}".strip(),
        subject=plain(told.unit_name),
        pressing=_pressing(told, language),
        is_overdue=False,
        facts=tuple(_facts(told, language)),
        remarks=(),
        what_to_do=DOES[told.ask][language],
    )


def _pressing(told: Disposing, language: Language) -> str:
    if told.due_on is not None:
        return phrase("disposal-until", language, day=told.due_on)
    return "" if told.state is None else LISTS[told.state][language]


def _facts(told: Disposing, language: Language) -> Iterator[tuple[str, str]]:
    yield phrase("access-recordings", language), str(told.recordings)
    if told.grace_until is not None:
        at = phrase("at", language, at=moment(told.grace_until, told.zone), zone=zone_name(told.zone, language))
        yield phrase("disposal-grace", language), at
    yield phrase("basis", language), article(ARTICLE, language)

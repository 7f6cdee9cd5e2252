"""Notices in words, for the desk's pages: the same words as on the wire, and what has become of each duty since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desk.notices import Card, Language, Sheet
from registry.queries.notices import NoticeView
from regulation.duties import DutyState
from tasks.notices.content import content_of
from tasks.notices.digest import Asked, Converting, Digest, Disposing, NotRecorded, Outcome
from tasks.notices.layout import Card as NoticeCard
from tasks.notices.sheet import cards_of, sheet_of

SINCE: Mapping[DutyState, Mapping[Language, str]] = {
    DutyState.PAUSED: {"zh": "现已中止", "en": "paused since"},
    DutyState.MET: {"zh": "现已履行", "en": "met since"},
    DutyState.MET_LATE: {"zh": "现已逾期履行", "en": "met late since"},
    DutyState.EXCUSED: {"zh": "现已免除", "en": "excused since"},
}
"""What may have become of a duty; while it is owed there is nothing to say."""


ANSWERED: Mapping[Language, str] = {"zh": "现已办结", "en": "answered since"}


def lay_out(view: NoticeView, language: Language, at: datetime) -> Sheet:
    """The notice with all the lines of `view`, in their order."""
    content = content_of(view, "", at)
    sheet = sheet_of(content, language)
    if isinstance(content, Asked) and view.access is not None:
        now = None if view.access.is_open else ANSWERED[language]
        return Sheet(sheet.headline, sheet.lead, [_plain_card(card, now) for card in sheet.cards])
    if isinstance(content, Outcome | Disposing | Converting | NotRecorded):
        return Sheet(sheet.headline, sheet.lead, [_plain_card(card, None) for card in sheet.cards])
    if not isinstance(content, Digest):
        return Sheet(sheet.headline, sheet.lead, ())
    states = (line.duty.state for line in view.lines)
    cards = [_card(one, state, language) for one, state in zip(cards_of(content, language), states, strict=True)]
    return Sheet(sheet.headline, sheet.lead, cards)


def _card(card: NoticeCard, state: DutyState, language: Language) -> Card:
    now = SINCE[state][language] if state in SINCE else None
    return Card(
        card.heading,
        card.subject,
        card.pressing,
        card.is_overdue,
        card.facts,
        card.remarks,
        "" if now and state is not DutyState.PAUSED else card.what_to_do,
        now,
    )


def _plain_card(card: NoticeCard, now: str | None) -> Card:
    what_to_do = "" if now else card.what_to_do
    return Card(card.heading, card.subject, card.pressing, False, card.facts, card.remarks, what_to_do, now)

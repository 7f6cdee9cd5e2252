"""Notices about requests for access: what waits for the reader, and what became of their own (Art. 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulation.access import ARTICLE
from regulation.access_states import RequestState
from tasks.notices.digest import Asked, Outcome
from tasks.notices.layout import Card, Sheet, title_of
from tasks.notices.speech import article, moment, phrase, plain, zone_name
from tasks.notices.words import GROUNDS, REQUESTS, ROLES, Language


def asked_sheet(asked: Asked, language: Language) -> Sheet:
    """A request waits; what it is for is only said after signing in."""
    headline = phrase("access-waits", language)
    return Sheet(
        number=asked.notice_number,
        language=language,
        title=title_of(f"{headline} {asked.request} ", asked.notice_number, language),
        headline=headline,
        lead=(phrase("reads-as", language, role=ROLES[asked.role][language]),),
        cards=(_card(asked, language),),
        closing=(phrase("access-silence", language),),
        link=asked.link,
        link_words=phrase("access-decide", language),
    )


def _card(asked: Asked, language: Language) -> Card:
    return Card(
        heading=f"{phrase('access-request', language)} {plain(asked.request)}",
        subject=GROUNDS[asked.ground][language],
        pressing=phrase("access-until", language, at=_time(asked.due_at, asked, language)),
        is_overdue=False,
        facts=tuple((phrase(key, language), value) for key, value in _facts(asked, language).items()),
        remarks=(),
        what_to_do=phrase("access-do", language),
    )


def _facts(asked: Asked, language: Language) -> Mapping[str, str]:
    return {
        "access-by": f"{plain(asked.requester.name)} {plain(asked.requester.number)}",
        "access-unit": plain(asked.unit_name),
        "access-recordings": str(asked.recordings),
        "access-since": moment(asked.since, asked.zone),
        "basis": article(ARTICLE, language),
    }


def _time(due_at: datetime | None, asked: Asked, language: Language) -> str:
    """Until when, in whose time: a leader may read it elsewhere."""
    if due_at is None:
        return phrase("access-soon", language)
    at = phrase("at", language, at=moment(due_at, asked.zone), zone=zone_name(asked.zone, language))
    return f" {at}" if language == "zh" else at


def outcome_sheet(outcome: Outcome, language: Language) -> Sheet:
    """What became of a request."""
    state = REQUESTS[outcome.state][language]
    headline = phrase("access-now", language, request=plain(outcome.request), state=state)
    return Sheet(
        number=outcome.notice_number,
        language=language,
        title=title_of(f"{headline} ", outcome.notice_number, language),
        headline=headline,
        lead=(),
        cards=(_outcome_card(outcome, language),),
        closing=(),
        link=outcome.link,
        link_words=phrase("access-open", language),
    )


def _outcome_card(outcome: Outcome, language: Language) -> Card:
    return Card(
        heading=f"{phrase('access-request', language)} {plain(outcome.request)}",
        subject=REQUESTS[outcome.state][language],
        pressing=phrase("at", language, at=moment(outcome.at, outcome.zone), zone=zone_name(outcome.zone, language)),
        is_overdue=False,
        facts=((phrase("basis", language), article(ARTICLE, language)),),
        remarks=(),
        what_to_do=phrase("access-answer" if outcome.state is RequestState.DRAFT else "access-look", language),
    )

"""Notices about what was not recorded of an activity: it waits for the reader, or was seen (Art. 12, 13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.tables import Unrecorded
from regulation.unrecorded import EXEMPTION, INTERRUPTION
from tasks.notices.digest import NotRecorded
from tasks.notices.layout import Card, Sheet, title_of
from tasks.notices.speech import article, moment, phrase, plain, zone_name
from tasks.notices.words import Language, Words

HEADLINES: Mapping[Unrecorded, Words] = {
    Unrecorded.REPORTED: {"zh": "记录中断说明待您审阅", "en": "A report of an interruption waits for you"},
    Unrecorded.SEEN: {"zh": "您的中断说明已审阅", "en": "Your report of an interruption was seen"},
    Unrecorded.EXEMPTED: {"zh": "免予记录待您审核", "en": "An exemption waits for your review"},
    Unrecorded.REVIEWED: {"zh": "您的免予记录已审核", "en": "Your record of an exemption was reviewed"},
}
DOES: Mapping[Unrecorded, Words] = {
    Unrecorded.REPORTED: {
        "zh": "请登录后查看中断的时间和原因，并签阅。",
        "en": "Sign in, look at when and why nothing was recorded, and take note of it.",
    },
    Unrecorded.SEEN: {"zh": "请登录后查看。", "en": "Sign in to look at it."},
    Unrecorded.EXEMPTED: {
        "zh": "请登录后查看工作记录，同意或者不同意，并说明理由。逾期不视为同意。",
        "en": "Sign in, read the work record, and approve or refuse it with a reason. Silence approves nothing.",
    },
    Unrecorded.REVIEWED: {"zh": "请登录后查看审核意见。", "en": "Sign in to see what was said of it."},
}
_REPORTS = (Unrecorded.REPORTED, Unrecorded.SEEN)


def unrecorded_sheet(told: NotRecorded, language: Language) -> Sheet:
    """Of which activity, and what to do; the reasons are only shown after signing in, for they may name people."""
    headline = HEADLINES[told.what][language]
    return Sheet(
        number=told.notice_number,
        language=language,
        title=title_of(f"{headline} {plain(told.activity)} ", told.notice_number, language),
        headline=headline,
        lead=(),
        cards=(_card(told, language),),
        closing=(),
        link=told.link,
        link_words=phrase("disposal-open", language),
    )


def _card(told: NotRecorded, language: Language) -> Card:
    return Card(
        heading=f"{phrase('activity', language)} {plain(told.activity)}",
        subject=plain(told.unit_name),
        pressing=_pressing(told, language),
        is_overdue=False,
        facts=tuple(_facts(told, language)),
        remarks=(),
        what_to_do=DOES[told.what][language],
    )


def _pressing(told: NotRecorded, language: Language) -> str:
    """How much of the activity waits now."""
    if told.what in _REPORTS:
        return phrase("unseen", language, count=told.unseen)
    return phrase("undecided", language, count=told.undecided)


def _facts(told: NotRecorded, language: Language) -> Iterator[tuple[str, str]]:
    began = phrase("at", language, at=moment(told.started_at, told.zone), zone=zone_name(told.zone, language))
    yield phrase("began", language), began
    law = INTERRUPTION if told.what in _REPORTS else EXEMPTION
    yield phrase("basis", language), article(law, language)

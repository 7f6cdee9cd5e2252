"""Notices about how the reader signs in: whoever did not expect one knows that somebody else may have (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from registry.tables import AccountChange
from tasks.notices.digest import Account
from tasks.notices.layout import Sheet, title_of
from tasks.notices.speech import moment, phrase, plain, zone_name
from tasks.notices.words import Language, Words

CHANGES: Mapping[AccountChange, Words] = {
    AccountChange.INVITED: {
        "zh": "有人为您签发了重新设定密码的邀请",
        "en": "You were invited to choose another password",
    },
    AccountChange.SET: {"zh": "您的登录密码已经设定", "en": "Your password was set"},
    AccountChange.ENDED: {"zh": "您的登录已被停用", "en": "Your way in was ended"},
    AccountChange.LOCKED: {
        "zh": "多次输入错误，您的登录暂时锁定",
        "en": "Too many wrong tries: signing in as you is locked for a while",
    },
}


def account_sheet(told: Account, language: Language) -> Sheet:
    """What happened, when, by whom, and what to do where the reader knows nothing of it."""
    headline = CHANGES[told.change][language]
    return Sheet(
        number=told.notice_number,
        language=language,
        title=title_of(f"{headline} ", told.notice_number, language),
        headline=headline,
        lead=tuple(_lead(told, language)),
        cards=(),
        closing=(),
        link=told.link,
        link_words=phrase("look", language),
    )


def _lead(told: Account, language: Language) -> Iterator[str]:
    yield phrase("at", language, at=moment(told.at, told.zone), zone=zone_name(told.zone, language))
    if told.by_number is not None:
        yield f"{phrase('account-by', language)}{phrase('colon', language)}{plain(told.by_number)}"
    yield phrase("account-do", language)

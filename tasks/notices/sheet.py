"""A notice as it is laid out, whatever form it is then given: a lead, cards, and what closes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from regulation.duties import RULES
from regulation.vocabulary import Role
from tasks.notices.access_sheet import asked_sheet, outcome_sheet
from tasks.notices.account_sheet import account_sheet
from tasks.notices.conversion_sheet import conversion_sheet
from tasks.notices.digest import (
    Account,
    Alert,
    Asked,
    Content,
    Converting,
    Digest,
    Disposing,
    Line,
    NotRecorded,
    Outcome,
    Trial,
)
from tasks.notices.disposal_sheet import disposal_sheet
from tasks.notices.duty_words import DO, SEE_TO, SUBJECTS, WHAT
from tasks.notices.layout import Card, Sheet, title_of
from tasks.notices.speech import article, moment, phrase, plain, span, zone_name
from tasks.notices.unrecorded_sheet import unrecorded_sheet
from tasks.notices.words import REMEDY, ROLES, STEPS, TROUBLE, Language


def digest_sheet(digest: Digest, language: Language) -> Sheet:
    """A digest: the worst first, and as whom the reader hears of it."""
    shown = digest.worst_first
    return Sheet(
        number=digest.notice_number,
        language=language,
        title=title_of(f"{_counts(digest, language)}{_articles(digest, language)}", digest.notice_number, language),
        headline=_counts(digest, language),
        lead=tuple(_lead(digest, language)),
        cards=tuple(_card(line, digest, language) for line in shown),
        closing=_closing(digest, language),
        link=digest.link,
        link_words=phrase("open", language),
    )


def alert_sheet(alert: Alert, language: Language) -> Sheet:
    """A fault of the service, and what to do about it."""
    what = TROUBLE[alert.what][language]
    colon = phrase("colon", language)
    headline = f"{phrase('alert', language)}{colon}{what}"
    since = phrase("trouble-since", language, at=moment(alert.since, alert.zone), zone=zone_name(alert.zone, language))
    return Sheet(
        number=alert.notice_number,
        language=language,
        title=title_of(f"{headline} ", alert.notice_number, language),
        headline=headline,
        lead=(since, f"{phrase('about', language)}{colon}{plain(alert.subject)}", REMEDY[alert.what][language]),
        cards=(),
        closing=(),
        link=alert.link,
        link_words=phrase("look", language),
    )


def trial_sheet(trial: Trial, language: Language) -> Sheet:
    """Nothing but that a channel works."""
    headline = phrase("trial", language)
    at = phrase("at", language, at=moment(trial.at, trial.zone), zone=zone_name(trial.zone, language))
    return Sheet(
        number=trial.notice_number,
        language=language,
        title=title_of(f"{headline} ", trial.notice_number, language),
        headline=headline,
        lead=(phrase("trial-text", language), at),
        cards=(),
        closing=(),
        link=trial.link,
        link_words=phrase("look", language),
    )


def sheet_of(content: Content, language: Language) -> Sheet:
    """Whichever of them it is."""
    match content:
        case Digest():
            return digest_sheet(content, language)
        case Alert():
            return alert_sheet(content, language)
        case Asked():
            return asked_sheet(content, language)
        case Outcome():
            return outcome_sheet(content, language)
        case Disposing():
            return disposal_sheet(content, language)
        case Converting():
            return conversion_sheet(content, language)
        case Account():
            return account_sheet(content, language)
        case NotRecorded():
            return unrecorded_sheet(content, language)
        case Trial():
            return trial_sheet(content, language)


def cards_of(digest: Digest, language: Language) -> tuple[Card, ...]:
    """Every line of the digest, in its order, where there is room for all."""
    return tuple(_card(line, digest, language) for line in digest.lines)


def _counts(digest: Digest, language: Language) -> str:
    counts = (("overdue", digest.overdue), ("upcoming", digest.total - digest.overdue))
    return phrase("comma", language).join(phrase(key, language, count=count) for key, count in counts if count)


def _articles(digest: Digest, language: Language) -> str:
    cited = sorted({RULES[kind].article for kind in digest.by_kind}, key=lambda one: int(one.split()[-1]))
    joined = phrase("comma", language).join(article(one, language) for one in cited)
    return phrase("articles", language, articles=joined)


def _lead(digest: Digest, language: Language) -> list[str]:
    role = digest.reader_role
    told = phrase("reads-own", language) if role is None else phrase("reads-as", language, role=ROLES[role][language])
    kinds = (phrase("of-kind", language, what=WHAT[kind][language], count=n) for kind, n in digest.by_kind.items())
    lead = [
        told,
        phrase(
            "as-of",
            language,
            at=moment(digest.as_of, digest.zone),
            zone=zone_name(digest.zone, language),
            kinds=phrase("comma", language).join(kinds),
        ),
    ]
    if digest.delayed is not None:
        lead.append(phrase("delayed", language, span=span(digest.delayed, language)))
    return lead


def _closing(digest: Digest, language: Language) -> tuple[str, ...]:
    return (phrase("more", language, total=digest.total),) if digest.total > len(digest.worst_first) else ()


def _card(line: Line, digest: Digest, language: Language) -> Card:
    return Card(
        heading=WHAT[line.kind][language],
        subject=f"{SUBJECTS[RULES[line.kind].subject][language]} {plain(line.subject)}",
        pressing=_pressing(line, digest, language),
        is_overdue=line.is_overdue,
        facts=tuple((phrase(key, language), value) for key, value in _facts(line, digest, language).items()),
        remarks=tuple(_remarks(line, digest, language)),
        what_to_do=(DO if line.is_own else SEE_TO)[line.kind][language],
    )


def _pressing(line: Line, digest: Digest, language: Language) -> str:
    if not line.is_overdue:
        return phrase("left", language, span=span(line.due_at - digest.as_of, language))
    assert line.late is not None
    if line.late < timedelta(minutes=1):
        return phrase("just-due", language)
    return phrase("late", language, span=span(line.late, language))


def _facts(line: Line, digest: Digest, language: Language) -> Mapping[str, str]:
    owed_by = line.owed_by
    return {
        "owed-by": phrase("unknown", language) if owed_by is None else f"{plain(owed_by.name)} {plain(owed_by.number)}",
        "unit": plain(line.unit_name),
        "since": moment(line.since, digest.zone),
        "due": moment(line.due_at, digest.zone),
        "basis": article(line.article, language),
        "step": STEPS[line.step][language],
    }


def _remarks(line: Line, digest: Digest, language: Language) -> list[str]:
    remarks = []
    if line.role is not None and line.role is not digest.reader_role:
        remarks.append(phrase("line-role", language, role=ROLES[line.role][language]))
    if line.instead_of is Role.OFFICER:
        remarks.append(phrase("unknown-officer", language))
    elif line.instead_of is not None:
        remarks.append(phrase("vacant", language, role=ROLES[line.instead_of][language]))
    return remarks

"""What a notice of the registry has to tell, as facts: for what goes over the wire and for its page (Art. 16, 20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from registry.queries.access_news import AccessNews
from registry.queries.conversion_news import ConversionNews
from registry.queries.disposal_news import DisposalNews
from registry.queries.notices import LineRow, NoticeView
from registry.queries.unrecorded_news import UnrecordedNews
from registry.tables import NoticeKind
from tasks.notices.digest import (
    Account,
    Alert,
    Asked,
    Content,
    ConversionAsk,
    Converting,
    Digest,
    DisposalAsk,
    Disposing,
    Line,
    NotRecorded,
    Outcome,
    Person,
    Trial,
    Trouble,
)

TOLD_LATE = timedelta(minutes=30)
"""A notice that much later than the policy wanted says so."""


def content_of(view: NoticeView, link: str, at: datetime) -> Content:
    """What the notice tells; `at` is when a trial goes out."""
    zone = ZoneInfo(view.zone)
    if view.kind is NoticeKind.TRIAL:
        return Trial(view.number, at, zone, link)
    if view.kind is NoticeKind.ALERT:
        what, _, subject = (view.subject or "").partition(":")
        return Alert(view.number, Trouble(what), subject, view.created_at, zone, link)
    if view.access is not None:
        return _access(view, view.access, link, zone)
    if view.disposal is not None:
        return _disposal(view, view.disposal, link, zone)
    if view.conversion is not None:
        return _conversion(view, view.conversion, link, zone)
    if view.account is not None:
        return Account(view.number, view.account.change, view.account.by_number, view.created_at, zone, link)
    if view.unrecorded is not None:
        return _unrecorded(view, view.unrecorded, link, zone)
    return _digest(view, link)


def _unrecorded(view: NoticeView, news: UnrecordedNews, link: str, zone: ZoneInfo) -> NotRecorded:
    """What was not recorded of an activity, as it stands now."""
    about = (news.activity, news.unit_name, news.started_at, news.unseen, news.undecided)
    return NotRecorded(view.number, news.what, *about, zone, link)


def _conversion(view: NoticeView, news: ConversionNews, link: str, zone: ZoneInfo) -> Converting:
    """A conversion, as it stands now."""
    about = (news.number, news.unit_name, news.items, news.at, news.state)
    return Converting(view.number, ConversionAsk(news.ask), *about, zone, link)


def _disposal(view: NoticeView, news: DisposalNews, link: str, zone: ZoneInfo) -> Disposing:
    """A disposal list, or terms that are going to end."""
    about = (news.number, news.unit_name, news.recordings, news.at, news.state, news.grace_until, news.due_on)
    return Disposing(view.number, DisposalAsk(news.ask), *about, zone, link)


def _access(view: NoticeView, news: AccessNews, link: str, zone: ZoneInfo) -> Asked | Outcome:
    """A step to decide, or what became of a request."""
    if news.role is None or news.ground is None:
        return Outcome(view.number, news.number, news.state, news.at, zone, link)
    requester = Person(news.requester_number, news.requester_masked)
    about = (news.unit_name, news.recordings, news.role, news.ground, news.at, news.due_at)
    return Asked(view.number, news.number, requester, *about, zone, link)


def _digest(view: NoticeView, link: str) -> Digest:
    """What a sweep has to tell, as it was when the notice was made."""
    late = max((view.created_at - line.planned_at for line in view.lines), default=timedelta())
    return Digest(
        notice_number=view.number,
        reader_role=next((line.role for line in view.lines), None),
        zone=ZoneInfo(view.zone),
        as_of=view.created_at,
        lines=tuple(_line(line, view) for line in view.lines),
        total=view.total,
        overdue=view.overdue,
        by_kind=view.by_kind,
        link=link,
        delayed=late if late >= TOLD_LATE else None,
    )


def _line(line: LineRow, view: NoticeView) -> Line:
    duty = line.duty
    owed_by = None
    if duty.owed_by_number is not None:
        owed_by = Person(duty.owed_by_number, duty.owed_by_masked or "")
    return Line(
        duty.kind,
        duty.article,
        duty.subject,
        duty.unit_name,
        owed_by,
        duty.since or line.due_at,
        line.due_at,
        view.created_at - line.due_at,
        line.step,
        line.role,
        line.instead_of,
    )

"""What a notice says, and what the outbox holds (Art. 16, 20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session

from registry.bulk import AnyRow, table_of
from registry.queries.access_news import AccessNews, access_news
from registry.queries.account_news import AccountNews, account_news
from registry.queries.conversion_news import ConversionNews, conversion_news
from registry.queries.disposal_news import DisposalNews, disposal_news
from registry.queries.unrecorded_news import UnrecordedNews, unrecorded_news
from registry.tables import (
    AccessRequest,
    AccessStep,
    Activity,
    Conversion,
    ConversionStep,
    Device,
    DeviceCheck,
    DeviceCustody,
    DisposalList,
    DisposalStep,
    Duty,
    ExemptionRecord,
    InterruptionReport,
    Notice,
    NoticeKind,
    NoticeLine,
    NoticeState,
    Person,
    Unit,
)
from regulation.duties import DutyKind, DutyState
from regulation.ladder import Step
from regulation.vocabulary import Role

_duty, _line, _notice, _unit = table_of(Duty), table_of(NoticeLine), table_of(Notice), table_of(Unit)
_reader, _owing = table_of(Person), table_of(Person).alias("owing")
_activity, _check, _custody = table_of(Activity), table_of(DeviceCheck), table_of(DeviceCustody)
_access_step, _asked = table_of(AccessStep), table_of(AccessRequest)
_disposal_step, _disposal = table_of(DisposalStep), table_of(DisposalList)
_conversion_step, _conversion = table_of(ConversionStep), table_of(Conversion)
_report, _exemption = table_of(InterruptionReport), table_of(ExemptionRecord)
_silent = _activity.alias("silent")
_kept, _checked = table_of(Device).alias("kept"), table_of(Device).alias("checked")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty as people see it: `subject` is the number of the activity, recorder, request or list, or the end
    of a recording's id."""

    duty_id: UUID
    kind: DutyKind
    article: str
    subject: str
    unit_code: str
    unit_name: str
    owed_by_number: str | None
    owed_by_name: str | None
    since: datetime | None
    due_at: datetime | None
    state: DutyState
    level: int

    @property
    def owed_by_masked(self) -> str | None:
        """The name as it may stand on a screen that others see: its first character and 某."""
        return f"{self.owed_by_name[:1]}某" if self.owed_by_name else None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One step of one duty, as it was told. `due_at` is when the duty was due then."""

    duty: DutyRow
    step: Step
    role: Role | None
    instead_of: Role | None
    planned_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice with some of its duties, the longest overdue first; `total` and `by_kind` count all of them, `overdue`
    those whose time had passed when the notice was made. `access`, `disposal`, `conversion`, `account` and `unrecorded`
    are what one about a request, a disposal list, a conversion, the reader's own way in or an activity that was not
    recorded throughout tells."""

    notice_id: UUID
    number: str
    kind: NoticeKind
    subject: str | None
    reader_number: str
    unit_codes: tuple[str, ...]
    zone: str
    created_at: datetime
    read_at: datetime | None
    lines: tuple[LineRow, ...]
    total: int
    overdue: int
    by_kind: Mapping[DutyKind, int]
    reader_id: UUID
    access: AccessNews | None = None
    disposal: DisposalNews | None = None
    conversion: ConversionNews | None = None
    account: AccountNews | None = None
    unrecorded: UnrecordedNews | None = None


def notice_view(session: Session, number: str, offset: int = 0, limit: int = 20) -> NoticeView | None:
    """The notice of this number with up to `limit` of its lines from `offset` on; None where there is none."""
    query = (
        select(_notice, _reader.c.number.label("reader"), _unit.c.zone)
        .join_from(_notice, _reader, _reader.c.id == _notice.c.person_id)
        .join(_unit, _unit.c.id == _notice.c.unit_id)
        .where(_notice.c.number == number)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    by_kind, overdue = _counts(session, row.id, row.created_at)
    return NoticeView(
        row.id,
        row.number,
        row.kind,
        row.subject,
        row.reader,
        _codes_of(session, row.unit_id),
        row.zone,
        row.created_at,
        row.read_at,
        tuple(_lines(session, row.id, offset, limit)),
        sum(by_kind.values()),
        overdue,
        by_kind,
        row.person_id,
        access_news(session, row.subject, row.person_id) if row.kind is NoticeKind.ACCESS else None,
        disposal_news(session, row.subject) if row.kind is NoticeKind.DISPOSAL else None,
        conversion_news(session, row.subject) if row.kind is NoticeKind.CONVERSION else None,
        account_news(session, row.subject) if row.kind is NoticeKind.ACCOUNT else None,
        unrecorded_news(session, row.subject) if row.kind is NoticeKind.UNRECORDED else None,
    )


def _counts(session: Session, notice_id: UUID, at: datetime) -> tuple[dict[DutyKind, int], int]:
    duties = func.count(_line.c.duty_id.distinct())
    query = (
        select(_duty.c.kind, duties, duties.filter(_line.c.due_at <= at))
        .join_from(_line, _duty, _duty.c.id == _line.c.duty_id)
        .where(_line.c.notice_id == notice_id)
        .group_by(_duty.c.kind)
    )
    rows = session.execute(query).all()
    return {row[0]: row[1] for row in rows}, sum(row[2] for row in rows)


def _codes_of(session: Session, unit_id: UUID) -> tuple[str, ...]:
    """The code of the unit and of each above it, nearest first."""
    codes: list[str] = []
    above: UUID | None = unit_id
    while above is not None:
        unit = session.get_one(Unit, above)
        codes.append(unit.code)
        above = unit.parent_id
    return tuple(codes)


def _lines(session: Session, notice_id: UUID, offset: int, limit: int) -> list[LineRow]:
    """Each duty once: where several of its rungs are told at once, the highest stands for them."""
    place = func.row_number().over(partition_by=_line.c.duty_id, order_by=_line.c.planned_at.desc()).label("place")
    line = select(_line, place).where(_line.c.notice_id == notice_id).subquery("line")
    told = (line.c.step, line.c.role, line.c.instead_of, line.c.planned_at, line.c.due_at.label("due_then"))
    query = (
        duties_shown(*told)
        .join(line, line.c.duty_id == _duty.c.id)
        .where(line.c.place == 1)
        .order_by(line.c.due_at, line.c.duty_id)
        .offset(offset)
        .limit(limit)
    )
    return [
        LineRow(duty_row(row), row.step, row.role, row.instead_of, row.planned_at, row.due_then)
        for row in session.execute(query)
    ]


def duties_shown(*more: ColumnElement[object]) -> Select[tuple[object, ...]]:
    """The question for duties as people see them; `duty_row` makes something of each row."""
    columns = (_duty.c.id, _duty.c.kind, _duty.c.article, _duty.c.subject_id, _duty.c.state, _duty.c.level)
    times = (_duty.c.clock_started_at, _duty.c.due_at, _duty.c.opened_at)
    about = (_activity.c.number.label("activity"), _kept.c.number.label("kept"), _checked.c.number.label("checked"))
    whose = (_unit.c.code, _unit.c.name, _owing.c.number.label("owing"), _owing.c.name.label("owing_name"))
    cases = (
        _asked.c.number.label("asked"),
        _disposal.c.number.label("listed"),
        _conversion.c.number.label("converted"),
        _silent.c.number.label("silent"),
    )
    return select(*columns, *times, *about, *cases, *whose, *more).select_from(
        _duty.join(_unit, _unit.c.id == _duty.c.unit_id)
        .outerjoin(_owing, _owing.c.id == _duty.c.owed_by_id)
        .outerjoin(_activity, _activity.c.id == _duty.c.subject_id)
        .outerjoin(_custody, _custody.c.id == _duty.c.subject_id)
        .outerjoin(_kept, _kept.c.id == _custody.c.device_id)
        .outerjoin(_check, _check.c.id == _duty.c.subject_id)
        .outerjoin(_checked, _checked.c.id == _check.c.device_id)
        .outerjoin(_access_step, _access_step.c.id == _duty.c.subject_id)
        .outerjoin(_asked, _asked.c.id == _access_step.c.request_id)
        .outerjoin(_disposal_step, _disposal_step.c.id == _duty.c.subject_id)
        .outerjoin(_disposal, _disposal.c.id == _disposal_step.c.list_id)
        .outerjoin(_conversion_step, _conversion_step.c.id == _duty.c.subject_id)
        .outerjoin(_conversion, _conversion.c.id == _conversion_step.c.conversion_id)
        .outerjoin(_report, _report.c.id == _duty.c.subject_id)
        .outerjoin(_exemption, _exemption.c.id == _duty.c.subject_id)
        .outerjoin(_silent, _silent.c.id == func.coalesce(_report.c.activity_id, _exemption.c.activity_id))
    )


def duty_row(row: AnyRow) -> DutyRow:
    """A row of `duties_shown`."""
    case = row.asked or row.listed or row.converted or row.silent
    return DutyRow(
        row.id,
        row.kind,
        row.article,
        row.activity or row.kept or row.checked or case or row.subject_id.hex[-8:],
        row.code,
        row.name,
        row.owing,
        row.owing_name,
        row.clock_started_at,
        row.due_at,
        row.state,
        row.level,
    )


def duties_of(
    session: Session, unit_ids: Collection[UUID], states: Collection[DutyState], limit: int = 500
) -> list[DutyRow]:
    """The duties of these units in these states, the first due first."""
    query = (
        duties_shown()
        .where(_duty.c.unit_id.in_(unit_ids), _duty.c.state.in_(states))
        .order_by(_duty.c.due_at.is_(None), _duty.c.due_at, _duty.c.id)
        .limit(limit)
    )
    return [duty_row(row) for row in session.execute(query)]


def delivered_since(session: Session, since: datetime) -> list[AnyRow]:
    """Channel and time of each notice that a channel took after `since`, by when that was entered."""
    # By the column that the outbox is searched by: of what was delivered it is when that was entered.
    query = select(_notice.c.channel, _notice.c.next_attempt_at.label("at"))
    taken = _notice.c.state == NoticeState.DELIVERED
    return list(session.execute(query.where(taken, _notice.c.next_attempt_at > since)))


def dead_letters(session: Session) -> int:
    """How many notices were given up, not read otherwise, and are for somebody who has not left."""
    query = (
        select(func.count())
        .select_from(_notice.join(_reader, _reader.c.id == _notice.c.person_id))
        .where(_notice.c.state == NoticeState.DEAD, _notice.c.read_at.is_(None), _reader.c.left_on.is_(None))
    )
    return int(session.execute(query).scalar_one())


def alerted_since(session: Session, subject: str, since: datetime | None) -> bool:
    """Whether anybody was alerted of `subject`, after `since` where that is known."""
    query = select(_notice.c.id).where(_notice.c.kind == NoticeKind.ALERT, _notice.c.subject == subject)
    if since is not None:
        query = query.where(_notice.c.created_at > since)
    return session.execute(query.limit(1)).first() is not None

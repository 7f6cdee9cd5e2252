"""Who was told what, as the command line shows it: Chinese beside English, or JSON for whoever goes on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.table import Table

from registry.tables import DecisionKind, NoticeKind, NoticeState
from regulation.duties import Clock, DutyState
from regulation.ladder import STEPS, Step
from regulation.vocabulary import Role

if TYPE_CHECKING:
    from registry.queries.duty_history import DutyHistory, NoticeTrail, Telling

CLOCKS: Mapping[Clock, str] = MappingProxyType(
    {
        Clock.ACTIVITY_ENDED: "执法活动结束 the activity ended",
        Clock.RETURNED: "返回单位 return to the unit",
        Clock.RECEIVED: "入库 stored",
        Clock.LEFT: "调离 left the unit",
        Clock.CHECK_FAILED: "检查不合格 a check failed",
        Clock.ASKED: "提交审批 handed in for decision",
        Clock.HANDED_IN: "提交说明 a report handed in",
        Clock.GRANT_OVER: "授权期满 the grant is over",
        Clock.NOT_DESTROYED: "销毁失败 not destroyed",
        Clock.AWAITS_END: "待活动结束 waits for the end of the activity",
        Clock.AWAITS_RETURN: "待返回单位 waits for the return",
    }
)
STATES: Mapping[DutyState, str] = MappingProxyType(
    {
        DutyState.WAITING: "待起算 waiting",
        DutyState.RUNNING: "进行中 running",
        DutyState.PAUSED: "中止 paused",
        DutyState.OVERDUE: "逾期 overdue",
        DutyState.MET: "已履行 met",
        DutyState.MET_LATE: "逾期履行 met late",
        DutyState.EXCUSED: "免除 excused",
    }
)
STEP_WORDS: Mapping[Step, str] = MappingProxyType(
    {
        Step.REMINDER: "提醒 reminder",
        Step.DUE: "到期 due",
        Step.DEPARTMENT_HEAD: "部门负责人 department head",
        Step.SUPERVISING_LEADER: "分管领导 supervising leader",
        Step.PRINCIPAL_LEADER: "主要领导 principal leader",
    }
)
ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.OFFICER: "执法人员 officer",
        Role.DEVICE_ADMINISTRATOR: "执法记录仪管理员 device administrator",
        Role.DEPARTMENT_HEAD: "部门负责人 department head",
        Role.SUPERVISING_LEADER: "分管领导 supervising leader",
        Role.PRINCIPAL_LEADER: "主要领导 principal leader",
        Role.CONFIDENTIALITY_REVIEWER: "保密审查员 confidentiality reviewer",
        Role.SUPERVISOR: "行政执法监督人员 legal supervisor",
    }
)
KINDS: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.DIGEST: "汇总 digest",
        NoticeKind.ALERT: "告警 alert",
        NoticeKind.ACCESS: "调阅 access",
        NoticeKind.DISPOSAL: "销毁 disposal",
        NoticeKind.CONVERSION: "证据转换 conversion",
        NoticeKind.ACCOUNT: "账号 account",
        NoticeKind.UNRECORDED: "未记录 unrecorded",
        NoticeKind.TRIAL: "测试 trial",
    }
)
NOTICE_STATES: Mapping[NoticeState, str] = MappingProxyType(
    {
        NoticeState.GATHERING: "汇集中 gathering",
        NoticeState.QUEUED: "待发 queued",
        NoticeState.SENDING: "发送中 sending",
        NoticeState.DELIVERED: "已送达 delivered",
        NoticeState.DEAD: "[bold red]无法送达 dead[/]",
    }
)
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "duty.opened": "产生 opened",
        "duty.changed": "期限更正 re-timed",
        "duty.met": "履行 met",
        "duty.excused": "免除 excused",
        "duty.paused": "中止 paused",
        "notice.queued": "待发 queued",
        "notice.failed": "未送达 failed",
        "notice.delivered": "送达 delivered",
        "notice.dead": "放弃 given up",
        "notice.revived": "重发 queued again",
        "notice.read": "阅读 read",
    }
)
DECISIONS: Mapping[DecisionKind, str] = MappingProxyType(
    {DecisionKind.EXCUSE: "免除 excused", DecisionKind.PAUSE: "中止 paused"}
)


def facts_table(history: DutyHistory, kind: str) -> Table:
    """What the duty is, and everything that happened to it."""
    zone, duty = ZoneInfo(history.zone), history.duty
    table = Table("事项 what", "内容", title=f"{escape(duty.subject)}, {escape(duty.unit_code)}", show_header=False)
    owed_by = "?" if duty.owed_by_number is None else f"{duty.owed_by_number} {duty.owed_by_name or ''}"
    rows = (
        ("事项 duty", f"{kind} ({duty.article})"),
        ("责任人 owed by", owed_by),
        ("状态 state", STATES[duty.state]),
        ("产生 opened", _moment(history.opened_at, zone)),
        ("起算 clock", f"{CLOCKS[history.clock]} {_moment(duty.since, zone)}"),
        ("期限 due", _moment(duty.due_at, zone)),
        ("已达环节 levels reached", _levels(duty.level)),
        ("履行 met", _moment(history.met_at, zone)),
    )
    for what, found in rows:
        table.add_row(what, escape(found))
    for one in history.decided:
        until = "" if one.until is None else f" 至 until {_moment(one.until, zone)}"
        said = f"{_moment(one.at, zone)}{until}, {one.by_number}: {one.reason}"
        table.add_row(DECISIONS[one.kind], escape(said))
    for event in history.happened:
        table.add_row("台账 ledger", f"{_moment(event.at, zone)} {EVENTS.get(event.event, event.event)}")
    return table


def told_table(history: DutyHistory) -> Table:
    """Each step told, to whom, as which, and what became of the notice."""
    zone = ZoneInfo(history.zone)
    table = Table("环节 step", "收件人 to", "身份 as", "当时职务 roles then", "通知 notice", "经过 what happened")
    for notice in history.notices:
        for told in notice.told:
            reader = f"{notice.reader_number} {notice.reader_name}"
            table.add_row(
                STEP_WORDS[told.step], escape(reader), heard_as(told), "\n".join(ROLES[one] for one in told.roles),
                notice.number, _happened(notice, zone),
            )  # fmt: skip
    return table


def list_table(notices: list[NoticeTrail]) -> Table:
    """One row a notice."""
    table = Table(
        "编号 number", "类别 kind", "收件人 to", "内容 what", "状态 state", "经过 what happened", title="通知 notices"
    )
    for one in notices:
        table.add_row(
            one.number, KINDS[one.kind], escape(one.reader_number), "\n".join(_what(one)), NOTICE_STATES[one.state],
            _happened(one, ZoneInfo(one.zone)),
        )  # fmt: skip
    return table


def as_json(found: object) -> Any:
    """The same as what JSON knows: times in UTC, ids and codes as text."""
    return _plain(asdict(found))  # type: ignore[call-overload]


def trail_json(trail: NoticeTrail) -> Any:
    """A notice, with the moments that its rows alone do not say."""
    return {**as_json(trail), "queued_at": _plain(trail.queued_at), "dead_at": _plain(trail.dead_at)}


def history_json(history: DutyHistory) -> Any:
    """A duty's history, its notices as `trail_json` has them."""
    reached = [step.value for step in STEPS[: history.duty.level]]
    return {**as_json(history), "levels": reached, "notices": [trail_json(one) for one in history.notices]}


def heard_as(told: Telling) -> str:
    """As which somebody heard."""
    said = "责任人 who owes it" if told.role is None else ROLES[told.role]
    return said if told.instead_of is None else f"{said}\n代 instead of {ROLES[told.instead_of]}"


def _what(notice: NoticeTrail) -> list[str]:
    if not notice.told:
        return [escape(notice.subject or "")]
    return [f"{one.duty_id} {STEP_WORDS[one.step]}, {heard_as(one)}" for one in notice.told]


def _happened(notice: NoticeTrail, zone: ZoneInfo) -> str:
    lines = []
    for one in notice.tries:
        more = ": ".join(part for part in (one.channel, one.failure) if part)
        lines.append(escape(f"{_moment(one.at, zone)} {EVENTS.get(one.event, one.event)} {more}".rstrip()))
    return "\n".join(lines)


def _levels(level: int) -> str:
    reached = ", ".join(STEP_WORDS[step] for step in STEPS[:level])
    return f"{level}/{len(STEPS)} {reached}".rstrip()


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "–" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case StrEnum():
            return value.value
        case Mapping():
            return {str(_plain(key)): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value

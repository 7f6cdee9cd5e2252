"""The seven kinds of directory file: their columns, under English and Chinese names, and what a row becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.act import Act
from registry.directory import cells
from registry.directory.cells import Parser
from registry.directory.words import folded
from registry.transitions import directory
from registry.transitions.directory import Entered
from regulation.vocabulary import ActivityKind, PartyKind, RemoteReason, Role, UnitLevel


class DirectoryKind(StrEnum):
    """In the order in which they are entered: each may name what comes before it."""

    UNITS = "units"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    DEVICES = "devices"
    CUSTODY = "custody"
    ACTIVITIES = "activities"
    CASES = "cases"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the entry's field, the headers it may have, how its cells are read, whether one may be empty."""

    field: str
    headers: tuple[str, ...]
    parse: Parser = cells.text
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of directory file. `titles` are the names by which a file or a sheet says that it is of this kind."""

    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    entry: Callable[..., Any]
    enter: Callable[[Act, Sequence[Any]], Entered]

    def by_header(self) -> Mapping[str, Column]:
        """The columns by every header they may have, folded."""
        return {folded(header): column for column in self.columns for header in (column.field, *column.headers)}


def _needed(field: str, *headers: str, parse: Parser = cells.text) -> Column:
    return Column(field, headers, parse, required=True)


def _optional(field: str, *headers: str, parse: Parser = cells.text) -> Column:
    return Column(field, headers, parse)


_UNIT = _needed("unit", "unit_code", "单位代码", "单位", "所属单位", "所属单位代码")

KINDS: Mapping[DirectoryKind, Kind] = {
    DirectoryKind.UNITS: Kind(
        ("units", "单位", "机构"),
        (
            _needed("code", "代码", "单位代码", "编码"),
            _needed("name", "名称", "单位名称"),
            _needed("level", "级别", "层级", parse=cells.one_of(UnitLevel)),
            _optional("parent", "parent_code", "上级", "上级单位", "上级代码", "上级单位代码"),
            _optional("zone", "timezone", "时区"),
        ),
        directory.UnitEntry,
        directory.enter_units,
    ),
    DirectoryKind.PEOPLE: Kind(
        ("people", "人员", "执法人员"),
        (
            _needed("number", "执法证号", "证号", "编号"),
            _needed("name", "姓名"),
            _UNIT,
            _optional("joined_on", "joined", "入职日期", "到岗日期", parse=cells.day),
            _optional("left_on", "left", "离职日期", "离岗日期", parse=cells.day),
        ),
        directory.PersonEntry,
        directory.enter_people,
    ),
    DirectoryKind.APPOINTMENTS: Kind(
        ("appointments", "任职", "任命"),
        (
            _needed("person", "person_number", "执法证号", "证号", "人员"),
            _UNIT,
            _needed("role", "角色", "职务", "岗位", parse=cells.one_of(Role)),
            _needed("valid_from", "from", "任职开始", "任职时间", "开始时间", parse=cells.moment),
            _optional("valid_to", "to", "任职结束", "免职时间", "结束时间", parse=cells.moment),
            _optional("acting", "代理", "是否代理", parse=cells.truth),
            _optional("document", "任命文件", "文号", "文件"),
        ),
        directory.AppointmentEntry,
        directory.enter_appointments,
    ),
    DirectoryKind.DEVICES: Kind(
        ("devices", "设备", "执法记录仪"),
        (
            _needed("number", "设备编号", "记录仪编号", "编号"),
            _UNIT,
            _optional("maker", "厂商", "厂家", "生产厂家"),
            _optional("model", "型号"),
            _optional("retired_at", "retired", "停用时间", "报废时间", parse=cells.moment),
        ),
        directory.DeviceEntry,
        directory.enter_devices,
    ),
    DirectoryKind.CUSTODY: Kind(
        ("custody", "领用", "保管"),
        (
            _needed("device", "device_number", "设备编号", "记录仪编号"),
            _needed("person", "person_number", "执法证号", "证号", "领用人", "保管人"),
            _needed("issued_at", "issued", "领用时间", "发放时间", parse=cells.moment),
            _optional("returned_at", "returned", "归还时间", "交回时间", parse=cells.moment),
            _optional("reason", "原因", "事由"),
        ),
        directory.CustodyEntry,
        directory.enter_custody,
    ),
    DirectoryKind.ACTIVITIES: Kind(
        ("activities", "执法活动", "活动"),
        (
            _needed("number", "活动编号", "编号"),
            _UNIT,
            _needed("kind", "类别", "活动类别", parse=cells.one_of(ActivityKind)),
            _needed("place", "地点"),
            _needed("officers", "执法人员", "执法人员证号", "执法证号", parse=cells.words),
            _needed("started_at", "start", "开始时间", parse=cells.moment),
            _optional("ended_at", "end", "结束时间", parse=cells.moment),
            _optional("parties", "当事人", "当事人类别", parse=cells.several_of(PartyKind)),
            _optional("case_number", "案号", "案件编号"),
            _optional("remote_reason", "延时原因", "异地原因", parse=cells.one_of(RemoteReason)),
            _optional("returned_at", "returned", "返回时间", "返回单位时间", parse=cells.moment),
        ),
        directory.ActivityEntry,
        directory.enter_activities,
    ),
    DirectoryKind.CASES: Kind(
        ("cases", "案卷", "案件"),
        (
            _needed("number", "案号", "案卷号", "编号"),
            _UNIT,
            _needed("by", "entered_by", "登记人", "登记人证号"),
            _optional("closed_on", "closed", "结案日期", parse=cells.day),
            _optional("keep_years", "years", "保存年限", parse=cells.count),
            _optional("permanent", "永久", "永久保存", parse=cells.truth),
            _optional("document", "文号", "依据文件", "文件"),
        ),
        directory.CaseFileEntry,
        directory.enter_cases,
    ),
}


def kind_titled(title: str) -> DirectoryKind | None:
    """The kind that `title`, a file's or sheet's name, says: ``people``, ``people-2026``, ``人员名单``."""
    name = folded(title)
    starts = {kind: [one for one in KINDS[kind].titles if name.startswith(folded(one))] for kind in KINDS}
    # "执法人员" and "执法活动" both begin with the same two characters, "单位" is the whole of one: the longest counts.
    found = max(starts, key=lambda kind: max(map(len, starts[kind]), default=0))
    return found if starts[found] else None

"""Directory files: three formats, two languages, every error by row and column (Art. 4, 6, 9)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlmodel import col, select

from registry import queries
from registry.database import Registry
from registry.directory import DirectoryKind, ImportReport, import_directory, rehearse_imports
from registry.directory.kinds import KINDS, kind_titled
from registry.directory.words import member, yes_or_no
from registry.ledger import verify
from registry.tables import Appointment, DeviceCustody, LedgerEntry
from registry.transitions.directory import Entered
from regulation.vocabulary import ActivityKind, PartyKind, RemoteReason, Role, UnitLevel
from tests.fixtures.custody import MORNING, City

Rows = Sequence[Sequence[Any]]

UNITS: Rows = [("code", "name", "level", "parent"), ("sl", "示例市", "city", ""), ("cg", "城管局", "unit", "sl")]
PEOPLE: Rows = [("number", "name", "unit"), ("S1", "示例甲", "cg"), ("S2", "示例乙", "cg")]


@pytest.fixture
def small(make_sqlite: Any) -> Iterator[Registry]:
    """Reading a file has nothing to do with the engine: SQLite is enough."""
    registry = Registry(make_sqlite())
    yield registry
    registry.dispose()


def csv_file(folder: Path, name: str, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = folder / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx_file(folder: Path, name: str, **sheets: Rows) -> Path:
    workbook = Workbook()
    del workbook["Sheet"]
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    workbook.save(folder / name)
    return folder / name


def json_file(folder: Path, name: str, data: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False, default=str), encoding="utf-8")
    return path


def run(registry: Registry, path: Path, **options: Any) -> ImportReport:
    return import_directory(registry, path, actor="operator:1", at=MORNING, **options)


def entered(registry: Registry, path: Path, **options: Any) -> dict[DirectoryKind, Entered]:
    report = run(registry, path, **options)
    assert [str(problem) for problem in report.problems] == []
    return report.entered


def problems(registry: Registry, path: Path, **options: Any) -> list[str]:
    with registry.reading() as reading:
        before = queries.ledger_head(reading)
    report = run(registry, path, **options)
    with registry.reading() as reading:
        assert queries.ledger_head(reading) == before
    return [str(problem) for problem in report.problems]


def test_a_file_is_entered_once(registry: Registry, tmp_path: Path) -> None:
    units, people = csv_file(tmp_path, "units.csv", UNITS), csv_file(tmp_path, "people.csv", PEOPLE)
    assert entered(registry, units) == {DirectoryKind.UNITS: Entered(created=2)}
    assert entered(registry, people) == {DirectoryKind.PEOPLE: Entered(created=2)}
    head = verify(registry).head
    assert entered(registry, people) == {DirectoryKind.PEOPLE: Entered(unchanged=2)}
    assert verify(registry).head == head


def test_a_dry_run_says_what_would_happen_and_does_nothing(registry: Registry, tmp_path: Path) -> None:
    units = csv_file(tmp_path, "units.csv", UNITS)
    [report] = rehearse_imports(registry, [units], actor="operator:1", at=MORNING)
    assert (report.entered, report.problems, report.dry_run) == ({DirectoryKind.UNITS: Entered(created=2)}, [], True)
    assert verify(registry).entries == 0


def test_a_dry_run_of_several_files_goes_on_from_what_would_be_there(registry: Registry, tmp_path: Path) -> None:
    units, people = csv_file(tmp_path, "units.csv", UNITS), csv_file(tmp_path, "people.csv", PEOPLE)
    wrong = csv_file(tmp_path, "more-units.csv", [*UNITS[:1], ("xx", "示例", "unit", "nowhere")])
    reports = rehearse_imports(registry, [units, wrong, people, units], actor="operator:1", at=MORNING)
    assert [report.entered for report in reports] == [
        {DirectoryKind.UNITS: Entered(created=2)},
        {},
        {DirectoryKind.PEOPLE: Entered(created=2)},
        {DirectoryKind.UNITS: Entered(unchanged=2)},
    ]
    assert [len(report.problems) for report in reports] == [0, 1, 0, 0]
    with registry.reading() as reading:
        assert queries.units_by_code(reading) == {}
    assert verify(registry).entries == 0


def test_the_ledger_knows_the_file_by_its_hash(small: Registry, tmp_path: Path) -> None:
    run(small, csv_file(tmp_path, "units.csv", UNITS))
    with small.reading() as reading:
        last = reading.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq).desc())).first()
    assert last is not None
    assert (last.event, last.actor) == ("directory.imported", "operator:1")
    facts = json.loads(last.facts)
    assert facts["created_and_changed"] == {"units": [2, 0]}
    assert len(facts["file_sha256"]) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_write_it(small: Registry, tmp_path: Path, encoding: str, delimiter: str) -> None:
    chinese: Rows = [("代码", "名称", "级别", "上级单位"), ("sl", "示例市", "市", ""), ("cg", "城管局", "单位", "sl")]
    entered(small, csv_file(tmp_path, "单位.csv", chinese, encoding, delimiter))
    with small.reading() as reading:
        units = queries.units_by_code(reading)
    assert (units["cg"].name, units["cg"].level) == ("城管局", UnitLevel.UNIT)


def test_every_column_has_chinese_and_english_headers(small: Registry, tmp_path: Path) -> None:
    run(small, csv_file(tmp_path, "units.csv", UNITS))
    sheets: dict[str, Rows] = {
        "人员": [
            ("执法证号", "姓名", "单位代码", "入职日期", "离职日期"),
            ("S1", "示例甲", "cg", "2020年5月1日", "2030/1/31"),
            ("S2", "示例乙", "cg", date(2020, 5, 1), None),
        ],
        "任职": [
            ("执法证号", "单位", "职务", "任职开始", "任职结束", "代理", "文号"),
            ("S1", "cg", "执法记录仪管理员", "2026-1-1", "2026-12-31 18:00", "是", "任〔2026〕1号"),
            ("S1", "cg", "执法人员", datetime(2026, 1, 1), None, "否", None),
        ],
        "设备": [("设备编号", "单位", "厂商", "型号", "停用时间"), (10017, "cg", "厂", "S1", "2029-01-01 00:00")],
        "领用": [
            ("设备编号", "领用人", "领用时间", "归还时间", "原因"),
            (10017.0, "S1", "2026/3/1 9:05", "2026-03-02T09:05:00+00:00", "值班"),
        ],
        "执法活动": [
            ("活动编号", "单位", "类别", "地点", "执法人员", "开始时间",
             "结束时间", "当事人", "案号", "延时原因", "返回时间"),
            ("H1", "cg", "9（2）", "某路", "S1、S2", "2026-3-1 10:00",
             "2026-3-1 11:00", "相对人，证人", "案1", "异地执行", "2026-3-2 8:00"),
            ("H2", "cg", "送达", "某街", "S1", "2026-3-1 10:00", None, None, None, None, None),
        ],
    }  # fmt: skip
    counts = entered(small, xlsx_file(tmp_path, "名册.xlsx", **sheets))
    assert {kind: one.created for kind, one in counts.items()} == {
        DirectoryKind.PEOPLE: 2,
        DirectoryKind.APPOINTMENTS: 2,
        DirectoryKind.DEVICES: 1,
        DirectoryKind.CUSTODY: 1,
        DirectoryKind.ACTIVITIES: 2,
    }
    with small.reading() as reading:
        people = queries.people_by_number(reading, ["S1", "S2"])
        device = queries.devices_by_number(reading, ["10017"])["10017"]
        custody = reading.exec(select(DeviceCustody)).one()
        activity = queries.activities_by_number(reading, ["H1"])["H1"]
        [admin] = [one for one in reading.exec(select(Appointment)) if one.acting]
    assert (people["S1"].joined_on, people["S1"].left_on) == (date(2020, 5, 1), date(2030, 1, 31))
    assert people["S2"].joined_on == date(2020, 5, 1)
    assert (admin.role, admin.document) == (Role.DEVICE_ADMINISTRATOR, "任〔2026〕1号")
    # Times without a zone are the unit's: nine o'clock in Shanghai is one o'clock UTC.
    assert admin.valid_to == datetime(2026, 12, 31, 10, tzinfo=UTC)
    assert custody.device_id == device.id
    assert custody.issued_at == datetime(2026, 3, 1, 1, 5, tzinfo=UTC)
    assert custody.returned_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert activity.kind is ActivityKind.SUMMARY_PENALTY
    assert activity.parties == [PartyKind.COUNTERPARTY, PartyKind.WITNESS]
    assert activity.remote_reason is RemoteReason.OTHER_PLACE
    assert activity.started_at == datetime(2026, 3, 1, 2, tzinfo=UTC)


def test_json_holds_one_kind_or_several(registry: Registry, tmp_path: Path) -> None:
    several = {
        "activities": [
            {
                "number": "H1",
                "unit": "cg",
                "kind": "9(7)",
                "place": "x",
                "officers": ["S1", None, "S2", 1],
                "parties": ["informant", "informant"],
                "started_at": "2026-03-01T10:00:00+08:00",
            }
        ],
        "people": [
            {"number": 1.0, "name": "x", "unit": "cg", "left_on": None},
            {"number": "S1", "name": "y", "unit": "cg"},
            {"number": "S2", "name": "z", "unit": "cg"},
        ],
        "appointments": [{"person": "S1", "unit": "cg", "role": "department-head", "from": "2026-01-01"}],
        "units": [{"code": "cg", "name": "城管局", "level": "unit", "zone": "Asia/Urumqi"}],
        "devices": [{"number": "D1", "unit": "cg"}],
        "custody": [{"device": "D1", "person": "S1", "issued_at": "2026-03-01 10:00"}],
        "cases": [{"number": "城管罚〔2026〕1号", "unit": "cg", "by": "S1", "keep_years": 10, "document": "归档表"}],
    }  # fmt: skip
    assert list(entered(registry, json_file(tmp_path, "city.json", several))) == list(DirectoryKind)
    with registry.reading() as reading:
        [issued] = reading.exec(select(DeviceCustody.issued_at))
        [begin] = reading.exec(select(Appointment.valid_from))
    # The zone is that of the unit, which is entered by the same file.
    assert issued == datetime(2026, 3, 1, 4, tzinfo=UTC)
    assert begin == datetime(2025, 12, 31, 18, tzinfo=UTC)
    assert entered(registry, json_file(tmp_path, "people.json", several["people"])) == {
        DirectoryKind.PEOPLE: Entered(unchanged=3)
    }


def test_times_are_in_the_zone_of_a_unit_already_there(small: Registry, tmp_path: Path) -> None:
    rows: Rows = [("code", "name", "level", "zone"), ("cg", "x", "unit", "Asia/Urumqi")]
    run(small, csv_file(tmp_path, "units.csv", rows))
    run(small, csv_file(tmp_path, "people.csv", PEOPLE))
    run(small, csv_file(tmp_path, "devices.csv", [("number", "unit"), ("D1", "cg")]))
    entered(
        small, csv_file(tmp_path, "custody.csv", [("device", "person", "issued_at"), ("D1", "S1", "2026-03-01 10:00")])
    )
    with small.reading() as reading:
        assert list(reading.exec(select(DeviceCustody.issued_at))) == [datetime(2026, 3, 1, 4, tzinfo=UTC)]


def test_all_errors_are_told_at_once_by_row_and_column(registry: Registry, tmp_path: Path) -> None:
    run(registry, csv_file(tmp_path, "units.csv", UNITS))
    rows: Rows = [
        ("执法证号", "姓名", "单位", "入职日期"),
        ("", "示例甲", "cg", ""),
        ("S2", "", "nowhere", "昨天"),
        (),
        ("S3", "示例丙", "nowhere", "2020-01-01"),
        ("S4", "示例丁", "cg", "2020-01-01 09:00"),
        ("S5", "示例戊", "cg", "", "", "多余"),
    ]
    assert problems(registry, csv_file(tmp_path, "people.csv", rows)) == [
        "people, row 2, column 执法证号: it must not be empty",
        "people, row 3, column 姓名: it must not be empty",
        "people, row 3, column 入职日期: expected a day such as 2026-05-01",
        "people, row 6, column 入职日期: expected a day such as 2026-05-01",
        "people, row 7: it has more cells than there are columns",
        "people, row 5, column 单位: there is no unit with this code",
    ]


def test_reports_repeat_no_cell(registry: Registry, tmp_path: Path) -> None:
    rows: Rows = [("number", "name", "unit", "joined_on"), ("S1", "示例甲", "秘密", "私事")]
    report = " ".join(problems(registry, csv_file(tmp_path, "people.csv", rows)))
    for private in ("示例甲", "秘密", "私事"):
        assert private not in report


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("number", "name", "unit", "shoe size"), "row 1, column shoe size: there is no such column in people"),
        (("number", "name"), "row 1, column unit: this column is missing"),
        (("number", "name", "unit", "单位"), "row 1, column unit: this column is there twice"),
    ],
)
def test_columns_that_do_not_fit(small: Registry, tmp_path: Path, header: Sequence[str], told: str) -> None:
    path = csv_file(tmp_path, "people.csv", [header, ("1", "2", "3", "4")])
    assert problems(small, path) == [f"people, {told}"]


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("kind", "9(8)", "expected one of: 9(1), 9(2)"),
        ("parties", "counterparty;nobody", "expected one of: counterparty"),
        ("remote_reason", "lazy", "expected one of: continuous-work"),
        ("started_at", "noon", "expected a time such as"),
        ("started_at", "0001-01-01", "expected a time such as"),
        ("started_at", "9999-12-31T23:00:00-08:00", "expected a time such as"),
        ("place", ["a", "b"], "expected one value, not several"),
        ("officers", [], "it must not be empty"),
        ("officers", " ; ", "it must not be empty"),
    ],
)
def test_cells_that_say_nothing_known(small: Registry, tmp_path: Path, column: str, cell: object, told: str) -> None:
    row = {"number": "1", "unit": "cg", "kind": "9(1)", "place": "x", "officers": "S1", "started_at": "2026-01-01"}
    [problem] = problems(small, json_file(tmp_path, "activities.json", [row | {column: cell}]))
    assert problem.startswith(f"activities, row 1, column {column}: {told}")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("people.pdf", b"%PDF", "a directory file ends in"),
        ("people.csv", b"\xff\xff\xff", "neither UTF-8 nor GB 18030"),
        ("people.csv", b'a,b\n"open,1\n', "is not CSV"),
        ("people.xlsx", b"not a zip", "not an XLSX workbook"),
        ("people.xlsx", b"PK\x05\x06" + b"\0" * 18, "not an XLSX workbook"),
        ("people.json", b"{", "not JSON"),
        ("people.json", b"[1]", "a list of objects"),
        ("people.json", b'{"people": {}}', "a list of objects"),
        ("people.json", b"3", "a list of objects"),
    ],
)
def test_files_that_are_not_what_their_name_says(
    small: Registry, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    [problem] = problems(small, tmp_path / name)
    assert problem.startswith(f"{name}: ")
    assert told in problem


def test_a_file_without_rows(small: Registry, tmp_path: Path) -> None:
    assert entered(small, csv_file(tmp_path, "people.csv", PEOPLE[:1])) == {DirectoryKind.PEOPLE: Entered()}
    assert entered(small, json_file(tmp_path, "city.json", {})) == {}
    (tmp_path / "empty.csv").write_bytes(b"")
    assert problems(small, tmp_path / "empty.csv") == [
        "empty: name the kind: one of units, people, appointments, devices, custody, activities, cases"
    ]


def test_the_kind_is_told_by_option_name_or_columns(small: Registry, tmp_path: Path) -> None:
    assert list(entered(small, csv_file(tmp_path, "x.csv", UNITS))) == [DirectoryKind.UNITS]
    assert list(entered(small, csv_file(tmp_path, "人员名单.csv", PEOPLE))) == [DirectoryKind.PEOPLE]
    devices: Rows = [("number", "unit"), ("D1", "cg")]
    assert list(entered(small, csv_file(tmp_path, "list.csv", devices))) == [DirectoryKind.DEVICES]
    assert list(entered(small, csv_file(tmp_path, "people.csv", devices), kind=DirectoryKind.DEVICES)) == [
        DirectoryKind.DEVICES
    ]
    assert problems(small, csv_file(tmp_path, "list.csv", [("a", "b"), (1, 2)])) != []


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("units", DirectoryKind.UNITS),
        ("People-2026", DirectoryKind.PEOPLE),
        ("执法人员", DirectoryKind.PEOPLE),
        ("执法活动 11月", DirectoryKind.ACTIVITIES),
        ("执法记录仪", DirectoryKind.DEVICES),
        ("Sheet1", None),
    ],
)
def test_titles(title: str, kind: DirectoryKind | None) -> None:
    assert kind_titled(title) is kind


def test_a_workbook_leaves_empty_sheets_out(small: Registry, tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, "city.xlsx", units=[(), *UNITS], Sheet2=[], people=[*PEOPLE, (None, "")])
    assert list(entered(small, path)) == [DirectoryKind.UNITS, DirectoryKind.PEOPLE]


def test_one_sheet_is_named_by_its_file(small: Registry, tmp_path: Path) -> None:
    assert list(entered(small, xlsx_file(tmp_path, "units.xlsx", Sheet1=UNITS))) == [DirectoryKind.UNITS]


def test_faults_are_told_across_sheets(small: Registry, tmp_path: Path) -> None:
    units: Rows = [*UNITS, ("Bad", "x", "unit", "sl"), ("zz", "x", "unit", "nowhere")]
    people: Rows = [*PEOPLE, ("S9", "x", "gone")]
    assert problems(small, xlsx_file(tmp_path, "city.xlsx", people=people, units=units)) == [
        "units, row 4, column code: up to 32 letters a-z and digits",
        "units, row 5, column parent: there is no unit with this code",
        "people, row 4, column unit: there is no unit with this code",
    ]


def test_a_zone_that_is_none_is_told_and_not_used(small: Registry, tmp_path: Path) -> None:
    city = {
        "units": [{"code": "cg", "name": "x", "level": "unit", "zone": "../../etc/passwd"}],
        "devices": [{"number": "D1", "unit": "cg", "retired_at": "2026-01-01"}],
    }
    assert problems(small, json_file(tmp_path, "city.json", city)) == [
        "units, row 1, column zone: there is no such time zone",
        "devices, row 1, column unit: there is no unit with this code",
    ]


def test_a_file_that_is_not_there(small: Registry, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(small, tmp_path / "people.csv")


def test_five_thousand_people_at_once(registry: Registry, tmp_path: Path) -> None:
    run(registry, csv_file(tmp_path, "units.csv", UNITS))
    rows = [(f"N{n}", f"名{n}", "cg") for n in range(5_000)]
    assert entered(registry, csv_file(tmp_path, "people.csv", [PEOPLE[0], *rows])) == {
        DirectoryKind.PEOPLE: Entered(created=5_000)
    }
    renamed = [(number, name + "新", unit) for number, name, unit in rows]
    assert entered(registry, csv_file(tmp_path, "people.csv", [PEOPLE[0], *renamed])) == {
        DirectoryKind.PEOPLE: Entered(changed=5_000)
    }
    assert verify(registry).problems == []


def test_the_demo_of_the_readme_works_on_a_city_already_there(city: City, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "people.csv", [PEOPLE[0], ("A1", "甲", "xf"), ("N1", "新", "xf")])
    assert entered(city.registry, path) == {DirectoryKind.PEOPLE: Entered(created=1, unchanged=1)}


def test_every_member_can_be_named_in_chinese() -> None:
    for members in (UnitLevel, Role, ActivityKind, PartyKind, RemoteReason):
        from registry.directory.words import _CHINESE

        for one in members:
            assert member(members, one.value.upper()) is one
            for word in _CHINESE[one]:
                assert member(members, f" {word} ") is one


def test_yes_and_no() -> None:
    assert [yes_or_no(word) for word in ("Yes", "是", "1", "否", "FALSE", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="yes or no"):
        yes_or_no("maybe")


def test_no_header_means_two_things_in_one_kind() -> None:
    for kind in KINDS.values():
        headers = [header for column in kind.columns for header in (column.field, *column.headers)]
        assert len(headers) == len(set(headers))


def test_case_files_come_on_the_word_of_who_keeps_them(small: Registry, tmp_path: Path) -> None:
    entered(small, csv_file(tmp_path, "units.csv", UNITS))
    entered(small, csv_file(tmp_path, "people.csv", PEOPLE))
    head: Rows = [("person", "unit", "role", "from"), ("S1", "cg", "department-head", "2026-01-01")]
    entered(small, csv_file(tmp_path, "appointments.csv", head))
    header = ("案号", "单位", "登记人", "结案日期", "保存年限", "永久", "文号")
    second = ("K2", "cg", "S1", "2026-02-01", "10", "", "档〔2026〕1号")
    cases: Rows = [header, ("K1", "cg", "S1", "", "", "", ""), second]
    assert entered(small, csv_file(tmp_path, "cases.csv", cases)) == {DirectoryKind.CASES: Entered(created=2)}
    assert entered(small, csv_file(tmp_path, "cases.csv", cases)) == {DirectoryKind.CASES: Entered(unchanged=2)}
    closed: Rows = [header, ("K1", "cg", "S1", "2026-03-01", "", "是", "档〔2026〕2号"), second]
    assert entered(small, csv_file(tmp_path, "cases.csv", closed)) == {
        DirectoryKind.CASES: Entered(changed=1, unchanged=1)
    }


def test_a_case_file_that_cannot_be_names_its_cell(small: Registry, tmp_path: Path) -> None:
    entered(small, csv_file(tmp_path, "units.csv", UNITS))
    entered(small, csv_file(tmp_path, "people.csv", PEOPLE))
    head: Rows = [("person", "unit", "role", "from"), ("S1", "cg", "department-head", "2026-01-01")]
    entered(small, csv_file(tmp_path, "appointments.csv", head))
    header = ("number", "unit", "by", "closed_on", "keep_years", "document")
    wrong: Rows = [
        header,
        ("K1", "cg", "S2", "", "", ""),
        ("K2", "cg", "S9", "", "", ""),
        ("K3", "cg", "S1", "2099-01-01", "", "x"),
        ("K4", "cg", "S1", "2026-01-01", "500", "x"),
        ("K5", "no", "S1", "", "", ""),
        ("K6", "cg", "S1", "2026-01-01", "5", ""),
    ]
    report = run(small, csv_file(tmp_path, "cases.csv", wrong))
    assert [(one.row, one.column) for one in report.problems] == [
        (2, "by"), (3, "by"), (4, "closed_on"), (5, "keep_years"), (6, "unit"), (7, "document"),
    ]  # fmt: skip
    assert not report.entered or report.entered == {}

"""The demo's city: three units, their people, recorders and one day's activities. All of it is invented."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
UNIT = "chengguan"


@dataclass(frozen=True, slots=True)
class Recorder:
    """The recorder that is docked, and whose."""

    number: str
    officer: str


RECORDER = Recorder("CG00017", "SL010102")


@dataclass(frozen=True, slots=True)
class Day:
    """When the day's activities were. Two of them overlap, and one recording belongs to none."""

    now: datetime
    zone: ZoneInfo = ZONE

    @property
    def inspection_start(self) -> datetime:
        return self.now - timedelta(hours=6)

    @property
    def service_start(self) -> datetime:
        return self.now - timedelta(hours=4)

    @property
    def overlap_start(self) -> datetime:
        return self.now - timedelta(hours=3)

    @property
    def late_due(self) -> datetime:
        """When the footage of the other officer's activity is due: the next two in the afternoon, so that no rung falls
        into the night."""
        today = self.now.astimezone(self.zone).replace(hour=14, minute=0, second=0, microsecond=0)
        return today if today > self.now else today + timedelta(days=1)

    @property
    def nowhere(self) -> datetime:
        return self.now - timedelta(hours=1)


Rows = Sequence[Sequence[str]]

LATE_OFFICER = "SL010103"
"""Who does not dock the recorder in time."""

UNITS: Rows = [
    ("code", "name", "level", "parent", "zone"),
    ("shili", "示例市", "city", "", "Asia/Shanghai"),
    ("chengguan", "示例市城市管理局", "unit", "shili", "Asia/Shanghai"),
    ("jiaotong", "示例市交通运输局", "unit", "shili", "Asia/Shanghai"),
    ("shichang", "示例市市场监督管理局", "unit", "shili", "Asia/Shanghai"),
]

PEOPLE: Rows = [
    ("number", "name", "unit", "joined_on"),
    ("SL010001", "示例甲", "chengguan", "2020-01-01"),
    ("SL010002", "示例乙", "chengguan", "2020-01-01"),
    ("SL010003", "示例癸", "chengguan", "2020-01-01"),
    ("SL010101", "示例丙", "chengguan", "2021-03-01"),
    ("SL010102", "示例丁", "chengguan", "2021-03-01"),
    ("SL010103", "示例戊", "chengguan", "2022-06-01"),
    ("SL020001", "示例己", "jiaotong", "2020-01-01"),
    ("SL020101", "示例庚", "jiaotong", "2021-03-01"),
    ("SL030001", "示例辛", "shichang", "2020-01-01"),
    ("SL030101", "示例壬", "shichang", "2021-03-01"),
]

APPOINTMENTS: Rows = [
    ("person", "unit", "role", "from", "to", "acting", "document"),
    ("SL010001", "chengguan", "principal-leader", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕1号"),
    ("SL010002", "chengguan", "supervising-leader", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕2号"),
    ("SL010003", "chengguan", "department-head", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕6号"),
    ("SL010101", "chengguan", "device-administrator", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕3号"),
    ("SL010102", "chengguan", "officer", "2022-05-23T00:00:00+08:00", "", "no", ""),
    ("SL010103", "chengguan", "officer", "2022-06-01T00:00:00+08:00", "", "no", ""),
    ("SL020001", "jiaotong", "principal-leader", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕4号"),
    ("SL020101", "jiaotong", "officer", "2022-05-23T00:00:00+08:00", "", "no", ""),
    ("SL030001", "shichang", "principal-leader", "2022-05-23T00:00:00+08:00", "", "no", "示例任〔2022〕5号"),
    ("SL030101", "shichang", "officer", "2022-05-23T00:00:00+08:00", "", "no", ""),
]

NAMES = {row[0]: row[1] for row in PEOPLE[1:]}
"""Invented names by certificate number."""

DEVICES: Rows = [
    ("number", "unit", "maker", "model"),
    ("CG00017", "chengguan", "示例", "S1"),
    ("CG00018", "chengguan", "示例", "S1"),
    ("JT00003", "jiaotong", "示例", "S2"),
    ("SC00005", "shichang", "示例", "S2"),
]

CUSTODY: Rows = [
    ("device", "person", "issued_at", "returned_at", "reason"),
    ("CG00017", "SL010102", "2025-01-06T09:00:00+08:00", "", "issue"),
    ("CG00018", "SL010103", "2025-01-06T09:00:00+08:00", "", "issue"),
    ("JT00003", "SL020101", "2025-01-06T09:00:00+08:00", "", "issue"),
    ("SC00005", "SL030101", "2025-01-06T09:00:00+08:00", "", "issue"),
]


def activities(day: Day) -> Rows:
    """The day's activities of the officer whose recorder is docked, and one of the officer who is late."""

    def row(
        number: int, kind: str, place: str, start: datetime, minutes: int, parties: str, officer: str = RECORDER.officer
    ) -> Sequence[str]:
        end = start + timedelta(minutes=minutes)
        return (
            f"{UNIT}-{start:%Y}-{number:05d}", UNIT, kind, place, officer,
            parties, start.astimezone(day.zone).isoformat(), end.astimezone(day.zone).isoformat(), "",
        )  # fmt: skip

    return [
        ("number", "unit", "kind", "place", "officers", "parties", "started_at", "ended_at", "case_number"),
        row(1, "9(1)", "示例路 1 号 沿街商铺", day.inspection_start, 40, "counterparty"),
        row(2, "9(6)", "示例路 8 号", day.service_start, 15, "counterparty"),
        row(3, "9(2)", "示例广场 东侧", day.overlap_start - timedelta(minutes=5), 20, "counterparty"),
        row(4, "9(4)", "示例广场 服务点", day.overlap_start - timedelta(minutes=2), 20, "informant"),
        row(5, "9(1)", "示例路 20 号", day.late_due - timedelta(hours=25), 60, "counterparty", LATE_OFFICER),
    ]


def write_directory(folder: Path, day: Day) -> list[Path]:
    """The city as CSV files, in the order in which they are imported; the file's name says what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    tables: Iterable[tuple[str, Rows]] = (
        ("units", UNITS),
        ("people", PEOPLE),
        ("appointments", APPOINTMENTS),
        ("devices", DEVICES),
        ("custody", CUSTODY),
        ("activities", activities(day)),
    )
    return [_write(folder / f"{name}.csv", rows) for name, rows in tables]


def _write(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path

"""From a file to the directory: read, checked as a whole, entered in one act or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from registry.act import Act
from registry.database import Registry
from registry.directory.kinds import KINDS, Column, DirectoryKind, kind_titled
from registry.directory.reading import ImportProblem, Sheet, UnreadableError, read_sheets
from registry.directory.words import folded
from registry.ledger import Event
from registry.tables import Device, Unit
from registry.transitions.directory import DirectoryDenied, Entered
from registry.types import new_id

_DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do; with problems it did nothing."""

    entered: dict[DirectoryKind, Entered]
    problems: list[ImportProblem]
    dry_run: bool


def import_directory(
    registry: Registry, path: Path, *, actor: str, at: datetime, kind: DirectoryKind | None = None
) -> ImportReport:
    """Enter the directory file at `path` (CSV, XLSX or JSON; a workbook or JSON object may hold several kinds).

    `kind` says what a file with one sheet holds; else its name or its columns say it. Times without a zone are in the
    zone of the unit they are about. With problems nothing is entered. Raises `Unavailable` when the database does not
    answer, `OSError` when the file cannot be read.
    """
    content = path.read_bytes()
    job = _read(path, content, kind)
    with registry.acting(actor, at) as act:
        job.enter(act)
        if job.problems:
            act.take_back()
        else:
            _tell(act, job.entered, content)
    return ImportReport(job.entered, job.problems, dry_run=False)


def rehearse_imports(
    registry: Registry, paths: Sequence[Path], *, actor: str, at: datetime, kind: DirectoryKind | None = None
) -> list[ImportReport]:
    """What `import_directory` would do with one file after the other, each seeing what those before it would have
    entered. Enters nothing. Raises as it does."""
    reports = []
    with registry.acting(actor, at) as act:
        act.take_back()
        for path in paths:
            job = _read(path, path.read_bytes(), kind)
            with act.session.begin_nested() as trial:
                job.enter(act)
                if job.problems:
                    trial.rollback()
            reports.append(ImportReport(job.entered, job.problems, dry_run=True))
    return reports


def _read(path: Path, content: bytes, kind: DirectoryKind | None) -> _Job:
    """The rows of a file, as far as they can be read."""
    job = _Job(kind)
    try:
        sheets = read_sheets(path, content)
    except UnreadableError as error:
        job.problems.append(ImportProblem(path.name, 0, "", str(error)))
        return job
    for sheet in sheets:
        job.read(sheet)
    return job


def _tell(act: Act, entered: Mapping[DirectoryKind, Entered], content: bytes) -> None:
    changes = {kind.value: [one.created, one.changed] for kind, one in entered.items() if one.created or one.changed}
    if changes:
        facts = {"file_sha256": sha256(content).hexdigest(), "created_and_changed": changes}
        act.record(Event.DIRECTORY_IMPORTED, "import", new_id(), facts)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's values by field, and where each came from."""

    sheet: str
    number: int
    values: dict[str, Any]
    headers: Mapping[str, str]

    def problem(self, field_name: str, message: str) -> ImportProblem:
        return ImportProblem(self.sheet, self.number, self.headers.get(field_name, field_name), message)


@dataclass(slots=True)
class _Job:
    """One import: the rows of each kind, in the order of kinds, and what is wrong with them."""

    kind: DirectoryKind | None
    rows: dict[DirectoryKind, list[_Row]] = field(default_factory=dict)
    problems: list[ImportProblem] = field(default_factory=list)
    entered: dict[DirectoryKind, Entered] = field(default_factory=dict)

    def read(self, sheet: Sheet) -> None:
        """Read the rows of a sheet that can be read, and say what is wrong with the others."""
        kind = self.kind or kind_titled(sheet.title) or _kind_by_header(sheet.header)
        if kind is None:
            kinds = ", ".join(DirectoryKind)
            self.problems.append(ImportProblem(sheet.title, 0, "", f"name the kind: one of {kinds}"))
            return
        columns = self._columns(sheet, kind)
        if columns is not None:
            rows = (self._row(sheet, columns, number, cells) for number, cells in sheet.rows)
            self.rows.setdefault(kind, []).extend(row for row in rows if row is not None)

    def _columns(self, sheet: Sheet, kind: DirectoryKind) -> list[Column] | None:
        """The column under each header; None, with the problems told, when they do not fit the kind."""
        by_header = KINDS[kind].by_header()
        found = [by_header.get(folded(header)) for header in sheet.header]
        wrong = [
            ImportProblem(sheet.title, 1, header, f"there is no such column in {kind}")
            for header, column in zip(sheet.header, found, strict=True)
            if column is None
        ]
        fields = [column.field for column in found if column is not None]
        for column in KINDS[kind].columns:
            if column.required and column.field not in fields:
                wrong.append(ImportProblem(sheet.title, 1, column.field, "this column is missing"))
            if fields.count(column.field) > 1:
                wrong.append(ImportProblem(sheet.title, 1, column.field, "this column is there twice"))
        self.problems += wrong
        return None if wrong else [column for column in found if column is not None]

    def _row(self, sheet: Sheet, columns: Sequence[Column], number: int, cells: Sequence[Any]) -> _Row | None:
        headers = {column.field: header for column, header in zip(columns, sheet.header, strict=True)}
        row = _Row(sheet.title, number, {}, headers)
        before = len(self.problems)
        if len(cells) > len(columns):
            self.problems.append(ImportProblem(sheet.title, number, "", "it has more cells than there are columns"))
        for place, column in enumerate(columns):
            cell = cells[place] if place < len(cells) else None
            try:
                if cell not in (None, "", []) and (value := column.parse(cell)) not in ("", ()):
                    row.values[column.field] = value
                elif column.required:
                    self.problems.append(row.problem(column.field, "it must not be empty"))
            except ValueError as error:
                self.problems.append(row.problem(column.field, f"expected {error}"))
        return row if len(self.problems) == before else None

    def enter(self, act: Act) -> None:
        """Enter the rows, kind after kind; what contradicts the directory becomes a problem."""
        zones = _Zones(act)
        for kind in (one for one in DirectoryKind if one in self.rows):
            rows = self.rows[kind]
            zones.learn(kind, rows)
            entries = [KINDS[kind].entry(**zones.placed(row.values)) for row in rows]
            try:
                self.entered[kind] = KINDS[kind].enter(act, entries)
            except DirectoryDenied as denied:
                self.problems += [rows[fault.index].problem(fault.field, fault.message) for fault in denied.faults]


def _kind_by_header(header: Sequence[str]) -> DirectoryKind | None:
    """The one kind that has all of these columns and needs no other; None where that is not clear."""
    fitting = []
    for name, kind in KINDS.items():
        columns = [kind.by_header().get(folded(one)) for one in header]
        fields = {column.field for column in columns if column is not None}
        if None not in columns and all(column.field in fields for column in kind.columns if column.required):
            fitting.append(name)
    return fitting[0] if len(fitting) == 1 else None


class _Zones:
    """The zone of each unit, and of each recorder's unit, in the directory and in the file itself."""

    def __init__(self, act: Act) -> None:
        self._units = {unit.code: unit.zone for unit in act.session.exec(select(Unit))}
        self._devices = dict(act.session.exec(select(Device.number, Unit.code).join(Unit)).all())

    def learn(self, kind: DirectoryKind, rows: Sequence[_Row]) -> None:
        """Take in what the file itself says of units and recorders."""
        if kind is DirectoryKind.UNITS:
            self._units |= {row.values["code"]: row.values.get("zone", _DEFAULT_ZONE) for row in rows}
        if kind is DirectoryKind.DEVICES:
            self._devices |= {row.values["number"]: row.values["unit"] for row in rows}

    def placed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values, with times that have no zone in that of the row's unit."""
        unit = values.get("unit") or self._devices.get(values.get("device", ""), "")
        return {name: self._in_zone(value, unit) for name, value in values.items()}

    def _in_zone(self, value: Any, unit: str) -> Any:
        if not isinstance(value, datetime) or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=_zone(self._units.get(unit, _DEFAULT_ZONE)))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(_DEFAULT_ZONE)  # the unit's row will have been refused

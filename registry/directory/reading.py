"""Files as sheets of rows, whatever their format; cells are read as they are, their meaning comes later."""

from __future__ import annotations

import csv
import io
import json
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from registry.directory.cells import Cell


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What is wrong where. `row` counts as the file's own editor does (the header is row 1; in JSON, rows are counted
    from 1); 0 stands for the file or sheet as a whole. `column` is the header as written, empty for a whole row."""

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = [self.sheet, f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""]
        return f"{', '.join(part for part in where if part)}: {self.message}"


class UnreadableError(Exception):
    """The file is not what its name says. The message says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and rows, each with its number; a row has at most as many cells as are not empty."""

    title: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell]]]


def read_sheets(path: Path, content: bytes) -> list[Sheet]:
    """The sheets of the file at `path`, whose bytes are `content`. Raises `UnreadableError`."""
    ending = path.suffix.lower()
    if ending in (".csv", ".txt"):
        return [_csv_sheet(path.stem, content)]
    if ending in (".xlsx", ".xlsm"):
        return _xlsx_sheets(path.stem, content)
    if ending == ".json":
        return _json_sheets(path.stem, content)
    raise UnreadableError("a directory file ends in .csv, .xlsx or .json")


def _decoded(content: bytes) -> str:
    # Spreadsheets write CSV with a byte order mark, or in the Chinese national encoding; both are common.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("the text is neither UTF-8 nor GB 18030")


def _csv_sheet(title: str, content: bytes) -> Sheet:
    text = _decoded(content)
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _sheet(title, _numbered(reader))
    except csv.Error as error:
        raise UnreadableError(f"line {reader.line_num} is not CSV: {error}") from None


def _numbered(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows as a spreadsheet numbers them: a cell of several lines is still one row."""
    return enumerate(reader, 1)


def _xlsx_sheets(title: str, content: bytes) -> list[Sheet]:
    with warnings.catch_warnings():
        # Of styles and extensions that it leaves out; here only the values count.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
            raise UnreadableError("this is not an XLSX workbook") from None
        try:
            several = len(workbook.worksheets) > 1
            sheets = [
                _sheet(one.title if several else title, enumerate(one.iter_rows(values_only=True), 1))
                for one in workbook.worksheets
            ]
        finally:
            workbook.close()
    return [sheet for sheet in sheets if sheet.header]


def _sheet(title: str, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Sheet:
    """The first row that is not empty is the header; empty rows are left out."""
    filled = [(number, _trimmed(row)) for number, row in rows]
    filled = [(number, row) for number, row in filled if row]
    header = [str(cell).strip() if cell is not None else "" for cell in filled[0][1]] if filled else []
    return Sheet(title, header, filled[1:])


def _trimmed(row: Sequence[Cell]) -> Sequence[Cell]:
    width = max((place for place, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
    return row[:width]


def _json_sheets(title: str, content: bytes) -> list[Sheet]:
    try:
        data = json.loads(_decoded(content))
    except ValueError as error:
        raise UnreadableError(f"this is not JSON: {error}") from None
    if isinstance(data, dict):
        return [_json_sheet(name, rows) for name, rows in data.items()]
    return [_json_sheet(title, data)]


def _json_sheet(title: str, rows: object) -> Sheet:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableError("JSON holds a list of objects, or such a list for each kind")
    header = list(dict.fromkeys(name for row in rows for name in row))
    return Sheet(title, header, [(number, [row.get(name) for name in header]) for number, row in enumerate(rows, 1)])

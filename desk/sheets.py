"""Lists to take along, as CSV or XLSX: whatever a cell says, no program takes it for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from fastapi import Response
from openpyxl import Workbook

SheetForm = Literal["csv", "xlsx"]
MOST_EXPORTED = 20_000
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def sheet(name: str, form: SheetForm, lines: Iterable[list[str]]) -> Response:
    """The lines as a file of this name."""
    make, media_type = _FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(make(lines), media_type=media_type, headers=headers)


def _csv(lines: Iterable[list[str]]) -> bytes:
    """With a byte order mark, without which the usual program takes Chinese for something else."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(lines: Iterable[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("register")
    for line in lines:
        page.append([_harmless(cell) for cell in line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no program takes for a formula."""
    shown = "".join(letter if letter.isprintable() else " " for letter in cell)
    return f"'{shown}" if shown.startswith(_DANGEROUS) else shown


_FORMS: Mapping[str, tuple[Callable[[Iterable[list[str]]], bytes], str]] = MappingProxyType(
    {
        "csv": (_csv, "text/csv; charset=utf-8"),
        "xlsx": (_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }
)

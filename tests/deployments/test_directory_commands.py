"""`custody directory import`, as people type it: CSV, XLSX and JSON, every error by row and column (Art. 4, 6, 9)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from registry import queries
from registry.database import Registry
from registry.ledger import verify, verify_rows
from regulation.errors import ConfigurationError
from tests.fixtures.databases import MakeUrl
from tests.fixtures.typed import Run, run_custody

UNITS = "code,name,level,parent\nsl,示例市,city,\ncg,示例局,unit,sl\n"
PEOPLE = [("number", "name", "unit"), ("S1", "示例甲", "cg"), ("S2", "示例乙", "cg")]
WRONG = [PEOPLE[0], ("S1", "", "cg"), ("S2", "示例乙", "cg"), ("S3", "示例丙", "nowhere")]

Write = Callable[[Path, list[tuple[str, ...]]], Path]


def as_csv(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    (folder / "people.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return folder / "people.csv"


def as_xlsx(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "people"
    for row in rows:
        sheet.append(row)
    workbook.save(folder / "people.xlsx")
    return folder / "people.xlsx"


def as_json(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    told = {"people": [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]}
    (folder / "people.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return folder / "people.json"


FORMATS = pytest.mark.parametrize("write", [as_csv, as_xlsx, as_json])


class Typed:
    """Commands in a home of its own, and what its registry holds afterwards."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        units = folder / "units.csv"
        units.write_text(UNITS, encoding="utf-8")
        assert self.run("directory", "import", str(units)).exit_code == 0

    run: Run = staticmethod(run_custody)

    def holds(self) -> tuple[int, dict[str, str]]:
        """How many entries the ledger has, and the names of the people by their numbers; all of it verified."""
        registry = Registry(self.url)
        try:
            assert (verify(registry).problems, verify_rows(registry).problems) == ([], [])
            with registry.reading() as reading:
                people = queries.people_by_number(reading, ["S1", "S2", "S3"])
                return queries.ledger_head(reading).seq, {number: one.name for number, one in people.items()}
        finally:
            registry.dispose()


@pytest.fixture
def typed(make_sqlite: MakeUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    url = make_sqlite()
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CUSTODY_DATABASE_URL", url)
    return Typed(url, tmp_path)


@FORMATS
def test_people_are_entered_once(typed: Typed, tmp_path: Path, write: Write) -> None:
    file = write(tmp_path, PEOPLE)

    first = typed.run("directory", "import", str(file))
    entered = typed.holds()
    again = typed.run("directory", "import", str(file))

    assert first.exit_code == again.exit_code == 0, first.output + again.output
    assert f"✓ {file.name}: people: 2 created, 0 changed" in first.stdout
    assert f"✓ {file.name}: people: 0 created, 0 changed" in again.stdout
    assert entered[1] == {"S1": "示例甲", "S2": "示例乙"}
    assert typed.holds() == entered, "the same again enters nothing in the ledger either"


@FORMATS
def test_a_dry_run_counts_and_changes_nothing(typed: Typed, tmp_path: Path, write: Write) -> None:
    before, file = typed.holds(), write(tmp_path, PEOPLE)

    told = typed.run("directory", "import", "--dry-run", str(file))

    assert told.exit_code == 0, told.output
    assert f"✓ {file.name}: people: 2 would be created, 0 would be changed" in told.stdout
    assert typed.holds() == before


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["", "dry run"])
@FORMATS
def test_every_error_is_told_by_row_and_column_and_nothing_is_entered(
    typed: Typed, tmp_path: Path, write: Write, dry_run: tuple[str, ...]
) -> None:
    before, file = typed.holds(), write(tmp_path, WRONG)

    told = typed.run("directory", "import", *dry_run, str(file))

    assert told.exit_code == 1
    assert f"{file.name}: nothing was entered" in told.stderr
    rows = [re.split(r"\s*│\s*", line.strip("│ ")) for line in told.stderr.splitlines() if line.startswith("│")]
    first = 1 if write is as_json else 2  # a table's header is its first row
    assert [(row, column) for _, row, column, _ in rows] == [(str(first), "name"), (str(first + 2), "unit")]
    assert rows[1][3] == "there is no unit with this code"
    assert told.stdout == ""
    assert typed.holds() == before


def test_one_wrong_file_keeps_no_other_out_and_is_still_a_failure(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "wrong").mkdir()
    wrong, right = as_csv(tmp_path / "wrong", WRONG), as_xlsx(tmp_path, PEOPLE)

    told = typed.run("directory", "import", str(wrong), str(right))

    assert told.exit_code == 1
    assert "people.xlsx: people: 2 created" in told.stdout
    assert typed.holds()[1].keys() == {"S1", "S2"}


def test_a_file_that_is_not_there_is_told_in_a_sentence(typed: Typed, tmp_path: Path) -> None:
    told = typed.run("directory", "import", str(tmp_path / "none.csv"))
    assert isinstance(told.exception, ConfigurationError)
    assert "none.csv" in str(told.exception)

"""Files of one dump that may be the same: only those that look the same wait for one another (Art. 7)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from registry.database import Registry
from registry.queries.intake import ItemToTakeIn
from tasks.docking.known import KnownContent
from tasks.dump import Dump
from tests.fixtures.databases import MakeUrl

SIZE = 100_000


def one_byte_other(place: int) -> bytes:
    content = bytearray(SIZE)
    content[place] = 1
    return bytes(content)


def items_in(folder: Path) -> list[ItemToTakeIn]:
    return [
        ItemToTakeIn(uuid4(), path.name.encode(), path.name, path.stat().st_size) for path in sorted(folder.iterdir())
    ]


def waiting(
    make_sqlite: MakeUrl, folder: Path, items: list[ItemToTakeIn] | None = None, *, names_by_content: bool = False
) -> list[list[str]]:
    """The names of the files that wait for one another."""
    items = items_in(folder) if items is None else items
    registry = Registry(make_sqlite())
    vault = SimpleNamespace(names_by_content=lambda size: names_by_content)
    with Dump(folder) as dump:
        work: Any = SimpleNamespace(vault=vault, registry=registry, unit_id=uuid4(), dump=dump)
        twins = KnownContent(work, items)._twins
    registry.dispose()
    names = {item.id: item.shown_name for item in items}
    return [[names[each] for each in group] for group in {id(group): group for group in twins.values()}.values()]


def put(folder: Path, **contents: bytes) -> None:
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def test_equal_files_wait_for_one_another_in_the_order_of_the_dump(make_sqlite: MakeUrl, tmp_path: Path) -> None:
    put(tmp_path, a=bytes(SIZE), b=one_byte_other(0), c=bytes(SIZE), d=bytes(SIZE + 1))
    assert waiting(make_sqlite, tmp_path) == [["a", "c"]]


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1])
def test_files_of_one_size_that_look_different_do_not_wait(make_sqlite: MakeUrl, tmp_path: Path, place: int) -> None:
    put(tmp_path, a=bytes(SIZE), b=one_byte_other(place))
    assert waiting(make_sqlite, tmp_path) == []


def test_files_that_cannot_be_looked_at_wait_for_one_another(make_sqlite: MakeUrl, tmp_path: Path) -> None:
    put(tmp_path, a=bytes(SIZE), b=bytes(SIZE))
    items = items_in(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
        path.symlink_to("/etc/passwd")
    assert waiting(make_sqlite, tmp_path, items) == [["a", "b"]]


def test_where_the_vault_names_by_content_nobody_waits(make_sqlite: MakeUrl, tmp_path: Path) -> None:
    put(tmp_path, a=bytes(SIZE), b=bytes(SIZE))
    assert waiting(make_sqlite, tmp_path, names_by_content=True) == []

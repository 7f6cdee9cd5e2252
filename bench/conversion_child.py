"""One part of an evidence conversion, as a process of its own: ``python -m bench.conversion_child PART …``.

``pack FOLDER TARGET`` packs every file of a folder onto a medium with an image; ``clip FILE TARGET START END`` cuts a
part out; ``statement FOLDER COUNT`` sets the statement of COUNT recordings.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bench.fixity_child import _peak_mib
from bench.ours import measured
from blocks.receipt_key import ReceiptKey
from blocks.signing import new_private_key
from regulation.access_terms import Range

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["pack", "clip", "statement"])
    parser.add_argument("words", nargs="*")
    asked = parser.parse_args()
    told = {"pack": pack, "clip": clip, "statement": statement}[asked.part](*asked.words)
    print(json.dumps(told | {"peak_mib": _peak_mib()}))


def pack(folder: str, target: str) -> dict[str, float]:
    """Bag, image, digests, label."""
    from tasks.packing.discs import MEDIA
    from tasks.packing.files import of_file
    from tasks.packing.package import Contents
    from tasks.packing.package import pack as put_together

    items = [of_file(f"data/originals/{path.name}", path) for path in sorted(Path(folder).iterdir())]
    key = ReceiptKey(private_key=SecretStr(new_private_key()))
    with measured() as told:
        contents = Contents("EC-bench-2026-00001", "示例单位", [], items)
        put_together(Path(target), contents, MEDIA["bd-r"], key, None, AT, url="")
    return dict(told)


def clip(file: str, target: str, start: str, end: str) -> dict[str, float]:
    """One clip by a child of its own, after another that had the libraries loaded."""
    from tasks.deriving.child import derive
    from tasks.deriving.wanted import Clip

    with open(file, "rb", buffering=0) as opened:

        def read(first: int, length: int) -> bytes:
            opened.seek(first)
            return opened.read(length)

        size, before = Path(file).stat().st_size, Path(f"{target}.before")
        derive(read, size, Clip(Range(0.0, 1.0)), before)
        before.unlink()
        with measured() as told:
            derive(read, size, Clip(Range(float(start), float(end))), Path(target))
    return dict(told)


def statement(folder: str, count: str) -> dict[str, float]:
    """The paper; its fonts are read anew, as in a run."""
    from tasks.statement.paper import statement_paper
    from tests.fixtures.statements import pictures
    from tests.fixtures.statements import statement as made

    one = made(int(count))
    shown = pictures(one)
    with measured() as told:
        paper = statement_paper(one, "zh", shown)
    (Path(folder) / "statement.pdf").write_bytes(paper)
    return dict(told) | {"size": len(paper)}


if __name__ == "__main__":
    main()

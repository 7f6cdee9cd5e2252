"""One paper laid out by Typst; as a program, a long one in a process whose memory ends with it.

``python -I typesetting.py`` reads the order as JSON and writes the PDF; what is wrong with the paper it says, and ends
with `CANNOT`. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import typst

CANNOT = 3
"""How the program ends where the paper cannot be set."""


def faces_in(folders: Sequence[str], *, embedded: bool) -> typst.Fonts:
    """The faces of these folders; `embedded` adds Typst's own."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=embedded, font_paths=list(folders))


def lay_out(template: str, root: str, document: str, timestamp: int, faces: typst.Fonts) -> bytes:
    """The PDF/A-2b of `document`, which is JSON. Raises `typst.TypstError`."""
    compiler = typst.Compiler(input=template, root=root, font_paths=faces, sys_inputs={"document": document})
    made = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=timestamp)
    assert isinstance(made, bytes)
    return made


def main() -> int:
    """Lay out what standard input orders."""
    order = json.load(sys.stdin)
    faces = faces_in(order.pop("folders"), embedded=order.pop("embedded"))
    try:
        sys.stdout.buffer.write(lay_out(**order, faces=faces))
    except typst.TypstError as error:
        sys.stderr.write(error.message)
        return CANNOT
    return 0


if __name__ == "__main__":
    sys.exit(main())

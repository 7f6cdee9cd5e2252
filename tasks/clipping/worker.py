"""The clipping child."""

from __future__ import annotations

import os
import sys
from typing import Any

from tasks.clipping.cutting import cut
from tasks.clipping.doing import do_one
from tasks.clipping.glance import glance
from tasks.probing.reading import GlanceStream


def work(job: dict[str, Any], source: GlanceStream, target: int) -> dict[str, Any]:
    """Cut a part out, or look at it where there is no file to write to."""
    start, end = float(job["start"]), None if job["end"] is None else float(job["end"])
    if target < 0:
        return glance(source, start, end).as_json()  # type: ignore[arg-type]  # all that PyAV asks of it
    with os.fdopen(target, "w+b", closefd=False) as file:
        return cut(source, file, start, end).as_json()  # type: ignore[arg-type]


if __name__ == "__main__":
    do_one(sys.argv[1:], work)

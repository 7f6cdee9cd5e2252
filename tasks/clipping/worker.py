"""The clipping child."""

from __future__ import annotations

import sys
from typing import Any

from tasks.clipping.cutting import cut
from tasks.clipping.doing import Target, serve
from tasks.clipping.glance import glance
from tasks.probing.reading import GlanceStream


def work(job: dict[str, Any], source: GlanceStream, target: Target | None) -> dict[str, Any]:
    """Cut a part out, or look at it where there is no file to write to."""
    start, end = float(job["start"]), None if job["end"] is None else float(job["end"])
    if target is None:
        return glance(source, start, end).as_json()  # type: ignore[arg-type]  # all that PyAV asks of it
    return cut(source, target.file, start, end).as_json()  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(sys.argv[1:], work)

"""The clipping child: `python -P -m tasks.clipping.worker SOCKET TARGET BYTES`.

It is given one job, reads the original through its parent, writes to the one open file it was started with (-1: none),
and says what it made. It knows no names and no secrets.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import sys
from typing import Any

from tasks.clipping.cutting import CutError, cut
from tasks.clipping.glance import glance
from tasks.clipping.source import RemoteFile
from tasks.probing.reading import GlanceStream
from tasks.probing.wire import receive, send

MOST_BYTES = 16 << 30
"""Of a clip."""


def main(arguments: list[str]) -> None:
    """Do the one job, and end."""
    channel, target = socket.socket(fileno=int(arguments[0])), int(arguments[1])
    _limit(int(arguments[2]))
    job = receive(channel, 60.0)
    channel.settimeout(None)
    with contextlib.suppress(OSError):
        send(channel, _answer(job, RemoteFile(channel, int(job["size"])).stream(), target))


def _limit(memory: int) -> None:
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answer(job: dict[str, Any], source: GlanceStream, target: int) -> dict[str, Any]:
    start, end = float(job["start"]), None if job["end"] is None else float(job["end"])
    try:
        if target < 0:
            return {"done": glance(source, start, end).as_json()}  # type: ignore[arg-type]  # all that PyAV asks of it
        with os.fdopen(target, "w+b", closefd=False) as file:
            return {"done": cut(source, file, start, end).as_json()}  # type: ignore[arg-type]
    except CutError as why:
        return {"failed": str(why)}
    except MemoryError:
        return {"failed": "it needs more memory than it may have"}
    except Exception as trouble:  # noqa: BLE001  (the last line: whatever a hostile file brings about)
        return {"failed": f"no sense can be made of it: {type(trouble).__name__}"}


if __name__ == "__main__":
    main(sys.argv[1:])

"""The child's side of a job: `python -P -m WORKER SOCKET TARGET BYTES`.

It is given one job, reads the original through its parent, writes to the one open file it was started with (-1: none),
and says what it made. It knows no names and no secrets.
"""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Callable
from typing import Any

from tasks.clipping.source import RemoteFile
from tasks.probing.reading import GlanceStream
from tasks.probing.wire import receive, send

MOST_BYTES = 16 << 30
"""Of a file that is made."""


class CannotError(Exception):
    """The job cannot be done; the message says why."""


Work = Callable[[dict[str, Any], GlanceStream, int], dict[str, Any]]
"""Given the job, the original and the descriptor to write to, gives what was made."""


def do_one(arguments: list[str], work: Work) -> None:
    """Do the one job, and end."""
    channel, target = socket.socket(fileno=int(arguments[0])), int(arguments[1])
    _limit(int(arguments[2]))
    job = receive(channel, 60.0)
    channel.settimeout(None)
    with contextlib.suppress(OSError):
        send(channel, _answer(job, RemoteFile(channel, int(job["size"])).stream(), target, work))


def _limit(memory: int) -> None:
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answer(job: dict[str, Any], source: GlanceStream, target: int, work: Work) -> dict[str, Any]:
    try:
        return {"done": work(job, source, target)}
    except CannotError as why:
        return {"failed": str(why)}
    except MemoryError:
        return {"failed": "it needs more memory than it may have"}
    except Exception as trouble:  # noqa: BLE001  (the last line: whatever a hostile file brings about)
        return {"failed": f"no sense can be made of it: {type(trouble).__name__}"}

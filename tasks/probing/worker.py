"""The probing child: `python -P -m tasks.probing.worker SOCKET SECONDS BYTES`.

It is given open files, one at a time, and says what it sees. It knows no names and no secrets, cannot write files, and
may be killed at any moment. If nobody is left to kill it, its own alarm does.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sys
from typing import Any

from regulation.vocabulary import MediaKind
from tasks.probing import containers, photos
from tasks.probing.reading import Glance
from tasks.probing.shapes import check_blank, check_shape
from tasks.probing.sniffing import EXTENSIONS, HEAD_BYTES, Guess, kind_of_extension, sniff
from tasks.probing.wire import Answer, Seen, receive_with_files, send

GRACE_SECONDS = 2.0
"""The parent is asked to be quicker than the alarm."""


def main(arguments: list[str]) -> None:
    """Serve files until the parent hangs up."""
    channel = socket.socket(fileno=int(arguments[0]))
    seconds, memory = float(arguments[1]), int(arguments[2])
    limit(memory)
    send(channel, {"ready": True})
    while True:
        try:
            request, (descriptor,) = receive_with_files(channel, 1)
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)
        answer = answer_to(request, descriptor)
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.close(descriptor)
        send(channel, answer)


def limit(memory: int) -> None:
    """Take away what a child never needs: core dumps, writing, many files, memory without end."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")  # where the machine's memory runs out, the probe goes first, not the run that stores
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def answer_to(request: dict[str, Any], descriptor: int) -> dict[str, Any]:
    """What is sent back for one file; `retire` asks to be replaced, because this child may not be sound any more."""
    extension, still = str(request["extension"]), bool(request["still"])
    try:
        return {**examine(descriptor, extension, still=still).as_json(), "retire": False}
    except MemoryError:
        why = "looking into it needs more memory than a probe may have"
    except OSError as trouble:
        why = f"it cannot be read: {trouble.strerror or type(trouble).__name__}"
    except Exception as trouble:  # noqa: BLE001  (the last line: whatever a hostile file brings about, it is one file's)
        why = f"the probe failed at it: {type(trouble).__name__}"
    failed = Answer(kind_of_extension(extension))
    failed.unreadable(why)
    return {**failed.as_json(), "retire": True}


def examine(descriptor: int, extension: str, *, still: bool) -> Answer:
    """Look at one open regular file."""
    glance = Glance(descriptor, os.fstat(descriptor).st_size)
    if glance.size == 0:
        return Answer(kind_of_extension(extension), Seen.EMPTY)
    guess = sniff(glance.at(0, HEAD_BYTES))
    if guess is None or not guess.is_media:
        return _not_media(guess, extension)
    answer = Answer(guess.kind, container=guess.container)
    _look(glance, guess, answer, still=still)
    _compare(guess, extension, answer)
    return answer


def _look(glance: Glance, guess: Guess, answer: Answer, *, still: bool) -> None:
    boxes = check_shape(guess.container, glance, answer)
    if guess.kind is MediaKind.PHOTO:
        photos.look_at(glance, answer, still=still)
    elif guess.demuxer is not None:
        if answer.kind is MediaKind.VIDEO:
            check_blank(glance, answer)
        containers.look_into(glance, guess, boxes, answer, still=still)


def _not_media(guess: Guess | None, extension: str) -> Answer:
    """Archives, programs, logs: kept and never opened. Bytes without meaning under a recording's name are a recording
    that cannot be read; text under such a name is text."""
    claimed = kind_of_extension(extension)
    if guess is None and claimed is not MediaKind.OTHER:
        answer = Answer(claimed)
        answer.unreadable(f"nothing in it looks like {extension}")
        return answer
    answer = Answer(MediaKind.OTHER, Seen.NOT_MEDIA, guess.container if guess else None)
    if claimed is not MediaKind.OTHER and guess is not None:
        answer.warn(f"named {extension}, but it is {guess.container}")
    return answer


def _compare(guess: Guess, extension: str, answer: Answer) -> None:
    fitting = EXTENSIONS.get(guess.container, frozenset())
    if extension in fitting:
        return
    answer.warn(f"named {extension}, but it is {guess.container}" if extension else "its name has no extension")
    if extension and answer.condition is Seen.WHOLE:
        answer.condition = Seen.WRONG_EXTENSION


if __name__ == "__main__":
    main(sys.argv[1:])

"""Load on the desk at a fixed pace: ``python -m bench.desk_load PORT JOBS SECONDS VIEWS DECISIONS SKIP``.

Requests begin when their time has come, whether or not earlier ones have been answered, and their time is counted from
then: a server that falls behind is seen to. ``STREAM`` in the place of the paces has the viewers stream instead.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

AGENT = "Bench/1.0"
_CONNECTIONS = 128


class Line:
    """Connections to the server that are kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.LifoQueue()
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(None)

    async def ask(self, head: str, body: bytes = b"") -> tuple[int, int]:
        """Status and length of the answer."""
        kept = await self._free.get()
        try:
            found = await self._try(kept, head, body)
        except (OSError, asyncio.IncompleteReadError):
            try:  # the server closes what nobody used for a while
                found = await self._try(None, head, body) if kept else None
            except (OSError, asyncio.IncompleteReadError):
                found = None
        self._free.put_nowait(None if found is None else found[2])
        return (0, 0) if found is None else (found[0], found[1])

    async def _try(
        self, kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None, head: str, body: bytes
    ) -> tuple[int, int, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = kept or await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = left = _length(answer)
        while left:
            piece = await reader.read(min(left, 1 << 18))
            if not piece:
                raise ConnectionError("cut off")
            left -= len(piece)
        return int(answer[9:12]), length, (reader, writer)


def _length(answer: bytes) -> int:
    for line in answer.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _get(cookie: str, path: str, more: str = "") -> str:
    return f"GET {path} HTTP/1.1\r\nHost: desk\r\nUser-Agent: {AGENT}\r\nCookie: desk={cookie}\r\n{more}\r\n"


def _post(cookie: str, path: str, body: bytes) -> str:
    return (
        f"POST {path} HTTP/1.1\r\nHost: desk\r\nUser-Agent: {AGENT}\r\nCookie: desk={cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )


async def paced(
    port: int, jobs: dict[str, Any], seconds: float, views: float, decisions: float, skip: int
) -> dict[str, Any]:
    line = Line(port)
    taken: dict[str, list[float]] = {"views": [], "decisions": []}
    errors: dict[str, int] = {"views": 0, "decisions": 0}

    async def one(kind: str, due: float, head: str, body: bytes, right: tuple[int, ...]) -> None:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status, _ = await line.ask(head, body)
        taken[kind].append(time.perf_counter() - due)
        errors[kind] += status not in right

    began = time.perf_counter() + 0.5
    work = []
    for place in range(int(seconds * views)):
        cookie, path = jobs["views"][place % len(jobs["views"])]
        work.append(one("views", began + place / views, _get(cookie, path), b"", (200,)))
    for place in range(int(seconds * decisions)):
        cookie, path, text = jobs["decisions"][skip + place]
        body = text.encode()
        work.append(one("decisions", began + place / decisions, _post(cookie, path, body), body, (303, 201)))
    await asyncio.gather(*work)
    lasted = time.perf_counter() - began
    return {kind: _told(taken[kind], errors[kind], lasted) for kind in taken if taken[kind]}


def _told(taken: list[float], errors: int, lasted: float) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "count": len(ordered),
        "errors": errors,
        "rate": len(ordered) / lasted,
        "p50": 1_000 * ordered[len(ordered) // 2],
        "p95": 1_000 * ordered[int(len(ordered) * 0.95)],
        "most": 1_000 * ordered[-1],
    }


async def streamed(port: int, jobs: dict[str, Any], seconds: float) -> dict[str, Any]:
    line = Line(port)
    until = time.perf_counter() + seconds
    sent, errors = 0, 0

    async def watch(cookie: str, path: str, size: int) -> None:
        nonlocal sent, errors
        place = 0
        while time.perf_counter() < until:
            last = min(place + (1 << 20), size) - 1
            status, length = await line.ask(_get(cookie, path, f"Range: bytes={place}-{last}\r\n"))
            errors += status != 206
            sent += length
            place = 0 if last + 1 >= size else last + 1

    began = time.perf_counter()
    await asyncio.gather(*(watch(*one) for one in jobs["streams"]))
    return {"mib": sent / (1 << 20), "seconds": time.perf_counter() - began, "errors": errors}


def main() -> None:
    port, jobs, seconds = int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), float(sys.argv[3])
    if sys.argv[4] == "STREAM":
        print(json.dumps(asyncio.run(streamed(port, jobs, seconds))))
        return
    views, decisions, skip = float(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6])
    print(json.dumps(asyncio.run(paced(port, jobs, seconds, views, decisions, skip))))


if __name__ == "__main__":
    main()

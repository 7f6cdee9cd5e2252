"""Timestamps as authorities send them, put into the order that strict readers of DER ask for.

OpenSSL, and with it many an authority, encloses its certificates in the order of the chain, where DER wants a set to be
sorted. The signature does not cover that order, so a sorted copy can be checked while the answer is kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE, _CONTEXT_0 = 0x30, 0xA0


def with_sorted_certificates(token: bytes) -> bytes:
    """The same answer with its certificates in order; as it is where it is not shaped like one (RFC 3161, RFC 5652)."""
    try:
        place = _certificates(token)
        if place is None:
            return token
        parts = sorted(token[begin:end] for _, begin, _, end in _elements(token, *place))
        return token[: place[0]] + b"".join(parts) + token[place[1] :]
    except (IndexError, ValueError):
        return token


def _certificates(token: bytes) -> tuple[int, int] | None:
    """Where the certificates lie: TimeStampResp / ContentInfo / [0] SignedData / [0]."""
    _, begin, end = _content(token, 0, len(token), _SEQUENCE)
    _, info = list(_elements(token, begin, end))
    _, content = list(_elements(token, info[2], info[3]))
    _, begin, end = _content(token, content[2], content[3], _SEQUENCE)
    for tag, _, inside, stop in _elements(token, begin, end):
        if tag == _CONTEXT_0:
            return inside, stop
    return None


def _content(data: bytes, begin: int, end: int, tag: int) -> tuple[int, int, int]:
    """Begin and content of the one element there, which has this tag."""
    [(found, start, inside, stop)] = _elements(data, begin, end)
    if found != tag:
        raise ValueError("another element was expected")
    return start, inside, stop


def _elements(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Tag, begin, begin of the content, and end of each element between `begin` and `end`."""
    while begin < end:
        length, inside = data[begin + 1], begin + 2
        if length & 0x80:
            count = length & 0x7F
            length, inside = int.from_bytes(data[inside : inside + count], "big"), inside + count
        stop = inside + length
        if stop > end:
            raise ValueError("an element is longer than what encloses it")
        yield data[begin], begin, inside, stop
        begin = stop

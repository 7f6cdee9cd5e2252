"""Letting go of originals in a bucket, for a confirmed disposal (Art. 18).

Versions and markers are removed by their ids: a delete without one would only hide them. What locks them is asked of
the server first, although it would refuse by itself, because it may have been told other rules than the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from blocks.keys import checked_moment, checked_originals
from blocks.s3_deleting import delete_versions
from blocks.s3_listing import standing
from blocks.s3_objects import with_locks
from blocks.s3_wire import Wire
from blocks.vault import Destroyed, Listed, Version
from regulation.errors import CustodyError, Unavailable

_T = TypeVar("_T")
_AT_ONCE = 8  # requests under way: servers remove the versions of one request one after the other
_BATCH = 100  # versions a request, so that a batch of 1,000 keeps all of them busy
_MOST = 1000  # versions a request: S3's own limit, for a key of which somebody made very many

_STILL_LISTED = "The S3 server still lists what it was asked to remove."
_PUT_MEANWHILE = "Something was put under this key meanwhile."


def destroy(wire: Wire, keys: Sequence[str], at: datetime) -> list[Destroyed]:
    """See `EvidenceVault.destroy`."""
    asked, attempt = checked_originals(keys), _Attempt(wire, checked_moment(at))
    problems: dict[str, str] = {}
    with ThreadPoolExecutor(_AT_ONCE, "s3-destroy") as pool:
        before = standing(wire, asked, pool)
        for told in pool.map(attempt.batch, _batches(before)):
            problems |= told
        after = standing(wire, asked, pool)
        left = dict(zip(after, pool.map(attempt.left, after.values()), strict=True))
    return [_told(key, before[key], left[key], problems.get(key)) for key in asked]


class _Attempt:
    """One call of `destroy`. A server that leaves as many requests in a row unanswered as are under way at once is not
    asked for the rest: a dead one would be waited for once a key."""

    def __init__(self, wire: Wire, at: datetime) -> None:
        self._wire = wire
        self._at = at
        self._unanswered = 0

    def batch(self, together: Mapping[str, Sequence[Listed]]) -> dict[str, str]:
        """Remove what stands under these keys; what went wrong, by key."""
        problems: dict[str, str] = {}
        free: list[Listed] = []
        for key, lines in together.items():
            why = self._kept_by(lines)
            if why is None:
                free += lines
            else:
                problems[key] = why
        for start in range(0, len(free), _MOST):
            problems |= self._removed(free[start : start + _MOST])
        return problems

    def left(self, lines: Sequence[Listed]) -> list[Version]:
        """What the list shows afterwards. Where the server does not tell the locks it is told without them: one object
        that cannot be read must not hide what became of the others."""
        try:
            return self._answered(lambda: with_locks(self._wire, lines))
        except CustodyError:
            return [Version(line.key, line.version, line.size, line.is_marker, None, False) for line in lines]

    def _kept_by(self, lines: Sequence[Listed]) -> str | None:
        """What keeps any of a key's versions, which keeps them all."""
        try:
            versions = self._answered(lambda: with_locks(self._wire, lines))
        except CustodyError as failure:
            return failure.message
        return next((why for each in versions if (why := each.kept_by(self._at)) is not None), None)

    def _removed(self, free: Sequence[Listed]) -> dict[str, str]:
        try:
            return self._answered(lambda: delete_versions(self._wire, free))
        except CustodyError as failure:
            return {line.key: failure.message for line in free}

    def _answered(self, ask: Callable[[], _T]) -> _T:
        if self._unanswered >= _AT_ONCE:
            raise Unavailable("The S3 server has stopped answering: this was not tried.")
        try:
            told = ask()
        except Unavailable:
            self._unanswered += 1
            raise
        self._unanswered = 0
        return told


def _batches(before: Mapping[str, list[Listed]]) -> Iterator[dict[str, list[Listed]]]:
    """Keys together up to a request's worth of versions."""
    batch: dict[str, list[Listed]] = {}
    count = 0
    for key, lines in before.items():
        if batch and count + len(lines) > _BATCH:
            yield batch
            batch, count = {}, 0
        if lines:
            batch[key] = lines
            count += len(lines)
    if batch:
        yield batch


def _told(key: str, before: Sequence[Listed], left: Sequence[Version], problem: str | None) -> Destroyed:
    stood, stay = {line.version for line in before}, {version.version for version in left}
    if stay and problem is None:
        problem = _STILL_LISTED if stood & stay else _PUT_MEANWHILE
    return Destroyed(key, len(stood - stay), tuple(left), problem if stay else None)

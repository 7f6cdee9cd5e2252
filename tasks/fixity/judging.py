"""What is wrong under one key, by what the registry says and what the vault lists (Art. 7, 18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from blocks.vault import Held, Listed, Version
from registry.bulk import AnyRow
from registry.tables import RecordingState
from regulation.incidents import IncidentKind
from tasks.fixity.pairing import Pair

ON_ITS_WAY = timedelta(days=1)
"""What came so lately may not be registered yet: its dump is being taken in, or is taken up again after a crash."""

ROUNDED = timedelta(seconds=1)
"""A vault may keep whole seconds only."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that looks wrong; `row` is the recording, empty where the registry knows none."""

    kind: IncidentKind
    key: str
    row: AnyRow | None
    detail: str


def judge(pair: Pair, put_back: Sequence[str | None], now: datetime) -> Iterator[Suspicion]:
    """Whatever does not agree under one key. `put_back` are the versions as which its recording was repaired."""
    if not pair.rows:
        yield from _unregistered(pair, now)
    for row in pair.rows:
        if row.state is RecordingState.DISPOSED:
            yield from _still_there(pair, row)
        else:
            yield from _kept(pair, row, put_back)


def _unregistered(pair: Pair, now: datetime) -> Iterator[Suspicion]:
    if max(one.modified for one in pair.listed) <= now - ON_ITS_WAY:
        newest = pair.listed[0]
        yield Suspicion(IncidentKind.ORPHAN, pair.key, None, f"versions:{len(pair.listed)},size:{newest.size}")


def _still_there(pair: Pair, row: AnyRow) -> Iterator[Suspicion]:
    if pair.listed:
        yield Suspicion(IncidentKind.STILL_THERE, pair.key, row, f"versions:{len(pair.listed)}")


def _kept(pair: Pair, row: AnyRow, put_back: Sequence[str | None]) -> Iterator[Suspicion]:
    wanted = version_kept(row, put_back)
    ours = {row.vault_version, *put_back}
    there = [one for one in pair.listed if not one.is_marker]
    markers = len(pair.listed) - len(there)
    found = next((one for one in there if one.version == wanted), None)
    others = sum(one.version not in ours for one in there)
    if found is None:
        yield Suspicion(IncidentKind.MISSING, pair.key, row, f"other-versions:{len(there)}")
    elif found.size != row.size:
        yield Suspicion(IncidentKind.WRONG_SIZE, pair.key, row, f"size:{found.size}")
    if markers:
        yield Suspicion(IncidentKind.MARKED_DELETED, pair.key, row, f"markers:{markers}")
    if others:
        yield Suspicion(IncidentKind.EXTRA_VERSION, pair.key, row, f"versions:{others}")


def version_kept(row: AnyRow, put_back: Sequence[str | None]) -> str | None:
    """The version that holds the recording: its own, or the one it was put back as last."""
    own: str | None = row.vault_version
    return put_back[-1] if put_back else own


def judge_lock(row: AnyRow, held: Held | None, now: datetime) -> Suspicion | None:
    """Whether the vault would let an original go earlier than the registry says."""
    if held is None or row.retain_until is None or row.retain_until <= now:
        return None
    if held.retain_until is not None and held.retain_until + ROUNDED > row.retain_until:
        return None
    until = "none" if held.retain_until is None else f"{held.retain_until:%Y-%m-%dT%H:%M:%SZ}"
    return Suspicion(IncidentKind.LOCK_SHORTENED, row.vault_key, row, f"lock:{until}")


def unreadable_lock(row: AnyRow) -> Suspicion:
    """A lock that nobody can read locks nothing."""
    return Suspicion(IncidentKind.LOCK_SHORTENED, row.vault_key, row, "lock:unreadable")


def still_so(
    one: Suspicion,
    row: AnyRow | None,
    there: Sequence[Version],
    put_back: Sequence[str | None],
    leaving: Mapping[UUID, bool],
) -> bool:
    """Whether a suspicion outlives a second look at the vault, and then at the registry. `leaving` are the recordings
    that are disposed of (True) or being destroyed."""
    if one.kind is IncidentKind.ORPHAN:
        return bool(there) and row is None
    if one.kind is IncidentKind.STILL_THERE:
        return bool(there)
    if row is None or row.id in leaving:
        return False
    if one.kind is IncidentKind.MISSING:
        return version_kept(row, put_back) not in [each.version for each in there if not each.is_marker]
    return True


def foreign(listed: Listed) -> Suspicion:
    """Something that no vault put there."""
    return Suspicion(IncidentKind.ORPHAN, listed.key, None, f"foreign,size:{listed.size}")

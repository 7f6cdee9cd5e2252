"""The registry's side of a reconciliation with vault and ledger, streamed (Art. 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, func, select

from registry.bulk import AnyRow, rows_among, table_of
from registry.ledger.events import Event
from registry.ledger.reports import RowProblem
from registry.ledger.rows import originals_against_ledger
from registry.tables import FixityCheck, LedgerEntry, Recording, RecordingRepair, RecordingState, Unit

AT_ONCE = 1_000

_recording, _unit, _check = table_of(Recording), table_of(Unit), table_of(FixityCheck)
_repair, _entry = table_of(RecordingRepair), table_of(LedgerEntry)
_COMPARED = ("id", "unit_id", "size", "sha256", "vault_key", "vault_version", "retain_until", "state")


def how_many(connection: Connection) -> int:
    """How many recordings there are, those disposed of included."""
    count: int = connection.execute(select(func.count()).select_from(_recording)).scalar_one()
    return count


def by_key(connection: Connection, unit_id: UUID) -> Iterator[AnyRow]:
    """Every recording of the unit in the order of their keys' bytes, those disposed of included."""
    # Everywhere the order in which vaults list: a database's own may be a dictionary's.
    order = _recording.c.vault_key.collate("C" if connection.dialect.name == "postgresql" else "BINARY")
    query = select(*(_recording.c[name] for name in _COMPARED)).where(_recording.c.unit_id == unit_id)
    yield from connection.execute(query.order_by(order), execution_options={"yield_per": AT_ONCE})


def at_keys(connection: Connection, keys: Collection[str]) -> dict[str, AnyRow]:
    """The recordings that stand under these keys now."""
    query = select(*(_recording.c[name] for name in _COMPARED))
    return {row.vault_key: row for row in rows_among(connection, query, _recording.c.vault_key, keys)}


def repairs_of(connection: Connection, recording_ids: Collection[UUID]) -> dict[UUID, Sequence[str | None]]:
    """The versions as which each of these was put back, the newest last."""
    found = defaultdict[UUID, list[AnyRow]](list)
    query = select(_repair).order_by(_repair.c.at, _repair.c.id)
    for row in rows_among(connection, query, _repair.c.recording_id, recording_ids):
        found[row.recording_id].append(row)
    return {one: [row.vault_version for row in rows] for one, rows in found.items()}


def unenrolled(connection: Connection, recording_ids: Collection[UUID]) -> list[UUID]:
    """Of these recordings, those that no audit has heard of."""
    query = (
        select(_recording.c.id)
        .select_from(_recording.outerjoin(_check, _check.c.recording_id == _recording.c.id))
        .where(_check.c.recording_id.is_(None), _recording.c.state != RecordingState.DISPOSED)
    )
    return [row.id for row in rows_among(connection, query, _recording.c.id, recording_ids)]


def unlike_ledger(connection: Connection) -> Iterator[RowProblem]:
    """Recordings that the ledger does not know, or knows otherwise, and those it knows whose row is gone."""
    yield from (problem for problem in originals_against_ledger(connection) if problem is not None)


def whose(connection: Connection, recording_id: UUID) -> tuple[UUID | None, UUID]:
    """The recording, None where its row is gone, and its unit; then the one that the ledger names."""
    row = connection.execute(select(_recording.c.unit_id).where(_recording.c.id == recording_id)).first()
    if row is not None:
        return recording_id, row.unit_id
    said = select(_entry.c.unit_id).where(
        _entry.c.event == Event.RECORDING_VERIFIED.value, _entry.c.subject_id == recording_id
    )
    return None, connection.execute(said.limit(1)).scalar() or top_unit(connection)


def unit_codes(connection: Connection) -> dict[str, UUID]:
    """Every unit's id by its code."""
    return {row.code: row.id for row in connection.execute(select(_unit.c.code, _unit.c.id))}


def top_unit(connection: Connection) -> UUID:
    """The unit above all others, for what stands in nobody's folder."""
    query = select(_unit.c.id).where(_unit.c.parent_id.is_(None)).order_by(_unit.c.code).limit(1)
    found: UUID = connection.execute(query).scalar_one()
    return found

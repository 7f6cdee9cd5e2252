"""Originals whose lock or hold in the vault is not yet what the registry has (Art. 18)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from registry.bulk import AnyRow, rows_among, table_of
from registry.queries.fixity import version_kept
from registry.tables import Recording, RecordingState, RetentionTerm, Unit

_recording, _term, _unit = table_of(Recording), table_of(RetentionTerm), table_of(Unit)


def stale_in_vault(connection: Connection, limit: int, besides: Collection[UUID] = ()) -> list[AnyRow]:
    """Up to `limit` originals, `besides` these, of which the vault is to be told something: a hold, or a longer
    lock."""
    rows = connection.execute(_stale().order_by(_term.c.recording_id).limit(limit + len(besides)))
    return [row for row in rows if row.recording_id not in besides][:limit]


def stale_among(connection: Connection, ids: Collection[UUID]) -> list[AnyRow]:
    """Of these originals, those of which the vault is to be told something."""
    return list(rows_among(connection, _stale(), _term.c.recording_id, ids))


def _stale() -> Select[tuple[Any, ...]]:
    return (
        select(_term, _recording.c.vault_key, version_kept(), _recording.c.retain_until, _unit.c.zone)
        .join_from(_term, _recording, _recording.c.id == _term.c.recording_id)
        .join(_unit, _unit.c.id == _recording.c.unit_id)
        .where(_term.c.vault_stale, _recording.c.state == RecordingState.SEALED)
    )

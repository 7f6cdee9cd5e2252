"""The registry's and the ledger's work, as a process of its own: ``python -m bench.registry_child TASK URL …``.

Each task has a bare counterpart: the same rows into tables of the same columns without chain, guard or index, the same
bytes through SHA-256 alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import MetaData, Table, bindparam, insert, select

from bench import station
from bench.ours import measured
from registry import ledger
from registry.bulk import chunked, table_of
from registry.database import Registry
from registry.ledger import Event
from registry.ledger.anchoring import span_between
from registry.ledger.chain import Draft, append, canonical_json, head_of
from registry.queries import intake, organisation
from registry.tables import Condition, DockItem, ItemOutcome, LedgerEntry, Recording
from registry.transitions import docking
from registry.transitions.docking import Probed, ScannedEntry, TakenIn
from registry.types import new_id
from regulation.vocabulary import MediaKind

SESSION = 5_000  # recordings in one dock session
_AT_ONCE = 20_000  # entries
ENTRIES_A_RECORDING = 3  # verified, probed, sealed


def register(url: str, count: int, batch: int) -> dict[str, Any]:
    """Enter `count` recordings in acts of `batch`."""
    registry = _ready(url)
    session_id, taken = _scanned(registry, count)
    with measured() as told:
        for intakes in chunked(taken, batch):
            with registry.acting("bench", station.now()) as act:
                docking.register_originals(act, session_id, intakes)
    return told


def bare_insert(url: str, count: int, batch: int) -> dict[str, Any]:
    """The same rows by SQLAlchemy's bulk INSERT and UPDATE into bare copies of the tables, `batch` in a transaction."""
    registry = _ready(url)
    recordings, items, entries = (_bare(model) for model in (Recording, DockItem, LedgerEntry))
    rows = [_rows(number) for number in range(count)]
    with registry.engine.execution_options(writes=True).begin() as connection:
        recordings.metadata.create_all(connection)
        connection.execute(insert(items), [row[1] for row in rows])
    settle = items.update().where(items.c.id == bindparam("_id"))
    settle = settle.values(outcome=bindparam("_outcome"), recording_id=bindparam("_recording"))
    with measured() as told:
        for some in chunked(rows, batch):
            with registry.engine.execution_options(writes=True).begin() as connection:
                connection.execute(insert(recordings), [row[0] for row in some])
                connection.execute(insert(entries), [row[2] for row in some])
                settled = [{"_id": row[1]["id"], "_outcome": "stored", "_recording": row[0]["id"]} for row in some]
                connection.execute(settle, settled)
    return told


def fill(url: str, count: int, _batch: int) -> dict[str, Any]:
    """A ledger of `count` entries, made by sessions of 5,000 recordings that are verified, probed and sealed."""
    registry = _ready(url)
    with measured() as told:
        for begun in range(0, -(-count // ENTRIES_A_RECORDING), SESSION):
            _session(registry, min(SESSION, -(-count // ENTRIES_A_RECORDING) - begun))
    return told


def fill_chain(url: str, count: int, _batch: int) -> dict[str, Any]:
    """A ledger of `count` entries as `fill` makes them, and nothing else: the chain's own length, in minutes."""
    registry, unit = _ready(url), uuid4()
    with measured() as told:
        for numbers in chunked(range(count), _AT_ONCE):
            drafts = [_draft(number, unit) for number in numbers]
            with registry.engine.execution_options(writes=True).begin() as connection:
                append(connection, drafts, actor="bench", at=station.now())
    return told


def _draft(number: int, unit: UUID) -> Draft:
    digest = f"{number:064x}"
    facts = {
        "item_id": str(unit),
        "retain_until": "2027-05-27T18:54:17.835922Z",
        "session_id": str(unit),
        "sha256": digest,
        "size": number,
        "sm3": digest,
        "vault_key": f"originals/{station.UNIT}/2026/11/{digest}",
        "vault_version": None,
    }
    return Draft(Event.RECORDING_VERIFIED, "recording", new_id(), facts, unit, "Art. 16")


def chain(url: str, _count: int, _batch: int) -> dict[str, Any]:
    """Every entry of the chain alone, on every core."""
    registry = Registry(url)
    with measured() as told:
        report = ledger.verify(registry)
    if report.problems:
        raise RuntimeError(f"{report.problems[:3]}")
    return told | {"entries": report.entries}


def anchor(url: str, _count: int, _batch: int) -> dict[str, Any]:
    """The root over every entry's hash, as an anchor over all of them would have it."""
    registry = Registry(url)
    with registry.streaming() as connection, measured() as told:
        span = span_between(connection, 1, head_of(connection).seq)
    if span is None:
        raise RuntimeError("the ledger has gaps")
    return told | {"entries": span.last_seq}


def verify(url: str, _count: int, _batch: int) -> dict[str, Any]:
    """What `custody verify` does: every entry, then every row against its entries."""
    registry = Registry(url)
    with measured() as told:
        with measured() as chain:
            report = ledger.verify(registry)
        rows = ledger.verify_rows(registry)
    if report.problems or rows.problems:
        raise RuntimeError(f"{[*report.problems, *rows.problems][:3]}")
    return told | {"entries": report.entries, "rows": rows.rows, "chain_seconds": chain["seconds"]}


def bare_hash(url: str, _count: int, _batch: int) -> dict[str, Any]:
    """The entries' texts, already in memory, through SHA-256 one by one."""
    texts = list(_texts(url))
    with measured() as told:
        for text in texts:
            hashlib.sha256(text).hexdigest()
    return told | {"entries": len(texts), "bytes": sum(map(len, texts))}


def bare_file(url: str, _count: int, _batch: int) -> dict[str, Any]:
    """The entries' texts, a line each in a file, read and put through SHA-256 one by one."""
    with tempfile.TemporaryFile() as file:
        file.writelines(text + b"\n" for text in _texts(url))
        file.seek(0)
        with measured() as told:
            for line in file:
                hashlib.sha256(line[:-1]).hexdigest()
        return told | {"bytes": file.tell()}


def _texts(url: str) -> Iterator[bytes]:
    """What each entry's hash is over, but for the hash beside it."""
    entry = table_of(LedgerEntry)
    with Registry(url).streaming() as connection:
        rows = connection.execution_options(yield_per=10_000).execute(select(entry).order_by(entry.c.seq))
        for row in rows.mappings():
            yield canonical_json(dict(row)).encode()


def _ready(url: str) -> Registry:
    registry = Registry(url)
    with registry.reading() as reading:
        known = organisation.unit_by_code(reading, station.UNIT)
    if known is None:
        station.enter_unit(registry)
    return registry


def _scanned(registry: Registry, count: int) -> tuple[UUID, list[TakenIn]]:
    """A session with `count` items found, and what is to be said of each."""
    entries = [ScannedEntry(b"%06d.mp4" % n, f"{n:06d}.mp4", 1_000 + n, n, ItemOutcome.FOUND) for n in range(count)]
    with registry.acting("bench", station.now()) as act:
        session_id = docking.open_session(act, unit_code=station.UNIT, source=f"/dump/{uuid4()}").id
        docking.record_scan(act, session_id, entries)
    with registry.reading() as reading:
        items = intake.items_to_take_in(reading, session_id)
    floor = station.now() + timedelta(days=183)
    return session_id, [_taken(item.id, item.size, floor) for item in items]


def _taken(item_id: UUID, size: int, floor: Any) -> TakenIn:
    digest, key = hashlib.sha256(item_id.bytes).hexdigest(), f"originals/{station.UNIT}/2026/11/{uuid4()}"
    return TakenIn(item_id, digest, digest, size, key, None, floor, ItemOutcome.STORED)


def _session(registry: Registry, count: int) -> None:
    session_id, taken = _scanned(registry, count)
    with registry.acting("bench", station.now()) as act:
        registered = docking.register_originals(act, session_id, taken)
    with registry.acting("bench", station.now()) as act:
        streams = "h264 1920x1080 25/s; aac 48000 Hz x2"
        seen = [Probed(one.recording_id, MediaKind.VIDEO, Condition.WHOLE, "mp4", streams, 60.0) for one in registered]
        docking.record_probes(act, session_id, seen)
    with registry.acting("bench", station.now()) as act:
        lines = [{"name": str(one.item_id), "sha256": one.sha256} for one in taken]
        document = canonical_json({"may_be_wiped": lines, "stays_on_device": []})
        docking.seal_session(
            act, session_id, receipt_number=f"R-{session_id}", document=document, key_id="bench", signature="bench"
        )


def _bare(model: Any, metadata: MetaData = MetaData()) -> Table:  # noqa: B008 - one for the process
    """A table of the same columns, with nothing that guards or finds them but the key of what is updated."""
    columns = [column._copy() for column in table_of(model).columns]
    for column in columns:
        column.primary_key = column.name == "id" and model is DockItem
        column.index = column.unique = None
        column.foreign_keys.clear()
        column.constraints.clear()
    return Table(f"bare_{table_of(model).name}", metadata, *columns)


def _rows(number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A recording, its item and its ledger entry, as `register` makes them."""
    at, digest, recording_id, item_id = station.now(), hashlib.sha256(b"%d" % number).hexdigest(), new_id(), new_id()
    key, session_id = f"originals/{station.UNIT}/2026/11/{uuid4()}", uuid4()
    recording = {
        "id": recording_id, "unit_id": session_id, "session_id": session_id, "media_kind": "other",
        "condition": "unprobed", "size": number, "sha256": digest, "sm3": digest, "vault_key": key,
        "retain_until": at, "state": "verified", "filing": "pending", "received_at": at,
    }  # fmt: skip
    item = {
        "id": item_id, "session_id": session_id, "raw_name": b"%06d.mp4" % number, "shown_name": f"{number:06d}.mp4",
        "size": number, "modified_ns": number, "outcome": "found",
    }  # fmt: skip
    facts = canonical_json({**recording, "item_id": item_id})
    entry = {
        "seq": number + 1, "at": at, "event": "recording.verified", "actor": "bench", "subject_kind": "recording",
        "subject_id": recording_id, "unit_id": session_id, "article": "Art. 16", "facts": facts,
        "previous_hash": digest, "hash": digest,
    }  # fmt: skip
    return recording, item, entry


TASKS: dict[str, Callable[[str, int, int], dict[str, Any]]] = {
    "register": register,
    "bare-insert": bare_insert,
    "fill": fill,
    "fill-chain": fill_chain,
    "chain": chain,
    "anchor": anchor,
    "verify": verify,
    "bare-hash": bare_hash,
    "bare-file": bare_file,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--batch", type=int, default=256)
    asked = parser.parse_args(arguments)
    print(json.dumps(TASKS[asked.task](asked.url, asked.count, asked.batch)))


if __name__ == "__main__":
    main()

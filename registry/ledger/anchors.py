"""Anchors against the ledger, against each other and against their copies (Art. 7).

Whoever owns the database can rewrite the ledger from an entry on so that the chain is whole again, and the anchors with
it. What they cannot rewrite are the copies in the vault; hand those in as `kept`, and the ledger is held against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from registry.bulk import AnyRow, table_of
from registry.ledger.anchoring import NONE, Said, digest_of, facts_of, fields_of, read, span_between
from registry.ledger.chain import time_text
from registry.ledger.comparing import entries_of, facts_in
from registry.ledger.events import Event
from registry.ledger.reports import MOST, AnchorProblem, AnchorReport, Progress
from registry.tables import Anchor, LedgerEntry

if TYPE_CHECKING:
    from registry.database import Registry

_anchor, _entry = table_of(Anchor), table_of(LedgerEntry)
_SAID = ("number", "first_seq", "last_seq", "head", "root", "previous")

Found = Iterator[AnchorProblem]
GONE = "deleted: its row is gone"


def verify_anchors(
    registry: Registry, progress: Progress | None = None, *, kept: Mapping[int, str] | None = None
) -> AnchorReport:
    """Check every anchor: that it says what its row says, follows the one before it, was entered in the ledger, and
    that its root still follows from the ledger's entries, streamed.

    `kept` are the documents that the vault holds by number, whose signatures were checked: they count more than the
    rows. It takes entries' hashes at their word: check those with `verify`. Raises `Unavailable` when the database does
    not answer.
    """
    kept, problems, before = kept or {}, list[AnchorProblem](), NONE
    with registry.streaming() as connection:
        rows = {row.number: row for row in connection.execute(select(_anchor).order_by(_anchor.c.number))}
        numbers = range(1, max([*rows, *kept], default=0) + 1)
        for number in numbers:
            row, copy = rows.get(number), kept.get(number)
            problems += _problems(connection, number, row, copy, before)
            before = _said(row, copy) or before
            if progress is not None:
                progress(number, len(numbers))
        problems += _vanished(connection)
    return AnchorReport(len(rows), before.span.last_seq, problems[:MOST])


def verify_newest(connection: Connection, kept: str | None) -> list[AnchorProblem]:
    """The same for the newest anchor alone, upon which the next one is to stand."""
    rows = connection.execute(select(_anchor).order_by(_anchor.c.number.desc()).limit(2)).all()
    if not rows:
        return []
    before = _said(rows[1], None) if len(rows) > 1 else NONE
    return list(_problems(connection, rows[0].number, rows[0], kept, before or NONE))


def _said(row: AnyRow | None, kept: str | None) -> Said | None:
    """What the anchor says, by its copy where there is one; None where nothing can be read."""
    document = kept if kept is not None else row.document if row is not None else ""
    return read(document)


def _problems(connection: Connection, number: int, row: AnyRow | None, kept: str | None, before: Said) -> Found:
    said = _said(row, kept)
    if said is not None:
        yield from _link_problems(said, before)
        yield from _span_problems(connection, said)
    if row is None:
        yield AnchorProblem(number, "number", GONE)
        return
    if kept is not None and kept != row.document:
        yield AnchorProblem(number, "document", "altered: the copy in the vault says something else")
    yield from _row_problems(row)
    yield from _entry_problems(connection, row)


def _row_problems(row: AnyRow) -> Found:
    """What the columns say is what the document says, and the digest is the document's."""
    if digest_of(row.document) != row.sha256:
        yield AnchorProblem(row.number, "sha256", "altered: it is not the digest of the document")
    fields = fields_of(row.document)
    stated = {name: getattr(row, name) for name in _SAID} | {"made_at": time_text(row.made_at)}
    for column, value in stated.items():
        if fields.get(column) != value:
            yield AnchorProblem(row.number, column, "altered: the row does not say what the anchor's document says")


def _entry_problems(connection: Connection, row: AnyRow) -> Found:
    """What the ledger says of it, after the last entry under it: made once; kept and stamped, if it was."""
    query = select(_entry.c.event, _entry.c.facts).where(_entry.c.subject_id == row.id, _entry.c.seq > row.last_seq)
    entered = {one.event: facts_in(one.facts) for one in connection.execute(query)}
    for event, state, stated in (
        (Event.ANCHOR_MADE, "id", facts_of(row)),
        (Event.ANCHOR_KEPT, "kept_at", _place(row)),
        (Event.ANCHOR_STAMPED, "stamped_at", _stamp(row)),
    ):
        facts = entered.get(event.value)
        if (facts is None) != (stated is None):
            told = "it is not what the ledger says" if facts is not None else "the ledger does not say so"
            yield AnchorProblem(row.number, state, f"altered: {told}")
        for column, value in (stated or {}).items():
            if facts is not None and facts.get(column) != value:
                yield AnchorProblem(row.number, column, "altered: it is not what the ledger says")


def _place(row: AnyRow) -> dict[str, Any] | None:
    if row.kept_at is None:
        return None
    return {"number": row.number, "vault_key": row.vault_key, "vault_version": row.vault_version}


def _stamp(row: AnyRow) -> dict[str, Any] | None:
    if row.stamped_at is None:
        return None
    digest = sha256(row.token or b"").hexdigest()
    return {"token_sha256": digest, "stamped_at": time_text(row.stamped_at), "authority": row.authority}


def _link_problems(said: Said, before: Said) -> Found:
    if said.number != before.number + 1:
        return  # the one before is missing, which was told
    if said.previous != before.sha256:
        yield AnchorProblem(said.number, "previous", f"anchor {before.number} is not the one that it follows")
    if said.span.first_seq != before.span.last_seq + 1:
        yield AnchorProblem(said.number, "first_seq", f"it does not begin where anchor {before.number} ends")


def _span_problems(connection: Connection, said: Said) -> Found:
    """The entries under the root are those of then: none altered, inserted, removed or moved, whatever their hashes."""
    span = said.span
    found = span_between(connection, span.first_seq, span.last_seq)
    where = f"entries {span.first_seq} to {span.last_seq}"
    if found is None:
        yield AnchorProblem(said.number, "last_seq", f"of the {where} some are missing: removed, or the ledger was cut")
    elif found.root != span.root:
        how = "one was altered with its hash" if found.head == span.head else "the chain was written anew from there on"
        yield AnchorProblem(said.number, "root", f"the {where} are not those of {said.made_at}: {how}")
    elif found.head != span.head:
        yield AnchorProblem(said.number, "head", f"it does not name the hash of entry {span.last_seq}")


def _vanished(connection: Connection) -> Found:
    """Each anchor that the ledger says was made has its row."""
    entry, made = entries_of(Event.ANCHOR_MADE, "entry")
    gone = entry.outerjoin(_anchor, _anchor.c.id == entry.c.subject_id)
    query = select(entry.c.seq, entry.c.facts).select_from(gone).where(made, _anchor.c.id.is_(None))
    for row in connection.execute(query.order_by(entry.c.seq)):
        number = facts_in(row.facts).get("number")
        shown = number if isinstance(number, int) else 0
        yield AnchorProblem(shown, "id", f"deleted or replaced: entry {row.seq} of the ledger says it was made")

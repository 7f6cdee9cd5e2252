"""Anchors being made, kept and stamped: each once, each following the one before it without gap or overlap (Art. 7)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as select_rows

from registry.act import Act
from registry.bulk import table_of
from registry.ledger import Event
from registry.ledger.anchoring import AnchorDraft, digest_of, facts_of, newest_anchor
from registry.tables import Anchor, LedgerEntry
from regulation.errors import ActionDenied


def make_anchor(act: Act, draft: AnchorDraft, *, key_id: str, signature: str) -> Anchor:
    """Enter an anchor that was signed. The next anchor covers the entry that says so.

    Raises `ActionDenied` unless it follows the newest anchor and ends with an entry that the ledger has: somebody else
    was faster, or the ledger is another one by now.
    """
    last, span = newest_anchor(act.connection), draft.span
    if (draft.number, span.first_seq, draft.previous) != (last.number + 1, last.span.last_seq + 1, last.sha256):
        raise _denied(draft.number, "It does not follow the newest anchor.")
    head = act.connection.execute(
        select(table_of(LedgerEntry).c.hash).where(table_of(LedgerEntry).c.seq == span.last_seq)
    ).scalar()
    if head != span.head or span.last_seq < span.first_seq:
        raise _denied(draft.number, "It does not end with an entry of the ledger.")
    anchor = Anchor(
        number=draft.number,
        first_seq=span.first_seq,
        last_seq=span.last_seq,
        head=span.head,
        root=span.root,
        previous=draft.previous,
        made_at=draft.made_at,
        document=draft.document,
        sha256=digest_of(draft.document),
        key_id=key_id,
        signature=signature,
    )
    act.session.add(anchor)
    act.session.flush()
    act.record(Event.ANCHOR_MADE, "anchor", anchor.id, facts_of(anchor), article="Art. 7")
    return anchor


def keep_anchor(act: Act, number: int, *, vault_key: str, vault_version: str | None) -> None:
    """Enter where the vault keeps the anchor's copy. Said again it changes nothing; another place is refused.

    Raises `ActionDenied` for that, and where there is no such anchor.
    """
    anchor = _anchor(act, number)
    if anchor.kept_at is not None:
        if (anchor.vault_key, anchor.vault_version) != (vault_key, vault_version):
            raise _denied(number, "It is kept elsewhere already.")
        return
    anchor.vault_key, anchor.vault_version, anchor.kept_at = vault_key, vault_version, act.at
    act.session.add(anchor)
    facts = {"number": number, "vault_key": vault_key, "vault_version": vault_version}
    act.record(Event.ANCHOR_KEPT, "anchor", anchor.id, facts, article="Art. 7")


def stamp_anchor(act: Act, number: int, *, token: bytes, stamped_at: datetime, authority: str) -> None:
    """Enter the timestamp, the authority's answer as it came; how late it came is seen by `stamped_at`, the authority's
    own time. Said again it changes nothing; another timestamp is refused.

    Raises `ActionDenied` for that, and where there is no such anchor.
    """
    anchor = _anchor(act, number)
    if anchor.stamped_at is not None:
        if anchor.token != token:
            raise _denied(number, "It is stamped already.")
        return
    anchor.token, anchor.stamped_at, anchor.authority = token, stamped_at, authority
    act.session.add(anchor)
    facts = {
        "number": number,
        "token_sha256": sha256(token).hexdigest(),
        "stamped_at": stamped_at,
        "authority": authority,
    }
    act.record(Event.ANCHOR_STAMPED, "anchor", anchor.id, facts, article="Art. 7")


def _anchor(act: Act, number: int) -> Anchor:
    anchor = act.session.exec(select_rows(Anchor).where(col(Anchor.number) == number)).one_or_none()
    if anchor is None:
        raise _denied(number, "There is no such anchor.")
    return anchor


def _denied(number: int, message: str) -> ActionDenied:
    return ActionDenied(message, article="Art. 7", subject=f"anchor {number}")

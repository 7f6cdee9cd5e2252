"""Anchors as they stand, and the proofs that follow from them (Art. 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.ledger.anchoring import hashes, raw
from registry.ledger.merkle import prove
from registry.tables import Anchor


def anchors(session: Session, *, newest: int | None = None) -> list[Anchor]:
    """All anchors, or the `newest` of them, in order."""
    query = select(Anchor).order_by(col(Anchor.number).desc())
    return list(reversed(session.exec(query if newest is None else query.limit(newest)).all()))


def anchor_by_number(session: Session, number: int) -> Anchor | None:
    """The anchor of this number."""
    return session.exec(select(Anchor).where(col(Anchor.number) == number)).one_or_none()


def unfinished_anchors(session: Session) -> list[Anchor]:
    """Those without a copy in the vault or without a timestamp, in order."""
    unfinished = col(Anchor.kept_at).is_(None) | col(Anchor.stamped_at).is_(None)
    return list(session.exec(select(Anchor).where(unfinished).order_by(col(Anchor.number))))


def anchor_over(session: Session, seq: int) -> Anchor | None:
    """The anchor that covers the entry `seq`; None where none does yet."""
    query = select(Anchor).where(col(Anchor.first_seq) <= seq, col(Anchor.last_seq) >= seq)
    return session.exec(query).one_or_none()


def vouching(session: Session, number: int) -> Iterator[Anchor]:
    """The anchor of this number and, where it has no timestamp, those after it up to the first that has one, which
    vouches for it through the chain of anchors."""
    query = select(Anchor).where(col(Anchor.number) >= number).order_by(col(Anchor.number))
    for anchor in session.exec(query):
        yield anchor
        if anchor.stamped_at is not None:
            return


@dataclass(frozen=True, slots=True)
class Proof:
    """That entry `seq` is under the root of anchor `anchor`: the hashes beside its way up, the lowest first."""

    seq: int
    anchor: int
    path: Sequence[str]


def proofs_under(session: Session, anchor: Anchor, seqs: Sequence[int]) -> list[Proof]:
    """The proofs of some of the entries that an anchor covers, in one pass over them all."""
    leaves = (raw(found) for _, found in hashes(session.connection(), anchor.first_seq, anchor.last_seq))
    _, paths = prove(leaves, [seq - anchor.first_seq for seq in seqs])
    return [Proof(seq, anchor.number, [one.hex() for one in paths[seq - anchor.first_seq]]) for seq in seqs]

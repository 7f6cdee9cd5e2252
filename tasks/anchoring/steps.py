"""The steps of an anchoring: check what is to be anchored, anchor it, lock the copy, have it stamped (Art. 7).

Killed anywhere and run again, each goes on where it stopped: nothing is anchored twice and nothing left out.
"""

from __future__ import annotations

from collections.abc import Callable

from prefect import task
from prefect.logging import get_run_logger

from blocks.timestamp_authority import Stamp, TimestampAuthority
from registry.ledger.anchoring import AnchorDraft, Said, Span, anything_new, newest_anchor, signed_anchor, span_between
from registry.ledger.anchors import GONE, verify_newest
from registry.ledger.chain import head_of
from registry.ledger.reports import AnchorProblem
from registry.ledger.verification import verify_since
from registry.queries.anchors import anchors, unfinished_anchors
from registry.tables import Anchor
from registry.transitions import anchoring
from regulation.errors import CustodyError, FixityError
from tasks.anchoring.copies import Copies, held, stamp_key, vault_key
from tasks.anchoring.work import AnchorWork
from tasks.steps import RETRIED


@task(**RETRIED, name="anchor-stretch")
def anchor_stretch(work: AnchorWork) -> None:
    """Anchor the entries since the newest anchor, if they speak of more than anchors.

    Raises `FixityError` where that anchor no longer follows from the ledger, or the stretch after it is not sound:
    nothing is anchored then, for an anchor says that all was well.
    """
    newest, span = sound_stretch(work)
    if span is None:
        return
    made_at = work.now()
    authority = work.archive.timestamps
    draft = AnchorDraft(
        number=newest.number + 1,
        span=span,
        previous=newest.sha256,
        made_at=made_at,
        public_key=work.key.public_key,
        authority=None if authority is None else authority.name,
    )
    with work.acting(made_at) as act:
        anchoring.make_anchor(act, draft, key_id=work.key.key_id, signature=work.key.sign(draft.document))
    work.counts.update(anchors=1, entries=span.last_seq - span.first_seq + 1)


def sound_stretch(work: AnchorWork) -> tuple[Said, Span | None]:
    """The newest anchor, and the stretch after it: checked, entry by entry, in one view of the ledger."""
    copies = _newest_copies(work)
    problems: list[object] = list(copies.problems)
    with work.registry.streaming() as connection:
        newest = newest_anchor(connection)
        problems += [AnchorProblem(one, "number", GONE) for one in copies.kept if one > newest.number]
        problems += verify_newest(connection, copies.kept.get(newest.number))
        if not problems:
            problems += verify_since(connection, newest.newest).problems
        if problems:
            raise FixityError(f"The ledger is not anchored: {problems[0]}.", article="Art. 7", subject="ledger")
        first, head = newest.span.last_seq + 1, head_of(connection).seq
        return newest, span_between(connection, first, head) if anything_new(connection, first) else None


def _newest_copies(work: AnchorWork) -> Copies:
    """The newest anchor as the vault has it, and the next, if there ever was one."""
    copies, number = Copies(work.archive.vault, work.key.public_key, work.archive.timestamps), 0
    with work.registry.reading() as reading:
        for anchor in anchors(reading, newest=1):
            copies.see(anchor)
            number = anchor.number
    copies.see_copy(number + 1)
    return copies


@task(**RETRIED, name="keep-anchors")
def keep_anchors(work: AnchorWork) -> None:
    """Lock the copies of those that have none in the vault."""
    for anchor in _unfinished(work, lambda one: one.kept_at is None):
        until = work.locked_until(anchor.made_at)
        kept = work.archive.vault.put_document(
            vault_key(anchor.number), signed_anchor(anchor).encode(), retain_until=until
        )
        with work.acting(work.now()) as act:
            anchoring.keep_anchor(act, anchor.number, vault_key=kept.key, vault_version=kept.version)
        work.counts.update(kept=1)


@task(**RETRIED, name="stamp-anchors")
def stamp_anchors(work: AnchorWork) -> None:
    """Have those stamped that are not yet, the oldest first. An authority that does not answer is asked again by the
    next run; what is stamped late says so by its own time."""
    authority = work.archive.timestamps
    if authority is None:
        return
    for anchor in _unfinished(work, lambda one: one.stamped_at is None):
        try:
            stamp = _stamp(work, authority, anchor)
        except CustodyError as silent:
            work.silent = str(silent)
            get_run_logger().warning("No timestamp for anchor %d: %s", anchor.number, silent)
            return
        with work.acting(work.now()) as act:
            anchoring.stamp_anchor(act, anchor.number, token=stamp.token, stamped_at=stamp.at, authority=authority.name)
        work.counts.update(stamped=1)


def _stamp(work: AnchorWork, authority: TimestampAuthority, anchor: Anchor) -> Stamp:
    """The timestamp, locked in the vault before the registry knows of it; one that a killed run left there is taken."""
    document, vault, key = anchor.document.encode(), work.archive.vault, stamp_key(anchor.number)
    left = held(vault, key)
    stamp = authority.stamp(document) if left is None else authority.check(left, document)
    vault.put_document(key, stamp.token, retain_until=work.locked_until(anchor.made_at))
    return stamp


def _unfinished(work: AnchorWork, wanted: Callable[[Anchor], bool]) -> list[Anchor]:
    with work.registry.reading() as reading:
        return [one for one in unfinished_anchors(reading) if wanted(one)]

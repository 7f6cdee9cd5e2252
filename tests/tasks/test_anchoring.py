"""Anchors made night after night, stamped by OpenSSL, kept in a vault; and what becomes of those who alter the past."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from sqlalchemy import text

from blocks.receipt_key import ReceiptKey
from blocks.signing import new_private_key
from registry.ledger.anchoring import digest_of, signed_anchor
from registry.ledger.chain import entry_hash, time_text
from registry.queries import ledger_head
from registry.tables import Anchor, LedgerEntry
from registry.transitions.anchoring import keep_anchor, make_anchor, stamp_anchor
from regulation.errors import ActionDenied, FixityError
from tasks.anchoring.copies import stamp_key, vault_key
from tests.fixtures.anchors import Anchored

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.fixture
def nights(anchored: Anchored) -> Anchored:
    """Four nights, a day of six entries before each."""
    for _ in range(4):
        anchored.grow(6)
        anchored.run()
    return anchored


def test_nights_follow_each_other_without_gap(nights: Anchored) -> None:
    made = nights.anchors()
    assert [one.number for one in made] == [1, 2, 3, 4]
    assert made[0].first_seq == 1
    assert made[0].previous == "0" * 64
    for before, after in pairwise(made):
        assert after.first_seq == before.last_seq + 1
        assert after.previous == sha256(before.document.encode()).hexdigest()
    assert all(one.token is not None and one.kept_at is not None for one in made)
    nights.assert_sound()


def test_an_anchor_says_what_it_is_and_by_which_rules(nights: Anchored) -> None:
    anchor = nights.anchors()[1]
    said = json.loads(anchor.document)
    assert {name: said[name] for name in ("number", "first_seq", "last_seq", "head", "root", "previous")} == {
        name: getattr(anchor, name) for name in ("number", "first_seq", "last_seq", "head", "root", "previous")
    }
    assert said["timestamp_authority"] == anchor.authority == "127.0.0.1/tsr"
    assert "RFC 6962" in said["algorithms"]["tree"]
    assert said["made_at"] == time_text(anchor.made_at)


def test_a_night_without_news_makes_no_anchor(nights: Anchored) -> None:
    assert nights.run() == {}
    nights.grow(1)
    assert nights.run()["anchors"] == 1
    with nights.city.registry.reading() as reading:
        newest = ledger_head(reading).seq
    last = nights.anchors()[-1]
    assert newest - last.last_seq == 3, "what says of it that it was made, kept and stamped comes under the next one"


def test_without_an_authority_the_anchor_says_so_and_is_stamped_when_there_is_one(anchored: Anchored) -> None:
    authority, anchored.archive.timestamps = anchored.archive.timestamps, None
    anchored.grow()
    anchored.run()
    [anchor] = anchored.anchors()
    assert json.loads(anchor.document)["timestamp_authority"] is None
    assert (anchor.token, anchored.copies().unstamped) == (None, [1])
    anchored.assert_sound()

    anchored.archive.timestamps = authority
    assert anchored.run() == {"stamped": 1}
    [anchor] = anchored.anchors()
    assert anchor.stamped_at is not None
    anchored.assert_sound()


def test_an_authority_that_is_silent_is_asked_again_and_stamps_late(anchored: Anchored) -> None:
    anchored.authority.status = 503
    for _ in range(2):
        anchored.grow()
        assert "stamped" not in anchored.run()
    assert anchored.silent is not None
    assert "does not answer" in anchored.silent
    anchored.assert_sound()

    anchored.authority.status = 200
    assert anchored.run() == {"stamped": 2}
    assert anchored.copies().unstamped == []
    anchored.assert_sound()


def test_copies_are_locked_in_the_vault(nights: Anchored) -> None:
    for anchor in nights.anchors():
        for key in (vault_key(anchor.number), stamp_key(anchor.number)):
            held = nights.archive.vault.check(key, None)
            assert held is not None
            assert held.retain_until is not None
            assert held.retain_until.year == anchor.made_at.year + 10
    assert nights.copies().unlocked == []


def entry_of(anchored: Anchored, number: int, place: int = 5) -> int:
    """The number of an entry under an anchor, not the first nor the last, and none that speaks of anchors."""
    return anchored.anchors()[number - 1].first_seq + place


def rewrite(anchored: Anchored, keep: Callable[[list[LedgerEntry]], list[LedgerEntry]]) -> None:
    """What somebody does who knows the rules and owns the database: the chain anew, whole again."""
    entries = keep(anchored.entries())
    rows, head = [], "0" * 64
    for seq, one in enumerate(entries, 1):
        unit = None if one.unit_id is None else str(one.unit_id)
        fixed = (one.event, one.actor, one.subject_kind, str(one.subject_id), unit, one.article, one.facts)
        row = one.model_dump() | {"seq": seq, "previous_hash": head}
        row["hash"] = head = entry_hash(seq, time_text(one.at), *fixed, head)
        rows.append(row)
    anchored.city.tamper("ledger_entry", "DELETE FROM ledger_entry")
    with anchored.city.registry.engine.execution_options(writes=True).begin() as connection:
        connection.execute(LedgerEntry.__table__.insert(), rows)  # type: ignore[attr-defined]


def altered(entries: list[LedgerEntry], seq: int) -> list[LedgerEntry]:
    entries[seq - 1].actor = "person:forger"
    return entries


def moved(entries: list[LedgerEntry], seq: int) -> list[LedgerEntry]:
    entries[seq - 1], entries[seq] = entries[seq], entries[seq - 1]
    return entries


REWRITTEN: dict[str, Callable[[list[LedgerEntry], int], list[LedgerEntry]]] = {
    "edited": altered,
    "inserted": lambda entries, seq: [*entries[:seq], entries[seq].model_copy(), *entries[seq:]],
    "deleted": lambda entries, seq: [*entries[: seq - 1], *entries[seq:]],
    "reordered": moved,
    "truncated": lambda entries, seq: entries[:seq],
}


@pytest.mark.parametrize("how", REWRITTEN)
def test_a_chain_written_anew_is_told_by_the_first_anchor_over_it(nights: Anchored, how: str) -> None:
    seq = entry_of(nights, 2)
    rewrite(nights, lambda entries: REWRITTEN[how](entries, seq))
    problems = nights.problems()
    assert not any(one.startswith("entry") for one in problems), "the chain itself is whole"
    first = problems[0]
    assert first.startswith("anchor 2, last_seq" if how == "truncated" else "anchor 2, root"), problems
    assert f"{nights.anchors()[1].first_seq} to {nights.anchors()[1].last_seq}" in first
    with pytest.raises(FixityError, match="The ledger is not anchored"):
        nights.run()
    assert len(nights.anchors()) == 4


def anchors_too(anchored: Anchored) -> None:
    """And the anchors made to fit, links and digests as well; only the key is not in the database."""
    with anchored.city.registry.reading() as reading:
        from registry.ledger.anchoring import fields_of, span_between
        from registry.ledger.chain import canonical_json

        previous, statements = "0" * 64, []
        for one in anchored.anchors():
            span = span_between(reading.connection(), one.first_seq, one.last_seq)
            assert span is not None
            said = fields_of(one.document) | {"root": span.root, "head": span.head, "previous": previous}
            document = canonical_json(said)
            statements.append(
                text(
                    "UPDATE anchor SET root = :root, head = :head, previous = :previous, document = :document, "
                    "sha256 = :sha256 WHERE number = :number"
                ).bindparams(
                    **{name: said[name] for name in ("root", "head", "previous", "number")},
                    document=document,
                    sha256=digest_of(document),
                )
            )
            previous = digest_of(document)
    anchored.city.tamper("anchor")
    with anchored.city.registry.engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def test_anchors_written_anew_together_with_the_ledger_are_told_by_signature_vault_and_time(nights: Anchored) -> None:
    rewrite(nights, lambda entries: altered(entries, entry_of(nights, 2)))
    anchors_too(nights)
    told = "\n".join(nights.problems())
    assert "anchor 2, signature: the row's document is not signed" in told
    assert "anchor 2, document: altered: the copy in the vault says something else" in told
    assert "anchor 2, root: the entries" in told
    assert "anchor 1, root" not in told
    nights.archive.vault.check(vault_key(2), None)
    with pytest.raises(FixityError, match="The ledger is not anchored"):
        nights.run()


ROWS = {
    "number": ("UPDATE anchor SET number = 40 WHERE number = 4", "anchor 4, number: deleted"),
    "first_seq": ("UPDATE anchor SET first_seq = first_seq + 1 WHERE number = 2", "anchor 2, first_seq: altered"),
    "last_seq": ("UPDATE anchor SET last_seq = last_seq - 1 WHERE number = 2", "anchor 2, last_seq: altered"),
    "head": (f"UPDATE anchor SET head = '{'0' * 64}' WHERE number = 2", "anchor 2, head: altered"),
    "root": (f"UPDATE anchor SET root = '{'0' * 64}' WHERE number = 2", "anchor 2, root: altered"),
    "previous": (f"UPDATE anchor SET previous = '{'0' * 64}' WHERE number = 2", "anchor 2, previous: altered"),
    "made_at": ("UPDATE anchor SET made_at = '2020-01-01 00:00:00.000000' WHERE number = 2", "anchor 2, made_at: alt"),
    "document": ("UPDATE anchor SET document = '{}' WHERE number = 2", "anchor 2, document: altered: the copy"),
    "sha256": (f"UPDATE anchor SET sha256 = '{'0' * 64}' WHERE number = 2", "anchor 2, sha256: altered"),
    "key_id": ("UPDATE anchor SET key_id = 'x' WHERE number = 2", "anchor 2, key_id: altered"),
    "signature": ("UPDATE anchor SET signature = 'AAAA' WHERE number = 2", "anchor 2, signature: the row's"),
    "stamped_at": ("UPDATE anchor SET stamped_at = made_at WHERE number = 2", "anchor 2, stamped_at: altered"),
    "token gone": ("UPDATE anchor SET token = NULL WHERE number = 2", "anchor 2, token_sha256: altered"),
    "unstamped": (
        "UPDATE anchor SET token = NULL, stamped_at = NULL, authority = NULL WHERE number = 2",
        "anchor 2, stamped_at: altered: it is not what the ledger says",
    ),
    "tokens swapped": (
        "UPDATE anchor SET token = (SELECT token FROM anchor AS other WHERE other.number = 3) WHERE number = 2",
        "anchor 2, token: replaced: the vault has another timestamp",
    ),
    "id": (
        "UPDATE anchor SET id = 'ffffffffffffffffffffffffffffffff' WHERE number = 2",
        "anchor 2, id: altered: the ledger does",
    ),
    "deleted": ("DELETE FROM anchor WHERE number = 2", "anchor 2, number: deleted: its row is gone"),
    "newest deleted": ("DELETE FROM anchor WHERE number = 4", "anchor 4, number: deleted: its row is gone"),
    "all deleted": ("DELETE FROM anchor", "anchor 1, number: deleted: its row is gone"),
    "vault_key": ("UPDATE anchor SET vault_key = 'anchors/x' WHERE number = 2", "anchor 2, vault_key: altered"),
}


@ON_SQLITE
@pytest.mark.parametrize("what", ROWS)
def test_an_altered_row_is_named(nights: Anchored, what: str) -> None:
    statement, wanted = ROWS[what]
    nights.city.tamper("anchor", statement)
    problems = nights.problems()
    assert any(one.startswith(wanted) for one in problems), problems


def test_what_the_ledger_lost_with_its_newest_anchors_the_vault_has(nights: Anchored) -> None:
    """The ledger cut back to a night ago, chain and anchors whole: only the vault knows that there was more."""
    third = nights.anchors()[2]
    nights.city.tamper("ledger_entry", f"DELETE FROM ledger_entry WHERE seq > {third.last_seq + 3}")
    nights.city.tamper("anchor", "DELETE FROM anchor WHERE number = 4")
    assert any(one.startswith("anchor 4, number: deleted: its row is gone") for one in nights.problems())
    with pytest.raises(FixityError, match="anchor 4, number"):
        nights.run()


@ON_SQLITE
@pytest.mark.parametrize("what", ["other bytes", "an older anchor", "a stranger's signature", "gone"])
def test_a_copy_replaced_in_the_vault_is_named(nights: Anchored, what: str) -> None:
    path = nights.vault / vault_key(3)
    path.chmod(0o600)
    if what == "other bytes":
        path.write_text("{}")
    elif what == "an older anchor":
        path.write_bytes((nights.vault / vault_key(2)).read_bytes())
    elif what == "gone":
        path.unlink()
    else:
        anchor, stranger = nights.anchors()[2], ReceiptKey(private_key=new_private_key())  # type: ignore[arg-type]
        forged = Anchor(**anchor.model_dump() | {"signature": stranger.sign(anchor.document)})
        path.write_text(signed_anchor(forged))
    [problem] = [one for one in nights.problems() if one.startswith("anchor 3, vault_key")]
    assert ("no longer has" if what == "gone" else "replaced") in problem


@ON_SQLITE
def test_a_timestamp_for_another_anchor_or_of_a_stranger_does_not_hold(nights: Anchored) -> None:
    second, third = nights.anchors()[1:3]
    for number, token in ((2, third.token), (3, second.token)):
        assert token is not None
        path = nights.vault / stamp_key(number)
        path.chmod(0o600)
        path.write_bytes(token)
    nights.city.tamper(
        "anchor",
        "CREATE TEMP TABLE was AS SELECT number, token FROM anchor",
        "UPDATE anchor SET token = (SELECT token FROM was WHERE was.number = 5 - anchor.number) WHERE number IN (2, 3)",
    )
    told = "\n".join(nights.problems())
    assert "anchor 2, token: The timestamp does not hold: it is for another document." in told
    assert "anchor 3, token: The timestamp does not hold: it is for another document." in told


@ON_SQLITE
def test_an_altered_entry_since_the_newest_anchor_is_not_anchored(nights: Anchored) -> None:
    nights.grow(3)
    with nights.city.registry.reading() as reading:
        head = ledger_head(reading).seq
    nights.city.tamper("ledger_entry", f"UPDATE ledger_entry SET actor = 'x' WHERE seq = {head - 1}")
    with pytest.raises(FixityError, match=f"The ledger is not anchored: entry {head - 1}, content"):
        nights.run()


@ON_SQLITE
def test_an_anchor_follows_the_newest_alone_and_is_made_once(nights: Anchored) -> None:
    from registry.ledger.anchoring import AnchorDraft, newest_anchor, span_between

    nights.grow(2)
    with nights.city.registry.streaming() as connection:
        newest = newest_anchor(connection)
        span = span_between(connection, newest.span.last_seq + 1, newest.span.last_seq + 4)
    assert span is not None
    draft = AnchorDraft(newest.number + 1, span, newest.sha256, nights.city.now, "key", None)
    wrong = [
        replace(draft, number=draft.number + 1),
        replace(draft, previous="0" * 64),
        replace(draft, span=replace(span, first_seq=span.first_seq + 1)),
        replace(draft, span=replace(span, first_seq=span.first_seq - 1)),
        replace(draft, span=replace(span, head="0" * 64)),
        replace(draft, span=replace(span, last_seq=10_000)),
    ]
    for one in wrong:
        with pytest.raises(ActionDenied, match=r"anchor 5|anchor 6"), nights.city.act() as act:
            make_anchor(act, one, key_id="key", signature="x")
    with nights.city.act() as act:
        make_anchor(act, draft, key_id="key", signature="x")
    with pytest.raises(ActionDenied, match="does not follow the newest"), nights.city.act() as act:
        make_anchor(act, draft, key_id="key", signature="x")


@ON_SQLITE
def test_place_and_timestamp_are_entered_once(nights: Anchored) -> None:
    anchor = nights.anchors()[0]
    assert anchor.token is not None
    assert anchor.stamped_at is not None
    assert anchor.authority is not None
    before = nights.city.entries()
    with nights.city.act() as act:
        keep_anchor(act, 1, vault_key=vault_key(1), vault_version=None)
        stamp_anchor(act, 1, token=anchor.token, stamped_at=anchor.stamped_at, authority=anchor.authority)
    assert nights.city.entries() == before
    with pytest.raises(ActionDenied, match="kept elsewhere"), nights.city.act() as act:
        keep_anchor(act, 1, vault_key=vault_key(2), vault_version=None)
    with pytest.raises(ActionDenied, match="stamped already"), nights.city.act() as act:
        stamp_anchor(act, 1, token=b"x", stamped_at=anchor.stamped_at, authority=anchor.authority)
    with pytest.raises(ActionDenied, match="no such anchor"), nights.city.act() as act:
        keep_anchor(act, 99, vault_key=vault_key(99), vault_version=None)

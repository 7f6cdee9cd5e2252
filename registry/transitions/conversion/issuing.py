"""A package that was issued: its statement, its media, and what becomes of it afterwards (Art. 18(2), 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from registry.act import Act
from registry.bulk import AnyRow, insert_rows, rows_among, storable, table_of
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import roles_over
from registry.queries.conversion import (
    cleared_at,
    discs_of,
    items_of_conversion,
    kept_since,
    reissues_of,
    signatories_of,
)
from registry.queries.organisation import unit_chain
from registry.tables import (
    CaseFile,
    ConversionDisc,
    ConversionReading,
    ConversionReissue,
    ConversionStatement,
    Recording,
)
from registry.transitions.conversion.common import (
    change,
    conversion_of,
    taking_part,
    tell_ledger,
    tell_people,
)
from registry.transitions.conversion.shapes import Disc, Stated
from registry.transitions.retention.cases import enter_use
from registry.types import new_id
from regulation.access_terms import FieldDenied, check_text
from regulation.conversion import MOST_COPIES, check_recall
from regulation.conversion_states import ARTICLE, ConversionEvent, ConversionState
from regulation.errors import ActionDenied
from regulation.vocabulary import Role

_recording = table_of(Recording)


def issue(act: Act, conversion_id: UUID, stated: Stated, discs: Sequence[Disc]) -> None:
    """Enter the package that the run has put together: it is in the register from now on, its originals are kept as
    long as the case file, and what it corrects is superseded. Issued already: nothing.

    Raises `ActionDenied` for a conversion that was not signed.
    """
    row = conversion_of(act, conversion_id)
    if row.issued_at is not None:
        return
    _enter_package(act, row, stated, discs)
    change(act, row, ConversionEvent.ISSUED, issued_at=act.at)
    facts = {
        "edition": row.edition,
        "document_sha256": digest_of(stated.document),
        "paper_sha256": stated.paper_sha256,
        "english_sha256": stated.english_sha256,
        "key_id": stated.key_id,
        "signature": stated.signature,
        "discs": [[one.name, one.tag_manifest_sha256, one.sums_sha256, one.image_sha256] for one in discs],
    }
    tell_ledger(act, Event.CONVERSION_ISSUED, row, facts)
    _use_originals(act, row)
    _supersede(act, row)
    tell_people(act, "outcome", row, taking_part(row))


def _enter_package(act: Act, row: AnyRow, stated: Stated, discs: Sequence[Disc]) -> None:
    if row.state is not ConversionState.PACKING:
        raise ActionDenied("This conversion was not signed.", article=ARTICLE, subject=row.number)
    statement = {
        "id": new_id(),
        "conversion_id": row.id,
        "issued_at": act.at,
        "document": stated.document,
        "key_id": stated.key_id,
        "signature": stated.signature,
        "paper_key": stated.paper_key,
        "paper_sha256": stated.paper_sha256,
        "english_sha256": stated.english_sha256,
    }
    insert_rows(act.connection, ConversionStatement, [statement])
    media = [
        {
            "id": new_id(),
            "conversion_id": row.id,
            "position": position,
            "name": one.name,
            "carrier": row.carrier,
            "tag_manifest_sha256": one.tag_manifest_sha256,
            "sums_sha256": one.sums_sha256,
            "size": one.size,
            "image_sha256": one.image_sha256,
            "image_size": one.image_size,
        }
        for position, one in enumerate(discs, 1)
    ]
    insert_rows(act.connection, ConversionDisc, media)


def _use_originals(act: Act, row: AnyRow) -> None:
    """Each original is evidence in the case from now on, and says so itself."""
    case = act.session.get_one(CaseFile, row.case_id)
    ids = {one.recording_id for one in items_of_conversion(act.connection, row)}
    originals = sorted(
        rows_among(act.connection, select(_recording), _recording.c.id, ids), key=lambda one: str(one.id)
    )
    signatory = min(signatories_of(act.connection, row.id))
    enter_use(act, case.id, originals, signatory, f"证据转换 {row.number}")
    for one in originals:
        facts = {"conversion_id": row.id, "number": row.number}
        act.record(Event.RECORDING_CONVERTED, "recording", one.id, facts, unit_id=one.unit_id, article=ARTICLE)


def _supersede(act: Act, row: AnyRow) -> None:
    if row.supersedes_id is None:
        return
    before = conversion_of(act, row.supersedes_id)
    if before.state is ConversionState.ISSUED:
        change(act, before, ConversionEvent.SUPERSEDED)
        tell_ledger(act, Event.CONVERSION_SUPERSEDED, before, {"by": row.id})
        tell_people(act, "outcome", before, taking_part(before))


def recall(act: Act, conversion_id: UUID, by: UUID, reason: str) -> None:
    """Say that what was issued does not count any more. Raises `ActionDenied` unless `by` signed it or is the principal
    leader over it, `FieldDenied` without a reason."""
    row = conversion_of(act, conversion_id)
    check_recall(by, signatories_of(act.connection, row.id), _roles(act, row, by))
    said = storable(check_text("reason", reason, ARTICLE))
    change(act, row, ConversionEvent.RECALLED, recalled_by_id=by, recall_reason=said)
    tell_ledger(act, Event.CONVERSION_RECALLED, row, {"person_id": by, "reason_sha256": digest_of(said)})
    tell_people(act, "outcome", row, taking_part(row))


def reissue(act: Act, conversion_id: UUID, by: UUID, copies: int, reason: str) -> None:
    """Allow more copies of the same package, whose files are kept anew from now on. Raises as `recall` does, for what
    is not in force, and for a package whose files are gone: proofs and time stamps drawn up anew would be another
    package, and that is signed anew, as a correction of this one."""
    row = conversion_of(act, conversion_id)
    check_recall(by, signatories_of(act.connection, row.id), _roles(act, row, by))
    if row.state is not ConversionState.ISSUED:
        raise ActionDenied("Only what is in force is issued again.", article=ARTICLE, subject=row.number)
    if cleared_at(act.connection, row.id) is not None:
        raise ActionDenied(
            "Its files are not here any more: convert anew, as a correction of this one.",
            article=ARTICLE,
            subject=row.number,
        )
    if not 1 <= copies <= MOST_COPIES:
        raise FieldDenied("copies", f"It must be 1 to {MOST_COPIES}.", ARTICLE)
    said = storable(check_text("reason", reason, ARTICLE))
    written = {"id": new_id(), "conversion_id": row.id, "copies": copies, "reason": said, "person_id": by, "at": act.at}
    insert_rows(act.connection, ConversionReissue, [written])
    facts = {"reissue_id": written["id"], "person_id": by, "copies": copies, "reason_sha256": digest_of(said)}
    tell_ledger(act, Event.CONVERSION_REISSUED, row, facts)
    tell_people(act, "outcome", row, taking_part(row))


def clear(act: Act, conversion_id: UUID, kept: timedelta) -> bool:
    """Enter that the files of a conversion are about to be removed from where it was packed; whether they are: not
    before it was closed, and more copies of it were last allowed, `kept` ago. Entered already: nothing but the word."""
    row = conversion_of(act, conversion_id)
    since = kept_since(act.connection, row)
    if since is None or since + kept > act.at:
        return False
    if cleared_at(act.connection, row.id) is None:
        tell_ledger(act, Event.CONVERSION_CLEARED, row, {"edition": row.edition})
    return True


def _roles(act: Act, row: AnyRow, by: UUID) -> set[Role]:
    return roles_over(act.session, by, unit_chain(act.session, row.unit_id), act.at)


def enter_reading(
    act: Act, conversion_id: UUID, position: int, copy_number: int, *, is_same: bool, problem: str | None
) -> None:
    """Enter that medium `position` of copy `copy_number` was read back, by whom the act says, and whether it is what
    was issued. Raises `ActionDenied` where no such medium, or copy, was issued."""
    row = conversion_of(act, conversion_id)
    disc = next((one for one in discs_of(act.connection, row.id) if one.position == position), None)
    if disc is None:
        raise ActionDenied("No such medium was issued.", article=ARTICLE, subject=row.number)
    most = row.copies + sum(one.copies for one in reissues_of(act.connection, row.id))
    if not 1 <= copy_number <= most:
        raise ActionDenied(f"Copies 1 to {most} were issued.", article=ARTICLE, subject=row.number)
    written = {
        "id": new_id(),
        "disc_id": disc.id,
        "copy_number": copy_number,
        "read_at": act.at,
        "read_by": act.actor,
        "is_same": is_same,
        "problem": None if problem is None else storable(problem[:500]),
    }
    insert_rows(act.connection, ConversionReading, [written])
    facts = {"reading_id": written["id"], "disc": position, "copy": copy_number, "is_same": is_same}
    tell_ledger(act, Event.CONVERSION_READ, row, facts)

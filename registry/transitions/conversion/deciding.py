"""Extraction by the named extractor, the check by a second person, the signature of a leader (Art. 19)."""

from __future__ import annotations

from uuid import UUID

from registry.act import Act
from registry.bulk import AnyRow, storable
from registry.ledger import Event
from registry.ledger.chain import digest_of
from registry.queries.access import gone_among
from registry.queries.access_grants import opened_part
from registry.queries.conversion import (
    answerers_of,
    content_digest,
    decisions_of_conversion,
    items_of_conversion,
    signers_of,
)
from registry.queries.conversion_statement import stated_conversion
from registry.queries.fixity import disputed
from registry.tables import AccessGrant, ConversionVerdict
from registry.transitions.conversion.asking import check_granted
from registry.transitions.conversion.common import (
    answer,
    ask,
    change,
    close_open_step,
    conversion_of,
    open_step,
    taking_part,
    tell_ledger,
    tell_people,
)
from registry.transitions.duties.settling import Rules
from regulation.access import check_decide
from regulation.conversion import ConversionStage
from regulation.conversion_states import ARTICLE, AT_WORK, ConversionEvent
from regulation.errors import ActionDenied
from regulation.statement import check_complete


def extract(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Take the footage out: this moment is the time of extraction, `reason` a word on how. Its run makes what is asked.

    Raises `ActionDenied` for anybody but the named extractor, where the grant does not open the footage any more (Art.
    17), and while the integrity of an original is in doubt (Art. 7).
    """
    step, row = open_step(act, step_id, ConversionStage.EXTRACTION)
    _check_named(act, step, by)
    check_granted(act, row)
    _check_undisputed(act, row)
    answer(act, step, row, by, ConversionVerdict.EXTRACTED, reason, rules)
    change(act, row, ConversionEvent.EXTRACTED, extracted_at=act.at)


def _check_named(act: Act, step: AnyRow, by: UUID) -> None:
    if step.person_id != by or gone_among(act.session, [by], act.at):
        raise ActionDenied("Only the person who was named does this.", article=ARTICLE)


def _check_undisputed(act: Act, row: AnyRow) -> None:
    ids = [one.recording_id for one in items_of_conversion(act.connection, row)]
    doubtful = disputed(act.connection, ids)
    if doubtful:
        raise ActionDenied("Its integrity is in doubt.", article="Art. 7", subject=str(min(doubtful)))


def check(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Say that what was made is what was asked for and agrees with the originals. Raises `ActionDenied` for anybody but
    the named checker, and naming whatever the statement does not say yet."""
    step, row = open_step(act, step_id, ConversionStage.CHECK)
    _check_named(act, step, by)
    check_open_to(act, row)
    check_complete(stated_conversion(act.session, row.id, rules.policy_of(row.unit_id), act.at))
    answer(act, step, row, by, ConversionVerdict.CHECKED, reason, rules)
    change(act, row, ConversionEvent.CHECKED)
    ask(act, row, ConversionStage.SIGNATURE)
    tell_people(act, "sign", row, signers_of(act.session, row, act.at).people)


def sign(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Sign the statement, and let the package out. Raises `ActionDenied` unless `by` may sign at the act's time, where
    what they would sign is not what was checked, where the statement lacks something, where the grant was revoked or an
    original marked since (Art. 17), and while the integrity of an original is in doubt (Art. 7)."""
    step, row = open_step(act, step_id, ConversionStage.SIGNATURE)
    found = signers_of(act.session, row, act.at)
    check_decide(by, found)
    check_open_to(act, row)
    _check_undisputed(act, row)
    _check_as_checked(act, row)
    check_complete(stated_conversion(act.session, row.id, rules.policy_of(row.unit_id), act.at))
    answer(act, step, row, by, ConversionVerdict.SIGNED, reason, rules, role=found.role, passed=found.passed)
    change(act, row, ConversionEvent.SIGNED)


def check_open_to(act: Act, row: AnyRow) -> None:
    """Raise `ActionDenied` (Art. 17) where the grant was revoked since, or footage marked. That its time has passed
    meanwhile does no harm: it was live when the footage was taken out."""
    grant = act.session.get_one(AccessGrant, row.grant_id)
    if grant.revoked_at is not None:
        raise ActionDenied("The leave to this footage was revoked.", article="Art. 17", subject=row.number)
    for item in items_of_conversion(act.connection, row):
        if opened_part(act.session, row.grant_id, item.recording_id) is None:
            raise ActionDenied("It was marked or destroyed since.", article="Art. 17", subject=str(item.recording_id))


def _check_as_checked(act: Act, row: AnyRow) -> None:
    checked = [
        one
        for one in decisions_of_conversion(act.connection, row.id)
        if one.verdict is ConversionVerdict.CHECKED and one.edition == row.edition
    ]
    if not checked or checked[-1].content_sha256 != content_digest(act.connection, row):
        raise ActionDenied("It is not what was checked: send it back.", article=ARTICLE, subject=row.number)


def send_back(act: Act, step_id: UUID, by: UUID, reason: str, rules: Rules) -> None:
    """Send it back to who asked for it, with a reason. Raises `ActionDenied` for anybody who is not asked now."""
    step, row = open_step(act, step_id, *ConversionStage)
    if by not in answerers_of(act.session, row, step, act.at):
        raise ActionDenied("This step is not yours to answer.", article=ARTICLE, subject=row.number)
    role = signers_of(act.session, row, act.at).role if step.stage is ConversionStage.SIGNATURE else None
    answer(act, step, row, by, ConversionVerdict.RETURNED, reason, rules, role=role)
    _return(act, row)


def give_up(act: Act, conversion_id: UUID, problem: str) -> None:
    """Send it back because it cannot be made: an original cannot be had, or is not what was taken in. Nothing where it
    is not being made any more."""
    row = conversion_of(act, conversion_id)
    if row.state not in AT_WORK:
        return
    said = storable(problem[:500])
    tell_ledger(act, Event.CONVERSION_RETURNED, row, {"edition": row.edition, "problem_sha256": digest_of(said)})
    close_open_step(act, row)
    _return(act, row, said)


def _return(act: Act, row: AnyRow, problem: str | None = None) -> None:
    change(act, row, ConversionEvent.RETURNED, problem=problem)
    tell_people(act, "outcome", row, taking_part(row))

"""Work out how long each original is kept, and have the vault keep it no shorter (Art. 18)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import task

from blocks.vault import EvidenceVault
from registry.bulk import AnyRow
from registry.queries.retention import held
from registry.queries.vault_locks import stale_in_vault
from registry.transitions import retention
from registry.transitions.retention import SettledTerms, ToldVault
from regulation.errors import ConfigurationError, FixityError
from regulation.expiry import lockable
from regulation.retention import may_go_from, outlasts_locks
from tasks.retention.work import RetentionWork
from tasks.steps import RETRIED

SETTLED_AT_ONCE = 5_000
TOLD_AT_ONCE = 500
ASKED_AT_ONCE = 8
"""Requests to the vault under way at a time."""


@task(**RETRIED, name="settle-terms")
def settle_terms(work: RetentionWork) -> None:
    """Work out anew whatever facts have changed, and everything where the policy has."""
    with work.acting() as act:
        retention.touch_other_policies(act, _versions(work))
    done, waiting = SettledTerms(), set[UUID]()
    while True:
        with work.acting() as act:
            ids = retention.touched_terms(act, SETTLED_AT_ONCE, waiting)
            settled = retention.settle_terms(act, ids, work.rules)
            retention.untouch_terms(act, set(ids) - settled.waiting)
        done.add(settled)
        waiting |= settled.waiting
        if not ids:
            break
    work.refused |= done.refused
    work.counts.update(settled=done.opened + done.changed, shorter=done.shorter, waiting_for_policy=len(waiting))


def _versions(work: RetentionWork) -> dict[UUID, str]:
    """The policy of each unit; one whose policy is not sound is left out, and told."""
    found = {}
    for unit_id in work.organisation.units:
        try:
            found[unit_id] = work.rules.policy_of(unit_id).version
        except ConfigurationError as refusal:
            work.refused[unit_id] = refusal
    return found


@task(**RETRIED, name="align-vault")
def align_vault(work: RetentionWork) -> None:
    """Have the vault hold what is held or outlasts its lock, and lock the rest no shorter than its term.

    What the vault has lost is left for the audit of the originals, and does not stop the others.
    """
    failed = set[UUID]()
    while True:
        with work.registry.reading() as reading:
            connection = reading.connection()
            rows = stale_in_vault(connection, TOLD_AT_ONCE, failed)
            wanted = held(connection, [row.recording_id for row in rows])
        if not rows:
            break
        with ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="vault") as pool:
            tell = partial(tell_vault, work.archive.vault)
            told = list(pool.map(tell, rows, [row.recording_id in wanted for row in rows]))
        failed |= {row.recording_id for row, one in zip(rows, told, strict=True) if one is None}
        answers = [one for one in told if one is not None]
        with work.acting() as act:
            retention.note_vault(act, answers)
        work.counts.update(aligned=len(answers))
    work.counts.update(not_in_vault=len(failed))


def tell_vault(vault: EvidenceVault, row: AnyRow, is_held: bool) -> ToldVault | None:
    """Tell the vault of one original; None where it does not have it any more."""
    zone = ZoneInfo(row.zone)
    try:
        wanted = is_held or outlasts_locks(row.due_on, zone)
        now = vault.set_legal_hold(row.vault_key, row.vault_version, wanted)
        if row.due_on is not None:
            until = lockable(may_go_from(row.due_on, zone))
            if now.retain_until is None or until > now.retain_until:
                now = vault.extend_retention(row.vault_key, row.vault_version, until)
    except FixityError:
        return None
    return ToldVault(row.recording_id, now.legal_hold, now.retain_until)

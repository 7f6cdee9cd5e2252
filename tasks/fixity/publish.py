"""What the Prefect UI shows of audits and reconciliations: how much is proved, and what is wrong (Art. 7).

Codes of units, numbers of incidents, ids of recordings: no names, no keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from registry.queries.fixity import Coverage, IncidentRow, coverage, open_incidents
from registry.transitions import notices
from tasks.fixity.chart import chart
from tasks.fixity.words import COUNTS, KINDS
from tasks.fixity.work import FixityWork
from tasks.markdown import picture
from tasks.progress import quietly
from tasks.steps import RETRIED

SHOWN = 300
"""Incidents in the table: the newest; `custody fixity incidents` has them all."""

GIB = 1 << 30


@task(**RETRIED, name="finish-sweep")
def finish_sweep(work: FixityWork) -> None:
    """Enter what was counted."""
    with work.acting() as act:
        notices.finish_sweep(act, work.sweep_id, work.counts)


@task(name="publish-audit", cache_policy=NO_CACHE)
def publish_audit(work: FixityWork) -> None:
    """Show the administrator how much of each unit's footage is proved, and what is wrong."""
    with work.registry.reading() as reading:
        units, incidents = coverage(reading.connection(), work.now()), open_incidents(reading.connection(), limit=SHOWN)
    quietly(
        create_markdown_artifact,
        key="fixity-audit",
        markdown=_audit(work, units),
        description="完整性校验 how much of each unit's footage is proved",
    )
    _publish_incidents(work, incidents)


@task(name="publish-reconciliation", cache_policy=NO_CACHE)
def publish_reconciliation(work: FixityWork) -> None:
    """Show the administrator what was compared, and what is wrong."""
    with work.registry.reading() as reading:
        incidents = open_incidents(reading.connection(), limit=SHOWN)
    quietly(
        create_markdown_artifact,
        key="vault-reconciliation",
        markdown=_reconciled(work),
        description="账实核对 registry, vault and ledger compared",
    )
    _publish_incidents(work, incidents)


def _publish_incidents(work: FixityWork, incidents: Sequence[IncidentRow]) -> None:
    quietly(
        create_table_artifact,
        key="open-incidents",
        table=[_row(one) for one in incidents],
        description="未结事件 open incidents: settle them with `custody fixity close`",
    )
    if work.counts["incidents"]:
        emit_event(
            event="bwc.incident.opened",
            resource={"prefect.resource.id": "bwc.vault", "prefect.resource.name": "vault"},
            payload={"count": work.counts["incidents"]},
        )


def _row(one: IncidentRow) -> dict[str, str]:
    return {
        "incident": one.number,
        "kind": KINDS[one.kind],
        "unit": one.unit_code,
        "recording": "" if one.recording_id is None else str(one.recording_id),
        "found": f"{one.found_at:%Y-%m-%d %H:%M} UTC",
        "repaired": "" if one.repaired_at is None else f"{one.repaired_at:%Y-%m-%d %H:%M} UTC",
    }


def _audit(work: FixityWork, units: Sequence[Coverage]) -> str:
    originals, covered = sum(one.originals for one in units), sum(one.covered for one in units)
    share = covered / originals if originals else 1.0
    parts = [
        f"## 完整性校验 Fixity, {work.started_at:%Y-%m-%d %H:%M} UTC",
        f"**{share:.1%}** of {originals:,} originals were read within their period and found as they were verified "
        f"(第七条 Art. 7). Read tonight: {work.counts['bytes'] / GIB:,.1f} GiB.",
        _unlocked(work),
        _counts(work),
        _by_unit(units),
        picture("coverage by unit", chart(units)),
    ]
    return "\n\n".join(part for part in parts if part)


def _reconciled(work: FixityWork) -> str:
    head = f"## 账实核对 Registry, vault and ledger, {work.started_at:%Y-%m-%d %H:%M} UTC"
    return "\n\n".join(part for part in (head, _unlocked(work), _counts(work)) if part)


def _unlocked(work: FixityWork) -> str:
    """What the unit accepted of a vault that cannot lock; every report says so."""
    if not getattr(work.vault, "accepts_no_object_lock", False):
        return ""
    return (
        "> **保管库不能锁定原始文件，本单位已明确接受。** The store does not protect originals from deletion; "
        "the unit accepts that in so many words (`accepts_no_object_lock`; 第七条 Art. 7)."
    )


def _counts(work: FixityWork) -> str:
    rows = [f"| {word} | {work.counts[name]:,} |" for name, word in COUNTS.items() if work.counts[name]]
    return "\n".join(["| 事项 what | 数量 count |", "|---|---|", *rows]) if rows else ""


def _by_unit(units: Sequence[Coverage]) -> str:
    head = "| 单位 unit | 原始件 originals | GiB | 已覆盖 covered | 未校验 never read | 最早 oldest | 未结 incidents |"
    rows = [
        f"| `{one.unit_code}` | {one.originals:,} | {one.size / GIB:,.1f} | {one.share:.1%} | {one.never:,} | "
        f"{'–' if one.oldest is None else f'{one.oldest:%Y-%m-%d}'} | {one.incidents or ''} |"
        for one in units
    ]
    return "\n".join([head, "|---|--:|--:|--:|--:|---|--:|", *rows]) if rows else ""

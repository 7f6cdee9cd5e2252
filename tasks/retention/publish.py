"""What the Prefect UI shows of a sweep over terms: why originals are kept, what is coming, what is due (Art. 18)."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from registry.queries.overlong import limits_of, overlong
from registry.queries.retention_report import Held, by_class, coming, open_changes
from registry.transitions import notices
from regulation.retention import Kept
from tasks.disposal.words import CLASSES, KEPT
from tasks.markdown import harmless, picture
from tasks.progress import quietly
from tasks.retention.chart import chart
from tasks.retention.work import RetentionWork
from tasks.steps import RETRIED

COUNTS = {
    "settled": "期限已核定 terms worked out",
    "aligned": "保管库已同步 told to the vault",
    "not_in_vault": "保管库中缺失 not in the vault",
    "coming": "将到期 coming to their end",
    "lists": "新建清册 lists opened",
    "listed": "列入清册 originals listed",
    "lists_followed": "跟进清册 lists followed",
    "shorter": "新制度将缩短期限，待主要领导决定 shorter by a new policy, waiting for the principal leader",
    "waiting_for_policy": "待制度更正 waiting for a sound policy",
    "packages_cleared": "清理证据包副本 copies of packages removed",
    "overlong": "超期留存 kept beyond their term without a reason",
}
WAITING = "项制度变更待主要领导决定 policies that release footage earlier wait for the principal leader (Art. 23)."
REFUSED = "制度配置有误 these units wait for a sound policy (Art. 23)"


@task(**RETRIED, name="finish-sweep")
def finish_sweep(work: RetentionWork) -> None:
    """Enter what was counted."""
    at = work.now()
    limits, _ = limits_of(work.organisation.units.values(), work.rules.policy_of, at)
    with work.registry.reading() as reading:
        _, work.counts["overlong"] = overlong(reading, limits, at, limit=0)
    work.counts.update({f"kept_{why}": count for why, count in work.kept.items()})
    with work.acting() as act:
        notices.finish_sweep(act, work.sweep_id, work.counts)


@task(name="publish-sweep", cache_policy=NO_CACHE)
def publish_sweep(work: RetentionWork) -> None:
    """Show the administrator why everything is kept, and what is next."""
    with work.registry.reading() as reading:
        connection = reading.connection()
        rows, ahead, changes = by_class(connection), coming(connection, work.now()), open_changes(connection)
    quietly(
        create_markdown_artifact,
        key="retention-expiry",
        markdown=_summary(work, rows, chart(ahead), changes),
        description="保存期限 the last sweep over all terms",
    )
    quietly(
        create_table_artifact,
        key="retention-by-unit",
        table=[_row(one) for one in rows],
        description="各单位资料的保存情况 why originals are kept, by unit",
    )
    emit_event(
        event="bwc.retention.swept",
        resource={"prefect.resource.id": "bwc.retention", "prefect.resource.name": "retention"},
        payload=dict(work.counts),
    )


def _row(one: Held) -> dict[str, object]:
    return {
        "unit": one.unit_code,
        "name": harmless(one.unit_name),
        "class": CLASSES[one.retention_class],
        "kept because": KEPT[one.kept] if one.kept is not None else "有期限 has a last day",
        "originals": one.originals,
        "first last day": "" if one.first_due is None else str(one.first_due),
    }


def _summary(work: RetentionWork, rows: list[Held], svg: str, changes: int) -> str:
    counted = [f"| {word} | {work.counts[name]} |" for name, word in COUNTS.items() if work.counts[name]]
    kept = [f"| {KEPT[Kept(why)]} | {count} |" for why, count in work.kept.most_common()]
    refused = [
        f"- `{work.organisation.units[unit].code}`: {harmless(str(problem))}" for unit, problem in work.refused.items()
    ]
    parts = [
        f"## 保存期限 Terms, {work.started_at:%Y-%m-%d %H:%M} UTC",
        f"**{sum(one.originals for one in rows)}** 条资料 originals, 第十八条 Art. 18.",
        "**试运行 dry run**: nothing is destroyed by what this sweep starts." if work.dry_run else "",
        _table("事项 what", counted),
        "**期满但仍保留 over, and kept all the same**" if kept else "",
        _table("原因 why", kept),
        f"**{changes}** {WAITING}" if changes else "",
        f"**{REFUSED}**\n\n" + "\n".join(refused) if refused else "",
        picture("coming to their end", svg),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(what: str, rows: list[str]) -> str:
    return "\n".join([f"| {what} | 数量 count |", "|---|---|", *rows]) if rows else ""

"""What the Prefect UI shows of a request: seats, states, times; no names, and not what it is for (Art. 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from registry.queries.access_whole import StepRow, WholeRequest
from registry.tables import Verdict
from regulation.access import PassedOver, Stage
from regulation.vocabulary import Role
from tasks.markdown import harmless
from tasks.notices.words import GROUNDS, REQUESTS, ROLES
from tasks.progress import quietly

_STAGES: Mapping[Stage, str] = MappingProxyType({Stage.REVIEW: "保密审查 review", Stage.APPROVAL: "审批 approval"})
_VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.APPROVED: "批准 approved", Verdict.PARTLY: "部分批准 partly approved", Verdict.DENIED: "不予批准 denied"}
)
_PASSED: Mapping[PassedOver, str] = MappingProxyType(
    {
        PassedOver.VACANT: "空缺 vacant",
        PassedOver.OWN_REQUEST: "本人申请 own request",
        PassedOver.STOOD_ASIDE: "回避 stood aside",
    }
)


@task(name="publish-request", cache_policy=NO_CACHE)
def publish_request(whole: WholeRequest) -> None:
    """Show where the request stands."""
    quietly(
        create_markdown_artifact,
        key=f"access-{whole.row.number.lower()}",
        markdown=summary(whole),
        description=f"调阅申请 access request {whole.row.number}",
    )


def summary(whole: WholeRequest) -> str:
    """The request as a page of Markdown."""
    row, zone = whole.row, ZoneInfo(whole.row.zone)
    state = REQUESTS[row.state]
    lines = [_step(one, zone) for one in whole.steps if one.step.round == row.round]
    parts = [
        f"## {row.number}: {state['zh']} {state['en']}",
        f"**{row.items}** 条资料 recordings, 第 {row.round} 轮 round {row.round}, "
        f"提交 handed in {_at(row.submitted_at, zone)}, 第十七条 Art. 17.",
        "| 环节 step | 岗位 seat | 单位 unit | 依据 ground | 状态 state |\n|---|---|---|---|---|\n" + "\n".join(lines),
        _grant(whole, zone),
        "此处不作决定：恢复运行只会重新查看登记库。 Nothing is decided here: resuming the run only looks again.",
    ]
    return "\n\n".join(part for part in parts if part)


def _step(one: StepRow, zone: ZoneInfo) -> str:
    role, ground = ROLES[one.step.role], GROUNDS[one.step.ground]
    cells = (
        _STAGES[one.step.stage],
        f"{role['zh']} {role['en']}",
        harmless(one.unit_name),
        ground["en"],
        _standing(one, zone),
    )
    return f"| {' | '.join(cells)} |"


def _standing(one: StepRow, zone: ZoneInfo) -> str:
    decision = one.decision
    if decision is not None:
        passed = "; ".join(f"{ROLES[Role(role)]['en']}: {_PASSED[PassedOver(why)]}" for role, why in decision.passed)
        told = f"{_VERDICTS[decision.verdict]} {_at(decision.at, zone)}, policy {decision.policy_version[:8]}"
        return f"{told} ({passed})" if passed else told
    if one.is_open:
        nobody = one.deciders is None or not one.deciders.people
        return "暂无人可以审批 nobody can decide" if nobody else f"等待中 waits since {_at(one.step.opened_at, zone)}"
    return "已结束 over" if one.step.closed_at is not None else "待前一环节 waits for the step before"


def _grant(whole: WholeRequest, zone: ZoneInfo) -> str:
    grant = whole.grant
    if grant is None:
        return ""
    return (
        f"授权 grant: {_at(grant.valid_from, zone)} – {_at(grant.valid_until, zone)}, "
        f"{len(whole.views)} of {grant.views} looks used, {grant.copies} copies."
    )


def _at(at: datetime | None, zone: ZoneInfo) -> str:
    return "–" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

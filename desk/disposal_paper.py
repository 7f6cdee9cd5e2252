"""A disposal list as a paper under the unit's letterhead, to read, to sign and to file (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from blocks.typesetter import typeset
from desk.moments import shown_time
from desk.words import WORDS, Language, say
from registry.queries.answered import AnsweredStep
from registry.queries.disposal_whole import ItemRow, WholeList
from regulation.citing import cite
from regulation.disposal import ARTICLE
from regulation.disposal_states import ItemState

_TEMPLATE = Path(__file__).parent / "papers" / "disposal_list.typ"
_COLUMNS = ("序号", "资料", "执法活动", "保存类别", "起算", "到期日", "字节数", "鉴定意见")
_DECIDED = ("事项", "人员", "岗位", "时间", "条数", "理由")
_SIGNATURES = ("鉴定人（签名）", "批准人（签名）", "监销人（签名）", "监销人（签名）")


def list_paper(whole: WholeList, items: Iterable[ItemRow], language: Language, at: datetime) -> bytes:
    """The list as a PDF, made at the moment `at`: what stands on it and what was said; nothing that was taken off."""
    return typeset(_TEMPLATE, _document(whole, items, language, at), at)


def _document(whole: WholeList, items: Iterable[ItemRow], language: Language, at: datetime) -> Mapping[str, Any]:
    row = whole.row
    return {
        "language": language,
        "title": say("执法音像资料销毁清册", language),
        "unit": row.unit_name,
        "number": row.number,
        "made": say("制作于 {at}", language, at=shown_time(at, row.zone)),
        "facts": list(_facts(whole, language)),
        "headings": {"decisions": say("办理进度", language), "items": say("资料", language)},
        "decided": [say(one, language) for one in _DECIDED],
        "decisions": [_word(one, row.zone, language) for one in whole.steps if one.decision is not None],
        "columns": [say(one, language) for one in _COLUMNS],
        "items": [_line(one, language) for one in items if one.state is not ItemState.DROPPED],
        "signatures": [say(one, language) for one in _SIGNATURES],
        "sealed": say("年　　月　　日（印章）", language),
    }


def _facts(whole: WholeList, language: Language) -> Iterator[tuple[str, str]]:
    row = whole.row
    counts = [count for state, count in whole.counts.items() if state is not ItemState.DROPPED]
    originals, size = sum(count for count, _ in counts), sum(size for _, size in counts)
    yield say("状态", language), say(WORDS["list_state"][row.state], language)
    yield say("条款", language), cite(ARTICLE, language)
    yield say("立册", language), shown_time(row.opened_at, row.zone)
    yield say("等待期", language), shown_time(row.grace_until, row.zone) or "–"
    yield say("资料", language), say("{count} 条资料", language, count=originals)
    yield say("字节数", language), f"{size:,}"


def _word(one: AnsweredStep, zone: str, language: Language) -> list[str]:
    said = one.decision
    assert said is not None
    seat = say("监销人", language) if said.role is None else say(WORDS["role"][said.role], language)
    what = say(WORDS["disposal_verdict"][said.verdict], language)
    return [what, f"{said.name} {said.number}", seat, shown_time(said.at, zone), str(said.items), said.reason]


def _line(one: ItemRow, language: Language) -> dict[str, str]:
    said = "–" if one.appraisal is None else say(WORDS["appraisal"][one.appraisal], language)
    return {
        "what": say(WORDS["media"][one.media_kind], language),
        "activity": one.activity or "–",
        "class": f"{say(WORDS['class'][one.retention_class], language)} {cite(one.article, language)}",
        "term": f"{say(WORDS['trigger'][one.trigger], language)} {one.trigger_on}",
        "due": str(one.due_on),
        "size": f"{one.size:,}",
        "said": said if one.appraised_by is None else f"{said} · {one.appraised_by}：{one.reason or ''}",
        "sha256": one.sha256,
    }

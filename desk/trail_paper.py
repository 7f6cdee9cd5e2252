"""A recording's trail as a paper: what ever happened to it, and how anybody checks that (Art. 7, 17)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from blocks.typesetter import typeset
from desk.moments import length, shown_time
from desk.words import WORDS, Language, say
from registry.queries.recording_trail import Trail
from regulation.citing import cite

_TEMPLATE = Path(__file__).parent / "papers" / "trail.typ"


def trail_file(trail: Trail) -> bytes:
    """The trail as the file that the paper names the digest of."""
    return json.dumps(trail.document(), ensure_ascii=False, indent=1).encode()


def trail_paper(trail: Trail, language: Language, at: datetime) -> bytes:
    """The trail as a PDF, made at the moment `at`."""
    return typeset(_TEMPLATE, _document(trail, language, at), at)


def trail_lines(trail: Trail, language: Language) -> list[Mapping[str, str]]:
    """Each entry as people read it: what happened, in words, and who did it, by the certificate number."""
    return [
        {
            "seq": str(one.seq),
            "at": shown_time(one.at, trail.unit.zone),
            "event": _named("trail_event", one.event, language),
            "actor": trail.numbers.get(one.actor) or _named("trail_actor", one.actor, language),
            "article": "–" if one.article is None else cite(one.article, language),
            "hash": one.hash,
        }
        for one in trail.entries
    ]


def _named(kind: str, member: str, language: Language) -> str:
    """In words; what there is no word for stays what the ledger calls it."""
    words = WORDS[kind]
    return say(words[member], language) if member in words else member


def _document(trail: Trail, language: Language, at: datetime) -> Mapping[str, Any]:
    zone = trail.unit.zone

    def t(text: str, **facts: object) -> str:
        return say(text, language, **facts)

    return {
        "language": language,
        "title": t("保管链记录"),
        "subtitle": t("执法音像资料 {hash}", hash=trail.recording.sha256[:16]),
        "made": t("制作于 {at}", at=shown_time(at, zone)),
        "facts": _facts(trail, t),
        "hashes": ["SHA-256", "SM3"],
        "headings": {"entries": t("保管链记录"), "check": t("如何核验"), "file": t("记录文件的 SHA-256：")},
        "columns": ["#", t("时间"), t("事项"), t("操作人"), t("条款"), t("摘要")],
        "entries": trail_lines(trail, language),
        "check": [
            t("计算资料文件的 SHA-256，应与上面一致。"),
            t("记录文件（JSON）列出每一条的全部内容；按其中的说明重新计算，应得到上面的摘要。"),
            t("在本系统运行 custody verify，核对整条保管链。"),
        ],
        "file_sha256": sha256(trail_file(trail)).hexdigest(),
    }


def _facts(trail: Trail, t: Any) -> list[tuple[str, str]]:
    one = trail.recording
    facts = [
        (t("资料"), t(WORDS["media"][one.media_kind])),
        (t("拍摄时间"), shown_time(one.started_at, trail.unit.zone) or "–"),
        (t("入库时间"), shown_time(one.received_at, trail.unit.zone)),
        (t("单位"), trail.unit.name),
        (t("执法活动"), trail.activity or "–"),
        (t("执法记录仪"), trail.device or "–"),
        (t("时长"), length(one.duration_seconds) or "–"),
        (t("编码格式"), one.streams or "–"),
        (t("字节数"), f"{one.size:,}"),
        ("SHA-256", one.sha256),
        ("SM3", one.sm3 or "–"),
    ]
    live = [t(WORDS["marking"][marking.marking]) for marking in trail.markings if marking.lifted_at is None]
    return [*facts, (t("保密标记"), " · ".join(live) or t("没有标记。"))]

"""Why an original is kept, or what is due, in a sentence with its article (Art. 18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Protocol

from regulation.citing import Language, cite
from regulation.retention import Kept, RetentionClass, Trigger, is_over

Both = Mapping[Language, str]
"""The same in both languages."""


class StatesTerm(Protocol):
    """A term, as it was worked out or as a row has it."""

    @property
    def retention_class(self) -> RetentionClass: ...
    @property
    def article(self) -> str: ...
    @property
    def trigger(self) -> Trigger | None: ...
    @property
    def trigger_on(self) -> date | None: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def kept(self) -> Kept | None: ...


def _both(chinese: str, english: str) -> Both:
    return MappingProxyType({"zh": chinese, "en": english})


CLASSES: Mapping[RetentionClass, Both] = MappingProxyType(
    {
        RetentionClass.ROUTINE: _both("日常巡查检查", "routine inspection"),
        RetentionClass.OTHER: _both("其他执法活动", "other enforcement"),
        RetentionClass.EVIDENCE: _both("作为证据使用", "evidence"),
        RetentionClass.NONE: _both("未定保存类别", "no class yet"),
    }
)

TRIGGERS: Mapping[Trigger, Both] = MappingProxyType(
    {
        Trigger.RECORDING_ENDED: _both("录制结束", "the end of the recording"),
        Trigger.RECEIVED: _both("入库", "its being taken in"),
        Trigger.CASE_CLOSED: _both("结案", "the closing of the case"),
    }
)

REASONS: Mapping[Kept, Both] = MappingProxyType(
    {
        Kept.UNVERIFIED: _both("尚未封存", "it is not sealed yet"),
        Kept.UNFILED: _both("尚未归档到执法活动", "it is filed under no activity yet"),
        Kept.NO_TERM: _both("此类执法活动未规定保存期限", "no term is set for this kind of activity"),
        Kept.NO_CASE: _both("应当归入案卷而尚未关联案卷", "it belongs to a case file and to none yet"),
        Kept.CASE_UNKNOWN: _both("所关联的案卷尚未登记", "the case file it names is not entered"),
        Kept.CASE_OPEN: _both(
            "所属案件未结，或者案卷保存年限未定", "its case is open, or nobody has said how long the file is kept"
        ),
        Kept.CASE_PERMANENT: _both("所属案卷永久保存", "its case file is permanent"),
        Kept.APPRAISED: _both("经鉴定决定长期续存", "it was decided to keep it without an end"),
        Kept.IN_TERM: _both("尚在保存期内", "its term is not over"),
        Kept.LOCKED: _both("尚在存储锁定期内", "the vault's own lock is not over"),
        Kept.HELD: _both("已被暂停处置", "it is held back"),
        Kept.ACCESS_OPEN: _both("调阅尚未办结", "access to it is not over"),
        Kept.CONVERSION_OPEN: _both("正在转换为证据", "it is being converted to evidence"),
        Kept.DUTY_OPEN: _both("有事项尚未办结", "something about it is not settled"),
        Kept.INCIDENT_OPEN: _both("完整性存疑，正在核查", "its integrity is in doubt"),
        Kept.LISTED: _both("已列入销毁清册", "it stands on a disposal list"),
    }
)
"""Why an original is kept, as part of a sentence."""

BY: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.LOCKED: "Art. 7",
        Kept.HELD: "Art. 18",
        Kept.ACCESS_OPEN: "Art. 17",
        Kept.CONVERSION_OPEN: "Art. 19",
        Kept.DUTY_OPEN: "Art. 18",
        Kept.INCIDENT_OPEN: "Art. 7",
        Kept.LISTED: "Art. 18",
    }
)
"""By which article something keeps what its term would let go."""

_ENDLESS = _both("按{article}，{why}，没有到期日，一直保存。", "By {article} it is kept without a last day: {why}.")
_RUNNING = _both(
    "按{article}，属{of}，自{trigger}（{since}）起算，保存至 {due}。",
    "By {article}, as {of}, counted from {trigger} ({since}), it is kept until {due}.",
)
_OVER = _both(
    "按{article}，属{of}，自{trigger}（{since}）起算，保存期已于 {due} 届满，",
    "By {article}, as {of}, counted from {trigger} ({since}), its term ended on {due}; ",
)
_DUE = _both("待列入销毁清册。", "it is due to be put on a disposal list.")
_LISTED = _both("已列入销毁清册 {number}。", "it stands on disposal list {number}.")
_STILL = _both("但{why}，继续保存。", "it is still kept, for {why}.")
_BESIDES = _both("另外，{why}。", " Besides, {why}.")
_CITED = _both("{why}（{article}）", "{why} ({article})")
_AND = _both("、", ", and ")
_UNKNOWN = _both("按第十八条，保存期限尚未核定，一直保存。", "By Art. 18 it is kept: its term is not worked out yet.")


def why_kept(
    term: StatesTerm | None,
    today: date,
    language: Language,
    *,
    keepers: Iterable[Kept] = (),
    list_number: str | None = None,
) -> str:
    """Why an original is kept on the unit's day `today`, or what is due.

    Args:
        term: Its term; None where none was worked out yet.
        keepers: What keeps it beside its term.
        list_number: The disposal list on which it stands.
    """
    if term is None:
        return _UNKNOWN[language]
    others = _others(keepers, language)
    if term.due_on is None:
        return _endless(term, language) + (_BESIDES[language].format(why=others) if others else "")
    if not is_over(term.due_on, today):
        return _counted(_RUNNING, term, language) + (_BESIDES[language].format(why=others) if others else "")
    return _counted(_OVER, term, language) + _what_follows(others, list_number, language)


def _endless(term: StatesTerm, language: Language) -> str:
    # A term without an end says why; a row that does not is one that nobody has worked out.
    if term.kept is None:
        return _UNKNOWN[language]
    return _ENDLESS[language].format(article=cite(term.article, language), why=REASONS[term.kept][language])


def _counted(form: Both, term: StatesTerm, language: Language) -> str:
    since = TRIGGERS[term.trigger][language] if term.trigger is not None else "–"
    return form[language].format(
        article=cite(term.article, language),
        of=CLASSES[term.retention_class][language],
        trigger=since,
        since=term.trigger_on or "–",
        due=term.due_on,
    )


def _what_follows(others: str, list_number: str | None, language: Language) -> str:
    if list_number is not None:
        return _LISTED[language].format(number=list_number)
    return _STILL[language].format(why=others) if others else _DUE[language]


def _others(keepers: Iterable[Kept], language: Language) -> str:
    said = [
        _CITED[language].format(why=REASONS[one][language], article=cite(BY[one], language))
        for one in keepers
        if one in BY
    ]
    return _AND[language].join(said)

"""How long each original is kept, and why (Art. 18).

Routine inspection: at least six months from the end of the recording. Evidence: as long as the case file. Of several
classes the longest counts. Where the text is silent, or a fact is missing, there is no day on which an original may go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from regulation.clock import as_utc
from regulation.definitions import IN_FORCE_FROM
from regulation.expiry import LAST_LOCK, day_over, expiry_day
from regulation.parameters import BOUNDS, PARAMETERS, Measure
from regulation.policy import Policy
from regulation.vocabulary import ActivityKind

MONTHS_A_YEAR = 12
LONGEST_YEARS = BOUNDS[Measure.TERM][1] // MONTHS_A_YEAR
"""Longer than any case file is kept; what is to stay beyond is permanent."""


class RetentionClass(StrEnum):
    ROUTINE = "routine"  # 日常巡查检查
    OTHER = "other"  # 其他执法活动: only where a document sets a term
    EVIDENCE = "evidence"  # 作为证据使用
    NONE = "none"  # 未定保存类别


class Trigger(StrEnum):
    """What a term is counted from."""

    RECORDING_ENDED = "recording-ended"  # 录制结束
    RECEIVED = "received"  # 入库: the end is not known, or lies after the receipt
    CASE_CLOSED = "case-closed"  # 结案


class Kept(StrEnum):
    """Why an original is kept. The first group leaves it without a day on which it may go, the second passes."""

    UNVERIFIED = "unverified"  # 未封存
    UNFILED = "unfiled"  # 未归档
    NO_TERM = "no-term"  # 未规定保存期限
    NO_CASE = "no-case"  # 未关联案卷
    CASE_UNKNOWN = "case-unknown"  # 案卷未登记
    CASE_OPEN = "case-open"  # 案件未结
    CASE_PERMANENT = "case-permanent"  # 案卷永久保存
    APPRAISED = "appraised"  # 鉴定续存: somebody decided to keep it, without an end

    IN_TERM = "in-term"  # 保存期内
    LOCKED = "locked"  # 保留锁定期内
    HELD = "held"  # 暂停处置
    ACCESS_OPEN = "access-open"  # 调阅中: asked for, granted, or a copy is out
    CONVERSION_OPEN = "conversion-open"  # 证据转换中
    DUTY_OPEN = "duty-open"  # 有未办结事项
    INCIDENT_OPEN = "incident-open"  # 完整性存疑
    LISTED = "listed"  # 已列入销毁清册


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case file as far as terms go by it. `closed_on` is None while the case is open; `years` None and not
    `permanent`: nobody has said how long the file is kept. `known` is False for a number that no file has."""

    closed_on: date | None = None
    years: int | None = None
    permanent: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Extension:
    """Somebody's decision to keep an original until a day, or without an end."""

    until: date | None


@dataclass(frozen=True, slots=True)
class Footage:
    """What the registry knows of an original. `kind` is its activity's, None while it is filed under none."""

    is_sealed: bool
    kind: ActivityKind | None
    ended_at: datetime | None
    received_at: datetime
    cases: tuple[CaseFile, ...] = ()
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """How long an original is kept: `due_on` is its last day, or `kept` why there is none."""

    retention_class: RetentionClass
    article: str
    trigger: Trigger | None = None
    trigger_on: date | None = None
    due_on: date | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class _KindRule:
    """The class of an activity's kind and the parameter that holds its term; None where only a case sets one."""

    retention_class: RetentionClass
    term: str | None


KINDS: Mapping[ActivityKind, _KindRule] = MappingProxyType(
    {
        ActivityKind.INSPECTION: _KindRule(RetentionClass.ROUTINE, "routine_retention_months"),
        ActivityKind.SUMMARY_PENALTY: _KindRule(RetentionClass.EVIDENCE, None),
        ActivityKind.INVESTIGATION: _KindRule(RetentionClass.EVIDENCE, None),
        ActivityKind.HEARING_OF_PARTIES: _KindRule(RetentionClass.OTHER, "hearing_retention_months"),
        ActivityKind.ENFORCEMENT: _KindRule(RetentionClass.EVIDENCE, None),
        ActivityKind.SERVICE_OF_DOCUMENTS: _KindRule(RetentionClass.OTHER, "service_retention_months"),
        ActivityKind.DISPUTE_PRONE: _KindRule(RetentionClass.OTHER, "dispute_retention_months"),
    }
)
"""What each kind of Art. 9 is kept as. Penalties, investigations and enforcement belong to a case file (chosen: what is
made in a case is treated as evidence in it, Art. 18(2)); for the others only a document can set a term."""


def term_of(footage: Footage, policy: Policy, zone: tzinfo, today: date) -> Term:
    """How long an original is kept by the facts and the policy on the unit's day `today`.

    Every class that applies is worked out and the longest counts; one without an end is the longest. Raises
    `ConfigurationError` as `Policy.value` does, `ValueError` for times without a zone.
    """
    if not footage.is_sealed:
        return _endless(RetentionClass.NONE, "Art. 16", Kept.UNVERIFIED)
    if footage.kind is None:
        return _endless(RetentionClass.NONE, "Art. 4", Kept.UNFILED)
    terms = [_by_kind(footage, footage.kind, policy, zone, today), *map(_by_case, footage.cases)]
    longest = _longest(one for one in terms if one is not None)
    return _extended(longest, footage.extensions)


def _by_kind(footage: Footage, kind: ActivityKind, policy: Policy, zone: tzinfo, today: date) -> Term | None:
    rule = KINDS[kind]
    if rule.term is None:
        # The case's own term stands in its place; without a case there is none.
        return None if footage.cases else _endless(RetentionClass.NONE, "Art. 18(2)", Kept.NO_CASE)
    trigger, day = _end_of(footage, zone)
    months = longest_value(policy, rule.term, day, today)
    article = PARAMETERS[rule.term].article
    if months == 0:
        return None if footage.cases else _endless(rule.retention_class, article, Kept.NO_TERM)
    return Term(rule.retention_class, article, trigger, day, expiry_day(day, months))


def _end_of(footage: Footage, zone: tzinfo) -> tuple[Trigger, date]:
    """The day from which a routine term runs: that of the recording's end; of the receipt where the end is not known or
    said to lie after it, for clocks lie and no recording ends after it was received."""
    received = as_utc(footage.received_at)
    ended = None if footage.ended_at is None else as_utc(footage.ended_at)
    if ended is None or ended > received:
        return Trigger.RECEIVED, received.astimezone(zone).date()
    return Trigger.RECORDING_ENDED, ended.astimezone(zone).date()


def _by_case(case: CaseFile) -> Term:
    kept = _why_endless(case)
    if kept is not None:
        return _endless(RetentionClass.EVIDENCE, "Art. 18(2)", kept)
    assert case.closed_on is not None
    assert case.years is not None
    due_on = expiry_day(case.closed_on, case.years * MONTHS_A_YEAR)
    return Term(RetentionClass.EVIDENCE, "Art. 18(2)", Trigger.CASE_CLOSED, case.closed_on, due_on)


def _why_endless(case: CaseFile) -> Kept | None:
    if not case.known:
        return Kept.CASE_UNKNOWN
    if case.permanent:
        return Kept.CASE_PERMANENT
    return Kept.CASE_OPEN if case.closed_on is None or case.years is None else None


def _endless(retention_class: RetentionClass, article: str, kept: Kept) -> Term:
    return Term(retention_class, article, kept=kept)


def _longest(terms: Iterable[Term]) -> Term:
    return max(terms, key=lambda term: (term.due_on is None, term.due_on or date.min))


def _extended(term: Term, extensions: Iterable[Extension]) -> Term:
    """The term, no shorter than any decision to keep; an end that a decision sets is counted from its own day."""
    for one in extensions:
        if term.due_on is not None and one.until is None:
            term = _endless(term.retention_class, "Art. 18", Kept.APPRAISED)
        elif term.due_on is not None and one.until is not None and one.until > term.due_on:
            term = Term(term.retention_class, term.article, term.trigger, term.trigger_on, one.until)
    return term


def no_earlier(term: Term, day: date | None) -> Term:
    """The term, ending no earlier than `day`, and not at all where that is None: what was promised before a policy that
    nobody has allowed stands (Art. 23)."""
    if term.due_on is not None and day is None:
        return _endless(term.retention_class, "Art. 23", Kept.NO_TERM)
    return _extended(term, [Extension(day)])


@lru_cache(maxsize=4096)
def longest_value(policy: Policy, name: str, since: date, today: date) -> int:
    """The longest term that the policy has had on any day from `since` to `today`: a rule that is made shorter later
    shortens nobody's floor, one that is made longer counts at once. 0 stands for no end and is the longest of all."""
    values = [policy.value(name, day) for day in _days_of_change(policy, name, since, today)]
    return 0 if 0 in values else max(values)


def _days_of_change(policy: Policy, name: str, since: date, today: date) -> Iterator[date]:
    first = max(since, IN_FORCE_FROM)
    last = max(today, first)
    yield first
    yield last
    for day in policy.changes(name):
        if first < day < last:
            yield day


def may_go_from(due_on: date, zone: tzinfo) -> datetime:
    """The moment, in UTC, from which what is kept until `due_on` may go: the expiry day is kept to its last moment."""
    return day_over(due_on, zone)


def outlasts_locks(due_on: date | None, zone: tzinfo) -> bool:
    """Whether what is kept until `due_on` is to be held back beside its lock: no lock lasts as long, or there is no
    such day."""
    return due_on is None or may_go_from(due_on, zone) > LAST_LOCK


def is_over(due_on: date | None, today: date) -> bool:
    """Whether the last day of a term lies behind; never where there is none."""
    return due_on is not None and due_on < today

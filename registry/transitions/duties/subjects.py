"""Whatever a duty can be about: to find where one should be and none is (Art. 20)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, or_, select

from registry.act import Act
from registry.bulk import table_of
from registry.queries.recordings import TO_BE_FILED
from registry.tables import (
    AccessCopy,
    AccessStep,
    Activity,
    ConversionStep,
    DeviceCheck,
    DeviceCustody,
    DisposalItem,
    DisposalStep,
    Duty,
    ExemptionRecord,
    InterruptionReport,
    Person,
    Recording,
)
from regulation.duties import DutyKind

_activity, _recording, _step = table_of(Activity), table_of(Recording), table_of(AccessStep)
_custody, _person, _check, _duty = table_of(DeviceCustody), table_of(Person), table_of(DeviceCheck), table_of(Duty)
_copy = table_of(AccessCopy)
_disposal_step, _disposal_item = table_of(DisposalStep), table_of(DisposalItem)
_conversion_step = table_of(ConversionStep)
_exemption, _report = table_of(ExemptionRecord), table_of(InterruptionReport)

_went = or_(_person.c.left_on.is_not(None), _person.c.moved_at.is_not(None))
_failed = ~(_check.c.battery_ok & _check.c.storage_ok & _check.c.clock_ok & _check.c.works)

_POSSIBLE: Mapping[DutyKind, Select[Any]] = MappingProxyType(
    {
        DutyKind.UPLOAD: select(_activity.c.id),
        DutyKind.FILING: select(_recording.c.id).where(TO_BE_FILED),
        DutyKind.DEVICE_RECALL: select(_custody.c.id)
        .join_from(_custody, _person, _person.c.id == _custody.c.person_id)
        .where(_went),
        DutyKind.DEVICE_REPLACEMENT: select(_check.c.id).where(_failed),
        DutyKind.RETURN_REPORT: select(_activity.c.id).where(_activity.c.remote_reason.is_not(None)),
        DutyKind.ACCESS_DECISION: select(_step.c.id).where(_step.c.opened_at.is_not(None)),
        DutyKind.COPY_RETURN: select(_copy.c.id),
        DutyKind.DISPOSAL_STEP: select(_disposal_step.c.id),
        DutyKind.DELETION_FAILURE: select(_disposal_item.c.id).where(_disposal_item.c.failed_at.is_not(None)),
        DutyKind.EXEMPTION_REVIEW: select(_exemption.c.id),
        DutyKind.INTERRUPTION_NOTICE: select(_report.c.id),
        DutyKind.CONVERSION_STEP: select(_conversion_step.c.id),
    }
)
"""By kind, the subjects that may have a duty; more than do, and none that does is missing."""

_ID_OF: Mapping[DutyKind, FromClause] = MappingProxyType(
    {
        DutyKind.UPLOAD: _activity,
        DutyKind.FILING: _recording,
        DutyKind.DEVICE_RECALL: _custody,
        DutyKind.DEVICE_REPLACEMENT: _check,
        DutyKind.RETURN_REPORT: _activity,
        DutyKind.ACCESS_DECISION: _step,
        DutyKind.COPY_RETURN: _copy,
        DutyKind.DISPOSAL_STEP: _disposal_step,
        DutyKind.DELETION_FAILURE: _disposal_item,
        DutyKind.EXEMPTION_REVIEW: _exemption,
        DutyKind.INTERRUPTION_NOTICE: _report,
        DutyKind.CONVERSION_STEP: _conversion_step,
    }
)


def subjects(act: Act, kind: DutyKind, after: UUID | None, limit: int) -> list[UUID]:
    """Up to `limit` subjects in the order of their ids, those after `after`: that have a duty of `kind`, or may."""
    owed = select(_duty.c.subject_id).where(_duty.c.kind == kind).distinct()
    found = set[UUID]()
    for query, column in ((owed, _duty.c.subject_id), (_POSSIBLE[kind], _ID_OF[kind].c.id)):
        found.update(row[0] for row in act.connection.execute(_next(query, column, after, limit)))
    return sorted(found)[:limit]


def _next(query: Select[Any], column: ColumnElement[UUID], after: UUID | None, limit: int) -> Select[Any]:
    rest = query if after is None else query.where(column > after)
    return rest.order_by(column).limit(limit)

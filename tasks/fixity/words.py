"""The words of audits and reconciliations, Chinese beside English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulation.incidents import IncidentKind

KINDS: Mapping[IncidentKind, str] = MappingProxyType(
    {
        IncidentKind.MISSING: "缺失 missing",
        IncidentKind.DIFFERENT: "内容不符 other bytes than were verified",
        IncidentKind.WRONG_SIZE: "大小不符 another size",
        IncidentKind.UNREADABLE: "无法读取 cannot be read",
        IncidentKind.MARKED_DELETED: "被标记删除 a delete marker hides it",
        IncidentKind.LOCK_SHORTENED: "锁定期被缩短 lock shortened",
        IncidentKind.EXTRA_VERSION: "多余版本 something was put over it",
        IncidentKind.ORPHAN: "无登记对象 not in the registry",
        IncidentKind.GHOST: "登记不一致 registry and ledger do not agree",
        IncidentKind.STILL_THERE: "应销毁未销毁 disposed of and still there",
    }
)

COUNTS: Mapping[str, str] = MappingProxyType(
    {
        "enrolled": "新纳入 newly heard of",
        "read": "已读取 read",
        "compared": "已核对 compared",
        "locks": "已核对锁定期 locks read back",
        "wrong": "不符 not as verified",
        "incidents": "新开事件 incidents opened",
        "repaired": "已修复 put back",
    }
)
"""What is counted, in the order in which it is shown."""

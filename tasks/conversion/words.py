"""The words of conversions, Chinese beside English (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from registry.tables import ConversionVerdict
from regulation.conversion import ConversionStage
from regulation.conversion_states import ConversionState

STATES: Mapping[ConversionState, str] = MappingProxyType(
    {
        ConversionState.DRAFT: "草稿 draft",
        ConversionState.EXTRACTION: "待提取 to be extracted",
        ConversionState.MAKING: "制作中 being made",
        ConversionState.CHECKING: "待复核 to be checked",
        ConversionState.SIGNING: "待签发 to be signed",
        ConversionState.PACKING: "封装中 being packed",
        ConversionState.ISSUED: "已签发 issued",
        ConversionState.WITHDRAWN: "已撤回 withdrawn",
        ConversionState.SUPERSEDED: "已更正 superseded",
    }
)
STAGES: Mapping[ConversionStage, str] = MappingProxyType(
    {
        ConversionStage.EXTRACTION: "提取 extraction",
        ConversionStage.CHECK: "复核 check",
        ConversionStage.SIGNATURE: "签发 signature",
    }
)
VERDICTS: Mapping[ConversionVerdict, str] = MappingProxyType(
    {
        ConversionVerdict.EXTRACTED: "已提取 extracted",
        ConversionVerdict.CHECKED: "复核通过 checked",
        ConversionVerdict.SIGNED: "已签发 signed",
        ConversionVerdict.RETURNED: "退回 sent back",
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "clip": "片段 clip",
        "sound": "声音 sound",
        "still": "画面 still",
        "protected": "保护性副本 protected copy",
    }
)
"""What is made of a recording."""

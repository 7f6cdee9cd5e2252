"""Members of the enumerations of evidence conversion, as pages say them; English beside them."""

from __future__ import annotations

from collections.abc import Mapping

from registry.tables import ConversionVerdict, Origin
from regulation.conversion import Carrier, ConversionStage
from regulation.conversion_states import ConversionState
from regulation.stated import DerivedKind

WORDS: Mapping[str, Mapping[str, str]] = {
    "conversion_state": {
        ConversionState.DRAFT: "草稿",
        ConversionState.EXTRACTION: "待提取",
        ConversionState.MAKING: "制作中",
        ConversionState.CHECKING: "待复核",
        ConversionState.SIGNING: "待签发",
        ConversionState.PACKING: "封装中",
        ConversionState.ISSUED: "已签发",
        ConversionState.WITHDRAWN: "已撤回",
        ConversionState.SUPERSEDED: "已更正",
    },
    "conversion_stage": {
        ConversionStage.EXTRACTION: "提取",
        ConversionStage.CHECK: "复核",
        ConversionStage.SIGNATURE: "领导签发",
    },
    "conversion_verdict": {
        ConversionVerdict.EXTRACTED: "已提取",
        ConversionVerdict.CHECKED: "复核通过",
        ConversionVerdict.SIGNED: "同意签发",
        ConversionVerdict.RETURNED: "退回",
    },
    "carrier": {
        Carrier.FOLDER: "移动存储介质（文件夹）",
        Carrier.ZIP: "压缩包",
        Carrier.CD: "CD-R 光盘",
        Carrier.DVD: "DVD±R 光盘",
        Carrier.DVD_DL: "DVD±R 双层光盘",
        Carrier.BD: "BD-R 光盘",
        Carrier.BD_DL: "BD-R 双层光盘",
    },
    "origin": {Origin.WRITTEN: "人工记录", Origin.IMPORTED: "导入", Origin.MACHINE: "机器识别"},
    "derived": {
        DerivedKind.CLIP: "片段",
        DerivedKind.SOUND: "声音",
        DerivedKind.STILL: "画面",
        DerivedKind.PROTECTED: "保护性副本",
    },
}
"""By what they are of, as in `desk.words`."""

MEMBERS: Mapping[str, str] = {
    "待提取": "to be extracted",
    "制作中": "being made",
    "待复核": "to be checked",
    "待签发": "to be signed",
    "封装中": "being packed",
    "已签发": "issued",
    "已更正": "superseded",
    "提取": "extraction",
    "复核": "check",
    "领导签发": "signature",
    "已提取": "extracted",
    "复核通过": "checked",
    "同意签发": "signed",
    "退回": "sent back",
    "移动存储介质（文件夹）": "USB stick or disk (folder)",
    "压缩包": "ZIP archive",
    "CD-R 光盘": "CD-R",
    "DVD±R 光盘": "DVD±R",
    "DVD±R 双层光盘": "DVD±R, double layer",
    "BD-R 光盘": "BD-R",
    "BD-R 双层光盘": "BD-R, double layer",
    "人工记录": "written by hand",
    "导入": "imported",
    "机器识别": "made by a machine",
    "片段": "clip",
    "声音": "sound",
    "画面": "still",
    "保护性副本": "protected copy",
}

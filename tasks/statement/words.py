"""The words of the statement, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from regulation.citing import Language
from regulation.clock import Basis
from regulation.conversion import Carrier
from regulation.stated import ChainEvent, DerivedKind
from regulation.statement import Method
from regulation.vocabulary import ActivityKind, MediaKind

Both = Mapping[Language, str]


def _both(chinese: str, english: str) -> Both:
    return MappingProxyType({"zh": chinese, "en": english})


MEDIA: Mapping[MediaKind, Both] = MappingProxyType(
    {
        MediaKind.VIDEO: _both("录像", "video"),
        MediaKind.PHOTO: _both("照片", "photo"),
        MediaKind.SOUND: _both("录音", "sound recording"),
        MediaKind.OTHER: _both("其他文件", "other file"),
    }
)
DERIVED: Mapping[DerivedKind, Both] = MappingProxyType(
    {
        DerivedKind.CLIP: _both("片段", "clip"),
        DerivedKind.SOUND: _both("声音", "sound"),
        DerivedKind.STILL: _both("画面", "still"),
        DerivedKind.PROTECTED: _both("保护性副本", "protected copy"),
    }
)
METHODS: Mapping[Method, Both] = MappingProxyType(
    {
        Method.COPY: _both(
            "从专用存储器逐字节复制原始文件，复制后重新计算摘要并与入库时的摘要核对一致",
            "the originals were copied byte for byte from the vault, and the copies' digests found equal to those "
            "taken at intake",
        ),
        Method.CLIP: _both(
            "从专用存储器读取原始文件，按完整画面组截取片段，不重新编码，逐流核对摘要一致",
            "clips were cut from the originals in the vault at whole groups of pictures, without encoding anew, and "
            "found equal to them stream by stream",
        ),
        Method.BOTH: _both(
            "从专用存储器逐字节复制原始文件并核对摘要一致；片段按完整画面组截取，不重新编码，逐流核对摘要一致",
            "originals were copied byte for byte from the vault and found equal to it; clips were cut at whole groups "
            "of pictures, without encoding anew, and found equal stream by stream",
        ),
    }
)
CARRIERS: Mapping[Carrier, Both] = MappingProxyType(
    {
        Carrier.FOLDER: _both("移动存储介质", "removable storage"),
        Carrier.ZIP: _both("压缩包文件", "ZIP file"),
        Carrier.CD: _both("CD-R 光盘（一次写入）", "CD-R (written once)"),
        Carrier.DVD: _both("DVD±R 光盘（一次写入）", "DVD±R (written once)"),
        Carrier.DVD_DL: _both("DVD±R DL 光盘（一次写入）", "DVD±R DL (written once)"),
        Carrier.BD: _both("BD-R 光盘（一次写入）", "BD-R (written once)"),
        Carrier.BD_DL: _both("BD-R DL 光盘（一次写入）", "BD-R DL (written once)"),
    }
)
ACTIVITIES: Mapping[ActivityKind, Both] = MappingProxyType(
    {
        ActivityKind.INSPECTION: _both("行政检查", "inspection"),
        ActivityKind.SUMMARY_PENALTY: _both("简易程序行政处罚", "summary penalty"),
        ActivityKind.INVESTIGATION: _both("立案后的调查取证", "investigation of an opened case"),
        ActivityKind.HEARING_OF_PARTIES: _both("听取陈述申辩、受理投诉举报", "hearing of parties, complaints, reports"),
        ActivityKind.ENFORCEMENT: _both("行政强制执行", "compulsory enforcement"),
        ActivityKind.SERVICE_OF_DOCUMENTS: _both("送达法律文书", "service of documents"),
        ActivityKind.DISPUTE_PRONE: _both("接访等可能引发争议的活动", "petitions and other dispute-prone activity"),
    }
)
CONDITIONS: Mapping[str, Both] = MappingProxyType(
    {
        "unprobed": _both("未作技术检测", "not examined technically"),
        "whole": _both("完整，可以播放", "whole, it plays"),
        "damaged": _both("有损坏，部分内容不能播放", "damaged: part of it does not play"),
        "empty": _both("空文件，无内容", "empty, without content"),
        "wrong-extension": _both(
            "内容完整，文件扩展名与实际格式不符", "whole, but its extension is not that of its format"
        ),
        "unreadable": _both("技术检测不能识别其内容", "the examination could not read its content"),
        "not-media": _both("非音像文件，未打开", "no media, not opened"),
    }
)
CLOCKS: Mapping[Basis, Both] = MappingProxyType(
    {
        Basis.MEASURED: _both(
            "校时测得设备时钟与标准时间相差{offset}秒（标准时间减设备时间）{read}，录制时间据此校正",
            "the recorder's clock was measured{read}: true time minus its time is {offset} s; the times are corrected "
            "by it",
        ),
        Basis.ASSUMED: _both(
            "设备时钟未经测定，录制时间以设备所示为准",
            "nobody measured the recorder's clock: the times are as it shows them",
        ),
    }
)
CHAIN: Mapping[ChainEvent, Both] = MappingProxyType(
    {
        ChainEvent.TAKEN_IN: _both("入库", "taken in"),
        ChainEvent.VERIFIED: _both("核验一致", "verified"),
        ChainEvent.SEALED: _both("封存", "sealed"),
        ChainEvent.FILED: _both("归档", "filed"),
        ChainEvent.FIXITY_CHECKED: _both("完整性校验无误", "read again and found whole"),
        ChainEvent.REPAIRED: _both("以完好副本修复", "restored from an intact copy"),
        ChainEvent.MARKED: _both("标记", "marked"),
        ChainEvent.ACCESS_GRANTED: _both("准予调阅", "access granted"),
        ChainEvent.VIEWED: _both("调阅", "viewed"),
        ChainEvent.COPIED: _both("复制", "copied"),
        ChainEvent.HELD: _both("暂停处置", "held"),
        ChainEvent.EXTRACTED: _both("提取", "extracted"),
        ChainEvent.CONVERTED: _both("证据转换", "converted to evidence"),
    }
)

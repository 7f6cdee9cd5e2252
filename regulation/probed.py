"""What a probe noted about an original, in the words of a statement's reader (Art. 19).

The probe says it in English, and so it is kept; here is the Chinese of what it says. What has none is quoted as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from regulation.citing import Language
from regulation.phrases import in_chinese

_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "a packet is marked corrupt": "有数据包标为损坏",
        "a picture in it is blank": "其中有空白的画面",
        "an AMR header of no known kind": "AMR 文件头不能识别",
        "cut short: its header promises more sound": "文件不完整：声音短于文件头所记的长度",
        "cut short: nothing follows the ID3 header": "文件不完整：ID3 文件头之后没有内容",
        "cut short: the last page is not complete": "文件不完整：最后一页缺损",
        "cut short: the last tag is not complete": "文件不完整：最后一个标签缺损",
        "cut short: there is no end marker": "文件不完整：没有结束标记",
        "holds no packets": "其中没有数据包",
        "it is not a regular file": "不是普通文件",
        "its header makes no sense": "文件头不能识别",
        "its name has no extension": "文件名没有扩展名",
        "its pictures are in a codec that is not known here": "画面的编码不能识别",
        "its sound does not decode throughout": "声音不能全部解码",
        "looking into it needs more memory than a probe may have": "检测所需内存超过限额",
        "more boxes than a recording has": "数据块的数量超过一般资料",
        "neither picture nor sound in it": "其中既没有画面，也没有声音",
        "no packet where the last one should be": "末尾没有应有的数据包",
        "no picture decodes": "画面均不能解码",
        "no picture in it": "其中没有画面",
        "no regular packets": "没有规则的数据包",
        "no segment after the header": "文件头之后没有数据段",
        "stretches of it are blank": "其中有空白的部分",
        "the first picture is corrupt": "首幅画面有损坏",
        "the index points outside the media data": "索引指向媒体数据之外",
        "the last page is not marked as the last": "最后一页没有结束标记",
        "the probe answered nonsense": "检测程序的答复不能识别",
        "the segment's size was left open, so a cut at its end cannot be seen": (
            "数据段没有记载长度，末尾是否缺损不能判断"
        ),
        "the size in the header was never written: the recording was not finished": (
            "文件头没有写入长度：录制没有正常结束"
        ),
        "there are two indexes in it": "其中有两个索引",
        "there is no sound in it": "其中没有声音",
        "too long to be walked frame by frame": "文件过长，未逐帧检测",
    }
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"(\d+) bytes follow the picture", r"照片之后另有 \1 字节"),
        (r"(\d+) bytes follow the recording", r"资料之后另有 \1 字节"),
        (r"(\d+) × (\d+) pixels are more than are decoded", r"画面为 \1 × \2 像素，超过解码的上限"),
        (r"(\S+) is recognised but not decoded", r"格式识别为 \1，未解码"),
        (r"a photograph larger than (\d+) MiB is not decoded", r"照片超过 \1 MiB，未解码"),
        (r"about (\d+) % of it is blank", r"约有 \1 % 为空白"),
        (r"begins (\d+) bytes before a packet", r"开头有 \1 字节不属于任何数据包"),
        (r"cut short: (\d+) bytes are missing", r"文件不完整：缺少 \1 字节"),
        (r"cut short: (\d+) bytes of sound are missing", r"文件不完整：缺少 \1 字节的声音"),
        (r"cut short: box (\S+) needs (\d+) bytes more", r"文件不完整：数据块 \1 缺少 \2 字节"),
        (r"cut short: the last frame needs (\d+) bytes more", r"文件不完整：最后一帧缺少 \1 字节"),
        (r"cut short: the last packet has (\d+) of (\d+) bytes", r"文件不完整：最后一个数据包仅有 \2 字节中的 \1 字节"),
        (r"does not decode: (\w+)", r"不能解码（\1）"),
        (r"does not open: (\w+)", r"不能打开（\1）"),
        (r"it cannot be opened: (.+)", r"不能打开（\1）"),
        (r"it cannot be read: (.+)", r"不能读取（\1）"),
        (r"its EXIF data cannot be read: (\w+)", r"EXIF 数据不能读取（\1）"),
        (r"its end could not be reached: (\w+)", r"不能读到末尾（\1）"),
        (r"its sound is silent for the first (\d+) s", r"开头 \1 秒没有声音"),
        (r"named (\S+), but it is (\S+)", r"扩展名为 \1，实际格式为 \2"),
        (r"no box at byte (\d+), (\d+) bytes before the end", r"第 \1 字节处（距末尾 \2 字节）没有数据块"),
        (r"no frame at byte (\d+), (\d+) bytes before the end", r"第 \1 字节处（距末尾 \2 字节）没有数据帧"),
        (r"nothing in it looks like (\S+)", r"内容不像 \1 格式"),
        (r"the first picture does not decode: (\w+)", r"首幅画面不能解码（\1）"),
        (r"the index \((\S+)\) is missing: the recording was not finished", r"缺少索引（\1）：录制没有正常结束"),
        (r"the probe died of it \((.+)\)", r"检测程序中途退出（\1）"),
        (r"the probe failed at it: (\w+)", r"检测程序出错（\1）"),
        (r"the probe was stopped after (\S+) s", r"检测超过 \1 秒，已停止"),
    )
)


def note_in(note: str, language: Language) -> str:
    """A probe's note, of one sentence or several, in this language."""
    if language == "en":
        return note
    return "；".join(in_chinese(one, _CHINESE, _PATTERNS) for one in note.split("; "))

"""What whoever makes something of a recording remarks on it, or why it cannot be made, in the words of a statement's
reader (Art. 19).

The makers say it in English, and so it is kept; here is the Chinese of what they say. What has none is quoted as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from regulation.citing import Language
from regulation.phrases import in_chinese

PICTURES_ANEW = "its pictures were encoded anew, so that parts of them are covered"
SOUND_ANEW = "its sound was encoded anew"
ALL_ANEW = "its pictures and its sound were encoded anew"
NO_CONTAINER = "no container takes the pictures as they are: they were encoded anew"

_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        PICTURES_ANEW: "画面为遮挡而重新编码",
        SOUND_ANEW: "声音重新编码",
        ALL_ANEW: "画面和声音重新编码",
        NO_CONTAINER: "没有容器可以原样存放其画面，画面重新编码",
        "its sound is silent throughout": "全程无声",
        "the photograph is damaged: what could be decoded of it is shown": "照片有损坏，所示为能够解码的部分",
        "some of its pictures is damaged and does not decode": "部分画面有损坏，不能解码",
        "some of its sound is damaged and does not decode": "部分声音有损坏，不能解码",
        # why it cannot be made
        "it is a photograph, in which there is neither time nor sound": "该资料为照片，没有时间和声音",
        "it is a photograph, in which there is no sound": "该资料为照片，没有声音",
        "there are neither pictures nor sound in it": "其中既没有画面，也没有声音",
        "there are no pictures in it": "其中没有画面",
        "there are no pictures in it that could be covered": "其中没有可以遮挡的画面",
        "there are no pictures in this part of it": "该时段没有画面",
        "there is no sound in it": "其中没有声音",
        "there is no sound in it that could be silenced": "其中没有可以消音的声音",
        "there is no sound in this part of it": "该时段没有声音",
        "there is nothing in this part of it": "该时段没有内容",
        "nothing of what is asked for may be shown": "申请的范围均不在获准的范围之内",
        "no whole group of pictures of what is asked for lies in the part that may be shown": (
            "申请的范围内没有一组完整的画面处于获准的范围之内"
        ),
        "its sound would be more than the 4 GiB that a WAV can hold: ask for shorter parts": (
            "其声音超过 WAV 文件所能容纳的 4 GiB，请分段申请"
        ),
        "its pictures are turned by an odd angle, so that boxes have no place in them": (
            "画面的旋转角度不是直角的整数倍，不能确定遮挡位置"
        ),
        "no sense can be made of it: it begins like no recording": "文件不能识别：开头不是任何已知的资料格式",
        "it is not twice the same": "两次读取的内容不一致",
        "it needs more memory than it may have": "所需内存超过限额",
        "it said that there is no room, and there is": "制作程序报告空间不足，而空间是够的",
        "the child answered nonsense": "制作程序的答复不能识别",
    }
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"of its (\d+) sounds the first"), r"共 \1 路声音，取第 1 路"),
    (re.compile(r"(\d+) more streams of pictures or sound were left out"), r"另有 \1 路画面或者声音未收入"),
    (
        re.compile(r"the recording is damaged: it could be read no further \((\w+)\)"),
        r"原始文件有损坏，此后不能读取（\1）",
    ),
    (re.compile(r"a group of its pictures is larger than (\d+) MiB"), r"一组画面超过 \1 MiB"),
    (re.compile(r"no picture is shown at second (\S+)"), r"第 \1 秒没有画面"),
    (re.compile(r"(\d+) × (\d+) pixels are more than are decoded"), r"画面为 \1 × \2 像素，超过解码的上限"),
    (re.compile(r"no sense can be made of it: (\S+) of (\d+) bytes is not decoded"), r"\2 字节的 \1 文件不予解码"),
    (re.compile(r"no sense can be made of it: (\w+)"), r"文件不能识别（\1）"),
    (re.compile(r"what was made cannot be read back: (\w+)"), r"制成的文件不能读回（\1）"),
    (re.compile(r"what stream (\d+) is coded in is not known"), r"第 \1 路流的编码不能识别"),
    (re.compile(r"(\S+) cannot be put into (\w+)"), r"\2 不能存放 \1"),
    (re.compile(r"(\w+) gives stream (\d+) not back"), r"存入 \1 后第 \2 路流不能读回"),
    (re.compile(r"(\w+) does not take it \((\w+)\)"), r"\1 不能存放其内容（\2）"),
    (re.compile(r"(\w+) would rewrite (.+)"), r"\1 会改动 \2"),
)
_UNCHANGED = "it cannot be copied without being changed: "
_LOST: Mapping[str, str] = MappingProxyType(
    {
        "it took too long": "制作超时",
        "the child died of it": "制作程序中途退出",
        "it was lost on the way": "与制作程序的联系中断",
        "no child can be started": "制作程序不能启动",
    }
)
_LAST_WORDS = re.compile(rf"({'|'.join(_LOST)})(?: \((.*)\))?", re.DOTALL)


def remark_in(remark: str, language: Language) -> str:
    """The remark, or the reason, in this language."""
    if language == "en":
        return remark
    if remark.startswith(_UNCHANGED):
        each = remark.removeprefix(_UNCHANGED).split("; ")
        return f"不加改动就不能复制：{'、'.join(remark_in(one, language) for one in each)}"
    if found := _LAST_WORDS.fullmatch(remark):
        return _LOST[found[1]] + (f"（{found[2]}）" if found[2] else "")
    return in_chinese(remark, _CHINESE, _PATTERNS)

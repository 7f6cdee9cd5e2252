"""What whoever makes something of a recording remarks on it, in the words of a statement's reader (Art. 19).

The makers say it in English; here is the Chinese of what they say. What has none is quoted as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from regulation.citing import Language

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
    }
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"of its (\d+) sounds the first"), r"共 \1 路声音，取第 1 路"),
    (re.compile(r"(\d+) more streams of pictures or sound were left out"), r"另有 \1 路画面或者声音未收入"),
    (
        re.compile(r"the recording is damaged: it could be read no further \((\w+)\)"),
        r"原始文件有损坏，此后不能读取（\1）",
    ),
)


def remark_in(remark: str, language: Language) -> str:
    """The remark in this language."""
    if language == "en":
        return remark
    if remark in _CHINESE:
        return _CHINESE[remark]
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(remark):
            return found.expand(chinese)
    return remark

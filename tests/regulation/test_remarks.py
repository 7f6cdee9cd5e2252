"""What is remarked on a derivative, and why it cannot be made, is told in the reader's language (Art. 19)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulation.remarks import remark_in

ROOT = Path(__file__).parents[2] / "tasks"
MAKERS = sorted([*(ROOT / "deriving").glob("*.py"), *(ROOT / "clipping").glob("*.py")])
RAISED = frozenset({"CannotError", "CutError", "_Unfit", "JobLostError", "NoChildError", "NotMade"})
WORDS_OF_A_CHILD = frozenset({"_stop", "last_words"})
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said(node: ast.expr, constants: dict[str, str]) -> str | None:
    """The text of an expression, with 7 for whatever is filled in but the last words of a child; None for what is said
    elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.JoinedStr(values=values):
            return "".join(filled(one) for one in values)
    return None


def filled(one: ast.expr) -> str:
    """A piece of an f-string."""
    match one:
        case ast.Constant(value=text):
            return str(text)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id=name))) if name in WORDS_OF_A_CHILD:
            return ""
    return "7"


def told(path: Path) -> Iterator[str]:
    """Every sentence with which the makers of this module say why something cannot be made."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        one.targets[0].id: one.value.value
        for one in tree.body
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(one.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED and node.args:
            text = said(node.args[0], constants)
            if text is not None and text != "7":  # said as a whole elsewhere: `_SAID` of `tasks.clipping.job`
                yield text
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "failed" and (text := said(value, constants)):
                    yield text


SENTENCES = sorted({one for path in MAKERS for one in told(path)})


def test_the_makers_sentences_are_found() -> None:
    assert len(SENTENCES) > 25
    assert "there is no sound in it" in SENTENCES
    assert "it needs more memory than it may have" in SENTENCES
    assert any(one.startswith("its sound would be more") for one in SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_reason_why_something_cannot_be_made_has_its_chinese(sentence: str) -> None:
    chinese = remark_in(sentence, "zh")
    assert CHINESE.search(chinese)
    assert not re.search(r"[a-z]{3} [a-z]{2}", chinese), chinese
    assert remark_in(sentence, "en") == sentence


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no picture is shown at second 12.5", "第 12.5 秒没有画面"),
        ("a group of its pictures is larger than 256 MiB", "一组画面超过 256 MiB"),
        ("no sense can be made of it: InvalidDataError", "文件不能识别（InvalidDataError）"),
        ("no sense can be made of it: it begins like no recording", "文件不能识别：开头不是任何已知的资料格式"),
        ("it took too long", "制作超时"),
        ("the child died of it (Killed)", "制作程序中途退出（Killed）"),
        ("no child can be started (No module named x)", "制作程序不能启动（No module named x）"),
        (
            "it cannot be copied without being changed: adpcm cannot be put into MP4; MKV would rewrite h264, aac",
            "不加改动就不能复制：MP4 不能存放 adpcm、MKV 会改动 h264, aac",
        ),
    ],
)
def test_what_is_filled_in_stays(english: str, chinese: str) -> None:
    assert remark_in(english, "zh") == chinese
    assert remark_in(english, "en") == english


@pytest.mark.parametrize("kept", ["文件在此处损坏", "the moon was in the way", ""])
def test_what_has_no_translation_is_quoted_as_it_was_kept(kept: str) -> None:
    assert remark_in(kept, "zh") == remark_in(kept, "en") == kept

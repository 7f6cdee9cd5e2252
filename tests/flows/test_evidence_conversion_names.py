"""What devices call their files, as a conversion hands it on: safe in the package, and in the statement as it is,
or by the codes of what no font has (Art. 19)."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from registry.transitions.docking import Probed
from regulation.conversion_states import ConversionState
from tasks.packing.names import LONGEST_NAME, trouble_of, units
from tests.fixtures.packages import Evidence, verified

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]

Samples = dict[str, bytes]

SHOWN = {
    "执法记录 现场.jpg": "001 执法记录 现场.jpg",
    "𠮷野家门前㛃.jpg": "002 𠮷野家门前㛃.jpg",
    "עברית צילום.jpg": "003 עברית צילום.jpg",
    "صورة عربي.jpg": "004 صورة عربي.jpg",
    "CON.jpg": "005 CON.jpg",
    "aux": "006 aux.jpg",
    "照片.": "007 照片.jpg",
    "无扩展名": "008 无扩展名.jpg",
    "DCIM/100MEDIA/图 1.jpg": "009 图 1.jpg",
    "../../etc/passwd": "010 passwd.jpg",
    'a<b>:"c"|d?e*f;g%h.jpg': "011 a_b___c__d_e_f_g_h.jpg",
    "-rf ~.jpg": "012 -rf ~.jpg",
    "é e\u0301.jpg": "013 é é.jpg",
    "同名.JPG": "014 同名.JPG",
    "Ω Ж ß.jpg": "015 Ω Ж ß.jpg",
}
"""What the device called a photograph, and what it is called in the package."""

LONG = f"{'很长的名字' * 30}.jpg"

SPELLED = {
    "铃\u0007声.jpg": ("001 铃_声.jpg", "铃〔U+0007〕声.jpg"),
    "照\u202egpj.exe.jpg": ("002 照_gpj.exe.jpg", "照〔U+202E〕gpj.exe.jpg"),
    "一\u200b二.jpg": ("003 一_二.jpg", "一〔U+200B〕二.jpg"),
    "私\ue000用.jpg": ("004 私_用.jpg", "私〔U+E000〕用.jpg"),
    "笑\U0001f600脸.jpg": ("005 笑_脸.jpg", "笑〔U+1F600〕脸.jpg"),
    "བོད.jpg": ("006 ___.jpg", "〔U+0F56〕〔U+0F7C〕〔U+0F51〕.jpg"),
    "两\n行.jpg": ("007 两_行.jpg", "两〔U+000A〕行.jpg"),
}
"""What no paper shows, or shows as something else: what it is called in the package, and in the paper."""


def taken_in(evidence: Evidence, *names: str, sample: bytes) -> None:
    """A photograph of each name, of a content of its own."""
    evidence.take_in(*names, samples={name: sample + name.encode() for name in names})
    evidence.grant(*names)


@pytest.fixture(autouse=True)
def photographs(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever their names, they are JPEG."""
    known = evidence._probed

    def probed(recording_id: UUID, _name: str, number: int) -> Probed:
        return replace(known(recording_id, "photo.jpg", number), container="jpeg")

    monkeypatch.setattr(evidence, "_probed", probed)


def statement_of(bag: Path) -> tuple[dict[str, str], str]:
    """Name and path of each recording by the document, and what its paper reads."""
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    paper = str(bag / "data/statement/statement.zh.pdf")
    said = subprocess.run(["pdftotext", "-raw", paper, "-"], capture_output=True, text=True, check=True).stdout
    return {one["shown_name"]: one["path"] for one in told["recordings"]}, said


def test_names_are_safe_in_the_package_and_as_they_are_in_the_statement(
    evidence: Evidence, media_samples: Samples
) -> None:
    names = [*SHOWN, LONG]
    taken_in(evidence, *names, sample=media_samples["jpg"])
    one = evidence.asked.submitted(*names)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    told, said = statement_of(bag)
    assert {name: Path(told[name]).name for name in SHOWN} == SHOWN
    assert list(told) == names
    longest = Path(told[LONG]).name
    assert units(longest) <= LONGEST_NAME
    assert longest.startswith("016 很长的名字")
    assert longest.endswith(".jpg")
    there = sorted((bag / "data/originals").iterdir())
    assert sorted(path.name for path in there) == sorted([*SHOWN.values(), longest])
    assert [trouble_of(f"data/originals/{path.name}") for path in there] == [None] * len(names)
    assert verified(bag)[0] == 0
    for name in ("执法记录 现场.jpg", "𠮷野家门前㛃.jpg", "Ω Ж ß.jpg", "../../etc/passwd"):
        assert squeezed(name) in squeezed(said), name


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def test_the_image_has_the_same_names(evidence: Evidence, media_samples: Samples) -> None:
    names = list(SHOWN)
    taken_in(evidence, *names, sample=media_samples["jpg"])
    one = evidence.asked.submitted(*names)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    image = bag.with_name(f"{bag.name}.iso")
    listed = subprocess.run(
        ["bsdtar", "-tf", str(image)],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    ).stdout.decode()
    found = {line.rpartition("/")[2] for line in listed.splitlines() if line.startswith("data/originals/")}
    assert found - {""} == set(SHOWN.values())


def test_what_no_font_has_goes_out_under_its_code(evidence: Evidence, media_samples: Samples) -> None:
    taken_in(evidence, *SPELLED, sample=media_samples["jpg"])
    one = evidence.asked.submitted(*SPELLED)
    evidence.issued(one)
    [bag] = evidence.bags(one)
    told, said = statement_of(bag)
    assert {name: Path(told[name]).name for name in told} == {name: path for name, (path, _) in SPELLED.items()}
    assert verified(bag)[0] == 0
    for path, paper in SPELLED.values():
        assert squeezed(paper) in squeezed(said)
        assert squeezed(path) in squeezed(said)
    assert "〔〕内为字体未收录字符的编码" in squeezed(said)


def test_what_somebody_said_is_refused_by_its_character(evidence: Evidence, media_samples: Samples) -> None:
    taken_in(evidence, "a.jpg", sample=media_samples["jpg"])
    one = evidence.asked.submitted("a.jpg", cause="殴打\U0001f600他人")
    evidence.signed(one)
    assert evidence.carry_on(one) is ConversionState.DRAFT
    problem = evidence.asked.row(one).problem
    assert problem.startswith("case_cause: ")
    assert "U+1F600" in problem
    assert "Art. 19" in problem
    assert evidence.asked.problems() == []


def test_a_folder_of_further_fonts_shows_it(evidence: Evidence, media_samples: Samples, tmp_path: Path) -> None:
    shutil.copy("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", tmp_path)
    evidence.archive.fonts = tmp_path
    taken_in(evidence, "\u2813.jpg", sample=media_samples["jpg"])
    one = evidence.asked.submitted("\u2813.jpg", cause="\u2813")
    evidence.issued(one)
    [bag] = evidence.bags(one)
    told, said = statement_of(bag)
    assert told["\u2813.jpg"] == "data/originals/001 _.jpg"
    assert "\u2813.jpg" in said

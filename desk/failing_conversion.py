"""What is refused of a conversion, in Chinese (Art. 19)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from regulation.citing import Language, cite
from regulation.conversion import MOST_ITEMS, MOST_MARKS

SECOND = "A time is written as 12, 12.5 or 1:05, with commas between."
RANGE = "A range is written as 12-18, with commas between."
COVER = "What is covered is written as 12-18:0.1,0.2,0.3,0.3, one to a line."
LINE = "A line is written as 12-18 | speaker | what is said."
UNTICKED = "Something is said of this recording, but it is not ticked: tick it, or empty the field."
NOTHING = "Write down what is said, or tick that nothing can be written down."

_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        SECOND: "时间写作 12、12.5 或者 1:05，多个之间用逗号分开。",
        RANGE: "时段写作 12-18，多个之间用逗号分开。",
        COVER: "遮挡写作 12-18:0.1,0.2,0.3,0.3，每行一处。",
        LINE: "每行写作：起-止 | 发言人 | 内容。",
        UNTICKED: "填写了证明对象，但没有勾选这条资料：请勾选，或者清空。",
        NOTHING: "请填写文字记录；没有可记录的语言内容的，请勾选。",
        "It is not what was checked: send it back.": "内容与复核时不一致，请退回。",
        "Its files are not here any more: convert anew, as a correction of this one.": (
            "证据包的文件已不在此处，不能补发：请另办一件证据转换更正本件，重新制作和签发。"
        ),
        "Another package lies here already.": "此处已有另一个证据包。",
        "It became shorter while its image was written.": "制作映像时文件变短。",
        "It could not be made again.": "不能重新制作。",
        "It is not what it was when it was made.": "内容与制作时不一致。",
        "It is not what it was when it was written.": "内容与写入时不一致。",
        "It is not what was checked.": "内容与复核时不一致。",
        "It is not what was taken in.": "内容与入库时不一致。",
        "The vault gave back less than it holds.": "保管库返回的内容不完整。",
        "The vault no longer holds this.": "保管库中已没有该原件。",
        "It was checked already: send it back first.": "已经复核，需要修改的请先退回。",
        "It was marked or destroyed since.": "有资料授权后已加标记或者已销毁，需重新申请调阅。",
        "Its integrity is in doubt.": "有资料的完整性存疑，核查清楚之前不能办理。",
        "No such medium was issued.": "没有签发过这个载体。",
        "Nothing is being made here now.": "目前没有在制作。",
        "Only a draft can be changed.": "只有草稿可以修改。",
        "Only the person who was named does this.": "只能由指定的人员本人办理。",
        "Only what is in force is issued again.": "只有有效的证据包可以补发。",
        "Only who signed it, or the principal leader, may recall it.": "只有签发人、主要领导或者监督人员可以办理。",
        "Only who takes part in it writes down what was said.": "只有申请人、提取人和复核人可以填写文字记录。",
        "The leave to this footage was revoked.": "该资料的授权已被撤销。",
        "There is no such conversion.": "没有这件证据转换。",
        "There is no such thing that was made.": "没有这个制作件。",
        "There is no such transcript.": "没有这份文字记录。",
        "What was made for it is not shown now.": "该证据转换的制作件目前不提供查看。",
        "What was made is shown to those alone who have a part in it.": "制作件只供本件的办理人员查看。",
        "This conversion is somebody else's.": "这是他人的证据转换。",
        "This conversion was not signed.": "该证据转换尚未签发。",
        "This step is not yours to answer.": "本环节不由您办理。",
        "A checker is somebody in office.": "复核人须为在职人员。",
        "An extractor is somebody in office.": "提取人须为在职人员。",
        "Nobody checks their own work: name a second person.": "复核人不能是申请人或者提取人，请指定另一人。",
        "The footage was granted for viewing only, not for copies.": "该授权只准查看，不准复制，不能转换。",
        "A part of the picture is given in fractions of it, from 0 to 1.": "遮挡位置以画面宽高的比例（0 至 1）表示。",
        "This part reaches beyond the picture.": "遮挡位置超出了画面。",
        "Ask for the original, or for a part of it.": "请选择提交原件，或者填写片段的起止时间。",
        "Not all of this recording was granted: ask for a part of it.": "该资料只获部分授权，不能提交原件。",
        "This recording is not a part of it.": "该资料不在本次转换之内。",
        "Only a conversion of one's own that was issued can be corrected.": "只能更正本人申请且已签发的证据转换。",
        "This part is not wholly in what was granted or asked for.": "时段超出了授权或者所选片段的范围。",
        f"A conversion names 1 to {MOST_ITEMS} recordings.": f"请选择资料，最多 {MOST_ITEMS} 条。",
        f"At most {MOST_MARKS} stills and ranges are taken of one recording.": (
            f"一条资料的画面和时段合计不超过 {MOST_MARKS} 处。"
        ),
        "There is no case file with this number: the device administrator enters it.": (
            "没有该编号的案卷，请联系执法记录仪管理员登记。"
        ),
    }
)

_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"“(.*)”: (.+)", re.DOTALL), lambda found: f"“{found[1]}”：{_CHINESE.get(found[2], found[2])}"),
    (
        re.compile(r"It must be (\d+) to (\d+): so many copies were granted\."),
        lambda found: f"份数须为 {found[1]} 至 {found[2]}，不超过授权的份数。",
    ),
    (re.compile(r"A conversion that is \w+ cannot be \w+\."), lambda _: "证据转换目前的状态不能办理此事项。"),
    (re.compile(r"It was not granted, or was marked since: .*"), lambda _: "该资料未获授权，或者授权后已加标记。"),
    (re.compile(r"There is no such sealed recording: .*"), lambda _: "没有这条已封存的资料。"),
    (
        re.compile(r"It has (more than|[\d,]+ instead of) ([\d,]+) bytes\."),
        lambda found: f"应为 {found[2]} 字节，实际{_instead(found[1])}。",
    ),
    (re.compile(r"What was read has the SHA-256 .*"), lambda _: "读出内容的 SHA-256 与登记的不一致。"),
    (
        re.compile(
            r"It has ([\d,]+) bytes and does not fit onto (.+); the smallest medium that takes it is (.+) \((.+)\)\."
        ),
        lambda found: (
            f"文件有 {found[1]} 字节，{_medium(found[2])} 放不下；"
            f"能够存放的最小载体为 {_medium(found[3])}（{found[4]}）。"
        ),
    ),
    (
        re.compile(r"The image has ([\d,]+) bytes, and (.+) takes ([\d,]+)\."),
        lambda found: f"映像文件有 {found[1]} 字节，{_medium(found[2])} 只能存放 {found[3]} 字节。",
    ),
    (re.compile(r"There is no second (\S+) in what is asked for\."), lambda found: f"所选范围内没有第 {found[1]} 秒。"),
    (
        re.compile(r"No paper can show (.+): write it in another way\."),
        lambda found: f"纸质文件无法显示“{found[1]}”，请改用其他写法；确需使用的生僻字，请系统管理员加装字体。",
    ),
    (re.compile(r"Copies 1 to (\d+) were issued\."), lambda found: f"只签发了 {found[1]} 份。"),
    (re.compile(r"The statement does not say: (.+)\."), lambda found: f"附文字说明尚缺：{found[1]}。"),
    (re.compile(r"A transcript has at most (\d+) lines\."), lambda found: f"文字记录不超过 {found[1]} 行。"),
    (
        re.compile(r"A line begins at 0 or later and ends after it begins: (.+)\."),
        lambda found: f"起止时间不正确：{found[1]}。",
    ),
    (
        re.compile(r"A line has 1 to (\d+) characters: second (\S+)\."),
        lambda found: f"第 {found[2]} 秒的一行须为 1 至 {found[1]} 字。",
    ),
    (
        re.compile(r"Line (\d+), (\w+): (.+)", re.DOTALL),
        lambda found: f"第 {found[1]} 行（{found[2]}）不能读取：{found[3]}",
    ),
)


_RETURNED = re.compile(
    r"(?:(?P<subject>.+?): )?(?P<message>[A-Z].*?)(?: \((?P<article>Art\. \d{1,2}(?:\(\d{1,2}\))?)\))?", re.DOTALL
)
"""A reason as it is kept: what it is about, the sentence, the article."""


def _medium(english: str) -> str:
    """Discs are called the same in both languages."""
    return "U 盘或移动硬盘" if english == "USB drive" else english


def _instead(size: str) -> str:
    return "更多" if size == "more than" else f"为 {size.split()[0]} 字节"


def problem_in(problem: str, language: Language) -> str:
    """Why a conversion was sent back by its run, in this language. What has no Chinese is quoted as it was kept."""
    found = None if language == "en" else _RETURNED.fullmatch(problem)
    chinese = None if found is None else said_of_conversion(found["message"])
    if found is None or chinese is None:
        return problem
    law = f"（{cite(found['article'], 'zh')}）" if found["article"] else ""
    return (f"{found['subject']}：" if found["subject"] else "") + chinese.rstrip("。") + law


def said_of_conversion(message: str) -> str | None:
    """The sentence in Chinese; None for what is not refused of a conversion."""
    if message in _CHINESE:
        return _CHINESE[message]
    matched = ((pattern.fullmatch(message), say) for pattern, say in _PATTERNS)
    return next((say(found) for found, say in matched if found is not None), None)

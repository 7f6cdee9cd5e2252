"""The statement as a sheet: its parts in order, each only where it has something to say (Art. 12, 13, 19)."""

from __future__ import annotations

from collections.abc import Iterator

from regulation.citing import Language, cite
from regulation.clock import unit_zone
from regulation.statement import Exemption, Explanation, Gap, Statement
from regulation.unrecorded import Manner
from tasks.notices.words import ROLES
from tasks.statement.recordings import custody, file_list, proofs, source_rows, stills, transcripts
from tasks.statement.sheet import Annexes, Block, Code, Facts, Head, Listing, Row, Sheet, Signatures, Text
from tasks.statement.voice import Voice
from tasks.statement.words import CARRIERS, MEDIA, METHODS

_BLANK = "　　　　年　　月　　日"


def sheet_of(statement: Statement, language: Language) -> Sheet:
    """The whole statement in one language. Raises `ConfigurationError` for a zone that there is none of."""
    say = Voice(language, unit_zone(statement.zone))
    return Sheet(
        language=language,
        unit=statement.unit_name,
        number=statement.number,
        title=say("执法音像资料证据说明", "Statement of Recordings Used as Evidence"),
        watermark=say("草稿", "DRAFT") if statement.is_draft else None,
        blocks=tuple(_blocks(statement, say)),
    )


def _blocks(statement: Statement, say: Voice) -> Iterator[Block]:
    yield from _opening(statement, say)
    place = 0
    for title, part in _PARTS:
        blocks = tuple(part(statement, say))
        if blocks:
            place += 1
            yield Head(say.head(place, say(*title)))
            yield from blocks
    if statement.attachments:
        yield Annexes(say("附件：", "Attachments: "), tuple(one.title for one in statement.attachments))
    yield _signatures(statement, say)


def _opening(statement: Statement, say: Voice) -> Iterator[Block]:
    old = statement.supersedes
    if old is not None:
        of = "" if old.issued_at is None else say(f"，{say.date(old.issued_at)}", f" of {say.date(old.issued_at)}")
        yield Text(
            say(
                f"本说明为更正件，取代原证据说明（{old.number}{of}）。更正原因：{old.reason}",
                f"This statement corrects and supersedes statement {old.number}{of}. Reason: {old.reason}",
            )
        )
    case = say(
        f"因办理{statement.case_cause or '–'}一案（案件编号：{statement.case_number or '–'}）需要，",
        f"For the case of {statement.case_cause or '–'} (case number {statement.case_number or '–'}), ",
    )
    count = len(statement.recordings)
    yield Text(
        say(
            f"{case}依照《行政执法记录仪使用管理规定》{cite('Art. 19', 'zh')}和有关视听资料证据的规定，"
            f"将执法音像资料{count}件转化至存储媒介，现将有关情况说明如下。",
            f"{case}{count} recording{'s were' if count > 1 else ' was'} converted to a suitable medium under "
            "Art. 19 of the rules on body-worn recorders and the rules on evidence of audio-visual material. "
            "Their circumstances are these.",
        )
    )


def _basics(statement: Statement, say: Voice) -> Iterator[Block]:
    method = statement.method
    carrier = CARRIERS[statement.carrier][say.language]
    rows = (
        (say("案　　由", "Case"), statement.case_cause or "–"),
        (say("案件编号", "Case number"), statement.case_number or "–"),
        (say("申 请 人", "Asked for by"), say.person(statement.requester)),
        (say("提 取 人", "Extractor"), say.person(statement.extractor)),
        (say("提取时间", "Extracted at"), say.time(statement.extracted_at)),
        (say("制作方法", "How it was made"), "–" if method is None else METHODS[method][say.language]),
        (say("存储媒介", "Medium"), say(f"{carrier}，一式{statement.copies}份", f"{carrier}, {statement.copies} ×")),
        (say("复 核 人", "Checker"), _checked(statement, say)),
        (say("签 发 人", "Signatory"), _signed(statement, say)),
        (say("时间标准", "Times are in"), _zone(statement.zone, say)),
        (say("适用规则", "Policy"), statement.policy_version),
    )
    yield Facts(rows)


def _zone(zone: str, say: Voice) -> str:
    return say("北京时间（UTC+8）", "China Standard Time (UTC+8)") if zone == "Asia/Shanghai" else zone


def _checked(statement: Statement, say: Voice) -> str:
    told = say.person(statement.checker)
    return told if statement.checked_at is None else say("，", ", ").join((told, say.time(statement.checked_at)))


def _signed(statement: Statement, say: Voice) -> str:
    by = statement.signatory
    if by is None:
        return say("（未签发）", "(not signed yet)")
    return say("，", ", ").join((say.person(by.person), ROLES[by.role][say.language], say.time(by.signed_at)))


def _sources(statement: Statement, say: Voice) -> Iterator[Block]:
    for one in statement.recordings:
        yield Head(f"{say.item(one.ordinal)}　{MEDIA[one.media_kind][say.language]}", level=2)
        yield Facts(tuple(source_rows(one, say)))


def _gaps(statement: Statement, say: Voice) -> Iterator[Block]:
    if statement.gaps:
        columns = (say("中断时间", "Not recorded"), say("前后资料", "Between"), say("说明", "Explanation"))
        yield Listing(columns, (34, 18, 48), tuple(_gap(one, say) for one in statement.gaps))


def _gap(gap: Gap, say: Voice) -> Row:
    start = say.time(gap.start)
    end = say("未恢复", "never resumed") if gap.end is None else say.time(gap.end)
    between = "–".join("…" if one is None else str(one) for one in (gap.after, gap.before))
    told = "\n".join(_explanation(one, say) for one in gap.explanations) or say("无说明", "There is none.")
    return Row((say(f"{start}至{end}", f"{start} to {end}"), between, told))


def _explanation(one: Explanation, say: Voice) -> str:
    """What was said, how, by whom, and who took note of it (Art. 13)."""
    comma = say("，", ", ")
    how = say("书面说明", "in writing")
    if one.manner is Manner.SPOKEN:
        how = say("恢复记录时语音说明", "said aloud when recording resumed")
        how += "" if one.said_in is None else say(f"（资料{one.said_in}）", f" (recording {one.said_in})")
    lines = [one.text, comma.join((say.person(one.by), say.time(one.at), how))]
    if one.seen_by is not None and one.seen_at is not None:
        role = () if one.seen_as is None else (ROLES[one.seen_as][say.language],)
        lines.append(say("已阅：", "Seen: ") + comma.join((say.person(one.seen_by), *role, say.time(one.seen_at))))
    return "\n".join(lines)


def _exemptions(statement: Statement, say: Voice) -> Iterator[Block]:
    if statement.exemptions:
        columns = (say("执法活动", "Activity"), say("依据", "Under"), say("理由与批准", "Reason and approval"))
        yield Listing(columns, (26, 22, 52), tuple(_exemption(one, say) for one in statement.exemptions))


def _exemption(one: Exemption, say: Voice) -> Row:
    told = one.reason
    if one.document is not None:
        told += "\n" + say("书面说明：", "Signed statement: ") + one.document
    if one.entered_by is not None:
        told += "\n" + say("填写：", "Entered by: ") + say.person(one.entered_by)
    if one.approved_by is not None:
        role = () if one.role is None else (ROLES[one.role][say.language],)
        at = () if one.approved_at is None else (say.time(one.approved_at),)
        approved = say("，", ", ").join((say.person(one.approved_by), *role, *at))
        told += "\n" + say("审核同意：", "Approved by: ") + approved
    return Row((one.activity_number, cite(f"Art. {one.clause}", say.language), told))


def _checking(statement: Statement, say: Voice) -> Iterator[Block]:
    yield Text(
        say(
            "打开证据包所在文件夹，执行“python3 verify.py .”可以一并核验全部文件、签名和时间戳；也可以用"
            "“sha256sum -c manifest-sha256.txt”（Linux）或者“certutil -hashfile 文件名 SHA256”（Windows）逐个计算"
            "摘要，与资料清单所列一致的，即为本说明所述文件。",
            "In the folder of the package, “python3 verify.py .” checks every file, the signature and the "
            "timestamp. “sha256sum -c manifest-sha256.txt” (Linux) or “certutil -hashfile FILE SHA256” (Windows) "
            "works out the digests: a file whose digest is that of the list is the file spoken of here.",
        )
    )
    if statement.verification_url is not None:
        caption = say("扫码查验本说明", "Scan to verify this statement")
        yield Code(statement.verification_url, caption)


def _signatures(statement: Statement, say: Voice) -> Signatures:
    makers = dict.fromkeys(one.officer.name for one in statement.recordings if one.officer is not None)
    maker = say("、", ", ").join(makers) if len(makers) <= _MOST_MAKERS else say("见各件资料", "see each recording")
    signatory = statement.signatory
    names = (
        (say("提取人", "Extractor"), statement.extractor and statement.extractor.name),
        (say("制作人", "Maker"), maker),
        (say("复核人", "Checker"), statement.checker and statement.checker.name),
        (say("签发人", "Signatory"), signatory and signatory.person.name),
    )
    blank = say(_BLANK, "Date: ____________________")
    return Signatures(
        places=tuple((say(f"{label}（签名）：", f"{label} (signature):"), name or "") for label, name in names),
        unit=statement.unit_name,
        date=blank if signatory is None else say.date(signatory.signed_at),
        seal=say("（印章）", "(seal)"),
    )


_MOST_MAKERS = 3
"""Names that stand beside a place to sign."""

_PARTS = (
    (("基本情况", "The case and the extraction"), _basics),
    (("证明对象", "What the recordings prove"), proofs),
    (("资料清单", "List of files"), file_list),
    (("来源和制作情况", "Where they come from and how they were made"), _sources),
    (("记录中断情况", "Interruptions of recording"), _gaps),
    (("免予记录情况", "Exemptions from recording"), _exemptions),
    (("关键画面", "Stills"), stills),
    (("声音内容文字记录", "What was said"), transcripts),
    (("保管经过", "Custody since intake"), custody),
    (("核验方法", "How to verify"), _checking),
)

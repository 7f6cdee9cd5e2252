"""What the statement says of each recording: the lists, the sources, the pictures, the words, the custody."""

from __future__ import annotations

from collections.abc import Iterator

from regulation.probed import note_in
from regulation.remarks import remark_in
from regulation.stated import ChainLink, Covered, Derivative, DerivedKind, Span, StatedFile, Still
from regulation.statement import Statement, lacks_transcript
from regulation.vocabulary import MediaKind
from tasks.statement.sheet import Block, Head, Listing, Picture, Pictures, Row, Text
from tasks.statement.voice import Voice
from tasks.statement.words import ACTIVITIES, CHAIN, CLOCKS, CONDITIONS, DERIVED, MEDIA


def proofs(statement: Statement, say: Voice) -> Iterator[Block]:
    """What each recording proves (证明对象)."""
    rows = tuple(
        Row((str(one.ordinal), MEDIA[one.media_kind][say.language], one.proves.strip() or "–"))
        for one in statement.recordings
    )
    columns = (say("序号", "No."), say("资料", "Recording"), say("证明对象", "What it proves"))
    yield Listing(columns, (10, 16, 74), rows)


def file_list(statement: Statement, say: Voice) -> Iterator[Block]:
    """Every file of the package with its size and digests; originals that stay in the vault as well."""
    rows = [row for one in statement.recordings for row in _rows(one, say)]
    rows += (
        Row((f"{say('附', 'A')}{place}", one.path, one.title, say.bytes(one.size)), _digests(one.sha256, one.sm3))
        for place, one in enumerate(statement.attachments, 1)
    )
    columns = (say("序号", "No."), say("文件", "File"), say("类别", "Kind"), say("字节数", "Bytes"))
    yield Listing(columns, (13, 51, 17, 19), tuple(rows))


def _rows(stated: StatedFile, say: Voice) -> Iterator[Row]:
    kind = MEDIA[stated.media_kind][say.language]
    path = stated.path or say("（原始文件存于专用存储器，未随附）", "(the original is in the vault, not enclosed)")
    number = str(stated.ordinal)
    yield Row(
        (number, path, say(f"原始{kind}", f"original {kind}"), say.bytes(stated.size)),
        _digests(stated.sha256, stated.sm3),
    )
    made = [one for one in stated.derivatives if one.path is not None]
    for place, one in enumerate(made, 1):
        cells = (f"{number}-{place}", one.path or "", DERIVED[one.kind][say.language], say.bytes(one.size))
        yield Row(cells, _digests(one.sha256 or "–", one.sm3) + _streams(one, say))
    for place, still in enumerate(stated.stills, len(made) + 1):
        cells = (f"{number}-{place}", still.path, say("画面", "still"), say.bytes(still.size))
        yield Row(cells, _digests(still.sha256, still.sm3))


def _digests(sha256: str, sm3: str | None) -> tuple[tuple[str, str], ...]:
    return (("SHA-256", sha256),) if sm3 is None else (("SHA-256", sha256), ("SM3", sm3))


def _streams(one: Derivative, say: Voice) -> tuple[tuple[str, str], ...]:
    return tuple((f"{say('流', 'stream')} {stream.index}", stream.sha256) for stream in one.streams)


def source_rows(stated: StatedFile, say: Voice) -> Iterator[tuple[str, str]]:
    """Where a recording comes from, who made it and when, how its times were established, and its condition."""
    yield say("数据来源", "Source"), _source(stated, say)
    maker = say.person(stated.officer)
    unit = stated.unit_name
    yield say("制作人", "Maker"), maker if unit is None else say(f"{maker}，{unit}", f"{maker}, {unit}")
    yield say("制作时间", "Made"), _made(stated, say)
    if stated.clock is not None:
        yield say("时间校正", "Clock"), _clock(stated, say)
    if stated.activity is not None:
        kind = ACTIVITIES[stated.activity.kind][say.language]
        told = (stated.activity.number, kind, stated.activity.place)
        yield say("执法活动", "Activity"), say("，", ", ").join(told)
    yield say("入库封存", "Custody"), _intake(stated, say)
    yield say("资料状况", "Condition"), _condition(stated, say)
    for one in stated.derivatives:
        yield DERIVED[one.kind][say.language].capitalize(), _derivative(stated, one, say)
    for still in stated.stills:
        yield DERIVED[DerivedKind.STILL][say.language].capitalize(), _still(still, say)


def _source(stated: StatedFile, say: Voice) -> str:
    device = stated.device
    told = []
    if device is not None:
        make = " ".join(one for one in (device.maker, device.model) if one)
        model = say(f"（{make}）", f" ({make})") if make else ""
        told.append(say(f"执法记录仪 {device.number}{model}", f"body-worn recorder {device.number}{model}"))
    if stated.source_note:
        told.append(stated.source_note)
    if stated.shown_name:
        told.append(say(f"原文件名 {stated.shown_name}", f"called {stated.shown_name} there"))
        if "〔U+" in stated.shown_name:
            told.append(
                say("〔 〕内为字体未收录字符的编码", "〔 〕 holds the code of a character that no font here has")
            )
    return say("；", "; ").join(told) or "–"


def _made(stated: StatedFile, say: Voice) -> str:
    told = []
    if stated.corrected is not None:
        told.append(say.span(stated.corrected))
    if stated.claimed is not None and stated.claimed != stated.corrected:
        shown = say.span(stated.claimed)
        told.append(say(f"设备所示为{shown}", f"the recorder shows {shown}"))
    if stated.time_note:
        told.append(stated.time_note)
    return say("；", "; ").join(told) or "–"


def _clock(stated: StatedFile, say: Voice) -> str:
    clock = stated.clock
    assert clock is not None
    read = "" if clock.read_at is None else say.time(clock.read_at)
    read = say(f"（{read}读取）", f" ({read})") if read else ""
    return CLOCKS[clock.basis][say.language].format(offset=f"{clock.offset_seconds:+.1f}", read=read)


def _intake(stated: StatedFile, say: Voice) -> str:
    entries = (
        (say("采集批次", "dock session"), stated.session_number),
        (say("入库", "taken in"), stated.received_at and say.time(stated.received_at)),
        (say("封存", "sealed"), stated.sealed_at and say.time(stated.sealed_at)),
        (say("接收回执", "receipt"), stated.receipt_number),
    )
    return say("；", "; ").join(f"{name} {told}" for name, told in entries if told) or "–"


def _condition(stated: StatedFile, say: Voice) -> str:
    known = CONDITIONS.get(stated.condition)
    told = [stated.condition if known is None else known[say.language]]
    if stated.container:
        told.append(say(f"格式 {stated.container}", f"format {stated.container}"))
    if stated.note:
        told.append(note_in(stated.note, say.language))
    return say("；", "; ").join(told)


def _derivative(stated: StatedFile, one: Derivative, say: Voice) -> str:
    told = []
    if one.asked is not None:
        told.append(say(f"申请范围 {say.part(one.asked)}", f"asked for {say.part(one.asked)}"))
    if one.actual is not None:
        told.append(say(f"实际范围 {say.part(one.actual)}", f"spans {say.part(one.actual)}"))
    if one.not_made is not None:
        why = remark_in(one.not_made, say.language)
        told.append(say(f"未能制作：{why}", f"not made: {why}"))
    if one.muted:
        ranges = say("、", ", ").join(say.part(part) for part in one.muted)
        told.append(say(f"消音 {ranges}", f"muted {ranges}"))
    told += [_cover(cover, stated, say) for cover in one.covered]
    if one.streams and one.kind is DerivedKind.PROTECTED:
        told.append(say("画面流与原始文件一致", "its pictures are those of the original, not encoded anew"))
    elif one.streams:
        told.append(
            say("各流内容与原始文件一致，未重新编码", "its streams are those of the original, not encoded anew")
        )
    told += _remarks(one.remarks, say)
    if one.tool:
        told.append(say(f"工具 {one.tool}", f"made by {one.tool}"))
    return say("；", "; ").join(told) or "–"


def _cover(one: Covered, stated: StatedFile, say: Voice) -> str:
    """What is covered: when, unless it is a photograph, and where in the picture."""
    when = "" if stated.media_kind is MediaKind.PHOTO else f" {say.part((one.start, one.end))}"
    left, top, width, height = (f"{100 * part:.4g}%" for part in (one.x, one.y, one.width, one.height))
    return say(
        f"遮挡{when}（距左 {left}，距上 {top}，宽 {width}，高 {height}）",
        f"covered{when} (from the left {left}, from the top {top}, width {width}, height {height})",
    )


def _remarks(remarks: tuple[str, ...], say: Voice) -> list[str]:
    return [remark_in(one, say.language) for one in remarks]


def _still(still: Still, say: Voice) -> str:
    told = [say.second(still.second), *_remarks(still.remarks, say)]
    if still.tool:
        told.append(say(f"工具 {still.tool}", f"made by {still.tool}"))
    return say("；", "; ").join(told)


def stills(statement: Statement, say: Voice) -> Iterator[Block]:
    """The pictures, each with its second."""
    pictures = tuple(
        Picture(still.picture, f"{say.item(one.ordinal)}　{say.second(still.second)}")
        for one in statement.recordings
        for still in one.stills
    )
    if pictures:
        yield Pictures(pictures)


def transcripts(statement: Statement, say: Voice) -> Iterator[Block]:
    """What was said; and of which recordings with sound nobody wrote it down, or vouches for it."""
    for one in statement.recordings:
        if one.transcript is not None:
            yield Head(say.item(one.ordinal), level=2)
            yield from _transcript(one, say)
    silent = [say.item(one.ordinal) for one in statement.recordings if one.transcript is None and lacks_transcript(one)]
    if silent:
        names = say("、", ", ").join(silent)
        yield Text(say(f"{names}含有声音，未附文字记录。", f"No transcript is enclosed of the sound of: {names}."))


def _transcript(stated: StatedFile, say: Voice) -> Iterator[Block]:
    transcript = stated.transcript
    assert transcript is not None
    if transcript.is_machine_made:
        origin = say("以下文字由机器识别生成", "Recognised by a machine")
    else:
        origin = say("以下文字为人工记录", "Written down by a person")
    if transcript.confirmed_by is not None:
        who, when = say.person(transcript.confirmed_by), transcript.confirmed_at
        at = "" if when is None else say(f"于{say.time(when)}", f" at {say.time(when)}")
        origin += say(f"，经{who}{at}确认。", f", confirmed by {who}{at}.")
    elif transcript.is_machine_made:
        origin += say("，未经人工确认，仅供参考。", ", confirmed by nobody: for orientation only.")
    else:
        origin += say("。", ".")
    yield Text(origin)
    if not transcript.lines:
        yield Text(say("声音中没有可以记录的语言内容。", "Nothing in the sound can be written down."))
        return
    rows = tuple(
        Row((say.part((line.start, line.end)), line.speaker or "–", line.text or "–")) for line in transcript.lines
    )
    yield Listing((say("时间", "Time"), say("说话人", "Speaker"), say("内容", "Words")), (30, 17, 53), rows)


def custody(statement: Statement, say: Voice) -> Iterator[Block]:
    """What became of each recording since its intake, as the ledger has it."""
    rows = tuple(
        Row((str(one.ordinal), "\n".join(_link(link, say) for link in one.chain)))
        for one in statement.recordings
        if one.chain
    )
    if rows:
        yield Text(
            say(
                "以下经过摘自只增不改、逐条以哈希相连的保管账簿。",
                "Taken from the custody ledger, which is only added to and whose entries are chained by their hashes.",
            )
        )
        yield Listing((say("资料", "No."), say("经过", "Events")), (10, 90), rows)


def _link(link: ChainLink, say: Voice) -> str:
    told = say.time(link.at) if link.until is None else say.span(Span(link.at, link.until))
    event = CHAIN[link.event][say.language]
    times = "" if link.count == 1 else say(f"{link.count}次", f", {link.count} times")
    entry = "" if link.seq is None else say(f"（账簿第{link.seq}条）", f" (entry {link.seq})")
    return say(f"{told}　{event}{times}{entry}", f"{told}  {event}{times}{entry}")

"""What was said, in writing: read from SubRip, WebVTT or our own JSON, and written as any of them or as plain text
(Art. 19; 法释〔2002〕21号 第十二条: of sound material its content in writing).

The JSON is an object with one entry ``lines``, a list of objects: ``start`` and ``end`` in seconds of the recording,
``text``, and ``speaker``, which may be left out. WebVTT has speakers in ``<v …>``. SubRip has none: they are written
before the text and a colon, but when it is read nothing is guessed, for a colon stands in many a sentence. Whatever
comes from outside is limited in size and read strictly: an error names the line and the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from math import isfinite
from typing import Any

from regulation.access_terms import FieldDenied
from regulation.conversion_states import ARTICLE
from regulation.stated import TranscriptLine

MOST_BYTES = 5_000_000
MOST_LINES = 20_000
LONGEST_TEXT = 2_000
LONGEST_SPEAKER = 100
LATEST = 1_000_000.0
"""Seconds; no recording is twelve days long."""

_TIMES = re.compile(r"\s*(\S+)\s+-->\s+(\S+)(?:\s.*)?", re.ASCII)
_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})", re.ASCII)
_VOICE = re.compile(r"<v(?:\.[^\s>]{1,50})?\s+([^>]{1,200})>")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<\d{2}[:.\d]{4,12}>|\{\\[^{}]{0,100}\}")
_BLOCKS = ("NOTE", "STYLE", "REGION")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def read_transcript(content: bytes) -> tuple[TranscriptLine, ...]:
    """The lines of a transcript, in the order of their starts, whichever of the three forms it is in.

    Raises `FieldDenied` (Art. 19) naming the line and the field that cannot be read.
    """
    text = _decoded(content)
    begins = text.lstrip()
    if begins.startswith(("{", "[")):
        return _checked(_from_json(text))
    return _checked(_from_vtt(text) if begins.startswith("WEBVTT") else _from_srt(text))


def read_srt(content: bytes) -> tuple[TranscriptLine, ...]:
    """The same of SubRip. Raises `FieldDenied`."""
    return _checked(_from_srt(_decoded(content)))


def read_vtt(content: bytes) -> tuple[TranscriptLine, ...]:
    """The same of WebVTT. Raises `FieldDenied`."""
    return _checked(_from_vtt(_decoded(content)))


def read_json(content: bytes) -> tuple[TranscriptLine, ...]:
    """The same of our own JSON. Raises `FieldDenied`."""
    return _checked(_from_json(_decoded(content)))


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _denied(None, "transcript", f"It is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise _denied(None, "transcript", "It is not text in UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _denied(line: int | None, field: str, why: str) -> FieldDenied:
    where = "" if line is None else f"Line {line}, {field}: "
    return FieldDenied("transcript", f"{where}{why}.", ARTICLE)


# SubRip and WebVTT: blocks between empty lines; a line number is that of the file


def _cues(text: str, *, is_vtt: bool) -> Iterator[tuple[int, float, float, list[str]]]:
    for number, block in _split(text):
        if is_vtt and (number == 1 or block[0].split(" ", 1)[0] in _BLOCKS):
            continue
        place = 0 if "-->" in block[0] else 1
        if place >= len(block) or "-->" not in block[place]:
            raise _denied(number, "time", "There are no times as 00:00:01,000 --> 00:00:02,500")
        yield number + place, *_times(block[place], number + place), block[place + 1 :]


def _split(text: str) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _times(line: str, number: int) -> tuple[float, float]:
    found = _TIMES.fullmatch(line)
    if found is None:
        raise _denied(number, "time", "There are no times as 00:00:01,000 --> 00:00:02,500")
    return _second(found[1], number, "start"), _second(found[2], number, "end")


def _second(text: str, number: int, field: str) -> float:
    found = _TIME.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[3]) > 59:
        raise _denied(number, field, f"{text[:20]!r} is no time as 00:00:01,000")
    hours, minutes, seconds, thousandths = (int(one or 0) for one in found.groups())
    return ((hours * 60 + minutes) * 60_000 + seconds * 1_000 + thousandths) / 1_000


def _from_srt(text: str) -> Iterator[tuple[int, TranscriptLine]]:
    for number, start, end, lines in _cues(text, is_vtt=False):
        yield number, TranscriptLine(start, end, "", _TAG.sub("", "\n".join(lines)).strip())


def _from_vtt(text: str) -> Iterator[tuple[int, TranscriptLine]]:
    if not re.match(r"\s*WEBVTT(?:[ \t\n]|$)", text):
        raise _denied(1, "header", "WebVTT begins with WEBVTT")
    for number, start, end, lines in _cues(text.lstrip(), is_vtt=True):
        for speaker, said in _voices("\n".join(lines)):
            yield number, TranscriptLine(start, end, speaker, said)


def _voices(said: str) -> Iterator[tuple[str, str]]:
    """Who says what: several may speak in one cue."""
    parts = _VOICE.split(said)  # what nobody is named for, then by turns a name and what it says
    spoken = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    for place, (speaker, words) in enumerate(spoken):
        plain = unescape(_TAG.sub("", words)).strip()
        if plain or (place and place == len(spoken) - 1) or len(spoken) == 1:
            yield unescape(speaker).strip(), plain


# JSON: a line number is the place in the list, from 1


def _from_json(text: str) -> Iterator[tuple[int, TranscriptLine]]:
    try:
        kept = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise _denied(None, "transcript", "It is not JSON: too deep") from None
    except ValueError as wrong:
        raise _denied(getattr(wrong, "lineno", 1), "transcript", "It is not JSON") from None
    if not isinstance(kept, dict) or set(kept) != {"lines"} or not isinstance(kept["lines"], list):
        raise _denied(None, "transcript", "It is an object with one entry, lines, which is a list")
    for number, line in enumerate(kept["lines"], start=1):
        yield number, _line_from_json(number, line)


def _no_number(_text: str) -> float:
    raise ValueError("not a number")


def _line_from_json(number: int, line: Any) -> TranscriptLine:
    if not isinstance(line, dict):
        raise _denied(number, "line", "It is an object")
    unknown = sorted(set(line) - {"start", "end", "speaker", "text"})
    if unknown:
        raise _denied(number, str(unknown[0])[:40], "There is no such field")
    start, end = (_number(number, field, line) for field in ("start", "end"))
    speaker, text = (_text(number, field, line) for field in ("speaker", "text"))
    return TranscriptLine(start, end, speaker, text)


def _number(number: int, field: str, line: Mapping[str, Any]) -> float:
    kept = line.get(field)
    if isinstance(kept, bool) or not isinstance(kept, int | float) or not -LATEST < kept < LATEST:
        raise _denied(number, field, "It is a number of seconds")
    return float(kept)


def _text(number: int, field: str, line: Mapping[str, Any]) -> str:
    kept = line.get(field, "" if field == "speaker" else None)
    if not isinstance(kept, str):
        raise _denied(number, field, "It is a text")
    return kept.strip()


# All


def _checked(found: Iterable[tuple[int, TranscriptLine]]) -> tuple[TranscriptLine, ...]:
    lines: list[TranscriptLine] = []
    for number, line in found:
        if len(lines) == MOST_LINES:
            raise _denied(None, "transcript", f"It has more than {MOST_LINES} lines")
        _check(number, line)
        lines.append(line)
    return tuple(sorted(lines, key=lambda line: line.start))


def _check(number: int, line: TranscriptLine) -> None:
    if not isfinite(line.start) or not 0 <= line.start < LATEST:
        raise _denied(number, "start", "It is 0 or later")
    if not line.start < line.end < LATEST:
        raise _denied(number, "end", "It is after the start")
    if not 0 < len(line.text) <= LONGEST_TEXT:
        raise _denied(number, "text", f"It has 1 to {LONGEST_TEXT} characters")
    if len(line.speaker) > LONGEST_SPEAKER:
        raise _denied(number, "speaker", f"It has at most {LONGEST_SPEAKER} characters")
    for field, text in (("text", line.text), ("speaker", line.speaker)):
        if _CONTROL.search(text) or (field == "speaker" and "\n" in text) or not _is_whole(text):
            raise _denied(number, field, "There is a control character in it")


def _is_whole(text: str) -> bool:
    """Whether it has no halves of characters, which JSON can write and nothing else can."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


# Writing


def as_srt(lines: Iterable[TranscriptLine]) -> str:
    """SubRip."""
    return _written(lines, ",", lambda line: f"{_prefix(line)}{_one_block(line.text)}", numbered=True)


def as_vtt(lines: Iterable[TranscriptLine]) -> str:
    """WebVTT."""
    return "WEBVTT\n\n" + _written(lines, ".", _vtt_text, numbered=False)


def as_json(lines: Iterable[TranscriptLine]) -> str:
    """Our own JSON."""
    kept = [{"start": one.start, "end": one.end, "speaker": one.speaker, "text": one.text} for one in lines]
    return json.dumps({"lines": kept}, ensure_ascii=False, indent=1) + "\n"


def as_text(lines: Iterable[TranscriptLine]) -> str:
    """A line for each: its time, who spoke, what was said."""
    return "".join(f"[{_clock(one.start, '.')}] {_prefix(one)}{one.text.replace(chr(10), ' ')}\n" for one in lines)


def _written(
    lines: Iterable[TranscriptLine], point: str, said: Callable[[TranscriptLine], str], *, numbered: bool
) -> str:
    blocks = []
    for number, line in enumerate(lines, start=1):
        head = f"{number}\n" if numbered else ""
        blocks.append(f"{head}{_clock(line.start, point)} --> {_clock(line.end, point)}\n{said(line)}\n")
    return "\n".join(blocks)


def _vtt_text(line: TranscriptLine) -> str:
    text, speaker = (_escaped(one) for one in (_one_block(line.text), line.speaker))
    return f"<v {speaker}>{text}" if speaker else text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_block(text: str) -> str:
    """An empty line would end it."""
    return "\n".join(line for line in text.split("\n") if line.strip())


def _prefix(line: TranscriptLine) -> str:
    return f"{line.speaker}：" if line.speaker else ""


def _clock(second: float, point: str) -> str:
    minutes, thousandths = divmod(round(second * 1_000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1_000:02}{point}{thousandths % 1_000:03}"

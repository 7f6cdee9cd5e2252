"""A first draft of what was said, by a recogniser that is installed here, until a person confirms it (Art. 19)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from prefect.logging import get_run_logger

from registry.bulk import AnyRow
from registry.queries.conversion import transcripts_of
from registry.tables import Origin
from registry.transitions import conversion
from registry.transitions.conversion.making import Line
from regulation.access_terms import Range
from regulation.errors import ActionDenied, ConfigurationError
from tasks.conversion.originals import Original
from tasks.conversion.work import ConversionWork
from tasks.deriving.child import derive
from tasks.deriving.made import NotMade
from tasks.deriving.transcripts import read_transcript
from tasks.deriving.wanted import Sound


def hear(work: ConversionWork, row: AnyRow, heard: Iterable[tuple[Original, Range]]) -> None:
    """Draft a transcript of each recording with sound, and the part of it that was granted, that has none yet.

    A recogniser that fails is no reason to stop: people write down what was said.
    """
    if work.archive.speech is None:
        return
    with work.registry.reading() as reading:
        written = set(transcripts_of(reading.connection(), row.id))
    for original, shown in heard:
        if original.recording.id in written:
            continue
        try:
            lines = _lines(work, original, shown)
        except (ActionDenied, ConfigurationError, NotMade) as refused:
            get_run_logger().warning("No draft of a transcript: %s", type(refused).__name__)
            continue
        with work.acting() as act:
            ids = (row.id, original.recording.id, row.extractor_id)
            conversion.enter_transcript(act, *ids, Origin.MACHINE, lines)
        written.add(original.recording.id)


def _lines(work: ConversionWork, original: Original, shown: Range) -> list[Line]:
    """What the recogniser hears, in seconds of the recording."""
    assert work.archive.speech is not None
    with tempfile.TemporaryDirectory(prefix="custody-speech-") as folder:
        sound = Path(folder) / "sound.wav"
        made = derive(original.part, original.recording.size, Sound(shown, shown), sound)
        said = read_transcript(work.archive.speech.transcribe(sound))
    begin = 0.0 if made.actual is None else made.actual.start
    return [(begin + one.start, begin + one.end, one.speaker, one.text) for one in said]

"""Sound for evidence: 16-bit samples, each where it was (Art. 19)."""

from __future__ import annotations

import hashlib
import io
import os
import wave
from pathlib import Path

import pytest

from regulation.access_terms import Range
from tasks.deriving import sound
from tasks.deriving.child import derive
from tasks.deriving.made import NotMade
from tasks.deriving.wanted import Sound
from tasks.probing.reading import Glance
from tests.fixtures.deriving import Reader, complaints, encoded, ffmpeg, filmed, loudness, made_of, samples


def samples_of(path: Path) -> tuple[int, int, bytes]:
    """Channels, rate, data."""
    with wave.open(str(path)) as opened:
        assert opened.getsampwidth() == 2
        return opened.getnchannels(), opened.getframerate(), opened.readframes(opened.getnframes())


@pytest.mark.parametrize(
    "extension", ["mp4", "mov", "3gp", "avi", "ts", "mkv", "wav", "amr", "mp3", "aac", "ogg", "flac"]
)
def test_the_sound_of_a_range_is_that_of_the_whole_there(extension: str, tmp_path: Path) -> None:
    content = samples()[extension]
    whole = made_of(content, Sound(), tmp_path / "whole.wav")
    made = made_of(content, Sound(Range(3, 5)), tmp_path / "part.wav")
    assert (made.form, made.media_type, made.actual) == ("wav", "audio/wav", Range(3.0, 5.0))
    assert whole.actual is not None and whole.actual.end == pytest.approx(8.0, abs=0.1)
    channels, rate, data = samples_of(tmp_path / "whole.wav")
    assert channels == 1
    first, last = round((3 - whole.actual.start) * rate), round((5 - whole.actual.start) * rate)
    made_channels, made_rate, part = samples_of(tmp_path / "part.wav")
    assert (made_channels, made_rate) == (1, rate)
    wanted, found = (memoryview(one).cast("h") for one in (data[first * 2 : last * 2], part))
    # of AMR a decoder that began earlier differs in the last bit
    assert max(abs(one - other) for one, other in zip(wanted, found, strict=True)) <= 1
    assert complaints(tmp_path / "part.wav") == ""


def test_plain_sound_comes_out_as_it_went_in(tmp_path: Path) -> None:
    made_of(samples()["wav"], Sound(), tmp_path / "made.wav")
    with wave.open(io.BytesIO(samples()["wav"])) as whole:
        assert samples_of(tmp_path / "made.wav")[2] == whole.readframes(whole.getnframes())


def test_compressed_sound_is_what_another_decoder_hears(tmp_path: Path) -> None:
    made_of(encoded("reordered.mp4"), Sound(Range(1, 2)), tmp_path / "made.wav")
    rate, data = samples_of(tmp_path / "made.wav")[1:]
    other = ffmpeg("raw", "-i", "IN", "-ss", "1", "-t", "1", "-vn", "-f", "s16le", content=encoded("reordered.mp4"))
    assert rate == 48_000
    difference = [
        abs(one - two) for one, two in zip(memoryview(data).cast("h"), memoryview(other).cast("h"), strict=True)
    ]
    assert max(difference) < 40


def test_nothing_is_from_outside_the_part(tmp_path: Path) -> None:
    made = made_of(samples()["mp4"], Sound(Range(1, 7), Range(2, 6.5)), tmp_path / "made.wav")
    assert made.actual == Range(2.0, 6.5)


def test_every_channel_is_kept(tmp_path: Path) -> None:
    tone = "sine=frequency=440:sample_rate=44100:duration=1"
    content = ffmpeg("wav", "-f", "lavfi", "-i", tone, "-ac", "6", "-c:a", "pcm_s24le")
    made = made_of(content, Sound(), tmp_path / "made.wav")
    assert samples_of(tmp_path / "made.wav")[:2] == (6, 44_100)
    assert made.actual == Range(0.0, 1.0)


def test_a_gap_becomes_silence_as_long(tmp_path: Path) -> None:
    """Seconds of the file stay seconds of the recording."""
    gap = "asetpts='if(gt(T,2),PTS+3/TB,PTS)'"
    content = filmed("mkv", "-c:v", "libx264", "-c:a", "pcm_s16le", "-af", gap)
    made = made_of(content, Sound(), tmp_path / "made.wav")
    assert made.actual is not None and made.actual.end == pytest.approx(9.0, abs=0.1)
    assert loudness(tmp_path / "made.wav", Range(2.1, 4.9)) == 0
    assert loudness(tmp_path / "made.wav", Range(5.1, 6)) > 1_000


def test_silence_is_remarked(tmp_path: Path) -> None:
    content = filmed("mp4", "-c:v", "libx264", sound="anullsrc=r=16000:cl=mono:d=6")
    assert made_of(content, Sound(), tmp_path / "made.wav").remarks == ("its sound is silent throughout",)


def test_of_several_sounds_the_first_is_taken(tmp_path: Path) -> None:
    content = ffmpeg("mkv", "-i", "IN", "-map", "0", "-map", "0:a", "-c", "copy", content=samples()["mp4"])
    assert made_of(content, Sound(), tmp_path / "made.wav").remarks == ("of its 2 sounds the first",)


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    for extension in ("mp4", "amr"):
        made = [made_of(samples()[extension], Sound(Range(1, 7)), tmp_path / f"{extension}-{one}") for one in range(2)]
        assert made[0] == made[1]
        assert hashlib.sha256((tmp_path / f"{extension}-0").read_bytes()).hexdigest() == made[0].sha256


def test_of_a_damaged_recording_what_can_be_heard_is_written(tmp_path: Path) -> None:
    content = samples()["ts"]
    made = made_of(content[: len(content) // 2], Sound(), tmp_path / "made.wav")
    assert made.actual is not None and 2 < (made.actual.end or 0) < 6
    flipped = bytearray(samples()["aac"])
    for place in range(1_000, len(flipped), 3_000):
        flipped[place] ^= 0xFF
    made = made_of(bytes(flipped), Sound(), tmp_path / "flipped.wav")
    assert made.actual is not None


def test_what_has_no_sound_has_none(tmp_path: Path) -> None:
    mute = ffmpeg("mp4", "-i", "IN", "-an", "-c", "copy", content=samples()["mp4"])
    for content, why in ((mute, "no sound in it"), (samples()["jpg"], "photograph"), (b"x" * 999, "no recording")):
        with pytest.raises(NotMade, match=why):
            made_of(content, Sound(), tmp_path / "made.wav")
        assert not (tmp_path / "made.wav").exists()
    with pytest.raises(NotMade, match="no sound in this part"):
        made_of(samples()["mp4"], Sound(Range(90, 95)), tmp_path / "made.wav")


def test_more_than_a_wav_can_hold_is_not_begun(tmp_path: Path) -> None:
    """A sparse recording of five gigabytes of samples: nothing of it is decoded."""
    whole = tmp_path / "whole.wav"
    with whole.open("wb") as file:
        file.write(b"RF64\xff\xff\xff\xffWAVEds64" + (28).to_bytes(4, "little"))
        size = 5 << 30
        file.write((size + 64).to_bytes(8, "little") + size.to_bytes(8, "little") + (size // 4).to_bytes(8, "little"))
        file.write(
            bytes(4) + b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("01000200 80bb0000 00ee0200 04001000")
        )
        file.write(b"data\xff\xff\xff\xff")
        file.truncate(size + file.tell())
    with whole.open("rb") as file:

        def read(first: int, length: int) -> bytes:
            return os.pread(file.fileno(), length, first)

        with pytest.raises(NotMade, match=r"more than the 4 GiB"):
            derive(read, whole.stat().st_size, Sound(), tmp_path / "made.wav")
        made = derive(read, whole.stat().st_size, Sound(Range(20_000, 20_001)), tmp_path / "part.wav")
        assert made.actual == Range(20_000.0, 20_001.0)


def test_the_limit_holds_whatever_a_recording_says_of_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "MOST_BYTES", 100_000)
    path = tmp_path / "in"
    path.write_bytes(samples()["aac"])  # which does not say how long it is
    with path.open("rb") as source, (tmp_path / "out").open("w+b") as target:
        glance = Glance(source.fileno(), path.stat().st_size)
        with pytest.raises(sound.CannotError, match="4 GiB"):
            sound.make_sound(glance.stream(), target, Sound())


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    """A minute of samples goes through in pieces of ten seconds, and so would an hour."""
    from tasks.deriving.listening import PIECE_SECONDS, Listener
    from tasks.deriving.reading import Recording

    path = tmp_path / "in.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, 0, "NONE", ""))
        for _ in range(60):
            out.writeframesraw(bytes(96_000))
    with path.open("rb") as source:
        recording = Recording(Glance(source.fileno(), path.stat().st_size).stream())
        stream = recording.sounds[0]
        listener = Listener(recording, stream, Range())
        pieces = [one.samples for packet in recording.packets([stream]) for one in listener.take(packet)]
        pieces += [one.samples for one in listener.finish()]
    assert sum(pieces) == 60 * 48_000
    assert max(pieces) < (PIECE_SECONDS + 1) * 48_000


def test_no_program_is_looked_for_and_nothing_is_warned_of() -> None:
    import subprocess
    import sys

    code = "import tasks.deriving.sound, tasks.deriving.protect"
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PATH": "/nowhere", "PYTHONPATH": os.getcwd()},
        capture_output=True,
    )
    assert (told.returncode, told.stderr) == (0, b"")


def test_a_reader_is_asked_for_what_is_wanted_only(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as out:
        out.setparams((2, 2, 48_000, 0, "NONE", ""))
        out.writeframes(bytes(60 * 48_000 * 4))
    reader = Reader(whole.getvalue())
    derive(reader, len(reader.content), Sound(Range(31, 32)), tmp_path / "made.wav")
    assert reader.read < len(reader.content) / 2

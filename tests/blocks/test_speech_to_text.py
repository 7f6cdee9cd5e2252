"""The recogniser: a command of the unit's, run on a sound, with nothing of ours in its hands.

A small script stands in for it: real ones weigh hundreds of megabytes and their models cannot be had here, and what is
tested is how one is run, not how well it hears. It reads the WAV and writes subtitles, as they do.
"""

from __future__ import annotations

import os
import sys
import time
import wave
from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks.speech_to_text import SpeechToText
from regulation.errors import ConfigurationError

SCRIPT = """
import os, pathlib, subprocess, sys, time, wave
sound, out, how = sys.argv[1:]
print("what was said is not for logs")
with wave.open(sound) as opened:
    seconds = opened.getnframes() // opened.getframerate()
said = f"1\\n00:00:00,000 --> 00:00:{seconds:02},000\\n你好\\n"
if how == "fails":
    sys.exit("no model is there")
if how == "hangs":
    late = str(pathlib.Path(sound).with_name("late"))
    helper = f"import time, pathlib; time.sleep(3); pathlib.Path({late!r}).touch()"
    subprocess.Popen([sys.executable, "-c", helper])
    time.sleep(60)
if how == "much":
    said *= 200_000
if how == "environment":
    said = f"{sorted(os.environ)}"
if how == "link":
    os.symlink(sound, out)
elif how != "nothing":
    pathlib.Path(out + {"srt": ".srt", "vtt": ".vtt", "beside": ".wav.srt"}.get(how, "")).write_text(said)
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "a sound; rm -rf .wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8_000, 0, "NONE", ""))
        out.writeframes(bytes(2 * 8_000 * 2))
    return path


def recogniser(folder: Path, how: str, seconds: float = 30.0) -> SpeechToText:
    script = folder / "recogniser.py"
    script.write_text(SCRIPT)
    return SpeechToText(command=[sys.executable, str(script), "{sound}", "{out}", how], timeout_seconds=seconds)


@pytest.mark.parametrize("how", ["srt", "vtt", "exactly", "beside"])
def test_what_it_writes_is_read_wherever_it_writes_it(how: str, sound: Path, tmp_path: Path) -> None:
    said = recogniser(tmp_path, how).transcribe(sound)
    assert said.decode() == "1\n00:00:00,000 --> 00:00:02,000\n你好\n"


def test_it_knows_nothing_of_our_environment(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTODY_S3_SECRET_KEY", "secret")
    said = recogniser(tmp_path, "environment").transcribe(sound).decode()
    assert "HOME" in said
    assert "CUSTODY" not in said


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("fails", "failed with 1: no model is there"),
        ("nothing", "wrote no subtitles"),
        ("link", "wrote no subtitles"),
        ("much", "more than 5 MB"),
    ],
)
def test_one_that_does_not_do_it_is_a_matter_of_settings(how: str, why: str, sound: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=why) as failed:
        recogniser(tmp_path, how).transcribe(sound)
    assert failed.value.subject == "speech_to_text"
    assert "not for logs" not in str(failed.value)


def test_one_that_takes_too_long_is_stopped_with_all_that_it_started(sound: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="stopped after 1 s") as failed:
        recogniser(tmp_path, "hangs", 1.0).transcribe(sound)
    assert failed.value.subject == "timeout_seconds"
    time.sleep(3)
    assert not (tmp_path / "late").exists()


def test_one_that_is_not_there_is_said_to_be_so(sound: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be started: No such file"):
        SpeechToText(command=["/nowhere/recogniser", "{sound}", "{out}"]).transcribe(sound)


@pytest.mark.parametrize(
    "command", [[], ["whisper"], ["whisper", "{sound}"], ["{sound}", "{out}"], ["whisper", "{out}"]]
)
def test_a_command_names_what_it_reads_and_writes(command: list[str]) -> None:
    with pytest.raises(ValidationError):
        SpeechToText(command=command)


def test_nothing_is_left_behind(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "tmp"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    recogniser(tmp_path, "srt").transcribe(sound)
    assert os.listdir(kept) == []

"""A speech recogniser that is installed beside us, for a first draft of what was said.

Nothing is downloaded and nothing leaves the machine: it is a command the unit chose. Where there is no such block,
people write transcripts themselves. What it writes is a draft until a person confirms it (Art. 19).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from prefect.blocks.core import Block
from pydantic import Field, field_validator

from regulation.errors import ConfigurationError

_MOST_BYTES = 5_000_000
"""Of what it writes; ten hours of speech have a tenth of it."""
_FORMS = (".srt", ".vtt")
_SUBJECT = "speech_to_text"


class SpeechToText(Block):
    """Runs an installed recogniser on a sound and gives the subtitles it writes."""

    _block_type_name = "Custody speech to text"
    _block_type_slug = "custody-speech-to-text"
    _description = "Drafts what was said with a recogniser installed here (语音转写), Art. 19. Nothing is downloaded."

    command: list[str] = Field(
        title="Command",
        min_length=1,
        description="Program and arguments, each by itself. {sound} is the WAV to read; {out} the file to write, with "
        ".srt or .vtt added here or by the recogniser.",
    )
    timeout_seconds: float = Field(default=4 * 3600.0, gt=0, title="Time limit, in seconds")

    @field_validator("command")
    @classmethod
    def _names_its_files(cls, command: list[str]) -> list[str]:
        for place in ("{sound}", "{out}"):
            if not any(place in one for one in command[1:]):
                raise ValueError(f"no argument of the command names {place}")
        return command

    def transcribe(self, sound: Path) -> bytes:
        """The SubRip or WebVTT that the recogniser writes of the WAV `sound`; its shape is not checked here.

        Raises `ConfigurationError` where it is not installed, fails, writes nothing, or takes longer than it may.
        """
        with tempfile.TemporaryDirectory(prefix="custody-speech-") as folder:
            self._run(sound.resolve(), Path(folder))
            return _written(Path(folder))

    def _run(self, sound: Path, folder: Path) -> None:
        names = {"{sound}": str(sound), "{out}": str(folder / "out")}
        command = [self.command[0], *(_filled(one, names) for one in self.command[1:])]
        with tempfile.TemporaryFile() as complaints, _started(command, folder, complaints) as process:
            try:
                code = process.wait(self.timeout_seconds)
            except subprocess.TimeoutExpired:
                raise ConfigurationError(
                    f"The recogniser was stopped after {self.timeout_seconds:g} s.", subject="timeout_seconds"
                ) from None
            if code:
                raise ConfigurationError(
                    f"The recogniser failed with {code}: {_last_line(complaints)}", article="Art. 19", subject=_SUBJECT
                )


def _filled(argument: str, names: dict[str, str]) -> str:
    for place, name in names.items():
        argument = argument.replace(place, name)
    return argument


@contextlib.contextmanager
def _started(command: list[str], folder: Path, complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The recogniser with no secret of ours in its environment, and no process of it left behind."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
    except OSError as absent:
        raise ConfigurationError(f"The recogniser cannot be started: {absent.strerror}.", subject=_SUBJECT) from absent
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}


def _written(folder: Path) -> bytes:
    """What it wrote: at the very place it was told, or with an ending that says which form it is."""
    for name in ("out", *(f"out{form}" for form in _FORMS), *(f"out.wav{form}" for form in _FORMS)):
        file = folder / name
        if file.is_file() and not file.is_symlink() and file.stat().st_size:
            if file.stat().st_size > _MOST_BYTES:
                raise ConfigurationError(
                    f"The recogniser wrote more than {_MOST_BYTES // 1_000_000} MB.", subject=_SUBJECT
                )
            return file.read_bytes()
    raise ConfigurationError("The recogniser wrote no subtitles to {out}.", article="Art. 19", subject=_SUBJECT)


def _last_line(complaints: IO[bytes]) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - (1 << 16)))
    lines = complaints.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else "it says nothing"

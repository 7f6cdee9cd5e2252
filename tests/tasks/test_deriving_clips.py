"""Clips for evidence: copied and not encoded anew, which anybody can check with ordinary tools (Art. 19)."""

from __future__ import annotations

import errno
import hashlib
import io
from pathlib import Path
from typing import Any

import av
import pytest

from regulation.access_terms import Range
from regulation.stated import DerivedKind
from tasks.clipping.doing import is_full
from tasks.deriving import copying
from tasks.deriving.child import derive
from tasks.deriving.clip import make_clip
from tasks.deriving.made import Made, NotMade
from tasks.deriving.wanted import Clip
from tasks.probing.reading import Glance
from tests.fixtures.deriving import (
    RECIPES,
    Reader,
    complaints,
    encoded,
    ffmpeg,
    filmed,
    made_of,
    samples,
    shown,
    streamhash,
)

VIDEOS = ("mp4", "mov", "3gp", "avi", "ts", "mkv", "flv")
SOUNDS = ("wav", "amr", "mp3", "aac", "m4a", "ogg", "flac")


def check(made: Made, path: Path) -> None:
    """The proofs are what an ordinary tool finds, the file decodes without complaint, and the record of it is true."""
    content = path.read_bytes()
    assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert made.kind is DerivedKind.CLIP
    assert made.streams
    for one in made.streams:
        assert one.is_same
        assert streamhash(path, one.index) == one.made
    assert complaints(path) == ""


def payloads(content: bytes | Path, index: int, span: Range | None = None) -> str:
    """SHA-256 over a stream's packets, as a reader of this test takes it."""
    digest = hashlib.sha256()

    with av.open(io.BytesIO(content) if isinstance(content, bytes) else content) as opened:
        zero = (opened.start_time or 0) / av.time_base
        for packet in opened.demux(opened.streams[index]):
            if packet.size and packet.pts is not None:
                begin = float(packet.pts * packet.time_base) - zero
                end = begin + float((packet.duration or 0) * packet.time_base)
                if span is None or (begin >= span.start - 1e-3 and (span.end is None or end <= span.end + 2e-3)):
                    digest.update(bytes(packet))
    return digest.hexdigest()


@pytest.mark.parametrize("extension", VIDEOS)
def test_pictures_are_copied_in_whole_groups(extension: str, tmp_path: Path) -> None:
    content = samples()[extension]
    made = made_of(content, Clip(Range(3, 5)), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert made.form == extension
    assert made.asked == Range(3, 5)
    assert made.actual is not None
    bounds = (3.0, 5.0) if extension == "avi" else (2.0, 6.0)  # of Motion JPEG every picture is a group
    assert (made.actual.start, made.actual.end) == pytest.approx(bounds, abs=0.1)
    for one in made.streams:
        assert payloads(content, one.source, made.actual) == one.original


@pytest.mark.parametrize("extension", (*VIDEOS, *SOUNDS))
def test_all_of_it_is_all_of_it(extension: str, tmp_path: Path) -> None:
    content = samples()[extension]
    made = made_of(content, Clip(), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert made.form == extension
    assert made.remarks == ()
    for one in made.streams:
        assert payloads(content, one.source) == one.made


@pytest.mark.parametrize("extension", SOUNDS)
def test_sound_is_copied_in_whole_packets(extension: str, tmp_path: Path) -> None:
    made = made_of(samples()[extension], Clip(Range(3, 5), Range(2.5, 5.5)), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert made.form == extension
    assert made.actual is not None and made.actual.end is not None
    assert 2.8 <= made.actual.start <= 3.0 and 5.0 <= made.actual.end <= 5.2


@pytest.mark.parametrize("extension", ("mp4", "ts", "avi", "wav", "amr"))
def test_nothing_is_from_outside_the_part(extension: str, tmp_path: Path) -> None:
    part = Range(2.5, 7.0)
    made = made_of(samples()[extension], Clip(Range(3, 5), part), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert made.actual is not None
    assert made.actual.within(part)
    assert made.actual.start >= (3.9 if extension in ("mp4", "ts") else 2.5)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_what_other_recorders_write_is_copied(name: str, tmp_path: Path) -> None:
    content = encoded(name)
    for number, asked in enumerate((Range(), Range(3, 3.5))):
        path = tmp_path / f"clip-{number}"
        made = made_of(content, Clip(asked), path)
        check(made, path)
        assert made.form == {"aac.avi": "mkv", "avchd.mts": "ts"}.get(name, name.rpartition(".")[2])
        assert made.actual is not None
        if number:
            assert made.actual.start == pytest.approx(2.0 if "mpeg4" not in name else 2.88, abs=1.0)
            assert (made.actual.end or 0) <= 4.2


def test_a_name_that_players_insist_on_is_kept(tmp_path: Path) -> None:
    made_of(encoded("hevc.mp4"), Clip(), tmp_path / "clip")
    assert '"codec_tag_string": "hvc1"' in shown(tmp_path / "clip")


def test_a_turned_recording_stays_turned(tmp_path: Path) -> None:
    turned = ffmpeg("mp4", "-i", "IN", "-c", "copy", "-metadata:s:v", "rotate=90", content=samples()["mp4"])
    made = made_of(turned, Clip(Range(2, 4)), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert '"rotation": 90' in shown(tmp_path / "clip")


def test_every_stream_of_pictures_and_sound_comes_along_and_nothing_else(tmp_path: Path) -> None:
    content = ffmpeg(
        "mkv", "-i", "IN", "-f", "lavfi", "-i", "sine=frequency=900:sample_rate=16000:duration=8", "-f", "lavfi", "-i",
        "testsrc=size=160x120:rate=10:duration=8", "-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:v", "-c:v",
        "copy", "-c:a", "aac", "-c:v:1", "libx264", "-g:v:1", "10", "-metadata", "title=SECRET",
        content=samples()["mp4"],
    )  # fmt: skip
    made = made_of(content, Clip(Range(3, 5)), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert [one.codec for one in made.streams] == ["h264", "h264", "aac", "aac"]
    assert "SECRET" not in shown(tmp_path / "clip")


def test_what_its_own_container_does_not_take_goes_into_matroska(tmp_path: Path) -> None:
    """An MPEG program stream is no container that a clip is written in."""
    content = filmed("mpg", "-c:v", "mpeg2video", "-c:a", "mp2", "-f", "mpeg")
    made = made_of(content, Clip(Range(2, 4)), tmp_path / "clip")
    check(made, tmp_path / "clip")
    assert made.form == "mkv"


def test_what_would_be_rewritten_is_not_made(tmp_path: Path) -> None:
    """A transport stream without access unit delimiters, which every writer of such streams adds."""
    bare = ffmpeg(
        "ts", "-i", "IN", "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "mpegts", content=samples()["mp4"]
    )
    # the tool adds them: rename the unit, so that the writer adds another
    without = bare.replace(b"\x00\x00\x00\x01\x09\xf0", b"\x00\x00\x00\x01\x0c\xff")
    assert without != bare
    with pytest.raises(NotMade, match="without being changed: TS would rewrite h264; MKV would rewrite h264"):
        made_of(without, Clip(), tmp_path / "clip")
    assert not (tmp_path / "clip").exists()


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, content in (*((one, samples()[one]) for one in ("mp4", "ts", "avi", "mkv", "3gp", "mp3", "ogg")),):
        made = [made_of(content, Clip(Range(3, 5)), tmp_path / f"{name}-{number}") for number in range(2)]
        assert made[0] == made[1]


def test_a_minute_costs_about_a_minute_s_bytes(tmp_path: Path) -> None:
    """And each of them is read about once."""
    content = filmed("mp4", "-c:v", "libx264", "-b:v", "8M", pictures="color=s=320x240:r=25:d=14,noise=alls=100:allf=t")
    reader = Reader(content)
    made = derive(reader, len(content), Clip(Range(2, 4)), tmp_path / "clip")
    assert reader.read < made.size + len(content) / 2
    whole = Reader(content)
    derive(whole, len(content), Clip(), tmp_path / "whole")
    assert whole.read < len(content) * 1.5


def test_progress_is_told(tmp_path: Path) -> None:
    content, told = samples()["mp4"], []
    derive(Reader(content), len(content), Clip(), tmp_path / "clip", progress=told.append)
    assert sum(told) >= len(content)


@pytest.mark.parametrize("extension", ("ts", "avi", "wav", "amr", "mp3", "mkv", "flv"))
def test_of_a_truncated_recording_what_is_there_is_copied(extension: str, tmp_path: Path) -> None:
    content = samples()[extension]
    made = made_of(content[: len(content) * 2 // 3], Clip(), tmp_path / "clip")
    assert all(one.is_same and streamhash(tmp_path / "clip", one.index) == one.made for one in made.streams)
    assert made.actual is not None and 4 < (made.actual.end or 0) < 7


def test_of_a_truncated_mp4_what_is_there_is_copied(tmp_path: Path) -> None:
    """Its index stands in front, as the samples have it; without one there is no sense in the rest."""
    content = samples()["mp4"]
    made = made_of(content[: len(content) * 2 // 3], Clip(), tmp_path / "clip")
    assert made.actual is not None and 3 < (made.actual.end or 0) < 7
    with pytest.raises(NotMade, match="no sense can be made of it") as refused:
        made_of(samples()["mov"][:60_000], Clip(), tmp_path / "none")
    assert refused.value.is_final
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("extension", ("mp4", "ts", "avi", "mkv", "3gp", "mp3"))
def test_flipped_bits_never_get_further_than_the_child(extension: str, tmp_path: Path) -> None:
    for number in range(2):
        content = bytearray(samples()[extension])
        for place in range(1_000 + 997 * number, len(content), len(content) // 40):
            content[place] ^= 0x55
        path = tmp_path / f"clip-{number}"
        try:
            made = made_of(bytes(content), Clip(Range(1, 6)), path)
        except NotMade as refused:
            assert refused.reason
            assert not path.exists()
        else:
            assert all(one.is_same for one in made.streams)


@pytest.mark.parametrize("content", [b"", b"no media at all" * 999, b"\xff\xd8\xff\xe0" + bytes(2_000)])
def test_of_what_is_no_recording_there_is_no_clip(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(NotMade):
        made_of(content, Clip(), tmp_path / "clip")
    assert not (tmp_path / "clip").exists()


def test_a_playlist_opens_nothing(tmp_path: Path) -> None:
    """Some formats name other files."""
    other = tmp_path / "other.ts"
    other.write_bytes(samples()["ts"])
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\n{other}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{other}'\n",
    ):
        with pytest.raises(NotMade, match="begins like no recording"):
            made_of(text.encode(), Clip(), tmp_path / "clip")


def test_after_the_end_there_is_no_clip(tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="nothing in this part"):
        made_of(samples()["mp4"], Clip(Range(90, 95)), tmp_path / "clip")


def test_too_long_is_stopped_and_is_not_final(tmp_path: Path) -> None:
    content = samples()["mp4"]
    with pytest.raises(NotMade, match="took too long") as refused:
        derive(Reader(content), len(content), Clip(), tmp_path / "clip", seconds=0.001)
    assert not refused.value.is_final
    assert not (tmp_path / "clip").exists()


def test_a_vault_that_fails_is_not_a_recording_that_cannot_be_copied(tmp_path: Path) -> None:
    def fail(_first: int, _length: int) -> bytes:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        derive(fail, 1_000, Clip(), tmp_path / "clip")
    assert not (tmp_path / "clip").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "clip").write_text("mine")
    with pytest.raises(FileExistsError):
        made_of(samples()["mp4"], Clip(), tmp_path / "clip")
    assert (tmp_path / "clip").read_text() == "mine"


def test_the_reading_back_finds_a_change(tmp_path: Path) -> None:
    made = made_of(samples()["avi"], Clip(), tmp_path / "clip")
    content = bytearray((tmp_path / "clip").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "changed").write_bytes(content)
    with (tmp_path / "changed").open("r+b") as changed:
        found = copying.read_back(changed)
    assert [found[one.index][1] == one.made for one in made.streams].count(False) == 1


class Full(io.BytesIO):
    """A file on a disk with so much room."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, piece: Any) -> int:
        if self.tell() + len(piece) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(piece)


@pytest.mark.parametrize("lacking", [50, 5_000, 100_000])
def test_a_full_disk_is_not_taken_for_a_recording_that_cannot_be_copied(lacking: int, tmp_path: Path) -> None:
    """Whether it shows in the middle or at the last byte, in which case the library wraps it."""
    (tmp_path / "original").write_bytes(samples()["mp4"])
    with (tmp_path / "original").open("rb") as original:
        source = Glance(original.fileno(), len(samples()["mp4"])).stream()
        make_clip(source, whole := Full(1 << 30), Clip(Range(0, 5)))
        with pytest.raises((OSError, av.error.PyAVCallbackError)) as full:
            make_clip(source, Full(len(whole.getvalue()) - lacking), Clip(Range(0, 5)))
    assert is_full(full.value)

"""Parts of recordings: nothing from outside the part, whatever the recording is (Art. 17)."""

from __future__ import annotations

import io
import wave
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from deployments.demo.media import make_sound, make_video
from regulation.access_terms import Range
from tasks.clipping.child import ClipLostError, make_clip, take_glance
from tests.fixtures.deriving import Reader, encoded

BEGAN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "video.mp4"
    make_video(path, seconds=12, starts_at=BEGAN, device="D1", officer="A1")
    return path.read_bytes()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "sound.wav"
    make_sound(path, 6, starts_at=BEGAN)
    return path.read_bytes()


def clip_of(content: bytes, part: Range, target: Path) -> dict[str, object]:
    return make_clip(Reader(content), len(content), part, target)


def span_of(path: Path) -> dict[str, tuple[float, float]]:
    """By kind of stream, the first and last second that decoding gives."""
    found: dict[str, tuple[float, float]] = {}
    with av.open(path) as clip:
        for frame in clip.decode(*clip.streams):
            kind = "video" if isinstance(frame, av.VideoFrame) else "audio"
            assert frame.time is not None
            first, _ = found.get(kind, (frame.time, 0.0))
            found[kind] = (first, frame.time)
    return found


@pytest.mark.parametrize(("start", "end"), [(0.0, 5.0), (3.3, 7.7), (5.0, None), (10.9, 11.4), (0.0, None)])
def test_a_clip_spans_its_part_and_no_more(video: bytes, tmp_path: Path, start: float, end: float | None) -> None:
    made = clip_of(video, Range(start, end), tmp_path / "clip")
    assert made["form"] == "mp4"
    assert start - 0.001 <= made["start"] <= start + 1.1  # type: ignore[operator]
    length = (end or 12.0) - start
    for first, last in span_of(tmp_path / "clip").values():
        assert -0.03 <= first <= 1.1
        assert length - 0.5 <= last <= length + 0.01
    assert made["size"] == (tmp_path / "clip").stat().st_size


def test_pictures_are_those_of_the_part(video: bytes, tmp_path: Path) -> None:
    """The first picture shown is the one that the recording has there, not one from before."""
    clip_of(video, Range(3.3, 7.7), tmp_path / "clip")
    with av.open(io.BytesIO(video)) as whole, av.open(tmp_path / "clip") as clip:
        shown = next(clip.decode(video=0))
        wanted = next(one for one in whole.decode(video=0) if (one.time or 0) >= 3.299 + (shown.time or 0))
        pixels = [one.to_image().resize((32, 18)).convert("L").tobytes() for one in (shown, wanted)]
        assert max(abs(one - other) for one, other in zip(*pixels, strict=True)) < 40


def test_the_same_part_gives_the_same_bytes(video: bytes, tmp_path: Path) -> None:
    for part in (Range(0.0, 5.0), Range(3.3, 7.7)):
        made = [clip_of(video, part, tmp_path / f"{part.start}-{index}") for index in range(2)]
        assert made[0]["sha256"] == made[1]["sha256"]


def test_plain_sound_stays_as_it_is(sound: bytes, tmp_path: Path) -> None:
    made = clip_of(sound, Range(1.0, 3.0), tmp_path / "clip")
    assert made["form"] == "wav"
    with wave.open(io.BytesIO(sound)) as whole, wave.open(str(tmp_path / "clip")) as clip:
        whole.setpos(round(made["start"] * whole.getframerate()))  # type: ignore[operator]
        assert 0 < clip.getnframes() <= 2 * whole.getframerate()
        assert clip.readframes(clip.getnframes()) == whole.readframes(clip.getnframes())


def test_a_part_costs_no_more_than_a_part(tmp_path: Path) -> None:
    """Of a long recording little is read for a short part."""
    path = tmp_path / "long.mp4"
    make_video(path, seconds=40, starts_at=BEGAN, device="D1", officer="A1")
    reader = Reader(path.read_bytes() + bytes(64 << 20))
    make_clip(reader, len(reader.content), Range(0.0, 2.0), tmp_path / "clip")
    assert reader.read < len(reader.content) / 4


@pytest.mark.parametrize("content", [b"", b"no media at all" * 999])
def test_what_is_no_media_leaves_no_clip(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ClipLostError):
        clip_of(content, Range(0.0, 5.0), tmp_path / "clip")
    assert not (tmp_path / "clip").exists()


def test_a_part_after_the_end_is_none(video: bytes, tmp_path: Path) -> None:
    with pytest.raises(ClipLostError, match="nothing in this part"):
        clip_of(video, Range(90.0, 95.0), tmp_path / "clip")


def test_too_long_is_stopped(video: bytes, tmp_path: Path) -> None:
    with pytest.raises(ClipLostError):
        make_clip(Reader(video), len(video), Range(3.3, 7.7), tmp_path / "clip", seconds=0.001)
    assert not (tmp_path / "clip").exists()


def test_a_vault_that_fails_leaves_no_clip(video: bytes, tmp_path: Path) -> None:
    def fail(_first: int, _length: int) -> bytes:
        raise OSError("the disk is gone")

    with pytest.raises(ClipLostError):
        make_clip(fail, len(video), Range(0.0, 5.0), tmp_path / "clip")


def test_a_glance_shows_the_part_only(video: bytes) -> None:
    found = take_glance(Reader(video), len(video), Range(3.0, 9.0))
    assert found["is_playable"]
    seconds = [second for second, _ in found["stills"]]
    assert len(seconds) >= 4
    assert all(3.0 <= second < 9.0 for second in seconds)
    assert any(found["peaks"])


def test_a_glance_at_sound(sound: bytes) -> None:
    found = take_glance(Reader(sound), len(sound), Range())
    assert (found["stills"], len(found["peaks"])) == ([], 400)
    assert max(found["peaks"]) <= 1


@pytest.mark.parametrize("container", ["avi", "ts", "mkv", "mov", "3gp", "flv"])
def test_whatever_the_recorder_writes_a_browser_plays(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"video.{container}"
    make_video(path, seconds=6, starts_at=BEGAN, device="D1", officer="A1", container=container)
    content = path.read_bytes()
    for part in (Range(), Range(2.0, 4.0)):
        made = clip_of(content, part, tmp_path / f"clip-{part.start}")
        assert made["form"] == "mp4"
        with av.open(tmp_path / f"clip-{part.start}") as clip:
            assert {one.codec_context.name for one in clip.streams} == {"h264", "aac"}
            length = (part.end or 6.0) - part.start
            assert length - 1.2 <= (clip.duration or 0) / av.time_base <= length + 0.1
    assert take_glance(Reader(content), len(content), Range())["is_playable"] is (container not in ("avi", "3gp"))


@pytest.mark.parametrize("name", ["avchd.mts", "reordered.ts", "hevc.ts", "reordered.mp4"])
@pytest.mark.parametrize("begin", [2.0, 2.5, 3.0, 4.3])
def test_a_part_that_begins_within_a_group_has_its_pictures_from_the_start(
    name: str, begin: float, tmp_path: Path
) -> None:
    """A transport stream has no index of where pictures can be decoded from."""
    clip_of(encoded(name), Range(begin, begin + 1.0), tmp_path / "clip")
    first, last = span_of(tmp_path / "clip")["video"]
    assert first <= 0.15
    assert last >= 0.85


def test_what_a_camcorder_writes_a_browser_plays(tmp_path: Path) -> None:
    content = encoded("avchd.mts")
    assert clip_of(content, Range(2.0, 4.0), tmp_path / "clip")["form"] == "mp4"
    with av.open(tmp_path / "clip") as clip:
        assert {one.codec_context.name for one in clip.streams} == {"h264", "aac"}
    found = take_glance(Reader(content), len(content), Range())
    assert found["stills"] and found["peaks"]


@pytest.mark.parametrize("container", ["amr", "mp3", "aac", "ogg", "flac"])
def test_every_sound_can_be_heard(container: str, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{container}"
    make_sound(path, 5, starts_at=BEGAN, container=container)
    made = clip_of(path.read_bytes(), Range(1.0, 3.0), tmp_path / "clip")
    assert 1.0 <= made["start"] < made["end"] <= 3.001  # type: ignore[operator]
    first, last = span_of(tmp_path / "clip")["audio"]
    assert -0.1 <= first <= 0.3
    assert 1.5 <= last <= 2.05

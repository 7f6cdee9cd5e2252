"""What a file is and whether it is whole."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import pytest
from PIL import ExifTags, Image

from registry.tables.recordings import Condition
from regulation.vocabulary import MediaKind
from tasks.probing.pool import ProbePool
from tasks.probing.probe import Probe
from tasks.probing.wire import Seen
from tests.corpus.forged_media import wave
from tests.corpus.samples import DEVICE, OFFICER, STARTS_AT
from tests.fixtures.deriving import encoded
from tests.fixtures.media import ProbeBytes, probe_path

SHANGHAI = ZoneInfo("Asia/Shanghai")
WALL_CLOCK = datetime(2026, 3, 2, 9, 0, 5)
VIDEO, PHOTO, SOUND, OTHER = MediaKind.VIDEO, MediaKind.PHOTO, MediaKind.SOUND, MediaKind.OTHER
KINDS = {
    **dict.fromkeys(("mp4", "mov", "3gp", "avi", "ts", "mkv", "flv"), VIDEO),
    **dict.fromkeys(("wav", "amr", "mp3", "aac", "m4a", "ogg", "flac"), SOUND),
    **dict.fromkeys(("jpg", "png", "gif", "bmp", "webp", "tiff"), PHOTO),
}
CONTAINERS = {"mov": "mp4", "3gp": "mp4", "m4a": "mp4", "jpg": "jpeg"}
NO_CLAIM = frozenset({"ts", "amr", "aac", "png", "gif", "bmp", "webp", "tiff"})


def test_the_child_and_the_registry_have_the_same_words() -> None:
    assert {str(seen) for seen in Seen} == {str(condition) for condition in Condition} - {"unprobed"}


def test_every_sample_has_a_kind(media_samples: dict[str, bytes]) -> None:
    assert set(media_samples) == set(KINDS)


@pytest.mark.parametrize("extension", KINDS)
def test_a_whole_file_is_whole(extension: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples[extension], f"clip.{extension}")
    assert (probe.kind, probe.condition, probe.warnings) == (KINDS[extension], Condition.WHOLE, ())
    assert probe.container == CONTAINERS.get(extension, extension)
    assert probe.claimed_local == (None if extension in NO_CLAIM else WALL_CLOCK)
    if probe.kind is PHOTO:
        assert probe.duration_seconds is None
    else:
        assert probe.duration_seconds == pytest.approx(2, abs=0.15)


def test_streams_of_a_video(media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    video, audio = probe_bytes(media_samples["mp4"]).streams
    assert (video.kind, video.codec, video.width, video.height, video.rate) == ("video", "h264", 640, 360, 15.0)
    assert (audio.kind, audio.codec, audio.sample_rate, audio.channels) == ("audio", "aac", 16_000, 1)


@pytest.mark.parametrize(
    ("extension", "told"),
    [("mp4", "h264 640x360 15/s; aac 16000 Hz x1"), ("jpg", "jpeg 640x480"), ("wav", "pcm_s16le 16000 Hz x1")],
)
def test_streams_are_told_in_a_line(
    extension: str, told: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes
) -> None:
    assert probe_bytes(media_samples[extension], f"clip.{extension}").streams_told() == told


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("extension", sorted(set(KINDS) - {"gif", "bmp", "webp", "tiff"}))
def test_a_cut_file_is_damaged(
    extension: str, share: float, media_samples: dict[str, bytes], probe_bytes: ProbeBytes
) -> None:
    whole = media_samples[extension]
    probe = probe_bytes(whole[: int(len(whole) * share) // 188 * 188 + 95], f"clip.{extension}")
    assert (probe.kind, probe.condition) == (KINDS[extension], Condition.DAMAGED)
    assert probe.warnings


@pytest.mark.parametrize("extension", sorted(set(KINDS) - {"gif", "bmp", "webp", "tiff", "flac"}))
def test_a_missing_last_byte_is_noticed(
    extension: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes
) -> None:
    assert probe_bytes(media_samples[extension][:-1], f"clip.{extension}").condition is Condition.DAMAGED


@pytest.mark.parametrize("extension", ["mp4", "mov", "3gp", "m4a", "avi", "wav", "mkv", "jpg", "png"])
def test_a_trailer_is_only_a_warning(extension: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples[extension] + b"<trailer of the maker>", f"clip.{extension}")
    assert probe.condition is Condition.WHOLE
    assert any("22 bytes follow" in said for said in probe.warnings)


def test_an_index_is_needed(media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples["mp4"].replace(b"moov", b"free", 1))
    assert probe.condition is Condition.DAMAGED
    assert "index" in probe.warnings[0]


def test_a_damaged_photo_keeps_its_time(media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples["jpg"][:9000], "photo.jpg")
    assert (probe.condition, probe.claimed_local) == (Condition.DAMAGED, WALL_CLOCK)


@pytest.mark.parametrize(
    ("content", "name", "kind", "condition"),
    [
        (b"", "clip.mp4", VIDEO, Condition.EMPTY),
        (b"", "notes", OTHER, Condition.EMPTY),
        (bytes(5000), "clip.mp4", VIDEO, Condition.UNREADABLE),
        (bytes(5000), "photo.JPG", PHOTO, Condition.UNREADABLE),
        (bytes(5000), "clip.idx", OTHER, Condition.NOT_MEDIA),
        (b"PK\x03\x04" + bytes(100), "clip.mp4", OTHER, Condition.NOT_MEDIA),
        ("设备日志\n".encode("gb18030"), "log.txt", OTHER, Condition.NOT_MEDIA),
        (b"#EXTM3U\nfile:///etc/passwd\n", "clip.ts", OTHER, Condition.NOT_MEDIA),
        (b"G" * 2000, "clip.ts", OTHER, Condition.NOT_MEDIA),
    ],
)
def test_what_is_no_recording(
    content: bytes, name: str, kind: MediaKind, condition: Condition, probe_bytes: ProbeBytes
) -> None:
    probe = probe_bytes(content, name)
    assert (probe.kind, probe.condition) == (kind, condition)


@pytest.mark.parametrize(("real", "name"), [("mp4", "x.jpg"), ("jpg", "x.mp4"), ("ts", "x.avi"), ("wav", "x.bin")])
def test_a_wrong_extension(real: str, name: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples[real], name)
    assert (probe.kind, probe.condition) == (KINDS[real], Condition.WRONG_EXTENSION)


@pytest.mark.parametrize("name", ["clip", "CLIP.MP4", "clip.mp4 ", "clip.mp4.", "clip.3gp", "a\u202e.mp4"])
def test_an_extension_that_claims_nothing_wrong(
    name: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes
) -> None:
    assert probe_bytes(media_samples["mp4"], name).condition is Condition.WHOLE


def test_damage_outweighs_a_wrong_extension(media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(media_samples["mp4"][:9000], "x.jpg")
    assert probe.condition is Condition.DAMAGED
    assert "named jpg, but it is mp4" in probe.warnings


def photo_with(offset: str | None) -> bytes:
    exif, kept = Image.Exif(), io.BytesIO()
    taken = exif.get_ifd(ExifTags.IFD.Exif)
    taken[ExifTags.Base.DateTimeOriginal] = "2026:03:02 09:00:05"
    if offset is not None:
        taken[ExifTags.Base.OffsetTimeOriginal] = offset
    Image.new("RGB", (64, 48)).save(kept, "JPEG", exif=exif)
    return kept.getvalue()


@pytest.mark.parametrize(("offset", "hours"), [("+08:00", 8), ("-03:30", -3.5), ("Z", None), (None, None), ("", None)])
def test_the_zone_of_a_photo(offset: str | None, hours: float | None, probe_bytes: ProbeBytes) -> None:
    probe = probe_bytes(photo_with(offset), "photo.jpg")
    assert probe.claimed_local == WALL_CLOCK
    assert probe.claimed_zone_known is (hours is not None)
    assert probe.claimed_offset == (None if hours is None else timedelta(hours=hours))


def test_the_asserted_zone_only_fills_a_gap(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    assert probe_bytes(photo_with("+00:00"), "p.jpg").claimed_start(SHANGHAI) == WALL_CLOCK.replace(tzinfo=UTC)
    assert probe_bytes(media_samples["mp4"]).claimed_start(SHANGHAI) == STARTS_AT
    assert probe_bytes(media_samples["ts"], "x.ts").claimed_start(SHANGHAI) is None


@pytest.mark.parametrize(
    ("tags", "local", "offset"),
    [
        ({"creation_time": "2026-03-02T09:00:05Z"}, WALL_CLOCK, None),
        ({"com.apple.quicktime.creationdate": "2026-03-02T09:00:05+0800"}, WALL_CLOCK, timedelta(hours=8)),
        ({"date": "2026/03/02 09:00:05"}, WALL_CLOCK, None),
        ({"date": "Mon Mar 02 09:00:05 2026"}, WALL_CLOCK, None),
        ({"date": "2026-13-41 09:00:05"}, None, None),
        ({"date": "2026"}, None, None),
        ({"date": "1904-01-01 00:00:00"}, None, None),
    ],
)
def test_claims_of_containers(
    tags: dict[str, str], local: datetime | None, offset: timedelta | None, tmp_path: Path, probe_pool: ProbePool
) -> None:
    path = tmp_path / "clip.mov"
    with av.open(str(path), "w", container_options={"movflags": "use_metadata_tags"}) as output:
        output.metadata.update(tags)
        stream = output.add_stream("mjpeg", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        output.mux(stream.encode(av.VideoFrame(64, 48, "yuvj420p")))
        output.mux(stream.encode(None))
    probe = probe_path(probe_pool, path)
    assert (probe.claimed_local, probe.claimed_offset) == (local, offset)


@pytest.mark.parametrize("extension", ["mp4", "avi", "ts", "jpg", "png"])
def test_a_still(extension: str, media_samples: dict[str, bytes], probe_bytes: ProbeBytes) -> None:
    content = media_samples[extension]
    assert probe_bytes(content, f"x.{extension}").still_jpeg is None
    still = probe_bytes(content, f"x.{extension}", still=True).still_jpeg
    assert still is not None
    with Image.open(io.BytesIO(still)) as picture:
        assert picture.format == "JPEG"
        assert 100 < picture.width <= 320


def test_a_microphone_that_was_off(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    assert any("silent" in said for said in probe_bytes(wave(), "x.wav").warnings) is False  # a quarter of a second
    quiet = wave_of(bytes(64_000))
    assert probe_bytes(quiet, "x.wav").warnings == ("its sound is silent for the first 2 s",)
    assert probe_bytes(media_samples["wav"], "x.wav").warnings == ()


def wave_of(sound: bytes) -> bytes:
    head = wave()
    at = head.index(b"data")
    body = head[12:at] + struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def rf64(sound: bytes, *, more: int = 0) -> bytes:
    fmt = wave()[12 : wave().index(b"data")]
    ds64 = struct.pack("<4sIQQQI", b"ds64", 28, 4 + 36 + len(fmt) + 8 + len(sound) + more, len(sound), 0, 0)
    data = struct.pack("<4sI", b"data", 0xFFFFFFFF) + sound
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + fmt + data


def test_sizes_of_64_bits(probe_bytes: ProbeBytes) -> None:
    sound = bytes(range(256)) * 100
    assert probe_bytes(rf64(sound), "x.wav").condition is Condition.WHOLE
    assert probe_bytes(rf64(sound, more=1000), "x.wav").condition is Condition.DAMAGED


def test_an_avi_in_several_parts(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    part = struct.pack("<4sI4s", b"RIFF", 1000, b"AVIX") + b"JUNK" + struct.pack("<I", 988) + bytes(988)
    assert probe_bytes(media_samples["avi"] + part, "x.avi").condition is Condition.WHOLE
    assert probe_bytes(media_samples["avi"] + part[:-1], "x.avi").condition is Condition.DAMAGED


def test_blank_stretches_are_told(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    whole = media_samples["avi"]
    third = len(whole) // 3
    probe: Probe = probe_bytes(whole[:third] + bytes(third) + whole[2 * third :], "x.avi")
    assert any("blank" in said for said in probe.warnings)


def test_a_photo_of_a_phone_is_recognised(probe_bytes: ProbeBytes) -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x10meta" + bytes(8)
    probe = probe_bytes(heic, "x.heic")
    assert (probe.kind, probe.condition, probe.container) == (PHOTO, Condition.WHOLE, "heic")


def test_a_timecoded_transport_stream(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    plain = media_samples["ts"]
    timed = b"".join(bytes(4) + plain[at : at + 188] for at in range(0, len(plain), 188))
    assert probe_bytes(timed, "x.m2ts").condition is Condition.WHOLE
    assert probe_bytes(timed[:-1], "x.m2ts").condition is Condition.DAMAGED


@pytest.mark.parametrize("name", ["00001.MTS", "00001.m2ts"])
def test_what_a_camcorder_writes_is_whole_and_called_rightly(probe_bytes: ProbeBytes, name: str) -> None:
    content = encoded("avchd.mts")
    assert len(content) % 192 == 0
    seen = probe_bytes(content, name)
    assert (seen.kind, seen.condition, seen.container) == (VIDEO, Condition.WHOLE, "ts")
    assert seen.duration_seconds == pytest.approx(6, abs=0.1)
    assert [one.codec for one in seen.streams] == ["h264", "ac3"]
    assert probe_bytes(content[:-100], name).condition is Condition.DAMAGED
    assert probe_bytes(content, "00001.mp4").condition is Condition.WRONG_EXTENSION


def test_videos_made_by_others(real_videos: list[Path], probe_pool: ProbePool) -> None:
    for path in real_videos:
        probe = probe_path(probe_pool, path)
        assert (probe.kind, probe.condition) == (VIDEO, Condition.WHOLE)
        assert probe.duration_seconds is not None
        assert probe.duration_seconds > 1
        assert probe.streams[0].codec == "h264"


def test_the_burnt_in_names_are_only_in_the_picture(probe_bytes: ProbeBytes, media_samples: dict[str, bytes]) -> None:
    probe = probe_bytes(media_samples["mp4"])
    assert DEVICE not in repr(probe)
    assert OFFICER not in repr(probe)

"""Protected copies: what is muted cannot be heard, what is covered cannot be seen, and nothing else comes along
(Art. 19)."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageChops

from regulation.access_terms import Range
from regulation.conversion import Box, Cover
from regulation.stated import DerivedKind
from tasks.deriving.made import NotMade
from tasks.deriving.wanted import Protected
from tests.fixtures.deriving import (
    complaints,
    encoded,
    ffmpeg,
    filmed,
    loudness,
    made_of,
    pictures_of,
    samples,
    shown,
    streamhash,
)

MUTED = (Range(3, 5),)
FACE = Box(0.25, 0.25, 0.25, 0.5)
VIDEOS = ("mp4", "mov", "3gp", "avi", "ts", "mkv", "flv")


def pixels(picture: Image.Image, box: Box, inset: int = 0) -> Image.Image:
    left, top = round(box.x * picture.width) + inset, round(box.y * picture.height) + inset
    right, bottom = round((box.x + box.width) * picture.width), round((box.y + box.height) * picture.height)
    return picture.crop((left, top, right - inset, bottom - inset))


def brightest(picture: Image.Image) -> int:
    return max(high for _, high in picture.convert("RGB").getextrema())


@pytest.mark.parametrize("extension", VIDEOS)
def test_what_is_muted_is_silent_and_the_pictures_are_as_they_were(extension: str, tmp_path: Path) -> None:
    path = tmp_path / "made"
    made = made_of(samples()[extension], Protected(muted=MUTED), path)
    assert made.kind is DerivedKind.PROTECTED
    assert made.form == {"avi": "mkv"}.get(extension, extension)
    (pictures,) = made.streams
    assert pictures.is_same and streamhash(path, pictures.index) == pictures.made
    assert made.actual is not None
    assert loudness(path, Range(3, 5), made.actual.start) == 0
    for part in (Range(0.5, 2.7), Range(5.4, 7.5)):
        assert loudness(path, part, made.actual.start) > 3_000
    assert complaints(path) == ""


@pytest.mark.parametrize("extension", ["wav", "amr", "mp3", "aac", "ogg"])
def test_of_sound_alone_it_is_sound_alone(extension: str, tmp_path: Path) -> None:
    path = tmp_path / "made"
    made = made_of(samples()[extension], Protected(Range(1, 7), muted=MUTED), path)
    assert (made.form, made.actual) == ("wav", Range(1.0, 7.0))
    assert loudness(path, Range(3, 5), 1.0) == 0
    assert min(loudness(path, Range(1, 2.7), 1.0), loudness(path, Range(5.4, 7), 1.0)) > 3_000
    with pytest.raises(NotMade, match="no pictures in it"):
        made_of(samples()[extension], Protected(covered=(Cover(Range(), FACE),)), tmp_path / "none")


def test_a_loud_neighbour_does_not_ring_into_the_silence(tmp_path: Path) -> None:
    """A full tone all along: coded frames reach into each other, in the original and in the copy."""
    content = filmed("mp4", "-c:v", "libx264", sound="sine=frequency=997:sample_rate=48000:duration=6,volume=7")
    made_of(content, Protected(muted=(Range(2, 2.4), Range(4.1, None))), tmp_path / "made")
    for part in (Range(2, 2.4), Range(4.1, 6)):
        assert loudness(tmp_path / "made", part, rate=48_000) == 0
    assert loudness(tmp_path / "made", Range(2.6, 3.9), rate=48_000) > 20_000


@pytest.mark.parametrize("extension", VIDEOS)
def test_what_is_covered_is_black_while_it_is(extension: str, tmp_path: Path) -> None:
    path = tmp_path / "made"
    cover = Cover(Range(3, 5), FACE)
    made = made_of(samples()[extension], Protected(Range(1, 7), muted=MUTED, covered=(cover,)), path)
    assert (made.form, made.media_type, made.streams) == ("mp4", "video/mp4", ())
    assert made.actual is not None
    assert (made.actual.start, made.actual.end) == pytest.approx((1.0, 7.0), abs=0.1)
    originals = [one for at, one in pictures_of(samples()[extension]) if made.actual.start - 0.01 <= at < 6.999]
    copies = pictures_of(path)
    assert len(copies) == len(originals)
    for (at, copy), original in zip(copies, originals, strict=True):
        second = at + made.actual.start
        if 3.0 <= second < 5.0:
            assert brightest(pixels(copy, FACE)) < 12
        if second < 2.8 or second > 5.2:
            assert brightest(pixels(copy, FACE)) > 60
        rest = Box(0.6, 0.3, 0.3, 0.4)
        histogram = ImageChops.difference(
            pixels(copy, rest).convert("L"), pixels(original, rest).convert("L")
        ).histogram()
        assert sum(value * count for value, count in enumerate(histogram)) / sum(histogram) < 6
    assert loudness(path, Range(3, 5), made.actual.start) == 0
    assert loudness(path, Range(5.5, 6.5), made.actual.start) > 3_000
    assert complaints(path) == ""


def test_nothing_of_what_was_covered_is_in_the_copy(tmp_path: Path) -> None:
    """Two recordings that differ in nothing but what is covered give the same bytes."""
    copies = []
    for number, colour in enumerate(("red", "white")):
        box = f"drawbox=x=80:y=60:w=80:h=120:color={colour}:t=fill"
        content = filmed("mkv", "-c:v", "libx264", "-qp", "0", "-bf", "0", "-vf", box, "-pix_fmt", "yuv420p")
        made_of(content, Protected(covered=(Cover(Range(), FACE),)), tmp_path / f"{number}")
        assert brightest(pixels(pictures_of(content)[20][1], FACE)) > 200
        copies.append((tmp_path / f"{number}").read_bytes())
    assert copies[0] == copies[1]


def test_nothing_of_what_was_muted_is_in_the_copy(tmp_path: Path) -> None:
    """The same of sound, kept in samples."""
    copies = []
    for number, pitch in enumerate((300, 1_700)):
        sound = f"aevalsrc='if(between(t,3,5),sin({pitch}*t),sin(900*t))':s=16000:d=6"
        content = filmed("mkv", "-c:v", "libx264", "-c:a", "pcm_s16le", sound=sound)
        made_of(content, Protected(muted=MUTED), tmp_path / f"{number}")
        copies.append((tmp_path / f"{number}").read_bytes())
    assert copies[0] == copies[1]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_boxes_are_of_the_picture_as_it_is_shown(degrees: int, tmp_path: Path) -> None:
    turned = ffmpeg("mp4", "-i", "IN", "-c", "copy", "-metadata:s:v", f"rotate={degrees}", content=samples()["mp4"])
    corner = Box(0.0, 0.0, 0.25, 0.25)
    made_of(turned, Protected(Range(2, 3), covered=(Cover(Range(), corner),)), tmp_path / "made")
    picture = ffmpeg("png", "-i", "IN", "-frames:v", "1", content=(tmp_path / "made").read_bytes())
    with Image.open(io.BytesIO(picture)) as seen:
        assert seen.size == ((640, 360) if degrees == 180 else (360, 640))
        assert brightest(pixels(seen, corner)) < 12
        assert brightest(pixels(seen, Box(0.3, 0.3, 0.6, 0.6))) > 60
    assert f'"rotation": {degrees if degrees < 180 else degrees - 360}' in shown(tmp_path / "made")


def laden() -> bytes:
    """With all that a recorder or a phone may put beside pictures and sound."""
    return _laden(samples()["mp4"], samples()["jpg"])


def _laden(video: bytes, photo: bytes) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "video.mp4").write_bytes(video)
        (folder / "cover.jpg").write_bytes(photo)
        (folder / "said.srt").write_text("1\n00:00:03,000 --> 00:00:05,000\nSECRET-WORDS\n")
        (folder / "chapters").write_text(
            ";FFMETADATA1\ntitle=SECRET-TITLE\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=4\ntitle=SECRET-CHAPTER\n"
        )
        command = [
            "ffmpeg", "-v", "error", "-i", "video.mp4", "-i", "said.srt", "-i", "cover.jpg", "-f", "ffmetadata", "-i",
            "chapters", "-map", "0:v", "-map", "0:a", "-map", "1", "-map", "2", "-map_metadata", "3", "-map_chapters",
            "3", "-c", "copy", "-c:s", "mov_text", "-disposition:v:1", "attached_pic", "-metadata",
            "location=+31.2304+121.4737/", "-metadata", "comment=SECRET-COMMENT", "-metadata:s:v:0",
            "handler_name=SECRET-HANDLER", "-timecode", "01:02:03:04", "-movflags", "use_metadata_tags", "out.mp4",
        ]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True, timeout=60)
        return (folder / "out.mp4").read_bytes()


def test_nothing_else_of_the_original_comes_along(tmp_path: Path) -> None:
    content = laden()
    for secret in (
        b"SECRET-TITLE",
        b"SECRET-CHAPTER",
        b"SECRET-COMMENT",
        b"SECRET-HANDLER",
        b"SECRET-WORDS",
        b"+31.2304",
    ):
        assert secret in content
    wishes = (Protected(muted=MUTED), Protected(covered=(Cover(Range(), FACE),)))
    for number, wanted in enumerate(wishes):
        path = tmp_path / f"{number}"
        made_of(content, wanted, path)
        made, seen = path.read_bytes(), shown(path)
        assert b"SECRET" not in made and b"+31.2304" not in made and b"\xa9xyz" not in made
        assert seen.count('"codec_type"') == 2 and '"chapters": [\n\n    ]' in seen
        assert "timecode" not in seen and "2026" not in seen and "creation_time" not in seen


def test_of_a_photograph_the_boxes_are_covered(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(samples()["jpg"])) as photo:
        exif = photo.getexif()
        exif[ExifTags.Base.Orientation] = 6
        exif[ExifTags.Base.Artist] = "SECRET"
        content = io.BytesIO()
        photo.save(content, "JPEG", exif=exif)
        upright = photo.transpose(Image.Transpose.ROTATE_270)
    made = made_of(content.getvalue(), Protected(covered=(Cover(Range(5, 6), FACE),)), tmp_path / "made")
    assert (made.form, made.actual) == ("png", None)
    with Image.open(tmp_path / "made") as copy:
        assert copy.size == upright.size
        assert brightest(pixels(copy, FACE)) == 0
        assert brightest(pixels(copy, Box(0.6, 0.1, 0.3, 0.8))) > 60
        assert not copy.getexif()
    assert b"SECRET" not in (tmp_path / "made").read_bytes()
    with pytest.raises(NotMade, match="photograph"):
        made_of(content.getvalue(), Protected(muted=MUTED), tmp_path / "none")


def test_pictures_that_no_container_takes_as_they_are_are_encoded_anew(tmp_path: Path) -> None:
    content = filmed("avi", "-c:v", "libx264", "-bf", "0", "-c:a", "pcm_s16le")
    made = made_of(content, Protected(muted=MUTED), tmp_path / "made")
    assert (made.form, made.streams) == ("mp4", ())
    assert "encoded anew" in made.remarks[0]
    assert loudness(tmp_path / "made", Range(3, 5)) == 0


@pytest.mark.parametrize("name", ["hevc.mp4", "hevc.ts", "reordered.ts", "open.mp4", "raw-sound.mov", "avchd.mts"])
def test_what_other_recorders_write_is_protected(name: str, tmp_path: Path) -> None:
    for number, wanted in enumerate(
        (Protected(Range(1, 5.5), muted=MUTED), Protected(Range(1, 5.5), muted=MUTED, covered=(Cover(Range(), FACE),)))
    ):
        path = tmp_path / f"{number}"
        made = made_of(encoded(name), wanted, path)
        assert made.actual is not None
        assert loudness(path, Range(3, 5), made.actual.start) == 0
        assert loudness(path, Range(1.5, 2.8), made.actual.start) > 1_000
        assert complaints(path) == ""


def test_nothing_is_from_outside_the_part(tmp_path: Path) -> None:
    part = Range(2.5, 7.0)
    for number, wanted in enumerate(
        (Protected(Range(1, 8), part, MUTED), Protected(Range(1, 8), part, MUTED, (Cover(Range(3, 4), FACE),)))
    ):
        made = made_of(samples()["mp4"], wanted, tmp_path / f"{number}")
        assert made.actual is not None and made.actual.within(part)


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    for number, wanted in enumerate(
        (Protected(muted=MUTED), Protected(muted=MUTED, covered=(Cover(Range(2, 3), FACE),)))
    ):
        made = [made_of(samples()["ts"], wanted, tmp_path / f"{number}-{one}") for one in range(2)]
        assert made[0] == made[1]


def test_of_a_damaged_recording_what_can_be_decoded_is_used(tmp_path: Path) -> None:
    content = samples()["ts"]
    made = made_of(content[: len(content) // 2], Protected(covered=(Cover(Range(), FACE),)), tmp_path / "made")
    assert made.actual is not None and 2 < (made.actual.end or 0) < 6
    assert all(brightest(pixels(one, FACE)) < 12 for _, one in pictures_of(tmp_path / "made"))


def test_what_has_no_sound_cannot_be_muted(tmp_path: Path) -> None:
    content = ffmpeg("mp4", "-i", "IN", "-an", "-c", "copy", content=samples()["mp4"])
    with pytest.raises(NotMade, match="no sound in it"):
        made_of(content, Protected(muted=MUTED), tmp_path / "made")
    assert not (tmp_path / "made").exists()
    made_of(content, Protected(covered=(Cover(Range(), FACE),)), tmp_path / "covered")

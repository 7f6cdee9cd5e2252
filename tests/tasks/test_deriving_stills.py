"""Stills for evidence: the picture as it is shown, its exact second, and nothing beside it (Art. 19)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageChops

from regulation.access_terms import Range
from tasks.deriving.made import NotMade
from tasks.deriving.wanted import Still
from tests.fixtures.deriving import encoded, ffmpeg, made_of, pictures_of, samples


def opened(path: Path, form: str = "PNG") -> Image.Image:
    with Image.open(path, formats=(form,)) as picture:
        picture.load()
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean of what two pictures differ by, 0 to 255."""
    assert one.size == other.size
    histogram = ImageChops.difference(one.convert("L"), other.convert("L")).histogram()
    return sum(value * count for value, count in enumerate(histogram)) / (one.width * one.height)


@pytest.mark.parametrize("extension", ["mp4", "mov", "3gp", "avi", "ts", "mkv", "flv"])
def test_a_still_is_the_first_picture_at_its_second(extension: str, tmp_path: Path) -> None:
    content = samples()[extension]
    made = made_of(content, Still(3.01), tmp_path / "still")
    assert (made.form, made.media_type) == ("png", "image/png")
    second, wanted = next((at, one) for at, one in pictures_of(content) if at >= 3.009)
    assert made.second == pytest.approx(second, abs=1e-4)
    assert difference(opened(tmp_path / "still"), wanted) < 1.5
    assert made.actual is None and made.asked is None


@pytest.mark.parametrize("name", ["hevc.mp4", "hevc.ts", "reordered.ts", "open.mp4", "avchd.mts"])
def test_a_still_in_the_middle_of_a_group(name: str, tmp_path: Path) -> None:
    made = made_of(encoded(name), Still(3.5), tmp_path / "still")
    second, wanted = next((at, one) for at, one in pictures_of(encoded(name)) if at >= 3.499)
    assert made.second == pytest.approx(second, abs=1e-3)
    assert difference(opened(tmp_path / "still"), wanted) < 1.5


def test_the_last_picture_stays_until_the_end(tmp_path: Path) -> None:
    made = made_of(samples()["mp4"], Still(7.99), tmp_path / "still")
    assert made.second == pytest.approx(7.9333, abs=1e-3)
    with pytest.raises(NotMade, match=r"no picture is shown at second 8\.5"):
        made_of(samples()["mp4"], Still(8.5), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_no_picture_is_from_outside_the_part(tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="no picture is shown"):
        made_of(samples()["mp4"], Still(3.01, Range(3.01, 3.05)), tmp_path / "still")


@pytest.mark.parametrize(("degrees", "size"), [(90, (360, 640)), (180, (640, 360)), (270, (360, 640))])
def test_a_still_is_upright(degrees: int, size: tuple[int, int], tmp_path: Path) -> None:
    turned = ffmpeg("mp4", "-i", "IN", "-c", "copy", "-metadata:s:v", f"rotate={degrees}", content=samples()["mp4"])
    made_of(turned, Still(3), tmp_path / "still")
    shown = ffmpeg("png", "-i", "IN", "-ss", "3", "-frames:v", "1", content=turned)
    assert opened(tmp_path / "still").size == size
    with Image.open(io.BytesIO(shown)) as other:
        assert difference(opened(tmp_path / "still"), other) < 1.5


def test_a_small_copy_is_a_jpeg_that_is_no_wider(tmp_path: Path) -> None:
    made = made_of(samples()["mp4"], Still(3, width=200), tmp_path / "small")
    assert (made.form, made.media_type) == ("jpg", "image/jpeg")
    assert opened(tmp_path / "small", "JPEG").size == (200, 112)
    made_of(samples()["mp4"], Still(3, width=800), tmp_path / "as-it-is")
    assert opened(tmp_path / "as-it-is", "JPEG").size == (640, 360)


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "bmp", "webp", "tiff"])
def test_of_a_photograph_it_is_the_photograph(extension: str, tmp_path: Path) -> None:
    made = made_of(samples()[extension], Still(), tmp_path / "still")
    assert made.second is None
    with Image.open(io.BytesIO(samples()[extension])) as photo:
        assert difference(opened(tmp_path / "still"), photo.convert("RGB")) == 0


def test_a_photograph_is_turned_and_says_nothing_beside(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(samples()["jpg"])) as photo:
        exif = photo.getexif()
        exif[ExifTags.Base.Orientation] = 6
        exif[ExifTags.Base.Artist] = "SECRET"
        content = io.BytesIO()
        photo.save(content, "JPEG", exif=exif, comment=b"SECRET")
        size = photo.size
    assert b"SECRET" in content.getvalue()
    for width, form in ((None, "PNG"), (800, "JPEG")):
        path = tmp_path / form
        made_of(content.getvalue(), Still(width=width), path)
        still = opened(path, form)
        assert still.size == (size[1], size[0])
        assert not still.getexif()
        assert b"SECRET" not in path.read_bytes()


def test_of_a_truncated_photograph_what_is_there_is_shown(tmp_path: Path) -> None:
    content = samples()["jpg"]
    made = made_of(content[: len(content) * 2 // 3], Still(), tmp_path / "still")
    assert made.remarks == ("the photograph is damaged: what could be decoded of it is shown",)
    with pytest.raises(NotMade, match="no sense"):
        made_of(content[:300], Still(), tmp_path / "none")


def test_of_a_damaged_recording_a_whole_picture_is_shown_or_none(tmp_path: Path) -> None:
    content = samples()["ts"]
    made = made_of(content[: len(content) // 2], Still(1), tmp_path / "still")
    assert made.second == pytest.approx(1.0, abs=0.1)
    with pytest.raises(NotMade):
        made_of(content[: len(content) // 2], Still(7), tmp_path / "none")


def test_a_picture_too_large_is_refused(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(picture, "PNG")
    with pytest.raises(NotMade, match="more than are decoded"):
        made_of(picture.getvalue(), Still(), tmp_path / "still")


def test_what_has_no_pictures_has_none(tmp_path: Path) -> None:
    with pytest.raises(NotMade, match="no pictures in it"):
        made_of(samples()["wav"], Still(1), tmp_path / "still")


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    for number, wanted in enumerate((Still(3), Still(3, width=300))):
        made = [made_of(encoded("hevc.mp4"), wanted, tmp_path / f"{number}-{one}") for one in range(2)]
        assert made[0] == made[1]

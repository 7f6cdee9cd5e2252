"""What is granted of a recording is what is shown of it, in a form that a browser plays (Art. 17)."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import av
import pytest

from deployments.demo.media import make_photo, make_sound, make_video
from regulation.vocabulary import MediaKind
from tests.desk.test_access_pages import ask, items, step_place
from tests.fixtures.counter import Browser, Counter
from tests.fixtures.patience import wait_until

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
BEGAN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("media")
    for container in ("mp4", "avi"):
        name = folder / f"video.{container}"
        make_video(name, seconds=8, starts_at=BEGAN, device="D1", officer="A1", container=container)
    make_sound(folder / "sound.wav", 4, starts_at=BEGAN)
    make_photo(folder / "photo.jpeg", BEGAN, device="D1", officer="A1", size=(64, 48))
    return {path.suffix[1:]: path.read_bytes() for path in folder.iterdir()}


def viewing(counter: Counter, officer: Browser, start: str = "", end: str = "") -> str:
    """The place of a viewing of `video`, or the part of it, that was asked for and granted."""
    recording = counter.recording("video")
    number = ask(counter, officer, **{f"start-{recording}": start, f"end-{recording}": end})
    leader = counter.browser("L2")
    leader.press(step_place(leader.open(f"/requests/{number}")), do="approve", reason="同意", item=items(leader))
    grant = re.search(r'action="(/grants/[^"]+)"', officer.open(f"/requests/{number}"))
    assert grant is not None
    answer = officer.fill(grant[1])
    return str(answer.headers["Location"])


def shown(officer: Browser, place: str) -> str:
    """The page once all of it is there."""

    def is_ready() -> bool:
        page = officer.open(place)
        return "data-awaited" not in page and "正在准备" not in page

    wait_until(is_ready, "it is not made")
    return officer.open(place)


def test_of_a_part_nothing_else_is_shown(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    place = viewing(counter, officer, "2", "5")
    first = officer.get(place)
    assert "正在准备" in first.text
    assert first.headers["Refresh"] == "2"
    page = shown(officer, place)
    assert 'data-offset="2.0"' in page
    content = officer.get(f"{place}/footage").content
    assert content != media["mp4"]
    with av.open(io.BytesIO(content)) as clip:
        assert 2.0 < (clip.duration or 0) / av.time_base <= 3.01
    assert officer.get(f"{place}/footage", headers={"Range": "bytes=2-9"}).content == content[2:10]
    stills = re.findall(r'data-second="([0-9.]+)"', page)
    assert stills
    assert all(2.0 <= float(second) < 5.0 for second in stills)
    assert officer.get(f"{place}/stills/0").content.startswith(b"\xff\xd8")
    assert officer.get(f"{place}/stills/99").status_code == 404
    assert officer.get(f"{place}/waveform.svg").text.startswith("<svg")


def test_the_whole_is_shown_as_it_is(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    place = viewing(counter, officer)
    assert "<video" in officer.open(place)
    assert officer.get(f"{place}/footage").content == media["mp4"]
    assert "<video" in shown(officer, place)
    assert officer.get(f"{place}/quick").status_code == 200


def test_what_no_browser_plays_is_shown_in_another_form(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "avi", media["avi"])
    officer = counter.browser("A1")
    place = viewing(counter, officer)
    assert "<video" in shown(officer, place)
    with av.open(io.BytesIO(officer.get(f"{place}/footage").content)) as clip:
        assert {one.codec_context.name for one in clip.streams} == {"h264", "aac"}


def test_what_looks_playable_and_is_not(counter: Counter, media: dict[str, bytes]) -> None:
    """Its container says nothing about what is in it: the page that is open already is told."""
    content = io.BytesIO()
    with av.open(io.BytesIO(media["avi"])) as whole, av.open(content, "w", format="mov") as out:
        stream = out.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(whole.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    counter.hold("video", MediaKind.VIDEO, "mov", content.getvalue())
    officer = counter.browser("A1")
    place = viewing(counter, officer)
    officer.open(place)
    answers = [officer.get(f"{place}/quick")]

    def is_there() -> bool:
        answers.append(officer.get(f"{place}/quick"))
        return answers[-1].status_code == 200

    wait_until(is_there, "it is not made")
    assert "X-Shown-Otherwise" in next(one for one in answers if one.status_code == 200).headers
    shown(officer, place)
    with av.open(io.BytesIO(officer.get(f"{place}/footage").content)) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"


def test_sound_is_heard_and_seen(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.SOUND, "wav", media["wav"])
    officer = counter.browser("A1")
    page = shown(officer, viewing(counter, officer, "1", "3"))
    assert "<audio" in page
    assert "waveform.svg" in page
    assert "stills" not in page


def test_a_photo_is_shown_as_it_is(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.PHOTO, "jpeg", media["jpeg"])
    officer = counter.browser("A1")
    place = viewing(counter, officer)
    assert '<img class="footage"' in officer.open(place)
    assert officer.get(f"{place}/footage").content == media["jpeg"]
    assert officer.get(f"{place}/quick").status_code == 204


def test_what_cannot_be_made_sense_of_says_so(counter: Counter) -> None:
    counter.hold("video", MediaKind.VIDEO, "avi", b"no media at all" * 99)
    officer = counter.browser("A1")
    place = viewing(counter, officer)
    assert "不能在网页中显示" in shown(officer, place)
    assert officer.get(f"{place}/footage").status_code == 404


def test_a_part_ends_with_its_grant(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    place = viewing(counter, officer, "2", "5")
    shown(officer, place)
    counter.access.city.wait(days=8)
    officer = counter.browser("A1")
    for more in ("", "/footage", "/quick", "/stills/0", "/waveform.svg"):
        assert officer.get(place + more).status_code == 404


def test_another_persons_part_is_nobodys(counter: Counter, media: dict[str, bytes]) -> None:
    counter.hold("video", MediaKind.VIDEO, "mp4", media["mp4"])
    officer = counter.browser("A1")
    place = viewing(counter, officer, "2", "5")
    shown(officer, place)
    other = counter.browser("L2")
    for more in ("", "/footage", "/quick", "/stills/0", "/waveform.svg"):
        assert other.get(place + more).status_code == 404

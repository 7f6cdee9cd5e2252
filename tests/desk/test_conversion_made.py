"""What was made is seen and heard by those who answer for it, each look on record, and by nobody else (Art. 17, 19)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from blocks.evidence_package import made_folder, made_stem
from registry.queries.conversion import outputs_of
from registry.queries.ledger import history_of
from registry.tables import AccessGrant, Origin
from registry.transitions import conversion
from registry.transitions.conversion import Output
from regulation.access_terms import Range
from regulation.conversion import Asked, Box, Cover
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from tasks.conversion.make import _facts
from tasks.deriving.wanted import Clip, Protected, Sound, Still, Wanted
from tests.fixtures.conversion_desk import ConversionDesk
from tests.fixtures.counter import Browser
from tests.fixtures.deriving import made_of, samples

pytestmark = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)

COVER = Cover(Range(1, 3), Box(0.1, 0.2, 0.3, 0.4))
WANTED: Mapping[str, Wanted] = {
    "clip": Clip(Range(2, 6)),
    "sound": Sound(Range(2, 6)),
    "still": Still(2.5),
    "protected": Protected(muted=(Range(1, 2),), covered=(COVER,)),
}
SHOWN = {
    "clip": ("<video", "video/mp4", b"ftyp"),
    "sound": ("<audio", "audio/wav", b"RIFF"),
    "still": ("<img", "image/png", b"\x89PNG"),
    "protected": ("<video", "video/mp4", b"ftyp"),
}


@dataclass
class Seen:
    """One conversion whose derivatives were really made, and lie where its run puts them."""

    desk: ConversionDesk
    id: UUID

    @property
    def page(self) -> str:
        return self.desk.place(self.id)

    @property
    def folder(self) -> Path:
        row = self.desk.converting.row(self.id)
        return made_folder(self.desk.packages, row.number, row.edition)

    def place(self, kind: str) -> str:
        with self.desk.converting.city.registry.reading() as reading:
            rows = outputs_of(reading.connection(), self.desk.converting.row(self.id))
        return f"{self.page}/made/{next(one.id for one in rows if one.kind == kind)}"

    def open(self, who: Browser, kind: str) -> str:
        """As somebody does who presses the button of the conversion's page."""
        page = who.open(self.page)
        assert f'action="{self.place(kind)}"' in page
        return who.press(self.place(kind))

    def looks(self) -> list[tuple[str, str]]:
        """Who opened what, as the trail of the recording has it."""
        converting = self.desk.converting
        people = {str(one): number for number, one in converting.city.people.items()}
        entries = converting.access.facts(converting.recording("video"), "access.viewed-made")
        return [(people[one["person_id"]], one["sha256"]) for one in entries]

    def digest(self, kind: str) -> str:
        [path] = self.folder.glob(f"*-{kind}-1.*")
        return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def seen(conversion_desk: ConversionDesk) -> Seen:
    """One that waits for its check."""
    asked = Asked(
        conversion_desk.converting.recording("video"),
        "告知权利",
        part=Range(0, 6),
        sound=True,
        stills=(2.5,),
        muted=(Range(1, 2),),
        covered=(COVER,),
    )
    found = conversion_desk.converting.submitted(items=[asked])
    conversion_desk.converting.extract(found)
    [item], outputs = conversion_desk.converting.items(found), []
    one = Seen(conversion_desk, found)
    one.folder.mkdir(parents=True)
    for kind, wanted in WANTED.items():
        part = one.folder / "made.part"
        made = made_of(samples()["mp4"], wanted, part)
        outputs.append(Output(item.id, kind, 1, _facts(made, part), made.size, made.sha256))
        part.replace(one.folder / f"{made_stem(item.position, kind, 1)}.{made.form}")
    conversion_desk.made(found, *outputs)
    said = (0.5, 2.0, "王示例", "请您配合检查。")
    conversion_desk.converting.transcribe(found, "video", said, origin=Origin.WRITTEN)
    return one


@pytest.mark.parametrize("kind", WANTED)
def test_the_checker_sees_and_hears_what_they_check(seen: Seen, kind: str) -> None:
    checker = seen.desk.browser("A2")
    element, media_type, begins = SHOWN[kind]
    page = seen.open(checker, kind)
    assert element in page
    assert f'src="{seen.place(kind)}/file"' in page
    assert seen.digest(kind) in page
    answer = checker.get(f"{seen.place(kind)}/file")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.headers["Content-Disposition"] == "inline"
    assert begins in answer.content[:16]
    assert sha256(answer.content).hexdigest() == seen.digest(kind)
    assert seen.looks() == [("A2", seen.digest(kind))]
    assert seen.desk.converting.problems() == []


def test_a_player_asks_for_parts(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    seen.open(checker, "clip")
    whole = checker.get(f"{seen.place('clip')}/file").content
    part = checker.get(f"{seen.place('clip')}/file", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    assert checker.get(f"{seen.place('clip')}/file", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert len(seen.looks()) == 1, "seeking is no new look"


def test_nothing_is_played_that_was_not_opened_on_record(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    checker.open(f"{seen.place('clip')}/file", 403)
    checker.open(seen.place("clip"), 403)
    seen.open(checker, "clip")
    checker.open(f"{seen.place('sound')}/file", 403)
    seen.desk.browser("A1").open(f"{seen.place('clip')}/file", 403)
    seen.desk.converting.city.wait(hours=13)
    checker = seen.desk.browser("A2")
    checker.open(f"{seen.place('clip')}/file", 403)
    seen.open(checker, "clip")
    assert [who for who, _ in seen.looks()] == ["A2", "A2"]


def test_who_asks_extracts_and_signs_sees_it_too_each_at_their_stage(seen: Seen) -> None:
    leader = seen.desk.browser("L2")
    assert "/made/" not in leader.open(seen.page), "it is not the leader's turn yet"
    assert leader.get(f"{seen.place('clip')}/file").status_code == 403
    seen.open(seen.desk.browser("A1"), "protected")
    seen.desk.converting.check(seen.id)
    leader = seen.desk.browser("L2")
    seen.open(leader, "protected")
    assert leader.get(f"{seen.place('protected')}/file").status_code == 200
    assert [who for who, _ in seen.looks()] == ["A1", "L2"]
    seen.desk.converting.sign(seen.id)
    seen.desk.pack(seen.id)
    assert leader.get(f"{seen.place('protected')}/file").status_code == 200, "who signed it goes on seeing it"
    seen.open(seen.desk.browser("A3"), "still")
    assert seen.desk.converting.problems() == []


def test_who_only_keeps_the_register_is_not_shown_the_footage(seen: Seen) -> None:
    for who in ("A3", "L3"):
        overseer = seen.desk.browser(who)
        page = overseer.open(seen.page)
        assert "/made/" not in page
        answer = overseer.fill(seen.place("clip"))
        assert answer.status_code == 403
        assert overseer.get(seen.place("clip")).status_code == 403
        assert overseer.get(f"{seen.place('clip')}/file").status_code == 403
    assert seen.looks() == []


def test_to_a_stranger_there_is_no_such_thing(seen: Seen) -> None:
    stranger = seen.desk.browser("B1")
    assert stranger.get(f"{seen.place('clip')}/file").status_code == 404
    assert stranger.get(seen.place("clip")).status_code == 404
    nobody = Browser(seen.desk.counter.app)
    assert 'name="password"' in nobody.open(f"{seen.place('clip')}/file"), "who is not signed in is asked to"
    assert seen.desk.browser("A2").get(f"{seen.page}/made/{seen.id}/file").status_code == 404


@pytest.mark.parametrize("end", ["withdraw", "send back", "recall"])
def test_nothing_is_shown_of_what_came_to_nothing(seen: Seen, end: str) -> None:
    converting, checker = seen.desk.converting, seen.desk.browser("A2")
    seen.open(checker, "clip")
    if end == "withdraw":
        with converting.city.act() as act:
            conversion.withdraw_conversion(act, seen.id, converting.person("A1"))
    elif end == "send back":
        converting.send_back(seen.id, "A2")
    else:
        converting.check(seen.id)
        converting.sign(seen.id)
        seen.desk.pack(seen.id)
        with converting.city.act() as act:
            conversion.recall(act, seen.id, converting.person("L2"), "内容有误")
    assert converting.state(seen.id) in (ConversionState.WITHDRAWN, ConversionState.DRAFT)
    assert "/made/" not in checker.open(seen.page)
    for who in ("A1", "A2", "L2"):
        assert seen.desk.browser(who).get(f"{seen.place('clip')}/file").status_code == 410
    with converting.city.act() as act, pytest.raises(ActionDenied, match="not shown now"):
        conversion.open_made(act, seen.id, UUID(seen.place("clip")[-36:]), converting.person("A2"))
    assert len(seen.looks()) == 1


def test_what_was_marked_since_is_not_shown_any_more(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    seen.open(checker, "clip")
    seen.desk.converting.access.mark("video")
    page = checker.open(f"{seen.place('clip')}/file", 403)
    assert "已加标记" in page
    checker.open(seen.page)
    assert checker.fill(seen.place("clip")).status_code == 403


def test_after_the_leave_was_revoked_nothing_is_shown(seen: Seen) -> None:
    checker, converting = seen.desk.browser("A2"), seen.desk.converting
    seen.open(checker, "clip")
    with converting.city.registry.reading() as reading:
        request = reading.get_one(AccessGrant, converting.grant_id).request_id
    converting.access.revoke(request, "L2")
    assert "已被撤销" in checker.open(f"{seen.place('clip')}/file", 403)


def test_another_file_than_was_entered_is_not_shown(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    [path] = seen.folder.glob("*-clip-1.*")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"!")
    checker.open(seen.page)
    assert checker.fill(seen.place("clip")).status_code == 409
    assert seen.looks() == []
    path.write_bytes(content + b"!")
    assert checker.get(f"{seen.place('clip')}/file").status_code == 409
    path.unlink()
    assert checker.fill(seen.place("clip")).status_code == 503
    elsewhere = seen.desk.packages.parent / "elsewhere"
    elsewhere.write_bytes(content)
    path.symlink_to(elsewhere)
    assert checker.fill(seen.place("clip")).status_code == 503, "no way out of the folder"


def test_what_a_browser_does_not_show_is_sent_as_a_file(conversion_desk: ConversionDesk) -> None:
    converting = conversion_desk.converting
    found = converting.submitted(
        items=[Asked(converting.recording("video"), "告知权利", original=False, part=Range(0, 6))]
    )
    converting.extract(found)
    [item], one = converting.items(found), Seen(conversion_desk, found)
    one.folder.mkdir(parents=True)
    part = one.folder / "made.part"
    made = made_of(samples()["avi"], Clip(Range(0, 4)), part)
    part.replace(one.folder / f"{made_stem(item.position, 'clip', 1)}.{made.form}")
    file = one.folder / f"{made_stem(item.position, 'clip', 1)}.{made.form}"
    conversion_desk.made(found, Output(item.id, "clip", 1, _facts(made, file), made.size, made.sha256))
    checker = conversion_desk.browser("A2")
    assert "请用本机播放器核对" in one.open(checker, "clip")
    answer = checker.get(f"{one.place('clip')}/file")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(r'attachment; filename="[\w-]+-001-clip-1\.\w+"', answer.headers["Content-Disposition"])
    assert sha256(answer.content).hexdigest() == made.sha256


def test_the_page_says_what_is_muted_and_covered_and_what_was_remarked(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    page = checker.open(seen.page)
    assert "消音 1-2 秒" in page
    assert re.search(r"遮挡 1–3 秒（距左 10%，距上 20%，宽 30%，高 40%）", page)
    assert "画面和声音重新编码" in page
    assert page.count("PyAV") == len(WANTED)
    english = checker.open(f"{seen.page}?lang=en")
    assert "from the left 10%, from the top 20%, width 30%, height 40%" in english
    assert "its pictures and its sound were encoded anew" in english


def test_a_look_lasts_a_working_day_and_stands_in_the_trail(seen: Seen) -> None:
    checker = seen.desk.browser("A2")
    seen.open(checker, "sound")
    with seen.desk.converting.city.registry.reading() as reading:
        entry = history_of(reading, seen.desk.converting.recording("video"))[-1]
    assert (entry.event, entry.article) == ("access.viewed-made", "Art. 17")
    assert entry.at > seen.desk.converting.city.now - timedelta(minutes=5)
    assert "查看转换制作件" in seen.desk.browser("L2").open(f"/recordings/{seen.desk.recording('video')}")

"""A conversion as its run makes it: from the originals to a package that checks by itself (Art. 19)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from bagit import Bag
from docx import Document
from docx.oxml.ns import qn
from sqlmodel import select

from blocks.seal_certificate import SealCertificate
from blocks.speech_to_text import SpeechToText
from registry.queries.conversion import discs_of, transcripts_of
from registry.queries.ledger import history_of
from registry.queries.retention import terms_among
from registry.tables import CaseUse, Origin, Recording
from registry.transitions import conversion
from regulation.access_terms import Range
from regulation.conversion import Asked, Box, Carrier, Cover
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from tasks.conversion.make import GROUP_BYTES
from tasks.conversion.papers import editable_of
from tasks.conversion.stated import placed_statement
from tasks.progress import watched_by
from tests.fixtures.custody import CITY_RULES, MORNING
from tests.fixtures.deriving import filmed
from tests.fixtures.deriving import samples as deriving_samples
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.seals import SECRET, Seal

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
pytestmark = pytest.mark.servers


def test_originals_go_out_byte_for_byte_with_all_that_a_court_asks_for(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    evidence.take_in("录像.mp4", "现场照片.jpg", samples=media_samples)
    evidence.grant("录像.mp4", "现场照片.jpg")
    one = evidence.asked.submitted("录像.mp4", "现场照片.jpg")
    evidence.issued(one)
    [bag] = evidence.bags(one)
    Bag(str(bag)).validate()
    originals = sorted((bag / "data" / "originals").iterdir())
    assert [path.name for path in originals] == ["001 录像.mp4", "002 现场照片.jpg"]
    assert [sha256(path.read_bytes()).hexdigest() for path in originals] == [
        sha256(media_samples[kind]).hexdigest() for kind in ("mp4", "jpg")
    ]
    told = json.loads((bag / "data" / "statement" / "statement.json").read_text(encoding="utf-8"))
    assert told["case_cause"] == "占道经营"
    assert [one["proves"] for one in told["recordings"]] == ["现场执法过程"] * 2
    status, said = verified(bag)
    assert status == 0, said
    assert "SOUND" in said
    assert evidence.asked.problems() == []


@ON_SQLITE
def test_the_originals_are_kept_as_long_as_the_case_file_at_once(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4")
    evidence.issued(one)
    with evidence.city.registry.reading() as reading:
        recording_id = evidence.access.recordings["录像.mp4"]
        term = terms_among(reading.connection(), [recording_id])[recording_id]
        recording = reading.get_one(Recording, recording_id)
        [use] = reading.exec(select(CaseUse)).all()
    assert (term.due_on, term.held_in_vault) == (None, True)
    assert use.recording_id == recording_id
    held = evidence.archive.vault.check(recording.vault_key, recording.vault_version)
    assert held is not None
    assert held.legal_hold


@ON_SQLITE
def test_everything_that_can_be_made_is_made_and_named(evidence: Evidence, media_samples: dict[str, bytes]) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    item = Asked(
        evidence.access.recordings["录像.mp4"],
        "告知权利",
        original=True,
        part=Range(0.5, 1.5),
        sound=False,
        stills=(0.6, 1.2),
        muted=(Range(0.5, 0.8),),
        covered=(Cover(Range(0.5, 1.5), Box(0.1, 0.1, 0.3, 0.3)),),
    )
    one = evidence.asked.submitted(items=[item], carrier=Carrier.ZIP)
    package = evidence.issued(one)
    [bag] = evidence.bags(one)
    assert sorted(path.name for path in (bag / "data" / "derived").iterdir()) == [
        "001-clip-1.mp4",
        "001-protected-1.mp4",
        "001-still-1.png",
        "001-still-2.png",
    ]
    assert {path.suffix for path in package.iterdir()} >= {".zip", ".sha256", ".pdf"}
    status, said = verified(bag)
    assert status == 0, said


@ON_SQLITE
def test_what_was_done_to_a_copy_stands_in_every_form_of_the_statement(evidence: Evidence) -> None:
    """Ranges muted, parts covered, what its maker remarks, with what it was made: nothing of it is left to be guessed
    by who holds the copy beside the original."""
    evidence.take_in("录像.mp4", "缺尾.ts", samples={"录像.mp4": deriving_samples()["mp4"], "缺尾.ts": _damaged_ts()})
    evidence.grant("录像.mp4", "缺尾.ts")
    recordings = evidence.access.recordings
    items = [
        Asked(
            recordings["录像.mp4"],
            "告知权利",
            stills=(1.0,),
            muted=(Range(1, 2.5), Range(3.5)),
            covered=(Cover(Range(0.5, 3), Box(0.1, 0.25, 0.3, 0.125)),),
        ),
        Asked(recordings["缺尾.ts"], "现场经过", covered=(Cover(Range(), Box(0.5, 0.5, 0.25, 0.25)),)),
    ]
    one = evidence.asked.submitted(items=items, carrier=Carrier.ZIP)
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.CHECKING, evidence.asked.row(one).problem
    for name in ("录像.mp4", "缺尾.ts"):
        evidence.asked.transcribe(one, name, (0.5, 1.0, "王示例", "请出示证件。"), origin=Origin.WRITTEN)
    with evidence.city.registry.reading() as reading:
        row = evidence.asked.row(one)
        draft = placed_statement(reading, row, CITY_RULES.policy_of(row.unit_id), evidence.city.now, "")
    evidence.asked.check(one)
    evidence.asked.sign(one)
    assert evidence.carry_on(one) is ConversionState.ISSUED, evidence.asked.row(one).problem
    [bag] = evidence.bags(one)
    still = next((bag / "data" / "derived").glob("*.png")).read_bytes()
    pictures = {one.picture: still for stated in draft.recordings for one in stated.stills}
    chinese = {
        "PDF": _printed(bag / "data/statement/statement.zh.pdf"),
        "DOCX": _edited(editable_of(draft, "zh", pictures)),
    }
    english = {
        "PDF": _printed(bag / "data/statement/statement.en.pdf"),
        "DOCX": _edited(editable_of(draft, "en", pictures)),
    }
    for form, text in chinese.items():
        for said in (
            "消音00:00:01–00:00:02.500、00:00:03.500–结束",
            "遮挡00:00:00.500–00:00:03（距左10%，距上25%，宽30%，高12.5%）",
            "画面和声音重新编码",
            "有损坏",
        ):
            assert said in text, (form, said)
        assert text.count("工具PyAV") == 3, form
    for form, text in english.items():
        for said in (
            "muted 00:00:01–00:00:02.500, 00:00:03.500–end",
            "covered 00:00:00.500–00:00:03 (from the left 10%, from the top 25%, width 30%, height 12.5%)",
            "its pictures and its sound were encoded anew",
            "damaged",
        ):
            assert said.replace(" ", "") in text, (form, said)
        assert text.count("madebyPyAV") == 3, form
    _check_program_readable(bag)


def _check_program_readable(bag: Path) -> None:
    told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
    [protected] = [one for one in told["recordings"][0]["derivatives"] if one["kind"] == "protected"]
    assert protected["muted"] == [[1.0, 2.5], [3.5, None]]
    assert protected["covered"] == [{"start": 0.5, "end": 3.0, "x": 0.1, "y": 0.25, "width": 0.3, "height": 0.125}]
    assert protected["remarks"] == ["its pictures and its sound were encoded anew"]
    [damaged] = told["recordings"][1]["derivatives"]
    assert any("damaged" in remark for remark in damaged["remarks"])
    [still] = told["recordings"][0]["stills"]
    assert all(one["tool"].startswith("PyAV ") for one in (protected, damaged, still))
    assert all(len(one["sm3"]) == 64 for one in told["files"])
    graph = json.loads((bag / "data/provenance.jsonld").read_text(encoding="utf-8"))["@graph"]
    tools = {one["@id"]: one["rdfs:label"] for one in graph if "rdfs:label" in one}
    made = [one for one in graph if "custody:kind" in one]
    assert {one["custody:kind"] for one in made} == {"protected", "still"}
    assert all(tools[one["prov:wasAssociatedWith"]].startswith("PyAV ") for one in made)


def _printed(paper: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(paper), "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.split())


def _edited(content: bytes) -> str:
    paragraphs = Document(BytesIO(content)).element.body.iter(qn("w:t"))
    return "".join("".join(one.text or "" for one in paragraphs).split())


def _damaged_ts() -> bytes:
    """A transport stream, the payloads of which are garbage for a while."""
    content = bytearray(deriving_samples()["ts"])
    for place in range(len(content) * 2 // 5 // 188 * 188, len(content) // 2 // 188 * 188, 188):
        content[place + 4 : place + 188] = sha256(str(place).encode()).digest() * 5 + bytes(24)
    return bytes(content)


class Follower:
    """Notes what is told of the work."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, str]] = []
        self.reached: dict[str, list[int]] = {}

    def step(self, title: str, total: int, unit: str) -> None:
        self.steps.append((title, total, unit))

    def advanced(self, done: int) -> None:
        self.reached.setdefault(self.steps[-1][0], []).append(done)

    def remark(self, said: str) -> None:
        raise AssertionError(said)


@ON_SQLITE
def test_who_follows_a_long_one_hears_how_far_it_is_within_each_file(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    crowded = "testsrc2=size=640x480:rate=25:duration=4,noise=alls=60:allf=t"  # so much that it is read piece by piece
    samples = {
        "录像.mp4": filmed("mp4", "-c:v", "libx264", "-preset", "ultrafast", pictures=crowded),
        "现场照片.jpg": media_samples["jpg"],
    }
    evidence.take_in(*samples, samples=samples)
    evidence.grant(*samples)
    recordings = evidence.access.recordings
    video = Asked(recordings["录像.mp4"], "告知权利", part=Range(0.0, 2.0), stills=(0.5,), muted=(Range(0.2, 0.6),))
    items = [video, Asked(recordings["现场照片.jpg"], "现场状况")]
    one = evidence.asked.submitted(items=items)
    evidence.asked.extract(one)
    follower, sizes = Follower(), [len(one) for one in samples.values()]
    with watched_by(follower):
        assert evidence.carry_on(one) is ConversionState.CHECKING
        evidence.asked.check(one)
        evidence.asked.sign(one)
        assert evidence.carry_on(one) is ConversionState.ISSUED
    half = round(sizes[0] / 2)  # clip and protected copy, each of 2 seconds of 4; and the still
    whole = {title: total for title, total, _ in follower.steps}
    assert whole["Making"] == sum(sizes) + 2 * half + GROUP_BYTES
    assert {unit for _, _, unit in follower.steps} == {"bytes"}
    for title in ("Making", "Packing"):
        reached = follower.reached[title]
        assert reached == sorted(reached)
        assert reached[-1] == whole[title]
    assert len(set(follower.reached["Making"])) > 10, "more often than after each of five files"


@ON_SQLITE
def test_an_original_that_was_altered_sends_it_back(evidence: Evidence, media_samples: dict[str, bytes]) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4")
    evidence.asked.extract(one)
    evidence.overwrite("录像.mp4", media_samples["mp4"][:-1] + b"x")
    assert evidence.carry_on(one) is ConversionState.DRAFT
    assert "Art. 7" in evidence.asked.row(one).problem
    assert evidence.asked.problems() == []


RECOGNISER = """
import sys, wave
with wave.open(sys.argv[1]) as sound:
    seconds = sound.getnframes() / sound.getframerate()
open(sys.argv[2] + ".srt", "w").write(f"1\\n00:00:00,000 --> 00:00:01,000\\n{seconds:.0f} seconds\\n")
"""
"""It stands in for a recogniser, of which none comes without a model of some hundred megabytes."""


@ON_SQLITE
def test_an_installed_recogniser_drafts_and_a_person_confirms(
    evidence: Evidence, media_samples: dict[str, bytes], tmp_path: Path
) -> None:
    program = tmp_path / "recogniser.py"
    program.write_text(RECOGNISER)
    evidence.archive.speech = SpeechToText(command=[sys.executable, str(program), "{sound}", "{out}"])
    evidence.take_in("录音.wav", "照片.jpg", samples=media_samples)
    evidence.grant("录音.wav", "照片.jpg")
    one = evidence.asked.submitted("录音.wav", "照片.jpg")
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.CHECKING
    with evidence.city.registry.reading() as reading:
        [written] = transcripts_of(reading.connection(), one).values()
    assert (written.origin, written.confirmed_at) == (Origin.MACHINE, None)
    assert json.loads(written.lines)[0][3] == "2 seconds"
    with pytest.raises(ActionDenied, match="confirmed by a person"):
        evidence.asked.check(one)
    with evidence.city.act() as act:
        conversion.confirm_transcript(act, written.id, evidence.asked.person("A2"))
    evidence.asked.check(one)
    assert evidence.asked.problems() == []


@ON_SQLITE
def test_copies_of_footage_do_not_lie_about_for_ever(evidence: Evidence, media_samples: dict[str, bytes]) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4")
    package = evidence.issued(one)
    stranger = package.parents[1] / "not-ours"
    stranger.mkdir()
    evidence.city.wait(days=89)
    evidence.sweep_terms()
    assert package.exists()
    evidence.city.wait(days=2)
    evidence.sweep_terms()
    assert not package.exists()
    assert stranger.exists()
    assert evidence.asked.state(one) is ConversionState.ISSUED
    recording_id = evidence.access.recordings["录像.mp4"]
    with evidence.city.registry.reading() as reading:
        recording = reading.get_one(Recording, recording_id)
    assert evidence.archive.vault.check(recording.vault_key, recording.vault_version) is not None


@ON_SQLITE
def test_more_copies_of_a_package_are_of_the_very_files_that_were_issued_or_are_refused(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4", carrier=Carrier.ZIP)
    package = evidence.issued(one)
    evidence.city.wait(days=89)
    _allow_more(evidence, one)
    evidence.city.wait(days=89)
    evidence.sweep_terms()
    with evidence.city.registry.reading() as reading:
        [disc] = discs_of(reading.connection(), one)
    image = package / f"{disc.name}.zip"
    assert sha256(image.read_bytes()).hexdigest() == disc.image_sha256, "kept as long again, and the same"
    evidence.city.wait(days=2)
    evidence.sweep_terms()
    evidence.sweep_terms()
    assert not package.exists()
    with evidence.city.registry.reading() as reading:
        told = [entry.event for entry in history_of(reading, one)]
    assert told.count("conversion.cleared") == 1
    with pytest.raises(ActionDenied, match="convert anew, as a correction of this one"):
        _allow_more(evidence, one)
    assert evidence.asked.state(one) is ConversionState.ISSUED, "it is in force: its discs are not called back"
    evidence.grant("录像.mp4")
    anew = evidence.asked.submitted(
        "录像.mp4", carrier=Carrier.ZIP, supersedes=evidence.number(one), correction="补发所需，原包文件已清理"
    )
    evidence.issued(anew)
    [bag] = evidence.bags(anew)
    assert verified(bag)[0] == 0
    assert evidence.asked.state(one) is ConversionState.SUPERSEDED
    assert evidence.asked.problems() == []


def _allow_more(evidence: Evidence, one: UUID) -> None:
    with evidence.city.act() as act:
        conversion.reissue(act, one, evidence.asked.person("L2"), 1, "二审法院需要")


@ON_SQLITE
def test_a_unit_with_a_certificate_seals_its_statements(
    evidence: Evidence, media_samples: dict[str, bytes], tmp_path: Path
) -> None:
    made = Seal(tmp_path, since=MORNING - timedelta(days=1))
    evidence.archive.seal = SealCertificate(certificate=made.file, secret=SECRET)
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4")
    evidence.issued(one)
    [bag] = evidence.bags(one)
    for language in ("zh", "en"):
        paper = bag / "data" / "statement" / f"statement.{language}.pdf"
        said = subprocess.run(["pdfsig", "-nocert", str(paper)], capture_output=True, text=True, check=False).stdout
        assert "Signature is Valid" in said
    assert verified(bag)[0] == 0

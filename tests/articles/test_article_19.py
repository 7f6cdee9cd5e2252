"""Art. 19: footage used as evidence is converted to a suitable medium, with a text that states source, extractor, time
of extraction, maker and what it proves.

Who converts must have been granted the footage with copies (Art. 17). A second person checks, a leader signs, and
nobody vouches for their own work. What goes out is what was taken in, byte for byte, and says by itself what it is.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from bagit import Bag

from registry.tables import Origin
from regulation.access_terms import FieldDenied, Range
from regulation.conversion import Asked, Carrier
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from regulation.retention import Kept
from regulation.statement import Statement, check_complete, missing
from tasks.packing.discs import MEDIA
from tests.fixtures.conversion import Converting
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.statements import statement as a_statement

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)

DEMANDS = {
    "source": {"device": None, "source_note": None},
    "officer": {"officer": None},
    "proves": {"proves": " "},
}
"""What the article asks of each recording, and how it would be missing: 电子数据来源、制作人、证明对象."""


@pytest.mark.parametrize("field", DEMANDS)
def test_what_the_article_asks_of_each_recording_is_required(field: str) -> None:
    whole = a_statement()
    lacking = replace(whole, recordings=(replace(whole.recordings[0], **DEMANDS[field]), *whole.recordings[1:]))
    assert [(one.field, one.ordinal, one.article) for one in missing(lacking)] == [(field, 1, "Art. 19")]
    with pytest.raises(ActionDenied, match=r"Art\. 19"):
        check_complete(lacking)


@pytest.mark.parametrize("field", ["extractor", "extracted_at"])
def test_who_extracted_it_and_when_is_required(field: str) -> None:
    """提取人、提取时间."""
    lacking: Statement = replace(a_statement(), **{field: None})
    assert [one.field for one in missing(lacking)] == [field]


def test_a_whole_statement_lacks_nothing() -> None:
    assert missing(a_statement()) == []


def test_every_carrier_is_a_medium_that_can_be_packed() -> None:
    assert {one.value for one in Carrier} <= set(MEDIA)


def test_without_leave_to_copy_nothing_is_converted(conversion_city: Converting) -> None:
    with pytest.raises(ActionDenied, match=r"Art\. 17"):
        conversion_city.draft("other")
    with pytest.raises(FieldDenied, match=r"Art\. 17"):
        conversion_city.draft("video", copies=3)


def test_three_people_answer_for_it(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    with pytest.raises(ActionDenied):
        conversion_city.extract(one, by="L2")
    conversion_city.extract(one, by="A1")
    conversion_city.make(one)
    with pytest.raises(ActionDenied):
        conversion_city.check(one, by="A1")
    conversion_city.check(one, by="A2")
    for who in ("A1", "A2"):
        with pytest.raises(ActionDenied):
            conversion_city.sign(one, by=who)
    conversion_city.sign(one, by="L2")
    assert conversion_city.state(one) is ConversionState.PACKING


def test_while_it_is_converted_it_is_not_destroyed_and_then_kept_as_the_case_file(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    assert Kept.CONVERSION_OPEN in conversion_city.keepers("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one)
    conversion_city.sign(one)
    conversion_city.issue(one)
    assert "recording.used" in conversion_city.city.events(conversion_city.recording("video"))


@pytest.mark.servers
@ON_SQLITE
class TestThePackage:
    """What comes out, held against tools that nobody here wrote."""

    @pytest.fixture
    def bag(self, evidence: Evidence, media_samples: dict[str, bytes]) -> Path:
        evidence.take_in("录像.mp4", "录音.wav", samples=media_samples)
        evidence.grant("录像.mp4", "录音.wav")
        recordings = evidence.access.recordings
        one = evidence.asked.submitted(
            items=[
                Asked(recordings["录像.mp4"], "执法人员出示证件", part=Range(0.4, 1.4), stills=(1.0,)),
                Asked(recordings["录音.wav"], "当事人的陈述"),
            ],
            carrier=Carrier.DVD,
        )
        line = (0.1, 1.0, "当事人", "我在店里。")
        evidence.asked.transcribe(one, "录音.wav", line, origin=Origin.WRITTEN)
        evidence.issued(one)
        [bag] = evidence.bags(one)
        return bag

    def test_bagit_sha256sum_openssl_and_its_own_verifier_find_it_whole(self, bag: Path) -> None:
        Bag(str(bag)).validate()
        assert verified(bag)[0] == 0
        for command in (
            "sha256sum -c --strict --quiet manifest-sha256.txt",
            "sha512sum -c --strict --quiet manifest-sha512.txt",
            "sha256sum -c --strict --quiet tagmanifest-sha256.txt signature/SHA256SUMS",
            "openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha256.txt "
            "-sigfile signature/tagmanifest-sha256.txt.sig",
        ):
            subprocess.run(command.split(), cwd=bag, check=True, capture_output=True)

    def test_originals_are_what_was_taken_in(self, bag: Path, media_samples: dict[str, bytes]) -> None:
        found = {path.name: sha256(path.read_bytes()).hexdigest() for path in (bag / "data/originals").iterdir()}
        assert found == {
            "001 录像.mp4": sha256(media_samples["mp4"]).hexdigest(),
            "002 录音.wav": sha256(media_samples["wav"]).hexdigest(),
        }

    def test_its_text_says_what_the_article_asks_for(self, bag: Path) -> None:
        told: dict[str, Any] = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
        assert told["extractor"]["number"] == "A1"
        assert told["extracted_at"]
        for one in told["recordings"]:
            assert one["device"]["number"] == "D1"
            assert one["officer"]["number"] == "A2"
            assert one["proves"]
        paper = bag / "data/statement/statement.zh.pdf"
        said = subprocess.run(
            ["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, check=True
        ).stdout
        said = "".join(said.split())
        for words in ("提取人", "提取时间", "制作人", "数据来源", "证明对象", "执法人员出示证件", "我在店里。"):
            assert words in said, words
        subprocess.run(["qpdf", "--check", str(paper)], check=True, capture_output=True)

    def test_clips_are_copied_and_not_encoded_anew(self, bag: Path) -> None:
        told = json.loads((bag / "data/statement/statement.json").read_text(encoding="utf-8"))
        [clip] = [one for one in told["recordings"][0]["derivatives"] if one["kind"] == "clip"]
        path = bag / clip["path"]
        for stream in clip["streams"]:
            command = f"ffmpeg -v error -i {path} -map 0:{stream['index']} -c copy -f streamhash -hash sha256 -"
            said = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
            assert said.strip().endswith(f"SHA256={stream['sha256']}")
        subprocess.run(f"ffmpeg -v error -xerror -i {path} -f null -".split(), check=True, capture_output=True)

    def test_the_disc_image_is_read_by_others(self, bag: Path, tmp_path: Path) -> None:
        image = bag.with_name(f"{bag.name}.iso")
        subprocess.run(["sha256sum", "-c", f"{image.name}.sha256"], cwd=bag.parent, check=True, capture_output=True)
        (tmp_path / "read").mkdir()
        subprocess.run(["bsdtar", "-xf", str(image), "-C", str(tmp_path / "read")], check=True, capture_output=True)
        assert verified(tmp_path / "read")[0] == 0

    @pytest.mark.parametrize("name", ["data/originals/001 录像.mp4", "data/statement/statement.json", "bag-info.txt"])
    def test_a_flipped_bit_is_found(self, bag: Path, name: str) -> None:
        path = bag / name
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))
        status, said = verified(bag)
        assert status == 1
        assert Path(name).name in said

"""What becomes of a real package after it was issued: corrected, recalled, handed out again (Art. 19)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from desk.conversion_evidence import digests_of
from registry.queries.conversion_pages import Registered, Sought, conversion_register
from registry.queries.conversion_public import Published, published
from registry.queries.ledger import history_of
from registry.transitions import conversion
from regulation.conversion import Carrier
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from tests.fixtures.packages import Evidence, verified
from tests.fixtures.papers import text_of

Samples = dict[str, bytes]

pytestmark = [pytest.mark.servers, pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)]


@pytest.fixture
def first(evidence: Evidence, media_samples: Samples) -> UUID:
    """A video's package, issued; a photograph could have been in it too."""
    evidence.take_in("录像.mp4", "现场照片.jpg", samples=media_samples)
    evidence.grant("录像.mp4", "现场照片.jpg")
    one = evidence.asked.submitted("录像.mp4")
    evidence.issued(one)
    return one


def digests_below(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def told_to_anybody(evidence: Evidence, one: UUID) -> Published:
    with evidence.city.registry.reading() as reading:
        found = published(reading, one)
    assert found is not None
    return found


def registered(evidence: Evidence) -> dict[str, Registered]:
    with evidence.city.registry.reading() as reading:
        rows, total = conversion_register(reading, [evidence.asked.all()[0].unit_id], Sought())
    assert total == len(rows)
    return {one.row.number: one for one in rows}


def events(evidence: Evidence, one: UUID) -> list[str]:
    with evidence.city.registry.reading() as reading:
        return [entry.event for entry in history_of(reading, one)]


def test_a_correction_names_the_package_that_it_takes_the_place_of(evidence: Evidence, first: UUID) -> None:
    number, before = evidence.number(first), digests_below(evidence.package(first))
    second = evidence.asked.submitted("录像.mp4", "现场照片.jpg", supersedes=number, correction="漏列现场照片")
    evidence.signed(second)
    assert evidence.asked.state(first) is ConversionState.ISSUED, "until the correction is issued it counts"
    assert evidence.carry_on(second) is ConversionState.ISSUED
    assert evidence.asked.state(first) is ConversionState.SUPERSEDED

    assert digests_below(evidence.package(first)) == before, "what was handed out is left as it is"
    [old], [new] = evidence.bags(first), evidence.bags(second)
    assert [verified(bag)[0] for bag in (old, new)] == [0, 0]
    told = json.loads((new / "data/statement/statement.json").read_text(encoding="utf-8"))
    assert (told["supersedes"]["number"], told["supersedes"]["reason"]) == (number, "漏列现场照片")
    papers = {path.name: text_of(path.read_bytes()) for path in (new / "data/statement").glob("*.pdf")}
    assert len(papers) == 2
    assert all(number in paper and "漏列现场照片" in paper for paper in papers.values()), "in both languages"

    there, here = told_to_anybody(evidence, first), told_to_anybody(evidence, second)
    assert there.in_place == {evidence.number(second): second}
    assert here.in_place == {}
    manifests = [sha256((bag / "tagmanifest-sha256.txt").read_bytes()).hexdigest() for bag in (old, new)]
    known = [{digest for _, digest in digests_of(one)} for one in (there, here)]
    assert [[one in whose for one in manifests] for whose in known] == [[True, False], [False, True]]

    kept = registered(evidence)
    states = {one: kept[one].row.state for one in kept}
    assert states == {number: ConversionState.SUPERSEDED, evidence.number(second): ConversionState.ISSUED}
    assert [events(evidence, one).count("conversion.issued") for one in (first, second)] == [1, 1]
    assert evidence.carry_on(first) is ConversionState.SUPERSEDED
    assert evidence.carry_on(second) is ConversionState.ISSUED
    assert digests_below(evidence.package(first)) == before
    with pytest.raises(ActionDenied, match="Only what is in force"), evidence.city.act() as act:
        conversion.reissue(act, first, evidence.asked.person("L2"), 1, "二审法院需要")
    assert evidence.asked.problems() == []


def test_what_is_recalled_is_sound_and_does_not_count(evidence: Evidence, first: UUID) -> None:
    before = digests_below(evidence.package(first))
    with evidence.city.act() as act:
        conversion.recall(act, first, evidence.asked.person("L2"), "当事人身份有误")
    assert evidence.carry_on(first) is ConversionState.WITHDRAWN
    assert digests_below(evidence.package(first)) == before
    [bag] = evidence.bags(first)
    assert verified(bag)[0] == 0, "its bytes are what they were; whether it counts stands on the page"
    assert told_to_anybody(evidence, first).row.state is ConversionState.WITHDRAWN
    assert registered(evidence)[evidence.number(first)].row.state is ConversionState.WITHDRAWN
    for refused in (
        lambda: evidence.asked.submitted("录像.mp4", supersedes=evidence.number(first), correction="更正"),
        lambda: _again(evidence, first),
    ):
        with pytest.raises(ActionDenied):
            refused()
    anew = evidence.asked.submitted("录像.mp4")
    evidence.issued(anew)
    assert verified(evidence.bags(anew)[0])[0] == 0
    assert evidence.asked.problems() == []


def test_more_copies_are_of_the_same_bytes(evidence: Evidence, first: UUID) -> None:
    evidence.grant("录像.mp4")
    one = evidence.asked.submitted("录像.mp4", carrier=Carrier.DVD)
    evidence.issued(one)
    before, media = digests_below(evidence.package(one)), registered(evidence)[evidence.number(one)].media
    assert any(path.endswith(".iso") for path in before)
    _again(evidence, one)
    assert evidence.carry_on(one) is ConversionState.ISSUED
    assert digests_below(evidence.package(one)) == before
    assert registered(evidence)[evidence.number(one)].media == media + 1
    assert events(evidence, one).count("conversion.issued") == 1
    assert evidence.asked.problems() == []


def _again(evidence: Evidence, one: UUID) -> None:
    with evidence.city.act() as act:
        conversion.reissue(act, one, evidence.asked.person("L2"), 1, "二审法院需要")

"""A recording's trail: who may see it, who may mark it, and that anybody can check it (Art. 7, 17)."""

from __future__ import annotations

import hashlib
import json

import pytest

from registry.queries.access import markings_of
from regulation.vocabulary import Marking
from tests.fixtures.counter import Counter
from tests.fixtures.papers import told_by

COVERED = (
    "actor", "article", "at", "event", "facts", "previous_hash", "seq", "subject_id", "subject_kind", "unit_id",
)  # fmt: skip


def marked(counter: Counter) -> frozenset[Marking]:
    recording = counter.recording("video")
    with counter.access.city.registry.reading() as reading:
        return markings_of(reading, [recording]).get(recording, frozenset())


def test_an_auditor_checks_every_entry_with_nothing_of_ours(counter: Counter) -> None:
    leader = counter.browser("L3")
    place = f"/recordings/{counter.recording('video')}"
    page = leader.open(place)
    assert [word for word in ("入库并校验", "封存", "recording.") if f"<td>{word}" in page] == ["入库并校验", "封存"]
    assert "<td>第十六条</td>" in page
    trail = json.loads(leader.get(f"{place}/trail.json").content)
    assert [one["event"] for one in trail["entries"]][:2] == ["recording.verified", "recording.sealed"]
    for one in trail["entries"]:
        text = json.dumps(
            {name: one[name] for name in COVERED}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert hashlib.sha256(text.encode()).hexdigest() == one["hash"]


@pytest.mark.parametrize("number", ["A2", "J3", "L1"])
def test_who_has_no_part_in_it_is_told_that_there_is_none(counter: Counter, number: str) -> None:
    browser = counter.browser(number)
    for place in ("", "/trail.json"):
        assert browser.get(f"/recordings/{counter.recording('video')}{place}").status_code == 404


def test_it_is_marked_and_the_reviewer_lifts_the_marking(counter: Counter) -> None:
    place = f"/recordings/{counter.recording('video')}"
    administrator, reviewer = counter.browser("A3"), counter.browser("C1")
    administrator.open(place)
    assert "住宅内" in administrator.press(place, do="mark", marking="privacy", reason="住宅内")
    assert marked(counter) == {Marking.PRIVACY}
    answer = administrator.fill(place, do="lift", marking="privacy", reason="不再需要")
    assert (answer.status_code, "只有保密审查员" in answer.text) == (422, True)
    assert administrator.fill(place, do="mark", marking="privacy", reason=" ").status_code == 422
    assert administrator.fill(place, do="mark", marking="nonsense", reason="x").status_code == 400
    reviewer.open(place)
    reviewer.press(place, do="lift", marking="privacy", reason="已核实")
    assert marked(counter) == frozenset()
    assert "<s>个人隐私</s>" in reviewer.open(place)


def test_the_trail_is_a_paper_that_names_the_files_digest(counter: Counter) -> None:
    administrator = counter.browser("A3")
    place = f"/recordings/{counter.recording('video')}"
    assert "trail.pdf" in administrator.open(place)
    paper = administrator.get(f"{place}/trail.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    digest = hashlib.sha256(administrator.get(f"{place}/trail.json").content).hexdigest()
    packed = told_by(paper.content)
    assert digest in packed
    assert "保管链记录" in packed
    assert "封存" in packed
    assert counter.browser("A2").get(f"{place}/trail.pdf").status_code == 404

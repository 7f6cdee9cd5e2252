"""Statements that are not signed yet, as the desk draws them up (Art. 19)."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from docx import Document

from deployments.drafts import drafts_of, read_transcript
from deployments.home import Home
from deployments.settings import Settings
from regulation.access_terms import FieldDenied, Range
from regulation.conversion import Asked
from regulation.conversion_states import ConversionState
from regulation.errors import ActionDenied
from tests.fixtures.packages import Evidence
from tests.fixtures.papers import text_of

ON_SQLITE = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@pytest.mark.servers
@ON_SQLITE
def test_a_draft_is_read_before_it_is_signed_with_its_stills(
    evidence: Evidence, media_samples: dict[str, bytes]
) -> None:
    draw = drafts_of(Home(Settings(home=evidence.folder)), evidence.city.registry)
    evidence.take_in("录像.mp4", samples=media_samples)
    evidence.grant("录像.mp4")
    item = Asked(evidence.access.recordings["录像.mp4"], "出示证件", part=Range(0.2, 1.2), stills=(0.5,))
    one = evidence.asked.submitted(items=[item])
    before = draw(one, "zh", "pdf")
    evidence.asked.extract(one)
    assert evidence.carry_on(one) is ConversionState.CHECKING
    after = draw(one, "zh", "pdf")
    assert "出示证件" in "".join(text_of(after).split())
    assert "草稿" in "".join(text_of(after).split())
    assert len(after) > len(before)
    document = Document(BytesIO(draw(one, "en", "docx")))
    assert len(document.inline_shapes) >= 1
    told = json.loads(draw(one, "en", "json"))
    assert told["signatory"] is None
    with pytest.raises(ActionDenied, match="no such conversion"):
        draw(evidence.access.recordings["录像.mp4"], "zh", "pdf")


def test_transcripts_are_read_in_three_forms() -> None:
    lines = [(1.0, 2.5, "甲", "请出示证件")]
    assert read_transcript("1\n00:00:01,000 --> 00:00:02,500\n请出示证件\n".encode(), "srt") == [
        (1.0, 2.5, "", "请出示证件")
    ]
    assert read_transcript("WEBVTT\n\n00:01.000 --> 00:02.500\n<v 甲>请出示证件\n".encode(), "vtt") == lines
    with pytest.raises(FieldDenied, match=r"Art\. 19"):
        read_transcript(b"nothing", "json")

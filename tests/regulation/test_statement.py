"""What a statement must say (Art. 19, and the court's rule that it points to)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from regulation.conversion_states import ARTICLE
from regulation.errors import ActionDenied
from regulation.stated import Derivative, DerivedKind, Named, Transcript, TranscriptLine
from regulation.statement import COURT_RULE, Statement, check_complete, lacks_transcript, missing
from regulation.vocabulary import MediaKind
from tests.fixtures.statements import BEGAN, LI, SPOKEN, correction, recording, statement

SOUND = {"media_kind": MediaKind.SOUND, "has_sound": True}
NOBODY = Named(" ", "JS-06-1024")


def lacking(made: Statement) -> list[tuple[str, int | None]]:
    return [(one.field, one.ordinal) for one in missing(made)]


@pytest.mark.parametrize("count", [1, 10, 500])
def test_a_statement_with_everything_is_complete(count: int) -> None:
    assert missing(statement(count)) == []
    check_complete(statement(count))


def test_a_correction_and_a_draft_are_as_complete() -> None:
    check_complete(correction())
    check_complete(statement(signatory=None, checker=None))
    assert statement(signatory=None).is_draft
    assert not statement().is_draft


@pytest.mark.parametrize(
    ("field", "nothing"),
    [
        ("case_number", None),
        ("case_number", " "),
        ("extractor", None),
        ("extractor", NOBODY),
        ("extractor", Named("李样本", "")),
        ("extracted_at", None),
        ("method", None),
        ("recordings", ()),
    ],
)
def test_what_the_whole_must_say_is_missed_by_name(field: str, nothing: Any) -> None:
    made = statement(2, **{field: nothing})
    assert lacking(made) == [(field, None)]
    with pytest.raises(ActionDenied) as denied:
        check_complete(made)
    assert denied.value.article == ARTICLE == "Art. 19"
    assert denied.value.subject == made.number
    (absent,) = missing(made)
    assert absent.said("zh") in denied.value.message
    assert absent.said("en") in denied.value.message


@pytest.mark.parametrize(
    ("field", "nothing"),
    [
        ("source", {"device": None}),
        ("source", {"device": None, "source_note": " "}),
        ("officer", {"officer": None}),
        ("officer", {"officer": NOBODY}),
        ("recorded", {"claimed": None, "corrected": None}),
        ("proves", {"proves": ""}),
        ("proves", {"proves": "\n "}),
        ("transcript", SOUND),
        ("transcript", {**SOUND, "transcript": replace(SPOKEN, confirmed_by=None)}),
        ("transcript", {"derivatives": (Derivative(DerivedKind.SOUND, path="data/a.wav", size=1, sha256="0" * 64),)}),
    ],
)
def test_what_each_recording_must_say_is_missed_by_name_and_place(field: str, nothing: dict[str, Any]) -> None:
    made = statement(2, recordings=(recording(1), recording(2, **nothing)))
    assert lacking(made) == [(field, 2)]
    with pytest.raises(ActionDenied, match=r"资料2：.* recording 2: "):
        check_complete(made)


@pytest.mark.parametrize(
    "instead",
    [
        {"device": None, "source_note": "当事人当场提供的手机录像"},
        {"claimed": None, "corrected": None, "time_note": "照片未载明时间，据执法活动记录认定"},
        {"claimed": None},
        {"corrected": None},
        {**SOUND, "transcript": SPOKEN},
        {**SOUND, "transcript": Transcript((), confirmed_by=LI, confirmed_at=BEGAN)},
        {**SOUND, "transcript": Transcript((TranscriptLine(0, 1, "王示例", "您好"),))},
        {"derivatives": (Derivative(DerivedKind.SOUND, not_made="声音流损坏"),)},
    ],
)
def test_what_may_stand_in_its_place(instead: dict[str, Any]) -> None:
    assert missing(statement(1, recordings=(recording(1, **instead),))) == []


def test_the_sound_of_a_video_is_noted_and_not_missed() -> None:
    assert lacks_transcript(recording(1))
    assert missing(statement(1, recordings=(recording(1),))) == []
    assert not lacks_transcript(recording(1, has_sound=False))
    assert not lacks_transcript(recording(1, transcript=SPOKEN))


def test_a_statement_speaks_of_at_least_one_recording() -> None:
    nothing = statement(0, extractor=None, extracted_at=None, method=None)
    assert lacking(nothing) == [("recordings", None), ("extractor", None), ("extracted_at", None), ("method", None)]
    assert missing(statement(0))[0].said("zh") == "执法音像资料"


def test_everything_missing_is_named_at_once_with_its_rule() -> None:
    bare = recording(1, proves="", device=None, officer=None, claimed=None, corrected=None, media_kind=MediaKind.SOUND)
    made = statement(1, recordings=(bare,), case_number=None, extractor=None, extracted_at=None, method=None)
    assert lacking(made) == [
        *((name, None) for name in ("case_number", "extractor", "extracted_at", "method")),
        *((name, 1) for name in ("source", "officer", "recorded", "proves", "transcript")),
    ]
    assert {one.article for one in missing(made)} == {"Art. 19"}
    grounds = {one.field: one.ground for one in missing(made)}
    assert grounds["transcript"] == f"{COURT_RULE}第（三）项"
    assert grounds["method"] == grounds["recorded"] == f"{COURT_RULE}第（二）项"
    assert grounds["source"] is grounds["officer"] is grounds["proves"] is None
    assert [one.said("zh") for one in missing(made)][-2:] == [
        "资料1：证明对象",
        "资料1：声音内容的文字记录（须经人确认）",
    ]

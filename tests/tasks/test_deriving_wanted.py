"""What may be wanted of a recording, and what is believed of what is told about it (Art. 19)."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from regulation.access_terms import FieldDenied, Range
from regulation.conversion import MOST_MARKS, Box, Cover
from regulation.stated import DerivedKind, StreamDigest
from tasks.deriving.made import Made, StreamProof, made_from_json
from tasks.deriving.wanted import Clip, Protected, Sound, Still, kind_of, wanted_as_json, wanted_from_json

BOX = Box(0.1, 0.2, 0.3, 0.4)
WISHES = [
    Clip(),
    Clip(Range(3, 5), Range(2.5, None)),
    Sound(Range(0, 1)),
    Still(2.5, Range(2, 3), 800),
    Protected(Range(1, 9), Range(2, 8), (Range(3, 4), Range(7, None)), (Cover(Range(2, 3), BOX),)),
]


@pytest.mark.parametrize("wanted", WISHES)
def test_a_wish_goes_to_the_child_and_is_the_same_there(wanted: Any) -> None:
    import json

    assert wanted_from_json(json.loads(json.dumps(wanted_as_json(wanted)))) == wanted
    assert kind_of(wanted).value == wanted_as_json(wanted)["kind"]


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("range", lambda: Clip(Range(5, 5))),
        ("range", lambda: Clip(Range(-1, 5))),
        ("range", lambda: Clip(Range(nan, 5))),
        ("range", lambda: Sound(Range(0, inf))),
        ("range", lambda: Clip(Range(0, 5), Range(7, 3))),
        ("range", lambda: Sound(Range(0, 5), Range(5, 9))),
        ("stills", lambda: Still(nan)),
        ("stills", lambda: Still(-0.1)),
        ("stills", lambda: Still(5, Range(0, 5))),
        ("width", lambda: Still(5, width=801)),
        ("width", lambda: Still(5, width=0)),
        ("marks", Protected),
        ("marks", lambda: Protected(muted=(Range(0, 1),) * (MOST_MARKS + 1))),
        ("muted", lambda: Protected(muted=(Range(2, 1),))),
        ("muted", lambda: Protected(Range(0, 5), muted=(Range(6, 7),))),
        ("muted", lambda: Protected(muted=(Range(1, nan),))),
        ("covered", lambda: Protected(covered=(Cover(Range(3, 2), BOX),))),
        ("covered", lambda: Protected(covered=(Cover(Range(), Box(0, 0, 0, 1)),))),
        ("covered", lambda: Protected(covered=(Cover(Range(), Box(0.5, 0, 0.6, 1)),))),
        ("covered", lambda: Protected(covered=(Cover(Range(), Box(nan, 0, 0.6, 1)),))),
        ("covered", lambda: Protected(covered=(Cover(Range(), Box(-0.1, 0, 0.6, 1)),))),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, make: Any) -> None:
    with pytest.raises(FieldDenied) as refused:
        make()
    assert refused.value.field == field
    assert refused.value.article == "Art. 19"


def test_a_box_may_reach_to_the_edge() -> None:
    Protected(covered=(Cover(Range(), Box(0.1, 0.7, 0.9, 0.3)),))


DIGEST = "0" * 64
PROOF = StreamProof(0, 1, "h264", 60, DIGEST, DIGEST)
MADE = Made(
    DerivedKind.CLIP, "mp4", "video/mp4", 9, DIGEST, "PyAV", Range(0, None), Range(0, 2.5), None, (PROOF,), ("so",)
)


def test_what_was_made_is_kept_as_json() -> None:
    assert made_from_json(MADE.as_json()) == MADE
    assert PROOF.stated() == StreamDigest(0, "h264", 60, DIGEST)


@pytest.mark.parametrize(
    "changed",
    [
        {"form": "../../etc"},
        {"form": ""},
        {"sha256": "0" * 63},
        {"kind": "original"},
        {"second": nan},
        {"actual": {"start": 0}},
        {"actual": {"start": inf, "end": None}},
        {"streams": [{"index": 0}]},
        {"streams": [{**PROOF.__class__.__dataclass_fields__}]},
        {"size": "much"},
    ],
)
def test_nonsense_is_not_believed(changed: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        made_from_json({**MADE.as_json(), **changed})


def test_what_is_told_has_an_end() -> None:
    told = made_from_json({**MADE.as_json(), "remarks": ["x" * 9_999] * 99, "tool": "y" * 9_999})
    assert len(told.remarks) == 8
    assert len(told.remarks[0]) == 300 and len(told.tool) == 200

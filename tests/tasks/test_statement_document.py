"""The statement as a document: canonical, whole, and true to the files it speaks of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from regulation.conversion import Carrier
from regulation.errors import ActionDenied
from regulation.stated import Derivative, DerivedKind
from tasks.statement.document import statement_document, statement_json
from tests.fixtures.statements import correction, recording, statement


def test_it_is_canonical_and_the_same_from_the_same() -> None:
    text = statement_json(statement())
    assert text == statement_json(statement())
    read = json.loads(text)
    assert json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text
    assert read["format"] == "custody-statement-1"
    assert read["article"] == "Art. 19"


def test_it_lists_every_file_of_the_package_once() -> None:
    made = statement(3)
    files = statement_document(made)["files"]
    assert [(one["role"], one["recording"]) for one in files] == [
        ("original", 1),
        ("clip", 1),
        *[("still", 1)] * 6,
        ("original", 2),
        ("original", 3),
        *[("attachment", None)] * 2,
    ]
    first = made.recordings[0]
    assert files[0] == {
        "path": first.path,
        "role": "original",
        "recording": 1,
        "size": first.size,
        "sha256": first.sha256,
        "sm3": first.sm3,
    }
    assert len({one["path"] for one in files}) == len(files)


def test_an_original_that_stays_in_the_vault_is_told_and_not_listed() -> None:
    document = statement_document(statement(1, recordings=(recording(1, path=None),), attachments=()))
    assert document["files"] == []
    assert document["recordings"][0]["sha256"] == recording(1).sha256


def test_a_derivative_that_was_not_made_is_told_and_not_listed() -> None:
    lost = Derivative(DerivedKind.CLIP, asked=(1.0, 2.0), not_made="文件在此处损坏")
    document = statement_document(statement(1, recordings=(recording(1, derivatives=(lost,)),)))
    assert document["recordings"][0]["derivatives"][0]["not_made"] == "文件在此处损坏"
    assert [one["role"] for one in document["files"]] == ["original", "attachment", "attachment"]


def test_times_are_utc_and_enumerations_are_their_values() -> None:
    document = statement_document(correction())
    assert document["drawn_up_at"] == "2026-11-24T01:05:12Z"
    assert document["carrier"] == Carrier.DVD.value
    assert document["recordings"][0]["activity"]["kind"] == "9(1)"
    assert document["supersedes"]["number"] == "示城管证转〔2026〕39号"


@pytest.mark.parametrize("count", [0, 1, 500])
def test_it_is_made_of_any_number_of_recordings(count: int) -> None:
    assert len(json.loads(statement_json(statement(count)))["recordings"]) == count


def test_the_same_file_may_be_named_twice_but_not_another_under_its_path() -> None:
    twice = statement(2, recordings=(recording(1), replace(recording(1), ordinal=2)))
    assert len([one for one in statement_document(twice)["files"] if one["role"] == "original"]) == 1
    other = statement(2, recordings=(recording(1), recording(2, path=recording(1).path)))
    with pytest.raises(ActionDenied, match="Two files") as denied:
        statement_document(other)
    assert denied.value.subject == recording(1).path
    assert denied.value.article == "Art. 19"


@pytest.mark.parametrize("lost", [{"size": None}, {"sha256": None}])
def test_a_file_whose_digest_is_not_known_is_refused(lost: dict[str, None]) -> None:
    clip = replace(Derivative(DerivedKind.CLIP, path="data/a.mp4", size=1, sha256="0" * 64), **lost)
    with pytest.raises(ActionDenied, match="not known") as denied:
        statement_document(statement(1, recordings=(recording(1, derivatives=(clip,)),)))
    assert denied.value.subject == "data/a.mp4"

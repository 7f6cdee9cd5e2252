"""Art. 13: after an interruption its reason is said aloud or written down, and the head of the department is told."""

from __future__ import annotations

from uuid import UUID

import pytest

from registry.queries.conversion_statement import stated_conversion
from regulation.errors import ActionDenied
from regulation.policy import CITY_POLICY
from regulation.statement import Statement
from regulation.unrecorded import Manner
from regulation.vocabulary import Role
from tests.fixtures.conversion import Converting, with_grant
from tests.fixtures.unrecorded import Silence


def stated(silence: Silence, conversion_id: UUID) -> Statement:
    with silence.city.registry.reading() as reading:
        return stated_conversion(reading, conversion_id, CITY_POLICY, silence.city.now)


def converted(silence: Silence) -> tuple[Converting, UUID]:
    """A conversion of both recordings."""
    converting = with_grant(silence.access, known=False)
    return converting, converting.draft("video", "photo")


def test_13a_what_was_said_aloud_is_confirmed_by_who_was_there_and_names_the_recording(silence: Silence) -> None:
    silence.report(manner=Manner.SPOKEN, reason="更换电池")
    _, draft = converted(silence)
    first, last = stated(silence, draft).gaps
    assert (first.after, first.before) == (1, 2)
    (told,) = first.explanations
    assert (told.text, told.by.number, told.manner, told.said_in) == ("更换电池", "A1", Manner.SPOKEN, 2)
    assert last.explanations == (), "what nobody explained is shown as that"


def test_13b_where_recording_did_not_resume_the_reason_is_written_down(silence: Silence) -> None:
    last = silence.gaps()[1]
    with pytest.raises(ActionDenied, match="did not resume"):
        silence.report(manner=Manner.SPOKEN, gap=last)
    silence.report(manner=Manner.WRITTEN, gap=last, reason="电池耗尽")
    _, draft = converted(silence)
    assert [[one.text for one in gap.explanations] for gap in stated(silence, draft).gaps] == [[], ["电池耗尽"]]


def test_13c_it_is_reported_to_the_head_of_the_department_who_takes_note(silence: Silence) -> None:
    report = silence.report()
    assert silence.told() == [("L2", "reported")]
    _, draft = converted(silence)
    assert stated(silence, draft).gaps[0].explanations[0].seen_by is None
    silence.acknowledge(report)
    (told,) = stated(silence, draft).gaps[0].explanations
    assert told.seen_by is not None
    assert (told.seen_by.number, told.seen_as, told.seen_at) == ("L2", Role.SUPERVISING_LEADER, silence.city.now)


def test_a_statement_says_what_was_known_when_it_was_signed(silence: Silence) -> None:
    converting, draft = converted(silence)
    converting.submit(draft)
    converting.extract(draft)
    converting.make(draft)
    converting.check(draft)
    converting.sign(draft)
    silence.city.wait(hours=1)
    silence.acknowledge(silence.report())
    silence.review(silence.exempt())
    said = stated(silence, draft)
    assert [gap.explanations for gap in said.gaps] == [(), ()]
    assert said.exemptions == ()

"""Marked for confidentiality: by whoever sees it, reviewed before anything is given, lifted by decision (Art. 17)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from registry.queries.access import markings_of
from registry.tables import RecordingMarking
from registry.transitions import access, docking
from registry.transitions.access import Answer
from registry.transitions.docking import Probed
from regulation.access import Stage
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.vocabulary import Marking, MediaKind, Role
from tests.fixtures.access import WHOLE, Access, terms
from tests.fixtures.custody import MORNING

HOUR, TICK = timedelta(hours=1), timedelta.resolution
REVIEW = (Stage.REVIEW, Role.CONFIDENTIALITY_REVIEWER)
LEADER = (Stage.APPROVAL, Role.SUPERVISING_LEADER)


def marked(access_city: Access, name: str) -> frozenset[Marking]:
    recording = access_city.recordings[name]
    with access_city.city.registry.reading() as reading:
        return markings_of(reading, [recording]).get(recording, frozenset())


def test_whoever_has_a_role_over_it_marks_it(access_city: Access) -> None:
    for by in ("A3", "L2", "L3", "C1"):
        access_city.mark("video", by)
        assert marked(access_city, "video") == {Marking.PRIVACY}
        access_city.lift("video")


def test_nobody_else_does(access_city: Access) -> None:
    """L1 heads a department below the one whose footage it is."""
    for by in ("A1", "A2", "L1", "B1", "J2", "J3", "S1"):
        with pytest.raises(ActionDenied, match="may mark"):
            access_city.mark("video", by)


def test_who_made_it_does(access_city: Access) -> None:
    session = access_city.city.open("/dock/mine")
    [recording] = access_city.city.store(session, "mine")
    probed = Probed(recording.id, MediaKind.VIDEO, recording.condition, officer_id=access_city.person("A2"))
    with access_city.city.act() as act:
        docking.record_probes(act, session.id, [probed])
    access_city.recordings["mine"] = recording.id
    access_city.mark("mine", "A2")
    with pytest.raises(ActionDenied, match="may mark"):
        access_city.mark("mine", "A1")


def test_several_markings_one_of_each_kind(access_city: Access) -> None:
    access_city.mark("video")
    access_city.mark("video", "C1", reason="再次")
    access_city.mark("video", marking=Marking.STATE_SECRET)
    assert marked(access_city, "video") == {Marking.PRIVACY, Marking.STATE_SECRET}
    facts = access_city.facts(access_city.recordings["video"], "recording.marked")
    assert [one["marking"] for one in facts] == ["privacy", "state-secret"]
    assert {one["person_id"] for one in facts} == {str(access_city.person("A3"))}
    access_city.lift("video")
    assert marked(access_city, "video") == {Marking.STATE_SECRET}
    access_city.mark("video")
    assert marked(access_city, "video") == {Marking.PRIVACY, Marking.STATE_SECRET}


def test_a_reason_is_given_and_the_ledger_has_its_digest(access_city: Access) -> None:
    with pytest.raises(FieldDenied):
        access_city.mark("video", reason=" ")
    access_city.mark("video", reason="王某住宅")
    with pytest.raises(FieldDenied):
        access_city.lift("video", reason="")
    access_city.lift("video", reason="王某同意")
    recording = access_city.recordings["video"]
    facts = access_city.facts(recording, "recording.marked") + access_city.facts(recording, "recording.unmarked")
    assert [len(one["reason_sha256"]) for one in facts] == [64, 64]
    assert "王某" not in str(facts)
    with access_city.city.registry.reading() as reading:
        [row] = reading.exec(select(RecordingMarking))
    assert (row.lifted_by_id, row.lifted_at, row.lift_reason) == (access_city.person("C1"), MORNING, "王某同意")


@pytest.mark.parametrize(("by", "may"), [("C1", True), ("L3", True), ("A3", False), ("L2", False), ("J3", False)])
def test_the_reviewer_or_the_principal_leader_lifts_it(access_city: Access, by: str, may: bool) -> None:
    access_city.mark("video")
    if may:
        access_city.lift("video", by)
    else:
        with pytest.raises(ActionDenied, match="may lift"):
            access_city.lift("video", by)
    assert bool(marked(access_city, "video")) is not may


def test_who_has_left_lifts_nothing(access_city: Access) -> None:
    access_city.mark("video")
    access_city.leave("C1", "xf")
    with pytest.raises(ActionDenied, match="may lift"):
        access_city.lift("video")


def test_what_is_not_there_is_neither_marked_nor_lifted(access_city: Access) -> None:
    with pytest.raises(ActionDenied, match="not marked"):
        access_city.lift("video")
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="no such recording"):
        access.mark_recording(act, uuid4(), Marking.PRIVACY, access_city.person("C1"), "住宅")


# During a request


def test_marked_before_the_leader_answers_it_is_reviewed_before_anything_is_granted(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo", asked=terms(copies=2))
    access_city.mark("video")
    access_city.decide(request, "L2")
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.IN_REVIEW, None)
    assert access_city.chain(request) == [LEADER, REVIEW]
    assert access_city.asked(request) == {"C1"}
    access_city.decide(request, "C1")
    grant = access_city.grant(request)
    assert grant is not None
    assert grant.copies == 0
    access_city.look(request, "video", "A1")


def test_marked_meanwhile_and_denied_by_the_review_the_rest_is_granted(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    access_city.mark("video")
    access_city.decide(request, "L2")
    access_city.decide(request, "C1", Answer("不宜", is_denied=True))
    assert set(access_city.granted(request)) == {access_city.recordings["photo"]}


def test_what_the_leader_denied_is_not_reviewed(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    access_city.mark("video")
    access_city.decide(request, "L2", Answer("仅照片", parts={access_city.item(request, "photo"): WHOLE}))
    assert access_city.chain(request) == [LEADER]
    assert set(access_city.granted(request)) == {access_city.recordings["photo"]}


def test_lifted_before_the_leader_answers_nobody_reviews_it(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.mark("video")
    access_city.lift("video")
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.APPROVED


@pytest.mark.parametrize("late", [timedelta(), HOUR, -HOUR])
def test_marked_anew_after_its_review_it_is_reviewed_again(access_city: Access, late: timedelta) -> None:
    """Also where the act that marks had to wait for its turn, and is older than the decision it came after."""
    access_city.mark("video")
    access_city.city.wait(hours=2)
    request = access_city.ask("A1", "video")
    access_city.decide(request, "C1")
    access_city.city.now += late
    access_city.mark("video", marking=Marking.STATE_SECRET, reason="拍到涉密文件")
    access_city.city.now = MORNING + 4 * HOUR
    access_city.decide(request, "L2")
    assert access_city.grant(request) is None
    assert access_city.chain(request) == [REVIEW, LEADER, REVIEW]
    access_city.decide(request, "C1")
    assert access_city.state(request) is RequestState.APPROVED
    access_city.look(request, "video", "A1")


def test_marked_while_its_review_is_asked_one_review_is_enough(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    access_city.mark("video", marking=Marking.STATE_SECRET)
    access_city.decide(request, "C1")
    access_city.decide(request, "L2")
    assert access_city.chain(request) == [REVIEW, LEADER]


# After the grant


@pytest.mark.parametrize("late", [timedelta(), TICK, HOUR, -HOUR])
def test_marked_after_the_grant_it_stops_opening_until_the_marking_is_lifted(
    access_city: Access, late: timedelta
) -> None:
    access_city.city.wait(hours=2)
    request = access_city.ask("A1", "video", "photo")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    access_city.city.now += late
    access_city.mark("video")
    access_city.city.now = MORNING + 4 * HOUR
    with pytest.raises(ActionDenied, match="marked since"):
        access_city.look(request, "video", "A1")
    access_city.look(request, "photo", "A1")
    access_city.lift("video")
    access_city.look(request, "video", "A1")


def test_marked_before_the_grant_and_reviewed_it_opens(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video")
    access_city.decide(request, "C1")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")

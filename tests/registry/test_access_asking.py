"""A request being entered, handed in and taken back: what it asks for, whom it reaches, what is refused (Art. 17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from registry.transitions import access, directory
from registry.transitions.access import Answer, NewRequest
from registry.transitions.directory import PersonEntry
from registry.transitions.duties import Rules
from regulation.access import Stage
from regulation.access_states import RequestState
from regulation.access_terms import MOST_ITEMS, FieldDenied, Range
from regulation.errors import ActionDenied, ConfigurationError
from regulation.policy import Policy
from regulation.vocabulary import Role
from tests.fixtures.access import WHOLE, Access, terms
from tests.fixtures.custody import CITY_RULES, MORNING

REVIEWER = (Stage.REVIEW, Role.CONFIDENTIALITY_REVIEWER)
LEADER = (Stage.APPROVAL, Role.SUPERVISING_LEADER)
PRINCIPAL = (Stage.APPROVAL, Role.PRINCIPAL_LEADER)


def test_an_officers_own_unit_is_the_supervising_leaders(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    assert access_city.chain(request) == [LEADER]
    assert access_city.state(request) is RequestState.PENDING
    assert access_city.asked(request) == {"L2"}
    assert access_city.told() == [("L2", "decide")]


def test_another_units_is_its_principal_leaders_and_takes_a_document(access_city: Access) -> None:
    with pytest.raises(FieldDenied) as refused:
        access_city.ask("A1", "other")
    assert refused.value.field == "document"
    request = access_city.ask("A1", "other", document="示例函〔2026〕1号")
    assert access_city.chain(request) == [PRINCIPAL]
    assert access_city.asked(request) == {"J3"}


def test_an_outsiders_is_the_principal_leaders_whoever_brings_it(access_city: Access) -> None:
    with pytest.raises(FieldDenied, match="letter or document"):
        access_city.ask("A1", "video", outsider="某法院")
    request = access_city.ask("A1", "video", outsider=" 某法院 ", document="调取函1号")
    assert (access_city.chain(request), access_city.asked(request)) == ([PRINCIPAL], {"L3"})
    row = access_city.request(request)
    assert (row.outsider, row.document) == ("某法院", "调取函1号")


def test_blanks_for_an_outsider_are_nobody(access_city: Access) -> None:
    request = access_city.ask("A1", "video", outsider=" ", document="\n")
    row = access_city.request(request)
    assert (row.outsider, row.document, access_city.chain(request)) == (None, None, [LEADER])


def test_approved_is_granted_at_once(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "photo")
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.APPROVED
    assert set(access_city.granted(request)) == {access_city.recordings["video"], access_city.recordings["photo"]}
    access_city.look(request, "video", "A1")
    assert ("A1", "outcome") in access_city.told()


def test_what_is_marked_is_reviewed_first_and_is_for_viewing_only(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video", "photo", asked=terms(access_city.city.now, copies=2))
    assert access_city.chain(request) == [REVIEWER, LEADER]
    assert access_city.asked(request) == {"C1"}
    access_city.decide(request, "C1")
    assert access_city.state(request) is RequestState.IN_REVIEW
    access_city.decide(request, "L2")
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.views, grant.copies) == (3, 0)


def test_denied_by_one_unit_is_granted_by_the_other(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document="示例函〔2026〕1号")
    access_city.decide(request, "L2", Answer("不同意", is_denied=True))
    assert access_city.state(request) is RequestState.IN_REVIEW
    access_city.decide(request, "J3")
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    assert set(access_city.granted(request)) == {access_city.recordings["other"]}


def test_a_leaders_own_request_goes_one_up(access_city: Access) -> None:
    request = access_city.ask("L2", "video")
    assert access_city.asked(request) == {"L3"}
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")


# On whose behalf


def test_the_units_device_administrator_asks_on_behalf_and_both_are_told(access_city: Access) -> None:
    request = access_city.ask("A1", "video", by="A3")
    row = access_city.request(request)
    assert (row.requester_id, row.entered_by_id) == (access_city.person("A1"), access_city.person("A3"))
    access_city.decide(request, "L2")
    assert sorted(access_city.told()) == [("A1", "outcome"), ("A3", "outcome"), ("L2", "decide")]


def test_nobody_else_does(access_city: Access) -> None:
    for by in ("A2", "B1", "L1", "L2", "L3", "C1", "S1"):
        with pytest.raises(ActionDenied, match="on behalf"):
            access_city.draft("A1", "video", by=by)


def test_an_administrator_who_has_left_does_not(access_city: Access) -> None:
    access_city.leave("A3", "xf")
    with pytest.raises(ActionDenied, match="on behalf"):
        access_city.draft("A1", "video", by="A3")


def test_an_acting_administrator_does_while_it_lasts(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.DEVICE_ADMINISTRATOR, until=MORNING + timedelta(hours=1))
    access_city.draft("A1", "video", by="A2")
    access_city.city.wait(hours=1)
    with pytest.raises(ActionDenied, match="on behalf"):
        access_city.draft("A1", "video", by="A2")


def test_who_typed_it_in_does_not_decide(access_city: Access) -> None:
    access_city.appoint("L2", "xf", Role.DEVICE_ADMINISTRATOR)
    request = access_city.ask("A1", "video", by="L2")
    assert access_city.asked(request) == {"L3"}
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")


def test_who_is_unknown_or_has_left_asks_for_nothing(access_city: Access) -> None:
    draft = access_city.draft("A1", "video", by="A3")
    access_city.leave("A1", "xf", last_day=date(2026, 11, 22))
    for again in (lambda: access_city.draft("A1", "video"), lambda: access_city.submit(draft, "A3")):
        with pytest.raises(FieldDenied) as refused:
            again()
        assert refused.value.field == "requester"
    access_city.city.people["nobody"] = uuid4()
    with pytest.raises(FieldDenied, match="no such person"):
        access_city.draft("nobody", "video")


def test_the_last_day_is_still_one_of_duty(access_city: Access) -> None:
    access_city.leave("A1", "xf", last_day=date(2026, 11, 23))
    access_city.ask("A1", "video")
    access_city.city.wait(hours=15)
    with pytest.raises(FieldDenied):
        access_city.ask("A1", "photo")


def test_who_was_moved_before_handing_in_asks_as_one_of_the_new_unit(access_city: Access) -> None:
    draft = access_city.draft("A1", "video", document="示例函〔2026〕1号")
    with access_city.city.act() as act:
        directory.enter_people(act, [PersonEntry("A1", "甲", "jt")])
    access_city.submit(draft, "A1")
    assert access_city.chain(draft) == [PRINCIPAL]


# What is asked for


def entered(access_city: Access, **change: object) -> UUID:
    new = NewRequest(access_city.person("A1"), {access_city.recordings["video"]: WHOLE}, "复核", terms())
    with access_city.city.act() as act:
        return access.enter_request(act, replace(new, **change), access_city.person("A1"))  # type: ignore[arg-type]


CANNOT_BE: list[tuple[str, dict[str, object]]] = [
    ("purpose", {"purpose": " "}),
    ("outsider", {"outsider": "x" * 2001}),
    ("document", {"document": "x" * 2001}),
    ("recordings", {"parts": {}}),
    ("recordings", {"parts": {uuid4(): WHOLE}}),
    ("recordings", {"parts": {uuid4(): WHOLE for _ in range(MOST_ITEMS + 1)}}),
]


def test_what_cannot_be_is_not_entered(access_city: Access) -> None:
    for field, change in CANNOT_BE:
        with pytest.raises(FieldDenied) as refused:
            entered(access_city, **change)
        assert refused.value.field == field


def test_a_part_is_some_of_the_recording(access_city: Access) -> None:
    with pytest.raises(FieldDenied, match="begins at 0"):
        access_city.ask("A1", parts={"video": Range(9, 3)})
    request = access_city.ask("A1", parts={"video": Range(3, 9), "photo": Range(1)})
    access_city.decide(request, "L2")
    assert access_city.granted(request) == {
        access_city.recordings["video"]: Range(3, 9),
        access_city.recordings["photo"]: Range(1),
    }


def test_hostile_text_is_kept_as_every_engine_can(access_city: Access) -> None:
    assert access_city.request(entered(access_city, purpose="a\0b")).purpose == "a\ufffdb"


def test_footage_that_is_not_sealed_cannot_be_asked_for(access_city: Access) -> None:
    session = access_city.city.open("/dock/later")
    [recording] = access_city.city.store(session, "later")
    access_city.recordings["later"] = recording.id
    draft = access_city.draft("A1", "later")
    with pytest.raises(FieldDenied, match="sealed"):
        access_city.submit(draft, "A1")
    access_city.city.seal(session)
    access_city.submit(draft, "A1")


def test_the_terms_must_be_such_as_every_unit_allows(access_city: Access) -> None:
    for asked in (terms(lasts=timedelta(days=31)), terms(views=51), terms(copies=11), terms(lasts=timedelta(0))):
        with pytest.raises(FieldDenied):
            access_city.ask("A1", "video", asked=asked)


def test_while_a_units_policy_is_not_sound_nothing_is_handed_in(access_city: Access) -> None:
    def unsound(unit_id: UUID) -> Policy:
        if unit_id == access_city.city.unit_id("jt"):
            raise ConfigurationError("Not sound.", subject="jt.toml", article="Art. 23")
        return CITY_RULES.policy_of(unit_id)

    draft = access_city.draft("A1", "video", "other", document="示例函〔2026〕1号")
    with access_city.city.act() as act, pytest.raises(ConfigurationError):
        access.submit_request(act, draft, access_city.person("A1"), Rules(unsound, CITY_RULES.is_working_day))
    assert (access_city.state(draft), access_city.steps(draft)) == (RequestState.DRAFT, [])


def test_the_ledger_has_digests_of_what_was_written(access_city: Access) -> None:
    request = access_city.ask("A1", "other", document="关于王某的函")
    [facts] = access_city.facts(request, "access.submitted")
    assert facts["recordings"] == [str(access_city.recordings["other"])]
    assert facts["requester_id"] == facts["entered_by_id"] == str(access_city.person("A1"))
    assert len(facts["purpose_sha256"]) == len(facts["document_sha256"]) == 64
    assert "王某" not in str(facts)


# Changed, taken back


def test_a_draft_can_be_changed_and_nothing_else(access_city: Access) -> None:
    draft = access_city.draft("A1", "other")
    later = terms(MORNING + timedelta(hours=1), views=7)
    with access_city.city.act() as act:
        access.amend_request(act, draft, access_city.person("A1"), " 重新说明 ", "示例函1号", later)
    access_city.submit(draft, "A1")
    row = access_city.request(draft)
    assert (row.purpose, row.document, row.views) == ("重新说明", "示例函1号", 7)
    assert (row.valid_from, row.next_at) == (later.valid_from, later.valid_until)
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="draft"):
        access.amend_request(act, draft, access_city.person("A1"), "再改", None, later)


def test_a_request_is_nobody_elses_to_change_hand_in_or_take_back(access_city: Access) -> None:
    draft, them = access_city.draft("A1", "video"), access_city.person("A2")
    with access_city.city.act() as act:
        with pytest.raises(ActionDenied, match="somebody else's"):
            access.amend_request(act, draft, them, "x", None, terms())
        with pytest.raises(ActionDenied, match="somebody else's"):
            access.submit_request(act, draft, them, CITY_RULES)
        with pytest.raises(ActionDenied, match="somebody else's"):
            access.withdraw_request(act, draft, them)
        with pytest.raises(ActionDenied, match="no such request"):
            access.withdraw_request(act, uuid4(), them)


def test_a_request_is_handed_in_once(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    with pytest.raises(ActionDenied, match="cannot be submitted"):
        access_city.submit(request, "A1")
    assert len(access_city.steps(request)) == 1


@pytest.mark.parametrize("by", ["A1", "A3"])
def test_taken_back_nothing_is_left_to_decide(access_city: Access, by: str) -> None:
    request = access_city.ask("A1", "video", by="A3")
    access_city.withdraw(request, by)
    row = access_city.request(request)
    assert (row.state, row.closed_at, row.next_at) == (RequestState.WITHDRAWN, MORNING, None)
    assert access_city.open_steps(request) == []
    [step] = access_city.steps(request)
    with access_city.city.act() as act, pytest.raises(ActionDenied, match="not open"):
        access.decide_step(act, step.id, access_city.person("L2"), Answer("同意"), CITY_RULES)
    assert access_city.facts(request, "access.withdrawn") == [{"person_id": str(access_city.person(by))}]


def test_a_draft_is_taken_back_and_what_is_decided_is_not(access_city: Access) -> None:
    draft, request = access_city.draft("A1", "video"), access_city.ask("A1", "photo")
    access_city.withdraw(draft, "A1")
    access_city.decide(request, "L2")
    with pytest.raises(ActionDenied, match="cannot be withdrawn"):
        access_city.withdraw(request, "A1")
    assert access_city.state(draft) is RequestState.WITHDRAWN

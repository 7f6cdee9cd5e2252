"""A conversion from the request to the package: every word it needs, and nothing without them (Art. 17, 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from desk.failing import said
from registry.tables import AccessGrant, Origin
from registry.transitions import conversion
from registry.transitions.conversion import Output
from registry.transitions.retention import CaseEntry, enter_case
from regulation.access_terms import FieldDenied, Range
from regulation.conversion import MOST_ITEMS, Asked, Carrier
from regulation.conversion_states import ConversionState
from regulation.duties import DutyKind, DutyState
from regulation.errors import ActionDenied
from regulation.retention import Kept
from tests.fixtures.access import Access
from tests.fixtures.conversion import CASE, Converting, with_grant


def test_nothing_is_converted_of_no_recording_and_both_languages_say_so(conversion_city: Converting) -> None:
    """What is refused before it is handed in needs no statement that says so."""
    nothing = replace(conversion_city.new("video"), items=())
    with pytest.raises(FieldDenied) as refused, conversion_city.city.act() as act:
        conversion.enter_conversion(act, nothing, conversion_city.person("A1"))
    assert (refused.value.field, refused.value.article) == ("recordings", "Art. 19")
    assert said(refused.value, "en") == f"A conversion names 1 to {MOST_ITEMS} recordings."
    assert said(refused.value, "zh") == f"请选择资料，最多 {MOST_ITEMS} 条。"
    one = conversion_city.draft("video")
    with pytest.raises(FieldDenied, match="1 to"), conversion_city.city.act() as act:
        conversion.amend_conversion(act, one, nothing, conversion_city.person("A1"))
    assert [found.id for found in conversion_city.all()] == [one]


def test_it_goes_through_three_people_to_the_register(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video", "photo")
    assert conversion_city.state(one) is ConversionState.EXTRACTION
    conversion_city.extract(one)
    item = conversion_city.items(one)[0]
    conversion_city.make(one, Output(item.id, "clip", 1, {"tool": "av"}, 7, "a" * 64))
    conversion_city.check(one)
    conversion_city.sign(one)
    assert conversion_city.state(one) is ConversionState.PACKING
    conversion_city.issue(one)
    assert conversion_city.state(one) is ConversionState.ISSUED
    assert conversion_city.told()[:3] == [("A1", "extract"), ("A2", "check"), ("L2", "sign")]
    assert {who for who, what in conversion_city.told() if what == "outcome"} == {"A1", "A2"}
    assert conversion_city.problems() == []


def test_an_issued_package_is_entered_once(conversion_city: Converting) -> None:
    one = conversion_city.issued("video")
    entries = conversion_city.city.entries()
    conversion_city.issue(one)
    assert conversion_city.city.entries() == entries


def test_its_originals_are_evidence_from_then_on(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    assert Kept.CONVERSION_OPEN in conversion_city.keepers("video")
    assert Kept.CONVERSION_OPEN not in conversion_city.keepers("photo")
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one)
    conversion_city.sign(one)
    conversion_city.issue(one)
    assert Kept.CONVERSION_OPEN not in conversion_city.keepers("video")
    events = conversion_city.city.events(conversion_city.recording("video"))
    assert events[-2:] == ["recording.used", "recording.converted"]


def test_only_whose_grant_it_is_converts(conversion_city: Converting) -> None:
    with pytest.raises(ActionDenied, match="no leave"):
        conversion_city.draft("video", by="A2", checker_id=conversion_city.person("A3"))


def test_what_was_not_granted_is_not_converted(conversion_city: Converting) -> None:
    with pytest.raises(ActionDenied, match="not granted"):
        conversion_city.draft("sound")


def test_a_grant_that_is_over_opens_nothing(conversion_city: Converting) -> None:
    draft = conversion_city.draft("video")
    conversion_city.city.wait(days=8)
    with pytest.raises(ActionDenied, match="no leave"):
        conversion_city.submit(draft)


def test_a_grant_that_ends_after_the_extraction_does_no_harm(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.city.wait(days=8)
    conversion_city.check(one)
    conversion_city.sign(one)
    assert conversion_city.state(one) is ConversionState.PACKING


@pytest.mark.parametrize("when", ["before-check", "before-signature"])
def test_what_is_marked_meanwhile_does_not_go_out(conversion_city: Converting, when: str) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    if when == "before-signature":
        conversion_city.check(one)
    conversion_city.city.wait(minutes=1)
    conversion_city.access.mark("video")
    act = conversion_city.check if when == "before-check" else conversion_city.sign
    with pytest.raises(ActionDenied, match="marked or destroyed since"):
        act(one)


def test_a_revoked_grant_stops_it(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    with conversion_city.city.registry.reading() as reading:
        request_id = reading.get_one(AccessGrant, conversion_city.grant_id).request_id
    conversion_city.access.revoke(request_id, "L2")
    with pytest.raises(ActionDenied, match="revoked"):
        conversion_city.check(one)


def test_more_copies_than_were_granted_are_refused(conversion_city: Converting) -> None:
    with pytest.raises(FieldDenied, match="1 to 2"):
        conversion_city.draft("video", copies=3)


def test_what_is_granted_for_viewing_only_is_not_converted(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    grant = access_city.grant(request)
    assert grant is not None
    with access_city.city.act() as act:
        enter_case(act, CaseEntry(CASE, "xf"), access_city.person("A3"))
    with pytest.raises(FieldDenied, match="viewing only"):
        Converting(access_city, grant.id).draft("video")


def test_of_a_part_the_original_does_not_go_along(access_city: Access) -> None:
    city = with_grant(access_city, parts={"video": Range(10, 20)})
    with pytest.raises(FieldDenied, match="Not all"):
        city.draft(items=[Asked(city.recording("video"), "过程")])
    with pytest.raises(FieldDenied, match="wholly"):
        city.draft(items=[Asked(city.recording("video"), "过程", original=False, part=Range(5, 15))])
    draft = city.draft(items=[Asked(city.recording("video"), "过程", original=False)])
    [item] = city.items(draft)
    assert (item.start_second, item.end_second, item.original) == (10, 20, False)


def test_the_case_must_be_entered(conversion_city: Converting) -> None:
    with pytest.raises(FieldDenied, match="no case file"):
        conversion_city.draft("video", case="没有")


@pytest.mark.parametrize("checker", ["A1", "nobody"])
def test_a_second_person_checks(conversion_city: Converting, checker: str) -> None:
    wrong = conversion_city.person("A1") if checker == "A1" else conversion_city.recording("video")
    with pytest.raises(FieldDenied):
        conversion_city.draft("video", checker_id=wrong)


def test_only_who_was_named_extracts_and_checks(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    with pytest.raises(ActionDenied, match="named"):
        conversion_city.extract(one, by="A2")
    conversion_city.extract(one)
    conversion_city.make(one)
    with pytest.raises(ActionDenied, match="named"):
        conversion_city.check(one, by="A1")


@pytest.mark.parametrize("who", ["A1", "A2", "A3", "L3"])
def test_only_the_seat_signs(conversion_city: Converting, who: str) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one)
    with pytest.raises(ActionDenied, match="not yours"):
        conversion_city.sign(one, by=who)


def test_nobody_signs_what_they_checked(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video", checker_id=conversion_city.person("L2"))
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one, by="L2")
    with pytest.raises(ActionDenied, match="not yours"):
        conversion_city.sign(one, by="L2")
    conversion_city.sign(one, by="L3")


def test_what_was_altered_after_the_check_is_not_signed(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one)
    conversion_city.city.tamper("conversion_item", "UPDATE conversion_item SET proves = '别的'")
    with pytest.raises(ActionDenied, match="not what was checked"):
        conversion_city.sign(one)
    assert any("conversion_item" in one for one in conversion_city.problems())


def test_it_is_sent_back_and_written_down_anew(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one)
    with pytest.raises(ActionDenied, match="not yours"):
        conversion_city.send_back(one, "L2")
    conversion_city.send_back(one, "A2")
    assert conversion_city.state(one) is ConversionState.DRAFT
    conversion_city.amend(one, "photo", carrier=Carrier.ZIP)
    conversion_city.submit(one)
    row = conversion_city.row(one)
    assert (row.edition, row.carrier) == (2, Carrier.ZIP)
    assert [item.recording_id for item in conversion_city.items(one)] == [conversion_city.recording("photo")]
    assert conversion_city.problems() == []


def test_it_is_withdrawn_until_it_is_signed(conversion_city: Converting) -> None:
    one, other = conversion_city.submitted("video"), conversion_city.signed("photo")
    with conversion_city.city.act() as act, pytest.raises(ActionDenied, match="somebody else"):
        conversion.withdraw_conversion(act, one, conversion_city.person("A2"))
    with conversion_city.city.act() as act:
        conversion.withdraw_conversion(act, one, conversion_city.person("A1"))
    assert conversion_city.state(one) is ConversionState.WITHDRAWN
    with conversion_city.city.act() as act, pytest.raises(ActionDenied, match="cannot be"):
        conversion.withdraw_conversion(act, other, conversion_city.person("A1"))
    assert conversion_city.problems() == []


def test_a_correction_supersedes_what_it_names(conversion_city: Converting) -> None:
    one = conversion_city.issued("video")
    number = conversion_city.row(one).number
    with pytest.raises(FieldDenied):
        conversion_city.draft("video", supersedes=number)
    other = conversion_city.issued("video", supersedes=number, correction="证明对象有误")
    assert conversion_city.state(one) is ConversionState.SUPERSEDED
    assert conversion_city.state(other) is ConversionState.ISSUED
    with pytest.raises(FieldDenied, match="one's own"):
        conversion_city.draft("video", supersedes=number, correction="再更正")
    assert conversion_city.problems() == []


@pytest.mark.parametrize(("who", "may"), [("L2", True), ("L3", True), ("S1", True), ("A1", False), ("A3", False)])
def test_what_was_issued_is_recalled_by_who_signed_or_above(conversion_city: Converting, who: str, may: bool) -> None:
    one = conversion_city.issued("video")
    with conversion_city.city.act() as act:
        if may:
            conversion.recall(act, one, conversion_city.person(who), "误发")
        else:
            with pytest.raises(ActionDenied, match="recall"):
                conversion.recall(act, one, conversion_city.person(who), "误发")
    assert (conversion_city.state(one) is ConversionState.WITHDRAWN) == may
    assert conversion_city.problems() == []


def test_more_copies_are_a_decision(conversion_city: Converting) -> None:
    one = conversion_city.issued("video")
    with conversion_city.city.act() as act, pytest.raises(ActionDenied, match="Copies 1 to 2"):
        conversion.enter_reading(act, one, 1, 3, is_same=True, problem=None)
    with conversion_city.city.act() as act:
        conversion.reissue(act, one, conversion_city.person("L2"), 1, "二审法院需要")
    with conversion_city.city.act() as act:
        conversion.enter_reading(act, one, 1, 3, is_same=False, problem="第三张光盘读不出")
    with conversion_city.city.act() as act, pytest.raises(ActionDenied, match="No such medium"):
        conversion.enter_reading(act, one, 2, 1, is_same=True, problem=None)
    assert conversion_city.problems() == []


def test_what_a_machine_heard_waits_for_somebody(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    entered = conversion_city.transcribe(one, "video", (1.0, 2.5, "甲", "请出示证件"), origin=Origin.MACHINE)
    with conversion_city.city.act() as act, pytest.raises(ActionDenied, match="takes part"):
        conversion.confirm_transcript(act, entered, conversion_city.person("L3"))
    with conversion_city.city.act() as act:
        conversion.confirm_transcript(act, entered, conversion_city.person("A2"))
    with pytest.raises(FieldDenied, match="not a part"):
        conversion_city.transcribe(one, "photo", (1.0, 2.5, "甲", "有"), origin=Origin.WRITTEN)
    with pytest.raises(FieldDenied, match="ends after"):
        conversion_city.transcribe(one, "video", (3.0, 2.5, "甲", "有"), origin=Origin.WRITTEN)
    assert conversion_city.problems() == []


def test_a_run_that_cannot_make_it_sends_it_back(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    with conversion_city.city.act() as act:
        conversion.give_up(act, one, "the vault no longer has original 1")
    assert conversion_city.state(one) is ConversionState.DRAFT
    with conversion_city.city.act() as act:
        conversion.give_up(act, one, "again")
    assert conversion_city.problems() == []


def test_who_is_asked_owes_an_answer(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.access.duties.settle()
    [duty] = conversion_city.access.duties.all(DutyKind.CONVERSION_STEP)
    assert (duty.owed_by_id, duty.state) == (conversion_city.person("A1"), DutyState.RUNNING)
    conversion_city.extract(one)
    conversion_city.make(one)
    conversion_city.check(one)
    conversion_city.access.duties.settle()
    owed = {duty.owed_by_id: duty.state for duty in conversion_city.access.duties.all(DutyKind.CONVERSION_STEP)}
    assert owed[conversion_city.person("L2")] is DutyState.RUNNING
    conversion_city.city.wait(days=10)
    conversion_city.access.duties.sweep()
    assert "L3" in {who for who, _ in conversion_city.access.duties.told()}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE conversion SET state = 'packing'",
        "UPDATE conversion SET state = 'issued', issued_at = changed_at",
        "UPDATE conversion SET requester_id = checker_id",
        "DELETE FROM conversion",
        "DELETE FROM conversion_item",
        "UPDATE conversion_item SET proves = 'x'",
        "UPDATE conversion_step SET person_id = NULL",
    ],
)
def test_the_database_itself_refuses_what_nobody_decided(conversion_city: Converting, statement: str) -> None:
    conversion_city.submitted("video")
    engine = conversion_city.city.registry.engine.execution_options(writes=True)
    with pytest.raises(DatabaseError, match="refused"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_what_was_issued_stays_issued_in_the_database(conversion_city: Converting) -> None:
    conversion_city.issued("video")
    engine = conversion_city.city.registry.engine.execution_options(writes=True)
    for statement in (
        "UPDATE conversion SET state = 'draft'",
        "UPDATE conversion_statement SET document = 'x'",
        "UPDATE conversion_disc SET size = 1",
        "DELETE FROM conversion_decision",
    ):
        with pytest.raises(DatabaseError, match="refused"), engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("conversion", "UPDATE conversion SET requester_id = checker_id"),
        ("conversion", "UPDATE conversion SET state = 'withdrawn'"),
        ("conversion", "UPDATE conversion SET issued_at = created_at"),
        ("conversion_decision", "UPDATE conversion_decision SET reason = 'x'"),
        ("conversion_decision", "DELETE FROM conversion_decision WHERE verdict = 'signed'"),
        ("conversion_item", "UPDATE conversion_item SET start_second = 3"),
        ("conversion_output", "UPDATE conversion_output SET sha256 = 'x'"),
        ("conversion_statement", "UPDATE conversion_statement SET document = 'x'"),
        ("conversion_disc", "UPDATE conversion_disc SET tag_manifest_sha256 = 'x'"),
        ("conversion_transcript", "UPDATE conversion_transcript SET lines = '[]'"),
        ("conversion_transcript", "UPDATE conversion_transcript SET confirmed_at = NULL"),
        ("conversion_reading", "UPDATE conversion_reading SET is_same = NOT is_same"),
        ("conversion_reissue", "UPDATE conversion_reissue SET copies = 9"),
        ("conversion_reading", "DELETE FROM conversion_reading"),
    ],
)
def test_whatever_an_owner_of_the_database_alters_is_named(
    conversion_city: Converting, table: str, statement: str
) -> None:
    one = conversion_city.submitted("video")
    conversion_city.transcribe(one, "video", (1.0, 2.5, "甲", "请出示证件"), origin=Origin.WRITTEN)
    conversion_city.extract(one)
    conversion_city.make(one, Output(conversion_city.items(one)[0].id, "sound", 1, {}, 7, "a" * 64))
    conversion_city.check(one)
    conversion_city.sign(one)
    conversion_city.city.wait(minutes=5)
    conversion_city.issue(one)
    with conversion_city.city.act() as act:
        conversion.reissue(act, one, conversion_city.person("L2"), 1, "二审法院需要")
        conversion.enter_reading(act, one, 1, 1, is_same=True, problem=None)
    assert conversion_city.problems() == []
    conversion_city.city.tamper(table, statement)
    assert conversion_city.problems()


def test_what_the_statement_must_say_is_asked_for_by_name(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.extract(one)
    conversion_city.make(one, Output(conversion_city.items(one)[0].id, "sound", 1, {"has_sound": True}, 7, "a" * 64))
    with pytest.raises(ActionDenied, match="confirmed by a person"):
        conversion_city.check(one)
    entered = conversion_city.transcribe(one, "video", (1.0, 2.5, "甲", "请出示证件"), origin=Origin.MACHINE)
    with pytest.raises(ActionDenied, match="confirmed by a person"):
        conversion_city.check(one)
    with conversion_city.city.act() as act:
        conversion.confirm_transcript(act, entered, conversion_city.person("A1"))
    conversion_city.check(one)


def test_the_time_of_extraction_is_the_extractors_word(conversion_city: Converting) -> None:
    one = conversion_city.submitted("video")
    conversion_city.city.wait(hours=2)
    conversion_city.extract(one)
    assert conversion_city.row(one).extracted_at == conversion_city.city.now
    assert conversion_city.row(one).submitted_at == conversion_city.city.now - timedelta(hours=2)

"""Art. 17: footage is seen by leave only, and who gives it is graded.

An officer who needs footage for work asks the leader who supervises it; anybody else asks the principal leader. Each
time it is entered who asked, who said yes, and who looked. What touches secrets or privacy follows the rules of
confidentiality. Nobody keeps, copies or calls up footage on their own account.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from registry.ledger import verify, verify_rows
from registry.tables import AccessView
from registry.transitions import access, directory
from registry.transitions.access import Answer
from registry.transitions.directory import PersonEntry
from regulation.access import Stage
from regulation.access_states import RequestState
from regulation.access_terms import FieldDenied, Range, Terms
from regulation.errors import ActionDenied
from regulation.policy import CITY_POLICY
from regulation.vocabulary import Marking, Role
from tests.fixtures.access import WEEK, Access, terms
from tests.fixtures.custody import CITY_RULES, MORNING, YEAR_BEGIN

HOUR, TICK = timedelta(hours=1), timedelta.resolution
LETTER = "示例函〔2026〕1号"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NO = Answer("不同意", is_denied=True)
REVIEW = (Stage.REVIEW, Role.CONFIDENTIALITY_REVIEWER)
SUPERVISING = (Stage.APPROVAL, Role.SUPERVISING_LEADER)
PRINCIPAL = (Stage.APPROVAL, Role.PRINCIPAL_LEADER)


# 执法人员因工作需要……应当经执法业务活动分管领导批准；其他单位或者人员……必须经执法部门主要领导批准

WHO_SAYS_YES = [
    # who asks, for what, for whom; which seat; who sits there
    ("A1", "video", None, SUPERVISING, "L2"),  # an officer of the unit
    ("A3", "video", None, SUPERVISING, "L2"),
    ("A1", "sound", None, SUPERVISING, "L2"),  # of a department that has no supervising leader of its own
    ("B1", "other", None, SUPERVISING, "J2"),
    ("A1", "other", None, PRINCIPAL, "J3"),  # another unit
    ("B1", "video", None, PRINCIPAL, "L3"),
    ("S1", "video", None, PRINCIPAL, "L3"),  # the city is another unit too
    ("A1", "video", "某法院", PRINCIPAL, "L3"),  # somebody else, brought by an officer of the unit
    ("L2", "video", None, SUPERVISING, "L3"),  # the supervising leader's own goes up
    ("L3", "video", "某法院", PRINCIPAL, "S1"),  # and the principal leader's
]


@pytest.mark.parametrize(("who", "name", "outsider", "seat", "leader"), WHO_SAYS_YES)
def test_whose_word_it_takes(
    access_city: Access, who: str, name: str, outsider: str | None, seat: tuple[Stage, Role], leader: str
) -> None:
    request = access_city.ask(who, name, outsider=outsider, document=LETTER)
    assert (access_city.chain(request), access_city.asked(request)) == ([seat], {leader})
    access_city.decide(request, leader)
    assert access_city.state(request) is RequestState.APPROVED
    access_city.look(request, name, who)


def test_the_supervising_leader_nearest_to_the_footage_decides(access_city: Access) -> None:
    access_city.appoint("A2", "xfa", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "sound", "video")
    assert access_city.asked(request, access_city.place(request, "xfa")) == {"A2"}
    assert access_city.asked(request, access_city.place(request, "xf")) == {"L2"}


def test_no_request_of_another_unit_without_its_letter(access_city: Access) -> None:
    for outsider, name in ((None, "other"), ("某法院", "video")):
        with pytest.raises(FieldDenied) as refused:
            access_city.ask("A1", name, outsider=outsider)
        assert refused.value.field == "document"
    access_city.ask("A1", "video")


# 并做好相应登记


def test_everything_is_registered_and_the_register_names_nobody(access_city: Access) -> None:
    access_city.mark("video", reason="王某住宅")
    request = access_city.ask("A1", "video", by="A3")
    access_city.send_back(request, "C1", "王某是谁？")
    access_city.submit(request, "A3", "王某是当事人")
    access_city.decide(request, "C1", Answer("王某已同意"))
    access_city.stand_aside(request, "L2", "王某是我亲戚")
    access_city.decide(request, "L3", Answer("王某案需要"))
    access_city.look(request, "video", "A1")
    access_city.revoke(request, "L3", "王某撤诉")
    assert [event for event in access_city.city.events(request) if event.startswith("access.")] == [
        "access.submitted",
        "access.asked",
        "access.asked",
        "access.sent-back",
        "access.submitted",
        "access.asked",
        "access.asked",
        "access.decided",
        "access.handed-over",
        "access.decided",
        "access.granted",
        "access.revoked",
    ]
    recording = access_city.recordings["video"]
    assert access_city.city.events(recording)[-2:] == ["recording.marked", "access.viewed"]
    for subject in (request, recording):
        for event in set(access_city.city.events(subject)):
            if event.startswith("access."):
                assert "王某" not in str(access_city.facts(subject, event))
    assert verify(access_city.city.registry).problems == []
    assert verify_rows(access_city.city.registry).problems == []


def test_a_decision_says_in_which_role_instead_of_whom_and_under_which_policy(access_city: Access) -> None:
    access_city.leave("C1", "xf")
    access_city.mark("video")
    request = access_city.ask("L2", "video")
    access_city.decide(request, "L3")
    access_city.city.wait(hours=1)
    access_city.decide(request, "L3")
    assert [(one.role, one.passed, one.policy_version) for one in access_city.decisions()] == [
        (Role.PRINCIPAL_LEADER, [["confidentiality-reviewer", "vacant"]], CITY_POLICY.version),
        (Role.PRINCIPAL_LEADER, [["supervising-leader", "own-request"]], CITY_POLICY.version),
    ]


# Acting appointments: whoever holds the seat at the moment of the decision


@pytest.mark.parametrize(
    ("begins", "ends", "may"),
    [
        (0, 1, True),  # from that very moment on
        (-1, 0, False),  # over at that very moment
        (TICK / HOUR, 1, False),  # a moment too late
        (-1, TICK / HOUR, True),  # its last moment
    ],
)
def test_who_acts_for_a_leader_decides_while_it_lasts_and_only_then(
    access_city: Access, begins: float, ends: float, may: bool
) -> None:
    access_city.leave("L2", "xf")
    request = access_city.ask("A1", "video")
    decided_at = MORNING + 5 * HOUR
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER, decided_at + begins * HOUR, decided_at + ends * HOUR)
    access_city.city.now = decided_at
    if may:
        access_city.decide(request, "A2")
        assert access_city.decisions()[0].role is Role.SUPERVISING_LEADER
        return
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "A2")
    access_city.decide(request, "L3")


def test_what_an_acting_leader_gave_stands_after_they_no_longer_act(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER, until=MORNING + HOUR)
    request = access_city.ask("A1", "video")
    access_city.decide(request, "A2")
    access_city.city.wait(hours=2)
    access_city.look(request, "video", "A1")
    access_city.revoke(request, "A2")  # and who gave it may take it back


# Own requests


@pytest.mark.parametrize(
    ("who", "asked"), [("L2", {"L3"}), ("L3", {"L2"}), ("C1", {"L2"}), ("S1", {"L3"}), ("J2", {"L3"}), ("J3", {"L3"})]
)
def test_nobody_decides_on_their_own_request(access_city: Access, who: str, asked: set[str]) -> None:
    request = access_city.ask(who, "video", document=LETTER)
    assert access_city.asked(request) == asked
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, who)


def test_an_officer_who_acts_for_the_leader_does_not_say_yes_to_themself(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.appoint("A1", "xf", Role.SUPERVISING_LEADER)
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "A1")
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")  # nor does their colleague in the seat
    access_city.decide(request, "L3")


def test_the_reviewer_s_own_request_for_marked_footage_goes_to_the_principal_leader(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("C1", "video")
    assert access_city.asked(request) == {"L3"}
    access_city.decide(request, "L3")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "C1")


def test_who_typed_it_in_for_another_says_nothing_to_it(access_city: Access) -> None:
    access_city.appoint("A3", "xf", Role.SUPERVISING_LEADER)
    request = access_city.ask("A1", "video", by="A3")
    assert access_city.asked(request) == {"L2"}
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "A3")


# Both leaders at once


def at_once(access_city: Access, *acts: Callable[[], None]) -> list[ActionDenied | None]:
    """Everybody clicks at the same instant, each in a thread of their own; gives what each was told."""
    together, told = Barrier(len(acts)), dict[int, ActionDenied | None]()

    def click(place: int, act: Callable[[], None]) -> None:
        together.wait()
        try:
            act()
        except ActionDenied as denied:
            told[place] = denied
        else:
            told[place] = None

    threads = [Thread(target=click, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [told[place] for place in range(len(acts))]


def answering(access_city: Access, step: UUID, by: str, answer: Answer) -> Callable[[], None]:
    def decide() -> None:
        with access_city.city.act() as act:
            access.decide_step(act, step, access_city.person(by), answer, CITY_RULES)

    return decide


def test_two_leaders_at_the_same_instant_give_one_outcome(access_city: Access) -> None:
    access_city.appoint("A2", "xf", Role.SUPERVISING_LEADER)
    for place in range(5):
        request = access_city.ask("A1", "video")
        [step] = access_city.open_steps(request)
        yes, no = answering(access_city, step.id, "L2", Answer("同意")), answering(access_city, step.id, "A2", NO)
        told = at_once(access_city, *([yes, no] if place % 2 else [no, yes]))
        assert [one is None for one in told].count(True) == 1
        assert "not open" in str(next(one for one in told if one is not None))
        decided = [one for one in access_city.decisions() if one.step_id == step.id]
        assert len(decided) == 1
        granted = access_city.grant(request) is not None
        assert granted is (access_city.state(request) is RequestState.APPROVED)
        assert granted is (decided[0].person_id == access_city.person("L2"))
    assert verify(access_city.city.registry).problems == []


def test_a_double_click_is_one_answer(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    [step] = access_city.open_steps(request)
    told = at_once(access_city, *[answering(access_city, step.id, "L2", Answer("同意"))] * 4)
    assert [one is None for one in told].count(True) == 1
    assert len(access_city.facts(request, "access.granted")) == 1


def test_two_units_answer_at_once_and_nothing_is_lost(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    [one, other] = access_city.open_steps(request)
    leaders = {access_city.city.unit_id("xf"): "L2", access_city.city.unit_id("jt"): "J3"}
    told = at_once(
        access_city,
        *(answering(access_city, step.id, leaders[step.unit_id], Answer("同意")) for step in (one, other)),
    )
    assert told == [None, None]
    assert access_city.state(request) is RequestState.APPROVED
    assert len(access_city.granted(request)) == 2


def test_the_last_look_is_had_once_however_often_it_is_clicked(access_city: Access) -> None:
    request = access_city.ask("A1", "video", asked=terms(views=1))
    access_city.decide(request, "L2")
    told = at_once(access_city, *[lambda: void(access_city.look(request, "video", "A1"))] * 4)
    assert [one is None for one in told].count(True) == 1
    with access_city.city.registry.reading() as reading:
        assert len(reading.exec(select(AccessView)).all()) == 1


def void(_value: object) -> None:
    """For those who want no answer."""


def test_taken_back_at_the_instant_it_is_granted_it_is_one_or_the_other(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    [step] = access_city.open_steps(request)
    told = at_once(
        access_city,
        answering(access_city, step.id, "L2", Answer("同意")),
        lambda: access_city.withdraw(request, "A1"),
    )
    assert [one is None for one in told].count(True) == 1
    assert (access_city.state(request) is RequestState.APPROVED) is (told[0] is None)
    assert (access_city.grant(request) is not None) is (told[0] is None)


# Silence, and the end of time


def test_silence_grants_nothing_however_long(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    while access_city.city.now < MORNING + WEEK:
        access_city.city.wait(days=1)
        access_city.ask_again()
        access_city.city.settle_duties()
        access_city.end()
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.EXPIRED, None)
    assert access_city.decisions() == []


MONTH_ENDS = [
    # local beginning and end of what is asked for
    ("2027-01-31T09:00", "2027-03-01T09:00"),  # over the shortest month
    ("2028-02-28T09:00", "2028-02-29T23:59"),  # a leap day is a day
    ("2026-12-31T23:00", "2027-01-01T01:00"),  # over the year
    ("2027-04-30T00:00", "2027-05-30T00:00"),  # thirty days are the most
]


@pytest.mark.parametrize(("begins", "ends"), MONTH_ENDS)
def test_leave_ends_at_its_very_moment_whatever_the_calendar_does(access_city: Access, begins: str, ends: str) -> None:
    start, end = (datetime.fromisoformat(one).replace(tzinfo=SHANGHAI).astimezone(UTC) for one in (begins, ends))
    access_city.city.now = start
    request = access_city.ask("A1", "video", asked=Terms(start, end, 9, 0))
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    access_city.city.now = end - TICK
    assert access_city.end() == 0
    access_city.look(request, "video", "A1")
    access_city.city.now = end
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request, "video", "A1")
    assert access_city.end() == 1
    assert access_city.state(request) is RequestState.FULFILLED


def test_asked_for_longer_than_thirty_days_is_refused_by_the_moment(access_city: Access) -> None:
    most = timedelta(hours=CITY_POLICY.value("access_longest_hours", MORNING.date()))
    access_city.ask("A1", "video", asked=terms(lasts=most))
    with pytest.raises(FieldDenied):
        access_city.ask("A1", "video", asked=terms(lasts=most + TICK))


@pytest.mark.parametrize(("late", "state"), [(-TICK, RequestState.APPROVED), (timedelta(), RequestState.EXPIRED)])
def test_said_yes_at_the_very_end_it_is_over_already(access_city: Access, late: timedelta, state: RequestState) -> None:
    request = access_city.ask("A1", "video")
    access_city.city.now = MORNING + WEEK + late
    access_city.decide(request, "L2")
    assert access_city.state(request) is state


# Several units


def test_each_unit_answers_for_its_own_and_the_narrowest_counts(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "sound", "other", document=LETTER, asked=terms(views=9, copies=3))
    assert sorted(access_city.chain(request)) == sorted([SUPERVISING, SUPERVISING, PRINCIPAL])
    less = Answer("同意", terms=terms(lasts=3 * HOUR, views=5, copies=3))
    access_city.decide(request, "L2", less, access_city.place(request, "xf"))
    access_city.decide(request, "L2", NO, access_city.place(request, "xfa"))
    assert access_city.grant(request) is None
    part = {access_city.item(request, "other"): Range(60, 120)}
    access_city.decide(request, "J3", Answer("仅该段", terms=terms(views=7, copies=1), parts=part))
    assert access_city.state(request) is RequestState.PARTLY_APPROVED
    assert access_city.granted(request) == {
        access_city.recordings["video"]: Range(),
        access_city.recordings["other"]: Range(60, 120),
    }
    grant = access_city.grant(request)
    assert grant is not None
    assert (grant.valid_until, grant.views, grant.copies) == (MORNING + 3 * HOUR, 5, 1)


def test_all_units_said_no(access_city: Access) -> None:
    request = access_city.ask("A1", "video", "other", document=LETTER)
    for unit, leader in (("xf", "L2"), ("jt", "J3")):
        access_city.decide(request, leader, NO, access_city.place(request, unit))
    assert (access_city.state(request), access_city.grant(request)) == (RequestState.DENIED, None)


def test_who_changed_the_unit_meanwhile_asks_as_one_of_the_new_one(access_city: Access) -> None:
    request = access_city.ask("A1", "video", document=LETTER)
    access_city.send_back(request, "L2")
    with access_city.city.act() as act:
        directory.enter_people(act, [PersonEntry("A1", "甲", "jt")])
    access_city.submit(request, "A1", "说明")
    assert access_city.chain(request) == [PRINCIPAL]


# 涉及国家秘密、商业秘密、个人隐私的……应当严格遵守保密工作规定


@pytest.mark.parametrize("marking", Marking)
def test_what_is_marked_is_reviewed_before_the_leader_is_asked_and_is_for_viewing_only(
    access_city: Access, marking: Marking
) -> None:
    access_city.mark("video", marking=marking)
    request = access_city.ask("A1", "video", asked=terms(copies=2))
    assert access_city.chain(request) == [REVIEW, SUPERVISING]
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")
    access_city.decide(request, "C1")
    access_city.decide(request, "L2")
    grant = access_city.grant(request)
    assert grant is not None
    assert grant.copies == 0


def test_whatever_the_leader_says_what_the_review_refused_is_not_seen(access_city: Access) -> None:
    access_city.mark("video")
    request = access_city.ask("A1", "video", "photo")
    access_city.decide(request, "C1", NO)
    access_city.decide(request, "L2")
    with pytest.raises(ActionDenied, match="not granted"):
        access_city.look(request, "video", "A1")
    access_city.look(request, "photo", "A1")


@pytest.mark.parametrize("after", ["asked", "reviewed"])
def test_marked_while_it_is_asked_for_it_is_reviewed_before_anything_is_granted(
    access_city: Access, after: str
) -> None:
    if after == "reviewed":
        access_city.mark("video")
    request = access_city.ask("A1", "video")
    if after == "reviewed":
        access_city.decide(request, "C1")
    access_city.mark("video", marking=Marking.STATE_SECRET)
    access_city.decide(request, "L2")
    assert (access_city.grant(request), access_city.asked(request)) == (None, {"C1"})
    access_city.decide(request, "C1", NO)
    assert access_city.state(request) is RequestState.DENIED


def test_marked_after_it_was_granted_it_opens_no_more(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    access_city.mark("video", marking=Marking.TRADE_SECRET)
    with pytest.raises(ActionDenied, match="marked since"):
        access_city.look(request, "video", "A1")


# 任何个人不得擅自……调用


def test_without_leave_nobody_looks_whatever_their_rank(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.decide(request, "L2")
    for who in access_city.city.people:
        if who != "A1":
            with pytest.raises(ActionDenied, match=r"no leave.*Art\. 17"):
                access_city.look(request, "video", who)


def test_leave_is_personal_counted_and_ends_with_the_service(access_city: Access) -> None:
    request = access_city.ask("A1", "video", asked=terms(views=2))
    access_city.decide(request, "L2")
    access_city.look(request, "video", "A1")
    access_city.leave("A1", "xf", date(2026, 11, 23))
    access_city.look(request, "video", "A1")  # the last day is still one of duty
    with pytest.raises(ActionDenied, match="Every look"):
        access_city.look(request, "video", "A1")
    access_city.city.now = datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI).astimezone(UTC)
    with pytest.raises(ActionDenied, match="no leave"):
        access_city.look(request, "video", "A1")


def test_a_seat_that_is_given_up_gives_nothing_any_more(access_city: Access) -> None:
    request = access_city.ask("A1", "video")
    access_city.city.wait(hours=1)
    access_city.appoint("L2", "xf", Role.SUPERVISING_LEADER, YEAR_BEGIN, access_city.city.now)
    with pytest.raises(ActionDenied, match="not yours"):
        access_city.decide(request, "L2")
    assert access_city.ask_again() == 1
    access_city.decide(request, "L3")

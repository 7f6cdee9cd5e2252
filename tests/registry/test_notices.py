"""The outbox: recorded once, claimed by one deliverer at a time, tried again, given up, read (Art. 16, 20)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from registry.bulk import AnyRow
from registry.queries.notices import dead_letters
from registry.tables import Notice, NoticeKind, NoticeState
from registry.transitions import notices
from registry.transitions.notices import Attempt
from regulation.errors import ActionDenied
from tests.fixtures.custody import MORNING, City
from tests.fixtures.duties import Duties

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def queue(city: City, *numbers: str, kind: NoticeKind = NoticeKind.ALERT, subject: str | None = "sweep-late") -> int:
    with city.act() as act:
        return len(notices.queue_notices(act, kind, [city.people[one] for one in numbers], subject))


def claim(city: City, claimer: str = "d1", limit: int = 10, until: dict[str, datetime] | None = None) -> list[AnyRow]:
    """`until` are the earliest times, by the reader's number; everyone else may be told at once."""
    later = {city.people[number]: at for number, at in (until or {}).items()}
    with city.act() as act:
        return notices.claim_notices(act, claimer, LEASE, limit, lambda row, at: later.get(row.person_id, at))


def attempt(city: City, *attempts: Attempt, claimer: str = "d1") -> None:
    with city.act() as act:
        notices.record_attempts(act, claimer, attempts)


def only(duty_city: Duties) -> Notice:
    [notice] = duty_city.notices()
    return notice


def test_what_is_delivered_is_delivered_once(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A3")
    [row] = claim(city)
    assert claim(city, "d2") == []
    attempt(city, Attempt(row.id, channel="sms"))
    attempt(city, Attempt(row.id, channel="mail"))  # said twice, it counts once
    notice = only(duty_city)
    assert (notice.state, notice.channel, notice.attempts) == (NoticeState.DELIVERED, "sms", 1)
    assert (notice.delivered_at, notice.claimed_by) == (city.now, None)
    assert city.events(notice.id) == ["notice.queued", "notice.delivered"]
    city.wait(days=1)
    assert claim(city) == []


def test_the_urgent_come_first_then_the_oldest_and_no_more_than_asked_for(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A1", subject="a")
    city.wait(minutes=1)
    queue(city, "A2", subject="b")
    queue(city, "A3", kind=NoticeKind.TRIAL, subject=None)
    ordered = [row.person_id for _ in range(3) for row in claim(city, limit=1)]
    assert ordered == [city.people[one] for one in ("A3", "A1", "A2")]


def test_a_claim_that_has_run_out_is_anyones_and_its_holders_word_no_longer_counts(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A3")
    [row] = claim(city, "d1")
    city.wait(minutes=4, seconds=59)
    assert claim(city, "d2") == []
    city.wait(seconds=1)
    assert [one.id for one in claim(city, "d2")] == [row.id]
    attempt(city, Attempt(row.id, failure="timeout"), claimer="d1")
    assert (only(duty_city).state, only(duty_city).claimed_by) == (NoticeState.SENDING, "d2")
    attempt(city, Attempt(row.id, channel="sms"), claimer="d2")
    assert city.events(row.id) == ["notice.queued", "notice.delivered"]


def test_what_its_holder_did_not_come_to_is_anyones_at_once_and_was_no_try(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A1", "A3")
    first, second = claim(city)
    with city.act() as act:
        notices.record_attempts(act, "d1", [Attempt(first.id, channel="sms")])
        notices.let_go(act, "d1", [first.id, second.id])
        notices.let_go(act, "d2", [second.id])
    [again] = claim(city, "d2")
    assert (again.id, again.attempts) == (second.id, 0)


def test_what_may_not_go_out_yet_is_put_off_and_claimed_by_nobody(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A2", "A3")
    morning = city.now + timedelta(hours=8)
    [ready] = claim(city, until={"A3": morning})
    assert ready.person_id == city.people["A2"]
    [waiting] = [one for one in duty_city.notices() if one.person_id == city.people["A3"]]
    assert (waiting.state, waiting.claimed_by, waiting.next_attempt_at) == (NoticeState.QUEUED, None, morning)
    city.now = morning
    assert waiting.id in {one.id for one in claim(city, "d2")}


def test_those_that_wait_for_the_morning_hold_up_nobody_behind_them(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A2")
    city.wait(minutes=1)
    queue(city, "A3")
    [ready] = claim(city, limit=1, until={"A2": city.now + timedelta(hours=8)})
    assert ready.person_id == city.people["A3"]
    assert claim(city, limit=1) == []


def test_a_failure_is_tried_again_later_and_at_last_given_up(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A3")
    [row] = claim(city)
    attempt(city, Attempt(row.id, failure="timeout", retry_at=city.now + MINUTE))
    assert claim(city) == []
    city.wait(minutes=1)
    [again] = claim(city)
    assert again.attempts == 1
    attempt(city, Attempt(row.id, failure="refused"))
    notice = only(duty_city)
    assert (notice.state, notice.attempts, notice.failure) == (NoticeState.DEAD, 2, "refused")
    assert notice.delivered_at is None
    city.wait(days=1)
    assert claim(city) == []
    assert city.events(row.id) == ["notice.queued", "notice.failed", "notice.dead"]


def test_what_was_given_up_is_revived_once_the_channel_is_mended(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A3")
    [row] = claim(city)
    with pytest.raises(ActionDenied, match="given up"), city.act() as act:
        notices.revive_notice(act, row.number)
    attempt(city, Attempt(row.id, failure="refused"))
    with city.act() as act:
        notices.revive_notice(act, row.number)
    assert (only(duty_city).state, only(duty_city).attempts) == (NoticeState.QUEUED, 0)
    [again] = claim(city)
    attempt(city, Attempt(again.id, channel="sms"))
    assert city.events(row.id)[-2:] == ["notice.revived", "notice.delivered"]


def alerts(duty_city: Duties) -> set[tuple[str, str]]:
    """Who is alerted of what."""
    numbers = {person: number for number, person in duty_city.city.people.items()}
    return {(numbers[one.person_id], one.subject or "") for one in duty_city.notices() if one.kind is NoticeKind.ALERT}


def give_up(city: City, *readers: str) -> list[str]:
    """Notices about requests for these people, which no channel took; their numbers."""
    queue(city, *readers, kind=NoticeKind.ACCESS, subject="AR-1")
    rows = [row for row in claim(city) if row.kind is NoticeKind.ACCESS]
    attempt(city, *(Attempt(row.id, failure="refused") for row in rows))
    by_reader = {row.person_id: row.number for row in rows}
    return [by_reader[city.people[one]] for one in readers]


def test_the_administrators_hear_of_a_notice_that_was_given_up_in_the_same_act(duty_city: Duties) -> None:
    [dead] = give_up(duty_city.city, "A2")
    assert alerts(duty_city) == {("A3", f"notice-dead:{dead}")}
    [alert] = [one for one in duty_city.notices() if one.kind is NoticeKind.ALERT]
    assert (alert.state, duty_city.city.events(alert.id)) == (NoticeState.QUEUED, ["notice.queued"])


def test_each_notice_that_was_given_up_is_told_once_and_what_is_tried_again_is_not(duty_city: Duties) -> None:
    city = duty_city.city
    dead = give_up(city, "A1", "A2")
    assert alerts(duty_city) == {("A3", f"notice-dead:{one}") for one in dead}
    queue(city, "A2", kind=NoticeKind.ACCESS, subject="AR-2")
    [row] = [one for one in claim(city) if one.kind is NoticeKind.ACCESS]
    attempt(city, Attempt(row.id, failure="timeout", retry_at=city.now + MINUTE))
    assert len(alerts(duty_city)) == 2


def test_an_administrator_whom_nothing_reached_does_not_stand_for_those_who_must_look(duty_city: Duties) -> None:
    [dead] = give_up(duty_city.city, "A3")
    assert alerts(duty_city) == {("L2", f"notice-dead:{dead}")}


def test_an_alert_that_was_given_up_itself_is_told_to_nobody(duty_city: Duties) -> None:
    city = duty_city.city
    give_up(city, "A2")
    rows = claim(city)
    while rows:
        attempt(city, *(Attempt(row.id, failure="refused") for row in rows))
        rows = claim(city)
    assert {one.state for one in duty_city.notices()} == {NoticeState.DEAD}
    assert len(duty_city.notices()) == 2


def test_what_was_revived_and_given_up_again_is_told_again(duty_city: Duties) -> None:
    city = duty_city.city
    [dead] = give_up(city, "A2")
    for row in claim(city):
        attempt(city, Attempt(row.id, channel="sms"))
    with city.act() as act:
        notices.revive_notice(act, dead)
    for row in claim(city):
        attempt(city, Attempt(row.id, failure="refused"))
    assert sum(one.kind is NoticeKind.ALERT for one in duty_city.notices()) == 2


def test_dead_letters_are_counted_until_they_are_read_or_revived(duty_city: Duties) -> None:
    city = duty_city.city
    read, revived = give_up(city, "A1", "A2")

    def count() -> int:
        with city.registry.reading() as reading:
            return dead_letters(reading)

    assert count() == 2
    with city.act() as act:
        notices.record_reading(act, read)
    assert count() == 1
    with city.act() as act:
        notices.revive_notice(act, revived)
    assert count() == 0


def test_the_first_reading_counts(duty_city: Duties) -> None:
    city = duty_city.city
    queue(city, "A3")
    number = only(duty_city).number
    for _ in range(2):
        with city.act() as act:
            notices.record_reading(act, number)
        city.wait(hours=1)
    assert only(duty_city).read_at == MORNING
    assert city.events(only(duty_city).id).count("notice.read") == 1


@pytest.mark.parametrize("what", [notices.record_reading, notices.revive_notice])
def test_a_number_that_is_nobodys_is_refused(duty_city: Duties, what: object) -> None:
    assert callable(what)
    with pytest.raises(ActionDenied, match="no such notice"), duty_city.city.act() as act:
        what(act, "N-xf-2026-99999")


def test_an_alert_is_not_repeated_while_it_waits(duty_city: Duties) -> None:
    city = duty_city.city
    assert queue(city, "A3") == 1
    assert queue(city, "A3", "L1") == 1  # A3 still waits
    assert queue(city, "A3", subject="worker-gone") == 1
    for row in claim(city):
        attempt(city, Attempt(row.id, channel="sms"))
    assert queue(city, "A3") == 1


def test_a_trial_goes_out_each_time_at_once_and_quiet_hours_do_not_hold_it(duty_city: Duties) -> None:
    assert [queue(duty_city.city, "A3", kind=NoticeKind.TRIAL, subject=None) for _ in range(2)] == [1, 1]
    assert all(one.urgent for one in duty_city.notices())


def test_numbers_are_each_units_own(duty_city: Duties) -> None:
    queue(duty_city.city, "A3", "B1", "A2")
    assert sorted(one.number for one in duty_city.notices()) == [
        "N-jt-2026-00001",
        "N-xf-2026-00001",
        "N-xf-2026-00002",
    ]


def test_the_principal_leaders_step_makes_a_notice_urgent_and_no_other_does(duty_city: Duties) -> None:
    city = duty_city.city
    city.now = MORNING + timedelta(hours=22 + 72)
    duty_city.sweep()
    urgent = {one.person_id: one.urgent for one in duty_city.notices()}
    assert {number for number in ("A3", "L2", "L3") if urgent[city.people[number]]} == {"L3"}


def test_what_a_killed_sweep_gathered_the_next_one_queues(duty_city: Duties) -> None:
    city = duty_city.city
    city.now = MORNING + timedelta(hours=19)
    duty_city.sweep_killed()
    assert only(duty_city).state is NoticeState.GATHERING
    duty_city.sweep()
    assert only(duty_city).state is NoticeState.QUEUED


def test_what_another_sweep_still_gathers_is_left_to_it(duty_city: Duties) -> None:
    city = duty_city.city
    city.now = MORNING + timedelta(hours=19)
    duty_city.sweep_killed()
    with city.act() as act:
        other = notices.begin_sweep(act, "another-kind", "test")
        assert other is not None
        assert notices.queue_gathered(act, other) == 0

"""Telling people by the channels they read, on real servers (Art. 16, 20)."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from blocks.leader_notifier import Addressee, Delivery, LeaderNotifier, Message, Pace, Route
from blocks.notice_channels import SENDER
from blocks.notice_routes import channels_for
from regulation.errors import ConfigurationError
from regulation.vocabulary import Role
from tests.fixtures.mail import REFUSED, Mailbox, MakeWebhook
from tests.servers.processes import free_port

NOTICE = Message(
    "N-chengguan-2026-00012",
    "【执法记录仪】2 项逾期（第十六条）N-chengguan-2026-00012",
    "李某 N-chengguan-2026-00012",
    "**李某** N-chengguan-2026-00012",
    "<!doctype html><html><body><p>李某</p><p>N-chengguan-2026-00012</p></body></html>",
    "查看 https://custody.example/d",
)
WANG = Addressee("QD-0042", Role.DEPARTMENT_HEAD, ("dui", "chengguan", "city"))


def notifier(routes: list[Route] | None = None, **settings: Any) -> LeaderNotifier:
    """One that tells everybody by the channels in their order, unless there are routes."""
    channels = {name: SecretStr(url) for name, url in settings.pop("channels").items()}
    routes = [Route(channels=list(channels))] if routes is None else routes
    return LeaderNotifier(channels=channels, routes=routes, **settings)


def test_a_mail_arrives_in_both_forms_with_the_number_of_the_notice(mailbox: Mailbox) -> None:
    assert notifier(channels={"mail": mailbox.address()}).deliver(NOTICE, WANG) == Delivery("mail", True)
    (mail,) = mailbox.mails
    assert mail["Subject"] == NOTICE.title
    assert mail["X-Custody-Notice"] == NOTICE.number
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and NOTICE.number in plain.get_content() and "李某" in plain.get_content()
    assert html is not None and html.get_content().strip() == NOTICE.html


def test_the_certificate_number_is_quoted_into_the_address(make_webhook: MakeWebhook) -> None:
    hook = make_webhook()
    channels = {"web": f"json://127.0.0.1:{hook.port}/hook/{{number}}"}
    assert notifier(channels=channels).deliver(NOTICE, Addressee("苏F-0042")).ok
    assert hook.asked[0].path.rstrip("/") == "/hook/%E8%8B%8FF-0042"


@pytest.mark.parametrize("number", ["0042,a@evil.example", "QD 0042", "a@evil.example?", "0042&to=a", "x/y", "a\r\nb"])
def test_a_number_cannot_lead_a_notice_to_somebody_else(mailbox: Mailbox, number: str) -> None:
    told = notifier(channels={"mail": mailbox.address()}).deliver(NOTICE, Addressee(number))
    assert told.attempts == (("mail", "number-unfit"),)
    assert not mailbox.mails


def test_a_webhook_is_told_the_number_in_a_header_and_the_text(make_webhook: MakeWebhook) -> None:
    hook = make_webhook()
    assert notifier(channels={"web": hook.address}).deliver(NOTICE, WANG) == Delivery("web", True)
    (asked,) = hook.asked
    assert asked.headers["X-Custody-Notice"] == NOTICE.number
    assert asked.body["title"] == NOTICE.title and asked.body["message"] == NOTICE.text


def test_where_the_mail_server_refuses_the_next_channel_is_tried(mailbox: Mailbox, make_webhook: MakeWebhook) -> None:
    mailbox.answer, hook = REFUSED, make_webhook()
    told = notifier(channels={"mail": mailbox.address(), "web": hook.address}).deliver(NOTICE, WANG)
    assert told == Delivery("web", True, (("mail", "mail-refused 550"),))
    assert len(hook.asked) == 1


def test_nothing_is_sent_by_a_later_channel_once_one_took_it(mailbox: Mailbox, make_webhook: MakeWebhook) -> None:
    hook = make_webhook()
    assert notifier(channels={"web": hook.address, "mail": mailbox.address()}).deliver(NOTICE, WANG).channel == "web"
    assert not mailbox.mails


def test_an_error_of_the_server_is_named_with_its_status(make_webhook: MakeWebhook) -> None:
    told = notifier(channels={"web": make_webhook(status=500).address}).deliver(NOTICE, WANG)
    assert told == Delivery(None, False, (("web", "answered 500"),))


@pytest.mark.timeout(30)  # the server hangs for a minute
def test_a_server_that_never_answers_is_given_up(make_webhook: MakeWebhook) -> None:
    hook = make_webhook(hangs=True)
    told = notifier(channels={"web": hook.address}, seconds=0.5).deliver(NOTICE, WANG)
    assert told == Delivery(None, False, (("web", "timed-out"),))


@pytest.mark.timeout(30)  # the server goes on for ever
def test_a_server_that_answers_drop_by_drop_is_given_up(make_webhook: MakeWebhook) -> None:
    hook = make_webhook(drips=True)
    told = notifier(channels={"web": hook.address}, seconds=0.5).deliver(NOTICE, WANG)
    assert told.attempts == (("web", "timed-out"),)


@pytest.mark.timeout(30)
def test_what_was_given_up_ends_soon_after(make_webhook: MakeWebhook) -> None:
    hook = make_webhook(hangs=True)
    assert not notifier(channels={"web": f"{hook.address}?rto=600&cto=600"}, seconds=0.5).deliver(NOTICE, WANG).ok
    for sender in [thread for thread in enumerate_threads() if thread.name == SENDER]:
        sender.join()


@pytest.mark.timeout(30)
def test_an_address_cannot_ask_for_more_time_or_call_a_failure_a_success(make_webhook: MakeWebhook) -> None:
    hook = make_webhook(hangs=True)
    channels = {"web": f"{hook.address}?rto=600&cto=600&retry=5&optional=yes"}
    assert notifier(channels=channels, seconds=0.5).deliver(NOTICE, WANG) == Delivery(
        None, False, (("web", "timed-out"),)
    )
    refusing = make_webhook(status=403)
    assert not notifier(channels={"web": f"{refusing.address}?optional=yes&retry=3"}).deliver(NOTICE, WANG).ok
    assert len(refusing.asked) == 1


def test_a_channel_takes_a_notice_when_one_of_its_addresses_does(make_webhook: MakeWebhook) -> None:
    first, second = make_webhook(status=404), make_webhook()
    told = notifier(channels={"web": f"{first.address}\n {second.address}"}).deliver(NOTICE, WANG)
    assert told == Delivery("web", True, (("web", "answered 404"),))


def test_nobody_listening_is_told_from_a_refusal() -> None:
    told = notifier(channels={"web": f"json://127.0.0.1:{free_port()}"}).deliver(NOTICE, WANG)
    assert told.attempts == (("web", "unreachable"),)


def test_without_a_route_nothing_is_sent_and_that_is_said() -> None:
    assert notifier([], channels={}).deliver(NOTICE, WANG) == Delivery(None, False, (("", "no-route"),))


def test_no_secret_and_no_name_reaches_a_log(
    mailbox: Mailbox, make_webhook: MakeWebhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox.answer = REFUSED
    channels = {
        "mail": mailbox.address(),
        "gone": f"json://user:SECRETWORD@127.0.0.1:{free_port()}/SECRETPATH",
        "none": "twilio://SECRETPATH",
        "robot": "wecombot://bad key SECRETPATH",
        "web": make_webhook().address,
    }
    settled = notifier(channels=channels)
    assert settled.deliver(NOTICE, WANG).channel == "web"
    with pytest.raises(ConfigurationError):
        settled.check()
    # the mail server runs in this process, and writes down what it is told
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    for secret in ("SECRET", "李某", WANG.number, "unit.example"):
        assert secret not in logged


def test_no_secret_is_in_what_a_notifier_shows_of_itself(make_webhook: MakeWebhook) -> None:
    settled = notifier([Route(channels=["web"], person="QD-0042")], channels={"web": make_webhook().address})
    assert "SECRETPATH" not in repr(settled) + str(settled) + settled.model_dump_json()
    assert "QD-0042" not in repr(settled)
    assert WANG.number not in repr(WANG) and "李某" not in repr(NOTICE)


@pytest.mark.servers
@pytest.mark.usefixtures("prefect_server")
def test_a_kept_notifier_shows_no_address_to_who_may_not_read_secrets() -> None:
    notifier(channels={"web": "json://127.0.0.1/SECRETPATH"}).save("leaders", overwrite=True)
    with get_client(sync_client=True) as client:
        kept = client.read_block_document_by_name("leaders", "custody-leader-notifier", include_secrets=False)
    assert kept.data["channels"]["web"].strip("*") == ""
    loaded = LeaderNotifier.load("leaders")
    assert isinstance(loaded, LeaderNotifier)
    assert loaded.channels["web"].get_secret_value() == "json://127.0.0.1/SECRETPATH"


MISTAKES: dict[str, tuple[dict[str, Any], list[Route], str]] = {
    "an address that is none": ({"channels": {"web": "nonsense://SECRETPATH"}}, [], "channels.web"),
    "a second address that is none": ({"channels": {"web": "json://h twilio://SECRETPATH"}}, [], "channels.web"),
    "a mail to nobody": ({"channels": {"web": "mailto://h?from=a@b.cn&to=SECRETPATH"}}, [], "channels.web"),
    "a channel without address": ({"channels": {"web": " "}}, [], "channels.web"),
    "an unknown channel": ({}, [Route(channels=["web", "sms"])], "route 1.channels"),
    "no channel": ({}, [Route(channels=[])], "route 1.channels"),
    "an unknown role": ({}, [Route(channels=["web"]), Route(role="boss", channels=["web"])], "route 2.role"),
    "no default": ({}, [Route(role="officer", channels=["web"])], "routes"),
    "two defaults": ({}, [Route(channels=["web"]), Route(channels=["web"])], "route 2"),
    "no notice a minute": ({"per_minute": {"web": 0}}, [], "per_minute.web"),
    "a pace of no channel": ({"per_minute": {"sms": 5}}, [], "per_minute.sms"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_settings_is_named_at_start(mistake: str) -> None:
    settings, routes, subject = MISTAKES[mistake]
    wrong = notifier(routes or [Route(channels=["web"])], **{"channels": {"web": "json://h"}, **settings})
    with pytest.raises(ConfigurationError) as found:
        wrong.check()
    assert found.value.subject == subject
    assert "SECRETPATH" not in str(found.value)


def test_right_settings_pass() -> None:
    channels = {"mail": "mailto://u:p@mail.example?to={number}@unit.example", "robot": "wecombot://k"}
    routes = [Route(channels=["mail"]), Route(role="principal-leader", unit="city", channels=["robot", "mail"])]
    notifier(routes, channels=channels, per_minute={"robot": 20}).check()


ROUTES = [
    Route(channels=["default"]),
    Route(role="department-head", channels=["role"]),
    Route(unit="city", channels=["city"]),
    Route(unit="chengguan", channels=["unit"]),
    Route(role="department-head", unit="city", channels=["role in city"]),
    Route(role="department-head", unit="chengguan", channels=["role in unit"]),
    Route(role="officer", unit="dui", channels=["officers of the department"]),
    Route(person="QD-0042", channels=["person"]),
]


@pytest.mark.parametrize(
    ("left_out", "channel"),
    [
        ([], "person"),
        (["person"], "role in unit"),
        (["person", "role in unit"], "role in city"),
        (["person", "role in unit", "role in city"], "unit"),
        (["person", "role in unit", "role in city", "unit"], "city"),
        (["person", "role in unit", "role in city", "unit", "city"], "role"),
        (["person", "role in unit", "role in city", "unit", "city", "role"], "default"),
    ],
)
def test_the_most_specific_route_wins(left_out: list[str], channel: str) -> None:
    routes = [route for route in ROUTES if route.channels[0] not in left_out]
    assert channels_for(WANG, routes) == (channel,)
    assert channels_for(WANG, routes[::-1]) == (channel,)


class Moved:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, per_minute: int, before: Sequence[float] = ()) -> Pace:
        return Pace(per_minute, clock=self.clock, sleep=self.sleep, before=before)


def most_in_a_minute(sent: Sequence[float]) -> int:
    """How many went in the fullest 60 seconds, both ends included."""
    return max(sum(begin <= at <= begin + 60 for at in sent) for begin in sent)


@pytest.mark.parametrize("limit", [1, 2, 20])
@pytest.mark.parametrize("pauses", [[0.0], [3.0], [0.0] * 19 + [59.9], [0.1, 45.0, 0.0, 0.0, 61.0]])
def test_no_sixty_seconds_hold_more_than_the_limit(limit: int, pauses: list[float]) -> None:
    moved, sent = Moved(), list[float]()
    pace = moved.pace(limit)
    for pause in itertools.islice(itertools.cycle(pauses), 5 * limit + 7):
        moved.now += pause
        pace.take()
        sent.append(moved.now)
    assert most_in_a_minute(sent) <= limit


def test_what_was_sent_by_an_earlier_delivery_counts() -> None:
    moved, earlier = Moved(), [-float(seconds) for seconds in range(0, 30, 2)]
    pace, sent = moved.pace(20, before=[-at for at in earlier]), list(earlier)
    for _ in range(50):
        pace.take()
        sent.append(moved.now)
    assert most_in_a_minute(sent) == 20
    assert moved.slept[0] > 30


def test_a_channel_that_was_left_alone_takes_its_whole_minute_at_once() -> None:
    moved = Moved()
    pace = moved.pace(20)
    assert [pace.take() for _ in range(20)] == [0.0] * 20
    assert pace.take() > 60
    moved.now += 3600
    assert [pace.take() for _ in range(20)] == [0.0] * 20


def test_threads_share_a_pace() -> None:
    moved = Moved()
    pace = moved.pace(20)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: pace._reserve(), range(100)))
    assert most_in_a_minute(waits) == 20


def test_a_pace_is_kept_across_notices_and_only_for_its_channel(make_webhook: MakeWebhook) -> None:
    hook, waits = make_webhook(), list[float]()
    settled = notifier(channels={"web": hook.address}, per_minute={"web": 1})
    paces = settled.paces(clock=lambda: 0.0, sleep=waits.append)
    assert [settled.deliver(NOTICE, WANG, paces).ok for _ in range(2)] == [True, True]
    assert waits == [pytest.approx(61.0)]

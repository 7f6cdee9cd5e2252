"""The form in which each kind of channel is told, and failures of the channel itself (Art. 16, 20)."""

from __future__ import annotations

import pytest
from apprise.plugins.custom_json import NotifyJSON

from blocks.notice_channels import send
from blocks.notice_failures import Failure, Sent
from blocks.notice_message import Message
from blocks.notice_robots import DingTalkRobot, WeComRobot
from tests.fixtures.mail import MakeWebhook
from tests.servers.processes import free_port

NOTICE = Message("N-1", "2 项逾期 N-1", "头\n\n" + "事" * 500 + "\n\n尾", "**头**\n\n尾", "<p>页</p>", "查看 https://x")


@pytest.mark.parametrize(("form", "said"), [("markdown", "**头**\n\n尾"), ("html", "<p>页</p>"), ("text", NOTICE.text)])
def test_a_webhook_is_told_in_the_form_its_address_asks_for(make_webhook: MakeWebhook, form: str, said: str) -> None:
    hook = make_webhook()
    assert send(f"{hook.address}?format={form}", NOTICE, number="0").ok
    assert hook.asked[0].body["message"] == said


@pytest.mark.parametrize(
    ("limit", "title", "said"),
    [(160, 0, f"{NOTICE.title}\r\n头\n\n……\n\n尾"), (20, 250, "头\n\n……\n\n尾"), (5, 250, NOTICE.short)],
)
def test_a_channel_that_takes_little_is_told_what_fits(
    make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch, limit: int, title: int, said: str
) -> None:
    monkeypatch.setattr(NotifyJSON, "body_maxlen", limit)
    monkeypatch.setattr(NotifyJSON, "title_maxlen", title)
    hook = make_webhook()
    assert send(hook.address, NOTICE, number="0").ok
    assert hook.asked[0].body["message"] == said


def test_html_for_a_channel_that_is_no_mail_is_the_text(
    make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyJSON, "body_maxlen", 4096)
    hook = make_webhook()
    assert send(f"{hook.address}?format=html", NOTICE, number="0").ok
    assert "事事事" in hook.asked[0].body["message"] and "页" not in hook.asked[0].body["message"]


def test_an_address_that_became_unreadable_is_no_delivery() -> None:
    assert send("nonsense://SECRETPATH", NOTICE, number="0") == Sent(False, Failure.UNREADABLE)


@pytest.mark.parametrize("more", ["", "?redirect=yes"])
def test_a_redirect_is_not_followed(make_webhook: MakeWebhook, more: str) -> None:
    elsewhere = make_webhook()
    hook = make_webhook(status=307, location=elsewhere.url)
    assert send(hook.address + more, NOTICE, number="0") == Sent(False, Failure.ANSWERED, 307)
    assert not elsewhere.asked


def test_what_a_plugin_raises_is_a_failure_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: WeComRobot, message: Message) -> Sent:
        raise RuntimeError("SECRETPATH")

    monkeypatch.setattr(WeComRobot, "deliver", broken)
    assert send("wecombot://SECRETPATH", NOTICE, number="0") == Sent(False, Failure.FAILED)


def test_a_channel_that_fails_without_a_reason_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyJSON, "send", lambda *args, **kwargs: False)
    assert send("json://127.0.0.1", NOTICE, number="0") == Sent(False, Failure.FAILED)


def test_a_robot_out_of_reach_and_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DingTalkRobot, "notify_url", f"http://127.0.0.1:{free_port()}/")
    assert send("dingtalk://SECRETPATH", NOTICE, number="0") == Sent(False, Failure.UNREACHABLE)

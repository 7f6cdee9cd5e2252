"""Group robots: markdown of the length they take, and a refusal under a status of success (Art. 16, 20)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from blocks.notice_channels import send
from blocks.notice_failures import Failure, Sent
from blocks.notice_fitting import LEFT_OUT, fitted, in_bytes
from blocks.notice_message import Message
from blocks.notice_robots import WECOM_BYTES, DingTalkRobot, FeishuRobot, WeComRobot
from tests.fixtures.mail import MakeWebhook, Webhook

LINES = "\n\n".join(["**头**", *(f"{place}. 执法记录仪" + "资料" * 60 for place in range(20)), "[查看](https://x) N-1"])
NOTICE = Message("N-1", "【执法记录仪】20 项逾期 N-1", LINES, LINES, "<p>页</p>", "查看 https://x")

ADDRESSES = {
    "wecom": "wecombot://SECRETPATH",
    "dingtalk": "dingtalk://secret@SECRETPATH",
    "feishu": "feishu://SECRETPATH",
}
REFUSALS = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 310000, "errmsg": "keywords not in content"},
    "feishu": {"code": 19024, "msg": "Key Words Not Found"},
}
TAKEN = {"wecom": {"errcode": 0}, "dingtalk": {"errcode": 0}, "feishu": {"code": 0}}


@pytest.fixture
def robots(make_webhook: MakeWebhook, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    """The robots' makers, played by one server."""
    hook = make_webhook()
    for robot in (WeComRobot, DingTalkRobot, FeishuRobot):
        monkeypatch.setattr(robot, "notify_url", f"{hook.url}/{{key}}".replace("{key}", "robot"))
    return hook


def sent(name: str, message: Message = NOTICE) -> Sent:
    return send(ADDRESSES[name], message, number="QD-0042")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_robot_that_took_it_says_so(robots: Webhook, name: str) -> None:
    robots.answer = TAKEN[name]
    assert sent(name) == Sent(True)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_refusal_under_status_200_is_no_delivery(robots: Webhook, name: str) -> None:
    robots.answer = REFUSALS[name]
    code = REFUSALS[name].get("errcode") or REFUSALS[name]["code"]
    assert sent(name) == Sent(False, Failure.REFUSED, int(code))


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_answer_that_says_nothing_is_no_delivery(robots: Webhook, name: str) -> None:
    assert sent(name).failure is Failure.REFUSED
    robots.status = 502
    assert sent(name) == Sent(False, Failure.ANSWERED, 502)


@pytest.mark.timeout(30)  # the server hangs for a minute
def test_a_robot_that_never_answers_is_given_up(robots: Webhook) -> None:
    robots.hangs = True
    assert send(ADDRESSES["wecom"], NOTICE, number="0", seconds=0.5).failure is Failure.TIMED_OUT


def test_wecom_is_told_in_markdown_of_the_bytes_it_takes(robots: Webhook) -> None:
    sent("wecom")
    body = robots.asked[0].body
    assert body["msgtype"] == "markdown"
    content = body["markdown"]["content"]
    assert in_bytes(content) <= WECOM_BYTES
    assert content.startswith(f"**{NOTICE.title}**")
    assert content.endswith(f"{LEFT_OUT}\n\n[查看](https://x) N-1")
    assert "0. 执法" in content and "19. 执法" not in content


def test_dingtalk_is_told_in_markdown_and_signed(robots: Webhook) -> None:
    sent("dingtalk")
    asked = robots.asked[0]
    assert asked.body["msgtype"] == "markdown"
    assert asked.body["markdown"]["title"] == NOTICE.title and "19. 执法" in asked.body["markdown"]["text"]
    signature = parse_qs(urlsplit(asked.path).query)["sign"][0]
    assert len(signature) == 44 and signature.endswith("=") and "%" not in signature


def test_feishu_is_told_by_a_card(robots: Webhook) -> None:
    sent("feishu")
    card = robots.asked[0].body["card"]
    assert card["header"]["title"]["content"] == NOTICE.title
    assert card["elements"][0] == {"tag": "markdown", "content": LINES}


def test_what_does_not_fit_at_all_is_said_in_a_line(robots: Webhook) -> None:
    sent("wecom", replace(NOTICE, markdown="长" * 5000))
    assert robots.asked[0].body["markdown"]["content"].endswith(NOTICE.short)


def test_head_and_end_of_a_notice_are_never_cut() -> None:
    assert fitted("a\n\nb\n\nc", "s", 100) == "a\n\nb\n\nc"
    assert fitted("aaaa\n\nbbbbbbbbbbbb\n\ncccc", "s", 20) == f"aaaa\n\n{LEFT_OUT}\n\ncccc"
    assert fitted("aaaa\n\nbbbbbbbbbbbb\n\ncccc", "s", 8) == "s"

"""Group robots of WeCom, DingTalk and Feishu: markdown, and their own error codes believed.

They answer 200 to what they refuse - too many messages, a missing keyword, a revoked key - and say so only in the
answer's body. Apprise takes the 200 for success; a notice would count as delivered that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import requests
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from blocks.notice_failures import TAKEN, Failure, Sent
from blocks.notice_fitting import fitted, in_bytes
from blocks.notice_message import Message

WECOM_BYTES = 4_096
DINGTALK_BYTES = 20_000
FEISHU_BYTES = 20_000
"""What the robots take of markdown, by their makers' documents."""


def _fitted(message: Message, limit: int) -> str:
    return fitted(message.markdown, message.short, limit - in_bytes(message.title) - len("**\n\n**"), in_bytes)


def _posted(
    plugin: NotifyBase, url: str, payload: Mapping[str, Any], code: str, params: Mapping[str, str] | None = None
) -> Sent:
    """The payload sent; `code` names the field of the answer that is 0 when the robot took it."""
    try:
        answer = requests.post(
            url,
            json=payload,
            params=params,
            verify=plugin.verify_certificate,
            timeout=plugin.request_timeout,
            allow_redirects=plugin.redirects,
        )
    except requests.Timeout:
        return Sent(False, Failure.TIMED_OUT)
    except requests.RequestException:
        return Sent(False, Failure.UNREACHABLE)
    if answer.status_code != requests.codes.ok:
        return Sent(False, Failure.ANSWERED, answer.status_code)
    return _verdict(answer, code)


def _verdict(answer: requests.Response, code: str) -> Sent:
    try:
        said = answer.json()[code]
    except (ValueError, KeyError, TypeError):
        return Sent(False, Failure.REFUSED)
    if said == 0:
        return TAKEN
    return Sent(False, Failure.REFUSED, said if isinstance(said, int) else None)


class WeComRobot(NotifyWeComBot):
    """企业微信群机器人."""

    def deliver(self, message: Message) -> Sent:
        """The notice as markdown."""
        content = f"**{message.title}**\n\n{_fitted(message, WECOM_BYTES)}"
        return _posted(self, self.api_url, {"msgtype": "markdown", "markdown": {"content": content}}, "errcode")


class DingTalkRobot(NotifyDingTalk):
    """钉钉群机器人."""

    def deliver(self, message: Message) -> Sent:
        """The notice as markdown, signed where the robot has a secret."""
        payload = {
            "msgtype": "markdown",
            "markdown": {
                "title": message.title,
                "text": f"**{message.title}**\n\n{_fitted(message, DINGTALK_BYTES)}",
            },
            "at": {"atMobiles": self.targets, "isAtAll": False},
        }
        return _posted(self, self.notify_url.format(token=self.token), payload, "errcode", self._signature())

    def _signature(self) -> dict[str, str] | None:
        if not self.secret:
            return None
        timestamp, signature = self.get_signature()  # type: ignore[no-untyped-call]
        return {"timestamp": timestamp, "sign": unquote(signature)}


class FeishuRobot(NotifyFeishu):
    """飞书群机器人."""

    def deliver(self, message: Message) -> Sent:
        """The notice as a card."""
        card: dict[str, Any] = {
            "header": {"title": {"tag": "plain_text", "content": message.title}},
            "elements": [{"tag": "markdown", "content": _fitted(message, FEISHU_BYTES)}],
        }
        url = self.notify_url.format(token=self.token).rstrip("/")
        return _posted(self, url, {"msg_type": "interactive", "card": card}, "code")


Robot = WeComRobot | DingTalkRobot | FeishuRobot

ROBOTS: Mapping[type[NotifyBase], type[Robot]] = MappingProxyType(
    {NotifyWeComBot: WeComRobot, NotifyDingTalk: DingTalkRobot, NotifyFeishu: FeishuRobot}
)
"""What is used in place of Apprise's own."""

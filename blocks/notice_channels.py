"""Sending a notice to an address, through Apprise. Neither Prefect nor the registry is needed for it.

An address is a secret: nothing here repeats one, in an error, an answer or a log.
"""

from __future__ import annotations

import warnings
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict
from apprise.plugins.base import NotifyBase

from blocks.notice_failures import TAKEN, Failure, Sent, failure_in, overheard
from blocks.notice_fitting import fitted
from blocks.notice_message import Message

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # an optional part of Apprise imports imghdr
    NotificationManager().load_modules()

from apprise.plugins.email import NotifyEmail  # after that warning

from blocks.notice_robots import ROBOTS, DingTalkRobot, FeishuRobot, WeComRobot

NUMBER = "{number}"
"""Stands in an address for the certificate number of who is told."""

NOTICE = "{notice}"
"""Stands in a header for the number of the notice."""

HEADERS = {"X-Custody-Notice": NOTICE, "Auto-Submitted": "auto-generated"}
"""By the first a receiver drops repeats; by the second no mailbox answers that its owner is on leave."""

PAGE_LENGTH = 32_768
"""Channels with HTML that take less are no mail and know only a few tags of it."""

SENDER = "custody-notice"
"""The name of the threads that send."""

_SECONDS = 10.0


def is_unfit(url: str, number: str) -> bool:
    """Whether the number would change the address: a comma, a space or an @ leads a mail to somebody else."""
    return NUMBER in url and not all(letter.isalnum() or letter in "-._" for letter in number)


def is_readable(url: str) -> bool:
    """Whether Apprise knows what to do with the address, once a certificate number is in it."""
    with overheard():
        return _plugin(url.replace(NUMBER, "0"), _SECONDS) is not None


def send(url: str, message: Message, *, number: str, seconds: float = _SECONDS) -> Sent:
    """The notice sent to one address of the person with this certificate number, within `seconds`.

    Each wait on the network has that limit too, so that what is given up ends soon after: a notice that is taken in
    that moment is repeated later under the same number.
    """
    if is_unfit(url, number):
        return Sent(False, Failure.UNFIT)
    outcome: SimpleQueue[Sent] = SimpleQueue()
    address = url.replace(NUMBER, quote(number, safe=""))
    Thread(target=lambda: outcome.put(_sent(address, message, seconds)), name=SENDER, daemon=True).start()
    try:
        return outcome.get(timeout=seconds)
    except Empty:
        return Sent(False, Failure.TIMED_OUT)


def _sent(url: str, message: Message, seconds: float) -> Sent:
    with overheard() as lines:
        try:
            plugin = _plugin(url, seconds)
            if plugin is None:
                return Sent(False, Failure.UNREADABLE)
            return _delivered(plugin, message, lines)
        except Exception:  # noqa: BLE001  # whatever a plugin raises names its address
            return Sent(False, Failure.FAILED)


def _delivered(plugin: NotifyBase, message: Message, lines: list[str]) -> Sent:
    if isinstance(plugin, WeComRobot | DingTalkRobot | FeishuRobot):
        return plugin.deliver(message)
    _marked(plugin, message.number)
    form, body = _body(plugin, message)
    service = Apprise(plugin, asset=plugin.asset)
    return TAKEN if service.notify(body, title=message.title, body_format=form) else failure_in(lines)


def _body(plugin: NotifyBase, message: Message) -> tuple[NotifyFormat, str]:
    """The form that the channel takes, as much of it as fits."""
    if plugin.notify_format == NotifyFormat.HTML and plugin.body_maxlen >= PAGE_LENGTH:
        return NotifyFormat.HTML, message.html
    limit = plugin.body_maxlen - (len(message.title) + len("\r\n") if plugin.title_maxlen <= 0 else 0)
    if plugin.notify_format == NotifyFormat.MARKDOWN:
        return NotifyFormat.MARKDOWN, fitted(message.markdown, message.short, limit)
    return NotifyFormat.TEXT, fitted(message.text, message.short, limit)


def _plugin(url: str, seconds: float) -> NotifyBase | None:
    """The plugin for the address, its waits limited; none where Apprise cannot read it or it reaches nobody."""
    try:
        read = url_to_dict(url)
        if not read:
            return None
        kind = NotificationManager()[read["schema"]]
        plugin = ROBOTS.get(kind, kind)(**read, asset=_asset())
    except Exception:  # noqa: BLE001  # whatever a plugin raises names its address
        return None
    return _limited(plugin, seconds) if _reaches_someone(plugin) else None


def _reaches_someone(plugin: NotifyBase) -> bool:
    """Apprise drops a mail address it cannot read, and then sends to nobody and calls it done."""
    return bool(plugin.enabled) and len(plugin) > 0 and (not isinstance(plugin, NotifyEmail) or bool(plugin.targets))


def _limited(plugin: NotifyBase, seconds: float) -> NotifyBase:
    """Whatever an address says of itself: waits end, the outbox alone repeats, a failure is one, and nobody is sent on
    to an address that nobody has set."""
    plugin.socket_connect_timeout = plugin.socket_read_timeout = seconds
    plugin.retry = 0
    plugin.optional = False
    plugin.redirects = False
    return plugin


def _asset() -> AppriseAsset:
    """What Apprise may do: no files, no key generated, no request handed on to an address nobody has set."""
    return AppriseAsset(
        app_id="custody",
        app_desc="custody",
        app_url="",
        async_mode=False,
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
        pgp_autogen=False,
        pem_autogen=False,
    )


def _marked(plugin: NotifyBase, number: str) -> None:
    """Headers that carry the number of the notice, where the channel sends headers of ours."""
    headers = getattr(plugin, "headers", None)
    if isinstance(headers, dict):
        headers.update({name: value.replace(NOTICE, number) for name, value in HEADERS.items()})

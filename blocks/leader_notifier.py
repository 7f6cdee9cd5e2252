"""The way to a leader's phone: channels, and who is told by which (Art. 16, 20)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from prefect.blocks.core import Block, schema_extra
from pydantic import ConfigDict, Field, SecretStr

from blocks.notice_channels import send
from blocks.notice_checks import check_channels, check_routes
from blocks.notice_message import Message
from blocks.notice_pace import Pace
from blocks.notice_routes import Addressee, Route, channels_for
from blocks.secret_reference import revealed
from regulation.errors import ConfigurationError

__all__ = ["Addressee", "Delivery", "LeaderNotifier", "Message", "Pace", "Route"]

NO_ROUTE = "no-route"
"""The reason where no route fits: only without `check()`."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which channel took a notice, none if none did. `attempts` are the failures before: channel and reason."""

    channel: str | None
    ok: bool
    attempts: tuple[tuple[str, str], ...] = ()


def _schema(schema: dict[str, Any], model: type[Block]) -> None:
    """Prefect's own; but of a dictionary it knows only the name to be secret and would show what is in it."""
    schema_extra(schema, model)
    schema["secret_fields"] = [f"{name}.*" if name == "channels" else name for name in schema["secret_fields"]]


class LeaderNotifier(Block):
    """Tells people by the channel they read. A channel takes a notice when one of its addresses does."""

    model_config = ConfigDict(json_schema_extra=_schema)

    _block_type_name = "Custody leader notifier"
    _block_type_slug = "custody-leader-notifier"
    _description = "Channels by which people are told of duties, and who is told by which (领导通知), Art. 16, 20."

    channels: dict[str, SecretStr] = Field(
        default_factory=dict,
        title="Channels",
        description="Name and Apprise address, or several with spaces between them; {number} stands for the "
        "certificate number of who is told.",
    )
    routes: list[Route] = Field(
        default_factory=list,
        title="Routes",
        description="Who is told by which channels. The most specific route holds; one has no condition.",
    )
    per_minute: dict[str, int] = Field(
        default_factory=dict,
        title="Notices a minute",
        description="At most, by channel. Group robots allow 20.",
    )
    seconds: float = Field(default=10.0, gt=0, title="Time limit of a send, in seconds")
    language: Literal["zh", "en"] = Field(default="zh", title="Language")

    def check(self) -> None:
        """Raises `ConfigurationError` naming channel, route and key where something is missing or wrong."""
        check_channels({name: self._addresses(name) for name in self.channels}, self.per_minute)
        check_routes(self.routes, self.channels)

    def paces(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        before: Mapping[str, Sequence[float]] | None = None,
    ) -> dict[str, Pace]:
        """The limits of the channels that have one, to be kept for as long as notices are sent. `before` says how many
        seconds ago others sent by a channel."""
        ago = before or {}
        return {
            name: Pace(limit, clock=clock, sleep=sleep, before=ago.get(name, ()))
            for name, limit in self.per_minute.items()
        }

    def route(self, addressee: Addressee) -> tuple[str, ...]:
        """The channels by which somebody is told, the preferred first."""
        return channels_for(addressee, self.routes)

    def deliver(self, message: Message, addressee: Addressee, paces: Mapping[str, Pace] | None = None) -> Delivery:
        """Tell somebody: their channels in order, until one takes the notice. Never raises for a channel's failure."""
        attempts: list[tuple[str, str]] = []
        for channel in self.route(addressee):
            if paces is not None and channel in paces:
                paces[channel].take()
            taken, reasons = self._sent(channel, message, addressee.number)
            attempts += [(channel, reason) for reason in reasons]
            if taken:
                return Delivery(channel, True, tuple(attempts))
        return Delivery(None, False, tuple(attempts) or (("", NO_ROUTE),))

    def _sent(self, channel: str, message: Message, number: str) -> tuple[bool, list[str]]:
        """Whether any address of the channel took the notice, and why the others did not."""
        sent = [send(url, message, number=number, seconds=self.seconds) for url in self._addresses(channel)]
        return any(one.ok for one in sent), [one.reason for one in sent if not one.ok]

    def _addresses(self, channel: str) -> list[str]:
        try:
            return revealed(self.channels[channel]).split()
        except ConfigurationError as wrong:
            raise ConfigurationError(wrong.message, subject=f"channels.{channel}") from None

"""The watch over duties: everything that the sweep and the delivery of notices need (Art. 16, 20)."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.access_link import step_link
from blocks.kept import kept
from blocks.leader_notifier import LeaderNotifier
from blocks.notice_link import notice_link
from blocks.registry_database import RegistryDatabase
from blocks.secret_reference import revealed
from blocks.unit_policy import UnitPolicy


class DutyWatch(Block):
    """One for the whole system: who hears of which duty is in the registry and the policy, by which channel is in the
    notifier."""

    _block_type_name = "Custody duty watch"
    _block_type_slug = "custody-duty-watch"
    _description = "Watches over duties and tells who must hear of them (期限督办): registry, policy, notifier."

    registry: RegistryDatabase = Field(title="Registry")
    policy: UnitPolicy = Field(title="Policy", default_factory=UnitPolicy)
    notifier: LeaderNotifier | None = Field(
        default=None, title="Notifier", description="Without one, notices stay queued until there is one."
    )
    pages_url: str = Field(default="", title="Pages", description="Address of the pages that notices link to.")
    pages_key: SecretStr = Field(
        default=SecretStr(""), title="Key of the pages", description="Signs the links by which a notice can be read."
    )
    heartbeat_url: SecretStr | None = Field(
        default=None,
        title="Heartbeat",
        description="Address asked after each finished sweep: a dead man's switch outside this system.",
    )

    @classmethod
    def named(cls, name: str) -> Self:
        """The watch of this name that the installation keeps; what Prefect shows of it is only shown."""
        return kept(cls, name)

    def notice_address(self, number: str, at: datetime) -> str:
        """The link under which notice `number` can be read for a while from `at`; empty where no pages are served."""
        if not self.pages_url:
            return ""
        return notice_link(self.pages_url, number, revealed(self.pages_key), at)

    def access_address(self, number: str, step_id: UUID | None, reader_id: UUID, at: datetime) -> str:
        """Where `reader_id` decides a step of the request `number`, or sees what became of it; empty where no pages are
        served. Both ask who it is first."""
        if not self.pages_url:
            return ""
        if step_id is None:
            return f"{self.pages_url.rstrip('/')}/requests/{number}"
        return step_link(self.pages_url, step_id, reader_id, revealed(self.pages_key), at)

    def disposal_address(self, number: str) -> str:
        """Where the disposal list of this number, or without one all lists, are looked at; empty where no pages are
        served. It asks who it is first."""
        return f"{self.pages_url.rstrip('/')}/disposals/{number}".rstrip("/") if self.pages_url else ""

    def activity_address(self, activity_id: UUID) -> str:
        """Where the activity is looked at; empty where no pages are served. It asks who it is first."""
        return f"{self.pages_url.rstrip('/')}/activities/{activity_id}" if self.pages_url else ""

    def conversion_address(self, number: str) -> str:
        """Where the conversion of this number is looked at; empty where no pages are served. It asks who it is
        first."""
        return f"{self.pages_url.rstrip('/')}/conversions/{number}" if self.pages_url else ""

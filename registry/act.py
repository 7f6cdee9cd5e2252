"""One act: a transaction in which rows change and the ledger says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import Session

from registry.ledger.chain import Draft, append
from registry.ledger.events import Event


class Act:
    """What a transition works in: who acts, when, and the session. Made by `Registry.acting` only.

    `actor` is an id (``person:…``, ``flow:upload``), never a name; `at` is an aware time.
    """

    def __init__(self, session: Session, actor: str, at: datetime) -> None:
        self.session = session
        self.actor = actor
        self.at = at
        self._drafts: list[Draft] = []
        self._taken_back = False

    @property
    def connection(self) -> Connection:
        """The transaction's connection, for statements over many rows."""
        return self.session.connection()

    def record(
        self,
        event: Event,
        subject_kind: str,
        subject_id: UUID,
        facts: Mapping[str, Any],
        *,
        unit_id: UUID | None = None,
        article: str | None = None,
    ) -> None:
        """Have the ledger say `event` of the subject when the act is committed.

        `facts` holds ids, hashes, sizes, times and codes; never names, device file names or other personal data.
        """
        self._drafts.append(Draft(event, subject_kind, subject_id, facts, unit_id, article))

    def take_back(self) -> None:
        """Have nothing of the act happen at its end: for trying out what it would do."""
        self._taken_back = True

    def commit(self) -> None:
        """Write what is pending, append to the ledger, and make both durable at once; nothing when taken back."""
        if self._taken_back:
            self.session.rollback()
            return
        self.session.flush()
        if self._drafts:
            append(self.connection, self._drafts, actor=self.actor, at=self.at)
        self.session.commit()

"""What the desk works with, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from desk.spool import Batch, Limits, Spool
from desk.tokens import Doorkeeper
from desk.uploads import Uploads
from registry.database import Registry
from registry.queries.docks import Dock

if TYPE_CHECKING:
    from desk.alerts import Alarm
    from desk.notices import LayOut

TUS_VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a request may reach. `base_url` is the address people open; `receipts` the folder of laid-out
    receipts; `pages_key` the secret that signs links; `lay_out` puts notices into words, alerts raise `alarm`."""

    registry: Registry
    spool: Spool
    uploads: Uploads
    doorkeeper: Doorkeeper
    receipts: Path
    pages_key: str
    base_url: str
    limits: Limits
    now: Callable[[], datetime]
    lay_out: LayOut | None = None
    alarm: Alarm | None = None


def desk_of(request: Request) -> Desk:
    """The desk that this application was made with."""
    return cast("Desk", request.app.state.desk)


def dock_of(request: Request) -> Dock:
    """The dock that asks. Raises `Refused` (401, 429)."""
    address = request.client.host if request.client is not None else ""
    return desk_of(request).doorkeeper.admit(request.headers.get("Authorization", ""), address)


def batch_of(request: Request, dock: Annotated[Dock, Depends(dock_of)]) -> Batch:
    """The batch of the address, if it is this dock's. Raises `Refused` (404)."""
    return desk_of(request).spool.batch(request.path_params["batch"], dock)


TheDesk = Annotated[Desk, Depends(desk_of)]
TheDock = Annotated[Dock, Depends(dock_of)]
TheBatch = Annotated[Batch, Depends(batch_of)]

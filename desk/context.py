"""What the desk works with, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session

from desk.clips import Clips
from desk.credentials import Credentials
from desk.patience import Patience
from desk.showing import NotShown
from desk.spool import Batch, Limits, Spool
from desk.tokens import Doorkeeper
from desk.uploads import Uploads
from registry.database import Registry
from registry.queries.docks import Dock

if TYPE_CHECKING:
    from desk.alerts import Alarm
    from desk.notices import LayOut
    from desk.single_sign_on import SingleSignOn
    from registry.transitions.duties import Rules

TUS_VERSION = "1.0.0"


ReadFootage = Callable[[str, str | None, int, int], Iterator[bytes]]
"""Gives a part of an original: its key and version in the vault, the first byte and how many."""

ReadPaper = Callable[[str], Iterator[bytes]]
"""Gives all of a paper that is kept in the vault, by its key."""

ReadTranscript = Callable[[bytes, str], list[tuple[float, float, str, str]]]
"""Reads a transcript in the form ``srt``, ``vtt`` or ``json``: from when to when, who, what. Raises `FieldDenied`."""

DraftPaper = Callable[[UUID, Literal["zh", "en"], Literal["pdf", "docx", "json"]], bytes]
"""Draws up the statement of a conversion as it stands. Raises `ActionDenied` naming what it does not say."""


Unshowable = Callable[[str], str]
"""Gives the characters of a text that no paper can show, each once."""


@dataclass(frozen=True, slots=True)
class AccessDoors:
    """What access needs: the vault, the policies, passwords and codes.

    `rules` are read in the session of the act that needs them: an act that waited for a second connection could wait
    for itself. `follow` has somebody look at a request that has changed; whether it works matters to nobody but whoever
    watches. `single_sign_on` is a city's, if it has one. `paper` reads certificates and statements. `packages` is the
    folder of evidence packages, one folder a conversion.
    """

    read: ReadFootage
    rules: Callable[[Session], Rules]
    credentials: Credentials
    clips: Clips
    patience: Patience = field(default_factory=Patience)
    follow: Callable[[str], None] = lambda _number: None
    single_sign_on: SingleSignOn | None = None
    paper: ReadPaper | None = None
    read_transcript: ReadTranscript | None = None
    draft_paper: DraftPaper | None = None
    unshowable: Unshowable = lambda _text: ""
    packages: Path | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a request may reach. `base_url` is the address people open; `receipts` the folder of laid-out
    receipts; `pages_key` the secret that signs links; `lay_out` puts notices into words, alerts raise `alarm`; `doors`
    are those of access."""

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
    doors: AccessDoors | None = None

    @property
    def access(self) -> AccessDoors:
        """What access needs. Raises `NotShown` where none was set up."""
        if self.doors is None:
            raise NotShown(404, "此处不办理调阅。", "Access is not dealt with here.")
        return self.doors


def desk_of(request: Request) -> Desk:
    """The desk that this application was made with."""
    return cast("Desk", request.app.state.desk)


def came_from(request: Request) -> str:
    """The network address that asks; empty where there is none."""
    return request.client.host if request.client is not None else ""


def dock_of(request: Request) -> Dock:
    """The dock that asks. Raises `Refused` (401, 429)."""
    return desk_of(request).doorkeeper.admit(request.headers.get("Authorization", ""), came_from(request))


def batch_of(request: Request, dock: Annotated[Dock, Depends(dock_of)]) -> Batch:
    """The batch of the address, if it is this dock's. Raises `Refused` (404)."""
    return desk_of(request).spool.batch(request.path_params["batch"], dock)


TheDesk = Annotated[Desk, Depends(desk_of)]
TheDock = Annotated[Dock, Depends(dock_of)]
TheBatch = Annotated[Batch, Depends(batch_of)]

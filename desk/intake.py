"""The intake of docks: a batch is opened, files come by tus, a manifest closes it, a receipt ends it (Art. 16)."""

from __future__ import annotations

import os
import re
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from blocks.receipt_link import receipt_link
from desk import manifests
from desk.context import Desk, TheBatch, TheDesk, TheDock
from desk.documents import sync_folder
from desk.names import in_base64
from desk.refused import Refused, disk
from desk.spool import Batch, working_on
from registry.queries import docks, intake
from registry.queries.docks import first_session_of
from registry.tables import DockSession, FileReceipt
from registry.transitions import docking

_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")
_LONGEST_MANIFEST = 64 << 20

sessions = APIRouter(prefix="/intake/sessions")


@sessions.post("")
def open_batch(request: Request, dock: TheDock, desk: TheDesk) -> Response:
    """Open a batch; with the same Idempotency-Key the same one, so that a dock need not remember."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise Refused(400, "Idempotency-Key is 16 to 128 letters, digits, - and _.")
    with disk():
        batch, is_new = desk.spool.open(dock, key, desk.now())
    place = f"/intake/sessions/{batch.id}"
    body = {"batch": str(batch.id), "upload_url": f"{place}/files"}
    return JSONResponse(body, 201 if is_new else 200, headers={"Location": place})


@sessions.get("/{batch}")
def state(batch: TheBatch, desk: TheDesk) -> Response:
    """How far the batch has come: open, complete, taking in, sealed with its receipt."""
    with disk():
        return JSONResponse(state_of(desk, batch))


@sessions.delete("/{batch}")
def discard(batch: TheBatch, desk: TheDesk) -> Response:
    """Forget a batch that is not complete."""
    with disk(), working_on(batch, alone=True):
        batch.require_open()
        desk.spool.remove(batch)
        desk.uploads.forget(batch)
    return Response(status_code=204)


@sessions.post("/{batch}/complete")
async def complete(request: Request, batch: TheBatch, desk: TheDesk) -> Response:
    """This is all: check it against the manifest and let the dump through. Said again, it changes nothing."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_MANIFEST:
            raise Refused(413, "The manifest is too long.")
    return JSONResponse(await run_sync(_complete, desk, batch, bytes(body)))


def _complete(desk: Desk, batch: Batch, body: bytes) -> dict[str, Any]:
    lines = manifests.lines_of(body)
    with disk(), working_on(batch, alone=True):
        if not batch.is_complete:
            manifests.keep(batch, manifests.check(desk.uploads, batch, lines))
        elif not manifests.is_the_same(batch, lines):
            raise Refused(409, "The batch was completed with another manifest.", article="Art. 16")
        hand_over(desk, batch)
        return state_of(desk, batch)


def hand_over(desk: Desk, batch: Batch) -> None:
    """Let a complete batch through: its session is opened in the dock's name, then the folder appears where the watch
    looks, all at once. The session comes first, so that no dump is ever seen without one. Done twice, it stays done."""
    if not batch.incoming.exists():
        return
    with desk.registry.acting(f"dock:{batch.token_id}", desk.now()) as act:
        over_the_air = docks.is_wireless(act.session, batch.token_id)
        docking.open_session(act, unit_code=batch.unit_code, source=os.fspath(batch.ready), wireless=over_the_air)
    batch.ready.parent.mkdir(mode=0o700, exist_ok=True)
    sync_folder(batch.ready.parent.parent)
    batch.incoming.rename(batch.ready)
    sync_folder(batch.ready.parent)
    sync_folder(batch.incoming.parent)


def state_of(desk: Desk, batch: Batch) -> dict[str, Any]:
    """The state of a batch as its dock is told it. Names are base64; `renamed` are those the dump cannot have."""
    told: dict[str, Any] = {"batch": str(batch.id), "upload_url": f"/intake/sessions/{batch.id}/files"}
    if not batch.is_complete:
        return {**told, "state": "open", "files": _files(desk, batch)}
    listed = manifests.kept(batch)
    told["renamed"] = [
        {"name": one["name"], "stored_as": one["stored_as"]} for one in listed if one["name"] != one["stored_as"]
    ]
    session, receipt = session_of(desk, batch)
    told["session"] = None if session is None else session.number
    if receipt is not None:
        return {**told, "state": "sealed", "receipt": _receipt(desk, receipt)}
    return {**told, "state": "complete" if batch.incoming.exists() else "taking-in"}


def _files(desk: Desk, batch: Batch) -> list[dict[str, Any]]:
    return [
        {
            "name": in_base64(file.name),
            "location": f"/intake/sessions/{batch.id}/files/{file.id}",
            "length": file.length,
            "offset": file.offset,
            "stored_as": None if file.stored is None else in_base64(file.stored),
            "sha256": file.sha256,
        }
        for file in desk.uploads.all(batch)
    ]


def session_of(desk: Desk, batch: Batch) -> tuple[DockSession | None, FileReceipt | None]:
    """The dock session of a complete batch, and its receipt once it is sealed."""
    with desk.registry.reading() as reading:
        session = first_session_of(reading, os.fspath(batch.ready))
        return session, None if session is None else intake.receipt_of(reading, session.id)


def _receipt(desk: Desk, receipt: FileReceipt) -> dict[str, Any]:
    """The receipt as the dock needs it: `signed` is what receipt.json holds."""
    signature = {"key_id": receipt.key_id, "ed25519": receipt.signature}
    return {
        "number": receipt.number,
        "link": receipt_link(desk.base_url, receipt.number, desk.pages_key, desk.now()),
        "signed": {"document": receipt.document, "signature": signature},
    }

"""A batch's files by the tus protocol 1.0.0 with creation, checksum and termination (https://tus.io)."""

from __future__ import annotations

import re
from typing import Annotated

from anyio import fail_after
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import ClientDisconnect

from desk.appending import ALGORITHMS, Appending
from desk.context import TUS_VERSION, Desk, TheBatch, TheDesk
from desk.names import metadata_of, modified_ns_of
from desk.refused import Refused, disk
from desk.spool import Batch, working_on
from desk.uploads import Upload, upload_id

_CONTENT_TYPE = "application/offset+octet-stream"
_WRITE_BYTES = 1 << 20
_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_METADATA = 16 << 10


def speaks_tus(request: Request) -> None:
    """Raises `Refused` (412) where the request is of another version."""
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise Refused(412, "Tus-Resumable must be 1.0.0.", headers={"Tus-Version": TUS_VERSION})


def upload_of(request: Request, batch: TheBatch, desk: TheDesk) -> Upload:
    """The file of the address. Raises `Refused` (404)."""
    file = request.path_params["file"]
    if not re.fullmatch(r"[0-9a-f]{32}", file):
        raise Refused(404, "There is no such file in the batch.")
    with disk():
        return desk.uploads.get(batch, file)


TheUpload = Annotated[Upload, Depends(upload_of)]
files = APIRouter(prefix="/intake/sessions/{batch}/files")


@files.options("")
@files.options("/{file}")
def describe(desk: TheDesk) -> Response:
    """What this server can do."""
    headers = {
        "Tus-Version": TUS_VERSION,
        "Tus-Extension": "creation,checksum,termination",
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(desk.limits.batch_bytes),
    }
    return Response(status_code=204, headers=headers)


@files.post("", dependencies=[Depends(speaks_tus)])
def create(request: Request, batch: TheBatch, desk: TheDesk) -> Response:
    """Begin a file, or find it begun: the answer tells how far it has come."""
    wanted = _wanted(request, batch)
    with disk(), working_on(batch):
        batch.require_open()
        upload = desk.uploads.finish_if_due(batch, desk.uploads.create(batch, wanted))
    headers = {"Location": f"{request.url.path}/{upload.id}", "Upload-Offset": str(upload.offset)}
    return Response(status_code=201, headers=headers)


def _wanted(request: Request, batch: Batch) -> Upload:
    header = request.headers.get("Upload-Metadata", "")
    if len(header) > _LONGEST_METADATA:
        raise Refused(413, "Upload-Metadata is too long.")
    metadata = metadata_of(header)
    if "filename" not in metadata:
        raise Refused(400, "Upload-Metadata needs a filename.")
    name = metadata["filename"]
    return Upload(upload_id(batch, name), name, _number(request, "Upload-Length"), header, modified_ns_of(metadata))


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise Refused(400, f"{header} must be a whole number, not negative.")
    return int(value)


@files.head("/{file}", dependencies=[Depends(speaks_tus)])
def tell(upload: TheUpload) -> Response:
    """How far the file has come."""
    headers = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}
    return Response(headers={**headers, "Upload-Metadata": upload.metadata})


@files.patch("/{file}", dependencies=[Depends(speaks_tus)])
async def append(request: Request, batch: TheBatch, upload: TheUpload, desk: TheDesk) -> Response:
    """Add to the file. The last of it is answered once the file is on the disk and in its place."""
    if request.headers.get("Content-Type") != _CONTENT_TYPE:
        raise Refused(415, f"The content type must be {_CONTENT_TYPE}.")
    offset = _number(request, "Upload-Offset")
    announced = _number(request, "Content-Length") if "Content-Length" in request.headers else None
    if not (upload.is_whole and offset == upload.length and announced == 0):
        with disk(), working_on(batch):
            batch.require_open()
            upload = await _append(request, batch, upload, desk, offset, announced)
    return Response(status_code=204, headers={"Upload-Offset": str(upload.offset)})


async def _append(
    request: Request, batch: Batch, upload: Upload, desk: Desk, offset: int, announced: int | None
) -> Upload:
    checksum = request.headers.get("Upload-Checksum")
    appending = Appending(desk.uploads, batch, upload.id, offset, announced, checksum)
    try:
        await _receive(request, appending, desk.limits.quiet_seconds)
        return await run_sync(appending.finish)
    finally:
        appending.close()


async def _receive(request: Request, appending: Appending, quiet_seconds: float) -> None:
    """Pass the body on, in pieces that are worth a write. Raises `Refused` (408) when the dock falls silent: a file is
    not held for a dock that has lost its power."""
    waiting = bytearray()
    pieces = aiter(request.stream())
    try:
        while True:
            with fail_after(quiet_seconds):
                piece = await anext(pieces, None)
            if piece is not None:
                waiting += piece
            if len(waiting) >= _WRITE_BYTES or piece is None:
                await run_sync(appending.add, bytes(waiting))
                waiting.clear()
            if piece is None:
                return
    except (ClientDisconnect, TimeoutError):
        await run_sync(appending.add, bytes(waiting))
        await run_sync(appending.interrupted)
        raise Refused(408, "The request broke off.") from None


@files.delete("/{file}", dependencies=[Depends(speaks_tus)])
def terminate(batch: TheBatch, upload: TheUpload, desk: TheDesk) -> Response:
    """Forget the file."""
    with disk(), working_on(batch):
        batch.require_open()
        desk.uploads.remove(batch, upload.id)
    return Response(status_code=204)

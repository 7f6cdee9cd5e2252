"""Pages for people: what this is, whether it is well, and receipts for those who were given a link (Art. 16)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from blocks.receipt_link import RECEIPT_NUMBER, opens
from desk.context import TheDesk, desk_of
from desk.refused import Refused
from desk.showing import POLICY, NotShown, no_link, shown

ICONS = {path.stem: path for path in (Path(__file__).parent / "icons").glob("*.svg")}
"""By the slug of the block type."""

pages = APIRouter()


@pages.get("/")
def home() -> Response:
    """What this is."""
    return shown("home.html.j2")


@pages.get("/health")
def health(desk: TheDesk) -> Response:
    """Whether the registry answers and the spool can be written."""
    with desk.registry.reading() as reading:
        reading.connection().exec_driver_sql("SELECT 1")
    if not os.access(desk.spool.root, os.W_OK):
        raise Refused(503, "The spool cannot be written.")
    return JSONResponse({"status": "ok", "spool_free_bytes": shutil.disk_usage(desk.spool.root).free})


@pages.get("/icons/{name}.svg")
def icon(name: str) -> Response:
    """The icon of a block type, which Prefect's pages show from here."""
    path = ICONS.get(name)
    if path is None:
        raise Refused(404, "There is no such icon.")
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "max-age=86400"}
    return FileResponse(path, media_type="image/svg+xml", headers=headers)


def receipt_of(request: Request, number: str, key: str = "") -> Path:
    """The folder of the receipt that the link opens. Raises `NotShown`: 403 for whoever has no link to it, whether or
    not there is such a receipt; 404 where it is not laid out yet."""
    desk = desk_of(request)
    if not RECEIPT_NUMBER.fullmatch(number) or not opens(key, number, desk.pages_key, desk.now()):
        raise no_link()
    folder = desk.receipts / number
    if not (folder / "receipt.html").is_file():  # laid out last
        raise NotShown(404, "回执尚未生成，请稍后再试。", "The receipt is not laid out yet. Try again in a moment.")
    return folder


TheReceipt = Annotated[Path, Depends(receipt_of)]


@pages.get("/receipts/{number}")
def receipt(folder: TheReceipt) -> Response:
    """The receipt as people read it."""
    headers = {"Content-Security-Policy": POLICY}
    return FileResponse(folder / "receipt.html", media_type="text/html; charset=utf-8", headers=headers)


@pages.get("/receipts/{number}/receipt.json")
def signed_receipt(folder: TheReceipt) -> Response:
    """The receipt as it was signed."""
    return FileResponse(folder / "receipt.json", media_type="application/json", filename=f"{folder.name}.json")

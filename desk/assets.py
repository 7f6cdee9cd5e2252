"""What pages load: one style sheet, one icon, the player's script, and htmx for lists that are searched."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from desk.refused import Refused

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
ASSETS = {path.name: path for path in (Path(__file__).parent / "static").iterdir() if path.suffix in _TYPES}

assets = APIRouter()


@assets.get("/assets/{name}")
def asset(name: str) -> Response:
    """One of them."""
    path = ASSETS.get(name)
    if path is None:
        raise Refused(404, "There is no such file.")
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "max-age=3600"})

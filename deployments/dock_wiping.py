"""Wiping a dock's dump by the signed receipt, and by nothing else (Art. 16)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blocks.signing import check_signature
from regulation.errors import FixityError
from tasks.dump import Dump, shown
from tasks.wiping import wipe_file

RECEIPT_KIND = "bodycam-custody/file-receipt/1"


def wipe(dump: Dump, state: dict[str, Any], public_key: str, advanced: Callable[[int], None]) -> list[str]:
    """Delete what the receipt in `state` names, each file after its size and hash were read again; returns a sentence
    for each that was left. Raises `FixityError` unless the receipt was signed with `public_key`'s private half, which
    the dock knows from elsewhere than the server."""
    lines = lines_of(state, public_key)
    local = {base64.b64decode(one["stored_as"]): base64.b64decode(one["name"]) for one in state["renamed"]}
    left = []
    for count, line in enumerate(lines, 1):
        stored = bytes.fromhex(line["raw_name"])
        raw_name = local.get(stored, stored)
        why_not = wipe_file(dump, raw_name, size=line["size"], sha256=line["sha256"])
        if why_not is not None:
            left.append(f"{shown(raw_name)}: {why_not}")
        advanced(count)
    return left


def lines_of(state: dict[str, Any], public_key: str) -> list[dict[str, Any]]:
    """The receipt's wipe list, its signature checked. Raises `FixityError`."""
    signed = state["receipt"]["signed"]
    check_signature(signed["document"], signed["signature"]["ed25519"], public_key)
    document = json.loads(signed["document"])
    if document["kind"] != RECEIPT_KIND or document["session"] != state["session"]:
        raise FixityError("This is not the receipt of this dump.", article="Art. 16")
    return list(document["may_be_wiped"])


class Begun:
    """A receipt that a folder is being wiped by: kept until that is done, because a half wiped dump is another dump."""

    def __init__(self, folder: Path) -> None:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "custody" / "wiping"
        self._path = base / f"{hashlib.blake2b(os.fsencode(os.path.realpath(folder)), digest_size=16).hexdigest()}.json"

    def state(self) -> dict[str, Any] | None:
        """The state with the receipt that was begun with, if it was not done."""
        try:
            found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def keep(self, state: dict[str, Any]) -> None:
        """Write down what is being wiped by."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_suffix(".part")
        draft.write_text(json.dumps(state), encoding="utf-8")
        draft.replace(self._path)

    def done(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)

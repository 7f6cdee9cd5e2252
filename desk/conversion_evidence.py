"""Whether an evidence package is in force: for whoever holds one and follows the code on its label (Art. 19).

Nobody signs in here. The address is the conversion's id, which nobody guesses; it tells of no person and of no case,
and of what was never issued the same as of what does not exist.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from desk.context import desk_of
from desk.reader import language_of, words_for
from desk.showing import NotShown, shown
from registry.queries.conversion_public import Published, published
from regulation.conversion_states import ConversionState

evidence = APIRouter()

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def published_at(request: Request, id: str) -> Published:  # noqa: A002 - the address calls it so
    """The package of the address. Raises `NotShown` (404) for all others alike."""
    found = None
    if _ID.fullmatch(id):
        with desk_of(request).registry.reading() as reading:
            found = published(reading, UUID(id))
    if found is None:
        raise NotShown(404, "没有这份证据包。请核对编号。", "There is no such evidence package. Check the address.")
    return found


ThePackage = Annotated[Published, Depends(published_at)]


@evidence.get("/evidence/{id}")
def look(request: Request, found: ThePackage, sha256: str = "") -> Response:
    """The package: its number, whether it is in force, its digests, and whether a digest is one of it."""
    language, asked = language_of(request), "".join(sha256.split()).lower()
    answer = shown(
        "conversion_evidence.html.j2",
        policy=_POLICY,
        found=found,
        row=found.row,
        place=f"/evidence/{found.row.id.hex}",
        standing=_standing(found),
        asked=asked[:64],
        is_digest=_DIGEST.fullmatch(asked) is not None,
        matches=what_it_is(found, asked),
        **words_for(language),
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _standing(found: Published) -> str:
    """``in-force``, ``superseded`` or ``recalled``."""
    if found.row.state is ConversionState.ISSUED:
        return "in-force"
    return "superseded" if found.row.state is ConversionState.SUPERSEDED else "recalled"


def what_it_is(found: Published, digest: str) -> list[str]:
    """What of the package has this SHA-256. Each is compared, whichever comes first, in time that tells nothing."""
    return [what for what, one in digests_of(found) if hmac.compare_digest(one.encode(), digest.encode())]


def digests_of(found: Published) -> Iterator[tuple[str, str]]:
    """Every digest of the package, and what it is of: its media, its statement, each of its files."""
    for one in found.discs:
        yield "载体的标签清单 tagmanifest-sha256.txt", one.tag_manifest_sha256
        yield "载体的校验清单", one.sums_sha256
        if one.image_sha256 is not None:
            yield "载体的映像文件", one.image_sha256
    yield "附文字说明（PDF）", found.paper_sha256
    yield "附文字说明（英文译本）", found.english_sha256
    yield "附文字说明 statement.json", sha256(found.document.encode()).hexdigest()
    for file in json.loads(found.document).get("files", ()):
        yield "资料或者附件", file["sha256"]

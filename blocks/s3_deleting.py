"""Many versions removed in one request (DeleteObjects), each by its id."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from blocks.s3_wire import Wire, refusal
from blocks.s3_xml import name_of, parsed, text_of
from blocks.vault import Listed
from regulation.errors import Unavailable

_NO_VERSION = "null"  # what was put while the bucket kept no versions; without any id it would only be hidden
_SAID = {"AccessDenied": "The S3 server refuses to remove it: it is locked, or this account may not (AccessDenied)."}


def delete_versions(wire: Wire, lines: Sequence[Listed]) -> dict[str, str]:
    """Remove at most 1,000 versions and markers; what is not there counts as removed.

    Returns the keys of which the server kept something, each with its reason in a sentence. Raises what `Wire.send`
    raises, and `ConfigurationError` where the server refuses the request as a whole.
    """
    body = _request(lines)
    headers = {
        "content-md5": b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii"),
        "content-type": "application/xml",
    }
    answer = wire.send(
        "POST", "", query={"delete": ""}, headers=headers, body=body, payload_sha256=hashlib.sha256(body).hexdigest()
    )
    if answer.status != 200:
        raise refusal(answer, "bucket")
    told = parsed(answer, "bucket")
    if name_of(told) == "Error":  # a server that had said 200 before it knew
        raise Unavailable(f"The S3 server did not take the request: {text_of(told, 'Code')}.", subject="bucket")
    return {text_of(each, "Key"): _reason(each) for each in told if name_of(each) == "Error"}


def _request(lines: Sequence[Listed]) -> bytes:
    objects = "".join(
        f"<Object><Key>{escape(line.key)}</Key><VersionId>{escape(line.version or _NO_VERSION)}</VersionId></Object>"
        for line in lines
    )
    return f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{objects}<Quiet>true</Quiet></Delete>'.encode()


def _reason(refused: ElementTree.Element) -> str:
    code = text_of(refused, "Code")
    return _SAID.get(code, f"The S3 server did not remove it ({code or 'it does not say why'}).")

"""The exact rules of ledger and anchors in words, which travel with every export: nobody needs our code to check it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RULES: Mapping[str, str] = MappingProxyType(
    {
        "entry": (
            "hash = SHA-256, in lower-case hexadecimal, over the UTF-8 bytes of the JSON object of its other ten "
            "fields (actor, article, at, event, facts, previous_hash, seq, subject_id, subject_kind, unit_id): keys in "
            "this order, which is that of the alphabet; no spaces; facts as a text, not as an object; null for what "
            'is not there; in texts only ", \\ and characters below U+0020 are escaped '
            '(\\" \\\\ \\n \\r \\t \\f \\b, else \\u00xx).'
        ),
        "chain": "previous_hash = hash of the entry before; of the first entry sixty-four zeros. seq counts from 1.",
        "tree": (
            "RFC 6962 with SHA-256 over the hashes of entries first_seq to last_seq, each as its raw 32 bytes: "
            "leaf = SHA-256(00 || hash), node = SHA-256(01 || left || right); n leaves are split after the largest "
            "power of two below n."
        ),
        "proof": (
            "path = the hashes beside the way from leaf number seq - first_seq (from 0) up to the root, the lowest "
            "first (RFC 6962, 2.1.1); checked as in RFC 9162, 2.1.3.2."
        ),
        "anchor": (
            "document is a JSON text, kept as written; it names span, root, head (hash of entry last_seq) and previous "
            "= SHA-256 of the document of the anchor before, sixty-four zeros for the first."
        ),
        "signature": "Ed25519 (RFC 8032) over the UTF-8 bytes of the document; keys and signatures in base64, raw.",
        "timestamp": (
            "token = an RFC 3161 TimeStampResp in DER, in base64, over the SHA-256 of the document. Its time is the "
            "authority's. An anchor without one was there before the next anchor that has one, which follows from it."
        ),
        "file": (
            "The signature of a proof is over its other members as JSON: keys sorted, no spaces, escaped as above. A "
            "ledger is one JSON object a line; the last line names the SHA-256 of all bytes before it, and its "
            "signature is over its member end."
        ),
    }
)

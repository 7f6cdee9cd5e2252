"""Where each file comes from, as JSON-LD that archives read: PREMIS 3 and PROV-O, its context inside (Art. 7, 19).

Files are named by their content (RFC 6920: ``ni:///sha-256;…``), ledger entries by their hash, people by their id.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

FORMAT = "custody-provenance-1"
_LOC = "http://id.loc.gov/vocabulary/preservation/"
CONTEXT: Mapping[str, Any] = {
    "premis": "http://www.loc.gov/premis/rdf/v3/",
    "prov": "http://www.w3.org/ns/prov#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "custody": "urn:bodycam-custody:terms:",
    "prov:startedAtTime": {"@type": "xsd:dateTime"},
    "prov:used": {"@type": "@id"},
    "prov:wasDerivedFrom": {"@type": "@id"},
    "prov:wasGeneratedBy": {"@type": "@id"},
    "prov:wasAssociatedWith": {"@type": "@id"},
    "prov:wasInformedBy": {"@type": "@id"},
}
"""Within the document, so that nothing is fetched to read it."""

_EVENT_TYPES: Mapping[str, str] = {
    "recording.verified": f"{_LOC}eventType/ing",  # ingestion
    "recording.rehashed": f"{_LOC}eventType/fix",  # fixity check
    "recording.probed": f"{_LOC}eventType/val",  # validation
}
"""The Library of Congress's names for the entries that it has one for; each entry's own name stands beside it."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of the package; `recording` is the id of the recording that it is the original of, else None."""

    path: str
    sha256: str
    size: int
    media_type: str
    sm3: str | None = None
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """That a file was made from another, both by their SHA-256: how (``clip``, ``still`` …), from which seconds, by
    which tool and version, and when (RFC 3339)."""

    made: str
    original: str
    kind: str
    tool: str
    at: str
    start: float | None = None
    end: float | None = None


def name_of(sha256: str) -> str:
    """The name of bytes by their SHA-256 (RFC 6920)."""
    text = base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
    return f"ni:///sha-256;{text}"


def agent_of(actor: str) -> str:
    """The name of who acted: ``person:UUID`` becomes ``urn:uuid:UUID``, a program keeps the ledger's name for it."""
    kind, _, rest = actor.partition(":")
    return f"urn:uuid:{rest}" if kind == "person" else f"urn:bodycam-custody:actor:{quote(actor, safe=':.-')}"


def provenance(
    number: str, files: Sequence[FileFacts], entries: Sequence[Mapping[str, Any]], derived: Sequence[Derived]
) -> bytes:
    """The document of package `number`, the same from the same.

    `entries` are ledger entries as `registry.queries.recording_trail.entry_document` gives them.
    """
    subjects: dict[str | None, str] = {one.recording: name_of(one.sha256) for one in files if one.recording is not None}
    origins = {one.made: one for one in derived}
    agents = {str(one["actor"]) for one in entries}
    graph = [
        *(_file(one, origins.get(one.sha256)) for one in files),
        *(_activity(one) for one in derived),
        *(_entry(one, subjects) for one in sorted(entries, key=lambda entry: int(entry["seq"]))),
        *(_agent(one) for one in sorted(agents)),
        *(_tool(one) for one in sorted({one.tool for one in derived})),
    ]
    document = {"@context": dict(CONTEXT), "@graph": [_package(number, files), *graph]}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _package(number: str, files: Sequence[FileFacts]) -> dict[str, Any]:
    return {
        "@id": f"urn:bodycam-custody:package:{quote(number, safe='')}",
        "@type": ["premis:IntellectualEntity", "prov:Collection"],
        "custody:format": FORMAT,
        "custody:number": number,
        "prov:hadMember": [{"@id": name_of(one.sha256)} for one in files],
    }


def _file(one: FileFacts, origin: Derived | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": name_of(one.sha256),
        "@type": ["premis:File", "prov:Entity"],
        "custody:path": one.path,
        "dcterms:format": one.media_type,
        "premis:size": {"@type": "xsd:nonNegativeInteger", "@value": str(one.size)},
        "premis:fixity": [_fixity(f"{_LOC}cryptographicHashFunctions/sha256", one.sha256)],
    }
    if one.sm3 is not None:
        told["premis:fixity"].append(_fixity("custody:sm3", one.sm3))
    if one.recording is not None:
        told["custody:recording"] = {"@id": f"urn:uuid:{one.recording}"}
    if origin is not None:
        told["prov:wasDerivedFrom"] = name_of(origin.original)
        told["prov:wasGeneratedBy"] = _making(origin)
    return told


def _fixity(function: str, digest: str) -> dict[str, Any]:
    return {"@type": ["premis:Fixity", function], "rdf:value": digest}


def _making(one: Derived) -> str:
    return f"urn:bodycam-custody:made:{one.made}"


def _activity(one: Derived) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": _making(one),
        "@type": ["premis:Event", "prov:Activity", f"{_LOC}eventType/cre"],  # creation
        "custody:kind": one.kind,
        "prov:startedAtTime": one.at,
        "prov:used": name_of(one.original),
        "prov:wasAssociatedWith": _tool_name(one.tool),
    }
    for name, seconds in (("custody:startSeconds", one.start), ("custody:endSeconds", one.end)):
        if seconds is not None:
            told[name] = {"@type": "xsd:decimal", "@value": f"{seconds:.3f}"}
    return told


def _entry(entry: Mapping[str, Any], subjects: Mapping[str | None, str]) -> dict[str, Any]:
    known = _EVENT_TYPES.get(str(entry["event"]))
    told: dict[str, Any] = {
        "@id": name_of(str(entry["hash"])),
        "@type": ["premis:Event", "prov:Activity", *([known] if known is not None else [])],
        "custody:event": entry["event"],
        "custody:seq": {"@type": "xsd:integer", "@value": str(entry["seq"])},
        "custody:facts": entry["facts"],
        "custody:hash": entry["hash"],
        "prov:startedAtTime": entry["at"],
        "prov:wasAssociatedWith": agent_of(str(entry["actor"])),
        "prov:wasInformedBy": name_of(str(entry["previous_hash"])),
    }
    if entry.get("article") is not None:
        told["custody:article"] = entry["article"]
    if (subject := subjects.get(str(entry["subject_id"]))) is not None:
        told["prov:used"] = subject
    return told


def _agent(actor: str) -> dict[str, Any]:
    kinds = (
        ["premis:Person", "prov:Person"]
        if actor.startswith("person:")
        else ["premis:SoftwareAgent", "prov:SoftwareAgent"]
    )
    return {"@id": agent_of(actor), "@type": [*kinds, "prov:Agent"]}


def _tool_name(tool: str) -> str:
    return f"urn:bodycam-custody:tool:{quote(tool, safe='')}"


def _tool(tool: str) -> dict[str, Any]:
    return {"@id": _tool_name(tool), "@type": ["premis:SoftwareAgent", "prov:SoftwareAgent"], "rdfs:label": tool}

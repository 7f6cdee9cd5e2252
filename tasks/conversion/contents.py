"""What goes into a package beside the footage: statement, proofs, history, transcripts (Art. 7, 19).

They are put together once and lie in the conversion's folder: a run that was killed and comes again packs the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

from sqlmodel import Session

from blocks.evidence_package import evidence_link
from blocks.hashing import sm3_of
from registry.bulk import AnyRow
from registry.queries.conversion import items_of_conversion, outputs_of
from registry.queries.ledger import history_of
from registry.queries.recording_trail import entry_document
from regulation.stated import StatedFile
from regulation.statement import Attachment, Statement, check_complete
from tasks.anchoring.export import Exporter
from tasks.conversion.make import made_files
from tasks.conversion.papers import TITLES, papers_of, pictures_of
from tasks.conversion.stated import derived_path, placed_statement
from tasks.conversion.work import ConversionWork
from tasks.deriving.transcripts import as_srt, as_text
from tasks.packing.provenance import Derived, FileFacts, provenance
from tasks.statement.document import statement_json
from tasks.statement.sealing import seal_paper

STATEMENT = "data/statement/statement.json"
PAPERS = {"zh": "data/statement/statement.zh.pdf", "en": "data/statement/statement.en.pdf"}
PROVENANCE = "data/provenance.jsonld"
_UNKNOWN = "not recorded"
"""The tool of what was made before its name was kept."""
_TYPES: Mapping[str, str] = {
    "3g2": "video/3gpp2",
    "3gp": "video/3gpp",
    "aac": "audio/aac",
    "amr": "audio/amr",
    "avi": "video/x-msvideo",
    "flac": "audio/flac",
    "flv": "video/x-flv",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "m2ts": "video/mp2t",
    "m4a": "audio/mp4",
    "mka": "audio/x-matroska",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mts": "video/mp2t",
    "ogg": "audio/ogg",
    "png": "image/png",
    "srt": "application/x-subrip",
    "ts": "video/mp2t",
    "txt": "text/plain",
    "wav": "audio/wav",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was prepared: the statement as it is signed, texts and papers by their path in the package, and where the
    files lie that were made, by theirs."""

    statement: Statement
    document: str
    texts: dict[str, bytes]
    made: dict[str, Path]


def prepare(work: ConversionWork, row: AnyRow) -> Prepared:
    """Everything beside the originals, the same whenever it is asked once it was put together.

    Raises `ActionDenied` naming what the statement does not say or cannot show, `FixityError` where something that was
    made is not what was checked.
    """
    with work.registry.reading() as reading:
        outputs = outputs_of(reading.connection(), row)
    made = {derived_path(one): path for one, path in _made(work, row, outputs)}
    folder = work.folder / f"contents-{row.edition}"
    if not folder.exists():
        _put_together(work, row, folder, made)
    texts = {path: (folder / path).read_bytes() for path in _paths_in(folder)}
    with work.registry.reading() as reading:
        statement = _statement(work, reading, row, _attachments(texts))
    return Prepared(statement, texts[STATEMENT].decode("utf-8"), texts, made)


def _made(work: ConversionWork, row: AnyRow, outputs: list[AnyRow]) -> Iterator[tuple[AnyRow, Path]]:
    files = made_files(work, row, outputs)
    for one in outputs:
        if one.id in files:
            yield one, files[one.id]


def _paths_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _statement(work: ConversionWork, session: Session, row: AnyRow, attachments: list[Attachment]) -> Statement:
    policy = work.rules.policy_of(row.unit_id)
    return placed_statement(
        session, row, policy, work.now(), evidence_link(work.archive.pages_url, row.id), attachments
    )


def _put_together(work: ConversionWork, row: AnyRow, folder: Path, made: dict[str, Path]) -> None:
    """Write it beside its place, and put it there when it is whole."""
    with work.registry.reading() as reading:
        draft = _statement(work, reading, row, [])
        texts = {
            **dict(_proofs(work, reading, row, draft)),
            **dict(_transcripts(draft)),
            PROVENANCE: _provenance(reading, row, draft),
        }
    statement = replace(draft, attachments=tuple(_attachments(texts)))
    check_complete(statement)
    texts[STATEMENT] = statement_json(statement).encode()
    papers = papers_of(statement, pictures_of(statement, made), work.archive.fonts)
    texts |= {PAPERS[language]: _sealed(work, statement, paper) for language, paper in papers.items()}
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    for path, content in texts.items():
        _write(part / path, content)
    part.rename(folder)


def _sealed(work: ConversionWork, statement: Statement, paper: bytes) -> bytes:
    """With the unit's electronic seal inside, where it has one."""
    seal = work.archive.seal
    if seal is None:
        return paper
    at, url = statement.drawn_up_at, seal.authority_url
    return seal_paper(paper, seal.certificate, seal.secret, at, reason=statement.number, authority_url=url)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _attachments(texts: dict[str, bytes]) -> list[Attachment]:
    """What stands in the statement's list of attachments: everything but the statement and its papers."""
    own = {STATEMENT, *PAPERS.values()}
    return [
        Attachment(path, _title(path), len(content), sha256(content).hexdigest(), sm3_of(BytesIO(content)))
        for path, content in sorted(texts.items())
        if path not in own
    ]


def _title(path: str) -> str:
    """In Chinese, as the statement's text has it; `tasks.conversion.papers` has the English."""
    return TITLES[path.split("/")[1]]["zh"]


def _once(files: tuple[StatedFile, ...]) -> Iterator[StatedFile]:
    """Each recording, where it stands first."""
    seen = set[str]()
    for one in files:
        if one.sha256 not in seen:
            seen.add(one.sha256)
            yield one


def _proofs(work: ConversionWork, session: Session, row: AnyRow, statement: Statement) -> Iterator[tuple[str, bytes]]:
    """What the ledger has of each original, with its way to an anchor."""
    stamps = work.archive.timestamps
    exporter = Exporter(
        work.archive.receipt_key, None if stamps is None else stamps.certificates, statement.drawn_up_at
    )
    ids = {one.position: one.recording_id for one in items_of_conversion(session.connection(), row)}
    for one in _once(statement.recordings):
        proof = exporter.proof(session, ids[one.ordinal])
        yield f"data/proofs/{one.ordinal:03d}.json", proof.encode()


def _transcripts(statement: Statement) -> Iterator[tuple[str, bytes]]:
    """The sound in writing, to read and to show beside the footage."""
    for one in _once(statement.recordings):
        if one.transcript is not None:
            lines = one.transcript.lines
            yield f"data/transcripts/{one.ordinal:03d}.srt", as_srt(lines).encode()
            yield f"data/transcripts/{one.ordinal:03d}.txt", as_text(lines).encode()


def _provenance(session: Session, row: AnyRow, statement: Statement) -> bytes:
    """Where each file comes from, for programs."""
    rows = items_of_conversion(session.connection(), row)
    ids = {one.position: one.recording_id for one in rows}
    at = (statement.extracted_at or statement.drawn_up_at).isoformat()
    files, derived = list[FileFacts](), list[Derived]()
    for one in statement.recordings:
        files.append(_original(one, ids[one.ordinal]))
        for made in one.derivatives:
            if made.path is not None and made.sha256 is not None and made.size is not None:
                start, end = made.actual or made.asked or (None, None)
                files.append(FileFacts(made.path, made.sha256, made.size, _type_of(made.path), made.sm3))
                derived.append(Derived(made.sha256, one.sha256, made.kind.value, made.tool or _UNKNOWN, at, start, end))
        for still in one.stills:
            files.append(FileFacts(still.path, still.sha256, still.size, _type_of(still.path), still.sm3))
            derived.append(
                Derived(still.sha256, one.sha256, "still", still.tool or _UNKNOWN, at, still.second, still.second)
            )
    entries = [
        entry_document(entry)
        for recording_id in sorted(set(ids.values()))
        for entry in history_of(session, recording_id)
    ]
    return provenance(row.number, files, entries, derived)


def _original(one: StatedFile, recording_id: UUID) -> FileFacts:
    path = one.path or ""
    return FileFacts(path, one.sha256, one.size, _type_of(path), one.sm3, str(recording_id))


def _type_of(path: str) -> str:
    return _TYPES.get(path.rpartition(".")[2].lower(), "application/octet-stream")

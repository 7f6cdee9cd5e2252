"""The statement of a conversion with everything in its place in the package (Art. 19)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from blocks.evidence_package import made_stem
from blocks.typesetter import is_legible
from registry.bulk import AnyRow
from registry.queries.conversion import items_of_conversion, outputs_of
from registry.queries.conversion_statement import stated_conversion
from regulation.policy import Policy
from regulation.stated import Derivative, StatedFile, Still
from regulation.statement import Attachment, Statement
from tasks.packing.names import safe_name

ORIGINALS, DERIVED = "data/originals", "data/derived"
_LONGEST_STEM = 40

_FORMS: Mapping[str, str] = {"mp4": "mp4", "ts": "ts", "avi": "avi", "wav": "wav", "jpeg": "jpg", "png": "png"}
"""The extension of a container whose device gave none."""


def placed_statement(
    session: Session, row: AnyRow, policy: Policy, at: datetime, url: str, attachments: Iterable[Attachment] = ()
) -> Statement:
    """The statement of the conversion as it stands at `at`, each of its files with its path in the package."""
    statement = stated_conversion(session, row.id, policy, at)
    items = items_of_conversion(session.connection(), row)
    outputs = outputs_of(session.connection(), row)
    first = {one.recording_id: one.position for one in reversed(items)}
    recordings = [
        _placed(stated, item, first[item.recording_id], [one for one in outputs if one.item_id == item.id])
        for stated, item in zip(statement.recordings, items, strict=True)
    ]
    return replace(
        statement, recordings=tuple(recordings), attachments=tuple(attachments), verification_url=url or None
    )


def _placed(stated: StatedFile, item: AnyRow, position: int, outputs: list[AnyRow]) -> StatedFile:
    return replace(
        stated,
        path=original_path(position, stated) if item.original else None,
        derivatives=tuple(_derivative(one, outputs) for one in stated.derivatives),
        stills=tuple(_still(one, outputs) for one in stated.stills),
    )


def original_path(position: int, stated: StatedFile) -> str:
    """Where an original lies: its number in the statement, and what the device called it, in characters that the
    statement's paper can show with its own faces alone: a package is not to depend on which others there are."""
    composed = unicodedata.normalize("NFC", Path(stated.shown_name or "").name)
    name = "".join(one if is_legible(one) else "_" for one in composed)
    stem, _, extension = name.rpartition(".") if "." in name else (name, "", "")
    extension = extension if extension.isascii() and extension.isalnum() else _FORMS.get(stated.container or "", "")
    return f"{ORIGINALS}/{safe_name(f'{position:03d} {stem}'[:_LONGEST_STEM], extension)}"


def derived_path(one: AnyRow) -> str:
    """Where something lies that was made."""
    return f"{DERIVED}/{made_stem(one.position, one.kind, one.ordinal)}.{one.facts['form']}"


def _derivative(one: Derivative, outputs: list[AnyRow]) -> Derivative:
    made = next((row for row in outputs if row.sha256 == one.sha256 and row.kind == one.kind), None)
    return one if made is None or one.not_made is not None else replace(one, path=derived_path(made))


def _still(one: Still, outputs: list[AnyRow]) -> Still:
    made = next(row for row in outputs if made_stem(row.position, row.kind, row.ordinal) == one.picture)
    return replace(one, path=derived_path(made))

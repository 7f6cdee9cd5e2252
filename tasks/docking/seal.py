"""Seal: the originals are locked, the receipt says which files the recorder may lose (Art. 16)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prefect import task

from registry.ledger import Head
from registry.queries import intake, ledger_head
from registry.queries.intake import ReceiptLine
from registry.tables import FileReceipt
from registry.transitions import docking
from regulation.errors import Unavailable
from tasks.docking.receipt_page import receipt_page
from tasks.docking.work import DockWork
from tasks.steps import RETRIED

RECEIPT_KIND = "bodycam-custody/file-receipt/1"


@task(**RETRIED, name="seal-session")
def seal_session(work: DockWork) -> FileReceipt:
    """Seal recordings and session and issue the receipt, in one transaction; then lay the receipt out for people."""
    with work.registry.reading() as reading:
        lines = intake.receipt_lines(reading, work.session_id)
        head = ledger_head(reading)
    key = work.station.receipt_key
    document = canonical(receipt_document(work, lines, head))
    with work.acting() as act:
        receipt = docking.seal_session(
            act,
            work.session_id,
            receipt_number=receipt_number(work.number),
            document=document,
            key_id=key.key_id,
            signature=key.sign(document),
        )
    lay_out(work, receipt)
    return receipt


def receipt_number(session_number: str) -> str:
    """The receipt bears its session's number."""
    return session_number.replace("DS-", "R-", 1)


def canonical(document: dict[str, Any]) -> str:
    """The one text of a document: sorted keys, no spaces, UTF-8 as it is. This text is what is signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def receipt_document(work: DockWork, lines: list[ReceiptLine], head: Head) -> dict[str, Any]:
    """What the receipt states. `may_be_wiped` names exactly the files that are stored and verified; by `ledger`, the
    newest entry of that moment, a ledger that was cut short or written anew later gives itself away (Art. 7)."""
    safe = [line for line in lines if line.may_be_wiped]
    stays = [line for line in lines if not line.may_be_wiped]
    return {
        "kind": RECEIPT_KIND,
        "article": "Art. 16",
        "receipt": receipt_number(work.number),
        "session": work.number,
        "unit": work.unit_code,
        "opened_at": work.opened_at.isoformat(),
        "issued_at": work.now().isoformat(),
        "public_key": work.station.receipt_key.public_key,
        "ledger": {"entry": head.seq, "hash": head.hash},
        "may_be_wiped": [_wipeable(line) for line in safe],
        "stays_on_device": [
            {"name": line.shown_name, "raw_name": line.raw_name.hex(), "outcome": line.outcome, "why": line.note}
            for line in stays
        ],
    }


def _wipeable(line: ReceiptLine) -> dict[str, Any]:
    return {
        "name": line.shown_name,
        "raw_name": line.raw_name.hex(),
        "size": line.size,
        "sha256": line.sha256,
        "sm3": line.sm3,
        "recording": str(line.recording_id),
        "vault_key": line.vault_key,
        "vault_version": line.vault_version,
        "outcome": line.outcome,
    }


def lay_out(work: DockWork, receipt: FileReceipt) -> Path:
    """Write receipt.json and the page for people, and keep the receipt in the vault; again and again the same."""
    folder = work.station.receipt_folder / receipt.number
    signed = signed_receipt(receipt)
    page = receipt_page(receipt, work.report(), work.zone)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "receipt.json", signed)
        _write(folder / "receipt.html", page)
    except OSError as failure:
        raise Unavailable(
            f"The folder of receipts did not take it: {failure.strerror}.", subject="receipt_folder"
        ) from failure
    work.vault.put_document(f"receipts/{work.unit_code}/{receipt.number}.json", signed.encode())
    return folder


def signed_receipt(receipt: FileReceipt) -> str:
    """receipt.json: the signed text as it is, with its signature beside it."""
    return json.dumps(
        {"document": receipt.document, "signature": {"key_id": receipt.key_id, "ed25519": receipt.signature}},
        ensure_ascii=False,
        indent=1,
    )


def _write(path: Path, content: str) -> None:
    """All or nothing, even when killed."""
    draft = path.with_suffix(".part")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)

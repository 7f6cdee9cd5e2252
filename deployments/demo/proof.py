"""The demo's act about proof: somebody alters an original in the vault, and is found out (Art. 7)."""

from __future__ import annotations

from rich.table import Table
from sqlmodel import col, select

from deployments.console import errors, out
from deployments.facts import reading
from deployments.home import Home
from registry.queries.fixity import open_incidents
from registry.tables import Filing, Recording
from regulation.vocabulary import MediaKind


def find_out(home: Home) -> None:
    """Put the ledger under an anchor, flip one bit of one original, and read all of them again."""
    from flows.fixity_audit import audit_fixity
    from flows.ledger_anchor import anchor_ledger

    table = Table("who", "does", "what came of it", title="One bit of one original is altered (Art. 7)")
    with errors.status("Reading every original again"):
        anchored = anchor_ledger()
        table.add_row("the night", "puts the ledger under an anchor", f"{anchored.get('entries', 0)} entries")
        table.add_row("somebody", "flips a bit in the vault", _flip(home))
        counts = audit_fixity()
    table.add_row("the audit", "reads every original again", f"{counts.get('read', 0)} read")
    with reading(home) as session:
        for incident in open_incidents(session.connection()):
            table.add_row(
                "the audit", "opens an incident", f"{incident.number}: {incident.kind}; it is kept from disposal"
            )
    out.print(table)


def _flip(home: Home) -> str:
    with reading(home) as session:
        query = select(Recording).where(col(Recording.media_kind) == MediaKind.PHOTO)
        altered = session.exec(query.where(col(Recording.filing) == Filing.FILED).order_by(col(Recording.id))).first()
    assert altered is not None
    file = home.settings.vault_root / altered.vault_key
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    file.chmod(0o400)
    return f"a photo of {len(content)} bytes"

"""What the database itself asks before a conversion counts as issued (Art. 19).

It was checked by one person and signed by another in this edition, its statement is there, and it names a medium. As in
`registry.migrations.guards`, an owner of the database can drop all this, and the ledger tells.
"""

from __future__ import annotations

from sqlalchemy import Connection

from registry.migrations.doors import Door, close_doors

_SIGNED = (
    "SELECT 1 FROM conversion_decision AS signed JOIN conversion_decision AS checked "
    "ON checked.conversion_id = signed.conversion_id AND checked.edition = signed.edition "
    "AND checked.person_id <> signed.person_id AND checked.content_sha256 = signed.content_sha256 "
    "WHERE signed.conversion_id = NEW.id AND signed.edition = NEW.edition "
    "AND signed.verdict = 'signed' AND checked.verdict = 'checked'"
)
_STATED = "EXISTS (SELECT 1 FROM conversion_statement WHERE conversion_id = NEW.id)"
_PACKED = "EXISTS (SELECT 1 FROM conversion_disc WHERE conversion_id = NEW.id)"
_ISSUABLE = f"{_SIGNED} AND {_STATED} AND {_PACKED}"
_UNDER_WAY = "SELECT 1 FROM conversion WHERE id = NEW.conversion_id AND state = 'packing'"

_DOORS: tuple[Door, ...] = (
    ("conversion", "signed", "UPDATE", "NEW.state = 'packing' AND OLD.state <> 'packing'", _SIGNED),
    ("conversion", "issued", "UPDATE", "NEW.state = 'issued' AND OLD.state <> 'issued'", _ISSUABLE),
    ("conversion", "entered", "INSERT", "NEW.state <> 'draft'", "SELECT 1 WHERE 1 = 0"),
    ("conversion_statement", "stated", "INSERT", "NEW.id IS NOT NULL", _UNDER_WAY),
    ("conversion_disc", "packed", "INSERT", "NEW.id IS NOT NULL", _UNDER_WAY),
)


def guard_conversion(connection: Connection) -> None:
    """Put the doors in place."""
    close_doors(connection, _DOORS, "Art. 19")

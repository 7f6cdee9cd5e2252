"""The last door before an original is gone, in the database itself (Art. 18).

A recording becomes `disposed` only where an item of a list is being carried out, an item is carried out only where its
list is, with an approval and two witnesses; and nothing is put on a list once it was handed in. As in
`registry.migrations.guards`, an owner of the database can drop all this, and the ledger tells.
"""

from __future__ import annotations

from sqlalchemy import Connection

from registry.migrations.doors import Door, close_doors

_BEING_DESTROYED = "SELECT 1 FROM disposal_item WHERE recording_id = NEW.id AND state = 'destroying'"
_DECIDED = (
    "SELECT 1 FROM disposal_list WHERE id = NEW.list_id AND state = 'destroying' "
    "AND EXISTS (SELECT 1 FROM disposal_decision WHERE list_id = NEW.list_id AND verdict = 'approved') "
    "AND (SELECT count(DISTINCT person_id) FROM disposal_decision WHERE list_id = NEW.list_id "
    "AND verdict = 'witnessed') >= 2"
)

_APPRAISED = "SELECT 1 FROM disposal_list WHERE id = NEW.list_id AND state = 'appraisal' AND NEW.state = 'listed'"

_DOORS: tuple[Door, ...] = (
    ("disposal_item", "listed", "INSERT", "NEW.state IS NOT NULL", _APPRAISED),
    ("recording", "disposed", "UPDATE", "NEW.state = 'disposed' AND OLD.state <> 'disposed'", _BEING_DESTROYED),
    ("disposal_item", "carried_out", "UPDATE", "NEW.state = 'destroying' AND OLD.state <> 'destroying'", _DECIDED),
    (
        "disposal_item",
        "begun",
        "UPDATE",
        "NEW.state = 'destroyed' AND OLD.state <> 'destroying'",
        "SELECT 1 WHERE 1 = 0",
    ),
)


def guard_disposal(connection: Connection) -> None:
    """Put the doors in place."""
    close_doors(connection, _DOORS, "Art. 18")

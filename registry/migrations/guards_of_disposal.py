"""The last door before an original is gone, in the database itself (Art. 18).

A recording becomes `disposed` only where an item of a list is being carried out, an item is carried out only where its
list is, with an approval and two witnesses; and nothing is put on a list once it was handed in. As in
`registry.migrations.guards`, an owner of the database can drop all this, and the ledger tells.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_BEING_DESTROYED = "SELECT 1 FROM disposal_item WHERE recording_id = NEW.id AND state = 'destroying'"
_DECIDED = (
    "SELECT 1 FROM disposal_list WHERE id = NEW.list_id AND state = 'destroying' "
    "AND EXISTS (SELECT 1 FROM disposal_decision WHERE list_id = NEW.list_id AND verdict = 'approved') "
    "AND (SELECT count(DISTINCT person_id) FROM disposal_decision WHERE list_id = NEW.list_id "
    "AND verdict = 'witnessed') >= 2"
)

_APPRAISED = "SELECT 1 FROM disposal_list WHERE id = NEW.list_id AND state = 'appraisal' AND NEW.state = 'listed'"

# Table, name, moment, when it applies, and what must be there then.
_DOORS = (
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
    for table, name, moment, applies, must_be in _DOORS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} WHEN {applies} AND NOT EXISTS ({must_be}) "
                f"BEGIN SELECT RAISE(ABORT, '{moment} of {table} refused (Art. 18)'); END"
            )
        else:
            _guard_postgresql(connection, table, name, moment, applies, must_be)


def _guard_postgresql(connection: Connection, table: str, name: str, moment: str, applies: str, must_be: str) -> None:
    function = f"custody_{table}_{name}"
    connection.execute(
        text(
            f"""
            CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT EXISTS ({must_be}) THEN
                    RAISE EXCEPTION '{moment} of {table} refused (Art. 18)' USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NEW;
            END $$
            """
        )
    )
    # A temporary table of the same name would otherwise be looked at instead.
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    connection.exec_driver_sql(f"ALTER FUNCTION {function}() SET search_path = {schema}, pg_temp")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} FOR EACH ROW WHEN ({applies}) "
        f"EXECUTE FUNCTION {function}()"
    )

"""Triggers that make the database itself refuse what no act may do (Art. 7: nobody may cut or alter originals).

They stop mistakes, and anyone who holds only the service's role. An owner of the database can drop them: that is what
the ledger's hash chain, checked by `custody verify`, is for. A migration's guards are never edited once released.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_ORIGINAL = (
    "id",
    "unit_id",
    "session_id",
    "size",
    "sha256",
    "sm3",
    "vault_key",
    "vault_version",
    "received_at",
)

# Table: the columns that never change once written; None where no column ever does.
FIXED_0001: dict[str, tuple[str, ...] | None] = {
    "ledger_entry": None,
    "file_receipt": None,
    "recording": _ORIGINAL,
    "dock_item": ("id", "session_id", "raw_name"),
    "dock_session": ("id", "number", "unit_id", "source", "opened_at", "opened_by"),
}

# Table: a change of the other columns that goes back on what was said.
_GOES_BACK_0001: dict[str, str] = {
    "recording": (
        "(OLD.state = 'sealed' AND NEW.state <> 'sealed') "
        "OR (OLD.retain_until IS NOT NULL AND (NEW.retain_until IS NULL OR NEW.retain_until < OLD.retain_until))"
    ),
    "dock_session": "(OLD.state = 'sealed' AND NEW.state <> 'sealed')",
}

# Table: what makes a row the same as one already there. SQLite's INSERT OR REPLACE would remove that one unseen.
_SAME_0001: dict[str, str] = {
    "file_receipt": "id = NEW.id OR number = NEW.number OR session_id = NEW.session_id",
    "recording": "id = NEW.id OR (unit_id = NEW.unit_id AND sha256 = NEW.sha256)",
    "dock_item": "id = NEW.id OR (session_id = NEW.session_id AND raw_name = NEW.raw_name)",
    "dock_session": (
        "id = NEW.id OR number = NEW.number OR (source = NEW.source AND state = 'open' AND NEW.state = 'open')"
    ),
}


# Decisions, checks, and who was told what, when: as good as the ledger (Art. 7, 16, 20).
FIXED_0003: dict[str, tuple[str, ...] | None] = {
    "duty": ("id", "kind", "article", "subject_id", "unit_id", "owed_by_id", "opened_at"),
    "duty_decision": None,
    "device_check": None,
    "notice_line": None,
    "notice": ("id", "number", "kind", "sweep_id", "person_id", "unit_id", "subject", "created_at"),
    "sweep": ("id", "kind", "started_at"),
}
_GOES_BACK_0003: dict[str, str] = {
    "duty": "NEW.level < OLD.level OR (OLD.state = 'excused' AND NEW.state <> 'excused')",
    "notice": (
        "(OLD.delivered_at IS NOT NULL AND NEW.delivered_at IS NULL) "
        "OR (OLD.read_at IS NOT NULL AND NEW.read_at IS NULL)"
    ),
}
_SAME_0003: dict[str, str] = {
    # In two words, so that each is found by its key: else SQLite goes through all that its owner ever owed.
    "duty": (
        "id = NEW.id OR (kind = NEW.kind AND subject_id = NEW.subject_id AND owed_by_id = NEW.owed_by_id) "
        "OR (NEW.owed_by_id IS NULL AND kind = NEW.kind AND subject_id = NEW.subject_id AND owed_by_id IS NULL)"
    ),
    "duty_decision": "id = NEW.id",
    "device_check": "id = NEW.id",
    "notice_line": "duty_id = NEW.duty_id AND step = NEW.step AND person_id = NEW.person_id",
    "notice": "id = NEW.id OR number = NEW.number OR (sweep_id = NEW.sweep_id AND person_id = NEW.person_id)",
    "sweep": "id = NEW.id",
}

# Who asked, who decided, what was granted, who looked: the register of Art. 17.
FIXED_0004: dict[str, tuple[str, ...] | None] = {
    "recording_marking": ("id", "recording_id", "marking", "placed_by_id", "placed_at", "reason"),
    "access_request": ("id", "number", "unit_id", "requester_id", "entered_by_id", "created_at"),
    "access_item": None,
    "access_step": ("id", "request_id", "round", "position", "stage", "role", "unit_id", "ground"),
    "access_step_item": None,
    "access_assignment": ("step_id", "person_id", "why", "assigned_at"),
    "access_decision": None,
    "access_decision_item": None,
    "access_question": ("id", "step_id", "request_id", "person_id", "text", "at"),
    "access_grant": (
        "id", "request_id", "person_id", "valid_from", "valid_until", "views", "copies", "granted_at",
    ),
    "access_grant_item": None,
    "access_look": None,
    "access_view": ("id", "grant_id", "recording_id", "person_id", "address", "opened_at"),
}  # fmt: skip
_GOES_BACK_0004: dict[str, str] = {
    "recording_marking": "OLD.lifted_at IS NOT NULL",
    "access_request": "OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.state <> OLD.state)",
    "access_step": "OLD.closed_at IS NOT NULL OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS NULL)",
    "access_assignment": "OLD.ended_at IS NOT NULL",
    "access_question": "OLD.answered_at IS NOT NULL",
    "access_grant": "OLD.ended_at IS NOT NULL OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)",
    "access_view": "OLD.closed_at IS NOT NULL OR NEW.last_at < OLD.last_at",
}
_SAME_0004: dict[str, str] = {
    "recording_marking": (
        "id = NEW.id OR (recording_id = NEW.recording_id AND marking = NEW.marking AND lifted_at IS NULL)"
    ),
    "access_request": "id = NEW.id OR number = NEW.number",
    "access_item": "id = NEW.id OR (request_id = NEW.request_id AND recording_id = NEW.recording_id)",
    "access_step": "id = NEW.id OR (request_id = NEW.request_id AND round = NEW.round AND position = NEW.position)",
    "access_step_item": "step_id = NEW.step_id AND item_id = NEW.item_id",
    "access_assignment": "step_id = NEW.step_id AND person_id = NEW.person_id",
    "access_decision": "step_id = NEW.step_id",
    "access_decision_item": "step_id = NEW.step_id AND item_id = NEW.item_id",
    "access_question": "id = NEW.id OR step_id = NEW.step_id",
    "access_grant": "id = NEW.id OR request_id = NEW.request_id",
    "access_grant_item": "grant_id = NEW.grant_id AND recording_id = NEW.recording_id",
    "access_look": "id = NEW.id",
    "access_view": "id = NEW.id",
}

FIXED_0005: dict[str, tuple[str, ...] | None] = {
    "invitation": ("id", "person_id", "token_hash", "created_at", "created_by", "expires_at"),
    "desk_session": ("id", "person_id", "token_hash", "browser", "created_at"),
}
_GOES_BACK_0005: dict[str, str] = {
    "invitation": "OLD.used_at IS NOT NULL",
    "desk_session": "OLD.ended_at IS NOT NULL",
}
_SAME_0005: dict[str, str] = {
    "invitation": "id = NEW.id OR token_hash = NEW.token_hash",
    "desk_session": "id = NEW.id OR token_hash = NEW.token_hash",
}

FIXED_0006: dict[str, tuple[str, ...] | None] = {
    "access_copy": (
        "id", "number", "grant_id", "recording_id", "person_id", "address", "start_second", "end_second", "size",
        "sha256", "handed_at",
    ),
}  # fmt: skip
_GOES_BACK_0006: dict[str, str] = {
    "access_copy": "OLD.ended_at IS NOT NULL OR (OLD.declared_at IS NOT NULL AND NEW.declared_at IS NULL)",
}
_SAME_0006: dict[str, str] = {"access_copy": "id = NEW.id OR number = NEW.number"}

FIXED_0007: dict[str, tuple[str, ...] | None] = {
    "personal_token": ("id", "person_id", "name", "token_hash", "created_at", "expires_at"),
}
_GOES_BACK_0007: dict[str, str] = {"personal_token": "OLD.revoked_at IS NOT NULL"}
_SAME_0007: dict[str, str] = {"personal_token": "id = NEW.id OR token_hash = NEW.token_hash"}

# Who was proposed for a seat, by whom, and with whose word.
FIXED_0008: dict[str, tuple[str, ...] | None] = {
    "appointment_proposal": (
        "id", "person_id", "unit_id", "role", "acting", "document", "valid_from", "valid_to", "ends_id",
        "proposed_by_id", "proposed_at",
    ),
}  # fmt: skip
_GOES_BACK_0008: dict[str, str] = {"appointment_proposal": "OLD.decided_at IS NOT NULL"}
_SAME_0008: dict[str, str] = {"appointment_proposal": "id = NEW.id"}

# How long each original is kept, what holds it, and who decided that it may go (Art. 18).
FIXED_0009: dict[str, tuple[str, ...] | None] = {
    "case_file": ("id", "number", "unit_id", "entered_by_id", "entered_at"),
    "case_use": None,
    "retention_term": ("recording_id", "unit_id"),
    "term_extension": ("id", "recording_id", "until", "reason", "person_id", "at"),
    "term_change": ("id", "unit_id", "policy_version", "found_at"),
    "term_change_item": None,
    "hold": ("id", "number", "unit_id", "kind", "case_id", "reason", "document", "placed_by_id", "placed_at"),
    "hold_item": None,
    "disposal_list": ("id", "number", "unit_id", "opened_at"),
    "disposal_item": (
        "id", "list_id", "recording_id", "retention_class", "article", "trigger", "trigger_on", "due_on",
        "policy_version",
    ),
    "disposal_step": ("id", "list_id", "position", "stage", "person_id", "opened_at"),
    "disposal_decision": None,
    "disposal_certificate": None,
}  # fmt: skip
_GOES_BACK_0009: dict[str, str] = {
    # Sealed it stays, or it was destroyed by decision (`registry.migrations.guards_of_disposal`).
    "recording": (
        "(OLD.state = 'sealed' AND NEW.state NOT IN ('sealed', 'disposed')) "
        "OR (OLD.state <> 'sealed' AND NEW.state = 'disposed' AND OLD.state <> NEW.state) "
        "OR (OLD.state = 'disposed' AND NEW.state <> 'disposed') "
        "OR (OLD.retain_until IS NOT NULL AND (NEW.retain_until IS NULL OR NEW.retain_until < OLD.retain_until))"
    ),
    "term_extension": "OLD.ended_at IS NOT NULL",
    "term_change": "OLD.decided_at IS NOT NULL",
    "hold": "OLD.lifted_at IS NOT NULL",
    "disposal_list": (
        "(OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.state <> OLD.state)) "
        "OR (OLD.grace_until IS NOT NULL AND (NEW.grace_until IS NULL OR NEW.grace_until < OLD.grace_until))"
    ),
    "disposal_item": "OLD.state IN ('dropped', 'destroyed') AND NEW.state <> OLD.state",
    "disposal_step": "OLD.closed_at IS NOT NULL",
}
_SAME_0009: dict[str, str] = {
    "case_file": "id = NEW.id OR number = NEW.number",
    "case_use": "id = NEW.id OR (case_id = NEW.case_id AND recording_id = NEW.recording_id)",
    "retention_term": "recording_id = NEW.recording_id",
    "term_extension": "id = NEW.id",
    "term_change": "id = NEW.id OR (unit_id = NEW.unit_id AND policy_version = NEW.policy_version)",
    "term_change_item": "change_id = NEW.change_id AND recording_id = NEW.recording_id",
    "hold": "id = NEW.id OR number = NEW.number",
    "hold_item": "hold_id = NEW.hold_id AND recording_id = NEW.recording_id",
    "disposal_list": "id = NEW.id OR number = NEW.number",
    "disposal_item": (
        "id = NEW.id OR (list_id = NEW.list_id AND recording_id = NEW.recording_id) OR (recording_id = "
        "NEW.recording_id AND state IN ('listed', 'destroying', 'failed'))"
    ),
    "disposal_step": "id = NEW.id OR (list_id = NEW.list_id AND position = NEW.position)",
    "disposal_decision": "step_id = NEW.step_id",
    "disposal_certificate": "id = NEW.id OR list_id = NEW.list_id OR number = NEW.number",
}

# What was read again, and what was found wrong (Art. 7).
FIXED_0010: dict[str, tuple[str, ...] | None] = {
    "fixity_check": ("recording_id",),
    "incident": ("id", "number", "kind", "unit_id", "subject", "recording_id", "sweep_id", "found_at", "detail"),
    "recording_repair": None,
}
_GOES_BACK_0010: dict[str, str] = {
    "fixity_check": "OLD.checked_at IS NOT NULL AND (NEW.checked_at IS NULL OR NEW.checked_at < OLD.checked_at)",
    "incident": "OLD.closed_at IS NOT NULL OR (OLD.repaired_at IS NOT NULL AND NEW.repaired_at IS NULL)",
}
_SAME_0010: dict[str, str] = {
    "fixity_check": "recording_id = NEW.recording_id",
    "incident": "id = NEW.id OR number = NEW.number OR "
    "(kind = NEW.kind AND subject = NEW.subject AND closed_at IS NULL AND NEW.closed_at IS NULL)",
    "recording_repair": "id = NEW.id",
}

# The ledger's days, each under one root.
FIXED_0011: dict[str, tuple[str, ...] | None] = {
    "anchor": (
        "id", "number", "first_seq", "last_seq", "head", "root", "previous", "made_at", "document", "sha256", "key_id",
        "signature",
    ),
}  # fmt: skip
_GOES_BACK_0011: dict[str, str] = {
    "anchor": (
        "(OLD.kept_at IS NOT NULL AND (NEW.kept_at IS NULL OR NEW.kept_at <> OLD.kept_at OR NEW.vault_key IS NULL "
        "OR NEW.vault_key <> OLD.vault_key OR coalesce(NEW.vault_version, '') <> coalesce(OLD.vault_version, ''))) "
        "OR (OLD.stamped_at IS NOT NULL AND (NEW.stamped_at IS NULL OR NEW.stamped_at <> OLD.stamped_at "
        "OR NEW.token IS NULL OR NEW.token <> OLD.token OR NEW.authority IS NULL OR NEW.authority <> OLD.authority))"
    ),
}
_SAME_0011: dict[str, str] = {"anchor": "id = NEW.id OR number = NEW.number OR last_seq >= NEW.first_seq"}

# What was converted to evidence, by whom, and what was handed out (Art. 19).
FIXED_0012: dict[str, tuple[str, ...] | None] = {
    "conversion": ("id", "number", "unit_id", "requester_id", "grant_id", "supersedes_id", "created_at"),
    "conversion_item": None,
    "conversion_step": ("id", "conversion_id", "position", "edition", "stage", "person_id", "opened_at"),
    "conversion_decision": None,
    "conversion_transcript": (
        "id", "conversion_id", "recording_id", "origin", "lines", "entered_by_id", "entered_at",
    ),
    "conversion_output": None,
    "conversion_statement": None,
    "conversion_disc": None,
    "conversion_reissue": None,
    "conversion_reading": None,
}  # fmt: skip
_GOES_BACK_0012: dict[str, str] = {
    "conversion": (
        "NEW.edition < OLD.edition OR (OLD.state IN ('withdrawn', 'superseded') AND NEW.state <> OLD.state) "
        "OR (OLD.issued_at IS NOT NULL AND (NEW.issued_at IS NULL OR NEW.issued_at <> OLD.issued_at "
        "OR NEW.edition <> OLD.edition OR NEW.state NOT IN ('issued', 'withdrawn', 'superseded')))"
    ),
    "conversion_step": "OLD.closed_at IS NOT NULL",
    "conversion_transcript": "OLD.confirmed_at IS NOT NULL",
}
_SAME_0012: dict[str, str] = {
    "conversion": "id = NEW.id OR number = NEW.number",
    "conversion_item": (
        "id = NEW.id OR (conversion_id = NEW.conversion_id AND edition = NEW.edition AND position = NEW.position)"
    ),
    "conversion_step": "id = NEW.id OR (conversion_id = NEW.conversion_id AND position = NEW.position)",
    "conversion_decision": "step_id = NEW.step_id",
    "conversion_transcript": "id = NEW.id",
    "conversion_output": "id = NEW.id OR (item_id = NEW.item_id AND kind = NEW.kind AND ordinal = NEW.ordinal)",
    "conversion_statement": "id = NEW.id OR conversion_id = NEW.conversion_id",
    "conversion_disc": "id = NEW.id OR (conversion_id = NEW.conversion_id AND position = NEW.position)",
    "conversion_reissue": "id = NEW.id",
    "conversion_reading": "id = NEW.id",
}

# What was not recorded of an activity, why, and who has seen it (Art. 12, 13).
FIXED_0014: dict[str, tuple[str, ...] | None] = {
    "interruption_report": (
        "id", "activity_id", "unit_id", "started_at", "ended_at", "manner", "recording_id", "reason", "person_id", "at",
    ),
    "exemption_record": ("id", "activity_id", "unit_id", "ground", "reason", "document", "person_id", "at"),
}  # fmt: skip
_GOES_BACK_0014: dict[str, str] = {
    "interruption_report": "OLD.seen_at IS NOT NULL",
    "exemption_record": "OLD.reviewed_at IS NOT NULL",
}
_SAME_0014: dict[str, str] = {"interruption_report": "id = NEW.id", "exemption_record": "id = NEW.id"}

FIXED = (
    FIXED_0001 | FIXED_0003 | FIXED_0004 | FIXED_0005 | FIXED_0006 | FIXED_0007 | FIXED_0008 | FIXED_0009 | FIXED_0010
    | FIXED_0011 | FIXED_0012 | FIXED_0014
)  # fmt: skip
"""Every guarded table of this version, and its columns that never change."""

_GOES_BACK = (
    _GOES_BACK_0001 | _GOES_BACK_0003 | _GOES_BACK_0004 | _GOES_BACK_0005 | _GOES_BACK_0006 | _GOES_BACK_0007
    | _GOES_BACK_0008 | _GOES_BACK_0009 | _GOES_BACK_0010 | _GOES_BACK_0011
    | _GOES_BACK_0012 | _GOES_BACK_0014
)  # fmt: skip
_SAME = (
    _SAME_0001 | _SAME_0003 | _SAME_0004 | _SAME_0005 | _SAME_0006 | _SAME_0007 | _SAME_0008 | _SAME_0009 | _SAME_0010
    | _SAME_0011 | _SAME_0012 | _SAME_0014
)  # fmt: skip


def guard_0001(connection: Connection) -> None:
    """Put the first schema's guards in place."""
    if connection.dialect.name == "sqlite":
        _guard_sqlite(connection, FIXED_0001)
    else:
        connection.execute(text(_REFUSE))
        _guard_postgresql(connection, FIXED_0001)
        _chain_postgresql(connection)


def guard_0003(connection: Connection) -> None:
    """Put the guards of duties and notices in place."""
    _guard(connection, FIXED_0003)


def guard_0004(connection: Connection) -> None:
    """Put the guards of access in place."""
    _guard(connection, FIXED_0004)


def guard_0005(connection: Connection) -> None:
    """Put the guards of signing in in place."""
    _guard(connection, FIXED_0005)


def guard_0006(connection: Connection) -> None:
    """Put the guards of copies in place."""
    _guard(connection, FIXED_0006)


def guard_0007(connection: Connection) -> None:
    """Put the guards of personal tokens in place."""
    _guard(connection, FIXED_0007)


def guard_0008(connection: Connection) -> None:
    """Put the guards of proposals in place."""
    _guard(connection, FIXED_0008)


def guard_0009(connection: Connection) -> None:
    """Put the guards of terms, holds and disposal in place."""
    _guard(connection, FIXED_0009)
    _guard_recordings_anew(connection)


def guard_0010(connection: Connection) -> None:
    """Put the guards of fixity checks and incidents in place."""
    _guard(connection, FIXED_0010)


def guard_0011(connection: Connection) -> None:
    """Put the guards of anchors in place."""
    _guard(connection, FIXED_0011)


def guard_0012(connection: Connection) -> None:
    """Put the guards of conversions in place."""
    _guard(connection, FIXED_0012)


def guard_0014(connection: Connection) -> None:
    """Put the guards of reports and exemptions in place."""
    _guard(connection, FIXED_0014)


def guard_0015(connection: Connection) -> None:
    """On SQLite, have the guard of new duties find by its key what is there already."""
    if connection.dialect.name == "sqlite":
        for name in ("fixed", "kept", "placed"):
            connection.exec_driver_sql(f"DROP TRIGGER duty_{name}")
        _guard(connection, {"duty": FIXED_0003["duty"]})


def _guard_recordings_anew(connection: Connection) -> None:
    """A recording may be disposed of from here on: what the first schema's guard refuses is told anew."""
    on = "" if connection.dialect.name == "sqlite" else " ON recording"
    for name in ("fixed", "kept", *(("placed",) if not on else ("full",))):
        connection.exec_driver_sql(f"DROP TRIGGER recording_{name}{on}")
    _guard(connection, {"recording": FIXED_0001["recording"]})


def _guard(connection: Connection, tables: dict[str, tuple[str, ...] | None]) -> None:
    guard = _guard_sqlite if connection.dialect.name == "sqlite" else _guard_postgresql
    guard(connection, tables)


def _guard_sqlite(connection: Connection, tables: dict[str, tuple[str, ...] | None]) -> None:
    for table, fixed in tables.items():
        for name, moment, condition in _sqlite_rules(table, fixed):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{moment.split()[0]} of {table} refused (Art. 7)'); END"
            )


def _sqlite_rules(table: str, fixed: tuple[str, ...] | None) -> list[tuple[str, str, str]]:
    changed = _changed(table, fixed, "OLD.{0} IS NOT NEW.{0}")
    return [
        ("fixed", "UPDATE", changed and f"WHEN {changed}"),
        ("kept", "DELETE", ""),
        ("placed", "INSERT", f"WHEN {_misplaced_sqlite(table)}"),
    ]


def _changed(table: str, fixed: tuple[str, ...] | None, differs: str) -> str:
    """The condition on an update to refuse; empty for any."""
    if fixed is None:
        return ""
    conditions = [differs.format(column) for column in fixed]
    if table in _GOES_BACK:
        conditions.append(_GOES_BACK[table])
    return " OR ".join(conditions)


def _misplaced_sqlite(table: str) -> str:
    if table != "ledger_entry":
        return f"EXISTS (SELECT 1 FROM {table} WHERE {_SAME[table]})"  # noqa: S608  (our own words)
    return (
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger_entry) OR NEW.previous_hash IS NOT "
        "coalesce((SELECT hash FROM ledger_entry ORDER BY seq DESC LIMIT 1), hex(zeroblob(32)))"
    )


_REFUSE = """
    CREATE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% of % refused (Art. 7)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
"""

# Every new entry follows the one before it; as numbers are unique, that leaves no place but the end of the chain.
# Checked once a statement: once a row it would cost more than all the rest of registering a recording.
_CHAIN = """
    CREATE FUNCTION custody_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM added LEFT JOIN ledger_entry AS before ON before.seq = added.seq - 1
        WHERE added.previous_hash IS DISTINCT FROM
            CASE WHEN added.seq = 1 THEN repeat('0', 64) WHEN added.seq > 1 THEN before.hash END;
        IF FOUND THEN
            RAISE EXCEPTION 'INSERT of ledger_entry refused (Art. 7)' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END $$
"""


def _guard_postgresql(connection: Connection, tables: dict[str, tuple[str, ...] | None]) -> None:
    for table, fixed in tables.items():
        changed = _changed(table, fixed, "OLD.{0} IS DISTINCT FROM NEW.{0}")
        for name, moment, condition in (
            ("fixed", "UPDATE", "FOR EACH ROW " + (changed and f"WHEN ({changed})")),
            ("kept", "DELETE", "FOR EACH ROW"),
            ("full", "TRUNCATE", "FOR EACH STATEMENT"),
        ):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {moment} ON {table} {condition} "
                "EXECUTE FUNCTION custody_refuse()"
            )


def _chain_postgresql(connection: Connection) -> None:
    connection.execute(text(_CHAIN))
    # A temporary table of the same name would otherwise be looked at instead of the ledger.
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    connection.exec_driver_sql(f"ALTER FUNCTION custody_chain() SET search_path = {schema}, pg_temp")
    connection.exec_driver_sql(
        "CREATE TRIGGER ledger_entry_placed AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION custody_chain()"
    )

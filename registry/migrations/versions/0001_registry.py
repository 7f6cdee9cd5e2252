"""The registry: organisation, devices, activities, docking, recordings, duties, ledger, and what guards them.

Revision: 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ledger()
    _organisation()
    _devices()
    _activities()
    _sessions()
    _recordings()
    _items()
    _duties()
    guard_0001(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")


def _ledger() -> None:
    """The ledger, and the series of short numbers."""
    op.create_table(
        "ledger_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entry"),
    )
    op.create_index("ix_ledger_entry_subject_id", "ledger_entry", ["subject_id"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_number_series"),
    )


def _organisation() -> None:
    """Units, people, who held which role."""
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_person_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("number", name="uq_person_number"),
    )
    op.create_index("ix_person_unit_id", "person", ["unit_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("acting", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_appointment_person_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_appointment_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
    )
    op.create_index("ix_appointment_person_id", "appointment", ["person_id"], unique=False)
    op.create_index("ix_appointment_unit_id", "appointment", ["unit_id"], unique=False)


def _devices() -> None:
    """Recorders, their keepers, their clocks."""
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("maker", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_device_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("number", name="uq_device_number"),
    )
    op.create_index("ix_device_unit_id", "device", ["unit_id"], unique=False)
    op.create_table(
        "device_custody",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_device_custody_device_id_device"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_device_custody_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_device_custody"),
    )
    op.create_index("ix_device_custody_device_id", "device_custody", ["device_id"], unique=False)
    op.create_index("ix_device_custody_person_id", "device_custody", ["person_id"], unique=False)
    op.create_table(
        "clock_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_clock_reading_device_id_device"),
        sa.PrimaryKeyConstraint("id", name="pk_clock_reading"),
    )
    op.create_index("ix_clock_reading_device_id", "clock_reading", ["device_id"], unique=False)


def _activities() -> None:
    """Enforcement activities and their officers."""
    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_reason", sa.String(40), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_activity_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
        sa.UniqueConstraint("number", name="uq_activity_number"),
    )
    op.create_index("ix_activity_started_at", "activity", ["started_at"], unique=False)
    op.create_index("ix_activity_unit_id", "activity", ["unit_id"], unique=False)
    op.create_table(
        "activity_officer",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name="fk_activity_officer_activity_id_activity"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_activity_officer_person_id_person"),
        sa.PrimaryKeyConstraint("activity_id", "person_id", name="pk_activity_officer"),
    )
    op.create_index("ix_activity_officer_person_id", "activity_officer", ["person_id"], unique=False)


def _sessions() -> None:
    """Dock sessions and their receipts."""
    op.create_table(
        "dock_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_dock_session_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_dock_session"),
        sa.UniqueConstraint("number", name="uq_dock_session_number"),
    )
    op.create_index("ix_dock_session_unit_id", "dock_session", ["unit_id"], unique=False)
    op.create_index(
        "one_open_session_per_source",
        "dock_session",
        ["source"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "file_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["dock_session.id"], name="fk_file_receipt_session_id_dock_session"),
        sa.PrimaryKeyConstraint("id", name="pk_file_receipt"),
        sa.UniqueConstraint("number", name="uq_file_receipt_number"),
        sa.UniqueConstraint("session_id", name="uq_file_receipt_session_id"),
    )


def _recordings() -> None:
    """Originals."""
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("media_kind", sa.String(40), nullable=False),
        sa.Column("condition", sa.String(40), nullable=False),
        sa.Column("container", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("claimed_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset_seconds", sa.Float(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sm3", sa.String(64), nullable=True),
        sa.Column("vault_key", sa.String(), nullable=False),
        sa.Column("vault_version", sa.String(), nullable=True),
        sa.Column("retain_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("filing", sa.String(40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name="fk_recording_activity_id_activity"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_recording_device_id_device"),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk_recording_officer_id_person"),
        sa.ForeignKeyConstraint(["session_id"], ["dock_session.id"], name="fk_recording_session_id_dock_session"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_recording_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.UniqueConstraint("unit_id", "sha256", name="one_original_per_content_and_unit"),
    )
    op.create_index("ix_recording_activity_id", "recording", ["activity_id"], unique=False)
    op.create_index("ix_recording_device_id", "recording", ["device_id"], unique=False)
    op.create_index("ix_recording_officer_id", "recording", ["officer_id"], unique=False)
    op.create_index("ix_recording_session_id", "recording", ["session_id"], unique=False)
    op.create_index("ix_recording_started_at", "recording", ["started_at"], unique=False)
    op.create_index("ix_recording_unit_id_size", "recording", ["unit_id", "size"], unique=False)


def _items() -> None:
    """Entries of dumps."""
    op.create_table(
        "dock_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("raw_name", sa.LargeBinary(), nullable=False),
        sa.Column("shown_name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recording_id", sa.Uuid(), nullable=True),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_dock_item_recording_id_recording"),
        sa.ForeignKeyConstraint(["session_id"], ["dock_session.id"], name="fk_dock_item_session_id_dock_session"),
        sa.PrimaryKeyConstraint("id", name="pk_dock_item"),
        sa.UniqueConstraint("session_id", "raw_name", name="one_item_per_name"),
    )
    op.create_index("ix_dock_item_recording_id", "dock_item", ["recording_id"], unique=False)


def _duties() -> None:
    """Duties, and activities that a recording could belong to."""
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("owed_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owed_by_id"], ["person.id"], name="fk_duty_owed_by_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_duty_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_duty"),
        sa.UniqueConstraint("kind", "subject_id", name="one_duty_per_kind_and_subject"),
    )
    op.create_index("ix_duty_due_at", "duty", ["due_at"], unique=False)
    op.create_index("ix_duty_owed_by_id", "duty", ["owed_by_id"], unique=False)
    op.create_index("ix_duty_subject_id", "duty", ["subject_id"], unique=False)
    op.create_index("ix_duty_unit_id", "duty", ["unit_id"], unique=False)
    op.create_table(
        "filing_candidate",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("overlap_seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name="fk_filing_candidate_activity_id_activity"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_filing_candidate_recording_id_recording"),
        sa.PrimaryKeyConstraint("recording_id", "activity_id", name="pk_filing_candidate"),
    )

"""Terms, holds, case files and disposal: how long each original is kept, and what may go.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0009
from registry.migrations.guards_of_disposal import guard_disposal

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_seen",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_policy_seen_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_policy_seen"),
    )
    op.create_table(
        "term_touch",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_term_touch"),
    )
    op.create_table(
        "disposal_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_disposal_list_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_list"),
        sa.UniqueConstraint("number", name="uq_disposal_list_number"),
    )
    op.create_index("ix_disposal_list_unit_id", "disposal_list", ["unit_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("keep_years", sa.Integer(), nullable=True),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_case_file_entered_by_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_case_file_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("number", name="uq_case_file_number"),
    )
    op.create_index("ix_case_file_unit_id", "case_file", ["unit_id"], unique=False)
    op.create_table(
        "disposal_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("paper_key", sa.String(), nullable=False),
        sa.Column("paper_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["disposal_list.id"], name="fk_disposal_certificate_list_id_disposal_list"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_certificate"),
        sa.UniqueConstraint("list_id", name="uq_disposal_certificate_list_id"),
        sa.UniqueConstraint("number", name="uq_disposal_certificate_number"),
    )
    op.create_table(
        "disposal_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["disposal_list.id"], name="fk_disposal_step_list_id_disposal_list"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_disposal_step_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_step"),
        sa.UniqueConstraint("list_id", "position", name="one_disposal_step_per_place"),
    )
    op.create_index("ix_disposal_step_person_id", "disposal_step", ["person_id"], unique=False)
    op.create_table(
        "term_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_term_change_decided_by_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_term_change_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_term_change"),
        sa.UniqueConstraint("unit_id", "policy_version", name="one_change_per_unit_and_policy"),
    )
    op.create_table(
        "case_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_use_case_id_case_file"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_use_person_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_case_use_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_case_use"),
        sa.UniqueConstraint("case_id", "recording_id", name="one_use_per_case_and_recording"),
    )
    op.create_index("ix_case_use_recording_id", "case_use", ["recording_id"], unique=False)
    op.create_table(
        "disposal_decision",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("items_sha256", sa.String(64), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["disposal_list.id"], name="fk_disposal_decision_list_id_disposal_list"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_disposal_decision_person_id_person"),
        sa.ForeignKeyConstraint(["step_id"], ["disposal_step.id"], name="fk_disposal_decision_step_id_disposal_step"),
        sa.PrimaryKeyConstraint("step_id", name="pk_disposal_decision"),
    )
    op.create_index("ix_disposal_decision_list_id", "disposal_decision", ["list_id"], unique=False)
    op.create_index("ix_disposal_decision_person_id", "disposal_decision", ["person_id"], unique=False)
    op.create_table(
        "disposal_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("retention_class", sa.String(40), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(40), nullable=False),
        sa.Column("trigger_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("appraisal", sa.String(40), nullable=True),
        sa.Column("appraised_by_id", sa.Uuid(), nullable=True),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_after", sa.Integer(), nullable=True),
        sa.Column("dropped_by_id", sa.Uuid(), nullable=True),
        sa.Column("dropped_why", sa.String(40), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appraised_by_id"], ["person.id"], name="fk_disposal_item_appraised_by_id_person"),
        sa.ForeignKeyConstraint(["dropped_by_id"], ["person.id"], name="fk_disposal_item_dropped_by_id_person"),
        sa.ForeignKeyConstraint(["list_id"], ["disposal_list.id"], name="fk_disposal_item_list_id_disposal_list"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_disposal_item_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal_item"),
        sa.UniqueConstraint("list_id", "recording_id", name="one_item_per_list_and_recording"),
    )
    index_where("ix_disposal_item_failed", "disposal_item", ["list_id"], "state = 'failed'", unique=False)
    op.create_index("ix_disposal_item_recording_id", "disposal_item", ["recording_id"], unique=False)
    index_where(
        "on_one_list_at_a_time",
        "disposal_item",
        ["recording_id"],
        "state IN ('listed', 'destroying', 'failed')",
        unique=True,
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("placed_by_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_hold_case_id_case_file"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name="fk_hold_lifted_by_id_person"),
        sa.ForeignKeyConstraint(["placed_by_id"], ["person.id"], name="fk_hold_placed_by_id_person"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_hold_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.UniqueConstraint("number", name="uq_hold_number"),
    )
    op.create_index("ix_hold_case_id", "hold", ["case_id"], unique=False)
    op.create_index("ix_hold_unit_id", "hold", ["unit_id"], unique=False)
    op.create_table(
        "retention_term",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("retention_class", sa.String(40), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(40), nullable=True),
        sa.Column("trigger_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("kept", sa.String(40), nullable=True),
        sa.Column("policy_version", sa.String(32), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("held_in_vault", sa.Boolean(), nullable=False),
        sa.Column("vault_stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["disposal_list.id"], name="fk_retention_term_list_id_disposal_list"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_retention_term_recording_id_recording"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_retention_term_unit_id_unit"),
        sa.PrimaryKeyConstraint("recording_id", name="pk_retention_term"),
    )
    index_where(
        "ix_retention_term_due",
        "retention_term",
        ["unit_id", "due_on"],
        "due_on IS NOT NULL AND list_id IS NULL",
        unique=False,
    )
    op.create_index("ix_retention_term_list_id", "retention_term", ["list_id"], unique=False)
    index_where("ix_retention_term_vault", "retention_term", ["recording_id"], "vault_stale", unique=False)
    op.create_table(
        "term_change_item",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("instead_of", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["term_change.id"], name="fk_term_change_item_change_id_term_change"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_term_change_item_recording_id_recording"),
        sa.PrimaryKeyConstraint("change_id", "recording_id", name="pk_term_change_item"),
    )
    op.create_table(
        "term_extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_term_extension_ended_by_id_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_term_extension_person_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_term_extension_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_term_extension"),
    )
    op.create_index("ix_term_extension_recording_id", "term_extension", ["recording_id"], unique=False)
    op.create_table(
        "hold_item",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name="fk_hold_item_hold_id_hold"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_hold_item_recording_id_recording"),
        sa.PrimaryKeyConstraint("hold_id", "recording_id", name="pk_hold_item"),
    )
    op.create_index("ix_hold_item_recording_id", "hold_item", ["recording_id"], unique=False)
    op.execute("INSERT INTO term_touch (recording_id) SELECT id FROM recording")
    guard_0009(op.get_bind())
    guard_disposal(op.get_bind())


def index_where(name: str, table: str, columns: list[str], condition: str, *, unique: bool) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

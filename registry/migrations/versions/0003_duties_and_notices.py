"""Duties with clocks and rungs, decisions about them, checks before use, sweeps and notices.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0003

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LOOKED_UP = ("unit_id", "subject_id", "owed_by_id")
_NO_OFFICER, _OFFICER = sa.text("owed_by_id IS NULL"), sa.text("owed_by_id IS NOT NULL")


def upgrade() -> None:
    _facts()
    _duties()
    _decisions_and_checks()
    _sweeps()
    _notices()
    _lines()
    guard_0003(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")


def _facts() -> None:
    """What duties are met by: when something was filed, reported, moved, confirmed."""
    op.add_column("recording", sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("activity", sa.Column("return_reported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dock_session", sa.Column("arrival_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("dock_session", "dock_token"):
        op.add_column(table, sa.Column("wireless", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE recording SET filed_at = (SELECT min(at) FROM ledger_entry "
        "WHERE event = 'recording.filed' AND subject_id = recording.id) WHERE filing = 'filed'"
    )
    op.execute("UPDATE activity SET return_reported_at = returned_at WHERE returned_at IS NOT NULL")


def _duties() -> None:
    """A duty may wait for its clock; what is open is looked at in the next sweep."""
    with op.batch_alter_table("duty") as duty:
        duty.add_column(sa.Column("clock", sa.String(40), nullable=False, server_default="received"))
        duty.add_column(sa.Column("clock_started_at", sa.DateTime(timezone=True), nullable=True))
        duty.add_column(sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
        duty.add_column(sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
        duty.alter_column("due_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        duty.drop_constraint("one_duty_per_kind_and_subject", type_="unique")
        for name in ("due_at", *_LOOKED_UP):
            duty.drop_index(f"ix_duty_{name}")
    # By hand: the table is made anew on SQLite, and its indexes would come back in an order left to chance, by which
    # SQLite chooses between two that serve a question alike.
    for name in _LOOKED_UP:
        op.create_index(f"ix_duty_{name}", "duty", [name], unique=False)
    op.execute(
        "UPDATE duty SET clock_started_at = (SELECT received_at FROM recording WHERE recording.id = duty.subject_id)"
    )
    op.execute("UPDATE duty SET next_at = opened_at WHERE state = 'running'")
    op.create_index(
        "one_duty_per_kind_subject_and_officer",
        "duty",
        ["kind", "subject_id", "owed_by_id"],
        unique=True,
        sqlite_where=_OFFICER,
        postgresql_where=_OFFICER,
    )
    op.create_index(
        "one_duty_per_kind_and_subject",
        "duty",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=_NO_OFFICER,
        postgresql_where=_NO_OFFICER,
    )
    to_come, overdue = sa.text("next_at IS NOT NULL"), sa.text("state = 'overdue'")
    op.create_index("ix_duty_next_at", "duty", ["next_at"], sqlite_where=to_come, postgresql_where=to_come)
    op.create_index("ix_duty_overdue", "duty", ["unit_id", "kind"], sqlite_where=overdue, postgresql_where=overdue)
    op.create_table(
        "duty_touch",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name="pk_duty_touch"),
    )


def _decisions_and_checks() -> None:
    op.create_table(
        "duty_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_duty_decision_duty_id_duty"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_duty_decision_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_decision"),
    )
    op.create_index("ix_duty_decision_duty_id", "duty_decision", ["duty_id"], unique=False)
    op.create_table(
        "device_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("battery_ok", sa.Boolean(), nullable=False),
        sa.Column("storage_ok", sa.Boolean(), nullable=False),
        sa.Column("clock_ok", sa.Boolean(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_device_check_device_id_device"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_device_check_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_device_check"),
    )
    op.create_index("ix_device_check_device_id", "device_check", ["device_id"], unique=False)
    op.create_index("ix_device_check_person_id", "device_check", ["person_id"], unique=False)


def _sweeps() -> None:
    op.create_table(
        "sweep",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sweep"),
    )
    op.create_index("ix_sweep_started_at", "sweep", ["started_at"], unique=False)


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("sweep_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id_person"),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweep.id"], name="fk_notice_sweep_id_sweep"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_notice_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("number", name="uq_notice_number"),
    )
    op.create_index("ix_notice_person_id", "notice", ["person_id"], unique=False)
    op.create_index("ix_notice_state_next_attempt_at", "notice", ["state", "next_attempt_at"], unique=False)
    of_a_sweep = sa.text("sweep_id IS NOT NULL")
    op.create_index(
        "one_digest_per_sweep_and_person",
        "notice",
        ["sweep_id", "person_id"],
        unique=True,
        sqlite_where=of_a_sweep,
        postgresql_where=of_a_sweep,
    )


def _lines() -> None:
    op.create_table(
        "notice_line",
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("instead_of", sa.String(40), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name="fk_notice_line_duty_id_duty"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_notice_line_notice_id_notice"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_line_person_id_person"),
        sa.PrimaryKeyConstraint("duty_id", "step", "person_id", name="pk_notice_line"),
    )
    op.create_index("ix_notice_line_notice_id", "notice_line", ["notice_id"], unique=False)

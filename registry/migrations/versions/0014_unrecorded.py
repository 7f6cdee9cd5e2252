"""What was not recorded of an activity, and why: reports of interruptions, exemptions.

Revision: 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0014

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _reports()
    _exemptions()
    guard_0014(op.get_bind())


def _reports() -> None:
    op.create_table(
        "interruption_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manner", sa.String(40), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by_id", sa.Uuid(), nullable=True),
        sa.Column("seen_as", sa.String(40), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("interruption_report", activity_id="activity", unit_id="unit", recording_id="recording"),
        *_keys("interruption_report", person_id="person", seen_by_id="person"),
        sa.PrimaryKeyConstraint("id", name="pk_interruption_report"),
    )
    op.create_index("ix_interruption_report_activity_id", "interruption_report", ["activity_id"], unique=False)
    _index_where("ix_interruption_report_unseen", "interruption_report", "unit_id", "seen_at IS NULL")


def _exemptions() -> None:
    op.create_table(
        "exemption_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review", sa.String(40), nullable=True),
        sa.Column("review_reason", sa.String(), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_as", sa.String(40), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("exemption_record", activity_id="activity", unit_id="unit", person_id="person", reviewed_by_id="person"),
        sa.PrimaryKeyConstraint("id", name="pk_exemption_record"),
    )
    op.create_index("ix_exemption_record_activity_id", "exemption_record", ["activity_id"], unique=False)
    _index_where("ix_exemption_record_open", "exemption_record", "unit_id", "reviewed_at IS NULL")


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}_{other}")
        for name, other in columns.items()
    ]


def _index_where(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=False, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

"""Tokens of docks that push dumps to the intake.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dock_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_dock_token_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_dock_token"),
        sa.UniqueConstraint("token_hash", name="uq_dock_token_token_hash"),
    )
    op.create_index("ix_dock_token_unit_id", "dock_token", ["unit_id"], unique=False)
    op.create_index(
        "one_live_token_per_name",
        "dock_token",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

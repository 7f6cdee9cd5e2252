"""Copies handed out under a grant, and what became of them.

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0006

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("start_second", sa.Float(), nullable=False),
        sa.Column("end_second", sa.Float(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared", sa.String(40), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_access_copy_ended_by_id_person"),
        sa.ForeignKeyConstraint(["grant_id"], ["access_grant.id"], name="fk_access_copy_grant_id_access_grant"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_copy_person_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_access_copy_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_access_copy"),
        sa.UniqueConstraint("number", name="uq_access_copy_number"),
    )
    for column in ("grant_id", "recording_id", "person_id"):
        op.create_index(f"ix_access_copy_{column}", "access_copy", [column], unique=False)
    guard_0006(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

"""Appointments that wait for a second person's word.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0008

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("acting", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_appointment_proposal_decided_by_id_person"),
        sa.ForeignKeyConstraint(["ends_id"], ["appointment.id"], name="fk_appointment_proposal_ends_id_appointment"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_appointment_proposal_person_id_person"),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name="fk_appointment_proposal_proposed_by_id_person"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_appointment_proposal_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment_proposal"),
    )
    for column in ("person_id", "unit_id"):
        op.create_index(f"ix_appointment_proposal_{column}", "appointment_proposal", [column], unique=False)
    guard_0008(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

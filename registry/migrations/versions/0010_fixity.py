"""Fixity checks, incidents: what was read again, and what was found wrong.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.migrations.guards import guard_0010

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _checks()
    _incidents()
    _repairs()
    guard_0010(op.get_bind())


def _checks() -> None:
    op.create_table(
        "fixity_check",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.String(40), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("sweep_id", sa.Uuid(), nullable=True),
        sa.Column("checked_at", _MOMENT, nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_fixity_check_recording_id_recording"),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweep.id"], name="fk_fixity_check_sweep_id_sweep"),
        sa.PrimaryKeyConstraint("recording_id", name="pk_fixity_check"),
    )
    op.create_index("ix_fixity_check_turn_next_at", "fixity_check", ["turn", "next_at", "recording_id"])
    op.create_index("ix_fixity_check_sweep_id", "fixity_check", ["sweep_id", "checked_at"])


def _incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=True),
        sa.Column("sweep_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("repaired_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name="fk_incident_closed_by_id_person"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_incident_recording_id_recording"),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweep.id"], name="fk_incident_sweep_id_sweep"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_incident_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("number", name="uq_incident_number"),
    )
    op.create_index("ix_incident_unit_id", "incident", ["unit_id"])
    op.create_index("ix_incident_subject", "incident", ["subject"])
    _index_open("one_open_incident_per_kind_and_subject", ["kind", "subject"], unique=True)
    _index_open("ix_incident_open", ["recording_id"], unique=False)


def _index_open(name: str, columns: list[str], *, unique: bool) -> None:
    is_open = sa.text("closed_at IS NULL")
    op.create_index(name, "incident", columns, unique=unique, sqlite_where=is_open, postgresql_where=is_open)


def _repairs() -> None:
    op.create_table(
        "recording_repair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("vault_version", sa.String(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_recording_repair_incident_id_incident"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_recording_repair_recording_id_recording"),
        sa.PrimaryKeyConstraint("id", name="pk_recording_repair"),
    )
    op.create_index("ix_recording_repair_recording_id", "recording_repair", ["recording_id"])


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

"""Anchors: the ledger's days, each under one root that is kept elsewhere.

Revision: 0011, after 0010.
"""

from __future__ import annotations

from alembic import op

from registry.migrations.guards import guard_0011

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_0011(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

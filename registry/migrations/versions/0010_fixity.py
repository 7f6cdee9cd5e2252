"""Fixity checks, incidents: what was read again, and what was found wrong.

Revision: 0010, after 0009.
"""

from __future__ import annotations

from alembic import op

from registry.migrations.guards import guard_0010

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_0010(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

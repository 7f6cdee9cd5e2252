"""Terms, holds, case files and disposal: how long each original is kept, and what may go.

Revision: 0009, after 0008.
"""

from __future__ import annotations

from alembic import op

from registry.migrations.guards import guard_0009

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_0009(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

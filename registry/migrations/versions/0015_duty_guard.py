"""The guard of new duties finds by its key what is there already.

Revision: 0015, after 0014.
"""

from __future__ import annotations

from alembic import op

from registry.migrations.guards import guard_0015

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_0015(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")

"""Whoever typed a request in finds it: an index, as there is one for whom it is.

Revision: 0013, after 0012.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_access_request_entered_by_id", "access_request", ["entered_by_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("the registry's history is not taken back: restore a backup instead")
